package screen_test

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"
	"github.com/sayline/sayline/internal/testkit"
)

// waiting counts what waits on the device, read by a page that knows nothing of it.
const waiting = `new Promise((got, no) => { const r = indexedDB.open('sayline'); r.onerror = no; r.onsuccess = () => {
	const all = r.result.transaction('unsent').objectStore('unsent').getAllKeys(); all.onsuccess = () => { r.result.close(); got(all.result.length) } } })`

// TestBackgroundSync: a tap, its photo and a word are made without a signal and
// the page is left; with none of them open any more, the service worker delivers
// all of it, once, when the browser says that the signal is back.
func TestBackgroundSync(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	shelf := h.url + "/@sparkle/cx/t/k7f3"
	p.Open(shelf)
	sync := signal(p, h.url)
	p.Click(".chip")
	p.Until(receiptOf)
	readyOffline(p)
	eventually(p, unsent+`.then(n => n === 0)`)
	p.Offline(true)
	p.Open(shelf)
	p.Click(".face[value='1']")
	p.Until(`document.querySelector('.answer').dataset.state === 'waiting'`)
	choose(p, `.gift .pick [name=photo]`, picture(t, 300, 200))
	p.Until(`document.querySelector('.gift .tray .photo')`)
	p.Do(chromedp.SendKeys(chromedp.CSS(`.gift textarea`), "down in the cellar"))
	p.Click(`form.gift button:not([type=button])`)
	p.Until(`document.querySelector('.sent [data-state=waiting]')`)
	eventually(p, `(async () => { const [id] = await Queue.ids(), i = await Queue.get(id); return i.text && i.media.length === 1 && !!await Queue.content(i.media[0].id) })()`)
	if n := h.moments(); n != 1 {
		t.Fatalf("%d moments, the network was not away", n)
	}
	p.Offline(false)
	p.Open(h.url + "/@sparkle/.well-known/cx") // the same origin, and none of our scripts
	sync()
	eventually(p, waiting+`.then(n => n === 0)`)
	sync() // finds nothing to do
	if m := h.latest("sparkle"); h.moments() != 2 || h.count("media") != 1 || m.Text != "down in the cellar" || m.Feeling != 1 {
		t.Errorf("%d moments, %d photos, %q", h.moments(), h.count("media"), m.Text)
	}
}

// signal is what Background Sync tells a service worker once the network is
// back, given by hand to the one that a page's next act brings.
func signal(p *testkit.Page, origin string) (sync func()) {
	found := make(chan serviceworker.RegistrationID, 100)
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if err := chromedp.Listen(p.Ctx(), func(event any) {
			if e, ok := event.(*serviceworker.EventWorkerRegistrationUpdated); ok {
				for _, r := range e.Registrations {
					found <- r.RegistrationID
				}
			}
		}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, serviceworker.Enable, cdp.Empty{})
		return err
	}))
	return func() {
		id := <-found
		found <- id
		p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, serviceworker.DispatchSyncEvent, serviceworker.DispatchSyncEventParams{Origin: origin, RegistrationID: id, Tag: "sayline"})
			return err
		}))
	}
}
