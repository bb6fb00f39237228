package live

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sayline/sayline"
)

// Options are the settings of [NewStreams].
type Options struct {
	Max             int           // open streams of this process; default 10,000
	FramesPerSecond int           // of a feed, at most; default 8. The first of a burst never waits
	Heartbeat       time.Duration // after so long a silence; default 15 s
	WriteTimeout    time.Duration // of one write: who takes longer is cut off; default 10 s
	Retry           time.Duration // after which a page comes again, spread by half of it; default 2 s
}

// Streams are the open pages of this process.
type Streams struct {
	hub     *Hub
	options Options
	gap     time.Duration // between two frames of a feed
	done    chan struct{} // closed to end all
	slow    atomic.Int64
	came    atomic.Uint64

	mu        sync.Mutex
	open      int
	closing   bool
	producers map[key]*producer
	running   sync.WaitGroup // streams and producers
}

// key is a feed that pages share.
type key struct{ brand, name string }

// NewStreams makes the place for open pages. Shut it down at the end.
func NewStreams(hub *Hub, o Options) *Streams {
	o.Max = cmp.Or(o.Max, 10_000)
	o.FramesPerSecond = cmp.Or(o.FramesPerSecond, 8)
	o.Heartbeat = cmp.Or(o.Heartbeat, 15*time.Second)
	o.WriteTimeout = cmp.Or(o.WriteTimeout, 10*time.Second)
	o.Retry = cmp.Or(o.Retry, 2*time.Second)
	return &Streams{hub: hub, options: o, gap: time.Second / time.Duration(o.FramesPerSecond), done: make(chan struct{}), producers: map[key]*producer{}}
}

// Len is how many pages are open.
func (s *Streams) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// Slow is how many were cut off because they did not read.
func (s *Streams) Slow() int64 { return s.slow.Load() }

// Shutdown ends all streams cleanly, refuses further ones, and waits until all
// have ended or ctx has.
func (s *Streams) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	if !s.closing {
		s.closing = true
		close(s.done)
	}
	s.mu.Unlock()
	ended := make(chan struct{})
	go func() { s.running.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Stream is one open page.
type Stream struct {
	streams *Streams
	ctx     context.Context
	w       http.ResponseWriter
	rc      *http.ResponseController
	after   int64
	closed  bool
}

// Open begins an answer of server-sent events; its headers are sent at once.
// Close it. When there are too many, or the house is closing, the error is
// [sayline.Unavailable] and Retry-After is set.
func (s *Streams) Open(w http.ResponseWriter, r *http.Request) (*Stream, error) {
	s.mu.Lock()
	if s.closing || s.open >= s.options.Max {
		s.mu.Unlock()
		w.Header().Set("Retry-After", "5")
		return nil, sayline.Errorf(sayline.Unavailable, "Too many pages are live just now. This one can be loaded again.")
	}
	s.open++
	s.running.Add(1)
	s.mu.Unlock()
	st := &Stream{streams: s, ctx: r.Context(), w: w, rc: http.NewResponseController(w), after: LastEventID(r)}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // for a proxy in front that would wait for more
	// A server's own write time-out is for answers that end; it would end the stream.
	if err := st.rc.SetWriteDeadline(time.Time{}); err != nil {
		st.Close()
		return nil, sayline.Errorf(sayline.Internal, "Live pages are not possible here.").Because(err)
	}
	w.WriteHeader(http.StatusOK)
	_ = st.write([]byte("retry: " + strconv.FormatInt(s.retry().Milliseconds(), 10) + "\n\n")) // if it can't, Follow can't either
	return st, nil
}

// retry is when a page should come again if its line is cut. Each is told its
// own time, so that they do not all come at once: steps of the golden ratio
// spread any number of them evenly.
func (s *Streams) retry() time.Duration {
	const golden = 0x9e3779b97f4a7c15
	spread := float64(s.came.Add(1)*golden>>11) / (1 << 53)
	return s.options.Retry + time.Duration(spread*float64(s.options.Retry)/2)
}

// LastEventID is the number of the last event a page knows: as it says itself
// when it comes again, else as its address says (?after=). 0 when it knows none,
// or what it says is no number.
func LastEventID(r *http.Request) int64 {
	for _, s := range []string{r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after")} {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 {
			return n
		}
	}
	return 0
}

// After is the number of the last event the page knew when it came; see [LastEventID].
func (st *Stream) After() int64 { return st.after }

// Close ends the stream. It may be called more than once, by the handler only.
func (st *Stream) Close() {
	if st.closed {
		return
	}
	st.closed = true
	// The last byte of the answer must not wait for a page that does not read.
	_ = st.rc.SetWriteDeadline(time.Now().Add(st.streams.options.WriteTimeout))
	st.streams.mu.Lock()
	st.streams.open--
	st.streams.mu.Unlock()
	st.streams.running.Done()
}

// Send sends one frame, of a handler that follows nothing.
func (st *Stream) Send(f Frame) error { return st.write(encode(f)) }

func (st *Stream) write(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	if err := st.rc.SetWriteDeadline(time.Now().Add(st.streams.options.WriteTimeout)); err != nil {
		return err
	}
	_, err := st.w.Write(b)
	if err == nil {
		err = st.rc.Flush()
	}
	if err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			st.streams.slow.Add(1)
		}
		return err
	}
	return st.rc.SetWriteDeadline(time.Time{}) // over HTTP/2 it would end an idle stream
}

// Reasons for which we end a stream: the data of its last message, named end. A
// page comes again after a shutdown; after its age it may ask in another way.
const (
	EndAge      = "age"
	EndShutdown = "shutdown"
)

// Follow shows the page a feed until it leaves, is cut off, the feed's time is up
// or the house closes. The error is a [Render]'s: for the log, the page comes again.
func (st *Stream) Follow(f Feed) error {
	var age <-chan time.Time
	if f.For > 0 {
		t := time.NewTimer(f.For)
		defer t.Stop()
		age = t.C
	}
	for {
		p, ok := st.streams.join(f)
		if !ok {
			_ = st.Send(end(EndShutdown))
			return nil
		}
		lagged, err := st.watch(p, age)
		st.streams.leave(p)
		if !lagged || err != nil {
			return err
		}
	}
}

// watch writes what the producer hands out. lagged says that the page missed some
// and must come again, for a whole.
func (st *Stream) watch(p *producer, age <-chan time.Time) (lagged bool, err error) {
	w, err := p.watch(st.after)
	if err != nil {
		return false, err
	}
	defer p.unwatch(w)
	beat := time.NewTicker(st.streams.options.Heartbeat)
	defer beat.Stop()
	for {
		var b []byte
		select {
		case <-st.ctx.Done():
			return false, nil
		case <-st.streams.done:
			_ = st.Send(end(EndShutdown))
			return false, nil
		case <-age:
			_ = st.Send(end(EndAge))
			return false, nil
		case <-beat.C:
			b = []byte(":\n\n")
		case part, ok := <-w.parts:
			if !ok {
				err := p.failed()
				return err == nil, err
			}
			b, st.after = part.bytes, part.id
			if len(b) > 0 {
				beat.Reset(st.streams.options.Heartbeat)
			}
		}
		if st.write(b) != nil {
			return false, nil
		}
	}
}

func end(why string) Frame { return Frame{Messages: []Message{{Event: "end", Data: []byte(why)}}} }

// join finds the producer of a feed, or starts it; not ok when the house closes.
func (s *Streams) join(f Feed) (p *producer, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil, false
	}
	k := key{f.Brand, f.Key}
	if f.Key != "" {
		p = s.producers[k]
	}
	if p == nil {
		p = &producer{streams: s, feed: f, kick: make(chan struct{}, 1), watching: map[*watcher]struct{}{}}
		p.ctx, p.cancel = context.WithCancel(context.Background())
		if f.Key != "" {
			s.producers[k] = p
		}
		s.running.Go(p.run)
	}
	p.refs++
	return p, true
}

// leave ends a producer whom nobody watches any more.
func (s *Streams) leave(p *producer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.refs--; p.refs == 0 {
		s.drop(p)
		p.cancel()
	}
}

// forget makes the next page start a producer of its own.
func (s *Streams) forget(p *producer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(p)
}

func (s *Streams) drop(p *producer) {
	if k := (key{p.feed.Brand, p.feed.Key}); s.producers[k] == p {
		delete(s.producers, k)
	}
}
