package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// Lesson is what hand-overs teach: of so many cases of a topic (or, without one,
// a kind) at a touchpoint, so many went from the one team to the other.
type Lesson struct {
	From, To, Topic, Kind, Touchpoint string
	Times, Of                         int
}

// Lessons counts the hand-overs in the open since a time, and since somebody
// answered the same lesson, that happened at least so many times; the most
// frequent first. The cases of a lesson are those that are with the team before
// still, and those it gave away.
func (s *Store) Lessons(ctx context.Context, brand string, since time.Time, least int) ([]Lesson, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT h.from_team, h.to_team, h.topic, CASE WHEN h.topic = '' THEN h.kind ELSE '' END, h.touchpoint, COUNT(DISTINCT h.case_id) FROM handover h "+
		"LEFT JOIN lesson l ON l.brand_id = h.brand_id AND l.from_team = h.from_team AND l.to_team = h.to_team AND l.topic = h.topic AND l.kind = CASE WHEN h.topic = '' THEN h.kind ELSE '' END AND l.touchpoint = h.touchpoint "+
		"WHERE h.brand_id = $1 AND h.at >= $2 AND h.lane = '' AND h.touchpoint <> '' AND h.at > COALESCE(l.at, 0) GROUP BY h.from_team, h.to_team, h.topic, CASE WHEN h.topic = '' THEN h.kind ELSE '' END, h.touchpoint "+
		"HAVING COUNT(DISTINCT h.case_id) >= $3 ORDER BY 6 DESC, 1, 2, 3, 4, 5", brand, micros(since), least)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []Lesson
	if err = eachRow(rows, func(r *sql.Rows) error {
		var l Lesson
		err := r.Scan(&l.From, &l.To, &l.Topic, &l.Kind, &l.Touchpoint, &l.Times)
		list = append(list, l)
		return err
	}); err != nil {
		return nil, s.failed(err)
	}
	for i := range list {
		l := &list[i]
		var kept int
		if err := s.readers.QueryRowContext(ctx, "SELECT COUNT(DISTINCT m.case_id) FROM moment m JOIN cases c ON c.brand_id = m.brand_id AND c.case_id = m.case_id "+
			"WHERE m.brand_id = $1 AND m.touchpoint = $2 AND m.moment_id >= $3 AND m.lane = '' AND m.topic = $4 AND (m.topic <> '' OR m.kind = $5) AND c.team = $6",
			brand, l.Touchpoint, sayline.NewID(since, zeros{}), l.Topic, l.Kind, l.From).Scan(&kept); err != nil {
			return nil, s.failed(err)
		}
		l.Of = l.Times + kept
	}
	return list, nil
}

// AnswerLesson records that somebody took a lesson, or dismissed it: what was
// handed over until now is not counted for it again.
func (s *Store) AnswerLesson(ctx context.Context, brand string, l Lesson, person string, taken bool) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		_, err := tx.exec("INSERT INTO lesson (brand_id, from_team, to_team, topic, kind, touchpoint, at, by_person, taken) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "+
			"ON CONFLICT (brand_id, from_team, to_team, topic, kind, touchpoint) DO UPDATE SET at = excluded.at, by_person = excluded.by_person, taken = excluded.taken",
			brand, l.From, l.To, l.Topic, l.Kind, l.Touchpoint, micros(tx.now), person, flag(taken))
		return err
	})
}
