// Package pager takes what a commit left to be done out to people: steps become
// pages, pages and events leave the house, and every one of them reaches an end.
//
//	commit ─→ step due ─→ pages ─lease→ e-mail, webhook of a person ─→ report
//	       └→ event ─────────────lease→ webhook of the brand ────────→ delivery log
//
// It is woken in the same process the moment a commit leaves something to do, by
// timers when something falls due, and by a look every second only in case a
// wake-up was lost. Nothing is remembered that is not in the store: a process
// that dies leaves rows that any other takes up when its lease ends. Several
// may run on one database: steps fire once, pages and endpoints are leased.
//
// The tour:
//
//   - pager.go: [New], [Pager.Run] and what wakes it.
//   - policy.go: pure: which rungs a demand climbs, and how long each waits;
//     climb.go: which policy a case climbs by.
//   - whom.go: pure: the people a rung asks, and how.
//   - steps.go: due steps become pages, first or fifth by one path.
//   - pages.go, outcome.go: pages are leased, sent and reported, channel by channel.
//   - letter.go, document.go: what an e-mail and a person's webhook say; push.go:
//     what their phone shows; chat.go, gateway.go: what stands in a chat, in an SMS,
//     and what is said to who is rung; act.go: the link by which they act without signing in.
//   - notice.go, health.go, after.go: words about a contact itself, how contacts
//     are doing, and what is told when a page no longer needs anybody.
//   - tell.go: authors are told of an answer, by push without a word, by e-mail.
//   - outbox.go, tail.go: who sends for which of the brands' webhook endpoints,
//     and the newest events, at hand.
//   - endpoint.go, retry.go, record.go: one endpoint: events are taken up in
//     their order, failures are tried again, what came of all is stored in lots.
//   - flight.go, place.go: pure: what a call leads to, and how far we are.
//   - event.go: events rendered as CloudEvents when they are sent; relayed.go: the
//     same for a relay, which hears only of the moments it handed in.
//   - audit.go, metrics.go: the auditor, apart from all of it, and the figures.
package pager

import (
	"context"
	"io"
	"log/slog"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/words"
)

// Mailer sends one e-mail at a time; [notify.Mailer] is one.
type Mailer interface {
	Send(ctx context.Context, letter notify.Mail) notify.Outcome
}

// Poster calls webhooks, many at a time; [notify.Webhooks] is one.
type Poster interface {
	Post(ctx context.Context, d notify.Delivery) notify.Outcome
}

// Chatter writes into chats, many at a time; [notify.Chats] is one.
type Chatter interface {
	Send(ctx context.Context, m notify.ChatMessage) notify.Outcome
}

// Gateway has SMS sent and numbers rung, many at a time; [notify.Gateway] is one.
type Gateway interface {
	Send(ctx context.Context, m notify.GatewayMessage) notify.Outcome
}

// Pusher tells browsers; [notify.Pusher] is one.
type Pusher interface {
	Send(ctx context.Context, m notify.PushMessage) notify.Outcome
}

// Options are what a pager is made from. All but Mailers, From, Metrics, Workers
// and Window are needed.
type Options struct {
	Store    *store.Store
	Registry *brands.Registry
	Words    *words.Catalogue
	Log      *slog.Logger
	Now      func() time.Time
	Random   io.Reader // safe for concurrent use
	Webhooks Poster
	Push     Pusher
	Chats    Chatter  // nil: nobody is written to in a chat
	Gateway  Gateway  // nil: nobody is written an SMS or rung
	Mailers  []Mailer // one for each e-mail under way; none: e-mail can't be sent, and its pages fail
	From     string   // the address e-mail comes from; the name before it is the brand's
	AnswerTo string   // the address authors' answers to letters go to, such as reply@cx.example; "" takes none
	Metrics  prometheus.Registerer

	BrandURL func(brand string) string         // the brand's public address, the source of its events: https://sparkle.example/cx
	CaseURL  func(brand, caseID string) string // a case on the desk
	ActURL   func(token string) string         // where a page's person acts without signing in; nil offers it to nobody
	MeURL    func(brand string) string         // where people see how they are reached; nil names no place
	// GatewayURL is where a gateway may tell what became of a page; nil tells it of no place.
	GatewayURL func(brand, page string) string

	Beat func(ctx context.Context) error // tells a watchdog outside that all is well; nil for none

	Workers int // calls to people's webhooks at once; default 32
	Window  int // calls to one endpoint at once; default 32
}

const (
	defaultWorkers = 32
	defaultWindow  = 32
	grace          = 3 * time.Second // for calls under way when Run is to end
	reportTime     = 5 * time.Second // for storing what came of them
)

// With whom a [store.Point] is passed, where it is no channel of a person.
const (
	toEndpoint = "endpoint"
	toAuthor   = "author"
)

// Pager sends for every brand of this server.
type Pager struct {
	Options
	id      string // of this process, in leases
	from    mail.Address
	metrics *metrics
	step    signal
	ways    []*way
	telling signal
	outbox  *outbox
	after   *after
	old     policies
}

// New makes a pager. Call it before the store's first write, then Run. Errors
// are AtFault: From is not an address.
func New(o Options) (*Pager, error) {
	if o.Workers == 0 {
		o.Workers = defaultWorkers
	}
	if o.Window == 0 {
		o.Window = defaultWindow
	}
	if o.Metrics == nil {
		o.Metrics = prometheus.NewRegistry()
	}
	p := &Pager{Options: o, id: sayline.NewID(o.Now(), o.Random), metrics: newMetrics(o.Metrics), step: newSignal(), telling: newSignal()}
	if len(o.Mailers) > 0 {
		from, err := mail.ParseAddress(o.From)
		if err != nil {
			return nil, sayline.Errorf(sayline.AtFault, "Expected the address e-mail is sent from, got %q.", o.From)
		}
		p.from = *from
	}
	p.ways = []*way{p.byEmail(), p.byWebhook(), p.byPush(), p.byChat(), p.byGateway(sayline.BySMS), p.byGateway(sayline.ByVoice)}
	p.outbox, p.after = newOutbox(p), newAfter()
	o.Store.Watch(p.heard)
	return p, nil
}

// Run sends until the context ends; calls under way then have a few seconds.
// When it returns nothing of it is left running.
func (p *Pager) Run(ctx context.Context) {
	calls, cut := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	var cutter, loops sync.WaitGroup
	cutter.Go(func() {
		defer cut()
		select {
		case <-ctx.Done():
		case <-ended:
			return
		}
		select {
		case <-time.After(grace):
		case <-ended:
		}
	})
	loops.Go(func() { p.runSteps(ctx) })
	for _, w := range p.ways {
		loops.Go(func() { w.run(ctx, calls) })
	}
	loops.Go(func() { p.outbox.run(ctx, calls) })
	loops.Go(func() { p.runAfter(ctx, calls) })
	loops.Go(func() { p.runTellings(ctx, calls) })
	loops.Go(func() { p.runAuditor(ctx) })
	loops.Wait()
	close(ended)
	cutter.Wait()
}

// heard is called with every committed event and never blocks: it only says
// who should look.
func (p *Pager) heard(events []sayline.Event) {
	for i := range events {
		switch events[i].Type {
		case sayline.EventCaseOpened, sayline.EventCaseReopened, sayline.EventMomentUpdated, sayline.EventMuteChanged, sayline.EventStepHastened:
			p.step.raise()
		case sayline.EventPageMade:
			for _, w := range p.ways {
				w.wake.raise()
			}
		case sayline.EventCaseAnswered:
			p.telling.raise()
		case sayline.EventConfigChanged:
			p.outbox.changed.raise()
		case sayline.EventCaseAcknowledged, sayline.EventCaseResolved:
			p.telling.raise()
			p.after.note(&events[i])
		case sayline.EventContactChanged:
			p.after.broke.raise()
		}
	}
	p.outbox.heard(events[0].Brand, events)
}

// public says whether an event may leave by the brand's webhooks. What is
// private never does, not even as a number.
func public(e *sayline.Event) bool {
	return e.Lane == "" && strings.HasPrefix(e.Type, "cx.") && slices.Contains(sayline.PublicEvents, e.Type)
}

// signal tells one loop to look. Raised often before it looks, it looks once.
type signal chan struct{}

func newSignal() signal { return make(signal, 1) }

func (s signal) raise() {
	select {
	case s <- struct{}{}:
	default:
	}
}

// alarmClock is a timer that may be set anew while it runs.
type alarmClock struct{ *time.Timer }

func newAlarmClock() alarmClock {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return alarmClock{t}
}

// set rings at a time seen from now; never at the zero time.
func (c alarmClock) set(now, at time.Time) {
	c.Stop()
	if !at.IsZero() {
		c.Reset(max(0, at.Sub(now)))
	}
}
