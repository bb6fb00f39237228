package check

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/sayline/sayline/cx"
)

// mark is in every text that is said, and in ref.
const (
	mark = "[conformance check: please ignore] "
	ref  = "conformance check"
)

// probe asks one brand.
type probe struct {
	o      *Options
	client *cx.Client
	url    string        // of the document
	doc    *cx.Discovery // may be invalid
	domain string
	raw    *answer // how the document was answered

	receiver *receiver // of the brand's events; nil without an endpoint

	mu       sync.Mutex
	receipts []string // of what was said and not taken back
	said     int
	cookies  []string // addresses that set one
	replied  map[string]bool
}

func newProbe(o *Options) *probe {
	if o.Random == nil {
		o.Random = rand.Reader
	}
	p := &probe{o: o, replied: map[string]bool{}}
	p.client = &cx.Client{HTTP: o.HTTP, Now: o.Now, Random: o.Random, Tries: 2, Agent: "sayline-check/" + Tool}
	return p
}

// hear opens the far end of an endpoint of the brand, where there is one.
func (p *probe) hear() (stop func()) {
	if p.o.Events == nil || p.o.Events.Listener == nil {
		return func() {}
	}
	own := *p.o.Events // its secrets change while the checks run
	p.o.Events = &own
	p.receiver = newReceiver(p.o.Events.Listener, p.o)
	return p.receiver.close
}

// invalid looks at a document that does not count, so that the report can say
// all that is wrong with it.
func (p *probe) invalid(ctx context.Context, why *cx.DiscoverError) (*cx.Found, error) {
	a, err := p.ask(ctx, call{url: why.Document})
	if err != nil {
		return nil, err
	}
	doc, _ := cx.ParseDiscovery(a.body, p.o.Now())
	if doc == nil {
		return nil, why
	}
	u, err := url.Parse(why.Document)
	if err != nil {
		return nil, err
	}
	return &cx.Found{Discovery: doc, Domain: u.Host, URL: why.Document, Source: a.body}, nil
}

func (p *probe) begin(ctx context.Context, f *cx.Found) (err error) {
	p.url, p.doc, p.domain = f.URL, f.Discovery, f.Domain
	p.raw, err = p.ask(ctx, call{url: f.URL, headers: []string{"Origin", "https://elsewhere.example"}})
	return err
}

// call is one request: GET unless said otherwise.
type call struct {
	method, url, body string
	kind              string // Content-Type
	headers           []string
	host              string // another Host
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
	took   time.Duration
}

// ask sends a request without following where it leads. Whoever says "too much"
// is waited for, twice.
func (p *probe) ask(ctx context.Context, c call) (*answer, error) {
	for try := 0; ; try++ {
		a, err := p.once(ctx, c)
		if err != nil || a.status != http.StatusTooManyRequests || try == 2 {
			return a, err
		}
		after, _ := time.ParseDuration(or(a.header.Get("Retry-After"), "5") + "s")
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(min(max(after, time.Second), 65*time.Second)):
		}
	}
}

func (p *probe) once(ctx context.Context, c call) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, or(c.method, http.MethodGet), c.url, strings.NewReader(c.body))
	if err != nil {
		return nil, err
	}
	if c.kind != "" {
		r.Header.Set("Content-Type", c.kind)
	}
	for i := 0; i < len(c.headers); i += 2 {
		r.Header.Set(c.headers[i], c.headers[i+1])
	}
	r.Host = c.host
	began := time.Now()
	res, err := p.client.Do(r)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
	if err != nil {
		return nil, withoutURL(err)
	}
	if len(res.Cookies()) > 0 && c.url != p.url { // the document's own are a check of their own
		p.mu.Lock()
		p.cookies = append(p.cookies, or(c.method, "GET")+" "+pathOnly(c.url))
		p.mu.Unlock()
	}
	return &answer{res.StatusCode, res.Header, body, time.Since(began)}, nil
}

func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// pathOnly is where an address leads, without a receipt's secret.
func pathOnly(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	before, _, secret := strings.Cut(u.Path, "/r/")
	if secret {
		return before + "/r/…"
	}
	return u.Path
}

// key makes a new Idempotency-Key.
func (p *probe) key() string {
	var b [20]byte
	_, _ = io.ReadFull(p.o.Random, b[:])
	return hex.EncodeToString(b[:])
}

// moment is a marked moment's JSON; more members are added or replace its own.
func moment(members string) string {
	doc := map[string]any{"cx": cx.Version, "context": map[string]any{"source": "api", "ref": ref}}
	var more map[string]any
	if err := json.Unmarshal([]byte(members), &more); err != nil {
		panic("check: " + members)
	}
	for name, v := range more {
		doc[name] = v
	}
	b, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// post sends a body to api.submit under a key, and remembers the receipt.
func (p *probe) post(ctx context.Context, key, body string, headers ...string) (*answer, error) {
	a, err := p.ask(ctx, call{method: http.MethodPost, url: p.doc.API.Submit, body: body, kind: "application/json", headers: append([]string{"Idempotency-Key", key, "Accept", "application/json"}, headers...)})
	if err == nil {
		p.remember(a)
	}
	return a, err
}

// remember keeps a receipt, to take back at the end what it stands for.
func (p *probe) remember(a *answer) {
	link := a.header.Get("Location")
	if a.status != http.StatusCreated && a.status != http.StatusSeeOther || link == "" {
		return
	}
	if at, err := url.Parse(p.doc.API.Submit); err == nil {
		if to, err := at.Parse(link); err == nil {
			to.RawQuery = ""
			link = to.String()
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, known := range p.receipts {
		if known == link {
			return
		}
	}
	p.said++
	p.receipts = append(p.receipts, link)
}

// say says a moment that must be accepted.
func (p *probe) say(ctx context.Context, members string) (*cx.Accepted, error) {
	return p.sayAs(ctx, p.key(), moment(members))
}

func (p *probe) sayAs(ctx context.Context, key, body string) (*cx.Accepted, error) {
	a, err := p.post(ctx, key, body)
	if err != nil {
		return nil, err
	}
	if a.status != http.StatusCreated {
		return nil, fmt.Errorf("expected 201, got %s", a)
	}
	doc := new(cx.Accepted)
	if err := json.Unmarshal(a.body, doc); err != nil {
		return nil, fmt.Errorf("the answer is not the document it should be: %w", err)
	}
	if doc.Receipt == "" {
		return nil, errors.New("the answer has no receipt")
	}
	return doc, nil
}

// read reads a receipt.
func (p *probe) read(ctx context.Context, link string) (*cx.Receipt, *answer, error) {
	a, err := p.ask(ctx, call{url: link, headers: []string{"Accept", "application/json"}})
	if err != nil {
		return nil, nil, err
	}
	rec, err := a.receipt()
	return rec, a, err
}

func (a *answer) receipt() (*cx.Receipt, error) {
	rec := new(cx.Receipt)
	if a.status != http.StatusOK {
		return nil, fmt.Errorf("expected a receipt, got %s", a)
	}
	if err := json.Unmarshal(a.body, rec); err != nil || rec.ID == "" {
		return nil, errors.New("the receipt is not the document it should be")
	}
	return rec, nil
}

// change sends JSON to a receipt, or below it.
func (p *probe) change(ctx context.Context, method, link, body string) (*answer, error) {
	kind := "application/json"
	if method == http.MethodDelete {
		kind = ""
	}
	return p.ask(ctx, call{method: method, url: link, body: body, kind: kind, headers: []string{"Accept", "application/json"}})
}

// takeBack withdraws everything that is still there.
func (p *probe) takeBack(ctx context.Context) (said, left int) {
	for _, link := range p.receipts {
		a, err := p.change(ctx, http.MethodDelete, link, "")
		if err != nil || a.status >= 300 && a.status != http.StatusNotFound && a.status != http.StatusGone {
			left++
		}
	}
	return p.said, left
}

// String is an answer in few words.
func (a *answer) String() string {
	return fmt.Sprintf("%d %s %.120q", a.status, a.kind(), bytes.TrimSpace(a.body))
}

func (a *answer) kind() string {
	kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	return kind
}

// status says whether an answer has one of these.
func (a *answer) want(statuses ...int) error {
	for _, s := range statuses {
		if a.status == s {
			return nil
		}
	}
	return fmt.Errorf("expected %d, got %s", statuses[0], a)
}

// refused says whether an answer is a problem with one of these statuses.
func (a *answer) refused(statuses ...int) error {
	if err := a.want(statuses...); err != nil {
		return err
	}
	var doc cx.Problem
	switch err := json.Unmarshal(a.body, &doc); {
	case a.kind() != "application/problem+json":
		return fmt.Errorf("a refusal is application/problem+json, this is %q", a.kind())
	case err != nil || doc.Title == "" || doc.Status != a.status:
		return fmt.Errorf("the problem has no title, or another status than its answer: %s", a)
	}
	return nil
}
