package store

import (
	"context"
	"time"

	"github.com/sayline/sayline"
)

// Account is somebody who may sign in to this house. What they may see of a
// brand follows from the person with their e-mail address in its configuration.
type Account struct {
	Email, Name string
	Password    string // argon2id, PHC string; never the words
	CreatedAt   time.Time
	Operator    bool  // runs the house: may add brands
	Held        *Held // how they are here, when that is by a shift phone; never stored
}

// CreateAccount stores a new account; Conflict when the address has one.
func (s *Store) CreateAccount(ctx context.Context, a Account) error {
	return s.createAccount(ctx, a, false)
}

// CreateFirstAccount stores the account of whoever sets the house up; Conflict
// when the house has one already.
func (s *Store) CreateFirstAccount(ctx context.Context, a Account) error {
	return s.createAccount(ctx, a, true)
}

func (s *Store) createAccount(ctx context.Context, a Account, first bool) error {
	return s.update(ctx, "", byPerson, func(tx *Tx) error {
		if first {
			if err := tx.nobodyYet(); err != nil {
				return err
			}
		}
		done, err := tx.exec("INSERT INTO account (email, name, password, created_at, operator) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (email) DO NOTHING",
			a.Email, a.Name, a.Password, micros(tx.now), flag(a.Operator))
		if err == nil && done == 0 {
			err = sayline.Errorf(sayline.Conflict, "There is an account with this address already.")
		}
		return err
	})
}

// nobodyYet refuses when the house has an account. The server key's row is the
// lock: two people who set the house up on two processes come one after the other.
func (tx *Tx) nobodyYet() error {
	if _, err := tx.exec("UPDATE server_key SET id = id WHERE id = 1"); err != nil {
		return err
	}
	var n int
	if err := tx.row("SELECT COUNT(*) FROM account", nil, &n); err != nil {
		return err
	}
	if n > 0 {
		return sayline.Errorf(sayline.Conflict, "This house is set up already. Please sign in.")
	}
	return nil
}

// SetPassword replaces an account's password and ends its sessions.
func (s *Store) SetPassword(ctx context.Context, email, password string) error {
	return s.update(ctx, "", byPerson, func(tx *Tx) error {
		n, err := tx.exec("UPDATE account SET password = $1 WHERE email = $2", password, email)
		if err != nil {
			return err
		}
		if n == 0 {
			return sayline.Errorf(sayline.NotFound, "There is no account with this address.")
		}
		_, err = tx.exec("DELETE FROM session WHERE email = $1", email)
		return err
	})
}

// Account reads one account; NotFound when there is none.
func (s *Store) Account(ctx context.Context, email string) (*Account, error) {
	a := Account{Email: email}
	var at int64
	var operator int
	err := s.readers.QueryRowContext(ctx, "SELECT name, password, created_at, operator FROM account WHERE email = $1", email).Scan(&a.Name, &a.Password, &at, &operator)
	a.CreatedAt, a.Operator = fromMicros(at), operator != 0
	if err != nil {
		return nil, s.failed(err)
	}
	return &a, nil
}

// HasAccounts says whether the house is set up.
func (s *Store) HasAccounts(ctx context.Context) (bool, error) {
	var n int
	err := s.readers.QueryRowContext(ctx, "SELECT COUNT(*) FROM (SELECT email FROM account LIMIT 1) a").Scan(&n)
	return n > 0, s.failed(err)
}

// CreateSession stores a session under the hash of its token.
func (s *Store) CreateSession(ctx context.Context, tokenHash, email string, until time.Time) error {
	return s.update(ctx, "", byPerson, func(tx *Tx) error { return tx.createSession(tokenHash, email, until, "") })
}

// CreateSessionOn stores a session begun on a shift phone: whoever had the phone
// has it no more, and the session ends when somebody takes it, hands it over or
// revokes it.
func (s *Store) CreateSessionOn(ctx context.Context, p *sayline.Phone, tokenHash, email string, until time.Time) error {
	return s.update(ctx, p.Brand, byPerson, func(tx *Tx) error {
		if err := tx.putDown(p.Brand, p.ID); err != nil {
			return err
		}
		return tx.createSession(tokenHash, email, until, phoneKey(p))
	})
}

func (tx *Tx) createSession(tokenHash, email string, until time.Time, phone string) error {
	if _, err := tx.exec("DELETE FROM session WHERE until_at < $1", micros(tx.now)); err != nil {
		return err
	}
	_, err := tx.exec("INSERT INTO session (token, email, created_at, until_at, phone) VALUES ($1, $2, $3, $4, $5)", tokenHash, email, micros(tx.now), micros(until), phone)
	return err
}

// phoneKey names a shift phone among those of all brands.
func phoneKey(p *sayline.Phone) string { return p.Brand + " " + p.ID }

// Session gives the account of a session that has not ended; NotFound otherwise.
func (s *Store) Session(ctx context.Context, tokenHash string, now time.Time) (*Account, error) {
	var email string
	err := s.readers.QueryRowContext(ctx, "SELECT email FROM session WHERE token = $1 AND until_at > $2", tokenHash, micros(now)).Scan(&email)
	if err != nil {
		return nil, s.failed(err)
	}
	return s.Account(ctx, email)
}

// EndSession signs out.
func (s *Store) EndSession(ctx context.Context, tokenHash string) error {
	return s.update(ctx, "", byPerson, func(tx *Tx) error {
		_, err := tx.exec("DELETE FROM session WHERE token = $1", tokenHash)
		return err
	})
}
