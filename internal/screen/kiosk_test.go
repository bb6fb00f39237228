package screen_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

var tablet = testkit.Look{Width: 820, Height: 1180, Scale: 1, Touch: true}

// TestKiosk: set up by its link, pressed twenty times by one hand, taken off the
// network, told what came of it, and switched off.
func TestKiosk(t *testing.T) {
	h := newHouse(t)
	id, token := h.device("northgate", "wc1a")
	p := testkit.Browser(t).Page(tablet)
	address := h.url + "/@northgate/cx/t/wc1a?kiosk"
	p.Open(address + "#" + token)
	p.Until(`document.querySelector('.staff h1').textContent === 'East wing is ready.'`)
	if at := testkit.Eval[string](p, `location.href`); at != address {
		t.Errorf("the token is still in sight: %s", at)
	}
	p.Click(`.staff .main`)
	// One script: between two of them the kiosk may find that the hand is gone.
	testkit.Await[bool](p, `(async () => {
		for (let i = 0; i < 20; i++) document.querySelectorAll('.face')[i % 2].click()
		while (document.querySelector('main').dataset.state !== 'more') await new Promise(requestAnimationFrame)
		document.querySelector('.chip[value=dirty]').click()
		return true
	})()`)
	p.Until(`document.querySelector('main').dataset.state === 'start'`)
	p.Until(`!document.querySelector('.dot').textContent && !line.items.length`)
	if n := h.moments(); n != 1 {
		t.Errorf("one hand is %d moments", n)
	}
	list, err := h.store.LastAt(t.Context(), "northgate", "wc1a", 5)
	h.must(err)
	if m := list[0]; m.Feeling != 2 || m.Topic != "dirty" || m.Receipt != "" || m.Context.Source != "kiosk" {
		t.Errorf("kept %+v", m)
	}
	if left := testkit.Eval[string](p, `JSON.stringify([Object.keys(localStorage).filter(k => k !== 'sayline.kiosk'), Object.keys(sessionStorage), document.cookie, history.length < 4, document.querySelectorAll('.mine').length])`); left != `[[],[],"",true,0]` {
		t.Errorf("of the last person there is left: %s", left)
	}

	h.must(h.store.Resolve(t.Context(), act("northgate", list[0].Case), "done"))
	p.Until(`/^Cleaned .* after one of you$/.test(document.querySelector('.came span').textContent)`)

	// Off the network: what is pressed is kept, and sent once with its time.
	p.Offline(true)
	p.Click(`.face[value='1']`)
	p.Until(`document.querySelector('main').dataset.state === 'start' && document.querySelector('.dot').textContent === '1'`)
	pressed := h.clock.now()
	p.Offline(false)
	p.Until(`!document.querySelector('.dot').textContent`)
	if n := h.moments(); n != 2 {
		t.Errorf("%d moments after the network came back", n)
	}
	if list, err = h.store.LastAt(t.Context(), "northgate", "wc1a", 5); err != nil || list[0].Feeling != 1 || !list[0].OccurredAt.Before(pressed) {
		t.Errorf("delivered as %+v, %v", list[0], err)
	}

	h.must(h.store.RevokeDevice(t.Context(), "northgate", id, "helen"))
	p.Open("about:blank")
	p.Open(address)
	p.Until(`document.querySelector('.staff h1').textContent === 'This kiosk was switched off.' && !localStorage['sayline.kiosk']`)
}

func act(brand, work string) store.Act {
	return store.Act{Brand: brand, Case: work, Person: "helen", Way: "desk", Zone: time.UTC}
}

// kiosk sets up a tablet at the restroom and leaves it at its start.
func (h *house) kiosk(look testkit.Look, token string) *testkit.Page {
	p := testkit.Browser(h.t).Page(look)
	p.Open(h.url + "/@northgate/cx/t/wc1a?kiosk#" + token)
	p.Click(`.staff .main`)
	p.Until(`document.querySelector('.staff').hidden`)
	return p
}

// last are the newest moments at the restroom.
func (h *house) last() []*sayline.Moment {
	h.t.Helper()
	list, err := h.store.LastAt(h.t.Context(), "northgate", "wc1a", 100)
	h.must(err)
	return list
}

// TestKioskSendsAtOnce: a face is there before a chip is; the chip completes it;
// the receipt is never on the device, and destroyed when the hand is gone.
func TestKioskSendsAtOnce(t *testing.T) {
	h := newHouse(t)
	h.clock.stand()
	_, token := h.device("northgate", "wc1a", sayline.IdleMost)
	p := h.kiosk(tablet, token)
	p.Click(`.face[value='1']`)
	p.Until(`document.querySelector('.more h1').textContent === 'Logged. Crew told.'`)
	m := h.last()[0]
	if m.Feeling != 1 || m.Topic != "" || m.Receipt == "" || !m.SealedAt.IsZero() || !m.Bare() {
		t.Errorf("after the face there is %+v", m)
	}
	eventually(p, everythingKept+`.then(s => !s.includes('/cx/r/') && !s.includes('unsent'))`)
	p.Click(`.chip[value=dirty]`)
	p.Until(`document.querySelector('main').dataset.state === 'start' && !line.items.length`)
	m = h.last()[0]
	if h.moments() != 1 || m.Feeling != 1 || m.Topic != "dirty" || m.Receipt != "" || m.SealedAt.IsZero() {
		t.Errorf("of %d moments the last is %+v", h.moments(), m)
	}
}

// everythingKept is all a kiosk keeps on its device, as text.
const everythingKept = `(async () => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie,
	await Promise.all((await Queue.ids()).map(Queue.get))]))()`

// TestKioskOfflineForDays: without a network the kiosk comes up again, and again,
// takes presses, and delivers each once, in order, with its own time.
func TestKioskOfflineForDays(t *testing.T) {
	h := newHouse(t)
	_, token := h.device("northgate", "wc1a")
	p := h.kiosk(tablet, token)
	readyOffline(p)
	h.away.Store(true)
	p.Offline(true)
	faces := []int{1, 5, 2}
	for n, face := range faces {
		p.Open("about:blank")
		p.Open(h.url + "/@northgate/cx/t/wc1a?kiosk")
		p.Until(fmt.Sprintf(`(document.querySelector('.dot').textContent || '0') === '%d'`, n))
		p.Click(fmt.Sprintf(`.face[value='%d']`, face))
		p.Until(`document.querySelector('.more h1').textContent === 'Will be sent.'`)
		p.Until(`document.querySelector('main').dataset.state === 'start'`)
	}
	before := time.Now()
	h.clock.forward(72 * time.Hour)
	if n := h.moments(); n != 0 {
		t.Fatalf("%d moments, the network was not away", n)
	}
	h.away.Store(false)
	p.Offline(false)
	p.Until(`!document.querySelector('.dot').textContent && !line.items.length`)
	list := h.last()
	if len(list) != len(faces) {
		t.Fatalf("%d moments", len(list))
	}
	slices.Reverse(list)
	for n, m := range list {
		if m.Feeling != faces[n] || m.OccurredAt.After(before) || m.ReceivedAt.Sub(m.OccurredAt) < 72*time.Hour || m.Receipt != "" || n > 0 && !m.OccurredAt.After(list[n-1].OccurredAt) {
			t.Errorf("the %d. is %+v", n+1, m)
		}
	}
	eventually(p, everythingKept+`.then(s => !s.includes('unsent') && !s.includes('moment'))`)
}

// TestKioskForEverybody: each of its screens lets everybody in; staff leave it
// with the PIN and no other; a revoked one deletes what it holds.
func TestKioskForEverybody(t *testing.T) {
	h := newHouse(t)
	id, token := h.device("northgate", "wc1a", sayline.IdleMost)
	look := tablet
	look.Still = true
	p := h.kiosk(look, token)
	p.MustLetEverybodyIn("start")
	p.Click(`.face[value='2']`)
	p.Until(`document.querySelector('.more h1').textContent === 'Logged. Crew told.'`)
	p.MustLetEverybodyIn("chips")
	p.Press(`document.querySelector('main').dataset.state === 'more' && document.querySelector('.chip').click()`) // a slow look may have outlasted the hand
	p.MustLetEverybodyIn("thanks")
	hold := `document.querySelector('.logo').dispatchEvent(new PointerEvent('pointerdown')), 1`
	digits := func(pin string) {
		for _, d := range pin {
			testkit.Eval[int](p, fmt.Sprintf(`[...document.querySelectorAll('.pad button')].find(b => b.textContent === '%c').click(), 1`, d))
		}
	}
	testkit.Eval[int](p, hold)
	p.Until(`document.querySelector('.pad')`)
	p.MustLetEverybodyIn("PIN")
	pin := testkit.Eval[string](p, `JSON.parse(localStorage['sayline.kiosk']).pin`)
	wrong := []byte(pin)
	wrong[5] = '0' + (wrong[5]-'0'+1)%10
	digits(string(wrong))
	p.Until(`document.querySelector('.pad') && !document.querySelector('.staff output').textContent`)
	digits(pin)
	p.Until(`document.querySelector('.staff h1').textContent === 'East wing'`)
	p.MustLetEverybodyIn("for staff")
	p.Click(`.staff .main`)
	p.Until(`!location.search && !localStorage['sayline.kiosk']`)

	p.Open(h.url + "/@northgate/cx/t/wc1a?kiosk#" + token)
	p.Click(`.staff .main`)
	p.Until(`!line.items.length`)
	before := h.moments()
	h.away.Store(true)
	p.Offline(true)
	p.Click(`.face[value='1']`)
	p.Until(`document.querySelector('.dot').textContent === '1'`)
	h.must(h.store.RevokeDevice(t.Context(), "northgate", id, "helen"))
	h.away.Store(false)
	p.Offline(false)
	p.Until(`document.querySelector('.staff h1').textContent === 'This kiosk was switched off.'`)
	p.MustLetEverybodyIn("switched off")
	eventually(p, `Queue.ids().then(ids => !ids.length && !Object.keys(localStorage).length)`)
	if n := h.moments(); n != before || n == 0 {
		t.Errorf("%d moments, there were %d", n, before)
	}
}
