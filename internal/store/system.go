package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// System is a company's own system that works on cases with a key: stock, hotel,
// ticketing. Of its key only the hash is stored.
type System struct {
	Brand, ID string
	Name      string   // what it did is told under
	Teams     []string // whose cases it has; nil for every team's
	Lanes     []string // private lanes it may see; none by itself
	For       string   // see [SystemScopes]; "" is ForCases
	MadeAt    time.Time
	MadeBy    string    // person
	RevokedAt time.Time // zero while its key is good
}

// What a system's key is for.
const (
	ForCases = "cases" // it works on cases
	ForRead  = "read"  // it reads cases and all that the pulse shows, and does nothing
	ForAll   = "all"   // both
)

// SystemScopes are all of them, in the order they are offered.
var SystemScopes = []string{ForCases, ForRead, ForAll}

// MayRead says whether what the pulse shows is its to read, and MayWork whether it
// may do anything about a case.
func (y *System) MayRead() bool { return y.For == ForRead || y.For == ForAll }
func (y *System) MayWork() bool { return y.For != ForRead }

// BySystem begins the name under which a system's acts are kept, where a person's
// id would be: no person's id has a colon.
const BySystem = "system:"

// SystemKey begins every system's key, so that one that leaks is recognised.
const SystemKey = "system_"

// By is the name its acts are kept under.
func (y *System) By() string { return BySystem + y.Name }

// MayAct says whether a case is its to see and to act on.
func (y *System) MayAct(c *sayline.Case) bool {
	return c.Brand == y.Brand && (c.Lane == "" || slices.Contains(y.Lanes, c.Lane)) && (y.Teams == nil || slices.Contains(y.Teams, c.Team))
}

// Scope is every case it may act on.
func (y *System) Scope() Scope {
	part := LaneScope{All: y.Teams == nil}
	for _, t := range y.Teams {
		part.Teams = append(part.Teams, TeamScope{Team: t})
	}
	scope := Scope{part}
	for _, l := range y.Lanes {
		part.Lane = l
		scope = append(scope, part)
	}
	return scope
}

const systemCols = "system_id, name, teams, lanes, made_at, made_by, revoked_at, scope"

func scanSystem(r scanner, brand string) (*System, error) {
	y := &System{Brand: brand}
	var teams, lanes string
	var made, revoked int64
	if err := r.Scan(&y.ID, &y.Name, &teams, &lanes, &made, &y.MadeBy, &revoked, &y.For); err != nil {
		return nil, err
	}
	if teams != "" {
		y.Teams = strings.Fields(teams)
	}
	y.Lanes, y.MadeAt, y.RevokedAt = strings.Fields(lanes), fromMicros(made), fromMicros(revoked)
	return y, nil
}

// MakeSystem stores a system with the hash of its key.
func (s *Store) MakeSystem(ctx context.Context, y *System, keyHash string) error {
	return s.update(ctx, y.Brand, byPerson, func(tx *Tx) error {
		_, err := tx.exec("INSERT INTO system (brand_id, system_id, name, key_hash, teams, lanes, made_at, made_by, revoked_at, scope) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)",
			y.Brand, y.ID, y.Name, keyHash, strings.Join(y.Teams, " "), strings.Join(y.Lanes, " "), micros(y.MadeAt), y.MadeBy, cmp.Or(y.For, ForCases))
		return err
	})
}

// RevokeSystem ends a system's key for good. NotFound when there is none.
func (s *Store) RevokeSystem(ctx context.Context, brand, id string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		var name string
		return tx.row("UPDATE system SET revoked_at = CASE WHEN revoked_at = 0 THEN $1 ELSE revoked_at END WHERE brand_id = $2 AND system_id = $3 RETURNING name",
			[]any{micros(tx.now), brand, id}, &name)
	})
}

// Systems are a brand's, the newest first, those whose keys are revoked too.
func (s *Store) Systems(ctx context.Context, brand string) ([]*System, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT "+systemCols+" FROM system WHERE brand_id = $1 ORDER BY made_at DESC, system_id", brand)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []*System
	err = eachRow(rows, func(r *sql.Rows) error {
		y, err := scanSystem(r, brand)
		list = append(list, y)
		return err
	})
	return list, s.failed(err)
}

// SystemByKey is the system of a key that is good; Unsigned where there is none.
func (s *Store) SystemByKey(ctx context.Context, brand, keyHash string) (*System, error) {
	y, err := scanSystem(s.readers.QueryRowContext(ctx, "SELECT "+systemCols+" FROM system WHERE brand_id = $1 AND key_hash = $2 AND revoked_at = 0", brand, keyHash), brand)
	if err = s.failed(err); sayline.KindOf(err) == sayline.NotFound {
		err = sayline.Errorf(sayline.Unsigned, "This key isn't one, or was revoked.")
	}
	if err != nil {
		return nil, err
	}
	return y, nil
}

// Once is a request that is acted on once: its key and what was asked, as hashes.
type Once struct{ Key, Digest string }

// first claims a request's key in the transaction of what it does. It is false
// for a repeat; the same key for something else is AtFault.
func (tx *Tx) first(brand string, o Once) (bool, error) {
	if o.Key == "" {
		return true, nil
	}
	n, err := tx.exec("INSERT INTO system_once (brand_id, key_hash, digest, at) VALUES ($1, $2, $3, $4) ON CONFLICT (brand_id, key_hash) DO NOTHING", brand, o.Key, o.Digest, micros(tx.now))
	if err != nil || n == 1 {
		return n == 1, err
	}
	var digest string
	if err := tx.row("SELECT digest FROM system_once WHERE brand_id = $1 AND key_hash = $2", []any{brand, o.Key}, &digest); err != nil {
		return false, err
	}
	if digest != o.Digest {
		return false, errOtherDigest
	}
	return false, nil
}
