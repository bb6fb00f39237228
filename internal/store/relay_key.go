package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// RelayKey is somebody who hands moments in for others: a messenger, a call
// centre, a social team. Of its key only the hash is stored.
type RelayKey struct {
	Brand, ID string
	Name      string // as the team reads it: "WhatsApp desk"
	MadeAt    time.Time
	MadeBy    string    // person
	RevokedAt time.Time // zero while its key is good
	Callback  string    // URL that is told what becomes of what it handed in; "" for none
}

// Endpoint is the relay's callback among its brand's webhook endpoints. No
// endpoint of a brand file can have a colon in its id.
func (r *RelayKey) Endpoint() string { return "relay." + r.ID }

const relayCols = "relay_id, name, made_at, made_by, revoked_at, callback"

func scanRelayKey(r scanner, brand string) (*RelayKey, error) {
	relay := &RelayKey{Brand: brand}
	var made, revoked int64
	if err := r.Scan(&relay.ID, &relay.Name, &made, &relay.MadeBy, &revoked, &relay.Callback); err != nil {
		return nil, err
	}
	relay.MadeAt, relay.RevokedAt = fromMicros(made), fromMicros(revoked)
	return relay, nil
}

// MakeRelay stores a relay with the hash of its key. Its callback, where it has
// one, hears from now on.
func (s *Store) MakeRelay(ctx context.Context, r *RelayKey, keyHash string) error {
	return s.update(ctx, r.Brand, byPerson, func(tx *Tx) error {
		_, err := tx.exec("INSERT INTO relay (brand_id, relay_id, name, key_hash, made_at, made_by, revoked_at, callback) VALUES ($1, $2, $3, $4, $5, $6, 0, $7)",
			r.Brand, r.ID, r.Name, keyHash, micros(r.MadeAt), r.MadeBy, r.Callback)
		if err == nil && r.Callback != "" {
			err = tx.addEndpoint(r.Brand, r.Endpoint())
		}
		return err
	})
}

// RevokeRelay ends a relay's key for good. NotFound when there is no such relay.
func (s *Store) RevokeRelay(ctx context.Context, brand, id string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		var name string
		if err := tx.row("UPDATE relay SET revoked_at = CASE WHEN revoked_at = 0 THEN $1 ELSE revoked_at END WHERE brand_id = $2 AND relay_id = $3 RETURNING name",
			[]any{micros(tx.now), brand, id}, &name); err != nil {
			return err
		}
		// Nobody sends for it any more, and no process need look whether it is behind.
		_, err := tx.exec("UPDATE endpoint SET off_at = $1 WHERE brand_id = $2 AND endpoint = $3 AND off_at = 0", micros(tx.now), brand, (&RelayKey{ID: id}).Endpoint())
		return err
	})
}

// Relays are a brand's, the newest first, those whose keys are revoked too.
func (s *Store) Relays(ctx context.Context, brand string) ([]*RelayKey, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT "+relayCols+" FROM relay WHERE brand_id = $1 ORDER BY made_at DESC, relay_id", brand)
	if err != nil {
		return nil, s.failed(err)
	}
	defer rows.Close()
	var list []*RelayKey
	for rows.Next() {
		r, err := scanRelayKey(rows, brand)
		if err != nil {
			return nil, s.failed(err)
		}
		list = append(list, r)
	}
	return list, s.failed(rows.Err())
}

// RelayByKey is the relay of a key that is good; Unsigned where there is none.
func (s *Store) RelayByKey(ctx context.Context, brand, keyHash string) (*RelayKey, error) {
	r, err := scanRelayKey(s.readers.QueryRowContext(ctx, "SELECT "+relayCols+" FROM relay WHERE brand_id = $1 AND key_hash = $2 AND revoked_at = 0", brand, keyHash), brand)
	if err = s.failed(err); sayline.KindOf(err) == sayline.NotFound {
		err = sayline.Errorf(sayline.Unsigned, "This relay key isn't one, or was revoked.")
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Callbacks are the relays of all brands that are to be told what becomes of
// what they handed in.
func (s *Store) Callbacks(ctx context.Context) ([]*RelayKey, error) {
	rows, err := s.ask(ctx, "SELECT brand_id, "+relayCols+" FROM relay WHERE callback <> '' AND revoked_at = 0 ORDER BY brand_id, relay_id")
	if err != nil {
		return nil, s.failed(err)
	}
	var list []*RelayKey
	err = eachRow(rows, func(r *sql.Rows) error {
		var brand string
		relay, err := scanRelayKey(scanAfter{r, []any{&brand}}, "")
		if err == nil {
			relay.Brand = brand
			list = append(list, relay)
		}
		return err
	})
	return list, s.failed(err)
}

// Relayed reads the moments in some cases that came through relays, by case, the
// oldest first. What is in a private lane is left out.
func (s *Store) Relayed(ctx context.Context, brand string, cases []string) (map[string][]*sayline.Moment, error) {
	found, seen := map[string][]*sayline.Moment{}, map[string]bool{}
	err := s.inLots(ctx, "SELECT "+momentCols+" FROM moment WHERE brand_id = $1 AND relay <> '' AND lane = '' AND case_id", brand, unique(cases), func(r *sql.Rows) error {
		m, err := scanMoment(r, brand)
		if err == nil && !seen[m.ID] {
			seen[m.ID] = true
			found[m.Case] = append(found[m.Case], m)
		}
		return err
	})
	for _, list := range found {
		slices.SortFunc(list, func(a, b *sayline.Moment) int { return strings.Compare(a.ID, b.ID) })
	}
	return found, err
}
