package web

import (
	"bytes"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// writeWithin is how long a reader of a stream may take for one event before it
// is cut off; it will ask again.
const writeWithin = 10 * time.Second

// Stream is an open text/event-stream.
type Stream struct {
	w   http.ResponseWriter
	ctl *http.ResponseController
	buf bytes.Buffer
}

// OpenStream begins a stream; nothing has been written when it fails.
func OpenStream(w http.ResponseWriter) (*Stream, error) {
	s := &Stream{w: w, ctl: http.NewResponseController(w)}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	w.WriteHeader(http.StatusOK)
	return s, s.flush()
}

// Event sends one event; id and name may be "".
func (s *Stream) Event(id, name string, data []byte) error {
	s.field("id", id)
	s.field("event", name)
	for line := range bytes.SplitSeq(bytes.TrimRight(data, "\n"), []byte("\n")) {
		s.buf.WriteString("data: ")
		s.buf.Write(bytes.ReplaceAll(line, []byte("\r"), nil))
		s.buf.WriteByte('\n')
	}
	s.buf.WriteByte('\n')
	return s.flush()
}

// Beat sends nothing, audibly: proxies keep the connection, and we learn
// whether somebody is still there.
func (s *Stream) Beat() error {
	s.buf.WriteString(":\n\n")
	return s.flush()
}

// Mark is Beat, and says up to which id the reader has everything: it asks from
// there when it comes again.
func (s *Stream) Mark(id string) error {
	s.field("id", id)
	return s.Beat()
}

func (s *Stream) field(name, value string) {
	if value == "" {
		return
	}
	s.buf.WriteString(name + ": " + strings.NewReplacer("\n", "", "\r", "", "\x00", "").Replace(value) + "\n")
}

// flush writes what is waiting, within a deadline that ends with it: between
// events, and for the next request on this connection, there is none.
func (s *Stream) flush() error {
	if err := s.ctl.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return err
	}
	if _, err := s.w.Write(s.buf.Bytes()); err != nil {
		return err
	}
	s.buf.Reset()
	if err := s.ctl.Flush(); err != nil {
		return err
	}
	return s.ctl.SetWriteDeadline(time.Time{})
}

// Slots bounds how many of something are open at once.
type Slots struct{ free atomic.Int64 }

// NewSlots makes n slots.
func NewSlots(n int) *Slots {
	s := new(Slots)
	s.free.Store(int64(n))
	return s
}

// Take takes a slot if there is one; release gives it back.
func (s *Slots) Take() (release func(), ok bool) {
	if s.free.Add(-1) < 0 {
		s.free.Add(1)
		return nil, false
	}
	return func() { s.free.Add(1) }, true
}
