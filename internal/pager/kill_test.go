package pager

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"os"
	"os/exec"
	ossignal "os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
	"github.com/sayline/sayline/internal/words"
)

// childEnv makes this test binary a process that only sends, until it is killed.
const childEnv = "SAYLINE_PAGER_CHILD"

// child is what such a process is told.
type child struct {
	Database string
	Mail     string
	Ahead    time.Duration // of its clock: the leases of those killed before have ended
	Gateway  string        // the URL of its gateway; "" for none

	At     store.Point // where it dies by itself; "" for nowhere
	With   string      // with what it then passes there
	Say    string      // the key under which somebody says something to it, if anybody
	Take   string      // the case that Lucía takes, if she does
	Silent bool        // it sends nothing
}

func TestMain(m *testing.M) {
	if told := os.Getenv(childEnv); told != "" {
		var c child
		if err := json.Unmarshal([]byte(told), &c); err != nil {
			panic(err)
		}
		if err := c.send(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// send is the child's whole life.
func (c *child) send() error {
	ctx, stop := ossignal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	now := func() time.Time { return time.Now().Add(c.Ahead) }
	log := slog.New(slog.DiscardHandler)
	told := make(chan struct{})
	s, err := store.Open(ctx, store.Options{Database: c.Database, Log: log, Now: now, Passing: c.passing(told)})
	if err != nil {
		return err
	}
	defer s.Close()
	registry := &brands.Registry{}
	if _, err := brands.Keep(ctx, registry, s, log, now); err != nil {
		return err
	}
	w, err := words.New()
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(c.Mail)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(port)
	o := Options{Store: s, Registry: registry, Words: w, Log: log, Now: now, Random: rand.Reader, From: "house@sayline.example",
		Webhooks: notify.NewWebhooks(notify.WebhookOptions{AllowPrivate: true}),
		BrandURL: func(string) string { return "https://sparkle.example/cx" }, CaseURL: func(_, c string) string { return "https://house.example/" + c }}
	for range 4 {
		m, err := notify.NewMailer(notify.MailOptions{Host: host, Port: n, TLS: notify.TLSNone, Hello: "house.example"})
		if err != nil {
			return err
		}
		o.Mailers = append(o.Mailers, m)
	}
	if c.Gateway != "" {
		g, err := notify.NewGateway(notify.GatewayOptions{URL: c.Gateway, Secret: gatewaySecret})
		if err != nil {
			return err
		}
		o.Gateway = g
	}
	p, err := New(o)
	if err != nil {
		return err
	}
	var people sync.WaitGroup
	defer people.Wait()
	people.Go(func() { c.people(ctx, intake.New(s, now, rand.Reader), s, registry, told) })
	if c.Silent {
		<-ctx.Done()
		return nil
	}
	p.Run(ctx)
	return nil
}

// start runs a child.
func (c child) start(t *testing.T, out io.Writer) *exec.Cmd {
	t.Helper()
	told, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(told))
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
	})
	return cmd
}

// TestInvariant07Killed kills the sender again and again, each time after some more calls
// have reached their receivers. Every queued alert and every event is delivered
// all the same, a few of them twice, those under the same id.
func TestInvariant07Killed(t *testing.T) {
	onEngines(t, func(t *testing.T, database string) {
		h := serve(t, database, func(h *house, c *sayline.Config) {
			c.Webhooks = []sayline.Webhook{{ID: "crm", URL: h.hook.URL() + "?crm", Types: []string{sayline.EventMomentReceived}}}
		})
		rounds := testkit.Size(3, 6)
		var said []*sayline.Moment
		c := child{Database: database, Mail: h.mail.Address()}
		for range rounds {
			c.Ahead += sayline.Lease + time.Second
			held := make(chan struct{}) // some calls are under way when it is killed, whatever else is
			h.hook.FailNext(testkit.Fault{Hold: held}, testkit.Fault{Hold: held})
			h.mail.FailNext(testkit.Fault{Hold: held})
			cmd := c.start(t, nil)
			for range 10 {
				said = append(said, h.say(sayline.Moment{Topic: "cant-find-it", Context: sayline.Context{Ref: secret()}}))
			}
			for range 1 + mathrand.IntN(15) {
				h.hook.Wait(t.Context(), nil)
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // killed
			close(held)
		}
		c.Ahead += time.Hour // whatever is to be tried again is due by then
		last := c.start(t, nil)
		h.delivered(said)
		if h.twice() == 0 {
			t.Error("nothing came twice: nobody was killed in a call, and this test shows nothing")
		}
		if err := last.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := last.Wait(); err != nil {
			t.Errorf("the last sender did not end well: %v", err)
		}
	})
}

// delivered waits until every moment's event and every page of their cases has
// arrived, and checks that what came twice came under the id of one page.
func (h *house) delivered(said []*sayline.Moment) {
	h.t.Helper()
	calls := func() map[string]int {
		n := map[string]int{}
		for _, c := range h.hook.All() {
			n[c.ID()]++
		}
		return n
	}
	mails := func() map[string]int {
		n := map[string]int{}
		for _, m := range h.mail.All() {
			id, _, _ := strings.Cut(strings.Trim(m.Header.Get("Message-Id"), "<>"), "@")
			n[id]++
		}
		return n
	}
	pages := 0
	for _, m := range said {
		h.settled(m.Case)
		for _, p := range h.pages(m.Case) {
			if p.Loop+p.N > 1 { // it climbed meanwhile
				continue
			}
			pages++
			switch {
			case p.Channel == sayline.ByEmail && mails()[p.ID] == 0, p.Channel == sayline.ByWebhook && calls()[p.ID] == 0:
				h.t.Errorf("page %s by %s is %s and never arrived", p.ID, p.Channel, p.State)
			}
		}
	}
	if pages != 7*len(said) {
		h.t.Errorf("%d pages of %d cases", pages, len(said))
	}
	h.eventually("every event arrived", func() bool {
		got := map[string]bool{}
		for _, c := range h.hook.All() {
			if c.Path == "/hook?crm" {
				e, _ := event(h.t, c)
				got[e.Subject()] = true
			}
		}
		for _, m := range said {
			if !got[m.ID] {
				return false
			}
		}
		return true
	})
}

// twice is how many ids came more than once.
func (h *house) twice() (n int) {
	times := map[string]int{}
	for _, c := range h.hook.All() {
		times[c.ID()]++
	}
	for _, m := range h.mail.All() {
		times[m.Header.Get("Message-Id")]++
	}
	for _, k := range times {
		if k > 1 {
			n++
		}
	}
	return n
}

// TestInvariant07TwoSenders: two processes' pagers on one database; no page and no event
// comes twice, and all come.
func TestInvariant07TwoSenders(t *testing.T) {
	h := serve(t, testkit.Postgres(t), func(h *house, c *sayline.Config) {
		c.Webhooks = []sayline.Webhook{{ID: "crm", URL: h.hook.URL() + "?crm", Types: []string{sayline.EventMomentReceived}}}
	})
	stores := []*store.Store{h.store, h.open()}
	for _, s := range stores {
		h.run(h.options(s))
	}
	var said []*sayline.Moment
	for i := range 100 {
		m, err := say(stores[i%2], h.brand, h.now(), sayline.Moment{Topic: "cant-find-it", Context: sayline.Context{Ref: secret()}})
		if err != nil {
			t.Fatal(err)
		}
		said = append(said, m)
	}
	h.delivered(said)
	if n := h.twice(); n > 0 {
		t.Errorf("%d came twice", n)
	}
}
