package live

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sayline/sayline"
	"pgregory.net/rapid"
)

// However many watch, a frame is rendered once; so is the whole for those who
// come together.
func TestFeedRendersOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Options{})
		h.commit(3)
		var pages []*page
		for range 50 {
			pages = append(pages, h.open())
		}
		synctest.Wait()
		time.Sleep(time.Second)
		for range 10 {
			h.hub.Publish(h.commit(1))
			time.Sleep(time.Second)
		}
		if wholes, renders, _ := h.counts(); wholes != 1 || renders != 10 {
			t.Errorf("%d wholes and %d renders for 50 pages and 10 frames", wholes, renders)
		}
		for _, p := range pages {
			if at, list := p.state(); at != 13 || len(list) != 11 {
				t.Errorf("told up to %d: %v", at, list)
			}
			p.leave()
		}
		synctest.Wait()
		if h.hub.Len() != 0 || len(h.streams.producers) != 0 {
			t.Errorf("after all have left: %d listen, %d produce", h.hub.Len(), len(h.streams.producers))
		}
	})
}

// Many who come one after another while much happens cost no more wholes than
// there are frames.
func TestFeedOfACrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Options{FramesPerSecond: 4})
		var pages []*page
		for range 200 {
			h.hub.Publish(h.commit(1))
			pages = append(pages, h.open())
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(time.Second)
		if wholes, renders, _ := h.counts(); wholes > 6 || renders > 12 {
			t.Errorf("%d wholes, %d renders in a second", wholes, renders)
		}
		for _, p := range pages {
			if at, _ := p.state(); at != 200 {
				t.Errorf("told up to %d", at)
			}
		}
	})
}

// A number that stays away, because another process committed it, is waited for;
// if it never comes, everybody gets a whole.
func TestFeedWaitsForAMissingNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Options{})
		h.feed.Key = "" // so that the whole says what the page knew
		p := h.open()
		synctest.Wait()
		first, second := h.commit(1), h.commit(1)
		h.hub.Publish(second)
		time.Sleep(gapFor / 2)
		if _, list := p.state(); len(list) != 1 {
			t.Errorf("2 before 1: %v", list)
		}
		h.hub.Publish(first)
		synctest.Wait()
		if _, list := p.state(); !slices.Equal(list[1:], []heard{{2, "delta", "1-2"}}) {
			t.Errorf("then 1: %v", list)
		}
		h.commit(1) // nobody tells of it
		h.hub.Publish(h.commit(1))
		time.Sleep(gapFor + time.Second)
		if _, list := p.state(); !slices.Equal(list[2:], []heard{{4, "whole", "2-4"}}) {
			t.Errorf("4 and never 3: %v", list)
		}
		h.hub.Publish(h.commit(1))
		synctest.Wait()
		if at, _ := p.state(); at != 5 {
			t.Errorf("told up to %d", at)
		}
	})
}

// More than a producer can take in: it is cut off from the hub, and reads the
// store again.
func TestFeedThatCouldNotKeepUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Options{})
		busy, free := make(chan struct{}), make(chan struct{})
		h.feed.Render = func(ctx context.Context, d Delta) (Frame, error) {
			if !d.Whole && d.Events[0].Seq == 1 {
				close(busy)
				<-free
			}
			return h.render(ctx, d)
		}
		p := h.open()
		synctest.Wait()
		h.hub.Publish(h.commit(1))
		<-busy
		for range batches + 1 {
			h.hub.Publish(h.commit(1))
		}
		if h.hub.Len() != 0 {
			t.Error("the hub keeps a listener that does not listen")
		}
		close(free)
		time.Sleep(time.Second)
		h.hub.Publish(h.commit(1))
		synctest.Wait()
		if at, list := p.state(); at != batches+3 || list[len(list)-1].event != "delta" {
			t.Errorf("told up to %d: %v", at, list)
		}
	})
}

// A feed of single moments wakes for those only, and for others once told to.
func TestFeedFollowsOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Options{})
		h.feed.IDs = []string{"m1", "c1"}
		var follow atomic.Pointer[[]string]
		follow.Store(&[]string{"m1", "c1"})
		h.feed.Render = func(_ context.Context, d Delta) (Frame, error) {
			f := Frame{ID: 1, IDs: *follow.Load(), Messages: []Message{{"whole", nil}}}
			if !d.Whole {
				last := d.Events[len(d.Events)-1]
				f = Frame{IDs: *follow.Load(), Messages: []Message{{"delta", []byte(last.Moment + last.Case)}}}
			}
			return f, nil
		}
		p := h.open()
		synctest.Wait()
		say := func(seq int64, moment, of string) {
			h.hub.Publish([]sayline.Event{{Brand: "sparkle", Seq: seq, Moment: moment, Case: of}})
			time.Sleep(time.Second)
		}
		say(2, "m2", "c2")
		say(7, "", "c1")
		follow.Store(&[]string{"c2", "m1"})
		say(9, "m1", "c2") // it moved to another case
		say(10, "", "c1")
		say(12, "", "c2")
		_, list := p.state()
		var told []string
		for _, e := range list {
			told = append(told, fmt.Sprint(e.id, e.event, e.data))
		}
		if want := []string{"1whole", "7deltac1", "9deltam1c2", "1whole", "12deltac2"}; !slices.Equal(told, want) {
			t.Errorf("told %v, want %v", told, want)
		}
	})
}

// What goes wrong in rendering ends the pages that watch, not the house; who
// comes next begins anew.
func TestFeedThatFails(t *testing.T) {
	for name, fail := range map[string]func() (Frame, error){
		"error": func() (Frame, error) { return Frame{}, errors.New("the database is away") },
		"panic": func() (Frame, error) { panic("a mistake of ours") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, Options{})
				var broken atomic.Bool
				h.feed.Render = func(ctx context.Context, d Delta) (Frame, error) {
					if broken.Load() {
						return fail()
					}
					return h.render(ctx, d)
				}
				a, b := h.open(), h.open()
				synctest.Wait()
				broken.Store(true)
				h.hub.Publish(h.commit(1))
				<-a.done
				<-b.done
				synctest.Wait()
				if _, _, ended := h.counts(); len(ended) != 2 || ended[0] == nil || ended[1] == nil {
					t.Errorf("ended with %v", ended)
				}
				if h.hub.Len() != 0 || h.streams.Len() != 0 {
					t.Errorf("%d listen, %d open", h.hub.Len(), h.streams.Len())
				}
				c := h.open() // still broken, from its first whole on
				<-c.done
				broken.Store(false)
				d := h.open()
				synctest.Wait()
				if at, _ := d.state(); at != 1 {
					t.Errorf("who came next was told up to %d", at)
				}
			})
		})
	}
}

// Whatever happens in whatever order: pages come, leave, dawdle, come again;
// commits are told late, twice, in disorder or never. Each page is told every
// number once, without a hole, or gets a whole; and in the end all know all.
func TestInvariant18FeedIsTrue(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		own := rapid.Bool().Draw(rt, "a feed of its own")
		var failed bool
		synctest.Test(t, func(t *testing.T) {
			failed = !anything(t, rand.New(rand.NewPCG(seed, 1)), own)
		})
		if failed {
			rt.Fatalf("seed %d", seed)
		}
	})
}

// anything happens, and says whether it was told truly.
func anything(t *testing.T, r *rand.Rand, own bool) bool {
	h := newHouse(t, Options{FramesPerSecond: 5})
	if own {
		h.feed.Key = ""
	}
	slow := rand.New(rand.NewPCG(r.Uint64(), 2))
	h.feed.Render = func(ctx context.Context, d Delta) (Frame, error) {
		f, err := h.render(ctx, d)
		h.mu.Lock()
		wait := slow.IntN(3) * slow.IntN(60)
		h.mu.Unlock()
		time.Sleep(time.Duration(wait) * time.Millisecond) // of virtual time: much happens meanwhile
		return f, err
	}
	var pages []*page
	var late []sayline.Event
	for range 120 {
		switch r.IntN(9) {
		case 0, 1:
			pages = append(pages, h.open())
		case 2:
			if len(pages) > 0 {
				i := r.IntN(len(pages))
				pages[i] = h.again(pages[i])
			}
		case 3:
			late = append(late, h.commit(r.Int64N(3)+1)...)
		case 4:
			r.Shuffle(len(late), func(i, j int) { late[i], late[j] = late[j], late[i] })
			h.hub.Publish(slices.Clone(late)) // what was published is not changed
			if r.IntN(2) == 0 {
				late = nil // else they are told once more
			}
		default:
			h.hub.Publish(h.commit(r.Int64N(4) + 1))
		}
		time.Sleep(time.Duration(r.IntN(120)) * time.Millisecond)
	}
	h.hub.Publish(late)
	h.allKnow(pages)
	return !t.Failed()
}

// again closes a page and loads it again, with what it knows.
func (h *house) again(p *page) *page {
	p.leave()
	at, _ := p.state()
	return h.load("", fmt.Sprintf("Last-Event-ID: %d\r\n", at), at)
}

// allKnow lets things settle; then all know all, and leave nothing behind.
func (h *house) allKnow(pages []*page) {
	time.Sleep(2*gapFor + time.Second)
	h.hub.Publish(h.commit(1))
	time.Sleep(2*gapFor + time.Second)
	for _, p := range pages {
		if at, list := p.state(); at != h.committed {
			h.t.Errorf("a page was told up to %d of %d: %v", at, h.committed, list)
		}
		p.leave()
	}
	synctest.Wait()
	if h.hub.Len() != 0 || h.streams.Len() != 0 {
		h.t.Errorf("after all have left: %d listen, %d open", h.hub.Len(), h.streams.Len())
	}
}

// What has no number reaches the feeds that ask for it, each case once a frame,
// and takes nobody further; the others never hear of it.
func TestFeedTellsAsides(t *testing.T) {
	for _, asks := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, Options{})
			h.commit(3)
			h.feed.Asides = asks
			var told []string
			render := h.feed.Render
			h.feed.Render = func(ctx context.Context, d Delta) (Frame, error) {
				if len(d.Asides) == 0 {
					return render(ctx, d)
				}
				for _, e := range d.Asides {
					told = append(told, e.Case)
				}
				return Frame{Messages: []Message{{"aside", []byte("1")}}}, nil
			}
			p := h.open()
			time.Sleep(time.Second)
			h.hub.Aside("sparkle", "one")
			h.hub.Aside("sparkle", "two")
			h.hub.Aside("sparkle", "one")
			h.hub.Publish(h.commit(1))
			time.Sleep(time.Second)
			h.hub.Aside("sparkle", "one")
			time.Sleep(time.Second)
			at, _ := p.state()
			// The three of one moment are one frame's or two's, as the producer meets them.
			if of := []string{"[one two one]", "[one one two one]", "[one two one one]"}; asks && !slices.Contains(of, fmt.Sprint(told)) || !asks && told != nil {
				t.Errorf("asked %v: told %v", asks, told)
			}
			if at != 4 {
				t.Errorf("asked %v: told up to %d", asks, at)
			}
			p.leave()
		})
	}
}

// A frame that was asked for comes though nothing happens, at its time, to all who
// watch, and takes nobody further; what the last frame says holds.
func TestFeedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Options{})
		var asked []time.Duration
		render := h.feed.Render
		h.feed.Render = func(ctx context.Context, d Delta) (Frame, error) {
			if !d.Whole && len(d.Events) == 0 {
				asked = append(asked, time.Since(h.began))
				return Frame{Messages: []Message{{"dear", []byte("1")}}}, nil
			}
			f, err := render(ctx, d)
			if !d.Whole && d.Events[0].Seq == 1 {
				f.Again = 5 * time.Second
			}
			return f, err
		}
		a, b := h.open(), h.open()
		time.Sleep(time.Second) // the whole of who comes second has its time too, and asks for nothing
		h.hub.Publish(h.commit(1))
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(asked) != 1 || asked[0] < 5*time.Second || asked[0] > 6*time.Second {
			t.Errorf("asked at %v", asked)
		}
		h.hub.Publish(h.commit(1))
		synctest.Wait()
		for _, p := range []*page{a, b} {
			at, list := p.state()
			var names []string
			for _, e := range list {
				names = append(names, e.event)
			}
			if at != 2 || !slices.Equal(names, []string{"whole", "delta", "dear", "delta"}) {
				t.Errorf("told up to %d: %v", at, names)
			}
			p.leave()
		}
	})
}
