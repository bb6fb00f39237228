package screen_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/sayline/sayline/internal/testkit"
)

// onDevice counts all a page can leave on a device.
const onDevice = `(async () => Object.keys(localStorage).length + Object.keys(sessionStorage).length + document.cookie.length +
	(await indexedDB.databases()).length + (await caches.keys()).length + (await navigator.serviceWorker.getRegistrations()).length)()`

// unsent counts what waits in the device's queue, wherever it is.
const unsent = `(async () => { const ids = new Set(Object.keys(localStorage).filter(k => k.startsWith('sayline.unsent.')).map(k => k.slice(15)))
	if ((await indexedDB.databases()).length) for (const id of await Queue.ids()) ids.add(id); return ids.size })()`

// eventually waits until a promise of the page holds true.
func eventually(p *testkit.Page, promise string) {
	at := fmt.Sprintf("asked%d", asked.Add(1))
	p.Until(`((globalThis.` + at + ` ||= {}).on ||= ` + promise + `.then(v => { ` + at + ` = { held: v } }, () => { ` + at + ` = {} }), ` + at + `.held)`)
}

var asked atomic.Int64

// readyOffline waits until the screen would open without a network.
func readyOffline(p *testkit.Page) {
	eventually(p, `(async () => { for (const n of await caches.keys()) if (n.startsWith('sayline-screens') && (await (await caches.open(n)).keys()).length) return true })()`)
}

// TestNothingBeforeTheFirstAct: looking leaves nothing on the device; the first
// act brings the queue and the service worker, and what is delivered leaves the
// queue again.
func TestNothingBeforeTheFirstAct(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	p.Open(h.url + "/@sparkle/cx/t/k7f3")
	if n := testkit.Await[int](p, onDevice); n != 0 {
		t.Errorf("%d things were stored before anybody did anything", n)
	}
	p.Click(".chip")
	p.Until(`document.querySelector('.answer').dataset.receipt`)
	readyOffline(p)
	if scope := testkit.Await[string](p, `navigator.serviceWorker.ready.then(r => new URL(r.scope).pathname)`); scope != "/@sparkle/cx" {
		t.Errorf("the service worker's scope is %s", scope)
	}
	eventually(p, unsent+`.then(n => n === 0)`)
	p.MustBeClean()
}

// TestScreenOpensOffline: who acted once can open the screen without a network,
// say something, close it, open it again in two tabs; it arrives once, in order.
func TestScreenOpensOffline(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	shelf := h.url + "/@sparkle/cx/t/k7f3"
	p.Open(shelf)
	p.Click(".chip")
	p.Until(`document.querySelector('.answer').dataset.receipt`)
	readyOffline(p)
	p.Offline(true)
	p.Open(shelf)
	before := time.Now()
	p.Click(".face[value='1']")
	p.Until(`document.querySelector('.answer').dataset.state === 'waiting'`)
	p.Do(chromedp.SendKeys(chromedp.CSS(`.gift textarea`), "no signal down here"))
	p.Click(`form.gift button:not([type=button])`)
	eventually(p, `(async () => (await Queue.ids()).length >= 1)()`)
	p.Open(shelf)
	p.Until(`!document.querySelector('.sign').hidden`)
	second := p.Another(small360)
	second.Offline(true)
	second.Open(shelf)
	second.Click(".face[value='5']")
	second.Until(`document.querySelector('.answer').dataset.state === 'waiting'`)
	h.clock.forward(time.Hour)
	if n := h.moments(); n != 1 {
		t.Fatalf("%d moments, the network was not away", n)
	}
	p.Offline(false)
	second.Offline(false)
	second.Until(`document.querySelector('.answer').dataset.receipt`)
	eventually(p, unsent+`.then(n => n === 0)`)
	p.Until(`document.querySelector('.sign').hidden`)
	if n := h.moments(); n != 3 {
		t.Errorf("%d moments, want 3", n)
	}
	occurred := h.column("occurred_at", "text = 'no signal down here'")
	if at := time.UnixMicro(occurred); at.Before(before.Add(-time.Second)) || at.After(time.Now()) {
		t.Errorf("it happened at %v, the tap was at %v", at, before)
	}
	if n := testkit.Eval[int](p, `Object.keys(localStorage).length`); n != 0 {
		t.Errorf("%d things are left on the device", n)
	}
}

// TestKilledInBetween: the server does it and dies before it answers, again and
// again; it stays one moment, and the words one message.
func TestKilledInBetween(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	p.Open(h.url + "/@sparkle/cx/t/k7f3")
	h.cut.Store(3)
	p.Click(".chip")
	p.Until(`document.querySelector('.answer').dataset.receipt`)
	p.Click(`.main`)
	p.Until(`document.querySelector('[data-part=gift] .way')`)
	h.cut.Store(2)
	p.Do(chromedp.SendKeys(chromedp.CSS(`[data-part=gift] textarea`), "still nothing"))
	p.Click(`[data-part=gift] .go`)
	p.Until(`document.querySelector('.mine')`)
	eventually(p, unsent+`.then(n => n === 0)`)
	r := h.receipt(testkit.Eval[string](p, `document.querySelector('.answer').dataset.receipt`))
	if h.moments() != 1 || len(r.Messages) != 1 {
		t.Errorf("%d moments, %d messages", h.moments(), len(r.Messages))
	}
}

// TestAnotherTabTakesOver: a tab is closed while it waits; another one that was
// open all the while delivers.
func TestAnotherTabTakesOver(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	p.Open(h.url + "/@sparkle/cx/t/k7f3")
	p.Click(".chip")
	p.Until(`document.querySelector('.answer').dataset.receipt`)
	readyOffline(p)
	second := p.Another(small360)
	second.Open(h.url + "/@sparkle/cx/t/k7f3")
	second.Offline(true)
	second.Click(".chip")
	second.Until(`document.querySelector('.answer').dataset.state === 'waiting'`)
	eventually(second, `(async () => (await Queue.ids()).length >= 1)()`)
	second.Close()
	eventually(p, unsent+`.then(n => n === 0)`)
	if n := h.moments(); n != 2 {
		t.Errorf("%d moments", n)
	}
}
