package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// ContactCall is a code or a test that is about to go out to somebody's contact.
type ContactCall struct {
	Brand, ID string
	Account   string // who asked for it
	Address   string // where it goes: a keyed hash, for the address may be a stranger's
}

// ContactCalls are how many of them go out within [ContactDay]: asked for by one
// account, to one address, whoever asks and at whichever brand, and at one brand.
type ContactCalls struct{ Account, Address, Brand int }

// ContactDay is for how long a [ContactCall] counts.
const ContactDay = 24 * time.Hour

// What a [ContactCall] was one too many for.
const (
	MostOfAccount = "account"
	MostOfAddress = "address"
	MostOfBrand   = "brand"
)

// CountContactCall counts a call before it is made. over says what there were as
// many for as there may be, and wait for how long; such a call is not counted.
// Two processes that count at the same moment may each let one more go out.
func (s *Store) CountContactCall(ctx context.Context, c ContactCall, most ContactCalls) (over string, wait time.Duration, err error) {
	type limit struct {
		over, column, value string
		most                int
	}
	limits := []limit{{MostOfAddress, "address", c.Address, most.Address}, {MostOfAccount, "account", c.Account, most.Account}, {MostOfBrand, "brand_id", c.Brand, most.Brand}}
	var found string
	var left time.Duration
	err = s.update(ctx, c.Brand, byPerson, func(tx *Tx) error {
		found, left = "", 0
		for _, l := range limits {
			var at int64
			err := tx.row("SELECT at FROM contact_call WHERE "+l.column+" = $1 AND at > $2 ORDER BY at DESC LIMIT 1 OFFSET $3", []any{l.value, micros(tx.now.Add(-ContactDay)), l.most - 1}, &at)
			if err == nil {
				found, left = l.over, fromMicros(at).Add(ContactDay).Sub(tx.now)
				return nil
			}
			if !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		_, err := tx.exec("INSERT INTO contact_call (brand_id, call_id, at, account, address) VALUES ($1, $2, $3, $4, $5)", c.Brand, c.ID, micros(tx.now), c.Account, c.Address)
		return err
	})
	if err != nil {
		return "", 0, err // and touch nothing: it may be written yet
	}
	return found, left, nil
}
