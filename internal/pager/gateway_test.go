package pager

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/testkit"
)

var gatewaySecret = notify.DeriveSecret([]byte("key"), "test", "gateway", 0)

// numbered gives Lucía a number and a chat, and the pager a gateway and chats.
func numbered(t *testing.T, database string, channels ...sayline.Contact) (*house, Options, *testkit.WebhookReceiver) {
	t.Helper()
	gateway := testkit.Webhook(t, gatewaySecret)
	h := serve(t, database, func(_ *house, c *sayline.Config) {
		c.People[0].Contacts = channels
	})
	o := h.options(h.store)
	g, err := notify.NewGateway(notify.GatewayOptions{URL: gateway.URL(), Secret: gatewaySecret, Now: h.now})
	if err != nil {
		t.Fatal(err)
	}
	chats := notify.NewChats(notify.ChatOptions{AllowPrivate: true})
	t.Cleanup(g.Close)
	t.Cleanup(chats.Close)
	o.Gateway, o.Chats = g, chats
	o.ActURL = func(token string) string { return "https://house.example/act/" + token }
	o.GatewayURL = func(brand, page string) string { return "https://house.example/gateway/" + brand + "/" + page }
	return h, o, gateway
}

var (
	herSMS   = sayline.Contact{Channel: sayline.BySMS, Address: "+34600000001"}
	herVoice = sayline.Contact{Channel: sayline.ByVoice, Address: "+34600000001"}
)

// An SMS and a call say what, where and how to take it, in the person's language.
func TestByNumber(t *testing.T) {
	h, o, gateway := numbered(t, engines["sqlite"](t), herSMS, herVoice)
	h.run(o)
	m := h.say(sayline.Moment{Topic: "cant-find-it", Text: "Only oranges.\nAgain."})
	h.settled(m.Case)
	got := map[string]notify.GatewayMessage{}
	for range 2 {
		call := gateway.Wait(t.Context(), nil)
		var g notify.GatewayMessage
		if err := json.Unmarshal(call.Body, &g); err != nil || g.ID != call.ID() || call.Header.Get("Content-Type") != "application/json" {
			t.Fatalf("%v: %v", call, err)
		}
		got[g.Channel] = g
	}
	sms, voice := got[sayline.BySMS], got[sayline.ByVoice]
	if sms.To != "+34600000001" || sms.Lang != "es" || sms.Urgency != sayline.Urgent || !strings.HasPrefix(sms.Text, "Urgente · No lo encuentro · Lemon") ||
		!strings.Contains(sms.Text, "“Only oranges. Again.”") || !strings.Contains(sms.Text, "Me encargo: "+sms.ActURL) || !strings.HasSuffix(sms.Text, "Or reply 1.") && !strings.HasSuffix(sms.Text, "O responde 1.") {
		t.Errorf("%+v", sms)
	}
	if !strings.HasPrefix(voice.Say, "Le llama Sparkle. Urgente. No lo encuentro. Lemon.") || !strings.Contains(voice.Say, "Pulse 1") || strings.Contains(voice.Say, "http") {
		t.Errorf("%q", voice.Say)
	}
	if !strings.HasPrefix(sms.Callback, "https://house.example/gateway/sparkle/") || sms.CaseURL != "https://house.example/b/sparkle/desk/"+m.Case {
		t.Errorf("%+v", sms)
	}
}

// Nothing of a private case is written or said, but that there is one.
func TestPrivateByNumber(t *testing.T) {
	gateway := testkit.Webhook(t, gatewaySecret)
	h := serve(t, engines["sqlite"](t), func(_ *house, c *sayline.Config) { c.People[5].Contacts = []sayline.Contact{herSMS, herVoice} })
	o := h.options(h.store)
	g, err := notify.NewGateway(notify.GatewayOptions{URL: gateway.URL(), Secret: gatewaySecret})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	o.Gateway = g
	h.run(o)
	h.settled(h.say(sayline.Moment{Topic: "about-a-person", Text: "Hugo shouts."}).Case)
	for range 2 {
		body := string(gateway.Wait(t.Context(), nil).Body)
		for _, leak := range []string{"Hugo", "About a person", "about-a-person", "Shelf", "Lemon", "urgent"} {
			if strings.Contains(body, leak) {
				t.Errorf("%q stands in %s", leak, body)
			}
		}
	}
}

// Who may or may not have been rung is not rung again: the next contact is tried
// at once, not after a minute.
func TestUnknownTriesTheNextAtOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h, o, gateway := numbered(t, database, herVoice)
		gateway.FailNext(testkit.Fault{HangUp: true, Keep: true})
		h.run(o)
		m := h.say(sayline.Moment{Topic: "cant-find-it"})
		gateway.Wait(t.Context(), nil)
		h.mail.Wait(t.Context(), func(m testkit.Mail) bool { return to("nuria")(m) && strings.Contains(m.Text, "Nobody is on it yet.") })
		pages := h.settled(m.Case)
		i := slices.IndexFunc(pages, func(p sayline.Page) bool { return p.Channel == sayline.ByVoice && p.N == 1 })
		if p := pages[i]; p.State != sayline.PageUnknown || p.Attempts != 1 || p.DoneAt.IsZero() {
			t.Errorf("%+v", p)
		}
	})
}

// Another way to the same person is the next contact: nobody else is hurried.
func TestUnknownWithAnotherWayOpen(t *testing.T) {
	h, o, gateway := numbered(t, engines["sqlite"](t), herVoice, sayline.Contact{Channel: sayline.ByEmail, Address: "lucia@sparkle.example"})
	gateway.FailNext(testkit.Fault{HangUp: true, Keep: true})
	h.run(o)
	m := h.say(sayline.Moment{Topic: "cant-find-it"})
	h.mail.Wait(t.Context(), to("lucia"))
	h.settled(m.Case)
	if steps := h.steps(m.Case); len(steps) != 2 || steps[1].State != sayline.StepWaiting || steps[1].DueAt.Sub(steps[0].FiredAt) < sayline.UrgentStep*9/10 {
		t.Errorf("%+v", steps)
	}
}

// A chat gets one message with the words and the link.
func TestByChat(t *testing.T) {
	chat := testkit.Webhook(t)
	address := "ntfy://" + strings.TrimPrefix(strings.TrimSuffix(chat.URL(), "/hook"), "http://") + "/desk?scheme=http"
	h, o, _ := numbered(t, engines["sqlite"](t), sayline.Contact{Channel: sayline.ByChat, Address: address})
	chat.FailAlways(testkit.Fault{Code: 200, Body: "{}", Keep: true})
	h.run(o)
	m := h.say(sayline.Moment{Topic: "cant-find-it", Text: "Tell @everyone"})
	call := chat.Wait(t.Context(), nil)
	h.settled(m.Case)
	i := slices.IndexFunc(h.pages(m.Case), func(p sayline.Page) bool { return p.Channel == sayline.ByChat })
	if p := h.pages(m.Case)[i]; p.State != sayline.PageAccepted {
		t.Errorf("%+v", p)
	}
	body := string(call.Body)
	if !strings.HasPrefix(body, "Urgente · No lo encuentro") || strings.Contains(body, "@everyone") || !strings.Contains(body, "everyone”") || !strings.Contains(body, "Me encargo:\nhttps://house.example/act/sparkle.") {
		t.Errorf("%s", body)
	}
}
