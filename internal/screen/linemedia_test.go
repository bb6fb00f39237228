package screen_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/screen"
	"github.com/sayline/sayline/internal/testkit"
)

// shoot takes a photo that is like no other on this phone.
func (p *phone) shoot() map[string]any {
	id := fmt.Sprintf("photo%d", len(p.photos)+p.keys*100)
	p.keys++
	p.photos[id] = photo(p.h.t, uint8(p.keys)) + id // what follows a picture's end is another file, and the same picture
	return map[string]any{"id": id, "kind": "photo", "type": "image/jpeg"}
}

// snap is one step of a life with photos; it returns how many were taken, and
// how many of them were called back, which may have been too late.
func (p *phone) snap(b byte) (taken, back int) {
	p.now().more() // there is no photo before it
	switch kind := b % 16; {
	case kind < 2 && len(p.taps) < 4 || len(p.taps) == 0:
		moment := map[string]any{"lang": "en", "class": "unidentified", "context": map[string]any{"touchpoint": "k7f3"}}
		if kind == 1 {
			moment["feeling"] = 2
		}
		i := p.now().call("say", p.h.url+"/@sparkle/cx/moments", p.now().object(moment), p.now().object([]any{p.shoot()}))
		p.taps = append(p.taps, &tap{id: i.ToObject(p.now().vm).Get("id").String()})
		return 1, 0
	case kind < 8:
		p.tabs[int(b/16)%len(p.tabs)].decide([]int{delivered, delivered, requestLost, answerLost, answerLost, strangersPage, busy, delivered}[b/16%8])
	case kind == 8:
		p.h.clock.forward(time.Duration(b/16) * time.Second)
		p.now().call("tick")
	case kind == 9 && b > 160:
		p.h.clock.forward(16 * time.Minute) // the server seals what is open
	case kind == 9:
		p.online = !p.online
	case kind == 10 && b > 160 && len(p.tabs) < 3:
		p.open()
	case kind == 10:
		p.close()
	default:
		return p.add(p.taps[int(b/16)%len(p.taps)], kind)
	}
	return 0, 0
}

// add is what is done with photos of one tap, where a page still has it.
func (p *phone) add(t *tap, kind byte) (taken, back int) {
	for _, tab := range p.tabs {
		items := tab.line.Get("items").ToObject(tab.vm)
		for n := range items.Get("length").ToInteger() {
			i := items.Get(fmt.Sprint(n)).ToObject(tab.vm)
			media := i.Get("media").ToObject(tab.vm)
			if i.Get("id").String() != t.id || len(t.adds) == sayline.MaxPhotos-1 || i.Get("state").String() == "gone" {
				continue
			}
			switch {
			case kind < 14:
				t.adds = append(t.adds, "")
				tab.call("attach", i, tab.object(p.shoot()))
				return 1, 0
			case kind == 14 && i.Get("state").String() == "said" && media.Get("length").ToInteger() > 0:
				tab.call("detach", i, media.Get("0"))
				return 0, 1
			case kind == 15:
				tab.call("close", i)
			}
			return 0, 0
		}
	}
	return 0, 0
}

// TestPhotosOnTheLine plays lives with photos on a bad network: each photo that
// was not called back is stored exactly once, with its moment, or where that
// was closed meanwhile as one of its own.
func TestPhotosOnTheLine(t *testing.T) {
	h := newHouse(t, func(o *screen.Options) { o.RateLimitOff = true })
	for seed := range uint64(testkit.Size(40, 80)) {
		random := rand.New(rand.NewPCG(seed, 11))
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			h.t = t
			moments, media := h.moments(), h.count("media")
			p := newPhone(h)
			taken, back := 0, 0
			for range 10 + random.IntN(50) {
				n, b := p.snap(byte(random.UintN(256)))
				taken, back = taken+n, back+b
			}
			p.settle()
			got := h.count("media") - media
			if got > taken || got < taken-back {
				t.Errorf("%d photos taken, %d of them called back; %d are stored", taken, back, got)
			}
			if n := h.moments() - moments; n < len(p.taps) || n > len(p.taps)+taken {
				t.Errorf("%d taps and %d photos are %d moments", len(p.taps), taken, n)
			}
			if len(p.photos) > 0 {
				t.Errorf("%d photos are left on the device", len(p.photos))
			}
		})
	}
}
