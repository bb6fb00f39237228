package cx_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline/cx"
)

const wellKnown = cx.WellKnown

// Each way in which a brand can be found, and the document that wins.
func TestDiscover(t *testing.T) {
	link := `<link rel="` + cx.Rel + `" href="`
	for name, c := range map[string]struct {
		address string
		hosts   map[string]map[string]string
		domain  string
		url     string
	}{
		"the exact host": {"http://sparkle.example", map[string]map[string]string{"sparkle.example": {wellKnown: level0("sparkle.example")}},
			"sparkle.example", "http://sparkle.example" + wellKnown},
		"in capitals, with a port and a mark of UTF-8": {" HTTP://Sparkle.Example:80/ ", map[string]map[string]string{"sparkle.example:80": {wellKnown: "\ufeff " + level0("SPARKLE.example")}},
			"sparkle.example:80", "http://sparkle.example:80" + wellKnown},
		"with www.": {"http://sparkle.example", map[string]map[string]string{"sparkle.example": {}, "www.sparkle.example": {wellKnown: level0("www.sparkle.example")}},
			"www.sparkle.example", "http://www.sparkle.example" + wellKnown},
		"without www.": {"http://www.sparkle.example", map[string]map[string]string{"sparkle.example": {wellKnown: level0("sparkle.example")}},
			"sparkle.example", "http://sparkle.example" + wellKnown},
		"redirected to an operator": {"http://sparkle.example", map[string]map[string]string{
			"sparkle.example": {wellKnown: "→http://cx.example/@sparkle" + wellKnown}, "cx.example": {"/@sparkle" + wellKnown: level0("elsewhere.example")}},
			"sparkle.example", "http://cx.example/@sparkle" + wellKnown},
		"the scanned page's link first": {"http://sparkle.example/offer", map[string]map[string]string{"sparkle.example": {
			wellKnown: level0("sparkle.example"), "/offer": "<html><head>" + link + `/own.json"></head>`, "/own.json": level0("sparkle.example")}},
			"sparkle.example", "http://sparkle.example/own.json"},
		"the home page's link": {"http://sparkle.example", map[string]map[string]string{
			"sparkle.example": {"/": "<!-- " + link + `http://evil.example/x"> --><script>"` + link + `/no"</script><title>` + link + `/no"></title><LINK HREF='http://cx.example/s?a=1&amp;b=2' rel="icon ` + cx.Rel + `">`},
			"cx.example":      {"/s": level0("sparkle.example")}},
			"sparkle.example", "http://cx.example/s?a=1&b=2"},
		"the first valid one, not the first": {"http://sparkle.example", map[string]map[string]string{
			"sparkle.example": {wellKnown: level0("other.example")}, "www.sparkle.example": {wellKnown: level0("sparkle.example")}},
			"sparkle.example", "http://www.sparkle.example" + wellKnown},
		"a brand's place at an operator's": {"http://cx.example/@miga/cx/t/till", map[string]map[string]string{
			"cx.example": {"/@miga" + wellKnown: strings.Replace(level0("miga.example"), "{", `{"canonical":"http://cx.example/@miga`+wellKnown+`",`, 1)}},
			"cx.example/@miga", "http://cx.example/@miga" + wellKnown},
		"a barcode through the resolver": {"09506000134352", map[string]map[string]string{
			"id.example": {"/01/09506000134352": "→http://sparkle.example/cx/01/09506000134352"}, "sparkle.example": {"/cx/01/09506000134352": "<head>" + link + wellKnown + `">`, wellKnown: level0("sparkle.example")}},
			"sparkle.example", "http://sparkle.example" + wellKnown},
	} {
		t.Run(name, func(t *testing.T) {
			n := newInternet(t)
			for host, files := range c.hosts {
				n.hosts[strings.TrimSuffix(host, ":80")], n.hosts[host] = serves(files), serves(files)
			}
			client := n.client(nil)
			client.Resolver = "http://id.example/"
			f, err := client.Discover(t.Context(), c.address)
			if err != nil {
				t.Fatal(err, n.asked)
			}
			if f.Domain != c.domain || f.URL != c.url || f.Brand.Name != "Sparkle" || !strings.Contains(string(f.Source), "Sparkle") {
				t.Errorf("found for %q at %q: %+v", f.Domain, f.URL, f.Discovery)
			}
		})
	}
}

func TestDiscoverByHeader(t *testing.T) {
	n := newInternet(t)
	n.hosts["shop.example"] = func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/shelf":
			w.Header().Add("Link", `</x>; rel="next", <http://evil.example/>; title="a, <b>; rel=`+cx.Rel+`"; rel=prev`)
			w.Header().Add("Link", `<../doc>; rel="alternate `+cx.Rel+`"; type="application/json"`)
		case "/doc":
			_, _ = w.Write([]byte(level0("shop.example")))
		default:
			t.Errorf("%s was asked for", r.URL)
		}
	}
	f, err := n.client(nil).Discover(t.Context(), "http://shop.example/shelf")
	if err != nil || f.URL != "http://shop.example/doc" || f.Domain != "shop.example" {
		t.Fatal(f, err)
	}
}

// Why a brand was not found, and what is left to a person.
func TestDiscoverErrors(t *testing.T) {
	tel := []string{"tel:+34900000000"}
	valid := level0("sparkle.example")
	for name, c := range map[string]struct {
		address  string
		hosts    map[string]map[string]string
		kind     error
		fallback []string
		pointer  string
	}{
		"nobody":                            {"http://sparkle.example", nil, cx.ErrUnreachable, nil, ""},
		"not here":                          {"http://sparkle.example", map[string]map[string]string{"sparkle.example": {}}, cx.ErrNotHere, nil, ""},
		"a page for all":                    {"http://sparkle.example", map[string]map[string]string{"sparkle.example": {wellKnown: "<html>Welcome", "/": "<html>Welcome"}}, cx.ErrNotHere, nil, ""},
		"JSON of another":                   {"http://sparkle.example", map[string]map[string]string{"sparkle.example": {wellKnown: `{"error":"no"}`}}, cx.ErrNotHere, nil, ""},
		"its own contacts":                  {"http://sparkle.example", map[string]map[string]string{"sparkle.example": {"/": `<p><a href="mailto:hello@sparkle.example?subject=x">Write</a> <a href=tel:+34900000000>Call</a> <a href="javascript:alert(1)">`}}, cx.ErrNotHere, []string{"mailto:hello@sparkle.example", "tel:+34900000000"}, ""},
		"expired":                           {"http://sparkle.example", map[string]map[string]string{"sparkle.example": {wellKnown: strings.Replace(valid, "2027", "2025", 1)}}, cx.ErrInvalid, tel, "/expires"},
		"of another domain":                 {"http://sparkle.example", map[string]map[string]string{"sparkle.example": {wellKnown: level0("evil.example")}}, cx.ErrInvalid, nil, "/domains"},
		"linked, not theirs":                {"http://sparkle.example", map[string]map[string]string{"sparkle.example": {"/": `<link rel="` + cx.Rel + `" href="http://evil.example/x">`}, "evil.example": {"/x": level0("evil.example")}}, cx.ErrInvalid, nil, "/domains"},
		"operator's place, another's words": {"http://cx.example/@miga", map[string]map[string]string{"cx.example": {"/@miga" + wellKnown: valid}}, cx.ErrInvalid, nil, "/domains"},
		"a script for a screen":             {"http://sparkle.example", map[string]map[string]string{"sparkle.example": {wellKnown: strings.Replace(valid, "{", `{"screen":"javascript:alert(1)",`, 1)}}, cx.ErrInvalid, tel, "/screen"},
		"a script for a fallback":           {"http://sparkle.example", map[string]map[string]string{"sparkle.example": {wellKnown: strings.Replace(valid, "tel:+34900000000", "javascript:alert(1)", 1)}}, cx.ErrInvalid, nil, "/fallback/0"},
		"too long":                          {"http://sparkle.example", map[string]map[string]string{"sparkle.example": {wellKnown: valid + strings.Repeat(" ", cx.MaxDiscovery)}}, cx.ErrInvalid, nil, ""},
		"not UTF-8":                         {"http://sparkle.example", map[string]map[string]string{"sparkle.example": {wellKnown: strings.Replace(valid, "Sparkle", "Sp\xe4rkle", 1)}}, cx.ErrInvalid, nil, ""},
		"four redirects":                    {"http://sparkle.example", map[string]map[string]string{"sparkle.example": {wellKnown: "→/1", "/1": "→/2", "/2": "→/3", "/3": "→/4", "/4": valid}}, cx.ErrNotHere, nil, ""},
		"no address":                        {"sparkle", nil, cx.ErrAddress, nil, ""},
		"no web address":                    {"ftp://sparkle.example", nil, cx.ErrAddress, nil, ""},
		"a password":                        {"http://a:b@sparkle.example", nil, cx.ErrAddress, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			n := newInternet(t)
			for host, files := range c.hosts {
				n.hosts[host] = serves(files)
			}
			_, err := n.client(nil).Discover(t.Context(), c.address)
			var why *cx.DiscoverError
			if !errors.As(err, &why) || !errors.Is(err, c.kind) {
				t.Fatalf("%v, want %v", err, c.kind)
			}
			if !slices.Equal(why.Fallback, c.fallback) {
				t.Errorf("the fallback is %q", why.Fallback)
			}
			if c.kind == cx.ErrInvalid && (len(why.Faults) != 1 || why.Faults[0].Pointer != c.pointer || why.Document == "") {
				t.Errorf("the faults are %+v of %q", why.Faults, why.Document)
			}
			if p := why.Problem(); p.Status < 400 || p.Title == "" || !strings.Contains(p.Type, "/problem/") {
				t.Errorf("told as %+v", p)
			}
		})
	}
}

func TestThreeRedirectsAreFollowed(t *testing.T) {
	n := newInternet(t)
	n.hosts["sparkle.example"] = serves(map[string]string{wellKnown: "→/1", "/1": "→/2", "/2": "→/3", "/3": level0("sparkle.example")})
	if _, err := n.client(nil).Discover(t.Context(), "http://sparkle.example"); err != nil {
		t.Fatal(err)
	}
}

// A server that never ends its answer does not hold anybody.
func TestDiscoverGivesUp(t *testing.T) {
	n := newInternet(t)
	n.hosts["slow.example"] = func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
	client := n.client(nil)
	client.Timeout = 20 * time.Millisecond
	if _, err := client.Discover(t.Context(), "http://slow.example"); !errors.Is(err, cx.ErrUnreachable) {
		t.Fatal(err)
	}
}

func TestScreenURL(t *testing.T) {
	d := &cx.Discovery{Screen: "https://s.example/cx", ScreenTemplate: "https://s.example/cx{/path*}{?topic,lang,text,ref}"}
	if got := d.ScreenURL(map[string][]string{"text": {"It's “odd” & 100 %"}, "lang": {"en"}}, "t", "k7/3"); got != "https://s.example/cx/t/k7%2F3?lang=en&text=It%27s%20%E2%80%9Codd%E2%80%9D%20%26%20100%20%25" {
		t.Error(got)
	}
	if got := (&cx.Discovery{Screen: "https://s.example/cx"}).ScreenURL(map[string][]string{"text": {"x"}}); got != "https://s.example/cx" {
		t.Error(got)
	}
}

func FuzzPage(f *testing.F) {
	f.Add("<link rel='"+cx.Rel+"' href=/a><a href=mailto:x@y.example>", `</a>; rel="`+cx.Rel+`"`)
	f.Add("<!--<link><script></SCRIPT><a href=\"", `<>;;,"\`)
	f.Fuzz(func(t *testing.T, page, header string) {
		n := newInternet(t)
		n.hosts["a.example"] = func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				w.WriteHeader(404)
				return
			}
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Link", header)
			_, _ = w.Write([]byte(page))
		}
		found, err := n.client(nil).Discover(t.Context(), "http://a.example")
		var why *cx.DiscoverError
		if found != nil || !errors.As(err, &why) {
			t.Fatal(found, err)
		}
		for _, way := range why.Fallback {
			if !strings.HasPrefix(way, "mailto:") && !strings.HasPrefix(way, "tel:") {
				t.Errorf("%q is offered to people", way)
			}
		}
	})
}
