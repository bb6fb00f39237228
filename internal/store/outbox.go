package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// What the pager reads on the way out, a lot at a time.

// Due is a step that is due, with what its pages are made of.
type Due struct {
	Step       sayline.Step
	Case       *sayline.Case
	Place      string // where the moment was said
	Touchpoint string
	Also       []string // teams its decision informs
}

// Due reads the steps that are due with their cases, oldest first, at most
// limit, of all brands.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) ([]Due, error) {
	rows, err := s.ask(ctx, "SELECT s.brand_id, s.loop, s.n, s.moment_id, s.due_at, s.episode, COALESCE(m.place, ''), COALESCE(m.touchpoint, ''), COALESCE(m.detail, '{}'), "+of("c", caseCols)+
		" FROM step s JOIN cases c ON c.brand_id = s.brand_id AND c.case_id = s.case_id LEFT JOIN moment m ON m.brand_id = s.brand_id AND m.moment_id = s.moment_id"+
		" WHERE s.state = 'waiting' AND s.due_at <= $1 ORDER BY s.due_at LIMIT $2", micros(now), limit)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []Due
	err = eachRow(rows, func(r *sql.Rows) error {
		d := Due{Step: sayline.Step{State: sayline.StepWaiting}}
		var due int64
		var text string
		c, err := scanCase(scanAfter{r, []any{&d.Step.Brand, &d.Step.Loop, &d.Step.N, &d.Step.Moment, &due, &d.Step.Episode, &d.Place, &d.Touchpoint, &text}}, "")
		if err != nil {
			return err
		}
		c.Brand, d.Step.Case, d.Step.DueAt, d.Case = d.Step.Brand, c.ID, fromMicros(due), c
		var det detail
		err = json.Unmarshal([]byte(text), &det)
		d.Also = det.Also
		list = append(list, d)
		return err
	})
	return list, s.failed(err)
}

// of puts a table's alias before each of its columns.
func of(alias, cols string) string {
	return alias + "." + strings.ReplaceAll(cols, ", ", ", "+alias+".")
}

// scanAfter scans columns that stand before a noun's own.
type scanAfter struct {
	scanner
	first []any
}

func (s scanAfter) Scan(dest ...any) error { return s.scanner.Scan(append(s.first, dest...)...) }

// Late is work that should have been done already.
type Late struct {
	Steps, Pages int
	Comebacks    int       // cases that should be open again
	Since        time.Time // the oldest of them was due; zero when there are none
}

// Late counts what was due before a time and still waits: steps that have not
// fired, pages that nobody sends, pages whose sender let the lease run out, and
// cases that did not come back at their time.
func (s *Store) Late(ctx context.Context, before time.Time) (Late, error) {
	var l Late
	var queued, sending int
	var at [4]int64
	b := micros(before)
	err := s.readers.QueryRowContext(ctx, "SELECT (SELECT COUNT(*) FROM step WHERE state = 'waiting' AND due_at < $1), (SELECT COUNT(*) FROM page WHERE state = 'queued' AND next_at < $2), "+
		"(SELECT COUNT(*) FROM page WHERE state = 'sending' AND lease_until < $3), COALESCE((SELECT MIN(due_at) FROM step WHERE state = 'waiting'), 0), "+
		"COALESCE((SELECT MIN(next_at) FROM page WHERE state = 'queued'), 0), COALESCE((SELECT MIN(lease_until) FROM page WHERE state = 'sending'), 0), "+
		"(SELECT COUNT(*) FROM cases WHERE state = 'acknowledged' AND ack_deadline > 0 AND ack_deadline < $4) + (SELECT COUNT(*) FROM cases WHERE state = 'snoozed' AND snooze_until < $5), "+
		"COALESCE((SELECT MIN(at) FROM (SELECT MIN(ack_deadline) AS at FROM cases WHERE state = 'acknowledged' AND ack_deadline > 0 UNION ALL SELECT MIN(snooze_until) FROM cases WHERE state = 'snoozed') c), 0)", b, b, b, b, b).
		Scan(&l.Steps, &queued, &sending, &at[0], &at[1], &at[2], &l.Comebacks, &at[3])
	l.Pages = queued + sending
	for i, n := range []int{l.Steps, queued, sending, l.Comebacks} {
		if t := fromMicros(at[i]); n > 0 && (l.Since.IsZero() || t.Before(l.Since)) {
			l.Since = t
		}
	}
	return l, s.failed(err)
}

// EndpointRef names a webhook endpoint of a brand.
type EndpointRef struct{ Brand, Endpoint string }

// Endpoint reads where an endpoint stands.
func (s *Store) Endpoint(ctx context.Context, brand, endpoint string) (EndpointPlace, error) {
	var place EndpointPlace
	var off int64
	err := s.readers.QueryRowContext(ctx, "SELECT seq, off_at FROM endpoint WHERE brand_id = $1 AND endpoint = $2", brand, endpoint).Scan(&place.Seq, &off)
	place.OffAt = fromMicros(off)
	return place, s.failed(err)
}

// IdleEndpoints are those nobody sends for although they are behind their
// brand's events or have a delivery to try again by now.
func (s *Store) IdleEndpoints(ctx context.Context, now time.Time) ([]EndpointRef, error) {
	rows, err := s.ask(ctx, "SELECT e.brand_id, e.endpoint FROM endpoint e JOIN brand_seq b ON b.brand_id = e.brand_id WHERE e.off_at = 0 AND e.lease_until < $1 AND e.seq < b.n "+
		"UNION SELECT d.brand_id, d.endpoint FROM delivery d JOIN endpoint e ON e.brand_id = d.brand_id AND e.endpoint = d.endpoint WHERE d.state = 'retry' AND d.next_at <= $2 AND e.off_at = 0 AND e.lease_until < $3",
		micros(now), micros(now), micros(now))
	if err != nil {
		return nil, s.failed(err)
	}
	var list []EndpointRef
	err = eachRow(rows, func(r *sql.Rows) error {
		var ref EndpointRef
		err := r.Scan(&ref.Brand, &ref.Endpoint)
		list = append(list, ref)
		return err
	})
	return list, s.failed(err)
}

// NextDelivery is when an endpoint's next delivery is to be tried again; zero
// when none is.
func (s *Store) NextDelivery(ctx context.Context, brand, endpoint string) (time.Time, error) {
	var at int64
	err := s.askOne(ctx, "SELECT COALESCE(MIN(next_at), 0) FROM delivery WHERE state = 'retry' AND brand_id = $1 AND endpoint = $2", []any{brand, endpoint}, &at)
	return fromMicros(at), s.failed(err)
}

// RetryNow makes all of an endpoint's deliveries that are to be tried again due
// at once: it has come back.
func (s *Store) RetryNow(ctx context.Context, brand, endpoint string) error {
	return s.update(ctx, brand, byMachine, func(tx *Tx) error {
		now := micros(tx.now)
		_, err := tx.exec("UPDATE delivery SET next_at = $1 WHERE state = 'retry' AND brand_id = $2 AND endpoint = $3 AND next_at > $4", now, brand, endpoint, now)
		return err
	})
}

// EventsAt reads a brand's events by their numbers; those that are no more are left out.
func (s *Store) EventsAt(ctx context.Context, brand string, seqs []int64) ([]sayline.Event, error) {
	var list []sayline.Event
	err := s.inLots(ctx, "SELECT seq, type, at, lane, moment_id, case_id, team, person, page_id FROM event WHERE brand_id = $1 AND seq", brand, unique(seqs), func(r *sql.Rows) error {
		e := sayline.Event{Brand: brand}
		var at int64
		err := r.Scan(&e.Seq, &e.Type, &at, &e.Lane, &e.Moment, &e.Case, &e.Team, &e.Person, &e.Page)
		e.At = fromMicros(at)
		list = append(list, e)
		return err
	})
	return list, err
}

// MomentsByID reads moments, without their contacts, by id; those that were
// erased are not in the map.
func (s *Store) MomentsByID(ctx context.Context, brand string, ids []string) (map[string]*sayline.Moment, error) {
	found := make(map[string]*sayline.Moment, len(ids))
	err := s.inLots(ctx, "SELECT "+momentCols+" FROM moment WHERE brand_id = $1 AND moment_id", brand, unique(ids), func(r *sql.Rows) error {
		m, err := scanMoment(r, brand)
		if err == nil {
			found[m.ID] = m
		}
		return err
	})
	return found, err
}

// CasesByID reads cases by id.
func (s *Store) CasesByID(ctx context.Context, brand string, ids []string) (map[string]*sayline.Case, error) {
	found := make(map[string]*sayline.Case, len(ids))
	err := s.inLots(ctx, "SELECT "+caseCols+" FROM cases WHERE brand_id = $1 AND case_id", brand, unique(ids), func(r *sql.Rows) error {
		c, err := scanCase(r, brand)
		if err == nil {
			found[c.ID] = c
		}
		return err
	})
	return found, err
}

// ask runs a reader's statement that is prepared once on each connection: what
// is asked for every second or oftener need not be read anew each time.
func (s *Store) ask(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if st, ok := s.reading.Load(text); ok {
		return st.(*sql.Stmt).QueryContext(ctx, args...)
	}
	st, err := s.readers.PrepareContext(ctx, s.engine.steady(text))
	if err != nil {
		return nil, err
	}
	if first, there := s.reading.LoadOrStore(text, st); there {
		_ = st.Close() // somebody else was first
		st = first.(*sql.Stmt)
	}
	return st.QueryContext(ctx, args...)
}

// askOne is ask for one row.
func (s *Store) askOne(ctx context.Context, text string, args []any, dest ...any) error {
	rows, err := s.ask(ctx, text, args...)
	if err != nil {
		return err
	}
	none := sql.ErrNoRows
	err = eachRow(rows, func(r *sql.Rows) error {
		none = nil
		return r.Scan(dest...)
	})
	if err != nil {
		return err
	}
	return none
}
