package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/sayline/sayline"
)

// GatewayOptions are the settings of [NewGateway].
type GatewayOptions struct {
	URL     string        // where we post: the operator's own gateway, wherever it is
	Secret  string        // whsec_ and base64; signs both directions
	Timeout time.Duration // of a whole call; default [sayline.CallTimeout]
	Now     func() time.Time
}

// Gateway hands messages to the operator's SMS and voice gateway: any small
// program that takes signed JSON and knows a provider. It may be used by many
// goroutines at once.
type Gateway struct {
	caller
	options GatewayOptions
}

// NewGateway makes the way out by SMS and voice. Errors are [sayline.AtFault]
// and say which setting is wrong. Close it at the end.
func NewGateway(o GatewayOptions) (*Gateway, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	g := &Gateway{newCaller(Guard(true, nil), o.Timeout), o} // the operator names it: it may be next door
	if _, err := g.request(context.Background(), &GatewayMessage{ID: "0"}); err != nil {
		return nil, err
	}
	return g, nil
}

// GatewayMessage is what the gateway is asked to send (docs/gateway.md).
type GatewayMessage struct {
	ID       string `json:"id"`      // the same however often it is handed over; also the webhook-id
	Channel  string `json:"channel"` // sms or voice
	To       string `json:"to"`      // E.164
	Text     string `json:"text"`    // to write
	Say      string `json:"say"`     // to speak
	Lang     string `json:"lang"`    // of both, BCP 47
	Urgency  string `json:"urgency,omitempty"`
	ActURL   string `json:"act_url,omitempty"`  // stands in Text
	CaseURL  string `json:"case_url,omitempty"` // the case on the desk
	Callback string `json:"callback,omitempty"` // where what became of it may be told
}

// Send hands one message over and says what became of it. Accepted is the
// gateway's word that it will see to it; ProviderID is its own name for it. Gone
// is its word that there is no such number: 410.
func (g *Gateway) Send(ctx context.Context, m GatewayMessage) Outcome {
	o, body := g.call(ctx, g.options.Now(), func(ctx context.Context) (*http.Request, error) { return g.request(ctx, &m) })
	if o.Class == Accepted {
		var answer struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(body, &answer) == nil {
			answer.ID = oneLine(answer.ID)
			o.ProviderID = answer.ID[:min(len(answer.ID), maxReply)]
		}
	}
	return o
}

func (g *Gateway) request(ctx context.Context, m *GatewayMessage) (*http.Request, error) {
	body, _ := json.Marshal(m) // strings: cannot fail
	d := Delivery{URL: g.options.URL, ID: m.ID, At: g.options.Now(), Secrets: []string{g.options.Secret}, Body: body}
	req, err := d.request(ctx)
	if err != nil {
		return nil, sayline.Errorf(sayline.AtFault, "The gateway needs an http(s) address and a secret of whsec_ and base64.").Because(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return req, nil
}

// signedFor is how far the clocks of two machines may be apart, and how long a
// signed call may be under way (Standard Webhooks 1.0).
const signedFor = 5 * time.Minute

// Verify says whether a call was signed by the holder of a secret not long ago,
// by the headers of Standard Webhooks 1.0. What is signed twice is the caller's
// to recognise by its id.
func Verify(secret string, h http.Header, body []byte, now time.Time) bool {
	seconds, err := strconv.ParseInt(h.Get("Webhook-Timestamp"), 10, 64)
	at := time.Unix(seconds, 0)
	if err != nil || at.Before(now.Add(-signedFor)) || at.After(now.Add(signedFor)) {
		return false
	}
	want, err := Sign([]string{secret}, h.Get("Webhook-Id"), at, body)
	if err != nil {
		return false
	}
	right := false
	for given := range bytes.SplitSeq([]byte(h.Get("Webhook-Signature")), []byte(" ")) {
		right = hmac.Equal(given, []byte(want)) || right
	}
	return right && h.Get("Webhook-Id") != ""
}
