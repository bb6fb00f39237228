package intake

import (
	"context"
	"sync"
	"time"

	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
)

// Record is what everybody may read of a brand that shows it: what was said in
// the last days, what was done and how fast, and words whose authors agreed.
type Record struct {
	Sums  *store.Record
	Words []store.Published // the newest
}

const (
	recordDays  = 30
	recordWords = 12
	wordsFor    = time.Minute // and they are read anew: what is taken back is told no longer
	sumsFor     = 10 * time.Minute
)

// recordCache keeps brands' records for a while: if a thousand ask, they are read
// once.
type recordCache struct {
	mu sync.Mutex
	by map[string]*recordEntry
}

type recordEntry struct {
	mu     sync.Mutex // held while it is read, so that it is read once
	brand  *brands.Snapshot
	record *Record
	sums   time.Time // they are good until then, and the words
	words  time.Time
}

// Record reads what a brand shows everybody.
func (d *Door) Record(ctx context.Context, b *brands.Snapshot) (*Record, error) {
	d.records.mu.Lock()
	if d.records.by == nil {
		d.records.by = map[string]*recordEntry{}
	}
	e := d.records.by[b.ID]
	if e == nil {
		e = new(recordEntry)
		d.records.by[b.ID] = e
	}
	d.records.mu.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	now := d.now()
	if e.brand != b { // what may be told is another matter now
		e.brand, e.record, e.sums, e.words = b, &Record{}, time.Time{}, time.Time{}
	}
	r := *e.record
	topics, notAt, notBy := b.Told()
	local := now.In(b.Location())
	from := time.UnixMicro(store.DayStart(local.AddDate(0, 0, 1-recordDays), b.Location())).In(b.Location())
	var err error
	if !now.Before(e.sums) {
		r.Sums, err = d.store.Record(ctx, store.RecordQuery{Brand: b.ID, From: from, Until: local.AddDate(0, 0, 1), Topics: topics, NotAt: notAt, NotBy: notBy})
		if err != nil {
			return nil, err
		}
		e.sums = now.Add(sumsFor)
	}
	if !now.Before(e.words) {
		r.Words, err = d.store.Published(ctx, store.PublishedQuery{Brand: b.ID, Topics: topics, NotAt: notAt, NotBy: notBy, WithWords: true, From: from, Until: now.Add(time.Minute), Limit: recordWords})
		if err != nil {
			return nil, err
		}
		e.words = now.Add(wordsFor)
	}
	e.record = &r
	return e.record, nil
}
