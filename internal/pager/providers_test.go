package pager

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

// provider is a real small server at the far end of a channel, and the one
// contact that leads to it.
type provider struct {
	contact sayline.Contact
	fail    func(testkit.Fault)
	ids     func() []string // of all that arrived, the same for every try of a page
}

const impatience = 300 * time.Millisecond // how long these tests let a provider stall

// providers are one for each channel that leaves the house.
var providers = map[string]func(h *house, o *Options) provider{
	sayline.ByEmail: func(h *house, o *Options) provider {
		host, port, _ := net.SplitHostPort(h.mail.Address())
		n, _ := strconv.Atoi(port)
		m, err := notify.NewMailer(notify.MailOptions{Host: host, Port: n, TLS: notify.TLSNone, Timeout: impatience})
		if err != nil {
			h.t.Fatal(err)
		}
		h.t.Cleanup(m.Close)
		o.Mailers = []Mailer{m}
		return provider{sayline.Contact{Channel: sayline.ByEmail, Address: "lucia@sparkle.example"}, h.mail.FailAlways, func() (ids []string) {
			for _, m := range h.mail.All() {
				ids = append(ids, m.Header.Get("Message-Id"))
			}
			return ids
		}}
	},
	sayline.ByWebhook: func(h *house, o *Options) provider {
		hooks := notify.NewWebhooks(notify.WebhookOptions{AllowPrivate: true, Timeout: impatience})
		h.t.Cleanup(hooks.Close)
		o.Webhooks = hooks
		return provider{sayline.Contact{Channel: sayline.ByWebhook, Address: h.hook.URL()}, h.hook.FailAlways, callIDs(h.hook)}
	},
	sayline.ByPush: func(h *house, o *Options) provider {
		public, private := h.store.VAPID()
		push := notify.NewPusher(notify.PushOptions{Public: public, Private: private, Subject: "https://house.example", AllowPrivate: true, Timeout: impatience})
		h.t.Cleanup(push.Close)
		o.Push = push
		service := testkit.NewPushService(h.t, public)
		_, k := h.register("lucia", service, "Pixel")
		return provider{k.Contact, service.FailAlways, func() (ids []string) {
			for _, p := range service.All() {
				ids = append(ids, p.Topic)
			}
			return ids
		}}
	},
	sayline.ByChat: func(h *house, o *Options) provider {
		chats := notify.NewChats(notify.ChatOptions{AllowPrivate: true, Timeout: impatience})
		h.t.Cleanup(chats.Close)
		o.Chats = chats
		return provider{sayline.Contact{Channel: sayline.ByChat, Address: strings.Replace(strings.TrimSuffix(h.hook.URL(), "/hook"), "http://", "ntfy://", 1) + "/desk?scheme=http"}, h.hook.FailAlways, callIDs(h.hook)}
	},
	sayline.BySMS:   byGateway,
	sayline.ByVoice: byGateway,
}

func byGateway(h *house, o *Options) provider {
	g, err := notify.NewGateway(notify.GatewayOptions{URL: h.hook.URL(), Secret: gatewaySecret, Timeout: impatience})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(g.Close)
	o.Gateway = g
	return provider{sayline.Contact{Address: "+34600000001"}, h.hook.FailAlways, callIDs(h.hook)}
}

func callIDs(hook *testkit.WebhookReceiver) func() []string {
	return func() (ids []string) {
		for _, c := range hook.All() {
			ids = append(ids, c.ID())
		}
		return ids
	}
}

// moods are what providers do that test a sender: the answer an HTTP one gives,
// and what its page comes to.
var moods = []struct {
	name      string
	fault     testkit.Fault
	mail      int // the SMTP reply in place of the HTTP status
	end       string
	sentAgain bool // on channels that send again what is unknown
	passing   bool // sent again on every channel
}{
	{name: "takes it", end: sayline.PageAccepted},
	{name: "accepts, then stalls", fault: testkit.Fault{Hold: make(chan struct{}), Keep: true}, end: sayline.PageUnknown, sentAgain: true},
	{name: "cuts the line after the body", fault: testkit.Fault{HangUp: true, Keep: true}, end: sayline.PageUnknown, sentAgain: true},
	{name: "429", fault: testkit.Fault{Code: 429, Header: http.Header{"Retry-After": {"30"}}}, mail: 450, end: sayline.PageFailed, passing: true},
	{name: "500", fault: testkit.Fault{Code: 500}, mail: 451, end: sayline.PageFailed, passing: true},
	{name: "404", fault: testkit.Fault{Code: 404}, mail: 550, end: sayline.PageFailed},
	{name: "410", fault: testkit.Fault{Code: 410}, mail: 554, end: sayline.PageFailed},
}

// TestInvariant08EveryPageEnds: whatever its provider does, every page reaches
// an end in bounded time and tries; what rings twice is never sent twice, and
// what is sent twice is sent under the same id.
func TestInvariant08EveryPageEnds(t *testing.T) {
	for channel, start := range providers {
		for _, mood := range moods {
			t.Run(channel+" "+mood.name, func(t *testing.T) {
				t.Parallel() // those that stall are waited for
				h, o, far, clock := beside(t, engines["sqlite"](t), channel, start)
				fault := mood.fault
				if channel == sayline.ByEmail && mood.mail != 0 {
					fault = testkit.Fault{Code: mood.mail}
				}
				if channel == sayline.ByChat && fault.Code == 0 && !fault.HangUp && fault.Hold == nil {
					fault = testkit.Fault{Code: 200, Body: "{}", Keep: true}
				}
				far.fail(fault)
				p, err := New(o)
				if err != nil {
					t.Fatal(err)
				}
				h.say(sayline.Moment{Topic: "tastes-off"})
				p.fireDue(t.Context())
				page := p.untilItEnds(t, h.store, channel, clock)
				want, tries := mood.end, 1
				if mood.passing || mood.sentAgain && !sayline.SentOnce(channel) {
					tries = pageAttempts
				}
				if page.State != want || page.Attempts != tries || page.DoneAt.IsZero() {
					t.Errorf("it is %s after %d calls, want %s after %d", page.State, page.Attempts, want, tries)
				}
				ids := far.ids()
				if len(ids) != tries || len(slices.Compact(ids)) != 1 {
					t.Errorf("it arrived as %q", ids)
				}
			})
		}
	}
}

// TestAcceptedTwice: the lease ends while the call is under way, another process
// calls too, and the provider takes both; or, by what rings twice, the first
// answer comes when its page was given up. Each answer is told twice, the late
// one last. The page is accepted, once, and comes to nothing else any more.
func TestAcceptedTwice(t *testing.T) {
	for channel, start := range providers {
		t.Run(channel, func(t *testing.T) {
			h, o, far, clock := beside(t, engines["sqlite"](t), channel, start)
			if channel == sayline.ByChat {
				far.fail(testkit.Fault{Code: 200, Body: "{}", Keep: true})
			}
			p, err := New(o)
			if err != nil {
				t.Fatal(err)
			}
			m := h.say(sayline.Moment{Topic: "tastes-off"})
			p.fireDue(t.Context())
			w := p.ways[slices.IndexFunc(p.ways, func(w *way) bool { return w.channel == channel })]
			var reports []store.PageReport
			for range 2 {
				list, err := h.store.LeasePages(t.Context(), channel, 10)
				if err != nil || len(list)+len(reports) == 0 {
					t.Fatalf("%d pages were leased, %v", len(list), err)
				}
				for _, page := range list {
					reports = append(reports, w.call(context.WithoutCancel(t.Context()), 0, page))
				}
				clock.Move(sayline.Lease + time.Second)
				if err := h.store.ExpireLeases(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			calls := 2
			if sayline.SentOnce(channel) {
				calls = 1
			}
			var was sayline.Page
			for i, r := range slices.Concat(reports, reports) {
				if failed := p.storeReports(t.Context(), []store.PageReport{r}); len(failed) > 0 {
					t.Fatalf("%+v", failed)
				}
				page, err := h.store.Page(t.Context(), "sparkle", r.Page.ID)
				if err != nil || page.State != sayline.PageAccepted || i >= calls && page != was {
					t.Fatalf("after %d answers it is %+v, before %+v (%v)", i+1, page, was, err)
				}
				was = page
			}
			ids := far.ids()
			if list, err := h.store.LeasePages(t.Context(), channel, 10); err != nil || len(list) > 0 || len(ids) != calls || len(slices.Compact(ids)) != 1 || h.theCase(m.Case).ReachedAt.IsZero() {
				t.Errorf("it arrived as %q, and %d more are to be sent (%v)", ids, len(list), err)
			}
		})
	}
}

// beside is a house where only Lucía is asked, by one contact, at a clock that is
// moved by hand.
func beside(t *testing.T, database, channel string, start func(*house, *Options) provider) (h *house, o Options, far provider, clock *handClock) {
	clock = &handClock{}
	h = serve(t, database, func(h *house, c *sayline.Config) {
		h.now = clock.Now
		c.People[0].Contacts = nil
	})
	o = h.options(h.store)
	o.Webhooks, o.Push, o.Chats, o.Gateway = nil, nil, nil, nil
	far = start(h, &o)
	if far.contact.Channel == "" {
		far.contact.Channel = channel
	}
	if channel != sayline.ByPush {
		c := *h.brand.Config
		c.People = slices.Clone(c.People)
		c.People[0].Contacts = []sayline.Contact{far.contact}
		h.change(2, &c)
	}
	return h, o, far, clock
}

// handClock is the time that passes, and what was added by hand.
type handClock struct {
	mu    sync.Mutex
	added time.Duration
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.added)
}

func (c *handClock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.added += d
}

// untilItEnds sends the one page of a channel as its way would, call after call,
// with the waits between them passed by hand, and gives it at its end.
func (p *Pager) untilItEnds(t *testing.T, s *store.Store, channel string, clock *handClock) sayline.Page {
	t.Helper()
	i := slices.IndexFunc(p.ways, func(w *way) bool { return w.channel == channel })
	begun := clock.Now()
	for range pageAttempts + 1 {
		list, err := s.LeasePages(t.Context(), channel, 10)
		if err != nil || len(list) != 1 {
			t.Fatalf("%d pages were leased, %v", len(list), err)
		}
		if more, err := s.LeasePages(t.Context(), channel, 10); err != nil || len(more) != 0 {
			t.Fatalf("it was leased twice: %v, %v", more, err)
		}
		if p.failing(t, s, p.ways[i], list[0]) {
			page, err := s.Page(t.Context(), list[0].Brand, list[0].ID)
			if err != nil {
				t.Fatal(err)
			}
			if took := clock.Now().Sub(begun); took > pageLife+time.Minute {
				t.Errorf("it took %v", took)
			}
			return page
		}
		due, _, err := s.NextPage(t.Context(), channel)
		if err != nil || due.IsZero() {
			t.Fatalf("it waits for nothing: %v", err)
		}
		clock.Move(max(0, due.Sub(clock.Now())))
	}
	t.Fatal("it never ends")
	return sayline.Page{}
}

// failing makes one call, stores what came of it, and says whether it was the last.
func (p *Pager) failing(t *testing.T, s *store.Store, w *way, page sayline.Page) bool {
	t.Helper()
	r := w.call(context.WithoutCancel(t.Context()), 0, page)
	if failed := p.storeReports(t.Context(), []store.PageReport{r}); len(failed) > 0 {
		t.Fatalf("%+v", failed)
	}
	return r.State != sayline.PageQueued
}

// TestInvariant09OneLeaseAtATime: however many processes look for work at once,
// each page is leased by one, and its row says so before its provider is called.
func TestInvariant09OneLeaseAtATime(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h, o, _, _ := beside(t, database, sayline.ByWebhook, providers[sayline.ByWebhook])
		p, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		const cases = 40 // urgent, so that none waits for others; each asks Lucía and Marco
		for range cases {
			h.say(sayline.Moment{Topic: "cant-find-it", Context: sayline.Context{Ref: secret()}})
		}
		p.fireDue(t.Context())
		processes := []*store.Store{h.store, h.store}
		if strings.HasPrefix(database, "postgres") {
			processes[1] = h.open()
		}
		var mu sync.Mutex
		leased := map[string]int{}
		var all sync.WaitGroup
		for _, s := range slices.Repeat(processes, 4) {
			all.Go(func() {
				for {
					list, err := s.LeasePages(context.Background(), sayline.ByWebhook, 3)
					if err != nil {
						t.Error(err)
					}
					if len(list) == 0 {
						return
					}
					for _, page := range list {
						kept, err := s.Page(context.Background(), page.Brand, page.ID)
						if err != nil || kept.State != sayline.PageSending || !kept.LeaseUntil.After(h.now()) {
							t.Errorf("before the call its row says %+v, %v", kept, err)
						}
						mu.Lock()
						leased[page.ID]++
						mu.Unlock()
					}
				}
			})
		}
		all.Wait()
		if len(leased) != 2*cases {
			t.Errorf("%d pages were leased, want %d", len(leased), 2*cases)
		}
		for id, n := range leased {
			if n != 1 {
				t.Errorf("%s was leased %d times", id, n)
			}
		}
	})
}
