package store

import (
	"context"
	"database/sql"
	"time"
)

// Done is the last public step of what was said at a touchpoint.
type Done struct {
	Topic   string // of the case
	Status  string // [sayline.StatusResolved] or [sayline.StatusAnswered]
	At      time.Time
	Moments int // of the case that led to it: since it was resolved before
}

// recentHere is how many of a touchpoint's newest moments are looked at for what
// came of them.
const recentHere = 200

// DoneAt is what came last of what was said at a touchpoint, not before since: a
// case of everybody's put right, or answered to all of it. Nil when there is none.
func (s *Store) DoneAt(ctx context.Context, brand, touchpoint string, since time.Time) (*Done, error) {
	var d Done
	var id string
	var at int64
	var episode int
	err := s.readers.QueryRowContext(ctx, "SELECT h.subject, h.at, h.episode, h.status, c.topic FROM history h JOIN cases c ON c.brand_id = h.brand_id AND c.case_id = h.subject"+
		" WHERE h.brand_id = $1 AND c.lane = '' AND h.status IN ('resolved', 'answered') AND h.at >= $2"+
		" AND h.subject IN (SELECT case_id FROM (SELECT case_id FROM moment WHERE brand_id = $3 AND touchpoint = $4 AND lane = '' AND case_id <> '' ORDER BY moment_id DESC LIMIT $5) AS newest)"+
		" ORDER BY h.at DESC, h.subject DESC, h.n DESC LIMIT 1",
		brand, micros(since), brand, touchpoint, recentHere).Scan(&id, &at, &episode, &d.Status, &d.Topic)
	if err == sql.ErrNoRows {
		return nil, nil
	}
	if err != nil {
		return nil, s.failed(err)
	}
	d.At = fromMicros(at)
	err = s.readers.QueryRowContext(ctx, "SELECT COUNT(*) FROM moment WHERE brand_id = $1 AND case_id = $2 AND episode <= $3 AND episode > "+
		"(SELECT COALESCE(MAX(h.episode), 0) FROM history h WHERE h.brand_id = $4 AND h.subject = $5 AND h.status IN ('resolved', 'closed') AND h.episode < $6)",
		brand, id, episode, brand, id, episode).Scan(&d.Moments)
	return &d, s.failed(err)
}
