package screen_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/sayline/sayline/internal/testkit"
)

var small360 = testkit.Look{Width: 360, Height: 740, Scale: 1, Touch: true}

const stored = `(Object.keys(localStorage).length + Object.keys(sessionStorage).length + document.cookie.length)`

// TestTap: one tap, and the same screen tells what becomes of it.
func TestTap(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	p.Open(h.url + "/@sparkle/cx/t/k7f3")
	if n := testkit.Eval[int](p, stored); n != 0 {
		t.Errorf("%d things were stored before anybody did anything", n)
	}
	if n := len(p.Requests()); n != 1 {
		t.Errorf("the first screen took %d requests: %v", n, p.Requests())
	}
	p.Click(".chip")
	p.Until(`document.querySelector('[data-part=truth] h1').innerText.startsWith('With Distribution')`)
	p.Until(`document.querySelectorAll('.steps .on').length === 1`)
	u := testkit.Eval[string](p, `document.querySelector('.answer').dataset.receipt`)
	if at := testkit.Eval[string](p, `location.href`); !strings.HasPrefix(at, u) {
		t.Errorf("the page is at %s, its receipt is %s", at, u)
	}
	h.seen(u)
	p.Until(`document.querySelectorAll('.steps .on').length === 2`)
	h.onIt(u)
	p.Until(`document.querySelectorAll('.steps .on').length === 3 && document.querySelector('[role=status]').innerText`)
	if n := testkit.Eval[int](p, `[...document.querySelectorAll('.link')].filter(b => b.innerText === 'Take it back').length`); n != 0 {
		t.Error("it can be taken back though somebody is on it")
	}
	h.reply(u, "Restocked tomorrow at 8:00.")
	p.Until(`document.querySelector('.theirs').innerText.includes('Restocked tomorrow')`)
	p.Click(`[name=solved][value=yes]`)
	p.Until(`document.querySelector('[data-part=truth] .faces')`)
	p.Click(`[data-part=truth] .face[value='5']`)
	p.Until(`!document.querySelector('[data-part=truth] .faces')`)
	if r := h.receipt(u); r.Solved != "yes" {
		t.Errorf("solved: %+v", r)
	}
	for _, r := range p.Requests() {
		if !strings.HasPrefix(r.URL, h.url) && !strings.HasPrefix(r.URL, "data:") {
			t.Errorf("somebody else was asked: %s", r.URL)
		}
	}
	p.Until(stored + ` === 0`)
	if h.moments() != 1 {
		t.Errorf("%d moments", h.moments())
	}
	p.MustBeClean()
}

// standAt lets a page know where it is, should it ask.
func standAt(p *testkit.Page, lat, long float64) {
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		info, err := cdp.Call(ctx, t, target.GetTargetInfo, target.GetTargetInfoParams{})
		if err != nil {
			return err
		}
		if _, err := cdp.Call(ctx, t, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: "geolocation"}, Setting: browser.PermissionSettingGranted, BrowserContextID: info.TargetInfo.BrowserContextID}); err != nil {
			return err
		}
		accuracy := 10.0
		_, err = cdp.Call(ctx, t, emulation.SetGeolocationOverride, emulation.SetGeolocationOverrideParams{Latitude: &lat, Longitude: &long, Accuracy: &accuracy})
		return err
	}))
}

// TestYesterdayIsTheSameHour: of the day before, though its clocks were changed since.
func TestYesterdayIsTheSameHour(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Europe/Madrid"})
		return err
	}))
	p.Open(h.url + "/@sparkle/cx")
	p.Click(`.face[value='1']`)
	p.Until(`document.querySelector('.ask .chip')`)
	for now, want := range map[string]string{
		"2027-03-28T10:00:00Z": "2027-03-27T11:00:00.000Z", // noon of the day that began at one hour less
		"2027-10-31T11:00:00Z": "2027-10-30T10:00:00.000Z",
		"2027-05-01T10:00:00Z": "2027-04-30T10:00:00.000Z",
	} {
		if got := testkit.Eval[string](p, `(real => {
			Date = class extends real { constructor(...a) { a.length ? super(...a) : super("`+now+`") } }
			try { return happened("yesterday") } finally { Date = real }
		})(Date)`); got != want {
			t.Errorf("at %s yesterday was %s, want %s", now, got, want)
		}
	}
}

// TestGiftsByTap: after a face the chips, then the place near me, then the words, then close.
func TestGiftsByTap(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	standAt(p, 40.4154, -3.7074)
	p.Open(h.url + "/@sparkle/cx")
	p.Click(`.face[value='1']`)
	p.Until(`document.querySelector('.ask .chip')`)
	u := testkit.Eval[string](p, `document.querySelector('.answer').dataset.receipt`)
	p.Click(`.ask .chip[value=cant-find-it]`)
	p.Until(`document.querySelector('[name=q]')`)
	p.Click(`[data-act=near]`)
	p.Until(`document.querySelector('.found .chip small')`)
	p.Click(`.found .chip`)
	p.Until(`document.querySelector('[name=product], [name=q]:not([placeholder="Name of the place"])')`)
	for _, r := range p.Requests() {
		if strings.Contains(r.URL, "40.4154") {
			t.Errorf("the position was told more exactly than needed: %s", r.URL)
		}
	}
	p.Do(chromedp.SendKeys(chromedp.CSS(`.gift textarea`), "behind the till"))
	p.Click(`form.gift button`)
	p.Until(`document.querySelector('.yours .words').innerText === 'behind the till'`)
	p.Click(`.main`)
	p.Until(`document.querySelector('[data-act=keep]')`)
	r := h.receipt(u)
	if m := r.Moment; m.Feeling != 1 || m.Topic != "cant-find-it" || m.Text != "behind the till" || m.Context.Place == nil || m.Context.Place.ID == "" || m.Context.Place.Lat != nil {
		t.Errorf("kept %+v, %+v", m, m.Context)
	}
	if r.OpenUntil != nil || h.moments() != 1 {
		t.Errorf("open until %v, %d moments", r.OpenUntil, h.moments())
	}
	p.Click(`[data-act=keep]`)
	p.Until(`document.querySelector('[data-act=keep]').innerText === 'Kept on this device'`)
	p.Open(h.url + "/@sparkle/cx")
	if link := testkit.Eval[string](p, `document.querySelector('.kept a').href`); link != u {
		t.Errorf("the kept answer leads to %s", link)
	}
	p.MustBeClean()
}

// TestDeadZone: a tap without a signal is kept, said so, and delivered once.
func TestDeadZone(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	p.Open(h.url + "/@sparkle/cx/t/k7f3")
	p.Offline(true)
	p.Click(".chip")
	p.Until(`document.querySelector('.answer').dataset.state === 'waiting' && document.body.innerText.includes('Will be sent.')`)
	p.Do(chromedp.SendKeys(chromedp.CSS(`.gift textarea`), "no signal down here"))
	p.Click(`form.gift button`)
	if n := testkit.Eval[int](p, `Object.keys(localStorage).length`); n != 1 {
		t.Errorf("%d things are kept on the device", n)
	}
	p.Offline(false)
	p.Until(`document.querySelector('.answer').dataset.receipt`)
	p.Until(`Object.keys(localStorage).length === 0`)
	r := h.receipt(testkit.Eval[string](p, `document.querySelector('.answer').dataset.receipt`))
	if r.Moment.Text != "no signal down here" || h.moments() != 1 {
		t.Errorf("kept %+v, %d moments", r.Moment, h.moments())
	}
}

// TestClosedInADeadZone: who closes the page without a signal is delivered when
// they open one again.
func TestClosedInADeadZone(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	p.Open(h.url + "/@sparkle/cx/t/k7f3")
	p.Block("*://*:*/*")
	p.Click(".chip")
	p.Until(`document.querySelector('.answer').dataset.state === 'waiting'`)
	if h.moments() != 0 {
		t.Fatal("the network was not away")
	}
	p.Block()
	p.Open(h.url + "/@granvia/cx")
	p.Until(`Object.keys(localStorage).length === 0`)
	if h.moments() != 1 {
		t.Errorf("%d moments", h.moments())
	}
}

// TestLostAnswers: the server does it, the answer is lost, and it stays one moment.
func TestLostAnswers(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	p.Open(h.url + "/@sparkle/cx/t/k7f3")
	var tries atomic.Int64
	p.Lose(func(r testkit.Request) testkit.Loss {
		if r.Method == "POST" && tries.Add(1) <= 2 {
			return testkit.TheAnswer
		}
		return testkit.Nothing
	})
	p.Click(".face")
	p.Until(`document.querySelector('.answer').dataset.receipt`)
	if tries.Load() != 3 || h.moments() != 1 {
		t.Errorf("%d tries, %d moments", tries.Load(), h.moments())
	}
}

// TestTakeBack and deleting: with a script, in place.
func TestTakeBack(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	p.Open(h.url + "/@sparkle/cx/t/k7f3")
	p.Click(".chip")
	p.Until(`document.querySelector('.steps')`)
	p.Click(`[data-part=row] .link`)
	p.Until(`document.body.innerText.includes('It is deleted.')`)
	if h.moments() != 0 {
		t.Errorf("%d moments are left", h.moments())
	}
}

// TestAnswerOpenedAgain: a receipt's address, opened on another device, lives.
func TestAnswerOpenedAgain(t *testing.T) {
	h := newHouse(t)
	u := h.said("sparkle", `{"topic":"cant-find-it","text":"none","context":{"touchpoint":"k7f3"},"lang":"en","more":true}`).Receipt
	p := testkit.Browser(t).Page(small360)
	p.Open(u)
	p.Do(chromedp.SendKeys(chromedp.CSS(`.gift textarea`), "and none behind"))
	p.Click(`form.gift button`)
	p.Until(`document.querySelector('.yours .words').innerText === 'none\nand none behind'`)
	h.reply(u, "Tomorrow at 8:00.")
	p.Until(`document.querySelector('.theirs') && document.querySelector('[data-part=gift] .go')`)
	p.Do(chromedp.SendKeys(chromedp.CSS(`[data-part=gift] textarea`), "Thank you"))
	p.Click(`[data-part=gift] .go`)
	p.Until(`document.querySelector('.mine').innerText.includes('Thank you')`)
	h.clock.forward(1)
	h.call("DELETE", u, "").want(204)
	p.Until(`location.pathname.endsWith('/cx/gone')`)
}

// TestWithoutScript: everything works as forms.
func TestWithoutScript(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360.In("es").WithoutScript())
	p.Open(h.url + "/@sparkle/cx")
	sees := func(selector string) { p.Do(chromedp.WaitVisible(chromedp.CSS(selector))) }
	p.Click(`.face[value='2']`)
	sees(`.ask .chip`)
	u := strings.Split(testkit.Run(p, chromedp.Location()), "?")[0]
	p.Click(`.ask .chip[value=cant-find-it]`)
	p.Do(chromedp.SendKeys(chromedp.CSS(`[name=q]`), "calle mayor"))
	p.Click(`.look .go`)
	p.Click(`.found .chip[name=place]`)
	sees(`.chip[name=product], [name=q][placeholder="Nombre del producto"]`)
	p.Do(chromedp.SendKeys(chromedp.CSS(`.gift textarea`), "detrás de la caja"))
	p.Click(`form.gift button`)
	sees(`.yours .words`)
	p.Click(`.main`)
	sees(`.way textarea`)
	r := h.receipt(u)
	if m := r.Moment; m.Feeling != 2 || m.Topic != "cant-find-it" || m.Text != "detrás de la caja" || m.Context.Place == nil || r.OpenUntil != nil {
		t.Errorf("kept %+v", r)
	}
	h.reply(u, "Mañana a las 8:00.")
	p.Open(u)
	if s := p.Text(`.theirs`); !strings.Contains(s, "Mañana a las 8:00.") {
		t.Errorf("the answer reads %q", s)
	}
	p.Click(`[name=solved][value=yes]`)
	sees(`[data-part=truth] .face`)
	p.Click(`details summary.link`)
	p.Click(`details .pill`)
	sees(`.answer .main`)
	if s := p.Text("h1"); s != "Está borrado." {
		t.Errorf("it says %q", s)
	}
	if h.moments() != 0 {
		t.Errorf("%d moments are left", h.moments())
	}
	p.MustBeClean()
}

// TestFingersAndKeys: every target is large enough, nothing is cut off on a
// narrow screen, and all of it can be reached from the keyboard.
func TestFingersAndKeys(t *testing.T) {
	h := newHouse(t)
	b := testkit.Browser(t)
	p := b.Page(small360)
	u := h.said("sparkle", `{"feeling":1,"text":"`+strings.Repeat("verylongword", 20)+`","context":{"touchpoint":"k7f3"},"more":true}`).Receipt
	for _, width := range []int64{320, 360, 820, 1440} {
		for _, lang := range []string{"en", "es", "ar"} {
			for _, at := range []string{h.url + "/@sparkle/cx/t/k7f3?ref=room+412&topic=cant-find-it", h.url + "/@granvia/cx", h.url + "/@northgate/cx/t/wc1a", u + "?lang=" + lang, h.url + "/@northgate/cx/nothing"} {
				look := testkit.Look{Width: width, Height: 740, Scale: 1}.In(lang)
				p.Show(look)
				p.Open(at)
				if over := testkit.Eval[int](p, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
					t.Errorf("%s at %d in %s is %d pixels too wide", at, width, lang, over)
				}
				if narrow := testkit.Eval[string](p, `[...document.querySelectorAll('h1,.acts')].filter(e => e.checkVisibility() && e.offsetWidth < Math.min(innerWidth, 480) - 50).map(e => e.outerHTML.slice(0, 60)).join('\n')`); narrow != "" {
					t.Errorf("%s at %d in %s leaves the width unused: %s", at, width, lang, narrow)
				}
				small := testkit.Eval[string](p, `[...document.querySelectorAll('button,summary,a.lang,.tag,.main,textarea,input:not([type=hidden])')].filter(e => e.checkVisibility()).filter(e => {
					const r = e.getBoundingClientRect(); return r.height < 47.5 || r.width < 47.5 }).map(e => e.outerHTML.slice(0, 90)).join('\n')`)
				if small != "" {
					t.Errorf("%s at %d in %s: too small for a finger:\n%s", at, width, lang, small)
				}
				nameless := testkit.Eval[string](p, `[...document.querySelectorAll('button,a,summary,textarea,input:not([type=hidden])')].filter(e => !(e.textContent + (e.getAttribute('aria-label') || '') + [...e.labels || []].map(l => l.textContent)).trim()).map(e => e.outerHTML).join('\n')`)
				if nameless != "" {
					t.Errorf("%s in %s: without a name: %s", at, lang, nameless)
				}
			}
		}
	}
	p.Problems() // the page that is not there answered 404, as it should
	p.Show(small360)
	p.Open(h.url + "/@sparkle/cx/t/k7f3")
	testkit.Eval[bool](p, `document.querySelector('.chip').focus() || true`)
	p.Do(chromedp.SendKeys(chromedp.CSS(".chip"), "\r"))
	p.Until(`document.querySelector('.answer').dataset.receipt`)
	if at := testkit.Eval[string](p, `document.activeElement.tagName`); at != "H1" {
		t.Errorf("after the turn the focus is on %s", at)
	}
}

// TestStill: who wants less motion gets none.
func TestStill(t *testing.T) {
	h := newHouse(t)
	still := small360
	still.Still = true
	p := testkit.Browser(t).Page(still)
	p.Open(h.url + "/@sparkle/cx/t/k7f3")
	p.Click(".face")
	p.Until(`document.querySelector('.answer').dataset.receipt`)
	if n := testkit.Eval[int](p, `document.getAnimations().length`); n != 0 {
		t.Errorf("%d animations run", n)
	}
	p.MustBeClean()
}
