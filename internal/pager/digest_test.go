package pager

import (
	"encoding/json"
	"net/mail"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/notify"
)

// channels are what each way sends of a letter.
var channels = map[string]func(l *letter) any{
	"webhook": func(l *letter) any { return json.RawMessage(l.document()) },
	"chat":    func(l *letter) any { return l.chat() },
	"sms":     func(l *letter) any { m := l.byNumber(sayline.BySMS); m.Say = ""; return m },
	"voice":   func(l *letter) any { m := l.byNumber(sayline.ByVoice); m.Text = ""; return m },
	"push":    func(l *letter) any { return l.pushed() },
	"email": func(l *letter) any {
		m, _ := l.mail(mail.Address{Address: "house@sayline.example"})
		m.HTML = ""
		return m
	},
}

// sent is what a way sends, as it stands in JSON.
func sent(t *testing.T, channel string, l *letter) string {
	t.Helper()
	b, err := json.Marshal(channels[channel](l))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestSpecialLetters: by no way does a page that asks for nobody tell more than
// its note, nor a digest more than a line for each case, which nobody said.
func TestSpecialLetters(t *testing.T) {
	alone := sample(t, "en")
	alone.c.Urgency, alone.c.Lot, alone.c.Moments, alone.moments[0].Text = sayline.Critical, "L-77", 9, "Only oranges."
	gone := *alone
	gone.page.Says, gone.silent, gone.moments = sayline.PageTakenBack, true, nil // as read() leaves it
	other := sample(t, "en")
	other.c.ID, other.c.Topic, other.c.Product, other.c.Lot, other.moments = "c2", "", "", "L-88", nil
	digest := *alone
	digest.c = &sayline.Case{ID: "c1", Urgency: sayline.Normal, Product: alone.c.Product, Lot: "L-77", Moments: 9}
	digest.bundle = []*letter{alone, other}
	for channel := range channels {
		if got := sent(t, channel, alone); !strings.Contains(got, "L-77") || channel != "voice" && !strings.Contains(got, "Only oranges.") {
			t.Errorf("%s: a page by itself does not tell what it is: %s", channel, got)
		}
		got := sent(t, channel, &gone)
		if !strings.Contains(got, gone.what()) {
			t.Errorf("%s does not say that it is taken back: %s", channel, got)
		}
		for _, leak := range []string{"oranges", "Lemon", "09506000134352", "L-77", "critical", "Critical", "Madrid", "moments", "find it", "Since", "14:32", `"since"`, `"at":`} {
			if strings.Contains(got, leak) {
				t.Errorf("%s: %q of what is taken back stands in %s", channel, leak, got)
			}
		}
		got, lines := sent(t, channel, &digest), 1
		if channel == "sms" || channel == "voice" { // they cost by the length
			lines = 0
		}
		for _, lot := range []string{"L-77", "L-88"} {
			if n := strings.Count(got, lot); n != lines {
				t.Errorf("%s: the line of %s stands %d times in %s", channel, lot, n, got)
			}
		}
		for _, leak := range []string{"oranges", `"urgency":`, `"product":`} {
			if strings.Contains(got, leak) {
				t.Errorf("%s: %s stands in the digest %s", channel, leak, got)
			}
		}
		if channel != "email" && strings.Contains(got, "“") {
			t.Errorf("%s: the digest quotes what nobody said: %s", channel, got)
		}
	}
}

// TestDigestIsAsUrgentAsItsLines: one urgent case among others makes no urgent
// heading, and a private one says of itself nothing but that it is there.
func TestDigestIsAsUrgentAsItsLines(t *testing.T) {
	urgent, calm, private := sample(t, "en"), sample(t, "en"), sample(t, "en")
	calm.c.ID, calm.c.Urgency, calm.c.Lot = "c2", sayline.Normal, "L-88"
	private.c = &sayline.Case{ID: "c3", Lane: "people", Urgency: sayline.Critical, Lot: "L-99", Topic: "about-a-person"}
	private.moments = nil
	p := &Pager{Options: Options{CaseURL: func(b, c string) string { return "https://house.example/b/" + b + "/desk/" + c }}}
	for name, order := range map[string][]*letter{"the urgent one first": {urgent, calm, private}, "the private one first": {private, calm, urgent}} {
		d := p.together(order)
		if got := d.subject(); got != "3 more for you" {
			t.Errorf("%s: the subject is %q", name, got)
		}
		if got := d.spoken(); strings.Contains(got, "rgent") || strings.Contains(got, "ritical") {
			t.Errorf("%s: it is said %q", name, got)
		}
		for channel := range channels {
			got := sent(t, channel, d)
			if strings.Contains(got, "L-99") || strings.Contains(got, "ritical") {
				t.Errorf("%s: %s tells of the private one: %s", name, channel, got)
			}
			if channel == "sms" || channel == "voice" {
				continue
			}
			if n := strings.Count(got, "Urgent · "); n != 1 || !strings.Contains(got, "L-88") {
				t.Errorf("%s: %s says %d times that something is urgent: %s", name, channel, n, got)
			}
		}
		if w := d.pushed(); !w.Loud || w.At != 0 || d.pushTimes().Urgency != notify.PushHigh {
			t.Errorf("%s: with an urgent one in it, it is %+v", name, w)
		}
	}
	other := *private
	other.c = &sayline.Case{ID: "c4", Lane: "people", Urgency: sayline.Critical}
	if m, _ := p.together([]*letter{private, &other}).mail(mail.Address{Address: "house@sayline.example"}); len(m.Headers) > 0 {
		t.Errorf("two private ones are %v", m.Headers)
	}
}
