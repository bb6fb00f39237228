package store

import (
	"cmp"
	"database/sql"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/sayline/sayline"
)

// count is one change of a roll-up row. The group adds up all changes of a row
// and writes it once.
type count struct {
	countKey
	add [6]int64 // n and the five feelings; of a clock: n and kept
}

type countKey struct {
	table  countTable
	brand  string
	lane   string
	bucket int64 // microseconds, UTC start of the brand's local hour, day or minute
	facets       // of a moment; of a clock the team and, as topic, the clock's name
	bin    int   // of a clock
}

// facets are what a moment is counted by. Nothing else is: what has more values
// than a brand has words for (product, lot, words) is read from the moments.
type facets struct {
	touchpoint, place, audience, kind, topic, team, source, lang string
}

func (f *facets) compare(o *facets) int {
	return cmp.Or(cmp.Compare(f.touchpoint, o.touchpoint), cmp.Compare(f.place, o.place), cmp.Compare(f.audience, o.audience), cmp.Compare(f.kind, o.kind),
		cmp.Compare(f.topic, o.topic), cmp.Compare(f.team, o.team), cmp.Compare(f.source, o.source), cmp.Compare(f.lang, o.lang))
}

type countTable int

const (
	countHour countTable = iota
	countDay
	countMinute
	countGuard
	countClock
)

// addFaces ends an upsert that adds to the row that is there.
func addFaces(table, key string) string {
	return "ON CONFLICT (" + key + ") DO UPDATE SET n = " + table + ".n + excluded.n, f1 = " + table + ".f1 + excluded.f1, f2 = " + table + ".f2 + excluded.f2, f3 = " +
		table + ".f3 + excluded.f3, f4 = " + table + ".f4 + excluded.f4, f5 = " + table + ".f5 + excluded.f5"
}

const faces = ", n bigint, f1 bigint, f2 bigint, f3 bigint, f4 bigint, f5 bigint"

func faceTable(name, keys, typed string) *table {
	return newTable(name, "brand_id text, lane text, bucket bigint, "+typed+faces, addFaces(name, "brand_id, lane, bucket, "+keys))
}

const (
	facetKeys  = "touchpoint, place, audience, kind, topic, team, source, lang"
	facetTyped = "touchpoint text, place text, audience text, kind text, topic text, team text, source text, lang text"
	whoKeys    = "touchpoint, audience"
	whoTyped   = "touchpoint text, audience text"
)

var countTables = [...]*table{
	countHour:   faceTable("count_hour", facetKeys, facetTyped),
	countDay:    faceTable("count_day", facetKeys, facetTyped),
	countMinute: faceTable("count_minute", whoKeys, whoTyped),
	countGuard:  faceTable("count_guard", whoKeys, whoTyped),
	countClock: newTable("count_clock", "brand_id text, lane text, bucket bigint, team text, clock text, bin bigint, n bigint, kept bigint",
		"ON CONFLICT (brand_id, lane, bucket, team, clock, bin) DO UPDATE SET n = count_clock.n + excluded.n, kept = count_clock.kept + excluded.kept"),
}

// markTable tells which hours and days were counted in, and how often since:
// what is kept of them in memory is as new as its mark (see cube.go).
var markTable = newTable("count_mark", "brand_id text, width bigint, bucket bigint, n bigint",
	"ON CONFLICT (brand_id, width, bucket) DO UPDATE SET n = count_mark.n + excluded.n")

// Clocks, in their order.
const (
	ClockReach       = "reach"
	ClockSeen        = "seen"
	ClockAcknowledge = "acknowledge"
	ClockAnswer      = "answer"
)

// momentCount is one moment in or out of every roll-up it stands in. Many
// moments of a group are alike (forty-one taps, one empty shelf): they are
// added up as they are before they are spread over the tables.
type momentCount struct {
	brand, lane string
	facets
	feeling                  int
	hour, day, minute, guard int64 // buckets; 0 where it is not counted
}

// countMoment adds a moment to every roll-up it stands in (sign +1), or takes
// it out again (sign -1).
func (tx *Tx) countMoment(m *sayline.Moment, zone *time.Location, sign int64) {
	tx.countSolved(m, sign)
	at := m.CountedAt()
	c := momentCount{brand: m.Brand, lane: m.Lane, facets: facetsOf(m), feeling: m.Feeling, day: DayStart(at, zone)}
	if hour := HourStart(at, zone); tx.now.Sub(fromMicros(hour)) <= hoursKept { // else its row is gone already
		c.hour = hour
	}
	if minute := m.ReceivedAt.Truncate(time.Minute); tx.now.Sub(minute) <= minutesKept && m.Context.Source != sayline.SourceImport { // that is not of now
		c.minute = micros(minute)
	}
	if day := guardDay(m.ReceivedAt, zone); m.Guarded && tx.now.Before(closed(day, zone)) {
		c.guard = day
	}
	tx.moments = append(tx.moments, signed{c, sign})
}

func facetsOf(m *sayline.Moment) facets {
	return facets{touchpoint: m.Context.Touchpoint, place: m.Context.Place, audience: m.Audience, kind: sayline.KnownKind(m.Kind),
		topic: m.Topic, team: m.Decision.Team, source: sayline.KnownSource(m.Context.Source), lang: CountedLang(m.Lang)}
}

type signed struct {
	momentCount
	sign int64
}

// spread puts the moments of the group into the sums of the tables.
func (tx *Tx) spread(sums map[countKey][6]int64) {
	alike := make(map[momentCount]int64, len(tx.moments))
	for i := range tx.moments {
		alike[tx.moments[i].momentCount] += tx.moments[i].sign
	}
	for c, n := range alike {
		put := func(t countTable, bucket int64, f facets) {
			if bucket == 0 || n == 0 {
				return
			}
			k := countKey{table: t, brand: c.brand, lane: c.lane, bucket: bucket, facets: f}
			sum := sums[k]
			sum[0] += n
			if c.feeling >= 1 && c.feeling <= 5 {
				sum[c.feeling] += n
			}
			sums[k] = sum
		}
		who := facets{touchpoint: c.touchpoint, audience: c.audience}
		put(countHour, c.hour, c.facets)
		put(countDay, c.day, c.facets)
		put(countMinute, c.minute, who)
		put(countGuard, c.guard, who)
	}
}

// stopClock measures a clock of a case's episode from its beginning until now;
// none of a case that a small audience spoke in.
func (tx *Tx) stopClock(c *sayline.Case, clock string, by time.Time, zone *time.Location) error {
	if c.Guarded {
		return nil
	}
	took, err := tx.ran(c)
	if err == nil {
		tx.countClock(c, clock, took, !tx.now.After(by), zone)
	}
	return err
}

// ran is how long a case's episode has run: in opening hours where its promise does.
func (tx *Tx) ran(c *sayline.Case) (time.Duration, error) {
	whole := tx.now.Sub(c.Since)
	if tx.runs == nil {
		return whole, nil
	}
	runs := tx.runs(c.Brand)
	if runs == nil {
		return whole, nil
	}
	m, err := scanMoment(tx.scanner("SELECT "+momentCols+" FROM moment WHERE brand_id = $1 AND case_id = $2 ORDER BY moment_id LIMIT 1", c.Brand, c.ID), c.Brand)
	if errors.Is(err, sql.ErrNoRows) {
		return whole, nil // its moments are no longer kept
	}
	if err != nil {
		return 0, err
	}
	return runs(m, c.Since, tx.now), nil
}

// countClock adds one measured span of a case's episode to its team's clock.
func (tx *Tx) countClock(c *sayline.Case, clock string, took time.Duration, kept bool, zone *time.Location) {
	tx.counts = append(tx.counts, count{
		countKey{table: countClock, brand: c.Brand, lane: c.Lane, bucket: HourStart(tx.now, zone), facets: facets{team: c.Team, topic: clock}, bin: ClockBin(took)},
		[6]int64{1, int64(flag(kept))}})
}

// ClockBin is the bin of a span: bin b holds spans from 2^(b/4) to 2^((b+1)/4)
// milliseconds, so neighbours differ by 19 %.
func ClockBin(took time.Duration) int {
	ms := float64(took) / float64(time.Millisecond)
	if ms <= 1 {
		return 0
	}
	return int(math.Floor(math.Log2(ms) * 4))
}

// BinSpan is the geometric middle of a bin.
func BinSpan(bin int) time.Duration {
	return time.Duration(math.Exp2((float64(bin)+0.5)/4) * float64(time.Millisecond))
}

// HourStart is the UTC start, in microseconds, of the local hour t falls in;
// zones with half-hour offsets have hours of their own. When the clocks are
// moved an hour begins anew, be it by half an hour. A zone of nil is UTC.
func HourStart(t time.Time, zone *time.Location) int64 {
	local := t.In(orUTC(zone))
	_, offset := local.Zone()
	start := t.Unix() - mod(t.Unix()+int64(offset), 3600)
	if _, before := time.Unix(start, 0).In(local.Location()).Zone(); before != offset {
		moved, _ := local.ZoneBounds()
		start = moved.Unix()
	}
	return start * 1e6
}

// DayStart is the UTC start, in microseconds, of the local day t falls in: its
// first midnight, or where the clocks skip midnight the moment after the skip.
func DayStart(t time.Time, zone *time.Location) int64 {
	local := t.In(orUTC(zone))
	for {
		hour, minute, second := local.Clock()
		start := local.Unix() - int64(hour*3600+minute*60+second)
		moved, _ := local.ZoneBounds()
		if moved.IsZero() || start > moved.Unix() {
			return start * 1e6
		}
		before := moved.Add(-1) // under the clocks as they were before
		if before.Day() != local.Day() {
			return moved.Unix() * 1e6
		}
		local = before
	}
}

func orUTC(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}

func mod(a, b int64) int64 { return (a%b + b) % b }

// flushCounts adds up the group's changes and upserts each row once, in the
// order of the keys, so that two processes never wait for each other in a ring.
func (tx *Tx) flushCounts() error {
	if len(tx.counts)+len(tx.moments) == 0 {
		return nil
	}
	sums := make(map[countKey][6]int64, len(tx.counts)+8)
	tx.spread(sums)
	for _, c := range tx.counts {
		sum := sums[c.countKey]
		for i, n := range c.add {
			sum[i] += n
		}
		sums[c.countKey] = sum
	}
	keys := make([]countKey, 0, len(sums))
	for k, sum := range sums {
		if sum != [6]int64{} { // out and in again is nothing
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, compareCounts)
	var rows [len(countTables)][][]any
	var marks [][]any
	for i, k := range keys {
		rows[k.table] = append(rows[k.table], countRow(k, sums[k]))
		if k.table == countClock && k.lane == "" && (i == 0 || !k.sameDay(keys[i-1])) {
			marks = append(marks, []any{k.brand, widthClock, clockMark(k.bucket), 1})
		}
		if width, ok := markWidth[k.table]; ok && k.lane == "" && (i == 0 || !k.marksLike(keys[i-1])) {
			marks = append(marks, []any{k.brand, width, k.bucket, 1})
		}
	}
	for t, r := range rows {
		if err := tx.insert(countTables[t], r); err != nil {
			return err
		}
	}
	return tx.insert(markTable, marks)
}

// markWidth are the widths of the buckets that have marks.
var markWidth = map[countTable]int64{countHour: widthHour, countDay: widthDay}

const (
	widthHour int64 = 1
	widthDay  int64 = 2
)

func (k countKey) marksLike(o countKey) bool {
	return k.table == o.table && k.brand == o.brand && k.lane == o.lane && k.bucket == o.bucket
}

// sameDay says whether two clocks raise the same mark.
func (k countKey) sameDay(o countKey) bool {
	return k.table == o.table && k.brand == o.brand && k.lane == o.lane && clockMark(k.bucket) == clockMark(o.bucket)
}

func compareCounts(x, y countKey) int {
	return cmp.Or(cmp.Compare(x.table, y.table), cmp.Compare(x.brand, y.brand), cmp.Compare(x.lane, y.lane), cmp.Compare(x.bucket, y.bucket),
		x.facets.compare(&y.facets), cmp.Compare(x.bin, y.bin))
}

func countRow(k countKey, s [6]int64) []any {
	switch k.table {
	case countMinute, countGuard:
		return []any{k.brand, k.lane, k.bucket, k.touchpoint, k.audience, s[0], s[1], s[2], s[3], s[4], s[5]}
	case countClock:
		return []any{k.brand, k.lane, k.bucket, k.team, k.topic, k.bin, s[0], s[1]}
	}
	return []any{k.brand, k.lane, k.bucket, k.touchpoint, k.place, k.audience, k.kind, k.topic, k.team, k.source, k.lang, s[0], s[1], s[2], s[3], s[4], s[5]}
}
