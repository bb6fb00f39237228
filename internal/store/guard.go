package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/sayline/sayline"
)

// Small audiences are guarded: of employees, and of whom a brand says so, no
// single moment shows in any count, stream or search of the pulse, and no count
// can be told from another by fewer than five of them.
//
// The rule (docs/decisions/0024-guarded-audiences.md): what they say in public is
// added up by the brand's local week, audience and touchpoint, by the time it
// came. When the week is over (and an hour more, for what was being written) it
// is released and never changes again, whatever is withdrawn or counted late. A
// touchpoint with five or more is one lump; the audience's remaining touchpoints
// are one lump together, without a touchpoint, if they are five or more, and
// nothing otherwise. A lump stands whole on the last day of its week, or not at
// all: a filter or a split by anything a lump does not carry leaves it out. So
// every answer is a sum of lumps, and two answers differ by lumps.

// GuardLeast is how many moments the smallest lump has.
const GuardLeast = 5

// A week may still be written to for guardGrace after its end, and is read from
// guardRead after its last day began: no day is so long, whatever the clocks do,
// and by then every such write is on disk.
const (
	guardGrace = time.Hour
	guardRead  = 28 * time.Hour
)

// alwaysGuarded is guarded whether a query says so or not.
const alwaysGuarded = "employee"

// guards says whether nothing single of a moment may show.
func guards(m *sayline.Moment) bool { return m.Guarded || m.Audience == alwaysGuarded }

// guardDay is the bucket of a guarded moment: the start of the last local day,
// the Sunday, of the week it came in.
func guardDay(received time.Time, zone *time.Location) int64 {
	local := received.In(orUTC(zone))
	y, m, d := local.Date()
	ahead := (7 - int(local.Weekday())) % 7
	return DayStart(time.Date(y, m, d+ahead, 12, 0, 0, 0, local.Location()), zone)
}

// closed is when the week that ends with a day is no longer written to.
func closed(day int64, zone *time.Location) time.Time {
	local := fromMicros(day).In(orUTC(zone))
	y, m, d := local.Date()
	return fromMicros(DayStart(time.Date(y, m, d+1, 12, 0, 0, 0, local.Location()), zone)).Add(guardGrace)
}

// guards says whether nothing single of an audience may show.
func (p *Part) guards(audience string) bool {
	return audience == alwaysGuarded || slices.Contains(p.Guarded, audience)
}

// seesLumps says whether a part asks for nothing that a lump does not carry.
func (p *Part) seesLumps() bool {
	return len(p.Places)+len(p.Kinds)+len(p.Topics)+len(p.Teams)+len(p.Sources)+len(p.Langs)+len(p.Feelings) == 0 && !p.single() && p.Imported == ImportedToo
}

// carried says whether a lump can be told apart by this split.
func (s Split) carried() bool {
	return !s.Topic && !s.Place && !s.Kind && !s.Team && !s.Source && !s.Lang
}

// lump is what a guarded audience said in a week, as far as it may be told.
type lump struct {
	day        int64
	audience   string
	touchpoint string
	Tally
}

// lumps reads what was released of the guarded audiences in a query's days.
func (s *Store) lumps(ctx context.Context, q *CountsQuery) ([]lump, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT bucket, audience, touchpoint, n, f1, f2, f3, f4, f5 FROM count_guard "+
		"WHERE brand_id = $1 AND lane = '' AND bucket >= $2 AND bucket < $3 ORDER BY bucket, audience, touchpoint", q.Brand, micros(q.From), micros(q.Until))
	if err != nil {
		return nil, s.failed(err)
	}
	var told []lump
	rest := map[lump]Tally{} // by day and audience
	now := s.now()
	err = eachRow(rows, func(r *sql.Rows) error {
		var l lump
		f := &l.Feelings
		if err := r.Scan(&l.day, &l.audience, &l.touchpoint, &l.N, &f[1], &f[2], &f[3], &f[4], &f[5]); err != nil {
			return err
		}
		switch {
		case now.Before(fromMicros(l.day).Add(guardRead)):
		case l.N >= GuardLeast && l.touchpoint != "":
			told = append(told, l.faced())
		default:
			of := lump{day: l.day, audience: l.audience}
			sum := rest[of]
			sum.Add(l.Tally)
			rest[of] = sum
		}
		return nil
	})
	for l, sum := range rest {
		if sum.N >= GuardLeast {
			l.Tally = sum
			told = append(told, l.faced())
		}
	}
	return told, s.failed(err)
}

// faced is the lump without its faces where fewer than five showed one.
func (l lump) faced() lump {
	if l.Felt() < GuardLeast {
		l.Feelings = [6]int64{}
	}
	return l
}

// addLumps adds to the sums of an answer what may be told of guarded audiences.
func (s *Store) addLumps(ctx context.Context, q *CountsQuery, by Split, into *tallied) error {
	if q.Level != ByDay || !q.Of.seesLumps() || !by.carried() {
		return nil
	}
	list, err := s.lumps(ctx, q)
	for _, l := range list {
		f := facets{touchpoint: l.touchpoint, audience: l.audience}
		if q.Of.guards(l.audience) && q.takes(&f) && (l.touchpoint != "" || !by.Touchpoint) {
			into.add(by.cut(l.day, &f), l.Tally)
		}
	}
	return err
}
