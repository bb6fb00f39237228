package e2e

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/app"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
)

// house is a running Sayline with what stands around it.
type house struct {
	*app.App
	t    testing.TB
	mail *testkit.MailServer
	hook *testkit.WebhookReceiver // of the first brand
}

const password = "correct horse battery"

// open starts a house on a database ("" is SQLite) with brands of the examples.
// Each of their people has an account; each brand sends its events to the hook.
func open(t testing.TB, database string, names ...string) *house {
	t.Helper()
	return openWith(t, database, func(*app.Options) {}, names...)
}

// openWith is open with other options.
func openWith(t testing.TB, database string, change func(*app.Options), names ...string) *house {
	t.Helper()
	h := &house{t: t, mail: testkit.SMTP(t)}
	o := app.Options{
		Listen: "127.0.0.1:0", Data: filepath.Dir(storetest.SQLite(t)), Database: database, Mail: h.mail.URL() + "?from=house@sayline.example&tls=none",
		AllowPrivateTargets: true, RateLimitOff: true, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})), Now: time.Now, Random: rand.Reader,
	}
	change(&o)
	a, err := app.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	h.App = a
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	for _, name := range names {
		h.settle(name)
	}
	return h
}

// settle gives the house a brand of the examples, changed as a scene wants it.
func (h *house) settle(name string, changes ...func(*sayline.Config)) {
	h.t.Helper()
	ctx := h.t.Context()
	src, err := examples.File(name)
	h.must(err)
	c, err := brandfile.Read(name+".yaml", src)
	h.must(err)
	hook := testkit.Webhook(h.t, notify.DeriveSecret(h.Store.ServerKey(), name, "house", 0))
	c.Webhooks = []sayline.Webhook{{ID: "house", URL: hook.URL()}}
	if h.hook == nil {
		h.hook = hook
	}
	for _, change := range changes {
		change(c)
	}
	_, err = h.Store.SaveConfig(ctx, c, 0, "test")
	h.must(err)
	h.must(h.Keeper.Reload(ctx, name))
	hash, err := h.Auth.Hash(ctx, password)
	h.must(err)
	for _, p := range c.People {
		h.must(h.Store.CreateAccount(ctx, store.Account{Email: p.Email, Name: p.Name, Password: hash}))
	}
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// at is the address of a path of a brand, or with brand "" of the house.
func (h *house) at(brand, path string) string {
	if brand == "" {
		return h.URL() + path
	}
	return h.URL() + "/@" + brand + path
}

// signIn lets one of the people sign in on a page.
func (h *house) signIn(p *testkit.Page, email string) {
	h.t.Helper()
	p.Open(h.at("", "/sign-in"))
	p.Do(chromedp.SendKeys(chromedp.CSS(`[name=email]`), email), chromedp.SendKeys(chromedp.CSS(`[name=password]`), password), chromedp.Click(chromedp.CSS(`button.big`)))
	p.Until(`location.pathname.startsWith("/b/")`)
}

// pictures is where screenshots go: kept when they are asked for.
func pictures(t *testing.T) string {
	if dir := os.Getenv("SAYLINE_SCREENSHOTS"); dir != "" {
		return dir
	}
	return t.TempDir()
}

func picture(t *testing.T, dir, name string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".png")
}

// says waits until an element of a page says all of this.
func says(p *testkit.Page, selector string, words ...string) {
	for _, w := range words {
		p.Until(fmt.Sprintf(`(document.querySelector(%q)?.textContent || "").replace(/\s+/g, " ").includes(%q)`, selector, w))
	}
}

// shoot keeps a picture of what a person sees at this moment of a scene.
func shoot(t *testing.T, p *testkit.Page, name string) {
	t.Helper()
	p.Screenshot(picture(t, pictures(t), name))
}

// engines are the databases a scene happens on.
func engines(t *testing.T, scene func(t *testing.T, database string)) {
	t.Run("SQLite", func(t *testing.T) { scene(t, "") })
	t.Run("PostgreSQL", func(t *testing.T) { scene(t, storetest.Postgres(t)) })
}
