package pulse

import (
	"context"
	"html/template"
	"time"

	"github.com/sayline/sayline/internal/live"
	"github.com/sayline/sayline/internal/web"
)

// dearParts are the templates of what costs more than a number: what people's words
// say, and the measures beside the tiles. They are live too, but seldomer.
var dearParts = []string{"p-told", "p-saying"}

const (
	dearApart = 5 * time.Second // at least, between two readings
	dearShare = 20              // and so many times as long as the last one took: a twentieth of a processor for a view
)

// dear reads them. People's words that were read after a time are as new as they
// need to be.
func (s *stage) dear(ctx context.Context, since time.Time) error {
	if err := s.saying(ctx, since); err != nil {
		return err
	}
	return s.told(ctx)
}

// rhythm is when a feed reads its dear parts.
type rhythm struct {
	apart time.Duration
	stale bool      // something changed since they were read
	since time.Time // when people's words last did
	next  time.Time // before this they are not read
	sent  map[string]template.HTML
}

// opened makes them be read a little after somebody came: what they began with may
// be a minute old. A reading that is to come stays when it was, or many who come
// would put it off for ever.
func (r *rhythm) opened(now time.Time) {
	r.stale, r.since = true, now
	if time.Until(r.next) <= 0 {
		r.next = time.Now().Add(r.apart)
	}
}

// addDear puts the dear parts that changed into a frame when it is their time, and
// else asks for a frame then.
func (f *feed) addDear(ctx context.Context, s *stage, frame *live.Frame) error {
	if !f.rhythm.stale || f.dear == nil {
		return nil
	}
	if wait := time.Until(f.rhythm.next); wait > 0 {
		frame.Again = wait
		return nil
	}
	began := time.Now()
	if err := s.dear(ctx, f.rhythm.since); err != nil {
		return err
	}
	parts, err := f.tiles(s, f.dear)
	if err != nil {
		return err
	}
	if changed := differing(parts, f.rhythm.sent); len(changed) > 0 {
		frame.Messages = append(frame.Messages, live.Message{Event: msgBoard, Data: web.JSON(map[string]any{"parts": changed})})
	}
	f.rhythm.stale, f.rhythm.sent = false, parts
	f.rhythm.next = time.Now().Add(max(f.rhythm.apart, dearShare*time.Since(began)))
	return nil
}

// differing are the parts that are not as they were sent.
func differing(parts, sent map[string]template.HTML) map[string]template.HTML {
	changed := map[string]template.HTML{}
	for id, html := range parts {
		if sent[id] != html {
			changed[id] = html
		}
	}
	return changed
}
