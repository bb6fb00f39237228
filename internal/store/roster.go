package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

const overrideCols = "override_id, kind, team, place, from_at, until_at, person, instead, made_by, made_at, swap_id"

// MakeOverride records an override that [sayline.Override.Validate] has checked.
func (s *Store) MakeOverride(ctx context.Context, o sayline.Override) error {
	return s.update(ctx, o.Brand, byPerson, func(tx *Tx) error { return tx.makeOverride(o) })
}

func (tx *Tx) makeOverride(o sayline.Override) error {
	tx.event(sayline.Event{Brand: o.Brand, Type: sayline.EventDutyChanged, Team: o.Team, Person: o.By})
	_, err := tx.exec("INSERT INTO duty_override (brand_id, "+overrideCols+", ended_by, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', 0)",
		o.Brand, o.ID, o.Kind, o.Team, o.Place, micros(o.From), micros(o.Until), o.Person, o.Instead, o.By, micros(tx.now), o.Swap)
	return err
}

// EndOverride takes an override back: from now on it counts for nothing. Who did
// and when is kept. NotFound when there is none, or it was taken back before.
func (s *Store) EndOverride(ctx context.Context, brand, id, person string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		n, err := tx.exec("UPDATE duty_override SET ended_by = $1, ended_at = $2 WHERE brand_id = $3 AND override_id = $4 AND ended_at = 0", person, micros(tx.now), brand, id)
		if err == nil && n == 0 {
			err = sql.ErrNoRows
		}
		tx.event(sayline.Event{Brand: brand, Type: sayline.EventDutyChanged, Person: person})
		return err
	})
}

// Overrides reads those in force that have not ended by a time, in the order
// they were made.
func (s *Store) Overrides(ctx context.Context, brand string, after time.Time) ([]sayline.Override, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT "+overrideCols+" FROM duty_override WHERE brand_id = $1 AND until_at > $2 AND ended_at = 0 ORDER BY made_at, override_id", brand, micros(after))
	if err != nil {
		return nil, s.failed(err)
	}
	var list []sayline.Override
	err = eachRow(rows, func(r *sql.Rows) error {
		o := sayline.Override{Brand: brand}
		var from, until, at int64
		err := r.Scan(&o.ID, &o.Kind, &o.Team, &o.Place, &from, &until, &o.Person, &o.Instead, &o.By, &at, &o.Swap)
		o.From, o.Until, o.At = fromMicros(from), fromMicros(until), fromMicros(at)
		list = append(list, o)
		return err
	})
	return list, s.failed(err)
}

const swapCols = "swap_id, team, place, from_at, until_at, person, colleague, back_place, back_from, back_until, state, made_at, ended_by, ended_at"

// AskSwap records what somebody asks of a colleague, or of all of the team.
func (s *Store) AskSwap(ctx context.Context, w sayline.Swap) error {
	return s.update(ctx, w.Brand, byPerson, func(tx *Tx) error {
		tx.event(sayline.Event{Brand: w.Brand, Type: sayline.EventDutyChanged, Team: w.Team, Person: w.Person})
		_, err := tx.exec("INSERT INTO duty_swap (brand_id, "+swapCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', 0)",
			w.Brand, w.ID, w.Team, w.Place, micros(w.From), micros(w.Until), w.Person, w.Colleague, w.Back.Place, micros(w.Back.From), micros(w.Back.Until), sayline.SwapAsked, micros(tx.now))
		return err
	})
}

var (
	errSwapTaken = sayline.Errorf(sayline.Conflict, "That has been settled already.").Keyed("swap_settled")
	errSwapOver  = sayline.Errorf(sayline.Conflict, "That time is over.").Keyed("swap_over")
	errSwapNot   = sayline.Errorf(sayline.Forbidden, "That was asked of somebody else.").Keyed("swap_not_yours")
)

// AcceptSwap makes the overrides of a swap, with these ids, all in one: the
// colleague takes what was asked. Conflict when it was settled before or is over,
// Forbidden when it was asked of somebody else.
func (s *Store) AcceptSwap(ctx context.Context, brand, id, colleague string, ids [2]string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		w, err := tx.endSwap(brand, id, colleague, sayline.SwapAccepted)
		if err != nil {
			return err
		}
		switch {
		case w.Person == colleague, w.Colleague != "" && w.Colleague != colleague:
			return errSwapNot
		case !tx.now.Before(w.Until), !w.Cover() && !tx.now.Before(w.Back.Until):
			return errSwapOver
		}
		for _, o := range w.Overrides(colleague, tx.now, ids) {
			if err := tx.makeOverride(o); err != nil {
				return err
			}
		}
		return nil
	})
}

// DeclineSwap says no to what was asked of one colleague.
func (s *Store) DeclineSwap(ctx context.Context, brand, id, colleague string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		w, err := tx.endSwap(brand, id, colleague, sayline.SwapDeclined)
		if err == nil && w.Colleague != colleague {
			err = errSwapNot
		}
		return err
	})
}

// WithdrawSwap takes back what somebody asked.
func (s *Store) WithdrawSwap(ctx context.Context, brand, id, person string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		w, err := tx.endSwap(brand, id, person, sayline.SwapWithdrawn)
		if err == nil && w.Person != person {
			err = errSwapNot
		}
		return err
	})
}

// endSwap settles a swap that is still asked, once, and gives it as it was.
func (tx *Tx) endSwap(brand, id, person, state string) (*sayline.Swap, error) {
	n, err := tx.exec("UPDATE duty_swap SET state = $1, ended_by = $2, ended_at = $3 WHERE brand_id = $4 AND swap_id = $5 AND state = $6", state, person, micros(tx.now), brand, id, sayline.SwapAsked)
	if err != nil {
		return nil, err
	}
	w, err := scanSwap(tx.scanner("SELECT "+swapCols+" FROM duty_swap WHERE brand_id = $1 AND swap_id = $2", brand, id), brand)
	if err == nil && n == 0 {
		err = errSwapTaken
	}
	tx.event(sayline.Event{Brand: brand, Type: sayline.EventDutyChanged, Team: w.Team, Person: person})
	return w, err
}

func scanSwap(r scanner, brand string) (*sayline.Swap, error) {
	w := sayline.Swap{Brand: brand}
	var at [6]int64
	err := r.Scan(&w.ID, &w.Team, &w.Place, &at[0], &at[1], &w.Person, &w.Colleague, &w.Back.Place, &at[2], &at[3], &w.State, &at[4], &w.EndedBy, &at[5])
	for i, t := range []*time.Time{&w.From, &w.Until, &w.Back.From, &w.Back.Until, &w.At, &w.EndedAt} {
		*t = fromMicros(at[i])
	}
	return &w, err
}

// Swaps reads what was asked about stretches that have not ended by a time, the
// latest first, settled or not.
func (s *Store) Swaps(ctx context.Context, brand string, after time.Time) ([]sayline.Swap, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT "+swapCols+" FROM duty_swap WHERE brand_id = $1 AND until_at > $2 ORDER BY made_at DESC, swap_id DESC", brand, micros(after))
	if err != nil {
		return nil, s.failed(err)
	}
	var list []sayline.Swap
	err = eachRow(rows, func(r *sql.Rows) error {
		w, err := scanSwap(r, brand)
		list = append(list, *w)
		return err
	})
	return list, s.failed(err)
}
