package darkroom

import (
	"bytes"
	"context"
	"fmt"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/store"
)

// clean takes up one photo or voice and makes what is kept of it.
func (d *Darkroom) clean(ctx context.Context) (bool, error) {
	jobs, err := d.Store.LeaseMedia(ctx, store.JobClean, 1)
	if err != nil || len(jobs) == 0 {
		return false, err
	}
	job := jobs[0]
	within, cancel := context.WithTimeout(ctx, store.MediaLease-store.MediaLease/5)
	defer cancel()
	rep := store.MediaReport{MediaJob: job}
	switch err := d.develop(within, &rep.Media); {
	case ctx.Err() != nil:
		return false, ctx.Err() // the next one takes it up when the lease ends
	case err == nil:
		rep.State = sayline.MediaClean
		if job.Kind == sayline.Voice && d.Transcriber != nil {
			rep.Next = store.JobTranscribe
		}
	default:
		d.failed(&rep, err)
		if rep.State == sayline.MediaBroken { // nobody will ever see it, so nobody should keep it
			if err := d.Files.Delete(ctx, media.KeysOf(rep.Brand, rep.ID).Raw); err != nil {
				return false, err
			}
		}
	}
	return d.report(ctx, rep)
}

// failed decides what becomes of a job that failed: what can't be read is broken
// and never shown, for anything else there is another time.
func (d *Darkroom) failed(rep *store.MediaReport, err error) {
	kind := sayline.KindOf(err)
	wait, more := again(rep.Attempts)
	if more && (kind == sayline.Unavailable || kind == sayline.Internal) {
		rep.Next, rep.Again = rep.Job, wait
		d.Log.Warn("a photo or voice could not be cleaned; trying again", "brand", rep.Brand, "media", rep.ID, "attempt", rep.Attempts, "err", err)
		return
	}
	rep.State = sayline.MediaBroken
	d.Log.Warn("a photo or voice is broken", "brand", rep.Brand, "media", rep.ID, "err", err)
}

// report stores what came of a job, and looks after files nobody wants any more.
func (d *Darkroom) report(ctx context.Context, rep store.MediaReport) (bool, error) {
	gone, err := d.Store.ReportMedia(ctx, rep)
	if gone {
		d.erasing.raise()
	}
	return err == nil, err
}

// develop makes what is kept, deletes what was sent, and says in m what it is
// now. Where that was done before, by a process that died before it could say
// so, it is only looked at.
func (d *Darkroom) develop(ctx context.Context, m *sayline.Media) (err error) {
	defer func() {
		if p := recover(); p != nil { // a file made to break a reader breaks nothing but itself
			err = sayline.Errorf(sayline.WrongType, "This can't be read.").Because(fmt.Errorf("panic: %v", p))
		}
	}()
	keys := media.KeysOf(m.Brand, m.ID)
	raw, err := d.Files.Get(ctx, keys.Raw)
	if sayline.KindOf(err) == sayline.NotFound {
		return d.look(ctx, keys.Clean, m)
	}
	if err != nil {
		return err
	}
	defer raw.Close()
	if m.Kind == sayline.Photo {
		err = d.photo(ctx, keys, raw, m)
	} else {
		err = d.voice(ctx, keys, raw, m)
	}
	if err != nil {
		return err
	}
	return d.Files.Delete(ctx, keys.Raw)
}

func (d *Darkroom) photo(ctx context.Context, keys media.Keys, raw media.File, m *sayline.Media) error {
	made, err := media.Develop(raw, m.Bytes)
	if err != nil {
		return err
	}
	if err := d.Files.Put(ctx, keys.Thumb, bytes.NewReader(made.Thumb), int64(len(made.Thumb)), "image/jpeg"); err != nil {
		return err
	}
	m.Type, m.Bytes, m.Width, m.Height = "image/jpeg", int64(len(made.Photo)), made.Width, made.Height
	return d.Files.Put(ctx, keys.Clean, bytes.NewReader(made.Photo), m.Bytes, m.Type)
}

func (d *Darkroom) voice(ctx context.Context, keys media.Keys, raw media.File, m *sayline.Media) error {
	var made bytes.Buffer
	if err := media.Scrub(&made, raw, m.Bytes, m.Type); err != nil {
		return err
	}
	return d.Files.Put(ctx, keys.Clean, bytes.NewReader(made.Bytes()), m.Bytes, m.Type)
}

// look reads what is kept already.
func (d *Darkroom) look(ctx context.Context, key string, m *sayline.Media) error {
	file, err := d.Files.Get(ctx, key)
	if err != nil {
		return err
	}
	defer file.Close()
	size, err := file.Seek(0, 2)
	if err != nil {
		return err
	}
	info, err := media.Probe(file, size, m.Kind, "")
	if err != nil {
		return err
	}
	m.Type, m.Bytes, m.Width, m.Height = info.Type, size, info.Width, info.Height
	return nil
}
