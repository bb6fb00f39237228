package check

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline/cx"
)

// Events are what the checks of events need: an endpoint of the brand that leads
// here. It is made for the run and taken away afterwards.
type Events struct {
	Listener net.Listener // where the endpoint's calls come in; closed at the end
	Secrets  []string     // of the endpoint (whsec_…), as the brand shows them

	// Rotate gives the endpoint a new secret and returns it.
	Rotate func(ctx context.Context) (secret string, err error)
	// Private points an endpoint of the brand at an address of the network the
	// brand's server stands in, waits until the brand tells what became of a call,
	// and returns nil when it told that it was refused. Moments are said meanwhile.
	Private func(ctx context.Context, address string) error

	Wait time.Duration // for one call; 0 is 90 seconds
}

func eventChecks() []check {
	return []check{
		{"E01", "what was said comes as a CloudEvent", e01},
		{"E02", "it is signed by the endpoint's secret, now, over the bytes that come", e02},
		{"E03", "it tells what happened: no contact, and no words unless the endpoint asked for them", e03},
		{"E04", "what was not taken comes again, under the same id and signed anew", e04},
		{"E05", "a redirect is a failure, and not followed", e05},
		{"E06", "after a change of the secret both sign, the new and the one before", e06},
		{"E07", "what is taken back is told", e07},
		{"E08", "an address of the server's own network is refused", e08},
	}
}

const (
	received  = "cx.moment.received"
	withdrawn = "cx.moment.withdrawn"
)

// settles is how long a changed secret may take to reach all that sends.
const settles = 15 * time.Second

// cloudEvent is what every event has (CloudEvents 1.0, section 2).
type cloudEvent struct {
	SpecVersion string    `json:"specversion"`
	ID          string    `json:"id"`
	Source      string    `json:"source"`
	Type        string    `json:"type"`
	Time        time.Time `json:"time"`
	Subject     string    `json:"subject"`
}

func (p *probe) heard() (*receiver, error) {
	if p.receiver == nil {
		return nil, hand("an endpoint of the brand must lead to these checks: --events-listen ADDRESS, and --events-secret")
	}
	return p.receiver, nil
}

// event says a moment and waits for its event.
func (p *probe) event(ctx context.Context, members string) (*cx.Accepted, *delivery, error) {
	r, err := p.heard()
	if err != nil {
		return nil, nil, err
	}
	said, err := p.say(ctx, members)
	if err != nil {
		return nil, nil, err
	}
	d, err := r.wait(ctx, about(said.ID, received))
	if errors.Is(err, errNoCall) {
		err = hand("no event has come of what was said")
	}
	return said, d, err
}

func about(id, kind string) func(*delivery) bool {
	return func(d *delivery) bool { return d.event.Subject == id && d.event.Type == kind }
}

func e01(ctx context.Context, p *probe) error {
	r, err := p.heard()
	if err != nil {
		return err
	}
	said, err := p.say(ctx, `{"feeling":3}`)
	if err != nil {
		return err
	}
	d, err := r.wait(ctx, about(said.ID, received))
	if err != nil {
		return err
	}
	e := d.event
	kind, _, _ := strings.Cut(d.header.Get("Content-Type"), ";")
	source, err := url.Parse(e.Source)
	switch {
	case d.method != http.MethodPost || kind != "application/cloudevents+json":
		return fmt.Errorf("it came as %s of %q", d.method, kind)
	case e.SpecVersion != "1.0" || e.ID == "" || err != nil || e.Source == "" || !source.IsAbs() || e.Time.IsZero():
		return fmt.Errorf("it lacks what every event has: %+v", e)
	}
	return nil
}

func e02(ctx context.Context, p *probe) error {
	_, d, err := p.event(ctx, `{"feeling":3}`)
	if err != nil {
		return err
	}
	if len(p.o.Events.Secrets) == 0 {
		return hand("tell the endpoint's secret: --events-secret")
	}
	for _, secret := range p.o.Events.Secrets {
		if err := d.verify(secret); err != nil {
			return err
		}
	}
	return nil
}

func e03(ctx context.Context, p *probe) error {
	const words, email = mark + "nobody else needs this", "check@not-the-brand.example"
	_, d, err := p.event(ctx, `{"class":"identified","text":"`+words+`","contact":{"name":"Conformance Check","email":"`+email+`"}}`)
	if err != nil {
		return err
	}
	if bytes.Contains(d.body, []byte(email)) || bytes.Contains(d.body, []byte("Conformance Check")) {
		return errors.New("the event holds the contact")
	}
	if bytes.Contains(d.body, []byte(words)) {
		return hand("the event holds the words; look whether the endpoint asked for full text")
	}
	return nil
}

// again says a moment whose event is first met in this way, and gives the first
// call and the second.
func (p *probe) again(ctx context.Context, status int, location string) (first, second *delivery, err error) {
	r, err := p.heard()
	if err != nil {
		return nil, nil, err
	}
	r.meet(status, location)
	defer r.meet(0, "")
	said, first, err := p.event(ctx, `{"feeling":3}`)
	if err != nil {
		return nil, nil, err
	}
	r.meet(0, "")
	second, err = r.wait(ctx, func(d *delivery) bool { return d != first && d.taken && about(said.ID, received)(d) })
	return first, second, err
}

func e04(ctx context.Context, p *probe) error {
	first, second, err := p.again(ctx, http.StatusServiceUnavailable, "")
	if err != nil {
		return err
	}
	if first.id() == "" || first.id() != second.id() || first.event.ID != second.event.ID {
		return fmt.Errorf("it came as %q with event %q, and again as %q with event %q", first.id(), first.event.ID, second.id(), second.event.ID)
	}
	for _, secret := range p.o.Events.Secrets {
		if err := second.verify(secret); err != nil {
			return fmt.Errorf("the second time: %w", err)
		}
	}
	return nil
}

func e05(ctx context.Context, p *probe) error {
	r, err := p.heard()
	if err != nil {
		return err
	}
	const elsewhere = "/elsewhere"
	_, _, err = p.again(ctx, http.StatusTemporaryRedirect, elsewhere)
	if r.calledAt(elsewhere) {
		return errors.New("the redirect was followed")
	}
	return err // that it comes again says that it was a failure
}

func e06(ctx context.Context, p *probe) error {
	if _, err := p.heard(); err != nil {
		return err
	}
	old := p.o.Events.Secrets
	if p.o.Events.Rotate == nil || len(old) == 0 {
		return hand("somebody of the brand must change the endpoint's secret: give a command with --events-rotate-with")
	}
	fresh, err := p.o.Events.Rotate(ctx)
	if err != nil {
		return hand("the secret was not changed: %v", err)
	}
	if slices.Contains(old, fresh) {
		return errors.New("the new secret is an old one")
	}
	for end := p.o.Now().Add(settles); ; {
		_, d, err := p.event(ctx, `{"feeling":3}`)
		if err != nil {
			return err
		}
		if err := d.verify(old[0]); err != nil {
			return fmt.Errorf("by the secret before: %w", err)
		}
		if err = d.verify(fresh); err == nil {
			break
		}
		if p.o.Now().After(end) {
			return fmt.Errorf("by the new secret: %w", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
	p.o.Events.Secrets = []string{fresh}
	return nil
}

func e07(ctx context.Context, p *probe) error {
	said, _, err := p.event(ctx, `{"feeling":3}`)
	if err != nil {
		return err
	}
	a, err := p.change(ctx, http.MethodDelete, said.Receipt, "")
	if err != nil {
		return err
	}
	if err := a.want(204); err != nil {
		return err
	}
	_, err = p.receiver.wait(ctx, about(said.ID, withdrawn))
	return err
}

func e08(ctx context.Context, p *probe) error {
	if p.o.Events == nil || p.o.Events.Private == nil {
		return hand("run the checks on the server's own machine, with a command that points an endpoint at CX_TARGET: --events-private-with")
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	inside := newReceiver(listener, p.o)
	defer inside.close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	told := make(chan error, 1)
	go func() { told <- p.o.Events.Private(ctx, "http://"+listener.Addr().String()+"/") }()
	for tick := time.NewTicker(time.Second); ; {
		if _, err := p.say(ctx, `{"feeling":3}`); err != nil {
			return err
		}
		select {
		case err := <-told:
			switch {
			case inside.calledAt("/"):
				return errors.New("it was called")
			case err != nil:
				return hand("the brand did not tell that it refused: %v", err)
			}
			return nil
		case <-inside.called():
			return errors.New("it was called")
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// readEvent reads a call's body; what is none stays empty.
func readEvent(body []byte) (e cloudEvent) {
	_ = json.Unmarshal(body, &e)
	return e
}
