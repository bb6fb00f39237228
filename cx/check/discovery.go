package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/sayline/sayline/cx"
)

func discoveryChecks() []check {
	return []check{
		{"D01", "the document is JSON of at most 64 KiB with every required member", d01},
		{"D02", "it is not past expires", d02},
		{"D03", "it names the domain it was reached for, or that domain leads to it", d03},
		{"D04", "any origin may read it, without credentials", d04},
		{"D05", "it sets no cookie", d05},
		{"D06", "it is not sent again to whoever has it (304)", d06},
		{"D07", "an address that is not there is not answered as if it were", d07},
		{"D08", "its addresses are absolute, and a false Host is not believed", d08},
		{"D09", "its addresses answer", d09},
		{"D10", "the classes it claims exist, and it has what they need", d10},
	}
}

func d01(_ context.Context, p *probe) error {
	_, faults := cx.ParseDiscovery(p.raw.body, p.o.Now())
	if err := p.raw.want(200); err != nil {
		return err
	}
	faults = slices.DeleteFunc(faults, func(f cx.Fault) bool { return f.Pointer == "/expires" && !p.doc.Expires.IsZero() })
	if p.doc.API != nil && p.raw.kind() != "application/json" {
		return fmt.Errorf("a server answers application/json, this is %q", p.raw.kind())
	}
	return faultsError(faults)
}

func faultsError(faults []cx.Fault) error {
	var errs []error
	for _, f := range faults {
		errs = append(errs, fmt.Errorf("%s: %s", or(f.Pointer, "the document"), f.Detail))
	}
	return errors.Join(errs...)
}

func d02(_ context.Context, p *probe) error {
	if !p.doc.Expires.After(p.o.Now()) {
		return fmt.Errorf("it expired at %s", p.doc.Expires)
	}
	return nil
}

func d03(ctx context.Context, p *probe) error {
	_, err := p.client.Discover(ctx, p.target())
	var why *cx.DiscoverError
	if errors.As(err, &why) {
		i := slices.IndexFunc(why.Faults, func(f cx.Fault) bool { return f.Pointer == "/domains" })
		if i >= 0 {
			return errors.New(why.Faults[i].Detail)
		}
	}
	return nil
}

// target is an address that leads to the document's host.
func (p *probe) target() string {
	before, _, _ := strings.Cut(p.url, "/.well-known/")
	return before
}

func d04(_ context.Context, p *probe) error {
	if p.doc.API == nil && p.raw.header.Get("Access-Control-Allow-Origin") == "" {
		return absent("a static file may be without CORS")
	}
	return openTo(p.raw)
}

// openTo says whether any origin may read an answer.
func openTo(a *answer) error {
	if got := a.header.Get("Access-Control-Allow-Origin"); got != "*" {
		return fmt.Errorf("Access-Control-Allow-Origin is %q, expected *", got)
	}
	if a.header.Get("Access-Control-Allow-Credentials") != "" {
		return errors.New("it allows credentials")
	}
	return nil
}

func d05(_ context.Context, p *probe) error {
	if len(p.raw.header.Values("Set-Cookie")) > 0 {
		return errors.New("it sets a cookie")
	}
	return nil
}

func d06(ctx context.Context, p *probe) error {
	tag, since := p.raw.header.Get("ETag"), p.raw.header.Get("Last-Modified")
	headers := []string{"If-None-Match", tag}
	if tag == "" && p.doc.API == nil && since != "" { // what static web servers have instead
		headers = []string{"If-Modified-Since", since}
	} else if tag == "" {
		return errors.New("it has no ETag")
	}
	a, err := p.ask(ctx, call{url: p.url, headers: headers})
	if err != nil {
		return err
	}
	return a.want(304)
}

func d07(ctx context.Context, p *probe) error {
	a, err := p.ask(ctx, call{url: p.url + "-" + p.key()})
	if err != nil {
		return err
	}
	if a.status == 200 {
		return errors.New("an address beside it that is not there answers 200")
	}
	return nil
}

func d08(ctx context.Context, p *probe) error {
	for name, u := range p.addresses() {
		at, err := url.Parse(u)
		if err != nil || !at.IsAbs() || at.Host == "" {
			return fmt.Errorf("%s is not absolute: %q", name, u)
		}
		if main, err := url.Parse(p.url); err == nil && main.Scheme == "https" && at.Scheme != "https" {
			return fmt.Errorf("%s leads away from https: %q", name, u)
		}
	}
	const false_ = "not-the-brand.example"
	a, err := p.ask(ctx, call{url: p.url, host: false_})
	if err == nil && a.status == 200 && strings.Contains(string(a.body), "//"+false_) {
		return errors.New("a false Host header is believed: its name stands in the document")
	}
	return nil
}

// addresses are the document's own, templates without their variables.
func (p *probe) addresses() map[string]string {
	d := p.doc
	all := map[string]string{"screen": d.Screen, "screen_template": d.ScreenTemplate, "canonical": d.Canonical, "brand.logo": d.Brand.Logo}
	if d.API != nil {
		all["api.submit"], all["api.touchpoints"], all["api.openapi"] = or(d.API.Submit, "(none)"), d.API.Touchpoints, d.API.OpenAPI
	}
	if d.Identifiers != nil {
		all["identifiers.gs1_resolver"], all["identifiers.open311"] = d.Identifiers.GS1Resolver, d.Identifiers.Open311
	}
	for name, u := range all {
		before, _, _ := strings.Cut(u, "{")
		if all[name] = before; before == "" {
			delete(all, name)
		}
	}
	return all
}

func d09(ctx context.Context, p *probe) error {
	follow := func(name, at, accept string) (*answer, error) {
		for range 4 {
			a, err := p.ask(ctx, call{url: at, headers: []string{"Accept", accept}})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if to, err := url.Parse(at); err == nil && a.status >= 300 && a.status < 400 && a.header.Get("Location") != "" {
				if to, err = to.Parse(a.header.Get("Location")); err == nil {
					at = to.String()
					continue
				}
			}
			if a.status != 200 {
				return nil, fmt.Errorf("%s: expected 200, got %s", name, a)
			}
			return a, nil
		}
		return nil, fmt.Errorf("%s leads on and on", name)
	}
	d := p.doc
	if d.Screen != "" {
		if _, err := follow("screen", d.Screen, "text/html"); err != nil {
			return err
		}
	}
	if d.Canonical != "" {
		if _, err := follow("canonical", d.Canonical, "application/json"); err != nil {
			return err
		}
	}
	if d.API == nil {
		return nil
	}
	if d.API.OpenAPI != "" {
		a, err := follow("api.openapi", d.API.OpenAPI, "application/json")
		if err != nil {
			return err
		}
		var doc struct{ OpenAPI string }
		if json.Unmarshal(a.body, &doc) != nil || !strings.HasPrefix(doc.OpenAPI, "3.") {
			return errors.New("api.openapi is no OpenAPI document")
		}
	}
	if d.API.Touchpoints == "" {
		return nil
	}
	at, err := cx.Expand(d.API.Touchpoints, url.Values{})
	if err != nil {
		return errors.New("api.touchpoints is no URI template")
	}
	a, err := follow("api.touchpoints", at, "application/json")
	if err != nil {
		return err
	}
	var list []cx.Touchpoint
	if err := json.Unmarshal(a.body, &list); err != nil {
		return fmt.Errorf("api.touchpoints: %w", err)
	}
	for _, t := range list {
		if u, err := url.Parse(t.URL); t.ID == "" || t.Name == "" || err != nil || !u.IsAbs() {
			return fmt.Errorf("api.touchpoints has one without id, name or address: %+v", t)
		}
	}
	return nil
}

func d10(_ context.Context, p *probe) error {
	var names []string
	for _, c := range classes() {
		names = append(names, c.name)
	}
	for _, name := range p.doc.Conformance {
		if !slices.Contains(names, name) {
			return fmt.Errorf("there is no class %q", name)
		}
	}
	for class, has := range map[string]bool{
		"core": p.doc.API != nil, "screen": p.doc.Screen != "", "gs1": p.doc.Identifiers != nil && p.doc.Identifiers.GS1Resolver != "",
		"open311": p.doc.Identifiers != nil && p.doc.Identifiers.Open311 != "", "media": slices.ContainsFunc(p.doc.Accepts, func(a cx.Accepts) bool { return a.Media == cx.Photo || a.Media == cx.Voice }),
	} {
		if p.claims(class) && !has {
			return fmt.Errorf("it claims %s, and has not what that needs", class)
		}
	}
	return nil
}
