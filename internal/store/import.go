package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// ImportLot is how many moments are imported in one write, so that people's
// writes never wait long behind it.
const ImportLot = 200

var importTable = newTable("moment", momentTyped, "ON CONFLICT (brand_id, moment_id) DO NOTHING RETURNING moment_id")

// Past is one thing that was said before, elsewhere, and what tells it from all
// others.
type Past struct {
	Moment *sayline.Moment // ReceivedAt is when it was said
	Key    string
}

// Import stores past feedback, at most [ImportLot] at once, and gives how many
// of it were new: what was imported before is not imported again. It is counted
// on the day it was said and can be found; it is in no case, on no clock, and
// nobody is told. kept is how long it is kept from that day.
func (s *Store) Import(ctx context.Context, brand string, zone string, kept time.Duration, list []Past) (fresh int, err error) {
	return s.importLot(ctx, brand, zone, kept, list, func(*Tx, []string) error { return nil })
}

// importLot is Import with something to do in the same transaction about what was new.
func (s *Store) importLot(ctx context.Context, brand string, zone string, kept time.Duration, list []Past, then func(tx *Tx, fresh []string) error) (fresh int, err error) {
	list = slices.Clone(list)
	for i := range list {
		prepare(brand, zone, kept, &list[i])
	}
	slices.SortFunc(list, func(a, b Past) int { return strings.Compare(a.Moment.ID, b.Moment.ID) }) // two processes never wait in a ring
	list = slices.CompactFunc(list, func(a, b Past) bool { return a.Moment.ID == b.Moment.ID })
	err = s.update(ctx, brand, byMachine, func(tx *Tx) error {
		rows := make([][]any, len(list))
		for i, p := range list {
			rows[i] = momentRow(p.Moment)
		}
		new := make(map[string]bool, len(list))
		if err := tx.engine.insertMany(tx.ctx, tx.conn, importTable, rows, func(r *sql.Rows) error {
			var id string
			err := r.Scan(&id)
			new[id] = true
			return err
		}); err != nil {
			return err
		}
		ids := make([]string, 0, len(new))
		for _, p := range list {
			if m := p.Moment; new[m.ID] {
				ids = append(ids, m.ID)
				tx.countMoment(m, sayline.Zone(m.Zone), +1)
				tx.event(sayline.Event{Brand: brand, Type: sayline.EventMomentImported, Moment: m.ID})
			}
		}
		fresh = len(ids)
		return then(tx, ids)
	})
	return fresh, err
}

// prepare makes a row of what was said. Its id is made of when and of its key, so
// that the same comes to the same place.
func prepare(brand, zone string, kept time.Duration, p *Past) {
	m := *p.Moment
	sum := sha256.Sum256([]byte(brand + "\x00" + p.Key))
	m.Brand, m.Zone, m.Context.Source = brand, zone, sayline.SourceImport
	m.OccurredAt, m.OpenUntil, m.SealedAt, m.RetainUntil = m.ReceivedAt, m.ReceivedAt, m.ReceivedAt, m.ReceivedAt.Add(kept)
	m.ID, m.Reference = sayline.NewID(m.ReceivedAt, strings.NewReader(string(sum[:10]))), sayline.Reference(sum[10:])
	m.Class, m.Contact, m.Receipt, m.Publish, m.Lane, m.Case, m.Decision = sayline.Unidentified, nil, "", false, "", "", sayline.Decision{Urgency: sayline.None}
	m.Once = sayline.HashSecret("import\x00" + p.Key)
	p.Moment = &m
}
