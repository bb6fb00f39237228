package pager

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/duty"
	"github.com/sayline/sayline/internal/testkit"
)

func to(who string) func(testkit.Mail) bool {
	return func(m testkit.Mail) bool { return slices.Contains(m.To, who+"@sparkle.example") }
}

// ways says which pages of a case there are, as "lucia duty desk".
func (h *house) ways(caseID string) []string {
	var list []string
	for _, p := range h.pages(caseID) {
		list = append(list, strings.Join([]string{p.Person, p.Role, p.Channel}, " "))
	}
	slices.Sort(list)
	return list
}

// settled waits until every page of a case has reached an end.
func (h *house) settled(caseID string) []sayline.Page {
	h.t.Helper()
	h.eventually("every page of "+caseID+" reached an end", func() bool {
		list := h.pages(caseID)
		return len(list) > 0 && !slices.ContainsFunc(list, func(p sayline.Page) bool {
			return p.State == sayline.PageQueued || p.State == sayline.PageSending
		})
	})
	return h.pages(caseID)
}

// TestUrgent: one tap reaches the whole team, each in their own language, with
// product, shop and shelf, and the case says by whom and how.
func TestUrgent(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database)
		h.run(h.options(h.store))
		m := h.say(sayline.Moment{Topic: "cant-find-it"})
		mail := h.mail.Wait(t.Context(), to("lucia"))
		if mail.Subject != "Urgente · No lo encuentro · Lemon · Shelf 14, Calle Mayor, Madrid" || mail.Header.Get("Importance") != "high" {
			t.Errorf("%s %v", mail.Subject, mail.Header)
		}
		for _, who := range []string{"marco", "nuria"} {
			h.mail.Wait(t.Context(), to(who))
		}
		h.hook.Wait(t.Context(), nil)
		h.settled(m.Case)
		want := []string{"lucia duty desk", "lucia duty email", "marco team desk", "marco team email", "marco team webhook", "nuria team desk", "nuria team email"}
		if got := h.ways(m.Case); !slices.Equal(got, want) {
			t.Errorf("pages: %v, want %v", got, want)
		}
		for _, p := range h.pages(m.Case) {
			if p.State != sayline.PageAccepted {
				t.Errorf("%s of %s is %s", p.Channel, p.Person, p.State)
			}
		}
		if h.theCase(m.Case).ReachedAt.IsZero() {
			t.Error("nobody was reached")
		}
		steps := h.steps(m.Case)
		var found duty.Found
		if err := json.Unmarshal([]byte(steps[0].Found), &found); err != nil || found.Person != "lucia" || len(found.Hops) == 0 {
			t.Errorf("found %q (%v)", steps[0].Found, err)
		}
		if len(steps) != 2 || steps[0].State != sayline.StepFired || steps[1].State != sayline.StepWaiting || !steps[1].DueAt.After(steps[0].FiredAt.Add(sayline.UrgentStep*9/10)) {
			t.Errorf("steps %+v", steps)
		}
	})
}

// TestNormal: only who is on duty is written to; the rest, and the team that is
// to know, see it on the desk.
func TestNormal(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database)
		h.run(h.options(h.store))
		m := h.say(sayline.Moment{Topic: "tastes-off", Context: sayline.Context{Lot: "AB-123"}})
		mail := h.mail.Wait(t.Context(), nil)
		if !to("lucia")(mail) || !strings.Contains(mail.Text, "lote AB-123") || mail.Header.Get("Importance") != "" {
			t.Errorf("%v: %s", mail.To, mail.Text)
		}
		h.settled(m.Case)
		want := []string{"lucia duty desk", "lucia duty email", "marco team desk", "nuria team desk", "quique also desk"}
		if got := h.ways(m.Case); !slices.Equal(got, want) {
			t.Errorf("pages: %v, want %v", got, want)
		}
	})
}

// TestPraise: the team hears it once, silently; nobody has to take it.
func TestPraise(t *testing.T) {
	h := serve(t, engines["sqlite"](t))
	h.run(h.options(h.store))
	m := h.say(sayline.Moment{Topic: "someone-great", Feeling: 5, Text: "The lady at the till saved my evening."})
	mail := h.mail.Wait(t.Context(), to("nuria"))
	if mail.Header.Get("Importance") != "" || !strings.Contains(mail.Text, "“The lady at the till saved my evening.”") {
		t.Errorf("%v %s", mail.Header, mail.Text)
	}
	var doc struct{ Data document }
	if err := json.Unmarshal(h.hook.Wait(t.Context(), nil).Body, &doc); err != nil || !doc.Data.Silent || doc.Data.Role != sayline.ForTeam {
		t.Errorf("%+v %v", doc, err)
	}
	h.settled(m.Case)
	if steps := h.steps(m.Case); len(steps) != 1 {
		t.Errorf("somebody is asked again: %+v", steps)
	}
}

// TestPrivate: what only Rosa may read reaches only Rosa, and tells neither
// words nor topic to who reads over her shoulder.
func TestPrivate(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database, func(h *house, c *sayline.Config) {
			c.People[5].Contacts = append(c.People[5].Contacts, sayline.Contact{Channel: sayline.ByWebhook, Address: h.hook.URL()})
		})
		h.run(h.options(h.store))
		m := h.say(sayline.Moment{Topic: "about-a-person", Text: "Hugo shouts at the trainees."})
		mail, call := h.mail.Wait(t.Context(), nil), h.hook.Wait(t.Context(), nil)
		if !to("rosa")(mail) || mail.Subject != "Something private for you" {
			t.Errorf("%v %q", mail.To, mail.Subject)
		}
		h.settled(m.Case)
		for _, leak := range []string{"Hugo", "trainees", "About a person", "about-a-person", "Shelf", "Lemon", "Madrid", "Distribution", m.Receipt} {
			for _, where := range []string{string(mail.Raw), mail.Text, mail.HTML, mail.Subject, string(call.Body)} {
				if strings.Contains(where, leak) {
					t.Errorf("%q stands in %s", leak, where)
				}
			}
		}
		if got, want := h.ways(m.Case), []string{"rosa duty desk", "rosa duty email", "rosa duty webhook"}; !slices.Equal(got, want) {
			t.Errorf("pages: %v, want %v", got, want)
		}
		if steps := h.steps(m.Case); steps[0].State != sayline.StepEmpty || steps[1].State != sayline.StepFired {
			t.Errorf("the first step should take no time: %+v", steps)
		}
	})
}

// TestNobodyOnDuty: in Sevilla nobody is; that takes no time, and is recorded.
func TestNobodyOnDuty(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database)
		h.run(h.options(h.store))
		m := h.say(sayline.Moment{Topic: "tastes-off", Context: sayline.Context{Touchpoint: "s9x2"}})
		if mail := h.mail.Wait(t.Context(), nil); !to("ana")(mail) || !strings.Contains(mail.HTML, `dir="rtl"`) {
			t.Errorf("%v: %s", mail.To, mail.HTML)
		}
		h.settled(m.Case)
		steps := h.steps(m.Case)
		if len(steps) != 3 || steps[0].State != sayline.StepFired || steps[1].State != sayline.StepFired || !steps[1].DueAt.Equal(steps[0].FiredAt) && steps[1].DueAt.After(steps[0].FiredAt) {
			t.Errorf("steps %+v", steps)
		}
		if !strings.Contains(steps[0].Found, `"source":"last_resort"`) {
			t.Errorf("found %s", steps[0].Found)
		}
	})
}

// TestByClass: what becomes of a page is what its receiver's answer means, and
// every try of a page has the same id.
func TestByClass(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database)
		h.mail.FailNext(testkit.Fault{Code: 451}, testkit.Fault{HangUp: true, Keep: true})
		h.run(h.options(h.store))
		m := h.say(sayline.Moment{Topic: "tastes-off"})
		first := h.mail.WaitTry(t.Context(), nil)
		second, third := h.mail.Wait(t.Context(), nil), h.mail.Wait(t.Context(), nil)
		for _, mail := range []testkit.Mail{second, third} {
			if id := mail.Header.Get("Message-Id"); id == "" || id != first.Header.Get("Message-Id") {
				t.Errorf("Message-ID %s, at first %s", id, first.Header.Get("Message-Id"))
			}
		}
		pages := h.settled(m.Case)
		i := slices.IndexFunc(pages, func(p sayline.Page) bool { return p.Channel == sayline.ByEmail })
		if p := pages[i]; p.State != sayline.PageAccepted || p.Attempts != 3 {
			t.Errorf("%+v", p)
		}

		h.mail.FailAlways(testkit.Fault{Code: 550})
		h.hook.FailNext(testkit.Fault{Code: 503, Header: http.Header{"Retry-After": {"1"}}}, testkit.Fault{Code: 302, Header: http.Header{"Location": {"/elsewhere"}}})
		m = h.say(sayline.Moment{Topic: "cant-find-it"})
		a, b := h.hook.WaitTry(t.Context(), nil), h.hook.WaitTry(t.Context(), nil)
		if a.ID() != b.ID() || a.ID() == "" {
			t.Errorf("webhook-id %s, then %s", a.ID(), b.ID())
		}
		for _, p := range h.settled(m.Case) {
			if p.Channel != sayline.ByDesk && p.State != sayline.PageFailed {
				t.Errorf("%s of %s is %s", p.Channel, p.Person, p.State)
			}
		}
		for _, c := range h.hook.All() {
			if c.Path != "/hook" {
				t.Errorf("a redirect was followed to %s", c.Path)
			}
		}
		if !h.theCase(m.Case).ReachedAt.IsZero() {
			t.Error("nobody was reached, and the clock says so")
		}
	})
}

// TestHangingReceiver: a webhook that never answers keeps no e-mail waiting, and
// its page is sent again when its time is up.
func TestHangingReceiver(t *testing.T) {
	h := serve(t, engines["sqlite"](t))
	hang := make(chan struct{})
	h.hook.FailAlways(testkit.Fault{Hold: hang})
	o := h.options(h.store)
	o.Workers = 1
	_, stop := h.run(o)
	for range 20 { // cases of their own
		h.say(sayline.Moment{Topic: "cant-find-it", Context: sayline.Context{Ref: secret()}})
	}
	for range 20 {
		h.mail.Wait(t.Context(), to("lucia"))
	}
	close(hang)
	for range 20 {
		h.hook.Wait(t.Context(), nil)
	}
	stop()
}

// TestContactSecret: a person's webhook is signed with a secret of its own.
func TestContactSecret(t *testing.T) {
	h := serve(t, engines["sqlite"](t))
	signed := testkit.Webhook(t, ContactSecret(h.store.ServerKey(), "sparkle", "marco"))
	c := *h.brand.Config
	c.People[1].Contacts = []sayline.Contact{{Channel: sayline.ByWebhook, Address: signed.URL()}}
	h.run(h.options(h.store))
	m := h.say(sayline.Moment{Topic: "cant-find-it", Text: "The lemon one, again."})
	var got struct {
		Type, Source, Subject string
		Data                  document
	}
	if err := json.Unmarshal(signed.Wait(t.Context(), nil).Body, &got); err != nil {
		t.Fatal(err)
	}
	d := got.Data
	if got.Type != PageType || got.Source != "https://sparkle.example/cx" || got.Subject != m.Case || d.Title != "Can't find it" || d.Where != "Shelf 14, Calle Mayor, Madrid" ||
		d.URL != "https://house.example/b/sparkle/desk/"+m.Case || d.Step != 1 || !slices.Equal(d.Said, []string{"The lemon one, again."}) || d.Urgency != sayline.Urgent {
		t.Errorf("%+v", got)
	}
}

// TestNoMailServer: without one the page fails in plain sight; nothing waits forever.
func TestNoMailServer(t *testing.T) {
	h := serve(t, engines["sqlite"](t))
	o := h.options(h.store)
	o.Mailers = nil
	h.run(o)
	m := h.say(sayline.Moment{Topic: "tastes-off"})
	for _, p := range h.settled(m.Case) {
		if p.Channel == sayline.ByEmail && p.State != sayline.PageFailed {
			t.Errorf("%+v", p)
		}
	}
}

// TestTakenMeanwhile: a page that fails while somebody takes its case is not sent again.
func TestTakenMeanwhile(t *testing.T) {
	h := serve(t, engines["sqlite"](t))
	taken := make(chan struct{})
	h.mail.FailNext(testkit.Fault{Code: 451, Hold: taken})
	h.run(h.options(h.store))
	m := h.say(sayline.Moment{Topic: "tastes-off"})
	h.mail.WaitTry(t.Context(), nil)
	h.acknowledge(m.Case, "marco")
	close(taken)
	for _, p := range h.settled(m.Case) {
		if p.Channel == sayline.ByEmail && p.State != sayline.PageCancelled {
			t.Errorf("%+v", p)
		}
	}
	for _, s := range h.steps(m.Case)[1:] {
		if s.State != sayline.StepCancelled {
			t.Errorf("%+v", s)
		}
	}
	if n := len(h.mail.All()); n != 1 {
		t.Errorf("%d mails were tried", n)
	}
}
