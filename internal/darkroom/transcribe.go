package darkroom

import (
	"context"
	"errors"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/store"
)

// transcribers is how many voices are written down at once.
const transcribers = 2

// transcribe takes up one voice and asks for its words. A voice without them is
// a voice all the same.
func (d *Darkroom) transcribe(ctx context.Context) (bool, error) {
	jobs, err := d.Store.LeaseMedia(ctx, store.JobTranscribe, 1)
	if err != nil || len(jobs) == 0 {
		return false, err
	}
	rep := store.MediaReport{MediaJob: jobs[0]}
	words, err := d.words(ctx, &rep.Media)
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case err == nil:
		rep.Transcript, rep.Lang, rep.Wordless = words.Text, words.Lang, words.Text == ""
	default:
		d.wordless(&rep, err)
	}
	return d.report(ctx, rep)
}

func (d *Darkroom) words(ctx context.Context, m *sayline.Media) (media.Words, error) {
	file, err := d.Files.Get(ctx, media.KeysOf(m.Brand, m.ID).Clean)
	if err != nil {
		return media.Words{}, err
	}
	defer file.Close()
	return d.Transcriber.Transcribe(ctx, file, m.Type)
}

// fewTries is how often a service is asked that answers with something else: it
// may be starting, or another service under that name.
const fewTries = 3

// wordless tries again later, unless the service will never say more: then the
// team is told that there are no words, and waits for none.
func (d *Darkroom) wordless(rep *store.MediaReport, err error) {
	wait, more := again(rep.Attempts)
	var busy *media.Busy
	if errors.As(err, &busy) {
		wait = max(wait, busy.After)
	}
	if errors.As(err, new(*media.NoWords)) && rep.Attempts >= fewTries {
		more = false
	}
	if kind := sayline.KindOf(err); more && (kind == sayline.Unavailable || kind == sayline.TooMany) {
		rep.Next, rep.Again = rep.Job, wait
	}
	rep.Wordless = rep.Next == ""
	d.Log.Warn("a voice could not be written down", "brand", rep.Brand, "media", rep.ID, "attempt", rep.Attempts, "again", rep.Next != "", "err", err)
}
