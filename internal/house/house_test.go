package house_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/desk"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
	"github.com/sayline/sayline/internal/words"
	"github.com/sayline/sayline/internal/words/wordstest"
)

const sparkle = "sparkle"

func open(t testing.TB) *housetest.House {
	return housetest.Open(t, housetest.Options{Brand: sparkle}, func(h *housetest.House, mux *http.ServeMux) { desk.New(h.House).Routes(mux) })
}

func get(t *testing.T, c *http.Client, address string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest("GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

// TestDoor: who is not signed in is asked to and comes back; nobody is sent
// elsewhere; a brand's own address has no house; what is nowhere says so in the
// reader's language.
func TestDoor(t *testing.T) {
	h := open(t)
	nobody := h.Client("")
	res, _ := get(t, nobody, h.URL+"/b/sparkle/desk?show=team")
	if to := res.Header.Get("Location"); res.StatusCode != 303 || to != "/sign-in?then="+url.QueryEscape("/b/sparkle/desk?show=team") {
		t.Errorf("a stranger gets %d, %q", res.StatusCode, to)
	}
	ana := h.Client("ana@sparkle.example")
	for then, want := range map[string]string{"/b/sparkle/desk": "/b/sparkle/desk", "//evil.example": "/", "https://evil.example/": "/", `/\evil.example`: "/", "": "/"} {
		res, err := ana.PostForm(h.URL+"/sign-in", url.Values{"email": {"ana@sparkle.example"}, "password": {housetest.Password}, "then": {then}})
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if to := res.Header.Get("Location"); to != want {
			t.Errorf("then %q leads to %q, want %q", then, to, want)
		}
	}
	for path, want := range map[string]int{"/b/sparkle/nowhere": 404, "/b/nobody/desk": 404, "/@sparkle/sign-in": 404, "/@sparkle/b/sparkle/desk": 404, "/b/sparkle/desk": 200} {
		if res, _ := get(t, ana, h.URL+path); res.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
	}
	if _, page := get(t, nobody, h.URL+"/b/sparkle/nowhere", "Accept-Language", "ar"); !strings.Contains(page, `dir="rtl"`) {
		t.Error("nowhere is not in Arabic")
	}
	res, _ = get(t, ana, h.URL+"/b/sparkle/desk")
	for header, part := range map[string]string{"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
		if !strings.Contains(res.Header.Get(header), part) {
			t.Errorf("%s is %q", header, res.Header.Get(header))
		}
	}
	if csp := res.Header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") {
		t.Errorf("the policy allows %s", csp)
	}
}

// TestSignInOnAPhone: a wrong password says so and keeps the address; the right
// one opens the page that was asked for; signing out closes it.
func TestSignInOnAPhone(t *testing.T) {
	h := open(t)
	h.Client("ana@sparkle.example") // has an account now
	p := testkit.Browser(t).Page(testkit.Phone.In("es"))
	p.Open(h.URL + "/b/sparkle/desk")
	p.Do(chromedp.SetValue(chromedp.CSS("input[name=email]"), "ana@sparkle.example"), chromedp.SetValue(chromedp.CSS("input[name=password]"), "not this one"))
	p.Click("button.fill")
	if wrong := p.Text(".wrong"); wrong != "Ese correo y esa contraseña no van juntos." {
		t.Errorf("a wrong password says %q", wrong)
	}
	p.Until(`document.querySelector("input[name=email]").value === "ana@sparkle.example"`)
	p.Problems() // the 401 is what this is about
	p.Do(chromedp.SetValue(chromedp.CSS("input[name=password]"), housetest.Password))
	p.Click("button.fill")
	p.Until(`location.pathname === "/b/sparkle/desk" && document.querySelector("#live").dataset.state === "on"`)
	p.Click("#me summary")
	p.Click("#me form[action='/sign-out'] button")
	p.Until(`location.pathname === "/sign-in"`)
	p.MustBeClean()
	if res, _ := get(t, h.Client(""), h.URL+"/b/sparkle/desk"); res.StatusCode != 303 {
		t.Errorf("after signing out: %d", res.StatusCode)
	}
}

// TestArrivalIsOnlyTheirs: that an alert came up is confirmed by its person and
// by nobody else; it moves the clock that says how soon a person was reached.
func TestArrivalIsOnlyTheirs(t *testing.T) {
	h := open(t)
	said := h.Say(sparkle, sayline.Moment{Topic: "price-looks-wrong", Context: housetest.At("k7f3")})
	page := pageOf(t, h, said.Moment.Case, "lucia")
	for _, c := range []struct {
		who     string
		status  int
		reached bool
	}{{"ana@sparkle.example", 404, false}, {"lucia@sparkle.example", 204, true}, {"lucia@sparkle.example", 204, true}} {
		res, err := h.Client(c.who).Post(h.URL+"/b/sparkle/rings/"+page, "text/plain", nil)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		got, err := h.Store.Page(t.Context(), sparkle, page)
		if err != nil || res.StatusCode != c.status || !got.DeliveredAt.IsZero() != c.reached {
			t.Errorf("%s confirms: %d, delivered %v (%v)", c.who, res.StatusCode, got.DeliveredAt, err)
		}
	}
	if c, err := h.Store.Case(t.Context(), sparkle, said.Moment.Case); err != nil || c.ReachedAt.IsZero() {
		t.Errorf("the case was not reached: %+v, %v", c, err)
	}
}

// pageOf waits until the pager has made an alert for a person's screen.
func pageOf(t *testing.T, h *housetest.House, caseID, person string) (id string) {
	t.Helper()
	testkit.Eventually(t, "an alert is made for "+person, func() bool {
		pages, err := h.Store.PagesOf(t.Context(), sparkle, caseID)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pages {
			if p.Person == person && p.Channel == sayline.ByDesk {
				id = p.ID
			}
		}
		return id != ""
	})
	return id
}

// TestWords holds templates and code to the catalogues, and the keys that are
// put together as they are said.
func TestWords(t *testing.T) {
	c, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	h := open(t)
	wordstest.Templates(t, c, house.AllTemplates(h.House))
	list := func(prefix string, names ...string) {
		for _, n := range names {
			for _, l := range c.Languages("house") {
				if !c.In(l).Has(prefix + n) {
					t.Errorf("%s has no words for %s%s", l, prefix, n)
				}
			}
		}
	}
	list("kind_", sayline.Kinds...)
	list("audience_", sayline.StandardAudiences...)
	list("source_", sayline.Sources...)
	list("urgency_", sayline.Urgencies...)
	list("resolve_", sayline.Reasons...)
	list("nav_", "pulse", "desk", "studio")
	list("notice_", house.Notices...)
	list("way_", sayline.ByDesk, sayline.ByEmail, sayline.ByWebhook)
	list("field_", "topic", "kind", "feeling", "touchpoint", "channel", "audience", "place", "product", "source", "tier", "has")
	for _, key := range []string{"trace_sent", "trace_delivered", "trace_accepted", "trace_failed"} {
		list(key, "", "_you")
	}
	for _, s := range sayline.UsualSteps {
		list("work_", s.ID)
	}
	for _, key := range []string{"trace_seen", "trace_on_it", "trace_answered", "trace_resolved"} {
		list(key, "", "_self")
	}
}

func TestBack(t *testing.T) {
	for path, want := range map[string]string{"/b/x?a=1#c": "/b/x?a=1#c", "//x": "-", "/\\x": "-", "http://x": "-", "x": "-", "": "-", "/\tx": "-", "javascript:x": "-"} {
		if got := house.Back(path, "-"); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

func TestMainFeeling(t *testing.T) {
	for f, want := range map[[6]int]int{{}: 0, {0, 3}: 1, {0, 1, 0, 0, 0, 1}: 3, {0, 0, 2, 0, 1}: 3, {0, 0, 3, 0, 1}: 3, {0, 0, 4, 0, 1}: 2, {0, 0, 0, 0, 0, 9}: 5} {
		if got := house.MainFeeling(f); got != want {
			t.Errorf("%v: %d, want %d", f, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for in, want := range map[string]string{"short": "short", "a  b\nc": "a b c", "one two three four five": "one two three…", "aaaaaaaaaaaaaaaaaaaaaaaa": "aaaaaaaaaaaaaaa…"} {
		if got := house.Cut(in, 16); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
