package notify

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/sayline/sayline"
)

const eventsType = "application/cloudevents+json"

// WebhookOptions are the settings of [NewWebhooks].
type WebhookOptions struct {
	AllowPrivate bool          // call this machine and its network too
	Resolver     *net.Resolver // nil: the machine's
	Timeout      time.Duration // of a whole call; default [sayline.CallTimeout]
}

// Webhooks posts to endpoints. It may be used by many goroutines at once and
// keeps lines open between calls.
type Webhooks struct{ caller }

// NewWebhooks makes the way out by webhook. Close it at the end.
func NewWebhooks(o WebhookOptions) *Webhooks {
	return newWebhooks(o, Guard(o.AllowPrivate, o.Resolver))
}

func newWebhooks(o WebhookOptions, dialer *net.Dialer) *Webhooks {
	return &Webhooks{newCaller(dialer, o.Timeout)}
}

// Delivery is one call of an endpoint.
type Delivery struct {
	URL     string
	ID      string    // webhook-id: the same however often it is sent; visible ASCII without a full stop
	At      time.Time // of this call
	Secrets []string  // the newest first; each signs
	Body    []byte    // a [CloudEvent]
}

// Post calls an endpoint once and says what became of it. It never follows a
// redirect, and ends within the time-out or when ctx does.
func (w *Webhooks) Post(ctx context.Context, d Delivery) Outcome {
	o, _ := w.call(ctx, d.At, d.request)
	return o
}

func (d *Delivery) request(ctx context.Context) (*http.Request, error) {
	u, err := url.Parse(d.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return nil, sayline.Errorf(sayline.AtFault, "The webhook's address is not an http(s) address without a password.")
	}
	if !validID(d.ID) {
		return nil, sayline.Errorf(sayline.Internal, "A webhook needs an id of visible ASCII without a full stop.")
	}
	signature, err := Sign(d.Secrets, d.ID, d.At, d.Body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, bytes.NewReader(d.Body))
	if err != nil {
		return nil, sayline.Errorf(sayline.AtFault, "The webhook's address can't be called.")
	}
	req.Header = http.Header{
		"Content-Type":      {eventsType},
		"User-Agent":        {"Sayline"},
		"Webhook-Id":        {d.ID},
		"Webhook-Timestamp": {strconv.FormatInt(d.At.Unix(), 10)},
		"Webhook-Signature": {signature},
	}
	return req, nil
}

func validID(id string) bool {
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' || id[i] == '.' {
			return false
		}
	}
	return id != ""
}
