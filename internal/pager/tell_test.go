package pager

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

// asks has a new browser told of a moment.
func (h *house) asks(s *testkit.PushService, m *sayline.Moment) sayline.Subscription {
	h.t.Helper()
	sub := s.Subscribe()
	keys, _ := json.Marshal(sub)
	if err := h.store.AskToBeTold(h.t.Context(), "sparkle", m.Receipt, sayline.ContactID(sayline.ByPush, sub.Endpoint), string(keys)); err != nil {
		h.t.Fatal(err)
	}
	return sub
}

func (h *house) answer(m *sayline.Moment, to, words string) {
	h.t.Helper()
	msg := &sayline.Message{ID: secret(), Moment: to, Direction: sayline.Reply, Text: words}
	if err := h.store.AddMessage(h.t.Context(), store.Act{Brand: "sparkle", Case: m.Case, Person: "lucia", Way: "desk", Zone: time.UTC}, msg); err != nil {
		h.t.Fatal(err)
	}
}

// TestNamelessAuthorsAreTold: a push that says that there is an answer, and not a
// word more; one that is gone is forgotten.
func TestNamelessAuthorsAreTold(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database)
		o := h.options(h.store)
		phones := h.phones(&o)
		h.run(o)
		m, other := h.say(sayline.Moment{Topic: "cant-find-it", Text: "none"}), h.say(sayline.Moment{Topic: "cant-find-it"})
		sub := h.asks(phones, m)
		h.asks(phones, other)
		h.answer(m, m.ID, "Restocked tomorrow.")
		got := phones.Wait(t.Context(), nil)
		if string(got.Payload) != `{"status":"answered"}` || got.Endpoint != sub.Endpoint || strings.Contains(got.Topic, m.ID) {
			t.Errorf("%v to %s, topic %q", got, got.Endpoint, got.Topic)
		}
		phones.End(sub, 410)
		h.answer(m, m.ID, "One more thing.")
		h.eventually("the browser is forgotten", func() bool {
			next, err := h.store.NextTelling(t.Context())
			return err == nil && next.IsZero()
		})
		if n := len(phones.All()); n != 1 {
			t.Errorf("%d pushes", n)
		}
	})
}

// TestAuthorsAreWritten: who left an address gets the words of the answer, once;
// what failed is sent again under the same id.
func TestAuthorsAreWritten(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database)
		h.run(h.options(h.store))
		zoe := func(m testkit.Mail) bool { return m.To[0] == "zoe@example.com" }
		m := h.sayAs("zoe@example.com", sayline.Moment{Topic: "tastes-off", Text: "It tastes of metal.", Lang: "es"})
		h.settled(m.Case)
		h.mail.FailNext(testkit.Fault{Code: 451})
		h.answer(m, "", "We look into it.")
		first, second := h.mail.WaitTry(t.Context(), zoe), h.mail.Wait(t.Context(), zoe)
		if second.Subject != "Una respuesta de Sparkle" || !strings.HasPrefix(second.Text, "We look into it.") || !strings.Contains(second.Text, "> It tastes of metal.") {
			t.Errorf("%s\n%s", second.Subject, second.Text)
		}
		if first.Header.Get("Message-Id") != second.Header.Get("Message-Id") {
			t.Errorf("%q, then %q", first.Header.Get("Message-Id"), second.Header.Get("Message-Id"))
		}
		for _, secret := range []string{m.Receipt, "/cx/r/"} {
			if strings.Contains(string(second.Raw), secret) {
				t.Error("the letter opens something")
			}
		}
		h.eventually("it is told", func() bool { next, err := h.store.NextTelling(t.Context()); return err == nil && next.IsZero() })
		h.answer(m, "", "A new one is on its way.")
		if third := h.mail.Wait(t.Context(), zoe); strings.Contains(third.Text, "We look into it.") || !strings.HasPrefix(third.Text, "A new one") {
			t.Errorf("%s", third.Text)
		}
	})
}

// TestPrivateAuthorsAreWrittenNoWord: of a private lane a mailbox learns that
// there is an answer.
func TestPrivateAuthorsAreWrittenNoWord(t *testing.T) {
	h := serve(t, engines["sqlite"](t))
	h.run(h.options(h.store))
	m := h.sayAs("zoe@example.com", sayline.Moment{Topic: "about-a-person", Text: "Hugo shouts."})
	h.settled(m.Case)
	h.answer(m, "", "We talked to Hugo.")
	mail := h.mail.Wait(t.Context(), func(m testkit.Mail) bool { return m.To[0] == "zoe@example.com" })
	if strings.Contains(mail.Text, "Hugo") || !strings.Contains(mail.Text, "There is an answer") {
		t.Errorf("%s", mail.Text)
	}
}
