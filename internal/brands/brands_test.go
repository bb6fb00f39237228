package brands_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
)

// soda is a brand with these domains.
func soda(id string, domains ...string) *sayline.Config {
	return &sayline.Config{
		Brand:       sayline.Brand{ID: id, Name: strings.ToUpper(id), Languages: []string{"en"}, Look: sayline.Look{Color: "#0b6e4f"}, Domains: domains},
		Touchpoints: []sayline.Touchpoint{{ID: "front-door", Name: sayline.Plain("Front door"), Channel: "web", Stage: "hears"}},
		People:      []sayline.Person{{ID: "lucia", Name: "Lucía", Email: "lucia@sparkle.example"}},
		Teams:       []sayline.Team{{ID: "desk", Name: sayline.Plain("Desk"), Members: []sayline.Membership{{Person: "lucia"}}}},
	}
}

func registry(configs ...*sayline.Config) *brands.Registry {
	r := &brands.Registry{}
	for _, c := range configs {
		r.Set(brands.New(1, c, nil))
	}
	return r
}

// resolve says where a request came out: brand, base and path.
func resolve(r *brands.Registry, host, target string, tls bool) string {
	got := ""
	h := r.Resolve(func(*http.Request) string { return "https://house.example" }, func(*http.Request) bool { return tls },
		http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
			got = "house " + req.URL.EscapedPath()
			if site := brands.FromContext(req.Context()); site != nil {
				got = fmt.Sprint(site.ID, " ", site.Base, " ", req.URL.EscapedPath(), " ", site.URL("/cx"))
			}
		}))
	req := httptest.NewRequest("GET", "http://x"+target, nil)
	req.Host = host
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, req); w.Code != http.StatusOK {
		return fmt.Sprint(w.Code)
	}
	return got
}

func TestResolve(t *testing.T) {
	r := registry(soda("sparkle", "sparkle.example", "www.sparkle.example"), soda("granvia", "granvia.example"))
	for _, c := range []struct {
		host, target string
		tls          bool
		want         string
	}{
		{"sparkle.example", "/cx", false, "sparkle http://sparkle.example /cx http://sparkle.example/cx"},
		{"sparkle.example", "/cx", true, "sparkle https://sparkle.example /cx https://sparkle.example/cx"},
		{"www.sparkle.example:8443", "/", true, "sparkle https://www.sparkle.example:8443 / https://www.sparkle.example:8443/cx"},
		{"GRANVIA.example.", "/cx", false, "granvia http://GRANVIA.example. /cx http://GRANVIA.example./cx"},
		{"sparkle.localhost:8080", "/cx", false, "sparkle http://sparkle.localhost:8080 /cx http://sparkle.localhost:8080/cx"},
		{"nobody.localhost:8080", "/cx", false, "house /cx"},
		{"house.example", "/cx", true, "house /cx"},
		{"evil.example", "/cx", false, "house /cx"},
		{"house.example", "/@sparkle/cx/t/k7f3", false, "sparkle https://house.example/@sparkle /cx/t/k7f3 https://house.example/@sparkle/cx"},
		{"evil.example", "/@sparkle/cx", false, "sparkle https://house.example/@sparkle /cx https://house.example/@sparkle/cx"},
		{"house.example", "/@sparkle", false, "sparkle https://house.example/@sparkle / https://house.example/@sparkle/cx"},
		{"house.example", "/@sparkle/", false, "sparkle https://house.example/@sparkle / https://house.example/@sparkle/cx"},
		{"house.example", "/@sparkle/cx/01/095%2F06/10/AB%20C", false, "sparkle https://house.example/@sparkle /cx/01/095%2F06/10/AB%20C https://house.example/@sparkle/cx"},
		{"house.example", "/@nobody/cx", false, "404"},
		{"house.example", "/@/cx", false, "404"},
		{"house.example", "/x/@sparkle/cx", false, "house /x/@sparkle/cx"},
		{"granvia.example", "/@sparkle/cx", false, "granvia http://granvia.example /@sparkle/cx http://granvia.example/cx"}, // a brand's host is the brand's alone
	} {
		if got := resolve(r, c.host, c.target, c.tls); got != c.want {
			t.Errorf("%s %s (TLS %v): %s\nwant %s", c.host, c.target, c.tls, got, c.want)
		}
	}
	if got := resolve(&brands.Registry{}, "sparkle.example", "/@sparkle/cx", false); got != "404" {
		t.Errorf("a registry of no brands: %s", got)
	}
}

// Whatever the host and the path, a request comes out at the brand whose host it
// is, else at the one it names, and never elsewhere.
func TestResolveIsNeverWrong(t *testing.T) {
	r := registry(soda("a", "a.example"), soda("b", "b.example"))
	rapid.Check(t, func(t *rapid.T) {
		host := rapid.OneOf(rapid.SampledFrom([]string{"a.example", "b.example:1", "a.localhost", "A.EXAMPLE", "x.a.example", "a.example.evil", "[::1]:80", ""}), rapid.String()).Draw(t, "host")
		path := "/" + rapid.StringMatching(`(@[ab]|@c|@|x|%40a)?(/(@[ab]|cx|%2f|t))*`).Draw(t, "path")
		got := resolve(r, host, path, false)
		owner := map[string]string{"a.example": "a", "a.localhost": "a", "b.example:1": "b"}[strings.ToLower(host)]
		named := ""
		if rest, ok := strings.CutPrefix(strings.Replace(path, "%40", "@", 1), "/@"); ok {
			named, _, _ = strings.Cut(rest, "/")
		}
		switch {
		case owner != "":
			if !strings.HasPrefix(got, owner+" ") {
				t.Fatalf("%q is %s's and came out at %s", host, owner, got)
			}
		case named == "a" || named == "b":
			if !strings.HasPrefix(got, named+" https://house.example/@"+named+" /") {
				t.Fatalf("%q names %s and came out at %s", path, named, got)
			}
		case strings.HasPrefix(got, "a ") || strings.HasPrefix(got, "b "):
			t.Fatalf("%q %q came out at %s", host, path, got)
		}
	})
}

func TestRegistry(t *testing.T) {
	r := registry(soda("b", "shared.example", "b.example"), soda("a", "shared.example"))
	var ids []string
	for _, s := range r.All() {
		ids = append(ids, s.ID)
	}
	if !slices.Equal(ids, []string{"a", "b"}) {
		t.Errorf("all are %v", ids)
	}
	if got := resolve(r, "shared.example", "/", false); !strings.HasPrefix(got, "a ") {
		t.Errorf("of two with one domain the first has it: %s", got)
	}
	before := r.ByID("b")
	r.Set(brands.New(2, soda("b", "new.example"), nil))
	if got := r.ByID("b"); got.Version != 2 || before.Version != 1 || before.Domains[1] != "b.example" {
		t.Errorf("after a change: version %d, before %d", got.Version, before.Version)
	}
	for host, want := range map[string]string{"new.example": "b ", "b.example": "house "} {
		if got := resolve(r, host, "/", false); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", host, got)
		}
	}
	if r.ByID("c") != nil || (&brands.Registry{}).ByID("a") != nil || (&brands.Registry{}).All() != nil {
		t.Error("there are brands that are not there")
	}
}

// Readers do not wait for a change, and see one version whole.
func TestReadersSeeOneVersion(t *testing.T) {
	r := registry(soda("a", "v1.example"))
	done := make(chan struct{})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if s := r.ByID("a"); s.Domains[0] != fmt.Sprintf("v%d.example", s.Version) || s.Config.Name != "A" {
					t.Errorf("version %d with the domains %v", s.Version, s.Domains)
					return
				}
			}
		})
	}
	for v := 2; v < 200; v++ {
		r.Set(brands.New(v, soda("a", fmt.Sprintf("v%d.example", v)), nil))
	}
	close(done)
	all.Wait()
}
