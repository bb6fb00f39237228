package store

import (
	"context"
	"time"

	"github.com/sayline/sayline"
)

// Invite stores a one-time invitation under the hash of its token. An earlier
// one for the same address ends.
func (s *Store) Invite(ctx context.Context, tokenHash, email string, until time.Time) error {
	return s.update(ctx, "", byPerson, func(tx *Tx) error {
		if _, err := tx.exec("DELETE FROM invitation WHERE email = $1 OR until_at < $2", email, micros(tx.now)); err != nil {
			return err
		}
		_, err := tx.exec("INSERT INTO invitation (token, email, created_at, until_at) VALUES ($1, $2, $3, $4)", tokenHash, email, micros(tx.now), micros(until))
		return err
	})
}

// Invited gives the address an invitation is for; NotFound when there is none,
// or it has ended or been used.
func (s *Store) Invited(ctx context.Context, tokenHash string, now time.Time) (email string, err error) {
	err = s.readers.QueryRowContext(ctx, "SELECT email FROM invitation WHERE token = $1 AND until_at > $2", tokenHash, micros(now)).Scan(&email)
	return email, s.failed(err)
}

// Join uses an invitation up: it sets the password of the account it is for,
// made now if there is none, and ends its earlier sessions. NotFound as [Store.Invited].
func (s *Store) Join(ctx context.Context, tokenHash, name, password string) (email string, err error) {
	var invited string // the write may go on after a caller who has left: only what is done is read
	err = s.update(ctx, "", byPerson, func(tx *Tx) error {
		if err := tx.row("DELETE FROM invitation WHERE token = $1 AND until_at > $2 RETURNING email", []any{tokenHash, micros(tx.now)}, &invited); err != nil {
			return err
		}
		if _, err := tx.exec("INSERT INTO account (email, name, password, created_at, operator) VALUES ($1, $2, $3, $4, 0) ON CONFLICT (email) DO UPDATE SET password = excluded.password",
			invited, name, password, micros(tx.now)); err != nil {
			return err
		}
		_, err := tx.exec("DELETE FROM session WHERE email = $1", invited)
		return err
	})
	if err != nil {
		return "", err
	}
	return invited, nil
}

// HasAccount says which of these addresses have an account.
func (s *Store) HasAccount(ctx context.Context, emails []string) (map[string]bool, error) {
	has := map[string]bool{}
	for _, email := range emails {
		_, err := s.Account(ctx, email)
		if err != nil && sayline.KindOf(err) != sayline.NotFound {
			return nil, err
		}
		has[email] = err == nil
	}
	return has, nil
}
