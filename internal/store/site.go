package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// SiteMost is how many pages of a brand's own site are kept, at most.
const SiteMost = 500

// siteTold is after how many pages read open maps are told of it.
const siteTold = 5

const sitePageCols = "url, state, title, says, page_changed_at, how, way_in, read_at, owner, dealt"

func scanSitePage(r scanner, brand string) (sayline.SitePage, error) {
	p := sayline.SitePage{Brand: brand}
	var says, changed, read int64
	var way, dealt int
	err := r.Scan(&p.URL, &p.State, &p.Title, &says, &changed, &p.How, &way, &read, &p.Owner, &dealt)
	p.Says, p.ChangedAt, p.ReadAt, p.WayIn, p.Dealt = fromMicros(says), fromMicros(changed), fromMicros(read), way != 0, dealt != 0
	return p, err
}

// ReadSite begins to read a brand's site anew. What was said about pages (who
// looks after them, that they are as they should be) stays; the rest is forgotten.
func (s *Store) ReadSite(ctx context.Context, r sayline.SiteRead) error {
	return s.update(ctx, r.Brand, byPerson, func(tx *Tx) error {
		if _, err := tx.exec("DELETE FROM site_page WHERE brand_id = $1 AND owner = '' AND dealt = 0", r.Brand); err != nil {
			return err
		}
		if _, err := tx.exec("UPDATE site_page SET state = 'other', n = 0, way_in = 0, page_changed_at = 0, says = 0 WHERE brand_id = $1", r.Brand); err != nil {
			return err
		}
		tx.mapEvent(r.Brand, r.By)
		_, err := tx.exec(`INSERT INTO site_read (brand_id, url, state, by_person, at, changed_at, spent, lease_until, trouble) VALUES ($1, $2, 'reading', $3, $4, $5, 0, 0, '')
			ON CONFLICT (brand_id) DO UPDATE SET url = excluded.url, state = 'reading', by_person = excluded.by_person, at = excluded.at, changed_at = excluded.changed_at, spent = 0, lease_until = 0, trouble = ''`,
			r.Brand, r.URL, r.By, micros(tx.now), micros(tx.now))
		return err
	})
}

// TurnSite stops a reading, or lets one that was stopped go on. NotFound where
// there is none to be stopped, or to go on.
func (s *Store) TurnSite(ctx context.Context, brand, person string, on bool) error {
	from, to := sayline.SiteReading, sayline.SiteStopped
	if on {
		from, to = to, from
	}
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		n, err := tx.exec("UPDATE site_read SET state = $1, changed_at = $2, lease_until = 0 WHERE brand_id = $3 AND state = $4", to, micros(tx.now), brand, from)
		if err == nil && n == 0 {
			err = sql.ErrNoRows
		}
		tx.mapEvent(brand, person)
		return err
	})
}

// SiteRead reads how far the reading of a brand's site is. NotFound when nobody asked for one.
func (s *Store) SiteRead(ctx context.Context, brand string) (*sayline.SiteRead, error) {
	r := &sayline.SiteRead{Brand: brand}
	var at, changed, spent int64
	err := s.askOne(ctx, `SELECT url, state, by_person, at, changed_at, spent, trouble,
		(SELECT COUNT(*) FROM site_page p WHERE p.brand_id = r.brand_id AND p.state = 'read'), (SELECT COUNT(*) FROM site_page p WHERE p.brand_id = r.brand_id AND p.state = 'waiting'),
		(SELECT COUNT(*) FROM site_page p WHERE p.brand_id = r.brand_id AND p.state = 'barred'), (SELECT COUNT(*) FROM site_page p WHERE p.brand_id = r.brand_id AND p.state = 'failed')
		FROM site_read r WHERE brand_id = $1`, []any{brand}, &r.URL, &r.State, &r.By, &at, &changed, &spent, &r.Trouble, &r.Read, &r.Left, &r.Barred, &r.Failed)
	if err != nil {
		return nil, s.failed(err)
	}
	r.At, r.ChangedAt, r.Spent = fromMicros(at), fromMicros(changed), time.Duration(spent)*time.Microsecond
	return r, nil
}

// SitePages reads the pages of a brand's site, in the order in which they were found.
func (s *Store) SitePages(ctx context.Context, brand string) ([]sayline.SitePage, error) {
	rows, err := s.ask(ctx, "SELECT "+sitePageCols+" FROM site_page WHERE brand_id = $1 ORDER BY n, url", brand)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []sayline.SitePage
	err = eachRow(rows, func(r *sql.Rows) error {
		p, err := scanSitePage(r, brand)
		list = append(list, p)
		return err
	})
	return list, s.failed(err)
}

// LeaseSite takes a reading that nobody does, for so long; nil when there is
// none. A lease that ran out is taken anew: its reader is no more.
func (s *Store) LeaseSite(ctx context.Context, lease time.Duration) (*sayline.SiteRead, error) {
	var brand string
	err := s.update(ctx, "", byMachine, func(tx *Tx) error {
		brand = ""
		rows, err := tx.query("UPDATE site_read SET lease_until = $1 WHERE brand_id IN (SELECT brand_id FROM site_read WHERE state = 'reading' AND lease_until <= $2 ORDER BY lease_until LIMIT 1 "+
			tx.engine.skipLocked()+") RETURNING brand_id", micros(tx.now.Add(lease)), micros(tx.now))
		if err != nil {
			return err
		}
		return eachRow(rows, func(r *sql.Rows) error { return r.Scan(&brand) })
	})
	if err != nil || brand == "" {
		return nil, err
	}
	return s.SiteRead(ctx, brand)
}

// NextSitePage reads the page that is to be read next; NotFound when none is.
func (s *Store) NextSitePage(ctx context.Context, brand string) (sayline.SitePage, error) {
	rows, err := s.ask(ctx, "SELECT "+sitePageCols+" FROM site_page WHERE brand_id = $1 AND state = 'waiting' ORDER BY n LIMIT 1", brand)
	if err != nil {
		return sayline.SitePage{}, s.failed(err)
	}
	var p sayline.SitePage
	none := sql.ErrNoRows
	err = eachRow(rows, func(r *sql.Rows) (err error) {
		none = nil
		p, err = scanSitePage(r, brand)
		return err
	})
	if err == nil {
		err = none
	}
	return p, s.failed(err)
}

// SiteStep is what one step of a reading came to: a page that was read, if any,
// and pages that were found.
type SiteStep struct {
	Brand string
	Page  *sayline.SitePage
	Found []sayline.SitePage // their URL, and Says where the sitemap says it
	Spent time.Duration
	Lease time.Duration // for which the reader goes on; 0 when it ends
	State string        // "" to go on, else how it ended
	Why   string        // the trouble, if any
}

// StepSite keeps a step. It gives false when the reading was stopped or begun
// anew meanwhile (at is when this one began): then the reader is to let go.
func (s *Store) StepSite(ctx context.Context, at time.Time, x SiteStep) (goOn bool, err error) {
	err = s.update(ctx, x.Brand, byMachine, func(tx *Tx) error {
		goOn = false
		until := int64(0)
		if x.Lease > 0 {
			until = micros(tx.now.Add(x.Lease))
		}
		state := x.State
		if state == "" {
			state = sayline.SiteReading
		}
		n, err := tx.exec("UPDATE site_read SET state = $1, trouble = $2, changed_at = $3, lease_until = $4, spent = spent + $5 WHERE brand_id = $6 AND at = $7 AND state = 'reading'",
			state, x.Why, micros(tx.now), until, x.Spent.Microseconds(), x.Brand, micros(at))
		if err != nil || n == 0 {
			return err
		}
		read := 0
		if p := x.Page; p != nil {
			if _, err := tx.exec("UPDATE site_page SET state = $1, title = $2, page_changed_at = $3, how = $4, way_in = $5, read_at = $6 WHERE brand_id = $7 AND url = $8",
				p.State, p.Title, micros(p.ChangedAt), p.How, flag(p.WayIn), micros(tx.now), x.Brand, p.URL); err != nil {
				return err
			}
		}
		if err := tx.row("SELECT COUNT(*) FROM site_page WHERE brand_id = $1 AND state = 'read'", []any{x.Brand}, &read); err != nil {
			return err
		}
		if x.State != "" || read%siteTold == 0 {
			tx.mapEvent(x.Brand, "")
		}
		goOn = x.State == ""
		return tx.foundPages(x.Brand, x.Found)
	})
	return goOn && err == nil, err
}

// foundPages puts pages that are new behind those that are known, as many as may be.
func (tx *Tx) foundPages(brand string, found []sayline.SitePage) error {
	if len(found) == 0 {
		return nil
	}
	var n, last int
	if err := tx.row("SELECT COUNT(*), COALESCE(MAX(n), 0) FROM site_page WHERE brand_id = $1 AND n > 0", []any{brand}, &n, &last); err != nil {
		return err
	}
	for i := range found {
		if n >= SiteMost {
			return nil
		}
		p := &found[i]
		written, err := tx.exec("INSERT INTO site_page (brand_id, "+sitePageCols+`, n) VALUES ($1, $2, 'waiting', '', $3, 0, '', 0, 0, '', 0, $4)
			ON CONFLICT (brand_id, url) DO UPDATE SET state = 'waiting', n = excluded.n, says = excluded.says WHERE site_page.n = 0`, brand, p.URL, micros(p.Says), last+1)
		if err != nil {
			return err
		}
		n, last = n+int(written), last+int(written)
	}
	return nil
}

// MarkSitePage says who looks after a page, and whether it is as it should be.
// NotFound when there is no such page.
func (s *Store) MarkSitePage(ctx context.Context, brand, url, owner string, dealt bool, person string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		n, err := tx.exec("UPDATE site_page SET owner = $1, dealt = $2 WHERE brand_id = $3 AND url = $4", owner, flag(dealt), brand, url)
		if err == nil && n == 0 {
			err = sql.ErrNoRows
		}
		tx.mapEvent(brand, person)
		return err
	})
}
