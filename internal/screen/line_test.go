package screen_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dop251/goja"
	"github.com/sayline/sayline/internal/screen"
	"github.com/sayline/sayline/internal/testkit"
	_ "modernc.org/sqlite"
)

// phone is a page with line.js on it, on a network that loses things. What is
// in kept survives the page.
type phone struct {
	h      *house
	vm     *goja.Runtime
	line   *goja.Object
	kept   map[string]string
	online bool
	sent   []flight // requests nobody has decided about
	keys   int
	taps   []*tap
}

// flight is a request under way.
type flight struct {
	method, url, body string
	headers           map[string]string
	number            int64
}

// tap is one thing a person said, and all they added to it.
type tap struct {
	id      string // of the item
	receipt string
	adds    []string
	tells   []string
	taken   bool
}

// fates of a request.
const (
	delivered = iota
	requestLost
	answerLost
	strangersPage // a hotel's sign-in page answers
	busy          // 503 from something in between
	fates
)

func newPhone(h *house) *phone {
	p := &phone{h: h, kept: map[string]string{}, online: true}
	p.open()
	return p
}

// open opens the page: whatever was under way before is gone, what was kept is not.
func (p *phone) open() {
	p.vm, p.sent = goja.New(), nil
	src, err := os.ReadFile("assets/line.js")
	if err != nil {
		p.h.t.Fatal(err)
	}
	p.vm.Set("JSON_parse_all", func() []string {
		ids := make([]string, 0, len(p.kept))
		for id := range p.kept {
			ids = append(ids, id)
		}
		sort.Strings(ids)
		out := make([]string, len(ids))
		for i, id := range ids {
			out[i] = p.kept[id]
		}
		return out
	})
	p.vm.Set("keepIt", func(id, item string) { p.kept[id] = item })
	p.vm.Set("forgetIt", func(id string) { delete(p.kept, id) })
	p.vm.Set("keyOf", func() string { p.keys++; return fmt.Sprintf("%s%08d", newKey(), p.keys) })
	p.vm.Set("nowIs", func() int64 { return p.h.clock.now().UnixMilli() })
	p.vm.Set("isOnline", func() bool { return p.online })
	p.vm.Set("sendIt", func(method, url, body string, headers map[string]string, n int64) {
		p.sent = append(p.sent, flight{method, url, body, headers, n})
	})
	v, err := p.vm.RunString(string(src) + `
		;Line({
			load: () => JSON_parse_all().map(s => JSON.parse(s)), keep: i => keepIt(i.id, JSON.stringify(i)), forget: i => forgetIt(i.id),
			key: keyOf, now: nowIs, online: isOnline, wake: () => {}, show: () => {},
			send: (r, n) => sendIt(r.method, r.url, r.body || '', r.headers, n)
		})`)
	if err != nil {
		p.h.t.Fatal(err)
	}
	p.line = v.ToObject(p.vm)
	p.call("tick", true)
}

func (p *phone) call(name string, args ...any) goja.Value {
	p.h.t.Helper()
	f, ok := goja.AssertFunction(p.line.Get(name))
	if !ok {
		p.h.t.Fatalf("no function %s", name)
	}
	vs := make([]goja.Value, len(args))
	for i, a := range args {
		if v, ok := a.(goja.Value); ok {
			vs[i] = v
		} else {
			vs[i] = p.vm.ToValue(a)
		}
	}
	v, err := f(goja.Undefined(), vs...)
	if err != nil {
		p.h.t.Fatalf("%s: %v", name, err)
	}
	return v
}

// object makes a JavaScript object of a Go value.
func (p *phone) object(v any) goja.Value {
	b, _ := json.Marshal(v)
	o, err := p.vm.RunString("(" + string(b) + ")")
	if err != nil {
		p.h.t.Fatal(err)
	}
	return o
}

// item finds a tap's item on this page; a finished one that was closed with an
// earlier page is opened again by its receipt, as a person would.
func (p *phone) item(t *tap) goja.Value {
	items := p.line.Get("items").ToObject(p.vm)
	for i := range items.Get("length").ToInteger() {
		o := items.Get(strconv.FormatInt(i, 10)).ToObject(p.vm)
		if o.Get("id").String() == t.id || t.receipt != "" && o.Get("receipt").String() == t.receipt {
			if r := o.Get("receipt").String(); r != "" {
				t.receipt = r
			}
			return o
		}
	}
	if t.receipt == "" {
		return nil
	}
	o := p.call("adopt", t.receipt).ToObject(p.vm)
	t.id = o.Get("id").String()
	return o
}

func (p *phone) state(t *tap) string {
	if o := p.item(t); o != nil {
		return o.ToObject(p.vm).Get("state").String()
	}
	return ""
}

// decide lets the oldest undecided request meet its fate.
func (p *phone) decide(fate int) {
	if len(p.sent) == 0 {
		return
	}
	f := p.sent[0]
	p.sent = p.sent[1:]
	switch fate {
	case requestLost:
		p.call("silent", f.number)
		return
	case strangersPage:
		p.call("answered", f.number, 200, goja.Null(), 0)
		return
	case busy:
		p.call("answered", f.number, 503, goja.Null(), 2)
		return
	}
	status, doc, after := p.deliver(f)
	if fate == answerLost {
		p.call("silent", f.number)
		return
	}
	p.call("answered", f.number, status, doc, after)
}

// deliver really sends a request.
func (p *phone) deliver(f flight) (status int, doc goja.Value, after int) {
	r, err := http.NewRequest(f.method, f.url, strings.NewReader(f.body))
	if err != nil {
		p.h.t.Fatal(err)
	}
	for k, v := range f.headers {
		r.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		p.h.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.h.t.Fatal(err)
	}
	after, _ = strconv.Atoi(res.Header.Get("Retry-After"))
	doc = goja.Null()
	if json.Valid(b) {
		p.vm.Set("answerText", string(b))
		if doc, err = p.vm.RunString("JSON.parse(answerText)"); err != nil {
			p.h.t.Fatal(err)
		}
	}
	return res.StatusCode, doc, after
}

// live plays a script, a byte for each thing that happens; then the network is
// good until nothing is left to deliver.
func (p *phone) live(script []byte) {
	word := 0
	words := func(b byte) string {
		word++
		w := fmt.Sprintf("word%d", word)
		if b%16 == 7 { // now and then somebody writes a lot
			w += strings.Repeat("x", 2500)
		}
		return w
	}
	for _, b := range script {
		p.step(b, words)
	}
	p.online = true
	for round := 0; len(p.kept) > 0; round++ {
		if round > 500 {
			p.h.t.Fatalf("never finished: %v", p.kept)
		}
		p.h.clock.forward(61 * time.Second)
		p.call("tick")
		for len(p.sent) > 0 {
			p.decide(delivered)
		}
	}
}

func (p *phone) step(b byte, words func(byte) string) {
	var last *tap
	if len(p.taps) > 0 {
		last = p.taps[int(b/16)%len(p.taps)]
	}
	switch kind := b % 16; {
	case kind < 2 && len(p.taps) < 4 || last == nil:
		t := &tap{}
		moment := map[string]any{"feeling": 1 + int(b/16)%5, "lang": "en", "class": "unidentified", "context": map[string]any{"touchpoint": "k7f3"}}
		if b%32 > 16 {
			w := words(b)
			moment["text"] = w
			t.adds = append(t.adds, w)
		}
		t.id = p.call("say", p.h.url+"/@sparkle/cx/moments", p.object(moment)).ToObject(p.vm).Get("id").String()
		p.taps = append(p.taps, t)
	case kind < 8: // mostly the network
		p.decide([]int{delivered, delivered, delivered, requestLost, answerLost, answerLost, strangersPage, busy}[b/16%8])
	case kind == 8:
		p.h.clock.forward(time.Duration(b/16) * time.Second)
		p.call("tick")
	case kind == 9 && b > 128:
		p.h.clock.forward(16 * time.Minute) // the server seals what is open
	case kind == 9:
		p.online = !p.online
		p.call("tick", p.online)
	case kind == 10:
		for _, t := range p.taps {
			p.item(t) // learn its receipt
		}
		p.open()
	default:
		p.touch(last, kind, b, words)
	}
}

// touch is what a person does with something they said.
func (p *phone) touch(t *tap, kind, b byte, words func(byte) string) {
	item := p.item(t)
	if item == nil {
		return // the page was closed before anything came back; it is on its way all the same
	}
	if s := p.state(t); s == "gone" || s == "refused" {
		return
	}
	switch kind {
	case 11, 12:
		w := words(b)
		t.adds = append(t.adds, w)
		p.call("add", item, p.object(map[string]any{"text": w}))
	case 13:
		p.call("add", item, p.object(map[string]any{"topic": "cant-find-it", "context": map[string]any{"place": map[string]any{"id": "calle-mayor"}}}))
	case 14:
		if b > 200 {
			t.taken = true
			p.call("take", item)
		} else {
			p.call("close", item)
		}
	case 15:
		w := words(b)
		t.tells = append(t.tells, w)
		p.call("tell", item, p.object(map[string]any{"text": w}))
	}
}

// check compares what the house holds with what the person said.
func (p *phone) check(stored int) {
	p.h.t.Helper()
	want := 0
	for _, t := range p.taps {
		p.item(t)
		if t.taken {
			if t.receipt != "" {
				p.h.call("GET", t.receipt, "").problem(404)
			}
			continue
		}
		want++
		if t.receipt == "" {
			continue // delivered by a page that was closed before it could tell
		}
		r := p.h.receipt(t.receipt)
		got := strings.FieldsFunc(r.Moment.Text, func(r rune) bool { return r == '\n' })
		for _, m := range r.Messages {
			got = append(got, strings.Split(m.Text, "\n")...)
		}
		all := append(slices.Clone(t.adds), t.tells...)
		slices.Sort(all)
		said := slices.Clone(got)
		slices.Sort(said)
		if !slices.Equal(said, all) {
			p.h.t.Fatalf("said %v, kept %v", short(all), short(got))
		}
		if !slices.IsSortedFunc(inOrder(got, t.adds), func(a, b int) int { return a - b }) {
			p.h.t.Fatalf("said %v, kept in another order %v", short(t.adds), short(got))
		}
	}
	if stored != want {
		p.h.t.Fatalf("%d taps, %d moments stored", want, stored)
	}
}

// inOrder are the places in said of what was kept, in the order it was kept.
func inOrder(kept, said []string) []int {
	var at []int
	for _, w := range kept {
		if i := slices.Index(said, w); i >= 0 {
			at = append(at, i)
		}
	}
	return at
}

func short(list []string) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = w[:min(len(w), 8)]
	}
	return out
}

// moments counts what is in the database itself.
func (h *house) moments() int {
	h.t.Helper()
	db, err := sql.Open("sqlite", h.database)
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close()
	var n int
	if err := db.QueryRowContext(context.Background(), "SELECT COUNT(*) FROM moment").Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func play(t *testing.T, h *house, script []byte) {
	h.t = t
	before := h.moments()
	p := newPhone(h)
	p.live(script)
	p.check(h.moments() - before)
}

// TestLine plays a few hundred lives of a client on a bad network.
func TestLine(t *testing.T) {
	h := newHouse(t, func(o *screen.Options) { o.RateLimitOff = true })
	for seed := range uint64(testkit.Size(80, 300)) {
		random := rand.New(rand.NewPCG(seed, 2026))
		script := make([]byte, 10+random.IntN(60))
		for i := range script {
			script[i] = byte(random.UintN(256))
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) { play(t, h, script) })
	}
}

// FuzzLine looks for a life in which a word is lost or said twice.
func FuzzLine(f *testing.F) {
	for _, s := range []string{"\x00\x12", "\x10\x42\x08\x02\x1b\x02", "\x00\x02\x1b\x52\x98\x99\x02\x02", "\x11\x0a\x1b\x0a\x02\x0e", "\x00\x02\x07\x17\x1b\x27\x0b", "\x09\x00\x0b\xee"} {
		f.Add([]byte(s))
	}
	h := newHouse(f, func(o *screen.Options) { o.RateLimitOff = true })
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 120 {
			return
		}
		play(t, h, script)
	})
}
