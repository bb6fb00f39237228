package cx

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// ParseDiscovery reads a discovery document. Its faults say why it does not
// count at that time; a document that is no JSON object has one fault with an
// empty pointer, and doc is nil.
func ParseDiscovery(src []byte, now time.Time) (doc *Discovery, faults []Fault) {
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf")) // editors' mark of UTF-8
	switch {
	case len(src) > MaxDiscovery:
		return nil, []Fault{{"", "expected at most 64 KiB"}}
	case !utf8.Valid(src):
		return nil, []Fault{{"", "expected UTF-8"}}
	}
	doc = new(Discovery)
	if err := json.Unmarshal(src, doc); err != nil {
		return nil, []Fault{{"", "expected the JSON of a discovery document: " + err.Error()}}
	}
	return doc, doc.Validate(now)
}

// Validate says what keeps a document from counting: a required member that is
// missing, an address a client must not open, or its expiry.
func (d *Discovery) Validate(now time.Time) (faults []Fault) {
	fault := func(wrong bool, pointer, detail string) {
		if wrong {
			faults = append(faults, Fault{pointer, detail})
		}
	}
	fault(d.CX == "", "/cx", "expected the protocol's version, such as "+Version)
	fault(strings.TrimSpace(d.Brand.Name) == "", "/brand/name", "expected the brand's name")
	fault(len(d.Domains) == 0, "/domains", "expected at least one domain")
	for i, name := range d.Domains {
		fault(strings.ContainsAny(name, "/@? ") || name == "", "/domains/"+strconv.Itoa(i), "expected a host's name without scheme and path")
	}
	fault(len(d.Languages) == 0, "/languages", "expected at least one language")
	fault(d.Expires.IsZero(), "/expires", "expected a time")
	fault(!d.Expires.IsZero() && !d.Expires.After(now), "/expires", "it is past")
	fault(d.Screen == "" && len(d.Fallback) == 0, "/screen", "expected a screen or a fallback")
	for _, u := range []struct{ pointer, url string }{
		{"/screen", d.Screen}, {"/canonical", d.Canonical}, {"/brand/logo", d.Brand.Logo}, {"/screen_template", beforeBrace(d.ScreenTemplate)},
	} {
		fault(u.url != "" && !webAddress(u.url), u.pointer, "expected an absolute http(s) address")
	}
	if d.API != nil {
		fault(!webAddress(d.API.Submit), "/api/submit", "expected an absolute http(s) address")
		fault(d.API.Touchpoints != "" && !webAddress(beforeBrace(d.API.Touchpoints)), "/api/touchpoints", "expected an absolute http(s) address")
		fault(d.API.OpenAPI != "" && !webAddress(d.API.OpenAPI), "/api/openapi", "expected an absolute http(s) address")
	}
	for i, f := range d.Fallback {
		fault(!reachable(f), "/fallback/"+strconv.Itoa(i), "expected tel:, mailto:, sms: or https:")
	}
	return faults
}

// Speaks says whether the document names a host (without its port) as the
// brand's own.
func (d *Discovery) Speaks(host string) bool {
	return slices.ContainsFunc(d.Domains, func(name string) bool {
		return strings.EqualFold(strings.TrimSuffix(name, "."), strings.TrimSuffix(host, "."))
	})
}

// ScreenURL is the address of the brand's touch screen: a path below it
// ("t", "k7f3" is a touchpoint) and what fills it in (topic, lang, text, ref).
// Without a template only the screen itself is known, and the rest is left out.
func (d *Discovery) ScreenURL(fill url.Values, path ...string) string {
	values := url.Values{}
	for _, name := range []string{"topic", "lang", "text", "ref"} {
		if v := fill.Get(name); v != "" {
			values.Set(name, v)
		}
	}
	if len(path) > 0 {
		values["path"] = path
	}
	if to, err := Expand(d.ScreenTemplate, values); err == nil && webAddress(to) {
		return to
	}
	return d.Screen
}

// Taken is what the brand accepts of a medium (text, photo or voice); ok is
// false where it takes none.
func (d *Discovery) Taken(media string) (a Accepts, ok bool) {
	i := slices.IndexFunc(d.Accepts, func(a Accepts) bool { return a.Media == media })
	if i < 0 {
		return Accepts{Media: media}, false
	}
	return d.Accepts[i], true
}

func beforeBrace(template string) string {
	before, _, _ := strings.Cut(template, "{")
	return before
}

// webAddress says whether a client may open an address: nothing but the web,
// so that no document can make it run a script.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

func reachable(s string) bool {
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "tel", "mailto", "sms":
		return u.Opaque != ""
	}
	return webAddress(s)
}
