package store

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"strconv"

	"github.com/sayline/sayline"
)

// followUp tells those whom a case's pages had reached what became of it: it was
// taken back, or is another team's. By the same ways, once each, and only the
// newest episode's: who heard of it earlier was told since that it was dealt with.
// Call it when what was queued is cancelled. That one of its moments is another
// team's is told each time, and what asks for the others stays.
func (tx *Tx) followUp(c *sayline.Case, episode int, says string) error {
	f := Firing{Step: sayline.Step{Brand: c.Brand, Case: c.ID, Episode: episode, Loop: followLoop}}
	if says == sayline.PageOneMoved {
		if err := tx.row("SELECT COALESCE(MAX(n), 0) + 1 FROM page WHERE brand_id = $1 AND case_id = $2 AND episode = $3 AND loop = $4", []any{c.Brand, c.ID, episode, followLoop}, &f.Step.N); err != nil {
			return err
		}
	}
	rows, err := tx.query("SELECT MAX(page_id), person, channel, address, MAX(role) FROM page WHERE brand_id = $1 AND case_id = $2 AND episode = $3 AND channel <> 'desk' AND says = '' AND state IN ('sending', 'accepted', 'delivered', 'opened', 'acted', 'unknown') GROUP BY person, channel, address ORDER BY person, channel, address",
		c.Brand, c.ID, episode)
	if err != nil {
		return err
	}
	if err := eachRow(rows, func(r *sql.Rows) error {
		p := sayline.Page{Says: says, Calm: true}
		var after string
		err := r.Scan(&after, &p.Person, &p.Channel, &p.Address, &p.Role)
		p.ID = tx.idAfter(after, says+" "+strconv.Itoa(f.Step.N))
		f.Pages = append(f.Pages, p)
		return err
	}); err != nil {
		return err
	}
	made, err := tx.insertPages(&f)
	if err != nil {
		return err
	}
	for _, p := range made {
		tx.event(sayline.Event{Brand: p.Brand, Type: sayline.EventPageMade, Lane: c.Lane, Case: p.Case, Team: c.Team, Person: p.Person, Page: p.ID})
	}
	return nil
}

// idAfter makes the id of what follows a page: always the same, so that it needs
// no source of chance here.
func (tx *Tx) idAfter(page, says string) string {
	sum := sha256.Sum256([]byte(page + " " + says))
	return sayline.NewID(tx.now, bytes.NewReader(sum[:]))
}

// followLoop stands where a page that asks has its loop: before them all.
const followLoop = -1
