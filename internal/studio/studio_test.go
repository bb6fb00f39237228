package studio_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/studio"
	"github.com/sayline/sayline/internal/testkit"
	"github.com/sayline/sayline/internal/words"
	"github.com/sayline/sayline/internal/words/wordstest"
)

func open(t *testing.T, o housetest.Options, token string) *housetest.House {
	return housetest.Open(t, o, func(h *housetest.House, mux *http.ServeMux) {
		studio.New(h.House, studio.Options{SetupToken: token, Mail: true}).Routes(mux)
	})
}

// visitor is a browser that follows no redirect by itself.
func visitor(t *testing.T) *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// read lets a response and its error be read in one line: read(c.Get(url))(t).
func read(res *http.Response, err error) func(*testing.T) (status int, body string, r *http.Response) {
	return func(t *testing.T) (int, string, *http.Response) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(b), res
	}
}

func filled() url.Values {
	return url.Values{"brand": {"Café Olé"}, "colour": {"#7a2e8e"}, "name": {"Ana"}, "email": {"Ana@cafe.example"}, "password": {"a few words to remember"}}
}

// TestFirstRun: what is wrong stands beside its field and nothing is made; what
// is right makes the account and the brand together, once.
func TestFirstRun(t *testing.T) {
	for name, database := range map[string]string{"sqlite": "", "postgres": testkit.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			h := open(t, housetest.Options{Database: database}, "")
			c := visitor(t)
			for field, bad := range map[string]string{"brand": " ", "name": "", "email": "ana", "password": "short", "colour": "red", "domain": "not a domain"} {
				f := filled()
				f.Set(field, bad)
				status, body, _ := read(c.PostForm(h.URL+"/setup", f))(t)
				if status != http.StatusUnprocessableEntity || !strings.Contains(body, `class="bad"`) || strings.Contains(body, "a few words") {
					t.Errorf("%s %q: status %d", field, bad, status)
				}
			}
			if have, err := h.Store.HasAccounts(t.Context()); err != nil || have {
				t.Fatalf("a mistake made an account (%v)", err)
			}
			status, _, res := read(c.PostForm(h.URL+"/setup", filled()))(t)
			if to := res.Header.Get("Location"); status != http.StatusSeeOther || to != "/b/cafe-ole/first" {
				t.Fatalf("set up: %d to %q", status, to)
			}
			if status, body, _ := read(c.Get(h.URL + "/b/cafe-ole/first"))(t); status != 200 || !strings.Contains(body, "first-waiting") || !strings.Contains(body, "/@cafe-ole/cx") {
				t.Errorf("the first touchpoint: %d", status)
			}
			stored, err := h.Store.Config(t.Context(), "cafe-ole")
			if err != nil {
				t.Fatal(err)
			}
			if p := stored.Config.People[0]; p.Email != "ana@cafe.example" || p.Role != sayline.Owner {
				t.Errorf("the owner is %+v", p)
			}
			status, _, res = read(visitor(t).PostForm(h.URL+"/setup", filled()))(t)
			if to := res.Header.Get("Location"); status != http.StatusSeeOther || to != "/sign-in" {
				t.Errorf("a second set-up: %d to %q", status, to)
			}
		})
	}
}

// TestSetUpWord: on a public address only who has the word may set the house up.
func TestSetUpWord(t *testing.T) {
	h := open(t, housetest.Options{}, "open-sesame-1234567890")
	f := filled()
	for _, word := range []string{"", "open-sesame"} {
		f.Set("token", word)
		if status, _, _ := read(visitor(t).PostForm(h.URL+"/setup", f))(t); status != http.StatusForbidden {
			t.Errorf("with the word %q: %d", word, status)
		}
	}
	f.Set("token", "open-sesame-1234567890")
	if status, _, _ := read(visitor(t).PostForm(h.URL+"/setup", f))(t); status != http.StatusSeeOther {
		t.Errorf("with the right word: %d", status)
	}
}

// TestRoomIsTheOwners: the room, its downloads and its buttons are there for
// owners, and for nobody else.
func TestRoomIsTheOwners(t *testing.T) {
	h := open(t, housetest.Options{Brand: "sparkle", Change: func(c *sayline.Config) {
		c.Webhooks = []sayline.Webhook{{ID: "stock", URL: "http://127.0.0.1:9/"}}
	}}, "")
	owner, manager := h.Client("elena@sparkle.example"), h.Client("tomas@sparkle.example")
	status, body, _ := read(owner.Get(h.URL + "/b/sparkle/studio"))(t)
	for _, want := range []string{"/@sparkle/cx/t/k7f3", "whsec_", "lucia@sparkle.example", "brand.yaml", `id="hook-stock"`} {
		if status != 200 || !strings.Contains(body, want) {
			t.Errorf("the owner's studio (%d) does not show %q", status, want)
		}
	}
	for _, path := range []string{"/studio", "/studio/brand.yaml", "/studio/qr/k7f3", "/first"} {
		if status, _, _ := read(manager.Get(h.URL + "/b/sparkle" + path))(t); status != http.StatusNotFound {
			t.Errorf("a manager gets %d for %s", status, path)
		}
	}
	_, file, _ := read(owner.Get(h.URL + "/b/sparkle/studio/brand.yaml"))(t)
	if c, err := brandfile.Read("brand.yaml", []byte(file)); err != nil || c.ID != "sparkle" {
		t.Errorf("the downloaded file can't be read: %v", err)
	}
	if status, svg, _ := read(owner.Get(h.URL + "/b/sparkle/studio/qr/k7f3"))(t); status != 200 || !strings.HasPrefix(svg, "<svg") {
		t.Errorf("the code's file: %d", status)
	}
	if status, _, _ := read(owner.Get(h.URL + "/b/sparkle/studio/qr/nowhere"))(t); status != http.StatusNotFound {
		t.Errorf("the code of nothing: %d", status)
	}
	if status, body, _ := read(owner.PostForm(h.URL+"/b/sparkle/studio/people/marco/invite", nil))(t); status != 200 || !strings.Contains(body, "/join?token=") {
		t.Errorf("inviting: %d", status)
	}
	if status, _, _ := read(owner.PostForm(h.URL+"/b/sparkle/studio/webhooks/stock/replay", url.Values{"from": {"1"}}))(t); status != http.StatusSeeOther {
		t.Errorf("sending again: %d", status)
	}
	if place, err := h.Store.EndpointPlace(t.Context(), "sparkle", "stock"); err != nil || place.Seq != 0 {
		t.Errorf("after sending again from 1 the endpoint stands at %d, %v", place.Seq, err)
	}
	if status, _, _ := read(owner.PostForm(h.URL+"/b/sparkle/studio/webhooks/stock/replay", url.Values{"from": {"zero"}}))(t); status != http.StatusBadRequest {
		t.Errorf("sending again from zero: %d", status)
	}
	if status, _, _ := read(manager.PostForm(h.URL+"/b/sparkle/studio/people/marco/invite", nil))(t); status != http.StatusNotFound {
		t.Errorf("a manager inviting: %d", status)
	}
}

// TestWords: every key the studio's code says is in every language.
func TestWords(t *testing.T) {
	c, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	wordstest.Code(t, c, ".")
}
