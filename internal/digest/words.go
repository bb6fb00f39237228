package digest

import (
	"bytes"
	"context"
	"strings"
	"unicode/utf8"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
)

const (
	looked      = 400 // newest moments of the time that are looked at
	mostSaid    = 3
	shortWords  = 12  // characters: of fewer nobody learns anything
	mostWords   = 280 // characters that are quoted
	comfortable = 200 // characters that read well
)

// said picks two or three people's own words: one that hurts, one that praises, one
// that asks for something, the newest of each that read well. None is of a private
// lane, of a guarded audience, or of before.
func (d *Digest) said(ctx context.Context, b *brands.Snapshot, q store.CountsQuery, f *figures) error {
	end := sayline.NewID(f.Until, bytes.NewReader(make([]byte, 16)))
	list, err := d.Store.MomentsOfPart(ctx, b.ID, store.Part{Guarded: b.Guarded(), Imported: store.ImportedNot}, end, looked)
	if err != nil {
		return err
	}
	best := [mostSaid]*sayline.Moment{}
	for _, m := range list {
		if m.ReceivedAt.Before(f.From) {
			break
		}
		if n := utf8.RuneCountInString(strings.TrimSpace(m.Text)); n < shortWords {
			continue
		}
		i := voice(m)
		if i >= 0 && (best[i] == nil || !readsWell(best[i]) && readsWell(m)) {
			best[i] = m
		}
	}
	for _, m := range best {
		if m != nil {
			f.Said = append(f.Said, m)
		}
	}
	return nil
}

// voice is in which of the three places a moment may stand; -1 for none.
func voice(m *sayline.Moment) int {
	switch kind := sayline.KnownKind(m.Kind); {
	case m.Feeling >= 4 || m.Feeling == 0 && kind == "praise":
		return 1
	case m.Feeling > 0 && m.Feeling <= 2 || m.Feeling == 0 && kind == "problem":
		return 0
	case kind == "idea" || kind == "question" || kind == "request":
		return 2
	}
	return -1
}

func readsWell(m *sayline.Moment) bool {
	return utf8.RuneCountInString(m.Text) <= comfortable
}
