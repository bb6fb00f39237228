package notify

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/SherClockHolmes/webpush-go"

	"github.com/sayline/sayline"
)

// MaxPush is the longest payload in bytes that every push service takes.
const MaxPush = 3900

// How much a push matters to a phone that saves its battery (RFC 8030, section 5.3).
const (
	PushLow    = "low"
	PushNormal = "normal"
	PushHigh   = "high"
)

// PushOptions are the settings of [NewPusher].
type PushOptions struct {
	Public, Private string // our VAPID keys, base64url; see the store's
	// Subject is who push services write to when something is wrong: an https
	// address or an e-mail address. Some refuse one that is nobody's.
	Subject      string
	AllowPrivate bool          // push services on this machine and its network too
	Resolver     *net.Resolver // nil: the machine's
	Timeout      time.Duration // of a whole call; default [sayline.CallTimeout]
	Now          func() time.Time
}

// Pusher sends Web Push messages (RFC 8030) encrypted for one browser (RFC 8291)
// and signed by us (RFC 8292). It may be used by many goroutines at once.
type Pusher struct {
	caller
	options PushOptions
}

// PushMessage is what one browser is told.
type PushMessage struct {
	To      sayline.Subscription
	Payload []byte        // what its service worker reads; at most [MaxPush] bytes
	Topic   string        // one that waits at the service is replaced by the next of the same topic; any words, "" for none
	Urgency string        // PushLow, PushNormal or PushHigh; default normal
	TTL     time.Duration // how long the service keeps it for a phone that is away; 0: only now
}

// NewPusher makes the way out by Web Push. Close it at the end.
func NewPusher(o PushOptions) *Pusher {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Subject = strings.TrimPrefix(o.Subject, "mailto:") // the library puts it back
	return &Pusher{newCaller(Guard(o.AllowPrivate, o.Resolver), o.Timeout), o}
}

// Send hands one message to its push service and says what became of it. Gone is
// only what the service itself says of the subscription: 404 or 410.
func (p *Pusher) Send(ctx context.Context, m PushMessage) Outcome {
	o, _ := p.call(ctx, p.options.Now(), func(ctx context.Context) (*http.Request, error) { return p.request(ctx, m) })
	if o.Code == http.StatusNotFound {
		o.Class = Gone
	}
	return o
}

// request is the message encrypted and signed: the library would send it too,
// but by a client that knows no guard and no outcome.
func (p *Pusher) request(ctx context.Context, m PushMessage) (*http.Request, error) {
	if err := m.To.Validate(); err != nil {
		return nil, err
	}
	if len(m.Payload) > MaxPush {
		return nil, sayline.Errorf(sayline.AtFault, "A push has at most %d bytes.", MaxPush)
	}
	var held holder
	res, err := webpush.SendNotificationWithContext(ctx, m.Payload, &webpush.Subscription{Endpoint: m.To.Endpoint, Keys: webpush.Keys(m.To.Keys)}, &webpush.Options{
		HTTPClient: &held, Subscriber: p.options.Subject, TTL: int(m.TTL / time.Second), Topic: topic(m.Topic), Urgency: webpush.Urgency(m.Urgency),
		VAPIDPublicKey: p.options.Public, VAPIDPrivateKey: p.options.Private,
	})
	if err != nil {
		return nil, sayline.Errorf(sayline.AtFault, "The push can't be encrypted for this browser.").Because(err)
	}
	return held.request, res.Body.Close()
}

// holder keeps a request in place of sending it.
type holder struct{ request *http.Request }

func (h *holder) Do(r *http.Request) (*http.Response, error) {
	h.request = r
	return &http.Response{StatusCode: http.StatusAccepted, Body: http.NoBody, Request: r}, nil
}

// topic makes 32 letters of any words (RFC 8030, section 5.4), that tell the push
// service nothing.
func topic(words string) string {
	if words == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(words))
	return base64.RawURLEncoding.EncodeToString(sum[:24])
}
