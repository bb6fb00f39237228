package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

func gs1Checks() []check {
	return []check{
		{"G01", "a wrong check digit is refused (400), on the screen with the general screen", g01},
		{"G02", "a wrong check digit in what is said is kept as sent", g02},
		{"G03", "the resolver describes itself", g03},
		{"G04", "the linkset of a product is valid, and lists gs1:support", g04},
		{"G05", "without a link type it leads to the default (307), with what the query said", g05},
		{"G06", "gs1:support leads to where something can be said (307), by each of its names", g06},
		{"G07", "of several that fit none better, it gives the choice (300)", g07},
		{"G08", "a type of link it has not, and a product it has not, are 404", g08},
		{"G09", "whoever asks the screen's own barcode address for links is led to the resolver (307)", g09},
		{"G10", "GS1's own test suite finds nothing", func(context.Context, *probe) error {
			return hand("run GS1's resolver test suite on identifiers.gs1_resolver")
		}},
	}
}

// Names of the GS1 Web Vocabulary and of RFC 9264.
const (
	vocabulary  = "https://gs1.org/voc/"
	supportRel  = vocabulary + "support"
	defaultRel  = vocabulary + "defaultLink"
	linksetKind = "application/linkset+json"
	wrongDigit  = "/01/09506000134351" // 09506000134352 is GS1's own example
)

// target is one link of a linkset.
type target struct {
	Href, Title, Type string
	Hreflang          []string
}

func (p *probe) resolver() (string, error) {
	if p.doc.Identifiers == nil || p.doc.Identifiers.GS1Resolver == "" {
		return "", errors.New("identifiers.gs1_resolver is missing")
	}
	return strings.TrimSuffix(p.doc.Identifiers.GS1Resolver, "/"), nil
}

var gtins = regexp.MustCompile(`^[0-9]{8,14}$`)

// product is where the resolver answers for a product of the brand.
func (p *probe) product() (at string, err error) {
	root, err := p.resolver()
	switch {
	case err != nil:
		return "", err
	case p.o.Product == "":
		return "", hand("name one of the brand's products: --product GTIN")
	case !gtins.MatchString(p.o.Product):
		return "", hand("%q is no GTIN", p.o.Product)
	}
	return root + "/01/" + strings.Repeat("0", 14-len(p.o.Product)) + p.o.Product, nil
}

func g01(ctx context.Context, p *probe) error {
	root, err := p.resolver()
	if err != nil {
		return err
	}
	a, err := p.ask(ctx, call{url: root + wrongDigit, headers: []string{"Accept", "application/json"}})
	if err != nil {
		return err
	}
	if err := a.refused(400); err != nil {
		return fmt.Errorf("the resolver: %w", err)
	}
	if p.doc.Screen == "" {
		return nil
	}
	if a, err = p.ask(ctx, call{url: strings.TrimSuffix(p.doc.Screen, "/") + wrongDigit, headers: []string{"Accept", "text/html"}}); err != nil {
		return err
	}
	if err := a.want(400); err != nil {
		return fmt.Errorf("the screen: %w", err)
	}
	if a.kind() != "text/html" || !strings.Contains(string(a.body), "<form") {
		return errors.New("the screen: whoever scanned it can say nothing there")
	}
	return nil
}

func g02(ctx context.Context, p *probe) error {
	if p.doc.API == nil {
		return absent("nothing can be said by a program")
	}
	const link = "https://id.example" + wrongDigit
	said, err := p.say(ctx, `{"feeling":3,"context":{"gs1":"`+link+`","ref":"`+ref+`","source":"api"}}`)
	if err != nil {
		return err
	}
	rec, _, err := p.read(ctx, said.Receipt)
	if err != nil {
		return err
	}
	if c := rec.Moment.Context; c == nil || c.GS1 != link || c.Product != "" {
		return fmt.Errorf("it is kept as %+v", c)
	}
	return nil
}

func g03(ctx context.Context, p *probe) error {
	root, err := p.resolver()
	if err != nil {
		return err
	}
	const name = "/.well-known/gs1resolver"
	at, err := url.Parse(root)
	if err != nil {
		return err
	}
	var last error
	for _, from := range []string{p.target() + name, at.Scheme + "://" + at.Host + name} {
		a, err := p.ask(ctx, call{url: from, headers: []string{"Accept", "application/json"}})
		if err != nil {
			return err
		}
		if last = a.want(200); last != nil {
			continue
		}
		var doc struct {
			ResolverRoot         string   `json:"resolverRoot"`
			SupportedPrimaryKeys []string `json:"supportedPrimaryKeys"`
		}
		switch err := json.Unmarshal(a.body, &doc); {
		case err != nil || a.kind() != "application/json":
			return fmt.Errorf("%s is no JSON: %s", name, a)
		case strings.TrimSuffix(doc.ResolverRoot, "/") != root:
			return fmt.Errorf("resolverRoot is %q, identifiers.gs1_resolver %q", doc.ResolverRoot, root)
		case !slices.Contains(doc.SupportedPrimaryKeys, "01") && !slices.Contains(doc.SupportedPrimaryKeys, "all"):
			return fmt.Errorf("supportedPrimaryKeys are %q, without products", doc.SupportedPrimaryKeys)
		}
		return nil
	}
	return last
}

// links reads the linkset of the brand's product: by relation, for its anchor.
func (p *probe) links(ctx context.Context) (at string, links map[string][]target, err error) {
	if at, err = p.product(); err != nil {
		return "", nil, err
	}
	a, err := p.ask(ctx, call{url: at + "?linkType=linkset"})
	if err != nil {
		return "", nil, err
	}
	if err := errors.Join(a.want(200), openTo(a)); err != nil {
		return "", nil, err
	}
	links, err = a.linkset(at)
	return at, links, err
}

// linkset reads a linkset (RFC 9264, section 4.2) and what it has for an anchor.
func (a *answer) linkset(anchor string) (map[string][]target, error) {
	var doc struct {
		Linkset []map[string]json.RawMessage `json:"linkset"`
	}
	if a.kind() != linksetKind {
		return nil, fmt.Errorf("a linkset is %s, this is %q", linksetKind, a.kind())
	}
	if err := json.Unmarshal(a.body, &doc); err != nil || len(doc.Linkset) == 0 {
		return nil, fmt.Errorf("it has no linkset: %s", a)
	}
	var ours map[string][]target
	for _, c := range doc.Linkset {
		var of string
		if err := json.Unmarshal(c["anchor"], &of); err != nil || of == "" {
			return nil, errors.New("a context of the linkset has no anchor")
		}
		links := map[string][]target{}
		for relation, raw := range c {
			var list []target
			if !strings.Contains(relation, ":") { // anchor, and words about it
				continue
			}
			if err := json.Unmarshal(raw, &list); err != nil {
				return nil, fmt.Errorf("%s is no list of links: %w", relation, err)
			}
			for _, l := range list {
				if u, err := url.Parse(l.Href); err != nil || !u.IsAbs() || l.Title == "" {
					return nil, fmt.Errorf("%s has a link without title or absolute href: %+v", relation, l)
				}
			}
			links[relation] = list
		}
		if of == anchor {
			ours = links
		}
	}
	if ours == nil {
		return nil, fmt.Errorf("no context of the linkset is about %s", anchor)
	}
	return ours, nil
}

func g04(ctx context.Context, p *probe) error {
	at, links, err := p.links(ctx)
	if err != nil {
		return err
	}
	if len(links[supportRel]) == 0 || len(links[defaultRel]) != 1 {
		return fmt.Errorf("it has %d of gs1:support and %d of gs1:defaultLink, which is one", len(links[supportRel]), len(links[defaultRel]))
	}
	a, err := p.ask(ctx, call{url: at, headers: []string{"Accept", linksetKind}})
	if err != nil {
		return err
	}
	if _, err := a.linkset(at); err != nil {
		return fmt.Errorf("by Accept: %w", err)
	}
	return nil
}

// leads says whether an answer is a redirect (307) to one of these, whatever
// else their queries say.
func (a *answer) leads(to []target) error {
	if err := a.want(307); err != nil {
		return err
	}
	got, _, _ := strings.Cut(a.header.Get("Location"), "?")
	for _, l := range to {
		if href, _, _ := strings.Cut(l.Href, "?"); href == got {
			return nil
		}
	}
	return fmt.Errorf("it leads to %s, which the linkset does not list", got)
}

func g05(ctx context.Context, p *probe) error {
	at, links, err := p.links(ctx)
	if err != nil {
		return err
	}
	a, err := p.ask(ctx, call{url: at + "?ref=conformance+check", headers: []string{"Accept", "text/html"}})
	if err != nil {
		return err
	}
	if err := a.leads(links[defaultRel]); err != nil {
		return err
	}
	if to, err := url.Parse(a.header.Get("Location")); err != nil || to.Query().Get("ref") != ref {
		return errors.New("what the query said is lost on the way")
	}
	return nil
}

func g06(ctx context.Context, p *probe) error {
	at, links, err := p.links(ctx)
	if err != nil {
		return err
	}
	for _, name := range []string{"gs1:support", supportRel} {
		a, err := p.ask(ctx, call{url: at + "?linkType=" + url.QueryEscape(name), headers: []string{"Accept", "text/html", "Accept-Language", p.doc.Languages[0]}})
		if err != nil {
			return err
		}
		if err := a.leads(links[supportRel]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if a, err = p.ask(ctx, call{url: a.header.Get("Location"), headers: []string{"Accept", "text/html"}}); err != nil {
			return err
		}
		if err := a.want(200); err != nil {
			return fmt.Errorf("where %s leads: %w", name, err)
		}
	}
	return nil
}

func g07(ctx context.Context, p *probe) error {
	at, links, err := p.links(ctx)
	if err != nil {
		return err
	}
	if len(links[supportRel]) < 2 {
		return absent("there is one link of gs1:support, and no choice")
	}
	a, err := p.ask(ctx, call{url: at + "?linkType=gs1:support", headers: []string{"Accept-Language", "tlh"}})
	if err != nil {
		return err
	}
	if err := a.want(300); err != nil {
		return err
	}
	_, err = a.linkset(at)
	return err
}

func g08(ctx context.Context, p *probe) error {
	at, err := p.product()
	if err != nil {
		return err
	}
	for what, u := range map[string]string{
		"gs1:recallStatus": at + "?linkType=gs1:recallStatus", "a made-up type": at + "?linkType=x-nothing",
		"another's product": strings.TrimSuffix(at, at[strings.LastIndex(at, "/"):]) + "/00614141123452",
	} {
		if strings.HasSuffix(at, u[strings.LastIndex(u, "/"):]) { // it is the brand's own
			continue
		}
		a, err := p.ask(ctx, call{url: u, headers: []string{"Accept", "application/json"}})
		if err != nil {
			return err
		}
		if what == "gs1:recallStatus" && a.status == 307 {
			continue // it has one
		}
		if err := a.refused(404); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return nil
}

func g09(ctx context.Context, p *probe) error {
	at, err := p.product()
	if err != nil || p.doc.Screen == "" {
		return or(err, absent("there is no screen"))
	}
	scanned := strings.TrimSuffix(p.doc.Screen, "/") + at[len(strings.TrimSuffix(p.doc.Identifiers.GS1Resolver, "/")):]
	for _, c := range []call{{url: scanned + "?linkType=gs1:support"}, {url: scanned, headers: []string{"Accept", linksetKind}}} {
		a, err := p.ask(ctx, c)
		if err != nil {
			return err
		}
		if err := a.leads([]target{{Href: at}}); err != nil {
			return err
		}
	}
	a, err := p.ask(ctx, call{url: scanned, headers: []string{"Accept", "text/html"}})
	if err != nil {
		return err
	}
	return a.want(200)
}
