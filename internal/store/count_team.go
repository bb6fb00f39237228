package store

import (
	"database/sql"

	"github.com/sayline/sayline"
)

// recountTeam counts moments of a case that are about to become another team's
// under it, before their rows say so.
func (tx *Tx) recountTeam(c *sayline.Case, w which, team string) error {
	rows, err := tx.query("SELECT "+momentCols+" FROM moment WHERE brand_id = $1 AND case_id = $2 AND moment_id >= $3 AND moment_id <= $4 AND team <> $5",
		c.Brand, c.ID, w.first, w.last, team)
	if err != nil {
		return err
	}
	return eachRow(rows, func(r *sql.Rows) error {
		m, err := scanMoment(r, c.Brand)
		if err != nil {
			return err
		}
		zone := sayline.Zone(m.Zone)
		tx.countMoment(m, zone, -1)
		m.Decision.Team = team
		tx.countMoment(m, zone, +1)
		return nil
	})
}
