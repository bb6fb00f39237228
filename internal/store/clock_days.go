package store

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// clockDays are the clocks of the brands that somebody looks at, in memory: by day
// of UTC, each as new as its mark, as hours and days of moments are (cube.go).
// Ninety days of a large brand are near a million rows: adding them up for each
// page costs a second, walking over them here a few milliseconds.
type clockDays struct {
	mu      sync.Mutex
	byBrand map[string]*brandClocks
	kept    map[string]int // cells of each, as they were last
}

type brandClocks struct {
	mu     sync.Mutex
	names  []clockName
	byName map[clockName]int32
	days   map[int64]*clockDay // by their start
	cells  int
}

type clockName struct {
	team, clock string
	bin         int
}

// clockDay are a day's rows, in the order of their buckets, and what they add up to:
// most days are asked for whole.
type clockDay struct {
	mark  int64
	cells []clockCell
	sums  []clockCell // by name, without a bucket
}

type clockCell struct {
	bucket        int64
	name, n, kept int32
}

const (
	dayOfUTC             = int64(24 * time.Hour / time.Microsecond)
	mostClockCells       = 4_000_000 // of all brands, some 100 MB: then all but the one looked at are read anew
	widthClock     int64 = 3         // of its marks
)

// clockMark is the day whose mark a clock's row raises.
func clockMark(bucket int64) int64 { return bucket - mod(bucket, dayOfUTC) }

func newBrandClocks() *brandClocks {
	return &brandClocks{byName: map[clockName]int32{}, days: map[int64]*clockDay{}}
}

func (cs *clockDays) of(brand string) *brandClocks {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.byBrand == nil {
		cs.byBrand, cs.kept = map[string]*brandClocks{}, map[string]int{}
	}
	c := cs.byBrand[brand]
	if c == nil {
		c = newBrandClocks()
		cs.byBrand[brand] = c
	}
	return c
}

// keep notes how many cells a brand has now, and lets go of all others when there
// are too many together.
func (cs *clockDays) keep(brand string, cells int) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	c := cs.byBrand[brand]
	if c == nil {
		return // let go of meanwhile
	}
	cs.kept[brand] = cells
	all := 0
	for _, n := range cs.kept {
		all += n
	}
	if all > mostClockCells {
		cs.byBrand, cs.kept = map[string]*brandClocks{brand: c}, map[string]int{brand: cells}
	}
}

// refresh reads the days in [from, until) that were counted in since, and gives the
// first of them.
func (c *brandClocks) refresh(ctx context.Context, s *Store, brand string, from, until int64) (first int64, err error) {
	var last int64 // days before the first and after the last are not kept, whoever asks for them
	if err := s.askOne(ctx, "SELECT COALESCE((SELECT MIN(bucket) FROM count_clock WHERE brand_id = $1 AND lane = ''), $2), COALESCE((SELECT MAX(bucket) FROM count_clock WHERE brand_id = $3 AND lane = ''), 0)",
		[]any{brand, until, brand}, &first, &last); err != nil {
		return 0, err
	}
	first, until = clockMark(max(first, from)), min(until, clockMark(last)+dayOfUTC)
	marks := map[int64]int64{}
	rows, err := s.ask(ctx, "SELECT bucket, n FROM count_mark WHERE brand_id = $1 AND width = $2 AND bucket >= $3 AND bucket < $4", brand, widthClock, first, until)
	if err != nil {
		return 0, err
	}
	if err := eachRow(rows, func(r *sql.Rows) error {
		var day, n int64
		err := r.Scan(&day, &n)
		marks[day] = n
		return err
	}); err != nil {
		return 0, err
	}
	var run []int64 // days to be read that follow each other
	for day := first; ; day += dayOfUTC {
		d := c.days[day]
		stale := day < until && (d == nil || d.mark != marks[day])
		switch {
		case stale:
			run = append(run, day)
		case len(run) > 0:
			if err := c.load(ctx, s, brand, run, marks); err != nil {
				return 0, err
			}
			run = nil
		}
		if day >= until {
			return first, nil
		}
	}
}

// load reads stale days anew: packed, where they are packed as their marks are now,
// else row by row.
func (c *brandClocks) load(ctx context.Context, s *Store, brand string, run []int64, marks map[int64]int64) error {
	rest, err := s.packed(ctx, cubeKey{brand, widthClock}, run, marks, func(day int64, pack []byte) bool {
		cells, ok := c.unpack(day, pack)
		if ok {
			c.keep(day, &clockDay{mark: marks[day], cells: cells})
		}
		return ok
	})
	for _, run := range rest {
		if err == nil {
			err = c.read(ctx, s, brand, run, marks)
		}
	}
	return err
}

// read reads days that follow each other row by row.
func (c *brandClocks) read(ctx context.Context, s *Store, brand string, run []int64, marks map[int64]int64) error {
	fresh := map[int64]*clockDay{}
	for _, day := range run {
		fresh[day] = &clockDay{mark: marks[day]}
	}
	rows, err := s.ask(ctx, "SELECT bucket, team, clock, bin, n, kept FROM count_clock WHERE brand_id = $1 AND lane = '' AND bucket >= $2 AND bucket < $3 ORDER BY bucket", brand, run[0], run[len(run)-1]+dayOfUTC)
	if err != nil {
		return err
	}
	if err := eachRow(rows, func(r *sql.Rows) error {
		var name clockName
		var cell clockCell
		if err := r.Scan(&cell.bucket, &name.team, &name.clock, &name.bin, &cell.n, &cell.kept); err != nil {
			return err
		}
		cell.name = c.name(name)
		d := fresh[clockMark(cell.bucket)]
		d.cells = append(d.cells, cell)
		return nil
	}); err != nil {
		return err
	}
	for day, d := range fresh {
		c.keep(day, d)
	}
	return nil
}

// keep puts a day in the place of what it was.
func (c *brandClocks) keep(day int64, d *clockDay) {
	sums := make([]clockCell, len(c.names))
	for i := range d.cells {
		cell := &d.cells[i]
		sums[cell.name].n += cell.n
		sums[cell.name].kept += cell.kept
	}
	for i, sum := range sums {
		if sum.n != 0 || sum.kept != 0 {
			d.sums = append(d.sums, clockCell{name: int32(i), n: sum.n, kept: sum.kept})
		}
	}
	if old := c.days[day]; old != nil {
		c.cells -= len(old.cells)
	}
	c.cells += len(d.cells)
	c.days[day] = d
}

// name is the number of a name.
func (c *brandClocks) name(name clockName) int32 {
	i, known := c.byName[name]
	if !known {
		i = int32(len(c.names))
		c.names, c.byName[name] = append(c.names, name), i
	}
	return i
}

// sum adds up what ran in [from, until), by team, then by clock.
func (c *brandClocks) sum(first, from, until int64) map[string]map[string]Clock {
	sums := make([][2]int64, len(c.names))
	for day := first; day < until; day += dayOfUTC {
		d := c.days[day]
		if d == nil { // after the last that anything was counted in
			break
		}
		cells, whole := d.sums, day >= from && day+dayOfUTC <= until
		if !whole {
			cells = d.cells
		}
		for i := range cells {
			if cell := &cells[i]; whole || cell.bucket >= from && cell.bucket < until {
				sums[cell.name][0] += int64(cell.n)
				sums[cell.name][1] += int64(cell.kept)
			}
		}
	}
	teams := map[string]map[string]Clock{}
	for i, sum := range sums {
		if sum == [2]int64{} {
			continue
		}
		name := c.names[i]
		if teams[name.team] == nil {
			teams[name.team] = map[string]Clock{}
		}
		one := teams[name.team][name.clock]
		one.Add(Clock{map[int]int64{name.bin: sum[0]}, sum[0], sum[1]})
		teams[name.team][name.clock] = one
	}
	return teams
}
