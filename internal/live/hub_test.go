package live

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/sayline/sayline"
)

func event(brand string, seq int64) sayline.Event {
	return sayline.Event{Brand: brand, Seq: seq, Type: sayline.EventMomentReceived, Moment: fmt.Sprintf("m%d", seq)}
}

func run(brand string, from, to int64) []sayline.Event {
	var list []sayline.Event
	for n := from; n <= to; n++ {
		list = append(list, event(brand, n))
	}
	return list
}

// numbers are what waits in a Sub, without waiting.
func numbers(s *Sub) []int64 {
	var list []int64
	for {
		select {
		case batch := <-s.C:
			for _, e := range batch {
				list = append(list, e.Seq)
			}
		default:
			return list
		}
	}
}

func isCut(s *Sub) bool {
	select {
	case <-s.Cut():
		return true
	default:
		return false
	}
}

func TestHubTellsABrandsListeners(t *testing.T) {
	h := NewHub()
	sparkle, also, granvia := h.Subscribe("sparkle", 4), h.Subscribe("sparkle", 4), h.Subscribe("granvia", 4)
	h.Publish(slices.Concat(run("sparkle", 1, 2), run("granvia", 1, 1), run("sparkle", 3, 3), run("nobody", 1, 1)))
	h.Publish(nil)
	for s, want := range map[*Sub][]int64{sparkle: {1, 2, 3}, also: {1, 2, 3}, granvia: {1}} {
		if got := numbers(s); !slices.Equal(got, want) {
			t.Errorf("%s got %v, want %v", s.brand, got, want)
		}
	}
	also.Close()
	also.Close()
	h.Publish(run("sparkle", 4, 4))
	if got := numbers(also); got != nil {
		t.Errorf("a closed one got %v", got)
	}
	if got := numbers(sparkle); !slices.Equal(got, []int64{4}) {
		t.Errorf("the other got %v", got)
	}
	sparkle.Close()
	granvia.Close()
	if len(h.brands) != 0 || h.Len() != 0 {
		t.Errorf("after all have left: %v", h.brands)
	}
}

func TestHubFollowsMomentsAndCases(t *testing.T) {
	h := NewHub()
	s := h.SubscribeTo("sparkle", []string{"m1", "c1", "", "m1"}, 4)
	none, empty := h.SubscribeTo("sparkle", nil, 4), h.SubscribeTo("sparkle", []string{""}, 4)
	h.Publish([]sayline.Event{
		{Brand: "sparkle", Seq: 1, Moment: "m1", Case: "c1"}, // told once
		{Brand: "sparkle", Seq: 2, Moment: "m2", Case: "c2"},
		{Brand: "sparkle", Seq: 3, Case: "c1"},
		{Brand: "sparkle", Seq: 4},
		{Brand: "granvia", Seq: 9, Moment: "m1"},
	})
	if got := numbers(s); !slices.Equal(got, []int64{1, 3}) {
		t.Errorf("got %v, want 1 and 3", got)
	}
	if a, b := numbers(none), numbers(empty); a != nil || b != nil {
		t.Errorf("who follows nothing got %v and %v", a, b)
	}
	if h.Len() != 1 {
		t.Errorf("%d listen", h.Len())
	}
	for _, s := range []*Sub{s, none, empty} {
		s.Close()
	}
	if len(h.brands) != 0 {
		t.Errorf("after all have left: %v", h.brands)
	}
}

// Who does not read is cut off; who does is not, and the writer waits for nobody.
func TestHubCutsOffTheSlow(t *testing.T) {
	h := NewHub()
	slow, slowToo, quick := h.Subscribe("sparkle", 2), h.SubscribeTo("sparkle", []string{"m1", "m2", "m3"}, 2), h.Subscribe("sparkle", 2)
	for n := int64(1); n <= 100; n++ {
		h.Publish(run("sparkle", n, n))
		if got := numbers(quick); !slices.Equal(got, []int64{n}) {
			t.Fatalf("the quick one got %v at %d", got, n)
		}
		if isCut(slow) != (n > 2) || isCut(slowToo) != (n > 2) || isCut(quick) {
			t.Fatalf("at %d: cut %v, %v, %v", n, isCut(slow), isCut(slowToo), isCut(quick))
		}
	}
	if got := numbers(slow); !slices.Equal(got, []int64{1, 2}) {
		t.Errorf("the slow one had %v", got)
	}
	slow.Close() // harmless
	if h.Len() != 1 {
		t.Errorf("%d listen, want the quick one", h.Len())
	}
}

// Thousands of listeners that come, read, dawdle and leave while others write:
// each gets a run of numbers without a hole until it is cut off or leaves.
func TestHubWithThousands(t *testing.T) {
	h := NewHub()
	const readers, last = 3000, 400
	var coming, all sync.WaitGroup
	coming.Add(readers)
	for i := range readers {
		all.Go(func() {
			s := h.Subscribe("sparkle", 1+i%64)
			defer s.Close()
			coming.Done()
			var at int64
			for {
				select {
				case batch := <-s.C:
					for _, e := range batch {
						if at != 0 && e.Seq != at+1 {
							t.Errorf("%d after %d", e.Seq, at)
							return
						}
						at = e.Seq
					}
					if at == last || i%7 == 0 && at > last/2 {
						return
					}
				case <-s.Cut():
					return
				}
			}
		})
	}
	all.Go(func() { // they come while it writes, and the last ones before it ends
		for n := int64(1); n < last; n++ {
			h.Publish(run("sparkle", n, n))
		}
		coming.Wait()
		h.Publish(run("sparkle", last, last))
	})
	all.Wait()
	if h.Len() != 0 {
		t.Errorf("%d still listen", h.Len())
	}
}

func BenchmarkPublish(b *testing.B) {
	for _, listeners := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprint(listeners), func(b *testing.B) {
			h := NewHub()
			var subs []*Sub
			for range listeners {
				subs = append(subs, h.Subscribe("sparkle", 1))
			}
			batch := run("sparkle", 1, 32)
			b.ReportAllocs()
			for b.Loop() {
				h.Publish(batch)
				for _, s := range subs {
					<-s.C
				}
			}
		})
	}
}
