package anywhere

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/store"
)

// Limits of what is learnt of other brands.
const (
	mostLearnt     = 5000             // brands, beside those that are vouched for
	mostAbsent     = 2000             // domains remembered to have none
	absentFor      = 10 * time.Minute // before one is asked again
	unreachableFor = time.Minute      // before one that nobody answered for is asked again
	checkAfter     = 24 * time.Hour   // a kept document is fetched again
	patience       = 7 * 24 * time.Hour
	lookTimeout    = 10 * time.Second
	mostAtOnce     = 16 // fetched at the same time
	mostContacts   = 4
	maxContact     = 120 // bytes of one
	tidyEvery      = 10 * time.Minute
)

// learnt is what this process knows of brands elsewhere.
type learnt struct {
	mu     sync.Mutex
	list   []*Brand // by domain; replaced whole
	kept   map[string]store.FoundBrand
	absent map[string]absence
}

// absence is a domain that has no document.
type absence struct {
	until    time.Time
	contacts []string // how else its brand can be reached
}

func (l *learnt) brands() []*Brand {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.list
}

// document is what was kept of a domain.
func (l *learnt) document(domain string) (store.FoundBrand, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f, ok := l.kept[domain]
	return f, ok
}

func (l *learnt) none(domain string, now time.Time) ([]string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a, ok := l.absent[domain]
	return a.contacts, ok && now.Before(a.until)
}

func (l *learnt) missing(domain string, contacts []string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.absent) >= mostAbsent {
		clear(l.absent)
	}
	l.absent[domain] = absence{until, contacts}
}

// load reads what this and other processes have learnt.
func (a *Anywhere) load(ctx context.Context) error {
	found, err := a.Store.Found(ctx, a.Now())
	if err != nil {
		return err
	}
	var list []*Brand
	kept := map[string]store.FoundBrand{}
	for _, f := range found {
		d, faults := cx.ParseDiscovery([]byte(f.Document), a.Now())
		if len(faults) > 0 {
			continue
		}
		kept[f.Domain] = f
		list = append(list, a.vouch(brandOf(f.Domain, d)))
	}
	l := &a.learnt
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list, l.kept = list, kept
	return nil
}

func (a *Anywhere) vouch(b *Brand) *Brand {
	b.Vouched = slices.Contains(a.Directory, b.Domain)
	return b
}

// lookUp asks a domain for its discovery document, or the address that was
// scanned; whoever asks for the same at the same time waits for one answer. nil
// without an error is a domain that has none.
func (a *Anywhere) lookUp(ctx context.Context, domain, target string) (*Brand, error) {
	done, err, _ := a.flight.Do(target, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTimeout)
		defer cancel()
		select {
		case a.slots <- struct{}{}:
			defer func() { <-a.slots }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		return a.learn(ctx, domain, target)
	})
	b, _ := done.(*Brand)
	return b, err
}

// learn fetches a document and keeps it, or remembers that there is none.
func (a *Anywhere) learn(ctx context.Context, domain, target string) (*Brand, error) {
	found, err := a.Discover(ctx, target)
	if err != nil {
		again := absentFor
		if errors.Is(err, cx.ErrUnreachable) {
			again = unreachableFor
		}
		a.Log.Debug("no discovery document", "domain", domain, "err", err)
		a.learnt.missing(domain, otherWays(err), a.Now().Add(again))
		return nil, nil
	}
	if err := a.keep(ctx, found); err != nil {
		return nil, err
	}
	return a.vouch(brandOf(found.Domain, found.Discovery)), nil
}

// otherWays are the contact addresses that a brand without a screen told on its
// way, in its document or on its home page.
func otherWays(err error) []string {
	var not *cx.DiscoverError
	if !errors.As(err, &not) {
		return nil
	}
	return usable(not.Fallback)
}

var (
	telShape  = regexp.MustCompile(`^tel:\+?[0-9][0-9()\-. ]{2,24}$`)
	mailShape = regexp.MustCompile(`^mailto:[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)
)

// usable keeps contact addresses that are what they say, each once.
func usable(list []string) []string {
	var kept []string
	for _, s := range list {
		u, web := webAddress(s)
		fits := telShape.MatchString(s) || mailShape.MatchString(s) || web && u.Scheme == "https"
		if fits && len(s) <= maxContact && !slices.Contains(kept, s) && len(kept) < mostContacts {
			kept = append(kept, s)
		}
	}
	return kept
}

// keep stores a document that was found valid, and takes it into the directory.
func (a *Anywhere) keep(ctx context.Context, f *cx.Found) error {
	kept := store.FoundBrand{Domain: f.Domain, URL: f.URL, Document: string(f.Source), CheckedAt: a.Now(), Until: f.Expires}
	if err := a.Store.KeepFound(ctx, kept, mostLearnt+len(a.Directory)); err != nil {
		return err
	}
	return a.load(ctx)
}

// Run keeps the directory true until the context ends: what the operator lists
// is looked up, what others learnt is read, what is a day old is checked again,
// and what is no longer valid is dropped.
func (a *Anywhere) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if err := a.Tidy(ctx); err != nil && ctx.Err() == nil {
			a.Log.Warn("the directory of brands could not be looked after", "err", err)
		}
		timer.Reset(tidyEvery)
	}
}

// Tidy looks after the directory once; see [Anywhere.Run].
func (a *Anywhere) Tidy(ctx context.Context) error {
	if err := a.load(ctx); err != nil {
		return err
	}
	a.learnt.mu.Lock()
	kept := a.learnt.kept
	a.learnt.mu.Unlock()
	for _, domain := range a.Directory {
		if _, have := kept[domain]; !have {
			if _, err := a.lookUp(ctx, domain, domain); err != nil {
				return err
			}
		}
	}
	for _, f := range kept {
		if a.Now().Sub(f.CheckedAt) < checkAfter {
			continue
		}
		if err := a.check(ctx, f); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// check fetches a kept document again. One that is no longer valid is dropped at
// once, one that can't be had after a week.
func (a *Anywhere) check(ctx context.Context, f store.FoundBrand) error {
	look, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	found, err := a.Discover(look, f.Domain)
	if err == nil && found.Domain == f.Domain {
		return a.keep(ctx, found)
	}
	if err != nil && !errors.Is(err, cx.ErrInvalid) && a.Now().Sub(f.CheckedAt) < patience {
		return nil
	}
	a.Log.Info("a brand left the directory: it has no valid document any more", "domain", f.Domain)
	if err := a.Store.DropFound(ctx, f.Domain); err != nil {
		return err
	}
	return a.load(ctx)
}

// hostOf is the domain of an address, as the directory keys it.
func (a *Anywhere) hostOf(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil {
		return "", false
	}
	host := u.Host
	if !a.Private {
		host = u.Hostname()
	}
	return asciiDomain(strings.ToLower(host), a.Private)
}
