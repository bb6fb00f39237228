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
	"sync"
	"testing"
	"time"

	"github.com/dop251/goja"
	"github.com/sayline/sayline/internal/screen"
	"github.com/sayline/sayline/internal/testkit"
	_ "modernc.org/sqlite"
)

// phone is a device with line.js open in a tab or two, on a network that loses
// things. What is in kept survives the pages; an item is one tab's at a time.
type phone struct {
	h      *house
	kept   map[string]string
	owner  map[string]*tab
	tabs   []*tab
	online bool
	keys   int
	taps   []*tap
	photos map[string]string // id → content, until it is discarded
}

// tab is one page of a phone.
type tab struct {
	p     *phone
	vm    *goja.Runtime
	line  *goja.Object
	sent  []flight // requests nobody has decided about
	grown bool     // talk.js is here too
}

// flight is a request under way.
type flight struct {
	method, url, body string
	headers           map[string]string
	number            int64
	media             string // id of the photo that goes with it
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
	p := &phone{h: h, kept: map[string]string{}, owner: map[string]*tab{}, photos: map[string]string{}, online: true}
	p.open()
	return p
}

// now is the tab somebody looks at.
func (p *phone) now() *tab { return p.tabs[len(p.tabs)-1] }

// scripts are the parts of a page that know no browser.
var scripts = sync.OnceValue(func() (src [2]*goja.Program) {
	for n, name := range []string{"assets/line.js", "assets/talk.js"} {
		b, err := os.ReadFile(name)
		if err != nil {
			panic(err)
		}
		src[n] = goja.MustCompile(name, string(b), true)
	}
	return src
})

// open opens a page in a tab of its own, in front of the others.
func (p *phone) open() {
	t := &tab{p: p, vm: goja.New()}
	p.tabs = append(p.tabs, t)
	t.vm.Set("keepIt", func(id, item string) { p.kept[id] = item })
	t.vm.Set("forgetIt", func(id string) { delete(p.kept, id) })
	t.vm.Set("ownIt", func(id string) { p.owner[id] = t })
	t.vm.Set("keyOf", func() string { p.keys++; return fmt.Sprintf("%s%08d", newKey(), p.keys) })
	t.vm.Set("nowIs", func() int64 { return p.h.clock.now().UnixMilli() })
	t.vm.Set("isOnline", func() bool { return p.online })
	t.vm.Set("sendIt", func(method, url, body string, headers map[string]string, n int64, media string) {
		t.sent = append(t.sent, flight{method, url, body, headers, n, media})
	})
	t.vm.Set("stopIt", func(n int64) { t.sent = slices.DeleteFunc(t.sent, func(f flight) bool { return f.number == n }) })
	t.vm.Set("discardIt", func(id string) { delete(p.photos, id) })
	for _, src := range scripts() {
		if _, err := t.vm.RunProgram(src); err != nil {
			p.h.t.Fatal(err)
		}
	}
	v, err := t.vm.RunString(`const world = {
			keep: i => keepIt(i.id, JSON.stringify(i)), forget: i => forgetIt(i.id), own: i => ownIt(i.id),
			key: keyOf, now: nowIs, online: isOnline, wake() {}, show() {}, stop: stopIt, discard: m => discardIt(m.id),
			sign: (moment, from) => { moment.context.ref = from },
			send: (r, n) => sendIt(r.method, r.url, r.body || '', r.headers, n, r.media ? r.media.id : '')
		}, line = Line(world)
		line`)
	if err != nil {
		p.h.t.Fatal(err)
	}
	t.line = v.ToObject(t.vm)
	if len(p.kept) > 0 { // somebody has acted before
		t.more()
	}
}

// more is what comes after the first act: the rest of the line, and what others
// have left behind.
func (t *tab) more() {
	if t.grown {
		return
	}
	t.grown = true
	if _, err := t.vm.RunString(`Talk(line, world)`); err != nil {
		t.p.h.t.Fatal(err)
	}
	t.claim()
	t.call("tick", true)
}

// claim takes what is kept and nobody's.
func (t *tab) claim() {
	p := t.p
	var left []string
	for id, item := range p.kept {
		if p.owner[id] == nil {
			p.owner[id] = t
			left = append(left, item)
		}
	}
	sort.Strings(left)
	if len(left) > 0 {
		t.call("claim", t.object(json.RawMessage("["+strings.Join(left, ",")+"]")))
	}
}

// close closes the tab somebody looks at: what was under way is gone, what was
// kept is not, and another tab takes it over.
func (p *phone) close() {
	gone := p.now()
	p.tabs = p.tabs[:len(p.tabs)-1]
	for id, t := range p.owner {
		if t == gone {
			delete(p.owner, id)
		}
	}
	if len(p.tabs) == 0 {
		p.open()
	} else {
		p.now().more()
		p.now().claim()
	}
}

func (t *tab) call(name string, args ...any) goja.Value {
	t.p.h.t.Helper()
	f, ok := goja.AssertFunction(t.line.Get(name))
	if !ok {
		t.p.h.t.Fatalf("no function %s", name)
	}
	vs := make([]goja.Value, len(args))
	for i, a := range args {
		if v, ok := a.(goja.Value); ok {
			vs[i] = v
		} else {
			vs[i] = t.vm.ToValue(a)
		}
	}
	v, err := f(goja.Undefined(), vs...)
	if err != nil {
		t.p.h.t.Fatalf("%s: %v", name, err)
	}
	return v
}

// object makes a JavaScript object of a Go value.
func (t *tab) object(v any) goja.Value {
	b, err := json.Marshal(v)
	if err != nil {
		t.p.h.t.Fatal(err)
	}
	o, err := t.vm.RunString("(" + string(b) + ")")
	if err != nil {
		t.p.h.t.Fatal(err)
	}
	return o
}

// item finds a tap's item in the tab that has it; a finished one whose page was
// closed is opened again by its receipt, as a person would.
func (p *phone) item(t *tap) (*tab, *goja.Object) {
	for _, tab := range p.tabs {
		items := tab.line.Get("items").ToObject(tab.vm)
		for i := range items.Get("length").ToInteger() {
			o := items.Get(strconv.FormatInt(i, 10)).ToObject(tab.vm)
			if o.Get("id").String() == t.id || t.receipt != "" && o.Get("receipt").String() == t.receipt {
				if r := o.Get("receipt").String(); r != "" {
					t.receipt = r
				}
				return tab, o
			}
		}
	}
	if t.receipt == "" {
		return nil, nil
	}
	tab := p.now()
	tab.more()
	o := tab.call("adopt", t.receipt).ToObject(tab.vm)
	t.id = o.Get("id").String()
	return tab, o
}

// decide lets the oldest undecided request of a tab meet its fate.
func (t *tab) decide(fate int) {
	if len(t.sent) == 0 {
		return
	}
	f := t.sent[0]
	t.sent = t.sent[1:]
	switch fate {
	case requestLost:
		t.call("silent", f.number)
		return
	case strangersPage:
		t.call("answered", f.number, 200, goja.Null(), 0)
		return
	case busy:
		t.call("answered", f.number, 503, goja.Null(), 2)
		return
	}
	status, doc, after := t.deliver(f)
	if fate == answerLost {
		t.call("silent", f.number)
		return
	}
	t.call("answered", f.number, status, doc, after)
}

// deliver really sends a request.
func (t *tab) deliver(f flight) (status int, doc goja.Value, after int) {
	if f.media != "" { // as queue.js makes it: alone, or a form with the moment
		content := t.p.photos[f.media]
		f.headers["Content-Type"] = "image/jpeg"
		if f.body != "" {
			content, f.headers["Content-Type"] = form(t.p.h.t, file{"moment", "", f.body}, file{"photo", "image/jpeg", content})
		}
		f.body = content
	}
	r, err := http.NewRequest(f.method, f.url, strings.NewReader(f.body))
	if err != nil {
		t.p.h.t.Fatal(err)
	}
	for k, v := range f.headers {
		r.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.p.h.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.p.h.t.Fatal(err)
	}
	after, _ = strconv.Atoi(res.Header.Get("Retry-After"))
	doc = goja.Null()
	if json.Valid(b) {
		t.vm.Set("answerText", string(b))
		if doc, err = t.vm.RunString("JSON.parse(answerText)"); err != nil {
			t.p.h.t.Fatal(err)
		}
	}
	return res.StatusCode, doc, after
}

// live plays a script, a byte for each thing that happens; then the network is
// good.
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
		if b%3 == 0 {
			p.now().more() // loads a while after the first tap
		}
	}
	p.settle()
}

// settle is a good network until nothing is left to deliver.
func (p *phone) settle() {
	p.h.t.Helper()
	p.online = true
	for _, t := range p.tabs {
		t.more()
	}
	for round := 0; len(p.kept) > 0; round++ {
		if round > 500 {
			p.h.t.Fatalf("never finished: %v", p.kept)
		}
		p.h.clock.forward(61 * time.Second)
		for _, t := range p.tabs {
			t.call("tick")
			for len(t.sent) > 0 {
				t.decide(delivered)
			}
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
		t.id = p.now().call("say", p.h.url+"/@sparkle/cx/moments", p.now().object(moment)).ToObject(p.now().vm).Get("id").String()
		p.taps = append(p.taps, t)
	case kind < 8: // mostly the network
		p.tabs[int(b/16)%len(p.tabs)].decide([]int{delivered, delivered, delivered, requestLost, answerLost, answerLost, strangersPage, busy}[b/16%8])
	case kind == 8:
		p.h.clock.forward(time.Duration(b/16) * time.Second)
		p.now().call("tick")
	case kind == 9 && b > 128:
		p.h.clock.forward(16 * time.Minute) // the server seals what is open
	case kind == 9:
		p.online = !p.online
		for _, t := range p.tabs {
			t.call("tick", p.online)
		}
	case kind == 10:
		for _, t := range p.taps {
			p.item(t) // learn its receipt
		}
		if b > 160 && len(p.tabs) < 3 {
			p.open()
		} else {
			p.close()
		}
	default:
		p.touch(last, kind, b, words)
	}
}

// touch is what a person does with something they said.
func (p *phone) touch(t *tap, kind, b byte, words func(byte) string) {
	tab, item := p.item(t)
	if item == nil {
		return // the page was closed before anything came back; it is on its way all the same
	}
	if s := item.Get("state").String(); s == "gone" || s == "refused" {
		return
	}
	if kind == 15 {
		tab.more() // its button is not there before
	}
	switch kind {
	case 11, 12:
		w := words(b)
		t.adds = append(t.adds, w)
		tab.call("add", item, tab.object(map[string]any{"text": w}))
	case 13:
		tab.call("add", item, tab.object(map[string]any{"topic": "cant-find-it", "context": map[string]any{"place": map[string]any{"id": "calle-mayor"}}}))
	case 14:
		if b > 200 {
			t.taken = true
			tab.call("take", item)
		} else {
			tab.call("close", item)
		}
	case 15:
		w := words(b)
		t.tells = append(t.tells, w)
		tab.call("tell", item, tab.object(map[string]any{"text": w}))
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
func (h *house) moments() int { h.t.Helper(); return h.count("moment") }

// count is how many rows a table has.
func (h *house) count(table string) int {
	h.t.Helper()
	return int(h.number("SELECT COUNT(*) FROM " + table))
}

// column is a number that is kept of one moment.
func (h *house) column(name, where string) int64 {
	h.t.Helper()
	return h.number("SELECT " + name + " FROM moment WHERE " + where)
}

func (h *house) number(query string) (n int64) {
	h.t.Helper()
	db, err := sql.Open("sqlite", h.database)
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(context.Background(), query).Scan(&n); err != nil {
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
	for seed := range uint64(testkit.Size(80, 120)) {
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
