package screen_test

import (
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/screen"
)

var (
	structured = regexp.MustCompile(`<script type="application/ld\+json">(.*?)</script>`)
	canonical  = regexp.MustCompile(`<link rel="canonical" href="([^"]*)">`)
)

// TestWhatMachinesRead: every touch screen that is for everybody says so to
// search engines and assistants; what is not is not to be listed.
func TestWhatMachinesRead(t *testing.T) {
	h := newHouse(t)
	for _, b := range h.reg.All() {
		for i := range b.Touchpoints {
			p := &b.Touchpoints[i]
			page := string(h.call("GET", "/@"+b.ID+"/cx/t/"+p.ID+"?ref=412&text=x", "", "Accept", "text/html").want(200).body)
			unlisted := strings.Contains(page, `<meta name="robots" content="noindex">`)
			if unlisted == b.Public(p) {
				t.Errorf("%s/%s is public %v and unlisted %v", b.ID, p.ID, b.Public(p), unlisted)
			}
			if !b.Public(p) {
				if structured.MatchString(page) {
					t.Errorf("%s/%s tells machines of itself", b.ID, p.ID)
				}
				continue
			}
			if at := canonical.FindStringSubmatch(page); at == nil || html.UnescapeString(at[1]) != h.url+"/@"+b.ID+"/cx/t/"+p.ID {
				t.Errorf("%s/%s: canonical %q", b.ID, p.ID, at)
			}
			var told struct {
				Context      string `json:"@context"`
				Type         string `json:"@type"`
				Name         string
				ContactPoint struct {
					Type string `json:"@type"`
					URL  string
				}
				PotentialAction struct {
					Type   string `json:"@type"`
					Target string
				}
			}
			m := structured.FindStringSubmatch(page)
			if m == nil {
				t.Fatalf("%s/%s has no structured data", b.ID, p.ID)
			}
			if err := json.Unmarshal([]byte(m[1]), &told); err != nil {
				t.Fatal(err)
			}
			if told.Context != "https://schema.org" || told.Type != "Organization" || told.Name != b.Name || told.ContactPoint.Type != "ContactPoint" ||
				told.ContactPoint.URL != h.url+"/@"+b.ID+"/cx" || told.PotentialAction.Type != "CommunicateAction" {
				t.Errorf("%s/%s: %+v", b.ID, p.ID, told)
			}
			if filled, err := cx.Expand(told.PotentialAction.Target, map[string][]string{"text": {"hello there"}}); err != nil || filled != h.url+"/@"+b.ID+"/cx/t/"+p.ID+"?text=hello%20there" {
				t.Errorf("%s/%s: the action leads to %q, %v", b.ID, p.ID, filled, err)
			}
		}
	}
	r := h.call("GET", h.said("sparkle", `{"feeling":5}`).Receipt, "", "Accept", "text/html").want(200)
	if !strings.Contains(string(r.body), `content="noindex"`) || structured.Match(r.body) {
		t.Error("a receipt may be listed")
	}
	lot := h.call("GET", "/@sparkle/cx/01/09506000134352/10/AB-123/21/SECRET", "", "Accept", "text/html").want(200)
	if at := canonical.FindSubmatch(lot.body); at != nil && string(at[1]) != h.url+"/@sparkle/cx/01/09506000134352" || strings.Contains(string(lot.body), "SECRET") {
		t.Errorf("a lot's page is canonical at %q", at)
	}
}

// TestBarcodesForMachines: who asks a barcode's address for its links is led to
// the resolver; people get the screen; it is told only where there is one.
func TestBarcodesForMachines(t *testing.T) {
	h := newHouse(t, func(o *screen.Options) { o.Resolver = "/gs1" })
	path := "/@sparkle/cx/01/09506000134352/10/AB-123"
	for _, ask := range [][]string{{"?linkType=gs1:support"}, {"?17=271231&linkType=linkset"}, {"", "Accept", "application/linkset+json"}} {
		a := h.call("GET", path+ask[0], "", ask[1:]...).want(307)
		if to := a.header.Get("Location"); to != h.url+"/@sparkle/gs1/01/09506000134352/10/AB-123"+ask[0] {
			t.Errorf("%v leads to %s", ask, to)
		}
	}
	h.call("GET", path, "", "Accept", "text/html").want(200)
	h.call("GET", path, "").want(200)
	d := read[cx.Discovery](h.call("GET", "/@sparkle/.well-known/cx", "").want(200))
	if d.Identifiers == nil || d.Identifiers.GS1Resolver != h.url+"/@sparkle/gs1" || !slices.Contains(d.Conformance, "gs1") {
		t.Errorf("%+v %v", d.Identifiers, d.Conformance)
	}
	d = read[cx.Discovery](newHouse(t).call("GET", "/@sparkle/.well-known/cx", "").want(200))
	if d.Identifiers != nil || slices.Contains(d.Conformance, "gs1") {
		t.Errorf("a resolver that is not there is told of: %+v", d.Identifiers)
	}
}
