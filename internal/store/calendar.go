package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

const copyCols = "calendar_id, url, etag, modified, body, tried_at, good_at, failing_at, trouble"

// ClaimCalendar gives one process the turn to read a calendar: true when nobody
// has tried for so long. Of another address than before there is no copy yet.
func (s *Store) ClaimCalendar(ctx context.Context, brand string, k sayline.Calendar, every time.Duration) (claimed bool, err error) {
	err = s.update(ctx, brand, byMachine, func(tx *Tx) error {
		claimed = false
		n, err := tx.exec("UPDATE duty_calendar SET tried_at = $1 WHERE brand_id = $2 AND calendar_id = $3 AND url = $4 AND tried_at <= $5", micros(tx.now), brand, k.ID, k.URL, micros(tx.now.Add(-every)))
		if err != nil || n > 0 {
			claimed = n > 0
			return err
		}
		n, err = tx.exec("INSERT INTO duty_calendar (brand_id, "+copyCols+`) VALUES ($1, $2, $3, '', '', '', $4, 0, 0, '')
			ON CONFLICT (brand_id, calendar_id) DO UPDATE SET url = excluded.url, etag = '', modified = '', body = '', tried_at = excluded.tried_at, good_at = 0, failing_at = 0, trouble = ''
			WHERE duty_calendar.url <> excluded.url`, brand, k.ID, k.URL, micros(tx.now))
		claimed = n > 0
		return err
	})
	return claimed && err == nil, err
}

// KeepCalendar keeps a good copy of a calendar: a new one, or the one there is
// when same says that nothing changed.
func (s *Store) KeepCalendar(ctx context.Context, c sayline.CalendarCopy, same bool) error {
	return s.update(ctx, c.Brand, byMachine, func(tx *Tx) error {
		if same {
			_, err := tx.exec("UPDATE duty_calendar SET good_at = $1, failing_at = 0, trouble = '' WHERE brand_id = $2 AND calendar_id = $3 AND url = $4", micros(tx.now), c.Brand, c.ID, c.URL)
			return err
		}
		tx.event(sayline.Event{Brand: c.Brand, Type: sayline.EventDutyChanged})
		_, err := tx.exec("UPDATE duty_calendar SET etag = $1, modified = $2, body = $3, good_at = $4, failing_at = 0, trouble = '' WHERE brand_id = $5 AND calendar_id = $6 AND url = $7",
			c.ETag, c.Modified, c.Body, micros(tx.now), c.Brand, c.ID, c.URL)
		return err
	})
}

// FailCalendar says that a calendar could not be read, and why. Its last good
// copy stays.
func (s *Store) FailCalendar(ctx context.Context, brand string, k sayline.Calendar, trouble string) error {
	return s.update(ctx, brand, byMachine, func(tx *Tx) error {
		_, err := tx.exec("UPDATE duty_calendar SET trouble = $1, failing_at = CASE WHEN failing_at = 0 THEN $2 ELSE failing_at END WHERE brand_id = $3 AND calendar_id = $4 AND url = $5",
			trouble, micros(tx.now), brand, k.ID, k.URL)
		return err
	})
}

// Calendars reads the copies of a brand's calendars, by id.
func (s *Store) Calendars(ctx context.Context, brand string) ([]sayline.CalendarCopy, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT "+copyCols+" FROM duty_calendar WHERE brand_id = $1 ORDER BY calendar_id", brand)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []sayline.CalendarCopy
	err = eachRow(rows, func(r *sql.Rows) error {
		c := sayline.CalendarCopy{Brand: brand}
		var tried, good, failing int64
		err := r.Scan(&c.ID, &c.URL, &c.ETag, &c.Modified, &c.Body, &tried, &good, &failing, &c.Trouble)
		c.TriedAt, c.GoodAt, c.FailingAt = fromMicros(tried), fromMicros(good), fromMicros(failing)
		list = append(list, c)
		return err
	})
	return list, s.failed(err)
}

// FeedNumber is how often the secret address of a calendar that goes out was
// changed: of a noun (person, team) and its id. It is part of the address.
func (s *Store) FeedNumber(ctx context.Context, brand, noun, id string) (int, error) {
	var n int
	err := s.readers.QueryRowContext(ctx, "SELECT n FROM duty_feed WHERE brand_id = $1 AND noun = $2 AND noun_id = $3", brand, noun, id).Scan(&n)
	if err == sql.ErrNoRows {
		return 0, nil
	}
	return n, s.failed(err)
}

// RevokeFeed changes that address: the one before opens nothing any more.
func (s *Store) RevokeFeed(ctx context.Context, brand, noun, id string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		_, err := tx.exec("INSERT INTO duty_feed (brand_id, noun, noun_id, n) VALUES ($1, $2, $3, 1) ON CONFLICT (brand_id, noun, noun_id) DO UPDATE SET n = duty_feed.n + 1", brand, noun, id)
		return err
	})
}
