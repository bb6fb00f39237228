// Package darkroom does what is left to do when a moment with a photo or a
// voice is on disk: it takes out what nobody meant to send, has a voice written
// down where a service for that is named, and deletes the files of what was
// erased. Nobody waits for it: the team has the moment already.
//
//	commit ─→ media row ─lease→ clean ─→ transcribe ─→ done, or broken
//	       └→ erase row ─lease→ files deleted, and once more when nobody can still be writing them
//
// It is woken the moment a commit leaves something to do. Nothing is remembered
// that is not in the store: a process that dies leaves rows that another takes
// over when its lease ends. Several may run on one database. One photo is
// developed at a time in a process, because each takes up to 200 MB of memory.
//
// The tour: darkroom.go is [New] and the loops; clean.go makes what is kept;
// transcribe.go asks for the words; erase.go deletes.
package darkroom

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/store"
)

// Transcriber writes a voice down; [media.Transcription] is one.
type Transcriber interface {
	Transcribe(ctx context.Context, voice io.Reader, mediaType string) (media.Words, error)
}

// Options are what a darkroom is made from. Transcriber may be nil: then voices
// have no words.
type Options struct {
	Store       *store.Store
	Files       media.Files
	Transcriber Transcriber
	Log         *slog.Logger
	Now         func() time.Time
}

// look is how often each loop looks in case a wake-up was lost.
const look = 5 * time.Second

// Darkroom works for every brand of this server.
type Darkroom struct {
	Options
	cleaning, transcribing, erasing signal
}

// New makes a darkroom. Call it before the store's first write, then Run.
func New(o Options) *Darkroom {
	d := &Darkroom{Options: o, cleaning: make(signal, 1), transcribing: make(signal, 1), erasing: make(signal, 1)}
	o.Store.Watch(d.heard)
	return d
}

// heard is called with every committed event and never blocks.
func (d *Darkroom) heard(events []sayline.Event) {
	for i := range events {
		switch events[i].Type {
		case sayline.EventMediaMade:
			d.cleaning.raise()
		case sayline.EventMediaReady:
			d.transcribing.raise()
		case sayline.EventMomentWithdrawn:
			d.erasing.raise()
		}
	}
}

// Run works until the context ends; what is under way then is left to the next.
func (d *Darkroom) Run(ctx context.Context) {
	var loops sync.WaitGroup
	loops.Go(func() { d.loop(ctx, d.cleaning, d.next(store.JobClean), d.clean) })
	if d.Transcriber != nil {
		for range transcribers {
			loops.Go(func() { d.loop(ctx, d.transcribing, d.next(store.JobTranscribe), d.transcribe) })
		}
	}
	loops.Go(func() { d.loop(ctx, d.erasing, d.Store.NextErasure, d.erase) })
	loops.Wait()
}

func (d *Darkroom) next(job string) func(context.Context) (time.Time, error) {
	return func(ctx context.Context) (time.Time, error) { return d.Store.NextMedia(ctx, job) }
}

// loop works as long as there is something to do, then waits until it is woken,
// something falls due, or it is time to look.
func (d *Darkroom) loop(ctx context.Context, wake signal, next func(context.Context) (time.Time, error), work func(context.Context) (bool, error)) {
	for ctx.Err() == nil {
		some, err := work(ctx)
		if err == nil && some {
			continue
		}
		wait := look
		if err == nil {
			var due time.Time
			if due, err = next(ctx); err == nil && !due.IsZero() {
				wait = min(look, max(0, due.Sub(d.Now()))+time.Millisecond)
			}
		}
		if err != nil && ctx.Err() == nil {
			d.Log.Error("the darkroom can't work just now; trying again soon", "err", err)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// again is how long a job that failed waits before it is tried again; ok is
// false when it has been tried often enough.
func again(attempts int) (wait time.Duration, ok bool) {
	if attempts > len(waits) {
		return 0, false
	}
	return waits[attempts-1], true
}

var waits = []time.Duration{2 * time.Second, 10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour}

// signal tells one loop to look. Raised often before it looks, it looks once.
type signal chan struct{}

func (s signal) raise() {
	select {
	case s <- struct{}{}:
	default:
	}
}
