package app

import (
	"context"

	"github.com/sayline/sayline/internal/darkroom"
	"github.com/sayline/sayline/internal/media"
)

// makeDarkroom opens the place for photos and voice, tells the door of it, and
// makes who works on them.
func (a *App) makeDarkroom(ctx context.Context) (err error) {
	o := &a.Options
	if a.files, err = media.Open(ctx, o.mediaAddress()); err != nil {
		return err
	}
	if a.spool, err = media.NewSpool(o.spoolFolder()); err != nil {
		return err
	}
	a.Door.KeepMedia(a.files)
	work := darkroom.Options{Store: a.Store, Files: a.files, Log: o.Log, Now: o.Now}
	if o.Transcribe.URL != "" {
		if work.Transcriber, err = media.NewTranscription(o.Transcribe); err != nil {
			return err
		}
	}
	a.loops = append(a.loops, darkroom.New(work).Run)
	return nil
}
