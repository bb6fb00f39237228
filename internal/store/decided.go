package store

import (
	"context"
	"database/sql"
	"time"
)

// DecisionBefore is a decision that another replaced: what it was, until when,
// and who replaced it, "" when it was what the author added, [ByAlarm] for an alarm.
type DecisionBefore struct {
	At      time.Time // it was replaced
	Version int
	Rule    int
	Team    string
	Case    string // it led to
	By      string
}

// DecisionsBefore reads the decisions for a moment that were replaced, the first first.
func (s *Store) DecisionsBefore(ctx context.Context, brand, moment string) ([]DecisionBefore, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT at, version, rule, team, case_id, by_person FROM decision_before WHERE brand_id = $1 AND moment_id = $2 ORDER BY at", brand, moment)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []DecisionBefore
	err = eachRow(rows, func(r *sql.Rows) error {
		var d DecisionBefore
		var at int64
		err := r.Scan(&at, &d.Version, &d.Rule, &d.Team, &d.Case, &d.By)
		d.At = fromMicros(at)
		list = append(list, d)
		return err
	})
	return list, s.failed(err)
}
