package studio_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/studio"
	"github.com/sayline/sayline/internal/testkit"
	"github.com/sayline/sayline/internal/words"
	"github.com/sayline/sayline/internal/words/wordstest"
)

func open(t *testing.T, o housetest.Options, token string) *housetest.House {
	return housetest.Open(t, o, func(h *housetest.House, mux *http.ServeMux) {
		s := studio.New(h.House, studio.Options{SetupToken: token, Mail: true})
		t.Cleanup(s.Close)
		s.Routes(mux)
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

// TestInvitingIsNotBeing: whoever has a link can be its person, so an owner gets
// none of who would see more: a private lane, another brand, the house itself.
func TestInvitingIsNotBeing(t *testing.T) {
	h := open(t, housetest.Options{Brand: "sparkle"}, "")
	owner := h.Client("elena@sparkle.example")
	ask := func(person string) (int, string) {
		t.Helper()
		status, body, _ := read(owner.PostForm(h.URL+"/b/sparkle/studio/people/"+person+"/invite", nil))(t)
		return status, body
	}
	if status, body := ask("irene"); status != http.StatusForbidden || strings.Contains(body, "/join?token=") {
		t.Errorf("a link of who is named in a private lane: %d", status)
	}
	if status, body := ask("marco"); status != http.StatusOK || !strings.Contains(body, "/join?token=") || strings.Contains(body, "people/irene/invite") || !strings.Contains(body, "people/elena/invite") {
		t.Errorf("a colleague's: %d", status)
	}
	other := *h.Brands.ByID("sparkle").Config
	other.ID = "elsewhere"
	h.Brands.Set(brands.New(1, &other, nil))
	if status, body := ask("marco"); status != http.StatusForbidden || strings.Contains(body, "/join?token=") {
		t.Errorf("a link of who works for another brand too: %d", status)
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

// TestRelays: a key is made, shown once, and revoked.
func TestRelays(t *testing.T) {
	h := open(t, housetest.Options{Brand: "sparkle"}, "")
	owner := h.Client("elena@sparkle.example")
	status, body, _ := read(owner.PostForm(h.URL+"/b/sparkle/studio/relays", url.Values{"name": {"WhatsApp desk"}}))(t)
	key := regexp.MustCompile(`relay_[0-9a-z]{32}`).FindString(body)
	if status != 200 || key == "" {
		t.Fatalf("%d, no key is shown", status)
	}
	relay, err := h.Store.RelayByKey(t.Context(), "sparkle", sayline.HashSecret(key))
	if err != nil || relay.Name != "WhatsApp desk" || relay.MadeBy != "elena" {
		t.Fatalf("%+v, %v", relay, err)
	}
	if _, body, _ = read(owner.Get(h.URL + "/b/sparkle/studio"))(t); strings.Contains(body, key) || !strings.Contains(body, "WhatsApp desk") {
		t.Error("the key is shown again, or its relay is not")
	}
	if status, _, _ := read(h.Client("tomas@sparkle.example").PostForm(h.URL+"/b/sparkle/studio/relays", url.Values{"name": {"Mine"}}))(t); status != http.StatusNotFound {
		t.Errorf("a manager makes keys: %d", status)
	}
	if status, _, _ := read(owner.PostForm(h.URL+"/b/sparkle/studio/relays", url.Values{"name": {" "}}))(t); status != http.StatusUnprocessableEntity {
		t.Errorf("without a name: %d", status)
	}
	if status, _, _ := read(owner.PostForm(h.URL+"/b/sparkle/studio/relays/"+relay.ID+"/revoke", nil))(t); status != http.StatusSeeOther {
		t.Errorf("revoking: %d", status)
	}
	if _, err := h.Store.RelayByKey(t.Context(), "sparkle", sayline.HashSecret(key)); sayline.KindOf(err) != sayline.Unsigned {
		t.Errorf("a revoked key: %v", err)
	}
}

// TestRelayCallback: made with the key, its secret shown once, its calls in view;
// nothing but https is called.
func TestRelayCallback(t *testing.T) {
	h := open(t, housetest.Options{Brand: "sparkle"}, "")
	owner := h.Client("elena@sparkle.example")
	for _, bad := range []string{"http://desk.example/x", "https://me:word@desk.example/", "ftp://desk.example", "desk.example", "https://"} {
		if status, _, _ := read(owner.PostForm(h.URL+"/b/sparkle/studio/relays", url.Values{"name": {"Bad"}, "callback": {bad}}))(t); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", bad, status)
		}
	}
	_, body, _ := read(owner.PostForm(h.URL+"/b/sparkle/studio/relays", url.Values{"name": {"WhatsApp desk"}, "callback": {"https://desk.example/sayline"}}))(t)
	list, err := h.Store.Callbacks(t.Context())
	if err != nil || len(list) != 1 || list[0].Callback != "https://desk.example/sayline" {
		t.Fatalf("called are %+v, %v", list, err)
	}
	secret := notify.DeriveSecret(h.Store.ServerKey(), "sparkle", list[0].Endpoint(), 0)
	if !strings.Contains(html.UnescapeString(body), secret) { // + is written &#43;
		t.Error("the secret is not shown")
	}
	if _, body, _ = read(owner.Get(h.URL + "/b/sparkle/studio"))(t); strings.Contains(html.UnescapeString(body), secret) || !strings.Contains(body, "https://desk.example/sayline") {
		t.Error("the secret is shown again, or where it calls is not")
	}
	action := regexp.MustCompile(`/b/sparkle/studio/webhooks/relay[^"]+/replay`).FindString(body)
	if status, _, _ := read(owner.PostForm(h.URL+action, url.Values{"from": {"1"}}))(t); action == "" || status != http.StatusSeeOther {
		t.Errorf("sending again from %q: %d", action, status)
	}
}
