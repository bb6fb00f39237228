package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// Held is a shift phone in somebody's hand.
type Held struct {
	Phone sayline.Phone
	Hold  sayline.Hold
}

const holdCols = "hold_id, phone_id, person, on_duty, from_at, until_at"

func scanHold(r scanner, brand string) (sayline.Hold, error) {
	h := sayline.Hold{Brand: brand}
	var on int
	var from, until int64
	err := r.Scan(&h.ID, &h.Phone, &h.Person, &on, &from, &until)
	h.On, h.From, h.Until = on != 0, fromMicros(from), fromMicros(until)
	return h, err
}

// TakePhone puts a phone into somebody's hand, who has typed their PIN: whoever
// had it has it no more, their wrong PINs are forgotten and, if the hold says
// so, they are on duty for the phone's team at the place. NotFound when the
// phone was revoked meanwhile.
func (s *Store) TakePhone(ctx context.Context, h sayline.Hold, place, tokenHash string) error {
	return s.update(ctx, h.Brand, byPerson, func(tx *Tx) error {
		// The phone's row is the lock: two who take it at once come one after the other.
		p, err := scanPhone(tx.scanner("UPDATE phone SET token = token WHERE brand_id = $1 AND phone_id = $2 AND revoked_at = 0 AND token <> '' RETURNING "+phoneCols, h.Brand, h.Phone), h.Brand)
		if err != nil {
			return err
		}
		if err := tx.endHolds(p); err != nil {
			return err
		}
		if _, err := tx.exec("UPDATE pin SET wrong = 0, wait_until = 0 WHERE brand_id = $1 AND person = $2", h.Brand, h.Person); err != nil {
			return err
		}
		if h.On {
			d := sayline.OnDuty{Brand: h.Brand, ID: h.ID, Team: p.Team, Place: place, Person: h.Person, Until: h.Until}
			if err := tx.goOn(d); err != nil {
				return err
			}
		}
		tx.phoneEvent(p, h.Person)
		_, err = tx.exec("INSERT INTO hold (brand_id, "+holdCols+", token) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
			h.Brand, h.ID, h.Phone, h.Person, flag(h.On), micros(tx.now), micros(h.Until), tokenHash)
		return err
	})
}

// endHolds takes the phone out of the hand it is in, signs out who signed in on it
// by their password, and takes the duty off who went on with it.
func (tx *Tx) endHolds(p *sayline.Phone) error {
	if _, err := tx.exec("DELETE FROM session WHERE phone = $1 AND phone <> ''", phoneKey(p)); err != nil {
		return err
	}
	rows, err := tx.query("UPDATE hold SET until_at = $1 WHERE brand_id = $2 AND phone_id = $3 AND until_at > $4 RETURNING "+holdCols, micros(tx.now), p.Brand, p.ID, micros(tx.now))
	if err != nil {
		return err
	}
	var ended []sayline.Hold
	if err := eachRow(rows, func(r *sql.Rows) error {
		h, err := scanHold(r, p.Brand)
		ended = append(ended, h)
		return err
	}); err != nil {
		return err
	}
	for _, h := range ended {
		if !h.On {
			continue
		}
		tx.event(sayline.Event{Brand: p.Brand, Type: sayline.EventDutyChanged, Team: p.Team, Person: h.Person})
		if _, err := tx.exec("UPDATE duty SET until_at = $1 WHERE brand_id = $2 AND duty_id = $3 AND until_at > $4", micros(tx.now), p.Brand, h.ID, micros(tx.now)); err != nil {
			return err
		}
	}
	return nil
}

// PutDownPhone ends a hold, and the duty that began with it. It may be ended already.
func (s *Store) PutDownPhone(ctx context.Context, brand, phone string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error { return tx.putDown(brand, phone) })
}

func (tx *Tx) putDown(brand, phone string) error {
	p, err := scanPhone(tx.scanner("UPDATE phone SET token = token WHERE brand_id = $1 AND phone_id = $2 RETURNING "+phoneCols, brand, phone), brand)
	if err != nil {
		return err
	}
	tx.phoneEvent(p, "")
	return tx.endHolds(p)
}

// HeldBy finds the hold that has a token and has not ended, with its phone.
// NotFound when there is none, or the phone was revoked.
func (s *Store) HeldBy(ctx context.Context, brand, tokenHash string, now time.Time) (*Held, error) {
	h, err := scanHold(s.readers.QueryRowContext(ctx, "SELECT "+holdCols+" FROM hold WHERE brand_id = $1 AND token = $2 AND until_at > $3", brand, tokenHash, micros(now)), brand)
	if err != nil {
		return nil, s.failed(err)
	}
	p, err := scanPhone(s.readers.QueryRowContext(ctx, "SELECT "+phoneCols+" FROM phone WHERE brand_id = $1 AND phone_id = $2 AND revoked_at = 0", brand, h.Phone), brand)
	if err != nil {
		return nil, s.failed(err)
	}
	return &Held{*p, h}, nil
}

// Holders reads the latest hold of each of a brand's phones that was ever taken,
// by phone, whether it has ended or not.
func (s *Store) Holders(ctx context.Context, brand string) (map[string]sayline.Hold, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT "+holdCols+" FROM hold h WHERE brand_id = $1 AND hold_id = (SELECT MAX(hold_id) FROM hold l WHERE l.brand_id = h.brand_id AND l.phone_id = h.phone_id)", brand)
	if err != nil {
		return nil, s.failed(err)
	}
	last := map[string]sayline.Hold{}
	err = eachRow(rows, func(r *sql.Rows) error {
		h, err := scanHold(r, brand)
		last[h.Phone] = h
		return err
	})
	return last, s.failed(err)
}

// SetPIN stores the hash of somebody's new PIN. Wrong ones are forgotten, and
// the phones they have with the old one are out of their hand.
func (s *Store) SetPIN(ctx context.Context, brand, person, hash string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		_, err := tx.exec("INSERT INTO pin (brand_id, person, hash, set_at, wrong, wait_until) VALUES ($1, $2, $3, $4, 0, 0) "+
			"ON CONFLICT (brand_id, person) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at, wrong = 0, wait_until = 0", brand, person, hash, micros(tx.now))
		if err != nil {
			return err
		}
		rows, err := tx.query("SELECT "+of("p", phoneCols)+" FROM phone p JOIN hold h ON h.brand_id = p.brand_id AND h.phone_id = p.phone_id "+
			"WHERE h.brand_id = $1 AND h.person = $2 AND h.until_at > $3", brand, person, micros(tx.now))
		if err != nil {
			return err
		}
		var list []*sayline.Phone
		if err := eachRow(rows, func(r *sql.Rows) error {
			p, err := scanPhone(r, brand)
			list = append(list, p)
			return err
		}); err != nil {
			return err
		}
		for _, p := range list {
			tx.phoneEvent(p, person)
			if err := tx.endHolds(p); err != nil {
				return err
			}
		}
		return nil
	})
}

// PINSetAt is when somebody set their PIN; zero when they have none.
func (s *Store) PINSetAt(ctx context.Context, brand, person string) (time.Time, error) {
	var at int64
	err := s.askOne(ctx, "SELECT COALESCE(MAX(set_at), 0) FROM pin WHERE brand_id = $1 AND person = $2", []any{brand, person}, &at)
	return fromMicros(at), s.failed(err)
}

// TryPIN counts a try as wrong before anybody knows, so that many at once are no
// more than many one after the other, and gives the hash to hold it against; ""
// for who has no PIN, whose tries are counted all the same. A wait above zero
// says that this try came too soon; it is not counted. Locked means that so many
// were wrong that only a new PIN helps.
func (s *Store) TryPIN(ctx context.Context, brand, person string) (hash string, wait time.Duration, locked bool, err error) {
	err = s.update(ctx, brand, byPerson, func(tx *Tx) error {
		if _, err := tx.exec("INSERT INTO pin (brand_id, person, hash, set_at, wrong, wait_until) VALUES ($1, $2, '', 0, 0, 0) ON CONFLICT (brand_id, person) DO NOTHING", brand, person); err != nil {
			return err
		}
		var wrong int
		var until int64
		// An update that changes nothing holds the row until the end.
		if err := tx.row("UPDATE pin SET wrong = wrong WHERE brand_id = $1 AND person = $2 RETURNING hash, wrong, wait_until", []any{brand, person}, &hash, &wrong, &until); err != nil {
			return err
		}
		wait, locked = 0, wrong >= sayline.PINTries
		if left := fromMicros(until).Sub(tx.now); until > 0 && left > 0 {
			wait = left
		}
		if locked || wait > 0 {
			return nil
		}
		wrong++
		_, err := tx.exec("UPDATE pin SET wrong = $1, wait_until = $2 WHERE brand_id = $3 AND person = $4", wrong, micros(tx.now.Add(sayline.PINWait(wrong))), brand, person)
		return err
	})
	return hash, wait, locked, err
}
