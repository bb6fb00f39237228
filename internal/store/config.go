package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/sayline/sayline"
)

// StoredConfig is one brand's configuration as stored.
type StoredConfig struct {
	Version int
	Config  *sayline.Config
	At      time.Time
	By      string
}

// SaveConfig stores the next version of a brand's configuration, all or
// nothing. base is the version the change was made on (0 for a new brand): if
// another was stored meanwhile it is a Conflict. It gives the new version.
func (s *Store) SaveConfig(ctx context.Context, c *sayline.Config, base int, by string) (int, error) {
	if err := c.Validate(); err != nil {
		return 0, err
	}
	text, err := json.Marshal(c)
	if err != nil {
		return 0, s.failed(err)
	}
	err = s.update(ctx, c.ID, byPerson, func(tx *Tx) error { return tx.saveConfig(c, string(text), base, by) })
	return base + 1, err
}

// SetUp makes the house's first account and its first brand, both or neither:
// Conflict when there is an account already, or a brand of that handle.
func (s *Store) SetUp(ctx context.Context, a Account, c *sayline.Config) error {
	if err := c.Validate(); err != nil {
		return err
	}
	text, err := json.Marshal(c)
	if err != nil {
		return s.failed(err)
	}
	return s.update(ctx, c.ID, byPerson, func(tx *Tx) error {
		if err := tx.nobodyYet(); err != nil {
			return err
		}
		if _, err := tx.exec("INSERT INTO account (email, name, password, created_at, operator) VALUES ($1, $2, $3, $4, $5)", a.Email, a.Name, a.Password, micros(tx.now), flag(a.Operator)); err != nil {
			return err
		}
		return tx.saveConfig(c, string(text), 0, "")
	})
}

func (tx *Tx) saveConfig(c *sayline.Config, text string, base int, by string) error {
	var have int
	err := tx.row("INSERT INTO brand (brand_id, version, created_at) VALUES ($1, 0, $2) ON CONFLICT (brand_id) DO UPDATE SET version = brand.version RETURNING version",
		[]any{c.ID, micros(tx.now)}, &have)
	if err != nil {
		return err
	}
	if have != base {
		return sayline.Errorf(sayline.Conflict, "The brand was changed meanwhile (version %d, this change was made on %d). Export it, make your change again, apply.", have, base)
	}
	before, err := tx.guardedBy(c.ID)
	if err != nil {
		return err
	}
	if err := tx.guardCases(c.ID, before, c.Guarded()); err != nil {
		return err
	}
	tx.guards[c.ID] = c.Guarded()
	if _, err := tx.exec("INSERT INTO config_version (brand_id, version, at, by_person, document) VALUES ($1, $2, $3, $4, $5)", c.ID, base+1, micros(tx.now), by, text); err != nil {
		return err
	}
	if _, err := tx.exec("UPDATE brand SET version = $1 WHERE brand_id = $2", base+1, c.ID); err != nil {
		return err
	}
	for _, w := range c.Webhooks { // a new endpoint hears from now on
		if err := tx.addEndpoint(c.ID, w.ID); err != nil {
			return err
		}
	}
	tx.event(sayline.Event{Brand: c.ID, Type: sayline.EventConfigChanged, Person: by})
	return nil
}

// Config reads a brand's configuration in force; NotFound when there is no such brand.
func (s *Store) Config(ctx context.Context, brand string) (*StoredConfig, error) {
	return s.configWhere(ctx, "b.version = v.version AND v.brand_id = $1", brand)
}

// ConfigVersion reads an earlier one: the version a moment was decided by.
func (s *Store) ConfigVersion(ctx context.Context, brand string, version int) (*StoredConfig, error) {
	return s.configWhere(ctx, "v.brand_id = $1 AND v.version = $2", brand, version)
}

func (s *Store) configWhere(ctx context.Context, where string, args ...any) (*StoredConfig, error) {
	got := StoredConfig{Config: &sayline.Config{}}
	var text string
	var at int64
	err := s.readers.QueryRowContext(ctx, "SELECT v.version, v.at, v.by_person, v.document FROM config_version v JOIN brand b ON b.brand_id = v.brand_id WHERE "+where, args...).Scan(&got.Version, &at, &got.By, &text)
	if err != nil {
		return nil, s.failed(err)
	}
	got.At = fromMicros(at)
	return &got, s.failed(json.Unmarshal([]byte(text), got.Config))
}

// Brands are the handles of all brands.
func (s *Store) Brands(ctx context.Context) ([]string, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT brand_id FROM brand ORDER BY brand_id")
	if err != nil {
		return nil, s.failed(err)
	}
	var list []string
	err = eachRow(rows, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		list = append(list, id)
		return err
	})
	return list, s.failed(err)
}
