package screen_test

import (
	"context"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/sayline/sayline"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/proof"
	"github.com/sayline/sayline/internal/testkit"
)

// proofOf signs what the hotel's app says about a guest.
func (h *house) proofOf(name, tier string, until time.Time) string {
	h.t.Helper()
	src, err := examples.AppKey()
	h.must(err)
	block, _ := pem.Decode(src)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	h.must(err)
	o := (&jose.SignerOptions{}).WithType(proof.Type).WithHeader("kid", "app-2026")
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: key}, o)
	h.must(err)
	body, err := json.Marshal(map[string]any{"iss": "https://app.granvia.example", "aud": "granvia.example", "sub": "GV-20417", "name": name, "tier": tier, "iat": until.Add(-time.Hour).Unix(), "exp": until.Unix()})
	h.must(err)
	signed, err := s.Sign(body)
	h.must(err)
	token, err := signed.CompactSerialize()
	h.must(err)
	return token
}

// latest is what was said last to a brand.
func (h *house) latest(brand string) *sayline.Moment {
	h.t.Helper()
	db, err := sql.Open("sqlite", h.database)
	h.must(err)
	defer db.Close()
	var id string
	h.must(db.QueryRowContext(context.Background(), "SELECT moment_id FROM moment ORDER BY received_at DESC LIMIT 1").Scan(&id))
	m, err := h.store.Moment(context.Background(), brand, id)
	h.must(err)
	return m
}

func (h *house) moment(receipt string) *sayline.Moment {
	h.t.Helper()
	brand, secret := partsOf(receipt)
	m, err := h.store.MomentByReceipt(context.Background(), brand, sayline.ReceiptKey(secret))
	h.must(err)
	return m
}

// TestProvedGuest: what is proved decides the route and is kept instead of the
// proof; it is in the export, and goes with the moment.
func TestProvedGuest(t *testing.T) {
	h := newHouse(t)
	token := h.proofOf("Ana Prieto", "gold", h.clock.now().Add(time.Hour))
	body := `{"topic":"ac-broken","context":{"touchpoint":"room-madrid","ref":"412"},"class":"identified","contact":{"proof":"` + token + `"},"more":true}`
	key := newKey()
	u := read[struct{ Receipt string }](h.post("granvia", key, body).want(201)).Receipt
	m := h.moment(u)
	if c := m.Contact; c == nil || c.Proof != "" || c.Name != "Ana Prieto" || *c.Proved != (sayline.Proved{By: "app", Name: "Ana Prieto", Member: "GV-20417", Tier: "gold"}) {
		t.Fatalf("kept: %+v", m.Contact)
	}
	if !slices.Contains(m.Decision.Facts, sayline.Fact{Field: "tier", Value: "gold"}) || !slices.Contains(m.Decision.Also, "concierge") || m.Decision.Team != "duty-manager" {
		t.Errorf("decided: %+v", m.Decision)
	}
	export := string(h.call("GET", u+"/export", "").want(200).body)
	if !strings.Contains(export, `"tier":"gold"`) || strings.Contains(export, token) {
		t.Errorf("exported: %s", export)
	}
	// The proof has run out, the repeat has not.
	h.clock.forward(2 * time.Hour)
	if again := read[struct{ Receipt string }](h.post("granvia", key, body).want(201)).Receipt; again != u {
		t.Error("a repeat with a proof that has run out is another moment")
	}
	if strings.Contains(h.log.String(), token) || strings.Contains(h.log.String(), "Ana Prieto") {
		t.Error("the log knows who it was")
	}
	h.call("DELETE", u, "").want(204)
	if n := h.moments(); n != 0 {
		t.Errorf("%d moments are left", n)
	}
}

// TestUnprovedGuest: a proof that can't be taken stores nothing and says where;
// what is only said matches no tier; and no name where none is asked for.
func TestUnprovedGuest(t *testing.T) {
	h := newHouse(t)
	late := h.proofOf("Ana", "gold", h.clock.now().Add(-time.Hour))
	for _, c := range []struct{ body, pointer string }{
		{`{"feeling":2,"class":"identified","contact":{"proof":"` + late + `"}}`, "/contact/proof"},
		{`{"feeling":2,"class":"identified","contact":{"name":"Ana","proof":"e30.e30.e30"}}`, "/contact/proof"},
		{`{"feeling":2,"contact":{"name":"Ana"}}`, "/contact"},
		{`{"feeling":2,"class":"unidentified","contact":{"proof":"` + late + `"}}`, "/contact"},
	} {
		p := h.post("granvia", newKey(), c.body).problem(422)
		if len(p.Errors) != 1 || p.Errors[0].Pointer != c.pointer {
			t.Errorf("%s: %+v", c.body, p)
		}
	}
	if n := h.moments(); n != 0 {
		t.Errorf("%d moments were stored", n)
	}
	u := h.said("granvia", `{"topic":"ac-broken","class":"identified","contact":{"name":"Ana","member":"gold"},"context":{"touchpoint":"room-madrid"},"more":true}`).Receipt
	if m := h.moment(u); slices.ContainsFunc(m.Decision.Facts, func(f sayline.Fact) bool { return f.Field == "tier" }) {
		t.Errorf("believed: %+v", m.Decision.Facts)
	}
	// Later, with a proof that holds.
	token := h.proofOf("Ana Prieto", "gold", h.clock.now().Add(time.Hour))
	h.call("PATCH", u, `{"contact":{"email":"ana@example.com","proof":"`+token+`"}}`, "Content-Type", "application/json").want(200)
	if m := h.moment(u); m.Contact.Proved == nil || m.Contact.Email != "ana@example.com" || m.Contact.Proof != "" {
		t.Errorf("after the proof: %+v", m.Contact)
	}
}

// TestGreetedByName: the app's guest is greeted, knows that this is not
// anonymous, and takes the name off with one touch. The address loses the proof
// before anything else happens.
func TestGreetedByName(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	at := h.url + "/@granvia/cx/t/room-madrid?ref=412"
	token := h.proofOf("Ana Prieto", "gold", h.clock.now().Add(time.Hour))
	p.Open(at + "#proof=" + token)
	if s := p.Text(".known"); !strings.Contains(s, "Ana Prieto") || !strings.Contains(s, "isn’t anonymous") {
		t.Errorf("greeted: %q", s)
	}
	if s := testkit.Eval[string](p, `location.href`); s != at {
		t.Errorf("the address is still %s", s)
	}
	if testkit.Eval[bool](p, `document.querySelector('.anon').checkVisibility()`) {
		t.Error("it says that no name is asked, and knows one")
	}
	if n := testkit.Eval[int](p, stored); n != 0 {
		t.Errorf("%d things were stored before anybody did anything", n)
	}
	p.Click(".chip")
	p.Until(`document.querySelector('.answer .yours')`)
	if s := p.Text(".yours"); !strings.Contains(s, "Ana Prieto") {
		t.Errorf("said as: %q", s)
	}
	if m := h.moment(testkit.Eval[string](p, `document.querySelector('.answer').dataset.receipt`)); m.Contact == nil || m.Contact.Proved == nil {
		t.Errorf("kept: %+v", m.Contact)
	}

	p.Open(at + "&again#proof=" + token)
	p.Click(".known button")
	p.Click(".chip")
	p.Until(`document.querySelector('.answer .yours')`)
	u := testkit.Eval[string](p, `document.querySelector('.answer').dataset.receipt`)
	if m := h.moment(u); m.Contact != nil || m.Class != sayline.Unidentified {
		t.Errorf("without a name: %+v", m.Contact)
	}
	// Who changes their mind says who they are.
	p.Until(`document.querySelector('details.who')`)
	p.Click("details.who summary")
	testkit.Eval[bool](p, `(document.querySelector('[name=name]').value = 'Ana', document.querySelector('[name=email]').value = 'ana@example.com', true)`)
	p.Click("details.who button")
	p.Until(`document.querySelector('.yours').innerText.includes('Ana')`)
	if m := h.moment(u); m.Contact == nil || m.Contact.Email != "ana@example.com" || m.Contact.Proved != nil {
		t.Errorf("told: %+v", m.Contact)
	}
	mustBeAllButClean(t, p)
}

// TestFastTapOfSomebody: who comes with a proof or a pass and taps before the
// script that reads it is there: the tap waits on the device, and is theirs, even
// when the page is closed meanwhile.
func TestFastTapOfSomebody(t *testing.T) {
	for name, c := range map[string]struct {
		entry func(*house) string
		is    func(*sayline.Moment) bool
	}{
		"a proof": {func(h *house) string {
			return "#proof=" + h.proofOf("Ana Prieto", "gold", h.clock.now().Add(time.Hour))
		}, func(m *sayline.Moment) bool {
			return m.Contact != nil && m.Contact.Proved != nil && m.Contact.Name == "Ana Prieto"
		}},
		"a pass": {func(h *house) string {
			return "&staff#staff=" + intake.Pass(h.store.ServerKey(), "granvia", "beatriz", h.clock.now().Add(time.Hour))
		}, func(m *sayline.Moment) bool { return m.Context.PassedBy == "person:beatriz" }},
		"nobody": {func(*house) string { return "#proof=e30.e30.e30" }, func(m *sayline.Moment) bool { return m.Class == sayline.Unidentified }},
	} {
		for _, closed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, closed %t", name, closed), func(t *testing.T) {
				t.Parallel() // it mostly waits
				h := newHouse(t)
				later := testkit.Browser(t).Page(small360)
				p := later.Another(small360)
				p.Block("*://*:*/*/cx/a/gifts*")
				p.Open(h.url + "/@granvia/cx/t/room-madrid?ref=412" + c.entry(h))
				p.Click(".chip")
				p.Until(`!document.querySelector('.answer').hidden && Object.keys(localStorage).length === 1`)
				if n := h.moments(); n != 0 {
					t.Errorf("%d moments before it is known who it is", n)
				}
				if closed {
					p.Close()
					later.Open(h.url + "/@granvia/cx")
					eventually(later, unsent+`.then(n => n === 0)`)
				} else {
					p.Block()
					p.Until(receiptOf)
				}
				if n := h.moments(); n != 1 {
					t.Fatalf("%d moments", n)
				}
				if m := h.latest("granvia"); !c.is(m) {
					t.Errorf("kept %+v, %+v", m.Contact, m.Context)
				}
			})
		}
	}
}
