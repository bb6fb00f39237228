package auth

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/web"
)

// door is a house with a clock of its own.
type door struct {
	*Auth
	t      testing.TB
	now    time.Time
	writes atomic.Int32 // transactions
}

func newDoor(t testing.TB) *door {
	d := &door{t: t, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return d.now }
	s, err := store.Open(context.Background(), store.Options{Database: storetest.SQLite(t), Log: slog.New(slog.DiscardHandler), Now: clock, Passing: func(at store.Point, _ string) {
		if at == store.BeforeCommit {
			d.writes.Add(1)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	registry := new(brands.Registry)
	registry.Set(brands.New(1, sparkle(), nil))
	proxies, err := web.ParseProxies("10.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	if d.Auth, err = New(Options{Store: s, Brands: registry, Now: clock, Random: rand.Reader, Proxies: proxies}); err != nil {
		t.Fatal(err)
	}
	return d
}

func sparkle() *sayline.Config {
	return &sayline.Config{
		Brand:  sayline.Brand{ID: "sparkle", Name: "Sparkle", Languages: []string{"en"}, Look: sayline.Look{Color: "#0b6e4f"}},
		Places: []sayline.Place{{ID: "spain"}, {ID: "madrid", Parent: "spain"}, {ID: "shop", Parent: "madrid"}, {ID: "valencia", Parent: "spain"}},
		Lanes:  []sayline.Lane{{ID: "staff", See: []string{"ines"}}},
		People: []sayline.Person{{ID: "olga", Name: "Olga", Email: "Olga@Sparkle.example", Role: sayline.Owner}, {ID: "marc", Name: "Marc", Email: "marc@sparkle.example", Role: sayline.Manager},
			{ID: "lucia", Name: "Lucía", Email: "lucia@sparkle.example"}, {ID: "ines", Name: "Inés", Email: "ines@sparkle.example"}, {ID: "clean", Name: "Cleo", Email: "cleo@cleaner.example"}},
		Teams: []sayline.Team{{ID: "distribution", Members: []sayline.Membership{{Person: "lucia", Place: "madrid"}, {Person: "ines", Place: "valencia"}}},
			{ID: "cleaners", Outside: "Cleaner Ltd", Members: []sayline.Membership{{Person: "clean"}}}},
		Touchpoints: []sayline.Touchpoint{{ID: "front-door"}},
	}
}

// account makes somebody who may sign in.
func (d *door) account(email, password string) {
	d.t.Helper()
	stored, err := d.Hash(context.Background(), password)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := d.store.CreateAccount(context.Background(), store.Account{Email: Address(email), Name: email, Password: stored}); err != nil {
		d.t.Fatal(err)
	}
}

func from(addr string) *http.Request {
	r := httptest.NewRequest("POST", "http://house.example/sign-in", nil)
	r.RemoteAddr = addr + ":4000"
	return r
}

func TestSignIn(t *testing.T) {
	d := newDoor(t)
	d.account("lucia@sparkle.example", "correct horse")
	if a, err := d.SignIn(from("198.51.100.1"), " Lucia@Sparkle.EXAMPLE ", "correct horse"); err != nil || a.Email != "lucia@sparkle.example" {
		t.Errorf("the right password: %v, %v", a, err)
	}
	_, wrong := d.SignIn(from("198.51.100.1"), "lucia@sparkle.example", "correct hose")
	_, unknown := d.SignIn(from("198.51.100.1"), "nobody@sparkle.example", "correct horse")
	if sayline.KindOf(wrong) != sayline.Unsigned || fmt.Sprint(wrong) != fmt.Sprint(unknown) {
		t.Errorf("a wrong password says %q, an unknown address %q", wrong, unknown)
	}
}

// TestTriesAreCounted: of one address whoever it tries, and of one account from
// wherever it is tried; others are not held up.
func TestTriesAreCounted(t *testing.T) {
	d := newDoor(t)
	d.account("lucia@sparkle.example", "correct horse")
	for i := range triesPerMinute {
		if _, err := d.SignIn(from("198.51.100.1"), fmt.Sprintf("guess%d@sparkle.example", i), "x"); sayline.KindOf(err) != sayline.Unsigned {
			t.Fatalf("try %d: %v", i, err)
		}
	}
	if _, err := d.SignIn(from("198.51.100.1"), "lucia@sparkle.example", "correct horse"); sayline.KindOf(err) != sayline.TooMany {
		t.Errorf("the address may go on: %v", err)
	}
	for i := range triesPerMinute {
		d.SignIn(from(fmt.Sprintf("203.0.113.%d", i)), "lucia@sparkle.example", "x")
	}
	if _, err := d.SignIn(from("203.0.113.200"), "lucia@sparkle.example", "correct horse"); sayline.KindOf(err) != sayline.TooMany {
		t.Errorf("the account may be tried on: %v", err)
	}
	if _, err := d.SignIn(from("203.0.113.200"), "marc@sparkle.example", "x"); sayline.KindOf(err) != sayline.Unsigned {
		t.Errorf("another account is held up: %v", err)
	}
	d.now = d.now.Add(time.Minute)
	if _, err := d.SignIn(from("198.51.100.1"), "lucia@sparkle.example", "correct horse"); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

// TestSession: the cookie opens the house until it ends, is signed out of, or
// the password changes; its token is nowhere in the database.
func TestSession(t *testing.T) {
	d := newDoor(t)
	d.account("lucia@sparkle.example", "correct horse")
	begin := func(secure bool) *http.Cookie {
		r, w := from("10.0.0.1"), httptest.NewRecorder()
		if secure {
			r.Header.Set("X-Forwarded-Proto", "https")
		}
		if err := d.Begin(w, r, "lucia@sparkle.example"); err != nil {
			t.Fatal(err)
		}
		return w.Result().Cookies()[0]
	}
	if c := begin(true); c.Name != "__Host-sayline" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("with TLS the cookie is %+v", c)
	}
	cookie := begin(false)
	if cookie.Name != "sayline" || cookie.Secure || !cookie.HttpOnly {
		t.Errorf("without TLS the cookie is %+v", cookie)
	}
	with := func() *http.Request {
		r := from("198.51.100.1")
		r.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
		return r
	}
	if a, err := d.Account(with()); err != nil || a.Email != "lucia@sparkle.example" {
		t.Errorf("signed in as %v, %v", a, err)
	}
	if _, err := d.store.Session(context.Background(), cookie.Value, d.now); sayline.KindOf(err) != sayline.NotFound {
		t.Errorf("the token itself is stored: %v", err)
	}
	w := httptest.NewRecorder()
	if err := d.End(w, with()); err != nil || w.Result().Cookies()[0].MaxAge >= 0 {
		t.Errorf("signing out: %v, %v", err, w.Result().Cookies())
	}
	if _, err := d.Account(with()); sayline.KindOf(err) != sayline.Unsigned {
		t.Errorf("after signing out: %v", err)
	}
	cookie = begin(false)
	d.now = d.now.Add(sessionLife)
	if _, err := d.Account(with()); sayline.KindOf(err) != sayline.Unsigned {
		t.Errorf("a month later: %v", err)
	}
}

// TestOthersCannotPost: a form on another site is not obeyed.
func TestOthersCannotPost(t *testing.T) {
	d := newDoor(t)
	h := d.Load(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for header, want := range map[string]int{"": 204, "same-origin": 204, "none": 204, "cross-site": 403, "same-site": 403} {
		r, w := from("198.51.100.1"), httptest.NewRecorder()
		if header != "" {
			r.Header.Set("Sec-Fetch-Site", header)
		}
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%q: %d, want %d", header, w.Code, want)
		}
	}
	r, w := from("198.51.100.1"), httptest.NewRecorder()
	r.Header.Set("Origin", "https://evil.example")
	if h.ServeHTTP(w, r); w.Code != 403 {
		t.Errorf("another origin: %d", w.Code)
	}
}

func TestInvitation(t *testing.T) {
	d := newDoor(t)
	ctx := context.Background()
	token, err := d.Invite(ctx, "Olga@Sparkle.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Join(httptest.NewRecorder(), from("198.51.100.1"), token, "short"); sayline.KindOf(err) != sayline.AtFault {
		t.Errorf("a short password: %v", err)
	}
	w := httptest.NewRecorder()
	if err := d.Join(w, from("198.51.100.1"), token, "correct horse"); err != nil || len(w.Result().Cookies()) != 1 {
		t.Fatalf("joining: %v", err)
	}
	if a, err := d.SignIn(from("198.51.100.1"), "olga@sparkle.example", "correct horse"); err != nil || a.Name != "Olga" {
		t.Errorf("then signing in: %+v, %v", a, err)
	}
	if err := d.Join(httptest.NewRecorder(), from("198.51.100.1"), token, "battery staple"); sayline.KindOf(err) != sayline.NotFound {
		t.Errorf("the link twice: %v", err)
	}
	r := from("198.51.100.1")
	r.AddCookie(w.Result().Cookies()[0])
	if v, err := d.Viewer(r, "sparkle"); err != nil || !v.MaySetUp() || v.Person.ID != "olga" {
		t.Errorf("the owner of an address with capitals: %+v, %v", v, err)
	}
	for _, brand := range []string{"nothing", ""} {
		if _, err := d.Viewer(r, brand); sayline.KindOf(err) != sayline.NotFound {
			t.Errorf("brand %q: %v", brand, err)
		}
	}
	if list := d.BrandsOf(&store.Account{Email: "stranger@example.com"}); len(list) != 0 {
		t.Errorf("a stranger has %d brands", len(list))
	}
}

// TestWhoSeesWhat walks the house: each person, a case of each kind.
func TestWhoSeesWhat(t *testing.T) {
	d := newDoor(t)
	b := d.brands.ByID("sparkle")
	cases := map[string]*sayline.Case{
		"madrid":   {Brand: "sparkle", Team: "distribution", Place: "madrid"},
		"shop":     {Brand: "sparkle", Team: "distribution", Place: "shop"},
		"valencia": {Brand: "sparkle", Team: "distribution", Place: "valencia"},
		"nowhere":  {Brand: "sparkle", Team: "distribution"},
		"clean":    {Brand: "sparkle", Team: "cleaners", Place: "shop"},
		"staff":    {Brand: "sparkle", Team: "distribution", Place: "madrid", Lane: "staff"},
		"other":    {Brand: "granvia", Team: "distribution", Place: "madrid"},
	}
	for who, want := range map[string]string{
		"Olga@Sparkle.example": "clean madrid nowhere shop valencia", "marc@sparkle.example": "clean madrid nowhere shop valencia",
		"lucia@sparkle.example": "madrid shop", "ines@sparkle.example": "staff valencia", "cleo@cleaner.example": "clean",
	} {
		v := NewViewer(&store.Account{Email: who}, b)
		var sees []string
		for name, c := range cases {
			if v.MayAct(c) {
				sees = append(sees, name)
			}
			if paged := v.MaySee(c, true); paged != (v.MayAct(c) || c.Brand == "sparkle" && v.SeesLane(c.Lane)) {
				t.Errorf("%s, told of %s, sees it: %v", who, name, paged)
			}
		}
		slices.Sort(sees)
		if got := strings.Join(sees, " "); got != want {
			t.Errorf("%s sees %s, want %s", who, got, want)
		}
		if v.MaySeePulse() == (who == "cleo@cleaner.example") || v.MaySetUp() != (v.Role == sayline.Owner) {
			t.Errorf("%s: pulse %v, set-up %v", who, v.MaySeePulse(), v.MaySetUp())
		}
	}
}

// TestWhomAPolicyAsks: who is asked by name, or with their team, may take what
// they were asked to take, in whatever team it is; nobody else may for that.
func TestWhomAPolicyAsks(t *testing.T) {
	d := newDoor(t)
	b := *d.brands.ByID("sparkle")
	config := *b.Config
	config.Policies = []sayline.Policy{{ID: "named", Steps: []sayline.PolicyStep{{Ask: []string{sayline.AskDuty}}, {Ask: []string{"person:ines", "team:cleaners"}}}}}
	b.Config = &config
	for _, tt := range []struct {
		policy, lane, may string
	}{
		{"named", "", "clean ines lucia"}, {"", "", "lucia"}, {"gone", "", "lucia"}, {"named", "staff", "ines"},
	} {
		c := &sayline.Case{Brand: "sparkle", Team: "distribution", Place: "madrid", Policy: tt.policy, Lane: tt.lane}
		var may []string
		for _, who := range []string{"cleo@cleaner.example", "ines@sparkle.example", "lucia@sparkle.example"} {
			if v := NewViewer(&store.Account{Email: who}, &b); v.MayTake(c) {
				may = append(may, v.Person.ID)
			}
		}
		if got := strings.Join(may, " "); got != tt.may {
			t.Errorf("policy %q, lane %q: %q may, want %q", tt.policy, tt.lane, got, tt.may)
		}
	}
}

// TestScopesAgreeWithMayAct: what a list shows and what a page opens are the
// same, for any brand.
func TestScopesAgreeWithMayAct(t *testing.T) {
	places := []string{"", "spain", "madrid", "shop", "valencia", "gone"}
	rapid.Check(t, func(t *rapid.T) {
		c := sparkle()
		some := func(label string, of []string) []string {
			return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, 3, rapid.ID).Draw(t, label)
		}
		for i := range c.Teams {
			c.Teams[i].Members = nil
			for _, p := range some("places", places) {
				c.Teams[i].Members = append(c.Teams[i].Members, sayline.Membership{Person: "lucia", Place: p})
			}
		}
		c.Lanes[0].See = some("see", []string{"lucia", "ines"})
		c.People[2].Role = rapid.SampledFrom(append([]string{""}, sayline.Roles...)).Draw(t, "role")
		c.LastResort = rapid.SampledFrom([]string{"", "lucia"}).Draw(t, "last resort")
		v := NewViewer(&store.Account{Email: "lucia@sparkle.example"}, brands.New(1, c, nil))
		for _, team := range []string{"distribution", "cleaners", "gone"} {
			for _, lane := range []string{"", "staff", "unknown"} {
				for _, place := range places {
					work := &sayline.Case{Brand: "sparkle", Team: team, Lane: lane, Place: place}
					if inScope(v.All(), work) != v.MayAct(work) {
						t.Fatalf("%+v: in the scope %v, may act %v", work, inScope(v.All(), work), v.MayAct(work))
					}
					if mine := v.Mine(work) && v.SeesLane(lane); inScope(v.Team(), work) != mine {
						t.Fatalf("%+v: in the team's scope %v, mine %v", work, inScope(v.Team(), work), mine)
					}
				}
			}
		}
	})
}

func inScope(sc store.Scope, c *sayline.Case) bool {
	return slices.ContainsFunc(sc, func(l store.LaneScope) bool {
		return l.Lane == c.Lane && (l.All || slices.ContainsFunc(l.Teams, func(t store.TeamScope) bool {
			return t.Team == c.Team && (t.Places == nil || slices.Contains(t.Places, c.Place))
		}))
	})
}

func TestPasswords(t *testing.T) {
	d := newDoor(t)
	stored, err := d.Hash(context.Background(), "correct horse")
	if err != nil || !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%s, %v", stored, err)
	}
	if !matches(stored, "correct horse") || matches(stored, "correct horsf") || matches("", "") || matches("$argon2id$", "") {
		t.Error("a password matches what it should not, or not itself")
	}
	if again, _ := d.Hash(context.Background(), "correct horse"); again == stored {
		t.Error("two salts are the same")
	}
}

// TestArgonIsArgon holds the string to one made by the reference implementation
// (argon2 20190702: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1).
func TestArgonIsArgon(t *testing.T) {
	const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if !matches(reference, "password") || matches(reference, "passwords") {
		t.Error("the reference's own hash is read wrongly")
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2id$v=19$m=4294967295,t=2,p=255$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2i$v=19$m=8,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePHC(s)
		if err != nil {
			return
		}
		if p.memory > maxMemory || p.passes > maxPasses || p.lanes == 0 {
			t.Fatalf("%q asks for %+v", s, p.params)
		}
		again, err := parsePHC(p.String())
		if err != nil || again.String() != p.String() {
			t.Fatalf("%q came back as %q (%v)", s, again, err)
		}
	})
}
