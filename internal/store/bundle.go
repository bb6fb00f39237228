package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// Bundling: what can wait and comes thick goes into one message.
const (
	bundleAfter  = 3               // pages to one contact
	bundleWithin = 2 * time.Minute // in so long
	mostBundled  = 50              // in one message
)

// crowds are the contacts that get pages in one lot. What of it is not in the
// table yet is added up here.
type crowds map[contact]*crowd

type contact struct{ person, channel, address string }

// crowd is how many pages a contact got lately, and when its next message of
// several leaves.
type crowd struct {
	read   bool // what the table knows; until then only what is added to it
	recent int
	next   time.Time
}

func (all crowds) of(p *sayline.Page) *crowd {
	who := contact{p.Person, p.Channel, p.Address}
	if all[who] == nil {
		all[who] = &crowd{}
	}
	return all[who]
}

// bundle says of new pages which can wait, and which of these go with others to
// the same contact. What is urgent never waits, the first of a kind neither, and
// a private lane's case is never put beside others.
func (tx *Tx) bundle(pages []sayline.Page, c *sayline.Case, all crowds) error {
	calm := c.Urgency != sayline.Urgent && c.Urgency != sayline.Critical
	for i := range pages {
		p := &pages[i]
		p.Calm = calm
		if p.Channel == sayline.ByDesk {
			continue
		}
		k := all.of(p)
		if calm && c.Lane == "" {
			if err := tx.putOff(k, p, c.Brand); err != nil {
				return err
			}
		}
		k.recent++
	}
	return nil
}

// putOff puts a page off to the next message of its contact, if that gets many.
// All that waits for the end of somebody's quiet hours comes at once then.
func (tx *Tx) putOff(k *crowd, p *sayline.Page, brand string) error {
	if !p.From.IsZero() {
		p.Bundled = true
		return nil
	}
	if err := tx.readCrowd(k, p, brand); err != nil || k.recent < bundleAfter {
		return err
	}
	if k.next.IsZero() {
		k.next = tx.now.Add(bundleWithin)
	}
	p.Bundled, p.From = true, k.next
	return nil
}

// readCrowd reads, once a lot, what a contact got before.
func (tx *Tx) readCrowd(k *crowd, p *sayline.Page, brand string) error {
	if k.read {
		return nil
	}
	k.read = true
	var recent int
	err := tx.row("SELECT COUNT(*) FROM (SELECT page_id FROM page WHERE brand_id = $1 AND person = $2 AND channel = $3 AND address = $4 AND channel <> 'desk' AND created_at > $5 LIMIT $6) p",
		[]any{brand, p.Person, p.Channel, p.Address, micros(tx.now.Add(-bundleWithin)), bundleAfter}, &recent)
	if err != nil {
		return err
	}
	k.recent += recent
	var next int64
	err = tx.row("SELECT from_at FROM page WHERE brand_id = $1 AND person = $2 AND channel = $3 AND address = $4 AND state = 'queued' AND bundled = 1 AND from_at > $5 AND from_at <= $6 LIMIT 1",
		[]any{brand, p.Person, p.Channel, p.Address, micros(tx.now), micros(tx.now.Add(bundleWithin))}, &next)
	if err == sql.ErrNoRows {
		return nil
	}
	k.next = fromMicros(next)
	return err
}

// Lately is what a contact got in the last two minutes, by which it is told
// whether the next page goes with others.
type Lately struct {
	Made []time.Time
	Next time.Time // when their next message of several leaves; zero for none
}

// Lately reads it for a time.
func (s *Store) Lately(ctx context.Context, brand, person string, k sayline.Contact, at time.Time) (l Lately, err error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT created_at, CASE WHEN state = 'queued' AND bundled = 1 THEN from_at ELSE 0 END FROM page "+
		"WHERE brand_id = $1 AND person = $2 AND channel = $3 AND address = $4 AND created_at > $5 ORDER BY created_at LIMIT $6",
		brand, person, k.Channel, k.Address, micros(at.Add(-bundleWithin)), mostBundled)
	if err != nil {
		return l, s.failed(err)
	}
	err = eachRow(rows, func(r *sql.Rows) error {
		var made, from int64
		err := r.Scan(&made, &from)
		l.Made = append(l.Made, fromMicros(made))
		if next := fromMicros(from); next.After(at) && !next.After(at.Add(bundleWithin)) {
			l.Next = next
		}
		return err
	})
	return l, s.failed(err)
}

// Page notes a page made for the contact at a time, of something that can wait
// or cannot, and gives when it leaves together with others; zero where it leaves
// by itself. It is what [Store.FireSteps] does, told without a database.
func (l *Lately) Page(at time.Time, waits bool) (together time.Time) {
	recent := 0
	for _, made := range l.Made {
		if made.After(at.Add(-bundleWithin)) {
			recent++
		}
	}
	l.Made = append(l.Made, at)
	if !waits || recent < bundleAfter {
		return time.Time{}
	}
	if !l.Next.After(at) || l.Next.After(at.Add(bundleWithin)) {
		l.Next = at.Add(bundleWithin)
	}
	return l.Next
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// companions takes, with pages that are bundled, the others that wait for the
// same contact by now.
func (tx *Tx) companions(channel string, list []sayline.Page) ([]sayline.Page, error) {
	type whose struct{ brand, person, address string }
	known := map[whose]bool{}
	for _, p := range list {
		k := whose{p.Brand, p.Person, p.Address}
		if !p.Bundled || known[k] {
			continue
		}
		known[k] = true
		rows, err := tx.query("UPDATE page SET state = 'sending', lease_until = $1, attempts = attempts + 1 WHERE (brand_id, page_id) IN "+
			"(SELECT brand_id, page_id FROM page WHERE state = 'queued' AND bundled = 1 AND next_at <= $2 AND channel = $3 AND brand_id = $4 AND person = $5 AND address = $6 ORDER BY next_at LIMIT $7 "+tx.engine.skipLocked()+") RETURNING "+pageCols,
			micros(tx.now.Add(sayline.Lease)), micros(tx.now), channel, k.brand, k.person, k.address, mostBundled)
		if err != nil {
			return nil, err
		}
		if err := eachRow(rows, func(r *sql.Rows) error {
			p, err := scanPage(r)
			list = append(list, p)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return list, nil
}
