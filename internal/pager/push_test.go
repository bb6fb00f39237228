package pager

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

// phones gives the house a push service.
func (h *house) phones(o *Options) *testkit.PushService {
	h.t.Helper()
	public, private := h.store.VAPID()
	push := notify.NewPusher(notify.PushOptions{Public: public, Private: private, Subject: "https://house.example", AllowPrivate: true})
	h.t.Cleanup(push.Close)
	o.Push = push
	o.ActURL = func(token string) string { return "https://house.example/act/" + token }
	o.MeURL = func(brand string) string { return "https://house.example/b/" + brand + "/me" }
	return testkit.NewPushService(h.t, public)
}

// register has a person's new browser registered and verified.
func (h *house) register(person string, s *testkit.PushService, label string) (sayline.Subscription, sayline.KnownContact) {
	h.t.Helper()
	sub := s.Subscribe()
	keys, _ := json.Marshal(sub)
	id := sayline.ContactID(sayline.ByPush, sub.Endpoint)
	k := sayline.KnownContact{Brand: "sparkle", Person: person, ID: id, Contact: sayline.Contact{Channel: sayline.ByPush, Address: id}, Keys: string(keys), Label: label, Account: person + "@sparkle.example"}
	if err := h.store.AddContact(h.t.Context(), k, "hash", time.Now().Add(time.Hour)); err != nil {
		h.t.Fatal(err)
	}
	if err := h.store.VerifyContact(h.t.Context(), "sparkle", person, id, "hash"); err != nil {
		h.t.Fatal(err)
	}
	h.reach()
	return sub, k
}

// reach reads what is known of contacts, as the keeper does.
func (h *house) reach() {
	h.t.Helper()
	list, err := h.store.Contacts(h.t.Context(), "sparkle")
	if err != nil {
		h.t.Fatal(err)
	}
	h.brand = brands.New(h.brand.Version, h.brand.Config, nil).Reach(list, nil)
	h.registry.Set(h.brand)
}

func (h *house) contact(k sayline.KnownContact) sayline.KnownContact {
	h.t.Helper()
	got, err := h.store.Contact(h.t.Context(), k.Brand, k.Person, k.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	return got
}

func payload(t *testing.T, p testkit.Push) (w pushed) {
	t.Helper()
	if err := json.Unmarshal(p.Payload, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestPushReachesThePhone: a tap rings on the phone of who is on duty, with the
// words of the moment; once somebody is on it, what stands there is replaced.
func TestPushReachesThePhone(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database)
		o := h.options(h.store)
		phones := h.phones(&o)
		_, k := h.register("lucia", phones, "Pixel")
		h.run(o)
		m := h.say(sayline.Moment{Topic: "cant-find-it", Kind: "problem", Text: "No lemon anywhere"})
		got := phones.Wait(t.Context(), nil)
		w := payload(t, got)
		if w.Kind != "page" || w.Title != "Urgente · No lo encuentro" || !strings.Contains(w.Body, "“No lemon anywhere”") || !strings.Contains(w.Body, "Shelf 14, Calle Mayor, Madrid") || w.Lang != "es" || len(w.Buttons) != 3 || w.Buttons[0] != (Button{"on_it", "Me encargo"}) || w.Silent || !w.Loud {
			t.Errorf("the phone shows %s", got.Payload)
		}
		if got.Urgency != "high" || w.Tag != "case sparkle "+m.Case || w.URL != "https://house.example/b/sparkle/desk/"+m.Case {
			t.Errorf("%+v, %s", got, got.Payload)
		}
		ref, ok := ReadActToken(h.store.ServerKey(), strings.TrimPrefix(w.Act, "https://house.example/act/"))
		if !ok || ref.Episode != 1 || ref.Brand != "sparkle" {
			t.Errorf("it acts by %s", w.Act)
		}
		h.eventually("its contact is known to work", func() bool { return !h.contact(k).OKAt.IsZero() })
		h.eventually("the page is accepted", func() bool {
			p, err := h.store.Page(t.Context(), "sparkle", ref.Page)
			return err == nil && p.State == sayline.PageAccepted && p.Address == k.ID
		})
		h.acknowledge(m.Case, "marco")
		over := payload(t, phones.Wait(t.Context(), func(p testkit.Push) bool { return strings.Contains(string(p.Payload), `"after"`) }))
		if over.Title != "Se encarga Marco." || !over.Silent || over.Tag != w.Tag || over.Act != "" {
			t.Errorf("afterwards it shows %+v", over)
		}
	})
}

// TestPushOfAPrivateCase tells that there is something, and nothing of it.
func TestPushOfAPrivateCase(t *testing.T) {
	l := sample(t, "en")
	l.c.Lane, l.moments, l.act = "people", nil, "https://house.example/act/x"
	w := l.pushed()
	text, _ := json.Marshal(w)
	for _, secret := range []string{"find it", "Madrid", "Shelf", "Distribution", "Urgent", `"people"`, "People"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("%q is told: %s", secret, text)
		}
	}
	if w.Title != "Something private for you" || w.At != 0 || w.Loud {
		t.Errorf("%s", text)
	}
	l.c.State, l.c.Owner = sayline.CaseAcknowledged, "marco"
	if got := l.over(); got.Title != "Somebody is on it." || got.Body != "Something private for you" {
		t.Errorf("afterwards %+v", got)
	}
}

// TestPushFits: however long the words are, and in whatever script.
func TestPushFits(t *testing.T) {
	for _, words := range []string{strings.Repeat("词", 4000), strings.Repeat("\"<>&\n", 900), strings.Repeat("😀", 2000)} {
		l := sample(t, "ar")
		l.moments[0].Text, l.brand.Topics[0].Label = words, sayline.Text{"en": "A topic"}
		if b := l.pushed().fit(); len(b) > notify.MaxPush || !json.Valid(b) {
			t.Errorf("%d bytes", len(b))
		}
	}
	w := pushed{Body: strings.Repeat("\u2028", 3000)} // six bytes each once written
	if b := w.fit(); len(b) > notify.MaxPush || !json.Valid(b) {
		t.Errorf("%d bytes", len(b))
	}
}

// TestContactBreaksAndItsPersonIsTold: a push service's 410 ends a contact at
// once; its person hears of it by what still works, once; other answers only make
// it suspect, and what then succeeds heals it.
func TestContactBreaksAndItsPersonIsTold(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database)
		o := h.options(h.store)
		phones := h.phones(&o)
		sub, k := h.register("lucia", phones, "Pixel")
		_, fine := h.register("nuria", phones, "Tablet")
		h.run(o)
		phones.FailNext(testkit.Fault{Code: http.StatusInternalServerError})
		phones.End(sub, http.StatusGone)
		h.say(sayline.Moment{Topic: "cant-find-it", Kind: "problem"})
		h.eventually("the phone is broken", func() bool { return h.contact(k).State == sayline.ContactBroken })
		got := h.mail.Wait(t.Context(), func(m testkit.Mail) bool { return strings.Contains(m.Subject, "Pixel") })
		if got.Subject != "Sparkle ya no puede avisarte por Pixel" || !strings.Contains(got.Text, "https://house.example/b/sparkle/me") {
			t.Errorf("told: %s\n%s", got.Subject, got.Text)
		}
		h.eventually("the other is well after a failure", func() bool {
			c := h.contact(fine)
			return c.State == sayline.ContactOK && c.Failures == 0 && !c.OKAt.IsZero()
		})
		h.reach()
		if list := h.brand.Contacts("lucia", sayline.Urgent); len(list) != 1 || list[0].Channel != sayline.ByEmail {
			t.Errorf("lucia is still called by %v", list)
		}
		if more, err := h.store.TakeBroken(t.Context()); err != nil || len(more) > 0 {
			t.Errorf("she would be told again: %v %v", more, err)
		}
	})
}

// TestNotices: a code and a test go through each channel, and say what became of it.
func TestNotices(t *testing.T) {
	h := serve(t, engines["sqlite"](t))
	o := h.options(h.store)
	phones := h.phones(&o)
	p, _ := h.run(o)
	sub, phone := h.register("lucia", phones, "Pixel")
	hook := sayline.KnownContact{Brand: "sparkle", Person: "marco", Contact: sayline.Contact{Channel: sayline.ByWebhook, Address: h.hook.URL()}}
	mail := sayline.KnownContact{Brand: "sparkle", Person: "lucia", Contact: sayline.Contact{Channel: sayline.ByEmail, Address: "lucia@sparkle.example"}}
	if got := p.SendCode(t.Context(), h.brand, &mail, "123456"); got.Class != notify.Accepted {
		t.Errorf("%+v", got)
	}
	if m := h.mail.Wait(t.Context(), nil); m.Subject != "Tu código para Sparkle: 123456" {
		t.Errorf("%s", m.Subject)
	}
	p.SendCode(t.Context(), h.brand, &hook, "654321")
	var told struct {
		Type string
		Data noticeDocument
	}
	if err := json.Unmarshal(h.hook.Wait(t.Context(), nil).Body, &told); err != nil || told.Type != NoticeType || told.Data.Code != "654321" || told.Data.Kind != "code" {
		t.Errorf("%+v %v", told, err)
	}
	p.SendCode(t.Context(), h.brand, &phone, "111111")
	if w := payload(t, phones.Wait(t.Context(), nil)); w.Code != "111111" || strings.Contains(w.Title+w.Body, "111111") || w.Reply != "https://house.example/b/sparkle/me/"+phone.ID+"/code" {
		t.Errorf("%+v", w)
	}
	if got := p.SendTest(t.Context(), h.brand, &phone); got.Class != notify.Accepted {
		t.Errorf("%+v", got)
	}
	if w := payload(t, phones.Wait(t.Context(), nil)); w.Kind != "test" || w.Title != "Una prueba de Sparkle" || w.Code != "" {
		t.Errorf("%+v", w)
	}
	phones.End(sub, http.StatusNotFound)
	if got := p.SendTest(t.Context(), h.brand, &phone); got.Class != notify.Gone || h.contact(phone).State != sayline.ContactBroken {
		t.Errorf("%+v, %+v", got, h.contact(phone))
	}
	voice := mail
	voice.Channel = "pigeon"
	if got := p.SendTest(t.Context(), h.brand, &voice); got.Class != notify.FailedForGood {
		t.Errorf("%+v", got)
	}
}

// TestStanding is what a link shows of a page, whatever became of its case.
func TestStanding(t *testing.T) {
	h := serve(t, engines["sqlite"](t))
	o := h.options(h.store)
	h.phones(&o)
	p, _ := h.run(o)
	m := h.say(sayline.Moment{Topic: "cant-find-it", Kind: "problem"})
	var page sayline.Page
	h.eventually("nuria has a page", func() bool {
		for _, p := range h.pages(m.Case) {
			if p.Person == "nuria" && p.Channel == sayline.ByEmail {
				page = p
				return true
			}
		}
		return false
	})
	says := func() string {
		s, err := p.Standing(t.Context(), "sparkle", page.ID)
		if err != nil {
			t.Fatal(err)
		}
		if s.What != "Can't find it" || len(s.Facts) == 0 || !s.Asks {
			t.Errorf("%+v", s)
		}
		return s.Says
	}
	if got := says(); got != "Nobody is on it yet." {
		t.Error(got)
	}
	h.acknowledge(m.Case, "marco")
	if got := says(); got != "Marco is on it." {
		t.Error(got)
	}
	h.acknowledge(m.Case, "nuria")
	if got := says(); got != "You are on it." {
		t.Error(got)
	}
	if err := h.store.Resolve(t.Context(), store.Act{Brand: "sparkle", Case: m.Case, Person: "nuria", Zone: time.UTC}, "done"); err != nil {
		t.Fatal(err)
	}
	if got := says(); got != "It is closed." {
		t.Error(got)
	}
	if _, err := p.Standing(t.Context(), "sparkle", "no-such"); sayline.KindOf(err) != sayline.NotFound {
		t.Error(err)
	}
	c := *h.brand.Config
	c.People = c.People[:2] // nuria has left
	h.change(2, &c)
	if _, err := p.Standing(t.Context(), "sparkle", page.ID); sayline.KindOf(err) != sayline.NotFound {
		t.Error(err)
	}
}
