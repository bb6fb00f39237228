package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/sayline/sayline"
)

// mostSnapshots is how many snapshots of its map a brand may keep.
const mostSnapshots = 200

// KeepSnapshot keeps a snapshot of a brand's map. AtFault when there are too many.
func (s *Store) KeepSnapshot(ctx context.Context, m *sayline.MapSnapshot) error {
	document, err := json.Marshal(m.MapThen)
	if err != nil {
		return s.failed(err)
	}
	return s.update(ctx, m.Brand, byPerson, func(tx *Tx) error {
		var n int
		if err := tx.row("SELECT COUNT(*) FROM map_snapshot WHERE brand_id = $1", []any{m.Brand}, &n); err != nil {
			return err
		}
		if n >= mostSnapshots {
			return sayline.Errorf(sayline.AtFault, "There are %d snapshots of the map. Please let some go first.", n)
		}
		_, err := tx.exec("INSERT INTO map_snapshot (brand_id, snapshot_id, name, by_person, at, version, days, document) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
			m.Brand, m.ID, m.Name, m.By, micros(m.At), m.Version, m.Days, string(document))
		return err
	})
}

// DropSnapshot lets go of a snapshot. NotFound when there is none.
func (s *Store) DropSnapshot(ctx context.Context, brand, id string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		n, err := tx.exec("DELETE FROM map_snapshot WHERE brand_id = $1 AND snapshot_id = $2", brand, id)
		if err == nil && n == 0 {
			return sql.ErrNoRows
		}
		return err
	})
}

// Snapshots reads the snapshots of a brand's map, the newest first.
func (s *Store) Snapshots(ctx context.Context, brand string) ([]*sayline.MapSnapshot, error) {
	rows, err := s.ask(ctx, "SELECT snapshot_id, name, by_person, at, version, days, document FROM map_snapshot WHERE brand_id = $1 ORDER BY snapshot_id DESC", brand)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []*sayline.MapSnapshot
	err = eachRow(rows, func(r *sql.Rows) error {
		m := &sayline.MapSnapshot{Brand: brand}
		var at int64
		var document string
		if err := r.Scan(&m.ID, &m.Name, &m.By, &at, &m.Version, &m.Days, &document); err != nil {
			return err
		}
		m.At = fromMicros(at)
		list = append(list, m)
		return json.Unmarshal([]byte(document), &m.MapThen)
	})
	return list, s.failed(err)
}
