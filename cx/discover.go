package cx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Why a brand was not found; errors.Is tells them apart.
var (
	// ErrNotHere: the brand does not speak the protocol. It may have other ways.
	ErrNotHere = errors.New("cx: not here yet")
	// ErrInvalid: there is a document, and it does not count.
	ErrInvalid = errors.New("cx: the brand's document is not valid")
	// ErrUnreachable: nobody answered, so nothing is known. Try again.
	ErrUnreachable = errors.New("cx: nobody answers")
	// ErrAddress: what was given is no domain, no web address and no barcode.
	ErrAddress = errors.New("cx: this is not an address")
)

// DiscoverError says why a brand was not found, and what is left.
type DiscoverError struct {
	Kind     error    // ErrNotHere, ErrInvalid, ErrUnreachable or ErrAddress
	Address  string   // as it was asked for
	Document string   // where the invalid document stands
	Faults   []Fault  // of the invalid document
	Fallback []string // the brand's other ways (tel:, mailto:), as far as it told them; may be empty
	Cause    error    // of the connection; may be nil
}

func (e *DiscoverError) Error() string {
	s := e.Kind.Error() + ": " + e.Address
	for _, f := range e.Faults {
		s += fmt.Sprintf("; %q %s", f.Pointer, f.Detail)
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

func (e *DiscoverError) Unwrap() []error { return []error{e.Kind, e.Cause} }

// Found is a brand's document and where it stood.
type Found struct {
	*Discovery `json:"document"`
	Domain     string `json:"domain"` // whose document it is: a host, or host/@brand at an operator's
	URL        string `json:"url"`    // where the document was read, after redirects
	Source     []byte `json:"-"`      // its bytes
}

// Discover finds a brand with a [Client] that asks for nothing.
func Discover(ctx context.Context, address string) (*Found, error) {
	return new(Client).Discover(ctx, address)
}

// Discover finds a brand by its domain, by any address that was scanned or
// clicked, or by a barcode's digits. The first valid document wins, in the order
// of the protocol's section 1. The error is a [*DiscoverError].
func (c *Client) Discover(ctx context.Context, address string) (*Found, error) {
	s := &search{c: c, address: address, err: &DiscoverError{Kind: ErrUnreachable, Address: address}}
	at, scanned, err := c.readAddress(address)
	if err != nil {
		return nil, &DiscoverError{Kind: ErrAddress, Address: address, Cause: err}
	}
	if scanned {
		if f := s.page(ctx, at.String()); f != nil {
			return f, nil
		}
	}
	for _, origin := range s.origins(at) {
		if f := s.document(ctx, origin+WellKnown, hostOf(origin), at.Host); f != nil {
			return f, nil
		}
	}
	if f := s.page(ctx, at.Scheme+"://"+at.Host+"/"); f != nil {
		return f, nil
	}
	if barcode.MatchString(at.Path) {
		q := at.Query()
		q.Set("linkType", "gs1:support")
		at.RawQuery = q.Encode()
		if f := s.page(ctx, at.String()); f != nil {
			return f, nil
		}
	}
	if ctx.Err() != nil {
		s.err.Kind, s.err.Cause = ErrUnreachable, ctx.Err()
	}
	return nil, s.err
}

var (
	barcode = regexp.MustCompile(`/(01|gtin)/[0-9]{8,14}(/|$)`)
	digits  = regexp.MustCompile(`^([0-9]{8}|[0-9]{12,14})$`)
	brandAt = regexp.MustCompile(`^/@[^/]+`)
)

// readAddress makes a URL of what a person typed, said or scanned. scanned says
// that it names more than a domain.
func (c *Client) readAddress(address string) (at *url.URL, scanned bool, err error) {
	address = strings.TrimSpace(address)
	if digits.MatchString(address) && c.Resolver != "" {
		address = strings.TrimSuffix(c.Resolver, "/") + "/01/" + strings.Repeat("0", 14-len(address)) + address
	}
	if !strings.Contains(address, "://") {
		scheme := "https://"
		host, _, _ := strings.Cut(address, "/")
		if name, _, splitErr := net.SplitHostPort(host); splitErr == nil {
			host = name
		}
		if ip := net.ParseIP(host); local(host) || ip != nil && ip.IsLoopback() {
			scheme = "http://"
		}
		address = scheme + address
	}
	if at, err = url.Parse(address); err != nil {
		return nil, false, errors.New("it cannot be read")
	}
	at.Fragment, at.Scheme, at.Host = "", strings.ToLower(at.Scheme), strings.ToLower(at.Host)
	host := at.Hostname()
	switch {
	case at.Scheme != "http" && at.Scheme != "https", at.User != nil, host == "", strings.ContainsAny(host, " _%"):
		return nil, false, errors.New("it is no web address")
	case !strings.Contains(host, ".") && !strings.Contains(host, ":") && !local(host):
		return nil, false, errors.New("a domain has a dot")
	}
	return at, strings.Trim(at.Path, "/") != "" || at.RawQuery != "", nil
}

// search is one look for a brand: what was learned while nothing was found.
type search struct {
	c       *Client
	address string
	err     *DiscoverError
	tried   []string
}

// origins are where /.well-known/cx is looked for: a brand's place at an
// operator's, the exact host, then with or without www.
func (s *search) origins(at *url.URL) (list []string) {
	origin := at.Scheme + "://" + at.Host
	if brand := brandAt.FindString(at.Path); brand != "" {
		list = append(list, origin+brand)
	}
	list = append(list, origin)
	if net.ParseIP(at.Hostname()) != nil || local(at.Hostname()) {
		return list
	}
	if bare, ok := strings.CutPrefix(at.Host, "www."); ok {
		return append(list, at.Scheme+"://"+bare)
	}
	return append(list, at.Scheme+"://www."+at.Host)
}

// page reads a page and follows its links to a document.
func (s *search) page(ctx context.Context, at string) *Found {
	final, a, err := s.get(ctx, at, "text/html, */*;q=0.5")
	if err != nil {
		return nil
	}
	links := headerLinks(a.header, final, Rel)
	body := string(a.body)
	if strings.Contains(a.header.Get("Content-Type"), "html") {
		links = append(links, pageLinks(body, final, Rel)...)
		if len(s.err.Fallback) == 0 && a.status < 400 {
			s.err.Fallback = contacts(body)
		}
	}
	for _, link := range links {
		// Whoever redirects vouches for where it leads.
		if f := s.document(ctx, link, hostOf(at), hostOf(final.String())); f != nil {
			return f
		}
	}
	return nil
}

// document reads a document that was reached for any of these: a host, or
// host/@brand.
func (s *search) document(ctx context.Context, at string, reachedFor ...string) *Found {
	if slices.Contains(s.tried, at) {
		return nil
	}
	s.tried = append(s.tried, at)
	final, a, err := s.get(ctx, at, "application/json")
	if err != nil || a.status != http.StatusOK || !looksLikeJSON(a.body) {
		return nil
	}
	doc, faults := ParseDiscovery(a.body, s.c.now())
	if doc != nil && doc.CX == "" && doc.Brand.Name == "" {
		return nil // JSON of something else
	}
	whose := slices.IndexFunc(reachedFor, func(domain string) bool { return doc != nil && vouched(doc, at, final.String(), domain) })
	if doc != nil && whose < 0 {
		faults = append(faults, Fault{"/domains", "expected " + strings.Split(reachedFor[0], "/")[0] + " among them"})
	} else if doc != nil && len(s.err.Fallback) == 0 {
		s.err.Fallback = slices.DeleteFunc(slices.Clone(doc.Fallback), func(f string) bool { return !reachable(f) })
	}
	if len(faults) > 0 {
		if s.err.Kind != ErrInvalid {
			s.err.Kind, s.err.Document, s.err.Faults, s.err.Cause = ErrInvalid, final.String(), faults, nil
		}
		return nil
	}
	return &Found{doc, reachedFor[whose], final.String(), a.body}
}

// vouched says whether a document may speak for what it was reached for: it
// names the domain; or the domain itself redirected to it; or the host of an
// operator shows it under the brand's own place there, and it says the same.
func vouched(doc *Discovery, at, final, reachedFor string) bool {
	host, brand, _ := strings.Cut(reachedFor, "/")
	u, err := url.Parse(at)
	if err != nil {
		return false
	}
	switch {
	case doc.Speaks(hostname(host)):
		return true
	case brand != "":
		return u.Host == host && at == final && strings.HasPrefix(u.Path, "/"+brand+"/") && doc.Canonical == at
	}
	return u.Host == host && at != final
}

// hostOf is what an address is asked for: its host (with a port), or host/@brand.
func hostOf(at string) string {
	u, err := url.Parse(at)
	if err != nil {
		return ""
	}
	return u.Host + brandAt.FindString(u.Path)
}

func hostname(host string) string { return (&url.URL{Host: host}).Hostname() }

// maxRedirects is how often one document may lead elsewhere.
const maxRedirects = 3

var errRedirect = errors.New("it leads elsewhere more than three times, or from https to http")

// get reads the first 64 KiB (and one byte) of an address, after redirects.
func (s *search) get(ctx context.Context, at, accept string) (final *url.URL, a *reply, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.c.timeout())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, nil, err
	}
	s.c.dress(r)
	r.Header.Set("Accept", accept)
	res, err := s.c.http(func(r *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects || via[len(via)-1].URL.Scheme == "https" && r.URL.Scheme != "https" {
			return errRedirect
		}
		return nil
	}).Do(r)
	if errors.Is(err, errRedirect) {
		s.answered()
		return nil, nil, err
	}
	if err == nil {
		defer res.Body.Close()
		var body []byte
		if body, err = io.ReadAll(io.LimitReader(res.Body, MaxDiscovery+1)); err == nil {
			if res.StatusCode < 500 {
				s.answered()
			}
			return res.Request.URL, &reply{res.StatusCode, res.Header, body}, nil
		}
	}
	if s.err.Kind == ErrUnreachable && s.err.Cause == nil {
		s.err.Cause = bare(err)
	}
	return nil, nil, err
}

// answered notes that somebody is there.
func (s *search) answered() {
	if s.err.Kind == ErrUnreachable {
		s.err.Kind, s.err.Cause = ErrNotHere, nil
	}
}

func looksLikeJSON(body []byte) bool {
	return strings.HasPrefix(strings.TrimLeft(string(body[:min(len(body), 64)]), "\ufeff \t\r\n"), "{")
}

// Problems of finding, as a server tells them to its own pages.
const problemTypes = "https://cx-protocol.example/problem/"

// Problem is the error as a server tells it to a page that asked it to find a
// brand (package cx/js): its type ends in /not-here, /invalid, /unreachable or
// /address. Title and Detail are English; a server puts its own words there.
func (e *DiscoverError) Problem() *Problem {
	p := &Problem{Type: problemTypes + "unreachable", Title: "Nobody answers", Status: http.StatusBadGateway, Fallback: e.Fallback}
	switch e.Kind {
	case ErrNotHere:
		p.Type, p.Title, p.Status = problemTypes+"not-here", "Not here yet", http.StatusNotFound
	case ErrInvalid:
		p.Type, p.Title, p.Status = problemTypes+"invalid", "The brand's document is not valid", http.StatusBadGateway
		p.Errors = e.Faults
	case ErrAddress:
		p.Type, p.Title, p.Status = problemTypes+"address", "This is not an address", http.StatusUnprocessableEntity
	}
	return p
}
