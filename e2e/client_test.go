package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"crypto/rand"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/cx/js"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

// answerAll is a brand's answer to the case that a receipt belongs to.
func (h *house) answerAll(brand, receipt, text string) {
	h.t.Helper()
	_, secret, _ := strings.Cut(receipt, "/cx/r/")
	m, err := h.Store.MomentByReceipt(h.t.Context(), brand, sayline.ReceiptKey(secret))
	h.must(err)
	act := store.Act{Brand: brand, Case: m.Case, Person: h.Registry.ByID(brand).People[0].ID, Way: "desk", Zone: time.UTC}
	h.must(h.Store.AddMessage(h.t.Context(), act, &sayline.Message{ID: sayline.NewID(time.Now(), rand.Reader), Direction: sayline.Reply, Text: text, Lang: "en"}))
}

// The public client's whole life with the real program: found, said, watched,
// added to, answered, answered back, exported, taken back.
func TestClientInGo(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := open(t, database, "sparkle")
		client := &cx.Client{Languages: "en"}
		found, err := client.Discover(t.Context(), h.at("sparkle", "/cx/t/k7f3"))
		h.must(err)
		if found.Brand.Name != "Sparkle" || !strings.HasSuffix(found.Domain, "/@sparkle") {
			t.Errorf("found %+v for %s", found.Discovery, found.Domain)
		}
		said, err := client.Say(t.Context(), found.Discovery, cx.Moment{Topic: "cant-find-it", More: true, Context: &cx.Context{Touchpoint: "k7f3"}})
		h.must(err)
		if said.SentTo == nil || said.OpenUntil == nil || said.Reference == "" {
			t.Errorf("accepted as %+v", said)
		}
		answer := client.Answer(said.Receipt)
		text := "the lemon one"
		if rec, err := answer.Patch(t.Context(), cx.Patch{Text: &text}); err != nil || rec.Moment.Text != text {
			t.Error(err)
		}
		if rec, err := answer.Seal(t.Context()); err != nil || rec.OpenUntil != nil {
			t.Error(err)
		}
		var sealed *cx.Problem
		if _, err := answer.Patch(t.Context(), cx.Patch{Text: &text}); !errors.As(err, &sealed) || sealed.Status != http.StatusConflict {
			t.Errorf("a sealed moment was changed: %v", err)
		}
		var told []string
		for rec, err := range answer.Watch(t.Context()) {
			h.must(err)
			told = append(told, rec.Status)
			if len(told) == 1 {
				h.answerAll("sparkle", said.Receipt, "Tomorrow at 8:00.")
			}
			if len(rec.Messages) > 0 {
				break
			}
		}
		if told[0] == cx.Answered || told[len(told)-1] != cx.Answered {
			t.Errorf("told %q", told)
		}
		yes := true
		if rec, err := answer.Message(t.Context(), cx.Words{Text: "thank you", Solved: &yes, Feeling: 5}); err != nil || rec.Solved != "yes" {
			t.Error(err, rec)
		}
		export, err := answer.Export(t.Context())
		h.must(err)
		all, err := io.ReadAll(export)
		h.must(errors.Join(err, export.Close()))
		for _, words := range []string{text, "Tomorrow at 8:00.", "thank you"} {
			if !strings.Contains(string(all), words) {
				t.Errorf("the export does not hold %q", words)
			}
		}
		h.must(answer.Withdraw(t.Context()))
		h.must(answer.Withdraw(t.Context())) // gone already
		if _, err := answer.Get(t.Context()); !cx.Gone(err) {
			t.Errorf("after a withdrawal: %v", err)
		}
	})
}

// page serves a page of somebody else's site: cx.js, and an endpoint that finds
// brands with the Go client.
func page(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><title>Somebody else's</title><link rel=icon href=data:,><script type=module>
			import * as cx from '/cx.js'
			window.cx = cx
			window.run = f => { window.out = undefined; f(cx).then(v => window.out = v, e => window.out = {error: e.kind || String(e), message: e.message, status: e.status, fallback: e.fallback}) }
		</script>`)
	})
	mux.HandleFunc("GET /cx.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = io.WriteString(w, js.Source)
	})
	mux.HandleFunc("GET /find", func(w http.ResponseWriter, r *http.Request) {
		found, err := new(cx.Client).Discover(r.Context(), r.FormValue("address"))
		var why *cx.DiscoverError
		if errors.As(err, &why) {
			p := why.Problem()
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(p.Status)
			_ = json.NewEncoder(w).Encode(p)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(found)
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

// run runs an async function of cx on the page and gives what it returns.
func run[T any](p *testkit.Page, script string, values ...any) T {
	testkit.Eval[any](p, `void run(`+fmt.Sprintf(script, values...)+`)`)
	p.Until(`window.out !== undefined`)
	return testkit.Eval[T](p, `window.out`)
}

// The same life with the JavaScript client, in a real browser, from another
// site than the brand's.
func TestClientInJavaScript(t *testing.T) {
	h := open(t, "", "sparkle")
	p := testkit.Browser(t).Page(testkit.Phone)
	p.Open(page(t) + "/")
	p.Until(`!!window.run`)

	failed := run[struct {
		Error    string
		Fallback []string
	}](p, `cx => cx.discover(%q, {endpoint: '/find'})`, h.URL())
	if failed.Error != "not_here" {
		t.Errorf("no brand was found as %+v", failed)
	}
	name := run[string](p, `async cx => { window.found = await cx.discover(%q, {endpoint: '/find'}); return found.document.brand.name + ' ' + cx.screenURL(found.document, {text: 'a b'}, ['t', 'k7f3']) }`, h.at("sparkle", "/cx/t/k7f3"))
	if want := "Sparkle " + h.at("sparkle", "/cx/t/k7f3?text=a%20b"); name != want {
		t.Errorf("found %q, want %q", name, want)
	}
	// The first answer gets lost; the second try brings it, once.
	said := run[cx.Accepted](p, `async cx => {
		let lost = 0
		window.keys = []
		const flaky = async (url, init) => {
			keys.push(init.headers['Idempotency-Key'])
			const r = await fetch(url, init)
			if (init.method === 'POST' && !lost++) throw new TypeError('lost')
			return r
		}
		window.said = await cx.say(found.document, {topic: 'cant-find-it', more: true, context: {touchpoint: 'k7f3'}}, {fetch: flaky, lang: 'es'})
		return said
	}`)
	if keys := testkit.Eval[[]string](p, `keys`); len(keys) != 2 || keys[0] != keys[1] || len(keys[0]) < 22 || said.Reference == "" {
		t.Errorf("said %+v under %q", said, keys)
	}
	text := run[string](p, `async cx => { window.mine = cx.receipt(said.receipt); await mine.patch({text: 'the lemon one'}); await mine.seal(); return (await mine.get()).moment.text }`)
	if text != "the lemon one" {
		t.Errorf("added %q", text)
	}
	refused := run[struct {
		Error  string
		Status int
	}](p, `cx => mine.patch({text: 'late'})`)
	if refused.Error != "refused" || refused.Status != 409 {
		t.Errorf("a sealed moment was changed: %+v", refused)
	}
	testkit.Eval[any](p, `void (window.told = [], window.ended = '', window.stop = mine.watch(r => told.push(r.status), e => ended = e.kind))`)
	p.Until(`told.length === 1`)
	h.answerAll("sparkle", said.Receipt, "Tomorrow at 8:00.")
	p.Until(`told.at(-1) === 'answered'`)
	if solved := run[string](p, `async cx => (await mine.message({text: 'thank you', solved: true, feeling: 5})).solved`); solved != "yes" {
		t.Errorf("solved %q", solved)
	}
	if all := run[string](p, `async cx => JSON.stringify(await mine.export())`); !strings.Contains(all, "thank you") || !strings.Contains(all, "Tomorrow at 8:00.") {
		t.Errorf("exported %.300s", all)
	}
	run[any](p, `async cx => { await mine.withdraw(); await mine.withdraw(); return true }`)
	p.Until(`ended === 'gone'`)
	gone := run[struct{ Error string }](p, `cx => mine.get()`)
	if gone.Error != "gone" {
		t.Errorf("after a withdrawal: %+v", gone)
	}
	// A photo goes beside the moment, as the protocol's parts.
	parts := run[[]string](p, `async cx => {
		let sent
		const see = async (url, init) => { sent = init.body; return new Response('{"id": "1"}', {status: 201, headers: {'Content-Type': 'application/json'}}) }
		await cx.say(found.document, {text: 'look'}, {fetch: see, media: [{media: 'photo', blob: new Blob(['JPEG'], {type: 'image/jpeg'}), name: 'a.jpg'}]})
		const list = []
		for (const [name, part] of sent) list.push(name + ' ' + part.type + ' ' + await part.text())
		return list
	}`)
	if want := []string{`moment application/json {"cx":"2026-11","text":"look"}`, "photo image/jpeg JPEG"}; !slices.Equal(parts, want) {
		t.Errorf("sent %q", parts)
	}
	if n := testkit.Eval[int](p, `localStorage.length + document.cookie.length`); n != 0 {
		t.Errorf("%d things were stored on the device", n)
	}
}
