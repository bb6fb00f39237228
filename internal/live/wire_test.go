package live

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// wire is a house on real sockets.
func wire(t *testing.T, o Options, render Render, tls bool) (*Hub, *Streams, *httptest.Server) {
	hub := NewHub()
	streams := NewStreams(hub, o)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		st, err := streams.Open(w, r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		defer st.Close()
		if err := st.Follow(Feed{Key: "page", Brand: "sparkle", Render: render}); err != nil {
			t.Error(err)
		}
	}))
	if tls {
		server.EnableHTTP2 = true
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := streams.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		server.Close()
		if hub.Len() != 0 || streams.Len() != 0 {
			t.Errorf("after all: %d listen, %d open", hub.Len(), streams.Len())
		}
	})
	return hub, streams, server
}

// ranges renders the range of numbers a frame tells of; the whole is of what was
// published by then.
func ranges(committed func() int64) Render {
	return func(_ context.Context, d Delta) (Frame, error) {
		if d.Whole {
			n := committed()
			return Frame{ID: n, Messages: []Message{{"whole", fmt.Appendf(nil, "0-%d", n)}}}, nil
		}
		return Frame{Messages: []Message{{"delta", fmt.Appendf(nil, "%d-%d", d.Events[0].Seq, d.Events[len(d.Events)-1].Seq)}}}, nil
	}
}

// Many real pages, coming and going while others write: each is told every
// number once.
func TestManyPagesOnTheWire(t *testing.T) {
	const pages, last = 300, 500
	var mu sync.Mutex
	var committed int64
	hub, _, server := wire(t, Options{FramesPerSecond: 50}, ranges(func() int64 { mu.Lock(); defer mu.Unlock(); return committed }), false)
	var coming, all sync.WaitGroup
	coming.Add(pages)
	for i := range pages {
		all.Go(func() {
			res, err := server.Client().Get(server.URL)
			if err != nil {
				t.Error(err)
				coming.Done()
				return
			}
			defer res.Body.Close()
			coming.Done()
			b := &browser{r: bufio.NewReader(res.Body)}
			var at int64
			for at < last && (i%5 != 0 || at < last/2) {
				e, err := b.next()
				if err != nil {
					t.Error(err)
					return
				}
				var from, to int64
				if _, err := fmt.Sscanf(e.data, "%d-%d", &from, &to); err != nil || e.event == "delta" && from != at+1 || e.id != to {
					t.Errorf("%+v at %d, %v", e, at, err)
					return
				}
				at = to
			}
		})
	}
	all.Go(func() {
		for n := int64(1); n <= last; n++ {
			if n == last {
				coming.Wait()
			}
			mu.Lock()
			committed = n
			mu.Unlock()
			hub.Publish(run("sparkle", n, n))
		}
	})
	all.Wait()
}

// A real page that does not read is cut off once the machine's own buffers are
// full, and holds up nobody.
func TestStuckPageOnTheWire(t *testing.T) {
	large := make([]byte, 1<<20)
	for i := range large {
		large[i] = 'x'
	}
	var n int64
	render := func(_ context.Context, d Delta) (Frame, error) {
		if d.Whole {
			return Frame{Messages: []Message{{"whole", nil}}}, nil
		}
		return Frame{Messages: []Message{{"delta", large}}}, nil
	}
	hub, streams, server := wire(t, Options{FramesPerSecond: 1000, WriteTimeout: 100 * time.Millisecond}, render, false)
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	res, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b := &browser{r: bufio.NewReaderSize(res.Body, 1<<16)}
	for streams.Slow() == 0 { // each turn waits for a whole frame to arrive
		n++
		hub.Publish(run("sparkle", n, n))
		if _, err := b.next(); err != nil {
			t.Fatal(err)
		}
		if n > 5000 {
			t.Fatal("it was never cut off")
		}
	}
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Logf("the stuck page's line: %v", err) // reset or ended, either is an end
	}
}

// Over HTTP/2 an idle stream outlives the write time-out: a deadline left behind
// would end it.
func TestIdleStreamOnHTTP2(t *testing.T) {
	var n int64
	hub, _, server := wire(t, Options{WriteTimeout: 50 * time.Millisecond, Heartbeat: 200 * time.Millisecond}, ranges(func() int64 { return 0 }), true)
	res, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.ProtoMajor != 2 || res.Header.Get("Connection") != "" {
		t.Fatalf("%s %v", res.Proto, res.Header)
	}
	r := bufio.NewReader(res.Body)
	for beats := 0; beats < 2; { // two heartbeats later it still lives
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if line[0] == ':' {
			beats++
		}
	}
	n++
	hub.Publish(run("sparkle", n, n))
	b := &browser{r: r}
	if e, err := b.next(); err != nil || e != (heard{1, "delta", "1-1"}) {
		t.Errorf("%+v, %v", e, err)
	}
}

// One frame to a hundred real pages.
func BenchmarkFrameToPages(b *testing.B) {
	hub := NewHub()
	streams := NewStreams(hub, Options{})
	streams.gap = 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		st, err := streams.Open(w, r)
		if err != nil {
			b.Error(err)
			return
		}
		defer st.Close()
		_ = st.Follow(Feed{Key: "page", Brand: "sparkle", Render: ranges(func() int64 { return 0 })})
	}))
	defer server.Close()
	defer func() { _ = streams.Shutdown(context.Background()) }()
	var pages []*browser
	for range 100 {
		res, err := http.Get(server.URL)
		if err != nil {
			b.Fatal(err)
		}
		defer res.Body.Close()
		page := &browser{r: bufio.NewReader(res.Body)}
		if _, err := page.next(); err != nil {
			b.Fatal(err)
		}
		pages = append(pages, page)
	}
	var n int64
	b.ReportAllocs()
	for b.Loop() {
		n++
		hub.Publish(run("sparkle", n, n))
		for _, page := range pages {
			if _, err := page.next(); err != nil {
				b.Fatal(err)
			}
		}
	}
}
