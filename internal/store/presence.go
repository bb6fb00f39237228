package store

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// PresentFor is how long somebody who said so has a case open, without saying it
// again.
const PresentFor = 45 * time.Second

// Present is somebody who has a case open.
type Present struct {
	Person  string
	Writing bool
}

// presences are what watchers were last told of who has which case open.
type presences struct {
	mu       sync.Mutex
	watchers []func(brand, caseID string)
	last     map[[2]string]string // brand and case → who, as they were told
}

// WatchPresence adds a watcher of who has a case open: it is called for each case
// where somebody came, left or fell silent, began or stopped to write, in this
// process at once and in others as soon as they are woken. It must not block. Call
// it before the first write.
func (s *Store) WatchPresence(w func(brand, caseID string)) {
	s.present.mu.Lock()
	defer s.present.mu.Unlock()
	s.present.watchers = append(s.present.watchers, w)
}

// lookAround tells watchers where who has a case open is not what it was.
func (s *Store) lookAround() {
	p := &s.present
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.watchers) == 0 {
		return
	}
	rows, err := s.readers.Query("SELECT brand_id, case_id, person, MAX(writing) FROM presence WHERE until_at >= $1 AND writing >= 0 GROUP BY brand_id, case_id, person ORDER BY brand_id, case_id, person", micros(s.now()))
	if err != nil {
		return // it is looked again in a second
	}
	now := map[[2]string]string{}
	if err := eachRow(rows, func(r *sql.Rows) error {
		var at [2]string
		var person, writing string
		err := r.Scan(&at[0], &at[1], &person, &writing)
		now[at] += person + " " + writing + "\n"
		return err
	}); err != nil {
		return
	}
	before := p.last
	p.last = now
	for at, who := range now {
		if before[at] != who {
			p.tell(at)
		}
	}
	for at := range before {
		if now[at] == "" {
			p.tell(at)
		}
	}
}

func (p *presences) tell(at [2]string) {
	for _, w := range p.watchers {
		w(at[0], at[1])
	}
}

// told has watchers here look at once, and other processes soon.
func (s *Store) told(err error) error {
	if err != nil {
		return err
	}
	s.lookAround()
	select {
	case s.relay.tell <- struct{}{}:
	default:
	}
	return nil
}

// Beat is one of the times that a page says what its person does: which page, and
// the how manieth it is of that page. An older one never overrules a newer, however
// late it comes.
type Beat struct {
	Page string
	N    int64
}

// hasLeft stands in presence for a page that was left, so that what it said before
// does not bring its person back.
const hasLeft = -1

// Here says that a person has a case open, and whether they are writing.
func (s *Store) Here(ctx context.Context, brand, caseID, person string, b Beat, writing bool) error {
	return s.told(s.update(ctx, brand, byPerson, func(tx *Tx) error { return tx.beats(brand, caseID, person, b, flag(writing)) }))
}

// Left says that a person closed a case; what is over of it goes too.
func (s *Store) Left(ctx context.Context, brand, caseID, person string, b Beat) error {
	return s.told(s.update(ctx, brand, byPerson, func(tx *Tx) error {
		if _, err := tx.exec("DELETE FROM presence WHERE brand_id = $1 AND case_id = $2 AND until_at < $3", brand, caseID, micros(tx.now)); err != nil {
			return err
		}
		return tx.beats(brand, caseID, person, b, hasLeft)
	}))
}

func (tx *Tx) beats(brand, caseID, person string, b Beat, writing int) error {
	_, err := tx.exec("INSERT INTO presence (brand_id, case_id, person, page, beat, writing, until_at) VALUES ($1, $2, $3, $4, $5, $6, $7) "+
		"ON CONFLICT (brand_id, case_id, person, page) DO UPDATE SET beat = excluded.beat, writing = excluded.writing, until_at = excluded.until_at WHERE presence.beat < excluded.beat",
		brand, caseID, person, b.Page, b.N, writing, micros(tx.now.Add(PresentFor)))
	return err
}

// WhoIsHere reads who has a case open, the writing ones first.
func (s *Store) WhoIsHere(ctx context.Context, brand, caseID string) ([]Present, error) {
	rows, err := s.ask(ctx, "SELECT person, MAX(writing) FROM presence WHERE brand_id = $1 AND case_id = $2 AND until_at >= $3 AND writing >= 0 GROUP BY person ORDER BY MAX(writing) DESC, person", brand, caseID, micros(s.now()))
	if err != nil {
		return nil, s.failed(err)
	}
	var list []Present
	err = eachRow(rows, func(r *sql.Rows) error {
		var p Present
		var writing int
		err := r.Scan(&p.Person, &writing)
		p.Writing = writing != 0
		list = append(list, p)
		return err
	})
	return list, s.failed(err)
}
