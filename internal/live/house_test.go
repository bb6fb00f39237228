package live

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline"
)

// house is a real server on lines within the process, so that it runs in virtual
// time; the store is a counter of what was committed.
type house struct {
	t       *testing.T
	hub     *Hub
	streams *Streams
	server  *http.Server
	lines   chan net.Conn
	feed    Feed // what /live shows; its Render is the house's own unless set
	began   time.Time

	mu        sync.Mutex
	committed int64
	renders   int // of events
	wholes    int
	ended     []error // of Follow
}

func newHouse(t *testing.T, o Options) *house {
	h := &house{t: t, hub: NewHub(), lines: make(chan net.Conn), began: time.Now()}
	h.streams = NewStreams(h.hub, o)
	h.feed = Feed{Key: "page", Brand: "sparkle", Render: h.render}
	h.server = &http.Server{
		Handler:     http.HandlerFunc(h.live),
		ReadTimeout: 3 * time.Second, WriteTimeout: 3 * time.Second, // of requests: a stream outlives them
		ErrorLog: log.New(io.Discard, "", 0),
	}
	go func() { _ = h.server.Serve(h) }()
	t.Cleanup(func() { _ = h.server.Close() })
	return h
}

// Accept, Close and Addr make the house a listener.
func (h *house) Accept() (net.Conn, error) {
	conn, ok := <-h.lines
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}
func (h *house) Close() error   { close(h.lines); return nil }
func (h *house) Addr() net.Addr { return &net.UnixAddr{} }

func (h *house) live(w http.ResponseWriter, r *http.Request) {
	st, err := h.streams.Open(w, r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	defer st.Close()
	err = st.Follow(h.feed)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = append(h.ended, err)
}

// commit makes n events; they are told by hub.Publish.
func (h *house) commit(n int64) []sayline.Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := run("sparkle", h.committed+1, h.committed+n)
	h.committed += n
	return list
}

// render shows the range of numbers that a frame tells of: "1-57".
func (h *house) render(_ context.Context, d Delta) (Frame, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if d.Whole {
		h.wholes++
		return Frame{ID: h.committed, Messages: []Message{{"whole", fmt.Appendf(nil, "%d-%d", d.After, h.committed)}}}, nil
	}
	h.renders++
	first, last := d.Events[0].Seq, d.Events[len(d.Events)-1].Seq
	if int64(len(d.Events)) != last-first+1 {
		return Frame{}, fmt.Errorf("%d events from %d to %d", len(d.Events), first, last)
	}
	return Frame{Messages: []Message{{"delta", fmt.Appendf(nil, "%d-%d", first, last)}}}, nil
}

func (h *house) counts() (wholes, renders int, ended []error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.wholes, h.renders, append([]error(nil), h.ended...)
}

// page is an open one. It reads all the time, unless it is told to stall.
type page struct {
	t       *testing.T
	line    net.Conn
	status  int
	header  http.Header
	browser browser

	mu    sync.Mutex
	heard []heard
	times []time.Duration // since the house began
	at    int64           // up to which it was told
	wrong error           // a hole, something told twice
	done  chan struct{}
	stall chan struct{} // until it is closed, it does not read on; nil: it reads
}

// open loads /live, on a page that knows nothing.
func (h *house) open() *page { return h.load("", "", 0) }

// load loads /live, with a query and headers, on a page that knows all up to at.
func (h *house) load(query, headers string, at int64) *page {
	mine, theirs := net.Pipe()
	h.lines <- theirs
	p := &page{t: h.t, line: mine, done: make(chan struct{}), at: at}
	h.t.Cleanup(func() { _ = mine.Close() })
	_, err := fmt.Fprintf(mine, "GET /live%s HTTP/1.1\r\nHost: sparkle.example\r\n%s\r\n", query, headers)
	if err != nil {
		h.t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(mine), nil)
	if err != nil {
		h.t.Fatal(err)
	}
	p.status, p.header = res.StatusCode, res.Header
	p.browser.r = bufio.NewReader(res.Body)
	go p.read(h)
	return p
}

func (p *page) read(h *house) {
	defer close(p.done)
	for {
		p.mu.Lock()
		stall := p.stall
		p.mu.Unlock()
		if stall != nil {
			<-stall
		}
		e, err := p.browser.next()
		if err != nil {
			return
		}
		p.mu.Lock()
		p.heard = append(p.heard, e)
		p.times = append(p.times, time.Since(h.began))
		p.told(e)
		p.mu.Unlock()
	}
}

// told keeps the page's state: a whole sets it, a delta must go on where it stands.
func (p *page) told(e heard) {
	var first, last int64
	if n, _ := fmt.Sscanf(e.data, "%d-%d", &first, &last); n != 2 {
		return
	}
	switch {
	case e.event == "delta" && first != p.at+1, e.event == "whole" && last < p.at, e.id != last:
		p.wrong = fmt.Errorf("%+v, when it was told up to %d", e, p.at)
	}
	p.at = last
}

// stop makes a page read no further than the next event; closing what it gives
// makes it go on.
func (p *page) stop() chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stall = make(chan struct{})
	return p.stall
}

func (p *page) leave() { _ = p.line.Close(); <-p.done }

func (p *page) state() (at int64, list []heard) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wrong != nil {
		p.t.Error(p.wrong)
	}
	return p.at, append([]heard(nil), p.heard...)
}
