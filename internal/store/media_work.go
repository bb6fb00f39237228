package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// MediaJob is a job on one photo or voice, leased to this process.
type MediaJob struct {
	sayline.Media
	Job      string
	Attempts int // this one included
}

// NextMedia is when the next job of a kind may be taken up; zero when none waits.
func (s *Store) NextMedia(ctx context.Context, job string) (time.Time, error) {
	var due int64
	err := s.askOne(ctx, "SELECT COALESCE(MIN(due_at), 0) FROM media WHERE job = $1 AND due_at > 0", []any{job}, &due)
	return fromMicros(due), s.failed(err)
}

// LeaseMedia takes jobs of a kind that are due, at most limit: for [MediaLease]
// nobody else does.
func (s *Store) LeaseMedia(ctx context.Context, job string, limit int) (list []MediaJob, err error) {
	err = s.update(ctx, "", byMachine, func(tx *Tx) error {
		list = nil
		rows, err := tx.query("UPDATE media SET due_at = $1, attempts = attempts + 1 WHERE (brand_id, media_id) IN "+
			"(SELECT brand_id, media_id FROM media WHERE job = $2 AND due_at > 0 AND due_at <= $3 ORDER BY due_at LIMIT $4 "+tx.engine.skipLocked()+") RETURNING "+mediaCols+", brand_id, job, attempts",
			micros(tx.now.Add(MediaLease)), job, micros(tx.now), limit)
		if err != nil {
			return err
		}
		return eachRow(rows, func(r *sql.Rows) error {
			var j MediaJob
			m, err := scanMedia(r, "", &j.Brand, &j.Job, &j.Attempts)
			brand := j.Brand
			j.Media = *m
			j.Brand = brand
			list = append(list, j)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// MediaReport is what came of a job.
type MediaReport struct {
	MediaJob               // with what it made of it: State, Type, Bytes, Width, Height, Transcript, Lang, Wordless
	Next     string        // the job after it; "" when nothing is left to do
	Again    time.Duration // with Next the same job: not before then
}

// ReportMedia stores what came of a job and tells who watches. gone says that it
// was not wanted any more: the moment was erased meanwhile, and so will be what
// the job left; or another had taken the job over.
func (s *Store) ReportMedia(ctx context.Context, rep MediaReport) (gone bool, err error) {
	err = s.update(ctx, rep.Brand, byMachine, func(tx *Tx) error {
		var moment, message string
		m := &rep.Media
		due := int64(0)
		if rep.Next != "" {
			due = micros(tx.now.Add(rep.Again))
		}
		attempts := 0
		if rep.Next == rep.Job {
			attempts = rep.Attempts
		}
		err := tx.row("UPDATE media SET state = $1, type = $2, bytes = $3, width = $4, height = $5, span = $6, transcript = $7, lang = $8, wordless = $9, job = $10, due_at = $11, attempts = $12 "+
			"WHERE brand_id = $13 AND media_id = $14 AND job = $15 AND attempts = $16 RETURNING moment_id, message_id",
			[]any{m.State, m.Type, m.Bytes, m.Width, m.Height, m.Duration.Microseconds(), m.Transcript, m.Lang, flag(m.Wordless), rep.Next, due, attempts, m.Brand, m.ID, rep.Job, rep.Attempts}, &moment, &message)
		gone = err == sql.ErrNoRows
		switch {
		case gone:
			return tx.strayMedia(m)
		case err != nil || rep.Next == rep.Job:
			return err
		}
		return tx.mediaReady(m.Brand, moment, message)
	})
	return gone, err
}

// strayMedia sees to it that nothing is left of what was erased while it was
// being worked on.
func (tx *Tx) strayMedia(m *sayline.Media) error {
	var n int
	if err := tx.row("SELECT COUNT(*) FROM media WHERE brand_id = $1 AND media_id = $2", []any{m.Brand, m.ID}, &n); err != nil || n > 0 {
		return err
	}
	return tx.eraseFiles(m.Brand, []string{m.ID}, tx.now)
}

// mediaReady tells whoever has the moment open, or the case of a reply.
func (tx *Tx) mediaReady(brand, moment, message string) error {
	e := sayline.Event{Brand: brand, Type: sayline.EventMediaReady, Moment: moment}
	if message != "" {
		err := tx.row("SELECT m.moment_id, c.case_id, c.lane, c.team FROM message m JOIN cases c ON c.brand_id = m.brand_id AND c.case_id = m.case_id WHERE m.brand_id = $1 AND m.message_id = $2",
			[]any{brand, message}, &e.Moment, &e.Case, &e.Lane, &e.Team)
		if err == nil {
			tx.event(e)
		}
		return err
	}
	err := tx.row("SELECT lane, case_id, team FROM moment WHERE brand_id = $1 AND moment_id = $2", []any{brand, moment}, &e.Lane, &e.Case, &e.Team)
	if err != nil {
		return err
	}
	tx.event(e)
	return nil
}

// Erasure is a file to be deleted.
type Erasure struct {
	Brand, ID string
	Passes    int // times it was deleted before
}

const (
	eraseLease = 2 * time.Minute
	eraseAgain = MediaLease + 10*time.Minute // when nobody can still be writing it
)

// NextErasure is when the next file is to be deleted; zero when none is.
func (s *Store) NextErasure(ctx context.Context) (time.Time, error) {
	var due int64
	err := s.askOne(ctx, "SELECT COALESCE(MIN(due_at), 0) FROM media_erase", nil, &due)
	return fromMicros(due), s.failed(err)
}

// LeaseErasures takes files that are to be deleted now, at most limit.
func (s *Store) LeaseErasures(ctx context.Context, limit int) (list []Erasure, err error) {
	err = s.update(ctx, "", byMachine, func(tx *Tx) error {
		list = nil
		rows, err := tx.query("UPDATE media_erase SET due_at = $1 WHERE (brand_id, media_id) IN "+
			"(SELECT brand_id, media_id FROM media_erase WHERE due_at <= $2 ORDER BY due_at LIMIT $3 "+tx.engine.skipLocked()+") RETURNING brand_id, media_id, passes",
			micros(tx.now.Add(eraseLease)), micros(tx.now), limit)
		if err != nil {
			return err
		}
		return eachRow(rows, func(r *sql.Rows) error {
			var e Erasure
			err := r.Scan(&e.Brand, &e.ID, &e.Passes)
			list = append(list, e)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// Erased says that files were deleted: once more later, then never again.
func (s *Store) Erased(ctx context.Context, list []Erasure) error {
	byBrand := map[string][]Erasure{}
	for _, e := range list {
		byBrand[e.Brand] = append(byBrand[e.Brand], e)
	}
	for brand, list := range byBrand {
		err := s.update(ctx, brand, byMachine, func(tx *Tx) error {
			for _, e := range list {
				text, args := "DELETE FROM media_erase WHERE brand_id = $1 AND media_id = $2 AND passes = $3", []any{e.Brand, e.ID, e.Passes}
				if e.Passes == 0 {
					text = "UPDATE media_erase SET due_at = $1, passes = 1 WHERE brand_id = $2 AND media_id = $3 AND passes = 0"
					args = []any{micros(tx.now.Add(eraseAgain)), e.Brand, e.ID}
				}
				if _, err := tx.exec(text, args...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
