package store

import (
	"context"
	"database/sql"

	"github.com/sayline/sayline"
)

// mostOpportunities is how many opportunities a brand may keep.
const mostOpportunities = 2000

const opportunityCols = "opportunity_id, touchpoint, source, ref, text, state, owner, due, note, by_person, at, changed_by, changed_at, done_at, version"

func scanOpportunity(r scanner, brand string) (sayline.Opportunity, error) {
	o := sayline.Opportunity{Brand: brand}
	var at, changed, done int64
	err := r.Scan(&o.ID, &o.Touchpoint, &o.Source, &o.Ref, &o.Text, &o.State, &o.Owner, &o.Due, &o.Note, &o.By, &at, &o.ChangedBy, &changed, &done, &o.Version)
	o.At, o.ChangedAt, o.DoneAt = fromMicros(at), fromMicros(changed), fromMicros(done)
	return o, err
}

// Opportunities reads those of a brand, the newest first.
func (s *Store) Opportunities(ctx context.Context, brand string) ([]sayline.Opportunity, error) {
	rows, err := s.ask(ctx, "SELECT "+opportunityCols+" FROM opportunity WHERE brand_id = $1 ORDER BY opportunity_id DESC", brand)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []sayline.Opportunity
	err = eachRow(rows, func(r *sql.Rows) error {
		o, err := scanOpportunity(r, brand)
		list = append(list, o)
		return err
	})
	return list, s.failed(err)
}

// AddOpportunity keeps a new one, at the store's time. Conflict when somebody
// has decided on what its source proposes there; AtFault when there are too many.
func (s *Store) AddOpportunity(ctx context.Context, o *sayline.Opportunity) error {
	return s.update(ctx, o.Brand, byPerson, func(tx *Tx) error {
		o.At, o.ChangedAt, o.ChangedBy, o.Version = tx.now, tx.now, o.By, 1
		if err := o.Validate(); err != nil {
			return err
		}
		var n, same int
		if err := tx.row("SELECT COUNT(*), COALESCE(SUM(CASE WHEN touchpoint = $1 AND source = $2 AND ref = $3 AND ref <> '' THEN 1 ELSE 0 END), 0) FROM opportunity WHERE brand_id = $4",
			[]any{o.Touchpoint, o.Source, o.Ref, o.Brand}, &n, &same); err != nil {
			return err
		}
		switch {
		case same > 0:
			return errDecided
		case n >= mostOpportunities:
			return sayline.Errorf(sayline.AtFault, "There are %d opportunities. Please do some first.", n)
		}
		written, err := tx.exec("INSERT INTO opportunity (brand_id, "+opportunityCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING",
			o.Brand, o.ID, o.Touchpoint, o.Source, o.Ref, o.Text, o.State, o.Owner, o.Due, o.Note, o.By, micros(o.At), o.ChangedBy, micros(o.ChangedAt), micros(o.DoneAt), o.Version)
		if err == nil && written == 0 { // another process was first
			err = errDecided
		}
		tx.mapEvent(o.Brand, o.By)
		return err
	})
}

var (
	errDecided = sayline.Errorf(sayline.Conflict, "Somebody has decided on this meanwhile.").Keyed("map_opp_decided")
	errMoved   = sayline.Errorf(sayline.Conflict, "Somebody changed this meanwhile. Please look at it again.").Keyed("map_opp_changed")
)

// ChangeOpportunity changes one of a version, as do says, and gives it as it is
// then. Conflict when it is of another version by now; NotFound when there is none.
func (s *Store) ChangeOpportunity(ctx context.Context, brand, id string, version int, by string, do func(*sayline.Opportunity) error) (*sayline.Opportunity, error) {
	var changed sayline.Opportunity
	err := s.update(ctx, brand, byPerson, func(tx *Tx) error {
		n, err := tx.exec("UPDATE opportunity SET version = version + 1 WHERE brand_id = $1 AND opportunity_id = $2 AND version = $3", brand, id, version) // and locks it
		if err != nil {
			return err
		}
		o, err := scanOpportunity(tx.scanner("SELECT "+opportunityCols+" FROM opportunity WHERE brand_id = $1 AND opportunity_id = $2", brand, id), brand)
		if err == nil && n == 0 {
			err = errMoved
		}
		if err == nil {
			err = do(&o)
		}
		if err == nil {
			err = o.Validate()
		}
		if err != nil {
			return err
		}
		o.ChangedBy, o.ChangedAt = by, tx.now
		changed = o
		tx.mapEvent(brand, by)
		_, err = tx.exec("UPDATE opportunity SET text = $1, state = $2, owner = $3, due = $4, note = $5, changed_by = $6, changed_at = $7, done_at = $8 WHERE brand_id = $9 AND opportunity_id = $10",
			o.Text, o.State, o.Owner, o.Due, o.Note, by, micros(tx.now), micros(o.DoneAt), brand, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &changed, nil
}

// mapEvent tells open maps that what stands beside the brand file changed.
func (tx *Tx) mapEvent(brand, person string) {
	tx.event(sayline.Event{Brand: brand, Type: sayline.EventMapChanged, Person: person})
}
