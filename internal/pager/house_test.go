package pager

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
	"github.com/sayline/sayline/internal/words"
)

// engines are the databases every behaviour is tested on.
var engines = map[string]func(testing.TB) string{
	"sqlite":   storetest.SQLite,
	"postgres": storetest.Postgres,
}

func onEngines(t *testing.T, f func(t *testing.T, database string)) {
	for name, database := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // while one waits for its disk, the other works
			f(t, database(t))
		})
	}
}

// sparkle is a soda maker: distribution with Lucía on duty in Madrid, Marco and
// Nuria beside her; quality is informed of what tastes off; Ana is the last
// resort; what is said about a person only Rosa reads. addresses of contacts are
// of the receivers.
func sparkle(hook string) *sayline.Config {
	text := sayline.Plain
	email := func(who string) sayline.Contact {
		return sayline.Contact{Channel: sayline.ByEmail, Address: who + "@sparkle.example"}
	}
	person := func(id, name, lang string, more ...sayline.Contact) sayline.Person {
		return sayline.Person{ID: id, Name: name, Email: id + "@sparkle.example", Language: lang, Contacts: append([]sayline.Contact{email(id)}, more...)}
	}
	return &sayline.Config{
		Brand: sayline.Brand{ID: "sparkle", Name: "Sparkle", Languages: []string{"en", "es"}, Look: sayline.Look{Color: "#0b6e4f"}, Zone: "Europe/Madrid", LastResort: "ana"},
		Lanes: []sayline.Lane{{ID: "people", Label: text("People"), See: []string{"rosa"}}},
		Topics: []sayline.Topic{
			{ID: "cant-find-it", Kind: "problem", Label: sayline.Text{"en": "Can't find it", "es": "No lo encuentro"}},
			{ID: "tastes-off", Kind: "problem", Label: text("Tastes off")},
			{ID: "someone-great", Kind: "praise", Label: text("Someone was great")},
			{ID: "about-a-person", Kind: "problem", Label: text("About a person"), Lane: "people"},
		},
		Places:   []sayline.Place{{ID: "madrid", Name: text("Madrid"), Level: "region"}, {ID: "calle-mayor", Name: text("Calle Mayor"), Parent: "madrid", Level: "shop"}, {ID: "sevilla", Name: text("Sevilla"), Level: "region"}},
		Products: []sayline.Product{{GTIN: "09506000134352", Name: text("Lemon")}},
		Touchpoints: []sayline.Touchpoint{
			{ID: "k7f3", Name: text("Shelf 14"), Channel: "shelf", Stage: "decides", Place: "calle-mayor", Product: "09506000134352"},
			{ID: "s9x2", Name: text("Front desk"), Channel: "site", Stage: "uses", Place: "sevilla"},
		},
		People: []sayline.Person{
			person("lucia", "Lucía", "es"), person("marco", "Marco", "", sayline.Contact{Channel: sayline.ByWebhook, Address: hook}),
			person("nuria", "Nuria", ""), person("quique", "Quique", ""), person("ana", "Ana", "ar"), person("rosa", "Rosa", ""),
		},
		Teams: []sayline.Team{
			{ID: "distribution", Name: text("Distribution"), Covers: "region", Members: []sayline.Membership{{Person: "lucia", Place: "madrid", Duty: true}, {Person: "marco", Place: "madrid"}, {Person: "nuria"}}},
			{ID: "quality", Name: text("Quality"), Members: []sayline.Membership{{Person: "quique"}}},
		},
		Routes: []sayline.Rule{
			{When: sayline.Match{Topics: []string{"cant-find-it"}}, To: "distribution", Urgency: sayline.Urgent},
			{When: sayline.Match{Topics: []string{"tastes-off"}}, To: "distribution", Also: []string{"quality"}},
			{When: sayline.Match{}, To: "distribution", Urgency: sayline.Normal},
		},
	}
}

// house is a store with one brand, real receivers, and pagers that may run.
type house struct {
	t        testing.TB
	database string
	store    *store.Store
	registry *brands.Registry
	brand    *brands.Snapshot
	mail     *testkit.MailServer
	hook     *testkit.WebhookReceiver
	now      func() time.Time
	log      *slog.Logger
}

// serve makes a house. more may change the brand before it is stored.
func serve(t testing.TB, database string, more ...func(*house, *sayline.Config)) *house {
	t.Helper()
	h := &house{t: t, database: database, mail: testkit.SMTP(t), hook: testkit.Webhook(t), now: time.Now, log: slog.New(slog.DiscardHandler)}
	c := sparkle(h.hook.URL())
	for _, m := range more {
		m(h, c)
	}
	h.store = h.open()
	if _, err := h.store.SaveConfig(t.Context(), c, 0, "test"); err != nil {
		t.Fatal(err)
	}
	h.brand = brands.New(1, c, nil)
	h.registry = &brands.Registry{}
	h.registry.Set(h.brand)
	return h
}

func (h *house) open() *store.Store {
	h.t.Helper()
	s, err := store.Open(context.Background(), store.Options{Database: h.database, Log: h.log, Now: h.now})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { s.Close() })
	return s
}

// catalogue is read once: it is the same for all.
var catalogue = sync.OnceValues(words.New)

// options are a pager's on the house's store, with real ways out.
func (h *house) options(s *store.Store) Options {
	h.t.Helper()
	w, err := catalogue()
	if err != nil {
		h.t.Fatal(err)
	}
	hooks := notify.NewWebhooks(notify.WebhookOptions{AllowPrivate: true})
	h.t.Cleanup(hooks.Close)
	o := Options{Store: s, Registry: h.registry, Words: w, Log: h.log, Now: h.now, Random: rand.Reader, Webhooks: hooks, From: "house@sayline.example",
		BrandURL: func(brand string) string { return "https://" + brand + ".example/cx" },
		CaseURL:  func(brand, c string) string { return "https://house.example/b/" + brand + "/desk/" + c }}
	for range 4 {
		o.Mailers = append(o.Mailers, h.mailer())
	}
	return o
}

func (h *house) mailer() *notify.Mailer {
	host, port, err := net.SplitHostPort(h.mail.Address())
	if err != nil {
		h.t.Fatal(err)
	}
	n, _ := strconv.Atoi(port)
	m, err := notify.NewMailer(notify.MailOptions{Host: host, Port: n, TLS: notify.TLSNone, Hello: "house.example"})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(m.Close)
	return m
}

// run starts a pager; stop ends it and waits for it.
func (h *house) run(o Options) (p *Pager, stop func()) {
	h.t.Helper()
	p, err := New(o)
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.Run(ctx)
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		<-ended
	})
	h.t.Cleanup(stop)
	return p, stop
}

// say accepts a moment as the door does, and gives it as stored.
func (h *house) say(m sayline.Moment) *sayline.Moment {
	h.t.Helper()
	got, err := say(h.store, h.brand, h.now(), m)
	if err != nil {
		h.t.Fatal(err)
	}
	return got
}

// sayAs is say by somebody who left an address.
func (h *house) sayAs(email string, m sayline.Moment) *sayline.Moment {
	h.t.Helper()
	m.Contact = &sayline.MomentContact{Email: email}
	return h.say(m)
}

func say(s *store.Store, b *brands.Snapshot, now time.Time, m sayline.Moment) (*sayline.Moment, error) {
	now = now.UTC().Truncate(time.Microsecond)
	m.Brand, m.ID = b.ID, sayline.NewID(now, rand.Reader)
	if m.Class = sayline.Unidentified; m.Contact != nil {
		m.Class = sayline.Identified
	}
	m.ReceivedAt, m.OccurredAt, m.RetainUntil = now, now, now.Add(24*time.Hour)
	if m.OpenUntil.IsZero() { // else its author may still add to it
		m.OpenUntil, m.SealedAt = now.Add(sayline.OpenFor), now
	}
	if m.Context.Touchpoint == "" {
		m.Context.Touchpoint = "k7f3"
	}
	m.Receipt, m.Once = secret(), secret()
	b.Router.Place(&m)
	m.Decision = b.Router.Decide(&m)
	a := &store.Accept{Moment: &m, Digest: "d", CaseID: sayline.NewID(now, rand.Reader)}
	return &m, s.Accept(context.Background(), a)
}

func secret() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func (h *house) pages(caseID string) []sayline.Page {
	h.t.Helper()
	list, err := h.store.PagesOf(h.t.Context(), "sparkle", caseID)
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

func (h *house) steps(caseID string) []sayline.Step {
	h.t.Helper()
	list, err := h.store.StepsOf(h.t.Context(), "sparkle", caseID)
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

func (h *house) theCase(id string) *sayline.Case {
	h.t.Helper()
	c, err := h.store.Case(h.t.Context(), "sparkle", id)
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

func (h *house) acknowledge(caseID, person string) {
	h.t.Helper()
	if err := h.store.Acknowledge(h.t.Context(), store.Act{Brand: "sparkle", Case: caseID, Person: person, Way: "desk", Zone: time.UTC}, 0); err != nil {
		h.t.Fatal(err)
	}
}

// eventually looks again and again for what no receiver can signal: rows that are
// written after the last call.
func (h *house) eventually(what string, holds func() bool) {
	h.t.Helper()
	testkit.Eventually(h.t, what, holds)
}

func webhooks(list ...sayline.Webhook) func(*house, *sayline.Config) {
	return func(_ *house, c *sayline.Config) { c.Webhooks = list }
}

// change puts a configuration in force.
func (h *house) change(version int, c *sayline.Config) {
	h.brand = brands.New(version, c, nil)
	h.registry.Set(h.brand)
}
