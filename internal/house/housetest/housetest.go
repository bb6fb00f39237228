// Package housetest opens a whole house for the tests of its rooms: a real
// store, the door, the pager, live streams and a server on this machine, with
// one of the example brands in it.
//
// [Open] starts it; [House.Say] is somebody speaking; [House.Page] is a browser
// in which one of the brand's people has signed in.
package housetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/darkroom"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/live"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/pager"
	"github.com/sayline/sayline/internal/search"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
	"github.com/sayline/sayline/internal/words"
)

// House is a running house.
type House struct {
	*house.House
	Door   *intake.Door
	Keeper *brands.Keeper
	Mail   *testkit.MailServer
	Pager  *pager.Pager
	URL    string
	t      testing.TB
	mu     sync.Mutex
	spool  *media.Spool
	dark   *darkroom.Darkroom
	index  *search.Index
	now    time.Time     // zero: it runs
	ahead  time.Duration // of the real time, when it runs
}

// Options are what a test wants otherwise.
type Options struct {
	Database    string                // default a fresh SQLite file
	Brand       string                // of the examples, stored and ready; "" for an empty house
	Change      func(*sayline.Config) // edits the brand before it is stored
	Transcriber darkroom.Transcriber  // writes voices down; nil for none

	Now  time.Time // where the clock stands until [House.Clock] moves it; zero for one that runs
	Noon bool      // the clock that runs began at today's, so that what a test says is of one day everywhere in Europe
}

// Password is everybody's in a test.
const Password = "a few words to remember"

// stored is Password as an account has it, hashed so cheaply that nobody waits.
const stored = "$argon2id$v=19$m=8,t=1,p=1$c2FsdCBmb3IgYSB0ZXN0$MttiI5p/rzthdMYlF7WAREcfHQHzIV2T623uEv19/hA"

// catalogue is read once: it is the same for all.
var catalogue = sync.OnceValues(words.New)

// Open starts a house with the rooms that furnish puts into it, and ends it with
// the test.
func Open(t testing.TB, o Options, furnish func(*House, *http.ServeMux)) *House {
	t.Helper()
	ctx := context.Background()
	h := &House{t: t, now: o.Now}
	if o.Noon {
		at := time.Now()
		h.ahead = time.Date(at.Year(), at.Month(), at.Day(), 12, 0, 0, 0, time.UTC).Sub(at)
	}
	if o.Database == "" {
		o.Database = storetest.SQLite(t)
	}
	quiet := slog.New(slog.DiscardHandler)
	s, err := store.Open(ctx, store.Options{Database: o.Database, Log: quiet, Now: h.Time})
	must(t, err)
	registry, hub := new(brands.Registry), live.NewHub()
	h.Keeper, err = brands.Keep(ctx, registry, s, quiet, h.Time)
	must(t, err)
	s.Watch(hub.Publish)
	s.WatchPresence(hub.Aside)
	h.Door = intake.New(s, h.Time, rand.Reader)
	files, err := media.OpenFolder(t.TempDir())
	must(t, err)
	h.spool, err = media.NewSpool(t.TempDir())
	must(t, err)
	h.Door.KeepMedia(files)
	h.dark = darkroom.New(darkroom.Options{Store: s, Files: files, Transcriber: o.Transcriber, Log: quiet, Now: h.Time})
	h.index = search.New(s, quiet)
	catalogue, err := catalogue()
	must(t, err)
	streams := live.NewStreams(hub, live.Options{})
	mux := http.NewServeMux()
	server := httptest.NewUnstartedServer(registry.Resolve(func(*http.Request) string { return h.URL }, func(*http.Request) bool { return false }, mux))
	h.URL = "http://" + server.Listener.Addr().String()
	door, err := auth.New(auth.Options{Store: s, Brands: registry, Now: h.Time, Random: rand.Reader, PerMinute: -1})
	must(t, err)
	h.House, err = house.New(house.Options{Store: s, Brands: registry, Auth: door, Words: catalogue, Streams: streams, Log: quiet, Now: h.Time, Random: rand.Reader,
		Operator: func(*http.Request) string { return h.URL }, Reload: h.Keeper.Reload, Files: files, Door: h.Door, Spool: h.spool})
	must(t, err)
	h.Mail = testkit.SMTP(t)
	hooks := notify.NewWebhooks(notify.WebhookOptions{AllowPrivate: true})
	t.Cleanup(hooks.Close)
	public, private := s.VAPID()
	push := notify.NewPusher(notify.PushOptions{Public: public, Private: private, Subject: "https://house.example", AllowPrivate: true})
	t.Cleanup(push.Close)
	h.Pager, err = pager.New(pager.Options{Store: s, Push: push, ActURL: func(token string) string { return h.URL + "/act/" + token }, MeURL: func(b string) string { return h.URL + house.BrandPath(b, "/me") }, Registry: registry, Words: catalogue, Log: quiet, Now: h.Time, Random: rand.Reader,
		Webhooks: hooks, Mailers: []pager.Mailer{mailer(t, h.Mail)}, From: "house@sayline.example", BrandURL: func(b string) string { return h.URL + "/@" + b + "/cx" },
		CaseURL: func(b, c string) string { return h.URL + house.BrandPath(b, "/desk/"+c) }})
	must(t, err)
	h.House.Routes(mux)
	furnish(h, mux)
	h.start(server, streams, h.Pager, s)
	if o.Brand != "" {
		h.brand(o)
	}
	return h
}

// Mailer sends to the house's own mail server, over a line of its own.
func (h *House) Mailer() *notify.Mailer { return mailer(h.t, h.Mail) }

func mailer(t testing.TB, server *testkit.MailServer) *notify.Mailer {
	t.Helper()
	host, port, err := net.SplitHostPort(server.Address())
	must(t, err)
	n, err := strconv.Atoi(port)
	must(t, err)
	m, err := notify.NewMailer(notify.MailOptions{Host: host, Port: n, TLS: notify.TLSNone, Hello: "house.example"})
	must(t, err)
	t.Cleanup(m.Close)
	return m
}

// start runs everything, and stops it with the test in the opposite order.
func (h *House) start(server *httptest.Server, streams *live.Streams, sender *pager.Pager, s *store.Store) {
	run, stop := context.WithCancel(context.Background())
	var loops sync.WaitGroup
	loops.Go(func() { h.Keeper.Run(run) })
	loops.Go(func() { sender.Run(run) })
	loops.Go(func() { h.dark.Run(run) })
	loops.Go(func() { h.index.Run(run) })
	server.Start()
	h.t.Cleanup(func() {
		if err := streams.Shutdown(context.Background()); err != nil {
			h.t.Error(err)
		}
		server.CloseClientConnections()
		server.Close()
		stop()
		loops.Wait()
		if err := s.Close(); err != nil {
			h.t.Error(err)
		}
	})
}

// brand stores the example and gives each of its people an account.
func (h *House) brand(o Options) {
	h.t.Helper()
	ctx := context.Background()
	src, err := examples.File(o.Brand)
	must(h.t, err)
	c, err := brandfile.Read(o.Brand+".yaml", src)
	must(h.t, err)
	if o.Change != nil {
		o.Change(c)
	}
	_, err = h.Store.SaveConfig(ctx, c, 0, "test")
	must(h.t, err)
	must(h.t, h.Keeper.Reload(ctx, c.ID))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Time is what time it is in the house.
func (h *House) Time() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.now.IsZero() {
		return time.Now().Add(h.ahead)
	}
	return h.now
}

// Clock moves the clock to a time; the zero one lets it run.
func (h *House) Clock(to time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = to
}

// Say is somebody saying something to a brand, with a receipt.
func (h *House) Say(brand string, m sayline.Moment) *intake.Accepted {
	h.t.Helper()
	key := rand.Text()
	a, err := h.Door.Accept(context.Background(), h.Brands.ByID(brand), intake.Submission{Moment: m, Key: key, Digest: [32]byte{1}})
	must(h.t, err)
	return a
}

// Show is somebody showing a brand photos and voices, each a file's content.
func (h *House) Show(brand string, m sayline.Moment, files ...[]byte) *intake.Accepted {
	h.t.Helper()
	sub := intake.Submission{Moment: m, Key: rand.Text(), Digest: [32]byte{1}}
	for _, f := range files {
		u, err := h.spool.Take(bytes.NewReader(f), "", "")
		must(h.t, err)
		defer u.Close()
		sub.Media = append(sub.Media, u)
	}
	a, err := h.Door.Accept(context.Background(), h.Brands.ByID(brand), sub)
	must(h.t, err)
	return a
}

// At is a context at a touchpoint.
func At(touchpoint string) sayline.Context {
	return sayline.Context{Touchpoint: touchpoint, Source: "qr"}
}

// Act is somebody of a brand acting on a case.
func (h *House) Act(brand, caseID, person string) store.Act {
	return store.Act{Brand: brand, Case: caseID, Person: person, Way: "desk", Zone: h.Brands.ByID(brand).Location()}
}

// account gives an address an account, if it has none.
func (h *House) account(email string) {
	h.t.Helper()
	err := h.Store.CreateAccount(context.Background(), store.Account{Email: auth.Address(email), Name: email, Password: stored})
	if err != nil && sayline.KindOf(err) != sayline.Conflict {
		h.t.Fatal(err)
	}
}

// Client is an HTTP client as whom somebody has signed in. It follows no redirects.
func (h *House) Client(email string) *http.Client {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	must(h.t, err)
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if email == "" {
		return c
	}
	h.account(email)
	res, err := c.PostForm(h.URL+"/sign-in", url.Values{"email": {email}, "password": {Password}})
	must(h.t, err)
	res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		h.t.Fatalf("signing in as %s: %s", email, res.Status)
	}
	return c
}

// Page is a tab in which somebody has signed in, through the page that is there
// for it.
func (h *House) Page(browser *testkit.Chromium, look testkit.Look, email string) *testkit.Page {
	h.t.Helper()
	h.account(email)
	p := browser.Page(look)
	p.Open(h.URL + "/sign-in?then=/house/a/none")
	p.Do(chromedp.SetValue(chromedp.CSS("input[name=email]"), email), chromedp.SetValue(chromedp.CSS("input[name=password]"), Password))
	p.Click("button.fill")
	p.Until(`location.pathname !== "/sign-in"`)
	p.Problems() // the path after it is nowhere, which is no fault of the page
	return p
}
