package store

import (
	"context"
	"database/sql"

	"github.com/sayline/sayline"
)

// mention keeps whom a note names, and queues what tells them: pages outside the
// case's steps, of loop -1, that nobody's "I'm on it" takes back.
func (tx *Tx) mention(c *sayline.Case, w *Written) error {
	if len(w.Mentions) == 0 {
		return nil
	}
	for _, person := range w.Mentions {
		if _, err := tx.exec("INSERT INTO mention (brand_id, message_id, person, case_id, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (brand_id, message_id, person) DO NOTHING",
			c.Brand, w.ID, person, c.ID, micros(tx.now)); err != nil {
			return err
		}
	}
	var n int
	if err := tx.row("SELECT COALESCE(MAX(n), 0) + 1 FROM page WHERE brand_id = $1 AND case_id = $2 AND episode = $3 AND loop = $4", []any{c.Brand, c.ID, c.Episode, sayline.MentionLoop}, &n); err != nil {
		return err
	}
	for i := range w.Pages {
		w.Pages[i].Role = sayline.ForMention
	}
	made, err := tx.insertPages(&Firing{Step: sayline.Step{Brand: c.Brand, Case: c.ID, Episode: c.Episode, Loop: sayline.MentionLoop, N: n}, Pages: w.Pages})
	if err != nil {
		return err
	}
	for _, p := range made {
		tx.event(sayline.Event{Brand: p.Brand, Type: sayline.EventPageMade, Lane: c.Lane, Case: p.Case, Team: c.Team, Person: p.Person, Page: p.ID})
	}
	return nil
}

// LastMention is the latest note of a case in which a person is named; NotFound
// when there is none.
func (s *Store) LastMention(ctx context.Context, brand, caseID, person string) (*sayline.Message, error) {
	list, err := s.messages(ctx, brand, "SELECT "+messageCols+" FROM message WHERE brand_id = $1 AND message_id = "+
		"(SELECT MAX(message_id) FROM mention WHERE brand_id = $2 AND case_id = $3 AND person = $4)", brand, brand, caseID, person)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, s.failed(sql.ErrNoRows)
	}
	return &list[0], nil
}

// Mentions reads who is named in the notes of a case: message → people.
func (s *Store) Mentions(ctx context.Context, brand, caseID string) (map[string][]string, error) {
	rows, err := s.ask(ctx, "SELECT message_id, person FROM mention WHERE brand_id = $1 AND case_id = $2 ORDER BY message_id, person", brand, caseID)
	if err != nil {
		return nil, s.failed(err)
	}
	named := map[string][]string{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var message, person string
		err := r.Scan(&message, &person)
		named[message] = append(named[message], person)
		return err
	})
	return named, s.failed(err)
}
