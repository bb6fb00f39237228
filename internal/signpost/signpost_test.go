package signpost_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/signpost"
	"github.com/sayline/sayline/internal/words"
)

// host is a server with the signposts of sparkle (at /@sparkle) and of its operator.
type host struct {
	url  string
	site *brands.Snapshot
}

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func open(t testing.TB) *host {
	t.Helper()
	src, err := os.ReadFile("../../examples/sparkle.yaml")
	if err != nil {
		t.Fatal(err)
	}
	config, err := brandfile.Read("sparkle.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	h := &host{site: brands.New(1, config, nil)}
	reg := &brands.Registry{}
	reg.Set(h.site)
	s := signpost.New(signpost.Options{Brands: reg, Words: catalogue, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
		Operator: func(*http.Request) string { return h.url }, BrandURL: func(base, id string) string { return base + "/@" + id }, SecurityContact: "mailto:security@operator.example"})
	ours, theirs := http.NewServeMux(), http.NewServeMux()
	s.BrandRoutes(ours)
	s.OperatorRoutes(theirs)
	split := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if brands.FromContext(r.Context()) != nil {
			ours.ServeHTTP(w, r)
		} else {
			theirs.ServeHTTP(w, r)
		}
	})
	srv := httptest.NewServer(reg.Resolve(func(*http.Request) string { return h.url }, func(*http.Request) bool { return false }, split))
	t.Cleanup(srv.Close)
	h.url = srv.URL
	return h
}

type reply struct {
	status int
	header http.Header
	body   string
}

// call asks without following a redirect; headers are name, value, name, value…
func (h *host) call(t interface{ Fatal(...any) }, method, path string, headers ...string) reply {
	req, err := http.NewRequest(method, h.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	tidied := res.StatusCode >= 300 && res.StatusCode < 400 && len(res.Header.Values("Link")) == 0 // of // and /../ in a path, before anybody answers
	if res.Header.Get("Access-Control-Allow-Origin") != "*" && !tidied {
		t.Fatal(path, " is not open to every origin")
	}
	return reply{res.StatusCode, res.Header, string(b)}
}

const (
	lemon = "09506000134352" // Sparkle Lemon
	gs1   = "/@sparkle/gs1/01/"
)

type links []struct {
	Href, Title, Type string
	Hreflang          []string
}

// set reads a linkset and checks what every one of ours must be.
func (h *host) set(t *testing.T, a reply) []map[string]json.RawMessage {
	t.Helper()
	var doc struct{ Linkset []map[string]json.RawMessage }
	if err := json.Unmarshal([]byte(a.body), &doc); err != nil || len(doc.Linkset) == 0 {
		t.Fatalf("%v in %s", err, a.body)
	}
	for _, c := range doc.Linkset {
		for relation, raw := range c {
			if relation == "anchor" || relation == "itemDescription" || relation == "description" {
				continue
			}
			var list links
			if err := json.Unmarshal(raw, &list); err != nil || len(list) == 0 {
				t.Errorf("%s: %v", relation, err)
			}
			for _, l := range list {
				if !strings.HasPrefix(relation, "https://gs1.org/voc/") || l.Title == "" || l.Href == "" {
					t.Errorf("%s: %+v", relation, l)
				}
			}
		}
	}
	return doc.Linkset
}

func TestResolving(t *testing.T) {
	h := open(t)
	screen := h.url + "/@sparkle/cx/01/" + lemon
	for _, tt := range []struct {
		path   string
		header []string
		status int
		to     string
	}{
		{gs1 + lemon, nil, 307, screen + "?lang=en"},
		{gs1 + lemon + "/", nil, 307, screen + "?lang=en"},
		{gs1 + "9506000134352", nil, 307, screen + "?lang=en"},
		{gs1 + lemon, []string{"Accept-Language", "es-MX,en;q=0.5"}, 307, screen + "?lang=es"},
		{gs1 + lemon, []string{"Accept-Language", "nl"}, 307, screen},
		{gs1 + lemon + "/10/AB-123?17=271231&utm=x", nil, 307, screen + "/10/AB-123?17=271231&lang=en&utm=x"},
		{gs1 + lemon + "?linkType=gs1:support&ref=seat+4", nil, 307, screen + "?lang=en&ref=seat+4"},
		{gs1 + lemon + "?linkType=https%3A%2F%2Fgs1.org%2Fvoc%2Fsupport", []string{"Accept-Language", "ar"}, 307, screen + "?lang=ar"},
		{gs1 + lemon + "?linkType=gs1:support", []string{"Accept-Language", "nl"}, 300, ""},
		{gs1 + lemon + "?linkType=gs1:recipeInfo", nil, 404, ""},
		{gs1 + lemon + "/10/AB/235/XYZ", nil, 307, screen + "/10/AB?lang=en"},
		{gs1 + "09506000139999", nil, 404, ""},                  // right, and not ours
		{gs1 + "09506000134353", nil, 400, ""},                  // check digit
		{gs1 + lemon + "/254/x", nil, 400, ""},                  // of a place
		{gs1 + lemon + "/21/S/10/L", nil, 400, ""},              // order
		{"/@sparkle/gs1/nothing/here", nil, 400, ""},            //
		{"/@sparkle/gs1/414/1234567890123", nil, 400, ""},       // check digit
		{"/@sparkle/gs1/8006/095060001343520102", nil, 400, ""}, // a key we don't have
	} {
		for _, method := range []string{"GET", "HEAD"} {
			a := h.call(t, method, tt.path, tt.header...)
			if a.status != tt.status || a.header.Get("Location") != tt.to {
				t.Errorf("%s %s %v: %d %s, want %d %s", method, tt.path, tt.header, a.status, a.header.Get("Location"), tt.status, tt.to)
			}
			if tt.status == 307 && !strings.Contains(strings.Join(a.header.Values("Link"), ","), `rel="linkset"; type="application/linkset+json"`) {
				t.Errorf("%s: no link to the linkset: %v", tt.path, a.header.Values("Link"))
			}
		}
	}
	if a := h.call(t, "OPTIONS", gs1+lemon); a.status != 204 || a.header.Get("Allow") != "GET, HEAD, OPTIONS" {
		t.Errorf("OPTIONS: %d %v", a.status, a.header)
	}
}

func TestLinksets(t *testing.T) {
	h := open(t)
	for _, ask := range [][]string{{"?linkType=linkset"}, {"?linkType=all"}, {"", "Accept", "application/linkset+json"}, {"", "Accept", "application/json"}} {
		a := h.call(t, "GET", gs1+lemon+"/22/2A/10/AB-123/21/SECRET"+ask[0], ask[1:]...)
		if a.status != 200 || a.header.Get("Content-Type") != "application/linkset+json" {
			t.Fatalf("%v: %d %s", ask, a.status, a.header.Get("Content-Type"))
		}
		var anchors []string
		for _, c := range h.set(t, a) {
			var anchor string
			if err := json.Unmarshal(c["anchor"], &anchor); err != nil {
				t.Fatal(err)
			}
			anchors = append(anchors, strings.TrimPrefix(anchor, h.url+gs1))
			var all links
			if err := json.Unmarshal(c["https://gs1.org/voc/support"], &all); err != nil || len(all) != len(h.site.Languages) {
				t.Errorf("%s has the support links %+v, %v", anchor, all, err)
			}
			if c["https://gs1.org/voc/defaultLink"] == nil {
				t.Errorf("%s has no default link", anchor)
			}
		}
		if want := []string{lemon + "/22/2A/10/AB-123", lemon + "/22/2A", lemon}; !slices.Equal(anchors, want) {
			t.Errorf("anchors %v, want %v", anchors, want)
		}
		if strings.Contains(a.body, "SECRET") {
			t.Error("a serial number is in the linkset")
		}
	}
	for _, p := range h.site.Places {
		if p.GLN != "" {
			h.set(t, h.call(t, "GET", "/@sparkle/gs1/414/"+p.GLN+"/254/shelf-14?linkType=linkset"))
		}
	}
}

// TestEveryLinkOfAProductResolves: whatever stands after a known key, in its
// right form, leads to that product's screen; with a wrong digit it is 400.
func TestEveryLinkOfAProductResolves(t *testing.T) {
	h := open(t)
	text := rapid.StringMatching(`[A-Za-z0-9][A-Za-z0-9.\-_]{0,19}`)
	rapid.Check(t, func(t *rapid.T) {
		product := rapid.SampledFrom(h.site.Products).Draw(t, "product")
		path := product.GTIN
		for _, key := range []string{"22", "10", "21"} {
			if rapid.Bool().Draw(t, key) {
				path += "/" + key + "/" + url.PathEscape(text.Draw(t, "value"))
			}
		}
		a := h.call(t, "GET", gs1+path)
		if a.status != 307 || !strings.HasPrefix(a.header.Get("Location"), h.url+"/@sparkle/cx/01/"+product.GTIN) {
			t.Fatalf("%s: %d %s", path, a.status, a.header.Get("Location"))
		}
		digit := product.GTIN[13]
		wrong := product.GTIN[:13] + string('0'+(digit-'0'+1)%10) + strings.TrimPrefix(path, product.GTIN)
		if a := h.call(t, "GET", gs1+wrong); a.status != 400 {
			t.Fatalf("%s: %d", wrong, a.status)
		}
	})
}

func FuzzResolve(f *testing.F) {
	h := open(f)
	for _, s := range []string{lemon, lemon + "/10/AB?linkType=linkset", "%2f", lemon + "/235/", "/235/x", "?linkType=gs1:", lemon + "/7040/ABCD", lemon + "/10/%zz"} {
		f.Add(s, "en;q=0.5,*")
	}
	f.Fuzz(func(t *testing.T, path, accept string) {
		// A space in a request's first line ends its address: net/http refuses such
		// a line before anybody here could answer.
		if _, err := http.NewRequest("GET", h.url+gs1+path, nil); err != nil || strings.ContainsAny(path, " \t\r\n\x00") || strings.ContainsAny(accept, "\r\n\x00") {
			t.Skip()
		}
		req := httptest.NewRequest("GET", "/x", nil)
		if req.Header.Set("Accept-Language", accept); !validHeader(accept) {
			t.Skip()
		}
		if a := h.call(t, "GET", gs1+path, "Accept-Language", accept); a.status >= 500 {
			t.Fatalf("%q: %d %s", path, a.status, a.body)
		}
	})
}

func validHeader(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

func TestDescription(t *testing.T) {
	h := open(t)
	var d struct {
		Name, ResolverRoot   string
		SupportedPrimaryKeys []string
		SupportedLinkType    []struct{ Namespace, Prefix string }
	}
	a := h.call(t, "GET", "/@sparkle/.well-known/gs1resolver")
	if err := json.Unmarshal([]byte(a.body), &d); err != nil || d.ResolverRoot != h.url+"/@sparkle/gs1" || !slices.Equal(d.SupportedPrimaryKeys, []string{"01", "414"}) || d.SupportedLinkType[0].Prefix != "gs1:" {
		t.Errorf("%v %s", err, a.body)
	}
}

func TestCatalogs(t *testing.T) {
	h := open(t)
	operator := h.call(t, "GET", "/.well-known/api-catalog")
	brand := h.call(t, "GET", "/@sparkle/.well-known/api-catalog")
	for _, a := range []reply{operator, brand} {
		if !strings.HasPrefix(a.header.Get("Content-Type"), `application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"`) || a.header.Get("Link") == "" {
			t.Errorf("%v", a.header)
		}
	}
	if !strings.Contains(operator.body, h.url+"/@sparkle/.well-known/api-catalog") {
		t.Errorf("%s", operator.body)
	}
	var doc struct {
		Linkset []struct {
			Anchor string
			Item   []struct{ Href string }
			Desc   []struct{ Href string } `json:"service-desc"`
			Meta   []struct{ Href string } `json:"service-meta"`
		}
	}
	if err := json.Unmarshal([]byte(brand.body), &doc); err != nil || len(doc.Linkset) != 2 || doc.Linkset[0].Item[0].Href != doc.Linkset[1].Anchor ||
		doc.Linkset[1].Desc[0].Href != h.url+"/@sparkle/cx/openapi.json" || doc.Linkset[1].Desc[1].Href != h.url+"/@sparkle/cx/asyncapi.json" || doc.Linkset[1].Meta[0].Href != h.url+"/@sparkle/.well-known/cx" {
		t.Errorf("%v %s", err, brand.body)
	}
}

func TestSecurityContact(t *testing.T) {
	h := open(t)
	want := "Contact: mailto:security@operator.example\nExpires: 2027-05-01T00:00:00Z\nPreferred-Languages: ar, en, es\nCanonical: " + h.url + "/.well-known/security.txt\n"
	if a := h.call(t, "GET", "/.well-known/security.txt"); a.body != want {
		t.Errorf("%s", a.body)
	}
}

// TestCrawlers: what is listed is for everybody, and nothing private is.
func TestCrawlers(t *testing.T) {
	h := open(t)
	if a := h.call(t, "GET", "/robots.txt"); !strings.Contains(a.body, "Disallow: /b/\n") || !strings.Contains(a.body, "Sitemap: "+h.url+"/@sparkle/sitemap.xml\n") {
		t.Errorf("%s", a.body)
	}
	if a := h.call(t, "GET", "/@sparkle/robots.txt"); !strings.Contains(a.body, "Disallow: /cx/r/\n") {
		t.Errorf("%s", a.body)
	}
	var m struct {
		Pages []struct {
			Loc   string `xml:"loc"`
			Other []struct {
				Lang string `xml:"hreflang,attr"`
			} `xml:"link"`
		} `xml:"url"`
	}
	a := h.call(t, "GET", "/@sparkle/sitemap.xml")
	if err := xml.Unmarshal([]byte(a.body), &m); err != nil || len(m.Pages) < 2 || m.Pages[0].Loc != h.url+"/@sparkle/cx" {
		t.Fatalf("%v %s", err, a.body)
	}
	for _, p := range m.Pages {
		if len(p.Other) != len(h.site.Languages) {
			t.Errorf("%s in %d languages", p.Loc, len(p.Other))
		}
		if id, ok := strings.CutPrefix(p.Loc, h.url+"/@sparkle/cx/t/"); ok && !h.site.Public(h.site.Index.Touchpoint(id)) {
			t.Errorf("%s is told", id)
		}
	}
}
