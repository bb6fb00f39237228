package live

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sayline/sayline"
)

// A page is told what there is, then what happens: the first at once, the rest
// in frames, each event once.
func TestStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Options{FramesPerSecond: 4})
		h.commit(57)
		p := h.open()
		synctest.Wait()
		if p.status != http.StatusOK || p.header.Get("Content-Type") != "text/event-stream" || p.header.Get("Cache-Control") != "no-store" || p.header.Get("X-Accel-Buffering") != "no" {
			t.Errorf("%d %v", p.status, p.header)
		}
		if at, list := p.state(); at != 57 || !slices.Equal(list, []heard{{57, "whole", "0-57"}}) {
			t.Errorf("first: %v", list)
		}
		if ms, err := strconv.Atoi(p.browser.retry); err != nil || ms < 2000 || ms > 3000 {
			t.Errorf("retry %q", p.browser.retry)
		}
		time.Sleep(time.Second) // of virtual time
		begin := time.Since(h.began)
		for range 1000 {
			h.hub.Publish(h.commit(1))
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		at, list := p.state()
		if at != 1057 {
			t.Errorf("told up to %d", at)
		}
		if n := len(list) - 1; n < 4 || n > 6 {
			t.Errorf("%d frames in a second: %v", n, list)
		}
		if p.times[1] != begin || list[1].data != "58-58" {
			t.Errorf("the first took %v: %v", p.times[1]-begin, list[1])
		}
		for i := 2; i < len(list); i++ {
			if d := p.times[i] - p.times[i-1]; d < 250*time.Millisecond {
				t.Errorf("%v between frames %d and %d", d, i-1, i)
			}
		}
		p.leave()
	})
}

// A page that comes again says what it knows: then it is told nothing, or what
// there is.
func TestStreamResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Options{})
		h.commit(57)
		knows, knew, address := h.load("", "Last-Event-ID: 57\r\n", 57), h.load("?after=50", "Last-Event-ID: 56\r\n", 56), h.load("?after=57", "", 57)
		time.Sleep(time.Second)
		h.hub.Publish(h.commit(1))
		synctest.Wait()
		for _, p := range []*page{knows, address} {
			if _, list := p.state(); !slices.Equal(list, []heard{{58, "delta", "58-58"}}) {
				t.Errorf("who knew all was told %v", list)
			}
		}
		if _, list := knew.state(); !slices.Equal(list, []heard{{57, "whole", "0-57"}, {58, "delta", "58-58"}}) {
			t.Errorf("who missed one was told %v", list)
		}
	})
}

// A feed of its own is told where the page stands.
func TestStreamOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Options{})
		h.feed.Key = ""
		h.commit(57)
		a, b := h.load("?after=40", "", 40), h.open()
		synctest.Wait()
		h.hub.Publish(h.commit(1))
		time.Sleep(time.Second)
		if _, list := a.state(); !slices.Equal(list, []heard{{57, "whole", "40-57"}, {58, "delta", "58-58"}}) {
			t.Errorf("%v", list)
		}
		if _, list := b.state(); !slices.Equal(list, []heard{{57, "whole", "0-57"}, {58, "delta", "58-58"}}) {
			t.Errorf("%v", list)
		}
		if wholes, renders, _ := h.counts(); wholes != 2 || renders != 2 {
			t.Errorf("%d wholes, %d renders; want each its own", wholes, renders)
		}
	})
}

func TestLastEventID(t *testing.T) {
	for _, tt := range []struct {
		header, query string
		want          int64
	}{
		{"", "", 0}, {"7", "", 7}, {"", "after=7", 7}, {"9", "after=7", 9}, {"x", "after=7", 7}, {"", "after=x", 0}, {"-1", "after=-7", 0},
		{"99999999999999999999", "", 0}, {" 7", "", 0},
	} {
		r := httptest.NewRequest(http.MethodGet, "/live?"+tt.query, nil)
		r.Header.Set("Last-Event-ID", tt.header)
		if got := LastEventID(r); got != tt.want {
			t.Errorf("%q and %q: %d, want %d", tt.header, tt.query, got, tt.want)
		}
	}
}

// Silence is broken every 15 seconds, and the server's own time-outs end nothing.
func TestStreamHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Options{})
		p := h.open()
		time.Sleep(10 * time.Second)
		h.hub.Publish(h.commit(1)) // said at 10 s, so the silence begins anew
		time.Sleep(14 * time.Second)
		synctest.Wait()
		if p.browser.beats.Load() != 0 {
			t.Errorf("%d heartbeats in 24 s with a word at 10 s", p.browser.beats.Load())
		}
		time.Sleep(46*time.Second + time.Millisecond)
		synctest.Wait()
		if p.browser.beats.Load() != 4 {
			t.Errorf("%d heartbeats in a minute of silence", p.browser.beats.Load())
		}
		if at, _ := p.state(); at != 1 {
			t.Errorf("told up to %d", at)
		}
	})
}

func TestStreamOfAnAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Options{})
		h.feed.For = 10 * time.Minute
		p := h.open()
		time.Sleep(10*time.Minute - time.Second)
		if _, list := p.state(); len(list) != 1 {
			t.Errorf("before: %v", list)
		}
		<-p.done
		if _, list := p.state(); !slices.Equal(list[1:], []heard{{0, "end", "age"}}) {
			t.Errorf("at its end: %v", list)
		}
		if d := time.Since(h.began); d != 10*time.Minute {
			t.Errorf("it ended after %v", d)
		}
	})
}

func TestStreamsShutDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Options{})
		pages := []*page{h.open(), h.open(), h.open()}
		synctest.Wait()
		if h.streams.Len() != 3 || h.hub.Len() != 1 {
			t.Errorf("%d open, %d listen", h.streams.Len(), h.hub.Len())
		}
		if err := h.streams.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, p := range pages {
			<-p.done
			if _, list := p.state(); list[len(list)-1] != (heard{0, "end", "shutdown"}) {
				t.Errorf("%v", list)
			}
		}
		if late := h.open(); late.status != http.StatusServiceUnavailable || late.header.Get("Retry-After") == "" {
			t.Errorf("after it: %d %v", late.status, late.header)
		}
		if err := h.streams.Shutdown(t.Context()); err != nil || h.streams.Len() != 0 || h.hub.Len() != 0 {
			t.Errorf("again: %v, %d open, %d listen", err, h.streams.Len(), h.hub.Len())
		}
	})
}

// A page that does not read holds a shutdown up no longer than its caller likes.
func TestStreamsShutDownInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Options{})
		p := h.open()
		synctest.Wait()
		stall := p.stop()
		h.hub.Publish(h.commit(1)) // the last it reads
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if err := h.streams.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(h.began) != 4*time.Second {
			t.Errorf("%v after %v", err, time.Since(h.began))
		}
		close(stall)
	})
}

func TestStreamsHaveACap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Options{Max: 2})
		a, b := h.open(), h.open()
		if refused := h.open(); refused.status != http.StatusServiceUnavailable || refused.header.Get("Retry-After") != "5" {
			t.Errorf("%d %v", refused.status, refused.header)
		}
		a.leave()
		synctest.Wait()
		if c := h.open(); c.status != http.StatusOK {
			t.Errorf("in place of one that left: %d", c.status)
		}
		b.leave()
	})
}

func TestOpenNeedsALine(t *testing.T) {
	s := NewStreams(NewHub(), Options{})
	w := httptest.NewRecorder() // has no line
	if _, err := s.Open(w, httptest.NewRequest(http.MethodGet, "/live", nil)); sayline.KindOf(err) != sayline.Internal {
		t.Errorf("%v", err)
	}
	if s.Len() != 0 {
		t.Errorf("%d open", s.Len())
	}
}

// A page that does not read is cut off when a write has waited too long; the
// others do not notice.
func TestStreamCutsOffThePageThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Options{})
		stuck, fine := h.open(), h.open()
		time.Sleep(time.Second)
		stall := stuck.stop()
		for range 30 {
			h.hub.Publish(h.commit(1))
			time.Sleep(time.Second)
		}
		synctest.Wait()
		if h.streams.Len() != 1 || h.streams.Slow() != 1 {
			t.Errorf("%d open, %d slow", h.streams.Len(), h.streams.Slow())
		}
		if at, list := fine.state(); at != 30 || len(list) != 31 {
			t.Errorf("the other: %d, %v", at, list)
		}
		close(stall)
		<-stuck.done
	})
}

// A page that dawdles, but not for too long, misses some and gets a whole.
func TestStreamOfAPageThatDawdles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, Options{})
		p := h.open()
		synctest.Wait()
		stall := p.stop()
		for range 50 {
			h.hub.Publish(h.commit(1))
			time.Sleep(150 * time.Millisecond)
		}
		p.mu.Lock()
		p.stall = nil
		p.mu.Unlock()
		close(stall)
		time.Sleep(time.Second)
		h.hub.Publish(h.commit(1))
		synctest.Wait()
		at, list := p.state()
		last := list[len(list)-2:]
		if at != 51 || !slices.Equal(last, []heard{{50, "whole", "0-50"}, {51, "delta", "51-51"}}) || len(list) > frames+5 {
			t.Errorf("told up to %d: %v", at, list)
		}
		if h.streams.Slow() != 0 {
			t.Error("it counts as cut off")
		}
	})
}
