package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// Written is a reply or a note with what comes with it.
type Written struct {
	*sayline.Message
	Mentions []string        // people named in a note, by id
	Pages    []sayline.Page  // that tell them: person, channel, address
	Media    []sayline.Media // photos and voices of a reply, their files durable
	Planned  time.Time       // when those were planned ([Store.PlanMedia])
}

// AddMessage stores a reply (to one author, or with Moment "" to all of the
// case) or a note. A reply acknowledges, and ends the acknowledgement time-out.
func (s *Store) AddMessage(ctx context.Context, a Act, m *sayline.Message) error {
	return s.Write(ctx, a, Written{Message: m})
}

// Write is AddMessage with what comes with it. A reply that asks for more is no
// answer: the author's clock runs on, and what they send then is taken.
func (s *Store) Write(ctx context.Context, a Act, w Written) error {
	return s.change(ctx, a, func(tx *Tx, c *sayline.Case) error {
		m := w.Message
		m.Brand, m.Case, m.Episode, m.By, m.At = c.Brand, c.ID, c.Episode, a.Person, tx.now
		if m.Moment != "" {
			var n int
			if err := tx.row("SELECT COUNT(*) FROM moment WHERE brand_id = $1 AND moment_id = $2 AND case_id = $3", []any{c.Brand, m.Moment, c.ID}, &n); err != nil {
				return err
			}
			if n == 0 {
				return sayline.Errorf(sayline.NotFound, "That moment is not in this case.")
			}
		}
		if tx.late(w.Media, w.Planned) {
			return errPlan
		}
		if err := tx.insertMessage(m); err != nil {
			return err
		}
		if err := tx.keepReplyMedia(c, m, w.Media); err != nil {
			return err
		}
		if m.Direction == sayline.Note {
			tx.noted(c)
			tx.caseEvent(c, sayline.EventCaseNoted, a.Person)
			if err := tx.mention(c, &w); err != nil {
				return err
			}
			return tx.opened(a, c)
		}
		return tx.answered(a, c, m)
	})
}

func (tx *Tx) answered(a Act, c *sayline.Case, m *sayline.Message) error {
	if c.State != sayline.CaseResolved {
		if err := tx.acknowledge(a, c); err != nil {
			return err
		}
		tx.noted(c)
	}
	status := sayline.StatusAnswered
	if m.Asks {
		status = sayline.StatusNeedsInfo
	} else {
		if err := tx.clockAnswer(a, c); err != nil {
			return err
		}
	}
	subject := c.ID
	if m.Moment != "" {
		subject = m.Moment
	}
	if err := tx.history(c.Brand, subject, c.Episode, status, a.Person, ""); err != nil {
		return err
	}
	tx.event(sayline.Event{Brand: c.Brand, Type: sayline.EventCaseAnswered, Lane: c.Lane, Case: c.ID, Moment: m.Moment, Team: c.Team, Person: a.Person})
	return nil
}

// keepReplyMedia takes planned files over for a reply.
func (tx *Tx) keepReplyMedia(c *sayline.Case, m *sayline.Message, media []sayline.Media) error {
	for i := range media {
		x := &media[i]
		x.Brand, x.Message, x.N = m.Brand, m.ID, i+1
		row := []any{x.Brand, x.ID, "", x.Message, x.N, x.Kind, sayline.MediaRaw, x.Type, x.Bytes, x.Width, x.Height, x.Duration.Microseconds(), "", "", 0, x.Digest, JobClean, micros(tx.now), 0}
		if err := tx.insert(mediaTable, [][]any{row}); err != nil {
			return err
		}
		if _, err := tx.exec("DELETE FROM media_erase WHERE brand_id = $1 AND media_id = $2", x.Brand, x.ID); err != nil {
			return err
		}
	}
	if len(media) > 0 {
		tx.event(sayline.Event{Brand: m.Brand, Type: sayline.EventMediaMade, Lane: c.Lane, Case: m.Case, Moment: m.Moment, Team: c.Team})
	}
	return nil
}

// forgetReplies deletes messages with their media and whom they named: those of
// a moment, or with moment "" those to all of a case, and its notes.
func (tx *Tx) forgetReplies(brand, caseID, moment string) error {
	which, args := "(SELECT message_id FROM message WHERE brand_id = $B AND moment_id = $M)", []any{brand, moment}
	if moment == "" {
		which, args = "(SELECT message_id FROM message WHERE brand_id = $B AND case_id = $M AND moment_id = '')", []any{brand, caseID}
	}
	for _, x := range []struct {
		text  string
		first []any
	}{
		{"INSERT INTO media_erase (brand_id, media_id, due_at, passes) SELECT brand_id, media_id, $1, 0 FROM media WHERE message_id <> '' AND brand_id = $2 AND message_id IN ", []any{micros(tx.now), brand}},
		{"DELETE FROM media WHERE message_id <> '' AND brand_id = $1 AND message_id IN ", []any{brand}},
		{"DELETE FROM mention WHERE brand_id = $1 AND message_id IN ", []any{brand}},
		{"DELETE FROM message WHERE brand_id = $1 AND message_id IN ", []any{brand}},
	} {
		n := len(x.first)
		those := strings.NewReplacer("$B", "$"+strconv.Itoa(n+1), "$M", "$"+strconv.Itoa(n+2)).Replace(which)
		if _, err := tx.exec(x.text+those, slices.Concat(x.first, args)...); err != nil {
			return err
		}
	}
	return nil
}

// MediaOfMessages reads the media of some replies, each reply's in their order.
func (s *Store) MediaOfMessages(ctx context.Context, brand string, messages []string) (map[string][]*sayline.Media, error) {
	found := map[string][]*sayline.Media{}
	err := s.inLots(ctx, "SELECT "+mediaCols+" FROM media WHERE message_id <> '' AND brand_id = $1 AND message_id", brand, unique(messages), func(r *sql.Rows) error {
		m, err := scanMedia(r, brand)
		list := append(found[m.Message], m)
		for i := len(list) - 1; i > 0 && list[i].N < list[i-1].N; i-- {
			list[i], list[i-1] = list[i-1], list[i]
		}
		found[m.Message] = list
		return err
	})
	return found, err
}

// ReplyMedia reads one photo or voice of a reply, with the message it came with:
// whoever shows it asks who may read that.
func (s *Store) ReplyMedia(ctx context.Context, brand, id string) (*sayline.Media, *sayline.Message, error) {
	m, err := scanMedia(s.readers.QueryRowContext(ctx, "SELECT "+mediaCols+" FROM media WHERE brand_id = $1 AND media_id = $2 AND message_id <> ''", brand, id), brand)
	if err != nil {
		return nil, nil, s.failed(err)
	}
	list, err := s.messages(ctx, brand, "SELECT "+messageCols+" FROM message WHERE brand_id = $1 AND message_id = $2", brand, m.Message)
	if err != nil {
		return nil, nil, err
	}
	if len(list) == 0 {
		return nil, nil, sayline.Errorf(sayline.NotFound, "There is no such thing here.")
	}
	return m, &list[0], nil
}
