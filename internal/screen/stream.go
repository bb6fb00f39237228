package screen

import (
	"net/http"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/web"
)

// streamBeat is how often a stream says that it is alive; every third time it
// also looks whether anything changed that nobody told it of.
const streamBeat = 20 * time.Second

// watcher is one open stream of a receipt.
type watcher struct {
	s            *Screen
	r            *http.Request
	site         *brands.Site
	secret       string
	out          *web.Stream
	page         bool   // sends the page's parts, not the document
	sent         string // tag of what was sent last
	moment, work string // ids watched
	ticks        <-chan struct{}
	stop         func()
}

// stream tells a receipt as it happens: an event "receipt" with the document
// (or "page" with the page's parts, for ?part) after each change, "gone" when it
// was taken back, "end" when it is time to ask again now and then.
func (s *Screen) stream(w http.ResponseWriter, r *http.Request, site *brands.Site, secret string) error {
	release, ok := s.streams.Take()
	if !ok {
		return web.RetryAfter(sayline.Errorf(sayline.Unavailable, "Too many are watching right now. Please ask again in a while."), 15*time.Second)
	}
	defer release()
	rec, err := s.Door.Receipt(r.Context(), site.Snapshot, secret)
	if err != nil {
		return err
	}
	t := &watcher{s: s, r: r, site: site, secret: secret, page: r.URL.Query().Has("part"), sent: r.Header.Get("Last-Event-ID"), stop: func() {}}
	t.watch(rec)
	defer func() { t.stop() }()
	if t.out, err = web.OpenStream(w); err != nil {
		return nil // who asked has left
	}
	t.run()
	return nil
}

// watch follows the moment and its case; both can change when an author adds.
func (t *watcher) watch(rec *intake.Receipt) {
	m := &rec.Moment
	if m.ID == t.moment && m.Case == t.work {
		return
	}
	t.stop()
	t.moment, t.work = m.ID, m.Case
	t.ticks, t.stop = t.s.Door.Watch(t.site.ID, m.ID)
}

func (t *watcher) run() {
	end := time.NewTimer(t.s.StreamFor)
	defer end.Stop()
	beat := time.NewTicker(streamBeat)
	defer beat.Stop()
	for beats, look := 0, true; ; {
		if look && !t.tell() {
			return
		}
		look = true
		select {
		case <-t.r.Context().Done():
			return
		case <-t.s.done:
			return
		case <-end.C:
			t.out.Event("", "end", []byte("{}"))
			return
		case <-t.ticks:
		case <-beat.C:
			if t.out.Beat() != nil {
				return
			}
			beats++
			look = beats%3 == 0
		}
	}
}

// tell sends the receipt if it changed; false ends the stream.
func (t *watcher) tell() bool {
	rec, err := t.s.Door.Receipt(t.r.Context(), t.site.Snapshot, t.secret)
	switch {
	case sayline.KindOf(err) == sayline.NotFound:
		t.out.Event("", "gone", []byte("{}"))
		return false
	case err != nil:
		return true // the database is away; the next look tells
	}
	t.watch(rec)
	name, body := "receipt", []byte(nil)
	if t.page {
		name = "page"
		if body, err = t.s.answerParts(t.r, t.site, t.secret, rec); err != nil {
			t.s.Log.Error("a page's parts can't be written", "err", err)
			return false
		}
	} else {
		body = web.JSON(receiptDoc(t.s.voiceFor(t.r, t.site, &rec.Moment), t.secret, rec))
	}
	tag := web.Tag(body)
	if tag == t.sent {
		return true
	}
	t.sent = tag
	return t.out.Event(tag, name, body) == nil
}
