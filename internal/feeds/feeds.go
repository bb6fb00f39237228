package feeds

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// How often a calendar is read, how often is looked for one that is due, and how
// often repeated events are expanded anew.
const (
	Every  = 15 * time.Minute
	tick   = time.Minute
	afresh = 24 * time.Hour
)

// Options are what feeds need.
type Options struct {
	Store        *store.Store
	Brands       *brands.Registry
	Reload       func(ctx context.Context, brand string) error // have a brand read again
	Words        *words.Catalogue
	Log          *slog.Logger
	Now          func() time.Time
	AllowPrivate bool          // read from this machine and its network too
	Resolver     *net.Resolver // nil: the machine's
	Count        func(kind sayline.Kind)
}

// Feeds reads calendars and serves them.
type Feeds struct {
	Options
	client *http.Client
	errors web.Errors
	tried  map[string]time.Time // brand and calendar → when this process last tried; of Run
	fresh  map[string]time.Time // brand → when its events were last expanded; of Run
}

// New makes feeds; Run them, and Close them at the end.
func New(o Options) *Feeds {
	return &Feeds{Options: o, client: newClient(o.AllowPrivate, o.Resolver), errors: web.Errors{Log: o.Log, Count: o.Count}, tried: map[string]time.Time{}, fresh: map[string]time.Time{}}
}

// Close lets go of the lines kept open.
func (f *Feeds) Close() { f.client.CloseIdleConnections() }

// Run reads each calendar of each brand every quarter of an hour, by one process
// of several, until the context ends.
func (f *Feeds) Run(ctx context.Context) {
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		f.round(ctx)
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// round reads what is due.
func (f *Feeds) round(ctx context.Context) {
	for _, b := range f.Brands.All() {
		for _, k := range b.Calendars {
			key, now := b.ID+" "+k.ID+" "+k.URL, f.Now()
			if ctx.Err() != nil || now.Sub(f.tried[key]) < Every {
				continue
			}
			f.tried[key] = now
			if err := f.read(ctx, b.ID, k); err != nil && ctx.Err() == nil {
				f.Log.Error("a calendar could not be kept; trying again in a quarter of an hour", "brand", b.ID, "calendar", k.ID, "err", err)
			}
		}
		if now := f.Now(); len(b.Calendars) > 0 && now.Sub(f.fresh[b.ID]) >= afresh {
			f.fresh[b.ID] = now
			if err := f.Reload(ctx, b.ID); err != nil && ctx.Err() == nil {
				f.Log.Error("a brand's calendars could not be expanded anew", "brand", b.ID, "err", err)
			}
		}
	}
}

// read reads one calendar, if no other process does.
func (f *Feeds) read(ctx context.Context, brand string, k sayline.Calendar) error {
	claimed, err := f.Store.ClaimCalendar(ctx, brand, k, Every)
	if err != nil || !claimed {
		return err
	}
	before, err := f.Store.Calendars(ctx, brand)
	if err != nil {
		return err
	}
	last := sayline.CalendarCopy{Brand: brand, ID: k.ID, URL: k.URL}
	for _, c := range before {
		if c.ID == k.ID {
			last = c
		}
	}
	next, trouble := f.fetch(ctx, last)
	if trouble != "" {
		f.Log.Warn("a calendar can't be read; its last good copy stays in force", "brand", brand, "calendar", k.ID, "trouble", trouble)
		return f.Store.FailCalendar(ctx, brand, k, trouble)
	}
	return f.Store.KeepCalendar(ctx, next, next.Body == last.Body && !last.GoodAt.IsZero())
}
