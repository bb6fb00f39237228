package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

const phoneCols = "phone_id, name, team, place, made_at, made_by, code_until, enrolled_at, revoked_at, revoked_by"

func scanPhone(r scanner, brand string) (*sayline.Phone, error) {
	p := sayline.Phone{Brand: brand}
	var at [4]int64
	err := r.Scan(&p.ID, &p.Name, &p.Team, &p.Place, &at[0], &p.MadeBy, &at[1], &at[2], &at[3], &p.RevokedBy)
	for i, t := range []*time.Time{&p.MadeAt, &p.CodeUntil, &p.EnrolledAt, &p.RevokedAt} {
		*t = fromMicros(at[i])
	}
	return &p, err
}

// MakePhone stores a shift phone that [sayline.Phone.Validate] found right, and
// the hash of the code that enrols it, once, within [sayline.PhoneCodeLife].
func (s *Store) MakePhone(ctx context.Context, p sayline.Phone, codeHash string) error {
	return s.update(ctx, p.Brand, byPerson, func(tx *Tx) error {
		tx.phoneEvent(&p, p.MadeBy)
		_, err := tx.exec("INSERT INTO phone (brand_id, "+phoneCols+", code, token) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, '', $9, '')",
			p.Brand, p.ID, p.Name, p.Team, p.Place, micros(tx.now), p.MadeBy, micros(tx.now.Add(sayline.PhoneCodeLife)), codeHash)
		return err
	})
}

// RecodePhone gives a phone another code: the device that was it until then no
// longer is once the code is used. NotFound when it was revoked.
func (s *Store) RecodePhone(ctx context.Context, brand, id, codeHash string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		return one(tx.exec("UPDATE phone SET code = $1, code_until = $2 WHERE brand_id = $3 AND phone_id = $4 AND revoked_at = 0",
			codeHash, micros(tx.now.Add(sayline.PhoneCodeLife)), brand, id))
	})
}

// one is NotFound unless a row was changed.
func one(n int64, err error) error {
	if err == nil && n == 0 {
		return sql.ErrNoRows
	}
	return err
}

// PhoneByCode reads the phone a code enrols. NotFound when the code was used or
// has ended.
func (s *Store) PhoneByCode(ctx context.Context, brand, codeHash string, now time.Time) (*sayline.Phone, error) {
	p, err := scanPhone(s.readers.QueryRowContext(ctx, "SELECT "+phoneCols+" FROM phone WHERE brand_id = $1 AND code = $2 AND code_until > $3 AND revoked_at = 0", brand, codeHash, micros(now)), brand)
	if err != nil {
		return nil, s.failed(err)
	}
	return p, nil
}

// EnrolPhone uses a code up: whoever has the token is the phone from now on, and
// whoever had it before, by an earlier token, has it no more. NotFound when the
// code was used or has ended.
func (s *Store) EnrolPhone(ctx context.Context, brand, codeHash, tokenHash string) (p *sayline.Phone, err error) {
	err = s.update(ctx, brand, byPerson, func(tx *Tx) error {
		found, err := scanPhone(tx.scanner("UPDATE phone SET code = '', code_until = 0, token = $1, enrolled_at = $2 WHERE brand_id = $3 AND code = $4 AND code_until > $5 AND revoked_at = 0 RETURNING "+phoneCols,
			tokenHash, micros(tx.now), brand, codeHash, micros(tx.now)), brand)
		if err != nil {
			return err
		}
		if err := tx.endHolds(found); err != nil {
			return err
		}
		tx.phoneEvent(found, "")
		p = found
		return nil
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// PhoneByToken finds the phone that has a token. NotFound when there is none, or
// it was revoked.
func (s *Store) PhoneByToken(ctx context.Context, brand, tokenHash string) (*sayline.Phone, error) {
	p, err := scanPhone(s.readers.QueryRowContext(ctx, "SELECT "+phoneCols+" FROM phone WHERE brand_id = $1 AND token = $2 AND revoked_at = 0", brand, tokenHash), brand)
	if err != nil {
		return nil, s.failed(err)
	}
	return p, nil
}

// Phones reads a brand's shift phones, those in use first, then the newest.
func (s *Store) Phones(ctx context.Context, brand string) ([]sayline.Phone, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT "+phoneCols+" FROM phone WHERE brand_id = $1 ORDER BY CASE WHEN revoked_at = 0 THEN 0 ELSE 1 END, phone_id DESC", brand)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []sayline.Phone
	err = eachRow(rows, func(r *sql.Rows) error {
		p, err := scanPhone(r, brand)
		list = append(list, *p)
		return err
	})
	return list, s.failed(err)
}

// RevokePhone ends a phone and whatever somebody does with it. Its row stays:
// who ended it and when. NotFound when there is none, or it was revoked before.
func (s *Store) RevokePhone(ctx context.Context, brand, id, person string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		p, err := scanPhone(tx.scanner("UPDATE phone SET revoked_at = $1, revoked_by = $2, code = '', code_until = 0, token = '' WHERE brand_id = $3 AND phone_id = $4 AND revoked_at = 0 RETURNING "+phoneCols,
			micros(tx.now), person, brand, id), brand)
		if err != nil {
			return err
		}
		tx.phoneEvent(p, person)
		return tx.endHolds(p)
	})
}

func (tx *Tx) phoneEvent(p *sayline.Phone, person string) {
	tx.event(sayline.Event{Brand: p.Brand, Type: sayline.EventPhoneChanged, Team: p.Team, Person: person})
}
