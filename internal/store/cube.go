package store

import (
	"context"
	"database/sql"
	"strings"
	"sync"
)

// cubes are the hours and days of the brands that somebody looks at, in memory:
// each bucket as the cells of its roll-up, with the mark it had when it was
// read. A query reads the marks of its time, then only the buckets that have
// been counted in since; so any number of processes agree with the tables, and
// a page costs one walk over cells, however much was said.
type cubes struct {
	mu    sync.Mutex
	byKey map[cubeKey]*cube
	cells int   // of all
	turn  int64 // rises with every query
}

type cubeKey struct {
	brand string
	width int64
}

// cube is one brand's hours or days.
type cube struct {
	mu       sync.Mutex
	profiles []facets
	byText   map[string]int32
	buckets  map[int64]*bucketCells
	used     int64 // the turn it was asked last
	cells    int
}

type bucketCells struct {
	mark  int64
	cells []countCell
}

// countCell is what was said under one profile in a bucket: how many, and with
// each feeling.
type countCell struct {
	profile int32
	n       [6]int32
}

// mostCells keeps the cubes of all brands within some 120 MB. Those that were
// not asked for longest go first.
const mostCells = 4_000_000

// between parts the facets of a profile in one text. Nobody's words for a touchpoint
// have it; who sends one all the same is counted under no facet at all.
const between = "\x1f"

const facetCount = 8

// count adds the cells of a query's time to an answer.
func (cs *cubes) count(ctx context.Context, s *Store, q *CountsQuery, by Split, into *tallied) error {
	c := cs.of(cubeKey{q.Brand, map[Level]int64{ByHour: widthHour, ByDay: widthDay}[q.Level]})
	c.mu.Lock()
	before := c.cells
	asked, err := c.refresh(ctx, s, q)
	if err == nil {
		c.walk(asked, q, by, into)
	}
	grown := c.cells - before
	c.mu.Unlock()
	cs.grown(c, grown)
	return err
}

func (cs *cubes) of(k cubeKey) *cube {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.byKey == nil {
		cs.byKey = map[cubeKey]*cube{}
	}
	c := cs.byKey[k]
	if c == nil {
		c = &cube{byText: map[string]int32{}, buckets: map[int64]*bucketCells{}}
		cs.byKey[k] = c
	}
	cs.turn++
	c.used = cs.turn
	return c
}

// grown forgets what was not asked for longest while there is too much.
func (cs *cubes) grown(c *cube, cells int) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.cells += cells; cells <= 0 {
		return
	}
	for cs.cells > mostCells {
		var oldest cubeKey
		var least *cube
		for k, x := range cs.byKey {
			if least == nil || x.used < least.used {
				oldest, least = k, x
			}
		}
		if least == nil {
			cs.cells = 0
			return
		}
		least.mu.Lock()
		cs.cells -= least.cells
		least.mu.Unlock()
		delete(cs.byKey, oldest) // who still walks over it keeps it as long
	}
}

// refresh reads what was counted since, and gives the buckets that are asked for.
func (c *cube) refresh(ctx context.Context, s *Store, q *CountsQuery) (asked []int64, err error) {
	width, table := widthDay, "count_day"
	if q.Level == ByHour {
		width, table = widthHour, "count_hour"
	}
	rows, err := s.readers.QueryContext(ctx, "SELECT bucket, n FROM count_mark WHERE brand_id = $1 AND width = $2 AND bucket >= $3 AND bucket < $4 ORDER BY bucket",
		q.Brand, width, micros(q.From), micros(q.Until))
	if err != nil {
		return nil, err
	}
	marks := map[int64]int64{}
	var runs [][2]int64 // first and last of stale buckets that follow each other
	follows := false
	err = eachRow(rows, func(r *sql.Rows) error {
		var bucket, mark int64
		if err := r.Scan(&bucket, &mark); err != nil {
			return err
		}
		asked = append(asked, bucket)
		if b := c.buckets[bucket]; b != nil && b.mark == mark {
			follows = false
			return nil
		}
		marks[bucket] = mark
		if follows {
			runs[len(runs)-1][1] = bucket
		} else {
			runs = append(runs, [2]int64{bucket, bucket})
		}
		follows = true
		return nil
	})
	for _, run := range runs {
		if err == nil {
			err = c.load(ctx, s, q.Brand, table, run, marks)
		}
	}
	return asked, err
}

// load reads the cells of stale buckets anew.
func (c *cube) load(ctx context.Context, s *Store, brand, table string, run [2]int64, marks map[int64]int64) error {
	rows, err := s.readers.QueryContext(ctx, "SELECT bucket, "+profileText+", n, f1, f2, f3, f4, f5 FROM "+table+
		" WHERE brand_id = $2 AND lane = '' AND bucket >= $3 AND bucket <= $4 ORDER BY bucket", between, brand, run[0], run[1])
	if err != nil {
		return err
	}
	fresh := map[int64]*bucketCells{}
	for bucket, mark := range marks {
		if bucket >= run[0] && bucket <= run[1] {
			fresh[bucket] = &bucketCells{mark: mark}
		}
	}
	var bucket int64
	var text sql.RawBytes
	var n [6]int64
	into := []any{&bucket, &text, &n[0], &n[1], &n[2], &n[3], &n[4], &n[5]}
	err = eachRow(rows, func(r *sql.Rows) error {
		if err := r.Scan(into...); err != nil {
			return err
		}
		b := fresh[bucket]
		if b == nil {
			return nil // counted in for the first time since the marks were read
		}
		cell := countCell{profile: c.profile(text)}
		for i, v := range n {
			cell.n[i] = int32(v)
		}
		b.cells = append(b.cells, cell)
		return nil
	})
	if err != nil {
		return err
	}
	for bucket, b := range fresh {
		if old := c.buckets[bucket]; old != nil {
			c.cells -= len(old.cells)
		}
		c.cells += len(b.cells)
		c.buckets[bucket] = b
	}
	return nil
}

// profileText is a row's facets in one text, in the order of [facetKeys].
var profileText = "touchpoint || CAST($1 AS TEXT) || place || CAST($1 AS TEXT) || audience || CAST($1 AS TEXT) || kind || CAST($1 AS TEXT) || " +
	"topic || CAST($1 AS TEXT) || team || CAST($1 AS TEXT) || source || CAST($1 AS TEXT) || lang"

// profile is the number of a text's facets.
func (c *cube) profile(text []byte) int32 {
	if i, ok := c.byText[string(text)]; ok {
		return i
	}
	var f facets
	whole := string(text)
	if parts := strings.Split(whole, between); len(parts) == facetCount {
		f = facets{parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6], parts[7]}
	}
	i := int32(len(c.profiles))
	c.profiles = append(c.profiles, f)
	c.byText[whole] = i
	return i
}

// walk adds the asked buckets' cells up. What each profile counts as is worked
// out once, so that a cell costs a look and six sums.
func (c *cube) walk(asked []int64, q *CountsQuery, by Split, into *tallied) {
	group := make([]int32, len(c.profiles))
	groups, byFacets := []facets{}, map[facets]int32{}
	for i := range c.profiles {
		f := &c.profiles[i]
		if group[i] = -1; !q.takes(f) || q.Of.guards(f.audience) {
			continue
		}
		told := by.facets(f)
		g, ok := byFacets[told]
		if !ok {
			g = int32(len(groups))
			groups, byFacets[told] = append(groups, told), g
		}
		group[i] = g
	}
	sums := make([]Tally, len(groups))
	flush := func(bucket int64) {
		for g := range sums {
			if sums[g] != (Tally{}) {
				into.add(cutKey{bucket, groups[g]}, q.Of.of(sums[g]))
			}
		}
		clear(sums)
	}
	for _, bucket := range asked {
		b := c.buckets[bucket]
		if b == nil {
			continue
		}
		for i := range b.cells {
			cell := &b.cells[i]
			if g := group[cell.profile]; g >= 0 {
				t := &sums[g]
				t.N += int64(cell.n[0])
				for f := 1; f <= 5; f++ {
					t.Feelings[f] += int64(cell.n[f])
				}
			}
		}
		if by.Time {
			flush(bucket)
		}
	}
	if !by.Time {
		flush(0)
	}
}
