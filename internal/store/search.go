package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/sayline/sayline"
)

// Search asks for moments by their words: those of a scope, and, for who may see
// them, all that were said in public, that have all of the words, the newest first.
type Search struct {
	Brand   string
	Scope   Scope
	Open    bool     // what is said in public is theirs to see
	Guarded []string // audiences of whom nothing single is: see guard.go
	Text    string   // as typed; the last word may be the beginning of one
	Before  int64    // number of the last one shown; 0 for the newest
	Limit   int
}

// Match is a moment that was found, and the case it is in; "" for none.
type Match struct {
	N      int64 // for the next page
	Moment string
	Case   string
}

// MostFound is where a number of things found ends: 1,000+.
const MostFound = 1_000

const (
	fewMatches = 1_000 // are read at once, in no order
	lookLot    = 1_000 // of more, so many are looked at in one go, the newest first
	mostLooked = 2_000 // to count those of some teams
)

// SearchMoments reads a page of what a search finds; nothing for a text without a
// word. The words and the lanes are one condition of the index; whose case it is
// now is asked of the case. Who may see what is said in public finds the words
// that everybody is shown; names, references, voices and conversations are
// found by who works on the case.
func (s *Store) SearchMoments(ctx context.Context, q Search) ([]Match, error) {
	w, err := s.matching(ctx, &q, q.ways(), nil)
	if err != nil {
		return nil, err
	}
	lot := lookLot
	if q.whole() || q.Open {
		lot = q.Limit + 1 // nearly all of it is theirs to see
	}
	var list []Match
	for ; len(list) < q.Limit; lot = min(2*lot, lookLot) {
		numbers, err := w.next(ctx, lot)
		if err != nil || len(numbers) == 0 {
			return list, s.failed(err)
		}
		found, err := s.matches(ctx, &q, numbers)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	return list[:q.Limit], nil
}

// CountFound counts what a search finds, up to most, and says whether there is
// more. Of who sees only some teams' cases each has to be looked at: these are
// counted among the newest that have the words, beside what everybody may see.
func (s *Store) CountFound(ctx context.Context, q Search, most int) (n int, more bool, err error) {
	q.Before = 0
	ways, open := q.ways(), []clause(nil)
	if q.whole() {
		n, err = s.countWhole(ctx, &q, ways, most+1)
		return min(n, most), n > most, err
	}
	if q.Open {
		ways, open = ways[:1], ways[1:]
		if n, err = s.countWhole(ctx, &q, open, most+1); err != nil || n > most {
			return min(n, most), n > most, err
		}
	}
	w, err := s.matching(ctx, &q, ways, open)
	if err != nil {
		return 0, false, err
	}
	for looked := 0; ; {
		numbers, err := w.next(ctx, max(1, min(lookLot, mostLooked-looked)))
		if err != nil || len(numbers) == 0 {
			return n, false, s.failed(err)
		}
		if looked += len(numbers); looked > mostLooked {
			return n, true, nil
		}
		found, err := s.matches(ctx, &q, numbers)
		if err != nil {
			return 0, false, err
		}
		if n += len(found); n > most {
			return most, true, nil
		}
	}
}

// whole says whether a search is of whole lanes: then the index alone knows what
// is found.
func (q *Search) whole() bool {
	return !slices.ContainsFunc(q.Scope, func(l LaneScope) bool { return !l.All && len(l.Teams) > 0 })
}

// ways are how what is searched for may be found.
func (q *Search) ways() (list []clause) {
	scopes := q.Scope.words(q.Brand)
	open := scopeWord(q.Brand, "")
	switch {
	case q.Open && q.whole() && slices.Contains(scopes, open):
		c := openly(q.Brand, q.Guarded, looseWord(q.Brand))
		c.scopes, c.inside = scopes, true // what is nobody's work has no words inside
		return []clause{c}
	case len(scopes) > 0:
		list = append(list, clause{scopes: scopes, inside: true})
	}
	if q.Open {
		list = append(list, openly(q.Brand, q.Guarded, open, looseWord(q.Brand)))
	}
	return list
}

// fewHeads is up to how many words a head is told as the words it begins.
const fewHeads = 32

// asking reads what is asked for, with the words its last one begins.
func (s *Store) asking(ctx context.Context, text string) (a asked, err error) {
	if a = askedFor(text); !a.head || s.engine.heads() == "" {
		return a, nil
	}
	a.heads = map[string][]string{}
	last := a.words[len(a.words)-1]
	for _, head := range []string{last, insideWord(last)} {
		rows, err := s.readers.QueryContext(ctx, s.engine.heads(), head, head+string(utf8.MaxRune), fewHeads+1)
		if err != nil {
			return a, err
		}
		list := []string{head}
		if err := eachRow(rows, func(r *sql.Rows) error {
			var w string
			err := r.Scan(&w)
			list = append(list, w)
			return err
		}); err != nil {
			return a, err
		}
		if len(list) <= fewHeads {
			a.heads[head] = list
		}
	}
	return a, nil
}

// query is a search by some ways, less what is found by others, as the engine asks
// for it; "" finds nothing.
func (s *Store) query(ctx context.Context, q *Search, ways, less []clause) (string, error) {
	a, err := s.asking(ctx, q.Text)
	if err != nil || len(a.words) == 0 || len(ways) == 0 {
		return "", s.failed(err)
	}
	return s.engine.searchFor(ways, less, a), nil
}

func (s *Store) countWhole(ctx context.Context, q *Search, ways []clause, most int) (n int, err error) {
	words, err := s.query(ctx, q, ways, nil)
	if err != nil || words == "" {
		return 0, err
	}
	b := new(where)
	b.text("SELECT COUNT(*) FROM (SELECT t.rowid FROM search_words t WHERE " + s.engine.searchMatch())
	b.arg(words)
	b.text(s.engine.searchEnd() + " LIMIT ")
	b.arg(most)
	b.text(") c")
	return n, s.failed(s.readers.QueryRowContext(ctx, b.String(), b.args...).Scan(&n))
}

// walk goes through the numbers of what has the words, the newest first.
type walk struct {
	store  *Store
	words  string // as the engine asks for them; "" for none
	before int64
	few    int // up to so many are read at once
	begun  bool
	known  bool    // all of it is
	rest   []int64 // of what is known
}

func (s *Store) matching(ctx context.Context, q *Search, ways, less []clause) (*walk, error) {
	words, err := s.query(ctx, q, ways, less)
	return &walk{store: s, before: q.Before, few: fewMatches, words: words, begun: s.engine.inOrder()}, err
}

// next gives up to n further numbers; none at the end. What is rare is found by the
// words alone and put in order here; what is common is found soon by going back
// from the newest. Which of the two it is a planner can only guess, and guesses
// that a word nobody ever said is common.
func (w *walk) next(ctx context.Context, n int) (list []int64, err error) {
	if w.words == "" {
		return nil, nil
	}
	if !w.begun {
		if list, err = w.newest(ctx, n); err != nil || len(list) == n {
			return list, err
		}
		w.begun = true
		if list, err = w.ask(ctx, "", w.few+1); err != nil {
			return nil, err
		}
		if w.known = len(list) <= w.few; w.known {
			slices.SortFunc(list, func(a, b int64) int { return cmp.Compare(b, a) })
			w.rest = slices.DeleteFunc(list, func(n int64) bool { return w.before > 0 && n >= w.before })
		}
	}
	if w.known {
		list, w.rest = w.rest[:min(n, len(w.rest))], w.rest[min(n, len(w.rest)):]
		return list, nil
	}
	if list, err = w.ask(ctx, " ORDER BY t.rowid DESC", n); len(list) > 0 {
		w.before = list[len(list)-1]
	}
	return list, err
}

// newestLooked is how many of the newest are looked at before it is asked how many
// there are at all: of a common word that is enough, and costs the same however
// much was said.
const newestLooked = 5_000

// newest gives n numbers from among the newest of all brands, or fewer.
func (w *walk) newest(ctx context.Context, n int) (list []int64, err error) {
	b := new(where)
	b.text("SELECT t.rowid FROM (SELECT rowid, words FROM search_words WHERE 1 = 1")
	if w.before > 0 {
		b.and("rowid < ", w.before)
	}
	b.text(" ORDER BY rowid DESC LIMIT ")
	b.arg(newestLooked)
	b.text(") t WHERE " + w.store.engine.searchMatch())
	b.arg(w.words)
	b.text(w.store.engine.searchEnd() + " ORDER BY t.rowid DESC LIMIT ")
	b.arg(n)
	if list, err = w.numbers(ctx, b); len(list) == n {
		w.before = list[n-1]
	}
	return list, err
}

// ask reads numbers in an order. Without one, which are read aside, so that how
// few are wanted makes nobody read the whole table for them.
func (w *walk) ask(ctx context.Context, order string, limit int) (list []int64, err error) {
	e, b := w.store.engine, new(where)
	if order == "" {
		b.text("WITH w AS " + e.aside() + " (")
	}
	b.text("SELECT t.rowid FROM search_words t WHERE " + e.searchMatch())
	b.arg(w.words)
	b.text(e.searchEnd())
	if order == "" {
		b.text(") SELECT rowid FROM w")
	} else if w.before > 0 {
		b.and("t.rowid < ", w.before)
	}
	b.text(order + " LIMIT ")
	b.arg(limit)
	return w.numbers(ctx, b)
}

func (w *walk) numbers(ctx context.Context, b *where) (list []int64, err error) {
	rows, err := w.store.readers.QueryContext(ctx, b.String(), b.args...)
	if err != nil {
		return nil, err
	}
	err = eachRow(rows, func(r *sql.Rows) error {
		var n int64
		err := r.Scan(&n)
		list = append(list, n)
		return err
	})
	return list, err
}

// matches reads what stands under some numbers and is theirs to see, the newest first.
func (s *Store) matches(ctx context.Context, q *Search, numbers []int64) (list []Match, err error) {
	a := askedFor(q.Text)
	err = s.inLots(ctx, "SELECT d.n, d.moment_id, m.case_id, m.lane, m.audience, m.text, m.product, m.lot, COALESCE(c.lane, ''), COALESCE(c.team, ''), COALESCE(c.place, '') "+
		"FROM search_moment d JOIN moment m ON m.brand_id = d.brand_id AND m.moment_id = d.moment_id "+
		"LEFT JOIN cases c ON c.brand_id = m.brand_id AND c.case_id = m.case_id WHERE d.brand_id = $1 AND d.n", q.Brand, unique(numbers), func(r *sql.Rows) error {
		var m Match
		var lane, audience, text, product, lot, caseLane, team, place string
		err := r.Scan(&m.N, &m.Moment, &m.Case, &lane, &audience, &text, &product, &lot, &caseLane, &team, &place)
		if err != nil {
			return err
		}
		theirs := m.Case != "" && q.Scope.sees(caseLane, team, place)
		if theirs || lane == "" && q.opens(audience) && a.in(text, product, lot) {
			list = append(list, m)
		}
		return nil
	})
	slices.SortFunc(list, func(a, b Match) int { return cmp.Compare(b.N, a.N) })
	return list, err
}

// opens says whether what an audience says in public is theirs to see one by one.
func (q *Search) opens(audience string) bool {
	return q.Open && audience != alwaysGuarded && !slices.Contains(q.Guarded, audience)
}

// sees says whether a case of a lane, team and place is in the scope.
func (sc Scope) sees(lane, team, place string) bool {
	return slices.ContainsFunc(sc, func(l LaneScope) bool {
		return l.Lane == lane && (l.All || slices.ContainsFunc(l.Teams, func(t TeamScope) bool {
			return t.Team == team && (t.Places == nil || slices.Contains(t.Places, place))
		}))
	})
}

// CaseOfKey reads the case that the next moment of a group key would join at a
// time; NotFound when it would open one.
func (s *Store) CaseOfKey(ctx context.Context, brand, key string, at time.Time) (*sayline.Case, error) {
	var id, state string
	var resolved int64
	err := s.readers.QueryRowContext(ctx, "SELECT case_id, state, resolved_at FROM case_slot WHERE brand_id = $1 AND group_key = $2", brand, key).Scan(&id, &state, &resolved)
	if err == nil && state == sayline.CaseResolved && at.Sub(fromMicros(resolved)) > sayline.ReopenWindow {
		err = sql.ErrNoRows
	}
	if err != nil {
		return nil, s.failed(err)
	}
	return s.Case(ctx, brand, id)
}
