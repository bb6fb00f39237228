package notify

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/SherClockHolmes/webpush-go"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/testkit"
)

// pushing is a pusher and a push service that browsers subscribed through.
func pushing(t *testing.T, subject string, timeout time.Duration) (*Pusher, *testkit.PushService) {
	private, public, err := webpush.GenerateVAPIDKeys()
	if err != nil {
		t.Fatal(err)
	}
	p := NewPusher(PushOptions{Public: public, Private: private, Subject: subject, AllowPrivate: true, Timeout: timeout})
	t.Cleanup(p.Close)
	return p, testkit.NewPushService(t, public)
}

func TestPushIsReadByItsBrowserOnly(t *testing.T) {
	for _, subject := range []string{"https://cx.example", "house@brand.example", "mailto:house@brand.example"} {
		p, service := pushing(t, subject, 0)
		payload := strings.Repeat("é", MaxPush/2)
		o := p.Send(t.Context(), PushMessage{To: service.Subscribe(), Payload: []byte(payload), Topic: "case of words: é", Urgency: PushHigh, TTL: time.Hour})
		if o.Class != Accepted || o.Code != http.StatusCreated {
			t.Fatalf("%+v", o)
		}
		got := service.Wait(t.Context(), nil)
		if string(got.Payload) != payload || got.TTL != "3600" || got.Urgency != "high" || len(got.Topic) != 32 {
			t.Errorf("got %v, TTL %s, topic %q", got, got.TTL, got.Topic)
		}
		if want := "mailto:house@brand.example"; got.Subject != want && got.Subject != "https://cx.example" {
			t.Errorf("signed by %q, want %q", got.Subject, want)
		}
	}
}

func TestPushAnswers(t *testing.T) {
	p, service := pushing(t, "https://cx.example", brief)
	for name, tt := range map[string]struct {
		fault testkit.Fault
		want  Outcome
	}{
		"400":                 {testkit.Fault{Code: 400}, Outcome{Class: FailedForGood, Code: 400, Detail: "answered 400"}},
		"403":                 {testkit.Fault{Code: 403}, Outcome{Class: FailedForGood, Code: 403, Detail: "answered 403"}},
		"413":                 {testkit.Fault{Code: 413}, Outcome{Class: FailedForGood, Code: 413, Detail: "answered 413"}},
		"404":                 {testkit.Fault{Code: 404}, Outcome{Class: Gone, Code: 404, Detail: "answered 404"}},
		"410":                 {testkit.Fault{Code: 410}, Outcome{Class: Gone, Code: 410, Detail: "answered 410"}},
		"429":                 {testkit.Fault{Code: 429, Header: http.Header{"Retry-After": {"90"}}}, Outcome{Class: FailedForNow, Code: 429, RetryAfter: 90 * time.Second, Detail: "answered 429"}},
		"500":                 {testkit.Fault{Code: 500}, Outcome{Class: FailedForNow, Code: 500, Detail: "answered 500"}},
		"the line is cut":     {testkit.Fault{HangUp: true, Keep: true}, Outcome{Class: Unknown, Detail: "the line was cut"}},
		"accepts, and stalls": {testkit.Fault{Hold: make(chan struct{}), Keep: true}, Outcome{Class: Unknown, Detail: "time-out"}},
	} {
		service.FailNext(tt.fault)
		if got := p.Send(t.Context(), PushMessage{To: service.Subscribe(), Payload: []byte("{}")}); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", name, got, tt.want)
		}
	}
}

// A browser's address is anybody's word: it leads nowhere inside.
func TestPushIsGuarded(t *testing.T) {
	p, service := pushing(t, "https://cx.example", 0)
	guarded := NewPusher(PushOptions{Public: p.options.Public, Private: p.options.Private})
	defer guarded.Close()
	to := service.Subscribe()
	if o := guarded.Send(t.Context(), PushMessage{To: to}); o.Class != FailedForGood || o.Detail != "the address is not a public one" {
		t.Errorf("%+v", o)
	}
	if n := len(service.All()); n != 0 {
		t.Errorf("called %d times", n)
	}
}

func TestPushThatCannotBeSent(t *testing.T) {
	p, service := pushing(t, "https://cx.example", 0)
	good := service.Subscribe()
	for name, change := range map[string]func(*PushMessage){
		"no address":        func(m *PushMessage) { m.To.Endpoint = "" },
		"another scheme":    func(m *PushMessage) { m.To.Endpoint = "ftp" + m.To.Endpoint[4:] },
		"no key":            func(m *PushMessage) { m.To.Keys.P256dh = "" },
		"a point elsewhere": func(m *PushMessage) { m.To.Keys.P256dh = "BAAA" + m.To.Keys.P256dh[4:] },
		"a short secret":    func(m *PushMessage) { m.To.Keys.Auth = "AAAA" },
		"too long":          func(m *PushMessage) { m.Payload = make([]byte, MaxPush+1) },
	} {
		m := PushMessage{To: good, Payload: []byte("{}")}
		change(&m)
		if o := p.Send(t.Context(), m); o.Class != FailedForGood || o.Detail == "" {
			t.Errorf("%s: %+v", name, o)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if o := p.Send(cancelled, PushMessage{To: good}); o.Class != FailedForNow || o.Detail != "stopped" {
		t.Errorf("stopped before it began: %+v", o)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	good.Endpoint = "http://" + l.Addr().String()
	if o := p.Send(t.Context(), PushMessage{To: good}); o.Class != FailedForNow || o.Detail != "the connection was refused" {
		t.Errorf("nobody there: %+v", o)
	}
	if n := len(service.All()); n != 0 {
		t.Errorf("called %d times", n)
	}
}

// Whatever somebody hands in as a subscription, it is refused or sent to, and
// never ends the program.
func FuzzSubscription(f *testing.F) {
	f.Add("https://push.example/a", "BTBZMqHH6r4Tts7J_aSIgg", "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
	f.Add("http://a", "AAAAAAAAAAAAAAAAAAAAAA==", "BA==")
	f.Add("//a", "", "")
	f.Fuzz(func(t *testing.T, endpoint, auth, key string) {
		s := sayline.Subscription{Endpoint: endpoint, Keys: sayline.SubscriptionKeys{Auth: auth, P256dh: key}}
		p := Pusher{options: PushOptions{Public: "BA", Private: "AQ"}}
		if _, err := p.request(t.Context(), PushMessage{To: s}); err == nil && s.Validate() != nil {
			t.Fatal("sent to what is no subscription")
		}
	})
}
