package errand

import (
	"context"
	"embed"
	"html/template"
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
)

//go:embed templates/*.html
var files embed.FS

// Errand is the room, and what works.
type Errand struct {
	*house.House
	o       Options
	wake    chan struct{}
	over    chan struct{} // closed when the house closes: pages let go
	close   sync.Once
	imports *template.Template
	one     *template.Template
	visits  *template.Template
	exports *template.Template
}

// New furnishes the room.
func New(h *house.House, o Options) *Errand {
	return &Errand{House: h, o: o, wake: make(chan struct{}, 1), over: make(chan struct{}), imports: h.Templates(files, "templates/imports.html"),
		one: h.Templates(files, "templates/import.html", "templates/progress.html"), visits: h.Templates(files, "templates/visits.html", "templates/progress.html"), exports: h.Templates(files, "templates/exports.html", "templates/progress.html")}
}

// Close ends the pages that watch an errand; the errands go on.
func (e *Errand) Close() { e.close.Do(func() { close(e.over) }) }

const (
	sweep   = 5 * time.Second // for what another process was asked, or left behind
	storing = 10 * time.Second
	tidyLot = 50
)

// Run works on what waits until the context ends. Several processes may run on one
// database: each errand is leased.
func (e *Errand) Run(ctx context.Context) {
	for ctx.Err() == nil {
		e.Round(ctx)
		look := time.NewTimer(sweep)
		select {
		case <-ctx.Done():
		case <-e.wake:
		case <-look.C:
		}
		look.Stop()
	}
}

// Round works on everything that waits now, takes out of files what is gone since,
// and lets go of those that were kept long enough.
func (e *Errand) Round(ctx context.Context) {
	for ctx.Err() == nil {
		one, err := e.Store.LeaseErrand(ctx)
		if err != nil {
			e.complain(ctx, "what waits can't be leased", err)
			return
		}
		if one == nil {
			break
		}
		e.work(ctx, one)
	}
	e.forget(ctx)
	e.tellAll(ctx)
	e.tidy(ctx)
}

// work does one errand to its end. What ended because the process does is gone on
// with by another; what is no longer ours is let go.
func (e *Errand) work(ctx context.Context, one *sayline.Errand) {
	state, err := sayline.ErrandReady, error(nil)
	switch {
	case one.State == sayline.ErrandUndoing:
		state, err = sayline.ErrandUndone, e.undo(ctx, one)
	case one.Kind == sayline.ErrandVisits:
		err = e.bringVisits(ctx, one)
	case one.Kind == sayline.ErrandImport:
		err = e.bring(ctx, one)
	default:
		err = e.take(ctx, one)
	}
	if ctx.Err() != nil {
		return
	}
	if sayline.KindOf(err) == sayline.Conflict {
		e.lost(ctx, one)
		return
	}
	switch kind := sayline.KindOf(err); {
	case err == nil:
	case kind == sayline.Unavailable: // the store or the files are away: its lease runs out, and it is taken up again
		e.complain(ctx, "an errand waits for what it needs", err)
		return
	default:
		state = sayline.ErrandFailed
		e.complain(ctx, "an errand failed", err)
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), storing)
	defer cancel()
	switch err := e.Store.EndErrand(end, one, state); {
	case sayline.KindOf(err) == sayline.Conflict: // its file may be another's by now
		e.lost(end, one)
		return
	case err != nil:
		e.complain(ctx, "what became of an errand can't be stored", err)
	}
	if one.Kind != sayline.ErrandExport {
		e.drop(end, one)
	}
}

// lost lets go of an export that somebody ended while it was written: what was put
// into its place after they did would stay there for ever.
func (e *Errand) lost(ctx context.Context, one *sayline.Errand) {
	if one.Kind != sayline.ErrandExport {
		return
	}
	now, err := e.Store.Errand(ctx, one.Brand, one.ID)
	if sayline.KindOf(err) == sayline.NotFound || err == nil && now.State == sayline.ErrandCancelled {
		e.drop(ctx, one)
	}
}

// tidy lets go of what was kept long enough.
func (e *Errand) tidy(ctx context.Context) {
	list, err := e.Store.StaleErrands(ctx, tidyLot)
	for _, one := range list {
		e.drop(ctx, one)
		if err == nil {
			err = e.Store.ForgetErrand(ctx, one.Brand, one.ID)
		}
	}
	if err != nil {
		e.complain(ctx, "files that were kept long enough can't be let go", err)
	}
}

// drop deletes an errand's file. One that could not be is tried again when its row
// goes, or never read by anybody.
func (e *Errand) drop(ctx context.Context, one *sayline.Errand) {
	if err := e.Files.Delete(ctx, fileOf(one)); err != nil {
		e.complain(ctx, "a file can't be deleted", err)
	}
}

// fileOf is where an errand's file is kept.
func fileOf(one *sayline.Errand) string { return one.Brand + "/errands/" + one.ID }

func (e *Errand) raise() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

func (e *Errand) complain(ctx context.Context, what string, err error) {
	if ctx.Err() == nil {
		e.Log.Error(what, "err", err)
	}
}
