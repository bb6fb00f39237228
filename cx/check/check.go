package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline/cx"
)

// Tool is the version of these checks; it changes when a check does.
const Tool = "1"

// Options are what a run may use. The zero value runs what can be seen from
// outside.
type Options struct {
	HTTP    *http.Client // nil is a client of our own
	Classes []string     // only these letters, or single checks (E06); empty is all that the brand claims
	Version string       // of the program that runs the checks, for the report

	// Product is the GTIN of one of the brand's products. Without it the checks of
	// what a resolver tells of a product need a hand.
	Product string

	// Reply makes somebody of the brand answer the moment of a reference with
	// this text. Without it the checks of a brand's replies need a hand.
	Reply  func(ctx context.Context, reference, text string) error
	Events *Events      // an endpoint that leads here; without it the checks of events need a hand
	Tell   func(Result) // told after each check; may be nil
	Now    func() time.Time
	Random io.Reader
}

// class is one class of conformance.
type class struct {
	letter, name string
	checks       []check
}

// check is one numbered promise. run returns nil when it is kept, a handError or
// an absentError when it cannot be seen, any other error when it is broken.
type check struct {
	id, name string
	run      func(ctx context.Context, p *probe) error
}

// classes are all of them, in the order they run.
func classes() []class {
	return []class{
		{"D", "discovery", discoveryChecks()}, {"C", "core", slices.Concat(coreChecks(), onceChecks(), wordChecks(), limitChecks())},
		{"M", "media", mediaChecks()}, {"R", "reply", replyChecks()}, {"P", "privacy", privacyChecks()}, {"E", "events", eventChecks()},
		{"G", "gs1", gs1Checks()}, {"O", "open311", open311Checks()}, {"H", "screen", screenChecks()},
	}
}

// Names are all checks, as "D01 name".
func Names() (list []string) {
	for _, c := range classes() {
		for _, k := range c.checks {
			list = append(list, k.id+" "+k.name)
		}
	}
	return list
}

// handError is what a check returns that needs somebody's help.
type handError struct{ what string }

func (e handError) Error() string { return e.what }

// absentError is what a check returns that has nothing to look at.
type absentError struct{ what string }

func (e absentError) Error() string { return e.what }

func hand(what string, args ...any) error   { return handError{fmt.Sprintf(what, args...)} }
func absent(what string, args ...any) error { return absentError{fmt.Sprintf(what, args...)} }

// Run checks the brand at a domain or an address. The error says that nothing
// could be checked at all; what is broken stands in the report.
func Run(ctx context.Context, target string, o Options) (*Report, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	p := newProbe(&o)
	defer p.hear()()
	r := &Report{CX: cx.Version, Tool: Tool, Program: o.Version, Target: target, Date: o.Now().UTC().Truncate(time.Second), Passed: true}
	found, err := p.client.Discover(ctx, target)
	var why *cx.DiscoverError
	if errors.As(err, &why) && why.Kind == cx.ErrInvalid {
		p.url = why.Document
		if found, err = p.invalid(ctx, why); err == nil {
			err = p.begin(ctx, found)
		}
	} else if err == nil {
		err = p.begin(ctx, found)
	}
	if err != nil {
		return nil, err
	}
	r.Brand, r.Domain, r.Document, r.Claims = p.doc.Brand.Name, found.Domain, found.URL, p.doc.Conformance
	type work struct {
		class
		check
	}
	var todo []work
	for _, c := range classes() {
		if why := p.notRun(c); why != "" {
			r.NotRun = append(r.NotRun, NotRun{c.letter, c.name, why})
			continue
		}
		r.Classes = append(r.Classes, c.letter)
		for _, k := range c.checks {
			if p.asked(c.letter) || p.asked(k.id) {
				todo = append(todo, work{c, k})
			}
		}
	}
	// What provokes the limit comes last, for whoever was too much must wait.
	slices.SortStableFunc(todo, func(a, b work) int {
		return cmp.Compare(strings.Count(a.id, limitCheck), strings.Count(b.id, limitCheck))
	})
	for _, w := range todo {
		if ctx.Err() == nil {
			r.add(p.one(ctx, w.class, w.check), o.Tell)
		}
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Minute)
	defer cancel()
	r.Said, r.Left = p.takeBack(end)
	return r, ctx.Err()
}

// one runs a check with a limit of time.
func (p *probe) one(ctx context.Context, c class, k check) Result {
	began := p.o.Now()
	limit, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	err := k.run(limit, p)
	res := Result{ID: k.id, Class: c.name, Name: k.name, Outcome: Pass, Milliseconds: p.o.Now().Sub(began).Milliseconds()}
	var needs handError
	var nothing absentError
	switch {
	case err == nil:
		return res
	case errors.As(err, &needs):
		res.Outcome = Hand
	case errors.As(err, &nothing):
		res.Outcome = Absent
	default:
		res.Outcome = Fail
	}
	res.Why = err.Error()
	return res
}

// notRun says why a class is not run; "" when it is.
func (p *probe) notRun(c class) string {
	switch {
	case !p.asked(c.letter) && !slices.ContainsFunc(c.checks, func(k check) bool { return p.asked(k.id) }):
		return "not asked for"
	case c.letter == "D":
		return ""
	case len(c.checks) == 0 && slices.Contains(p.doc.Conformance, c.name):
		return "it is claimed, and these checks cannot see it: it needs a hand"
	case !slices.Contains(p.doc.Conformance, c.name):
		return "the brand does not claim it"
	case c.letter != "G" && c.letter != "O" && c.letter != "H" && (p.doc.API == nil || p.doc.API.Submit == ""):
		return "there is no api.submit to ask"
	}
	return ""
}

// asked says whether a class's letter, or one check, is to be run.
func (p *probe) asked(what string) bool {
	return len(p.o.Classes) == 0 || slices.Contains(p.o.Classes, what)
}

// claims says whether the brand says that it fulfils a class.
func (p *probe) claims(class string) bool { return slices.Contains(p.doc.Conformance, class) }

func or[T comparable](values ...T) T { return cmp.Or(values...) }
