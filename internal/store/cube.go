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
// a filter costs one walk over cells, however much was said. What the walk found
// is kept too, by bucket (cube_view.go).
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
	words    []string // values of facets; the first is none
	byWord   map[string]int32
	profiles []facets
	byText   map[string]int32            // by what [profileText] reads
	byTold   map[[facetCount]int32]int32 // by the numbers of their words
	buckets  map[int64]*bucketCells
	views    map[string]*cubeView // by what they tell
	turn     int64                // rises with every query
	cells    int                  // and sums of its views

	// Of all cubes, and theirs to guard.
	used int64 // the turn it was asked last
	kept int   // its cells, as they know of them
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

// mostCells keeps the cubes of all brands, with their views, within some 120 MB.
// Those that were not asked for longest go first.
const mostCells = 4_000_000

// between parts the facets of a profile in one text. Nobody's words for a touchpoint
// have it; who sends one all the same is counted under no facet at all.
const between = "\x1f"

const facetCount = 8

// count answers a query of hours or days, in order.
func (cs *cubes) count(ctx context.Context, s *Store, q *CountsQuery, by Split) (list []Counted, err error) {
	err = cs.fresh(ctx, s, q, func(c *cube, asked []int64) { list = c.answer(asked, q, by) })
	return list, err
}

// fresh reads what was counted since in a query's time, then lets the cube be used.
func (cs *cubes) fresh(ctx context.Context, s *Store, q *CountsQuery, use func(c *cube, asked []int64)) error {
	k := cubeKey{q.Brand, map[Level]int64{ByHour: widthHour, ByDay: widthDay}[q.Level]}
	c := cs.of(k)
	c.mu.Lock()
	asked, err := c.refresh(ctx, s, q)
	if err == nil {
		use(c, asked)
	}
	cells := c.cells
	c.mu.Unlock()
	cs.grown(k, c, cells)
	return err
}

func newCube() *cube {
	return &cube{words: []string{""}, byWord: map[string]int32{"": 0}, byText: map[string]int32{}, byTold: map[[facetCount]int32]int32{},
		buckets: map[int64]*bucketCells{}, views: map[string]*cubeView{}}
}

func (cs *cubes) of(k cubeKey) *cube {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.byKey == nil {
		cs.byKey = map[cubeKey]*cube{}
	}
	c := cs.byKey[k]
	if c == nil {
		c = newCube()
		cs.byKey[k] = c
	}
	cs.turn++
	c.used = cs.turn
	return c
}

// grown notes how many cells a cube has now, and forgets what was not asked for
// longest while there are too many. Who still walks over it keeps it as long.
func (cs *cubes) grown(k cubeKey, c *cube, cells int) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.byKey[k] != c {
		return // forgotten meanwhile
	}
	cs.cells += cells - c.kept
	c.kept = cells
	for cs.cells > mostCells {
		var oldest cubeKey
		var least *cube
		for k, x := range cs.byKey {
			if least == nil || x.used < least.used {
				oldest, least = k, x
			}
		}
		cs.cells -= least.kept
		delete(cs.byKey, oldest)
	}
}

// full says whether there is no room for more brands than there are.
func (cs *cubes) full() bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return cs.cells > mostCells/2
}

// refresh reads what was counted since, and gives the buckets that are asked for.
func (c *cube) refresh(ctx context.Context, s *Store, q *CountsQuery) (asked []int64, err error) {
	width := widthDay
	if q.Level == ByHour {
		width = widthHour
	}
	rows, err := s.ask(ctx, "SELECT bucket, n FROM count_mark WHERE brand_id = $1 AND width = $2 AND bucket >= $3 AND bucket < $4 ORDER BY bucket",
		q.Brand, width, micros(q.From), micros(q.Until))
	if err != nil {
		return nil, err
	}
	marks := map[int64]int64{}
	var runs [][]int64 // stale buckets that follow each other
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
		if !follows {
			runs = append(runs, nil)
		}
		runs[len(runs)-1] = append(runs[len(runs)-1], bucket)
		follows = true
		return nil
	})
	for _, run := range runs {
		if err == nil {
			err = c.load(ctx, s, cubeKey{q.Brand, width}, run, marks)
		}
	}
	return asked, err
}

// load reads the cells of stale buckets anew: packed, where they are packed as their
// marks are now, else row by row.
func (c *cube) load(ctx context.Context, s *Store, k cubeKey, run []int64, marks map[int64]int64) error {
	rest, err := s.packed(ctx, k, run, marks, func(bucket int64, pack []byte) bool {
		cells, ok := c.unpack(pack)
		if ok {
			c.keep(bucket, &bucketCells{marks[bucket], cells})
		}
		return ok
	})
	for _, run := range rest {
		if err == nil {
			err = c.read(ctx, s, k, run, marks)
		}
	}
	return err
}

// read reads buckets that follow each other row by row.
func (c *cube) read(ctx context.Context, s *Store, k cubeKey, run []int64, marks map[int64]int64) error {
	table := map[int64]string{widthHour: "count_hour", widthDay: "count_day"}[k.width]
	rows, err := s.ask(ctx, "SELECT bucket, "+profileText+", n, f1, f2, f3, f4, f5 FROM "+table+
		" WHERE brand_id = $2 AND lane = '' AND bucket >= $3 AND bucket <= $4 ORDER BY bucket", between, k.brand, run[0], run[len(run)-1])
	if err != nil {
		return err
	}
	fresh := map[int64]*bucketCells{}
	for _, bucket := range run {
		fresh[bucket] = &bucketCells{mark: marks[bucket]}
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
		c.keep(bucket, b)
	}
	return nil
}

// keep puts a bucket in the place of what it was.
func (c *cube) keep(bucket int64, b *bucketCells) {
	if old := c.buckets[bucket]; old != nil {
		c.cells -= len(old.cells)
	}
	c.cells += len(b.cells)
	c.buckets[bucket] = b
}

// profileText is a row's facets in one text, in the order of [facetKeys].
var profileText = "touchpoint || CAST($1 AS TEXT) || place || CAST($1 AS TEXT) || audience || CAST($1 AS TEXT) || kind || CAST($1 AS TEXT) || " +
	"topic || CAST($1 AS TEXT) || team || CAST($1 AS TEXT) || source || CAST($1 AS TEXT) || lang"

// profile is the number of a text's facets.
func (c *cube) profile(text []byte) int32 {
	if i, ok := c.byText[string(text)]; ok {
		return i
	}
	var told [facetCount]int32
	whole := string(text)
	if parts := strings.Split(whole, between); len(parts) == facetCount {
		for i, part := range parts {
			told[i] = c.word(part)
		}
	}
	i := c.profileOf(told)
	c.byText[whole] = i
	return i
}

// word is the number of a facet's value; that of none is 0.
func (c *cube) word(value string) int32 {
	i, ok := c.byWord[value]
	if !ok {
		i = int32(len(c.words))
		c.words, c.byWord[value] = append(c.words, value), i
	}
	return i
}

// profileOf is the number of the facets with these values.
func (c *cube) profileOf(told [facetCount]int32) int32 {
	i, ok := c.byTold[told]
	if !ok {
		i = int32(len(c.profiles))
		w := func(at int) string { return c.words[told[at]] }
		c.profiles, c.byTold[told] = append(c.profiles, facets{w(0), w(1), w(2), w(3), w(4), w(5), w(6), w(7)}), i
	}
	return i
}
