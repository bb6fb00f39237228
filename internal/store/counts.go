package store

import (
	"cmp"
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
	table      countTable
	brand      string
	lane       string
	bucket     int64 // microseconds, UTC start of the brand's local hour, day or minute
	a, b, c, d string
	bin        int
}

type countTable int

const (
	countHour countTable = iota
	countDay
	countTopicHour
	countTopicDay
	countMinute
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
	placeKeys, placeTyped = "touchpoint, place, audience, kind", "touchpoint text, place text, audience text, kind text"
	topicKeys, topicTyped = "topic, touchpoint, place, audience", "topic text, touchpoint text, place text, audience text"
)

var countTables = [...]*table{
	countHour:      faceTable("count_hour", placeKeys, placeTyped),
	countDay:       faceTable("count_day", placeKeys, placeTyped),
	countTopicHour: faceTable("count_topic_hour", topicKeys, topicTyped),
	countTopicDay:  faceTable("count_topic_day", topicKeys, topicTyped),
	countMinute:    faceTable("count_minute", "touchpoint", "touchpoint text"),
	countClock: newTable("count_clock", "brand_id text, lane text, bucket bigint, team text, clock text, bin bigint, n bigint, kept bigint",
		"ON CONFLICT (brand_id, lane, bucket, team, clock, bin) DO UPDATE SET n = count_clock.n + excluded.n, kept = count_clock.kept + excluded.kept"),
}

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
	brand, lane, touchpoint, place, audience, kind, topic string
	feeling                                               int
	hour, day, minute                                     int64
}

// countMoment adds a moment to every roll-up it stands in (sign +1), or takes
// it out again (sign -1).
func (tx *Tx) countMoment(m *sayline.Moment, zone *time.Location, sign int64) {
	at, minute := m.CountedAt(), m.ReceivedAt.Truncate(time.Minute)
	if tx.now.Sub(minute) > minutesKept {
		minute = time.Time{} // its row is gone already
	}
	tx.moments = append(tx.moments, signed{momentCount{
		brand: m.Brand, lane: m.Lane, touchpoint: m.Context.Touchpoint, place: m.Context.Place, audience: m.Audience,
		kind: sayline.KnownKind(m.Kind), topic: m.Topic, feeling: m.Feeling,
		hour: HourStart(at, zone), day: DayStart(at, zone), minute: micros(minute)}, sign})
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
		put := func(t countTable, bucket int64, a, b, cc, d string) {
			k := countKey{table: t, brand: c.brand, lane: c.lane, bucket: bucket, a: a, b: b, c: cc, d: d}
			sum := sums[k]
			sum[0] += n
			if c.feeling >= 1 && c.feeling <= 5 {
				sum[c.feeling] += n
			}
			sums[k] = sum
		}
		put(countHour, c.hour, c.touchpoint, c.place, c.audience, c.kind)
		put(countDay, c.day, c.touchpoint, c.place, c.audience, c.kind)
		if c.minute != 0 {
			put(countMinute, c.minute, c.touchpoint, "", "", "")
		}
		if c.topic != "" {
			put(countTopicHour, c.hour, c.topic, c.touchpoint, c.place, c.audience)
			put(countTopicDay, c.day, c.topic, c.touchpoint, c.place, c.audience)
		}
	}
}

// countClock adds one measured span of a case's episode to its team's clock.
func (tx *Tx) countClock(c *sayline.Case, clock string, took time.Duration, kept bool, zone *time.Location) {
	tx.counts = append(tx.counts, count{
		countKey{table: countClock, brand: c.Brand, lane: c.Lane, bucket: HourStart(tx.now, zone), a: c.Team, b: clock, bin: ClockBin(took)},
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
	for k := range sums {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compareCounts)
	var rows [len(countTables)][][]any
	for _, k := range keys {
		rows[k.table] = append(rows[k.table], countRow(k, sums[k]))
	}
	for t, r := range rows {
		if err := tx.insert(countTables[t], r); err != nil {
			return err
		}
	}
	return nil
}

func compareCounts(x, y countKey) int {
	return cmp.Or(cmp.Compare(x.table, y.table), cmp.Compare(x.brand, y.brand), cmp.Compare(x.lane, y.lane), cmp.Compare(x.bucket, y.bucket),
		cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(x.c, y.c), cmp.Compare(x.d, y.d), cmp.Compare(x.bin, y.bin))
}

func countRow(k countKey, s [6]int64) []any {
	switch k.table {
	case countMinute:
		return []any{k.brand, k.lane, k.bucket, k.a, s[0], s[1], s[2], s[3], s[4], s[5]}
	case countClock:
		return []any{k.brand, k.lane, k.bucket, k.a, k.b, k.bin, s[0], s[1]}
	}
	return []any{k.brand, k.lane, k.bucket, k.a, k.b, k.c, k.d, s[0], s[1], s[2], s[3], s[4], s[5]}
}
