package pulse

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
)

// visited is what was said of those who met the brand, at one touchpoint, at a place or
// anywhere, by one kind of counting them.
type visited struct {
	About, Subject, Kind string
	Came, Said           int64 // in this time, in the days or hours for which it is known how many came
	WasCame, WasSaid     int64 // of what lets expect: its own days before, or its like in this time
	Own                  bool  // it is its own days
}

// rate is how many of 1,000 said something.
func (v *visited) rate() (of1000 float64, in interval) {
	of1000, in.low, in.high = sayline.SaidOf1000(v.Said, v.Came)
	return of1000, in
}

// expected is how much was to be said by as many as came; ok is false where nothing
// lets expect anything.
func (v *visited) expected() (n float64, ok bool) {
	if v.WasCame == 0 {
		return 0, false
	}
	return float64(v.Came) * float64(v.WasSaid) / float64(v.WasCame), true
}

// Verdicts of what was said against what was expected.
const (
	asExpected = ""
	quieter    = "quiet"
	louder     = "loud"
)

// verdict compares two rates, exactly as their sum is parted: of all that was said in
// both times, the share of this one lies with 95 % certainty (Wilson) on one side of
// its share of those who came. Where fewer than five were to be expected and fewer
// than five spoke, nothing is told.
func (v *visited) verdict() string {
	want, ok := v.expected()
	all := v.Said + v.WasSaid
	if !ok || all == 0 || want < leastUsual && v.Said < leastUsual {
		return asExpected
	}
	share, in := float64(v.Came)/float64(v.Came+v.WasCame), wilson(v.Said, all)
	switch {
	case in.high < share:
		return quieter
	case in.low > share:
		return louder
	}
	return asExpected
}

// ownDays is for how many of the days before it has to be known how many came, until
// its own history lets expect something; where it was silent then, too, its like does.
const ownDays = 14

// likes is how many others there have to be until they let expect something.
const likes = 2

// Why visits can't be told.
const (
	visitsNone    = "measures_visits_none"
	visitsMinutes = "measures_visits_minutes"
	visitsWords   = "measures_visits_words"
)

// visits reads them, those that fell silent first, then the loud; or the key of why
// they can't be told. Guarded audiences are in none of it: what is told apart by topic
// or place has none of their lumps.
func (m *measuring) visits(ctx context.Context) (list []visited, none string, err error) {
	p := &m.period
	if p.level == store.ByMinute {
		return nil, visitsMinutes, nil
	}
	if of := m.part(); of.Product+of.Lot+of.Words != "" { // they are read one by one, and not all of them
		return nil, visitsWords, nil
	}
	until := m.whole()
	before := dayAfter(p.from, -7*weeksBack)
	first, err := m.store.FirstCounted(ctx, m.brand.ID)
	if err != nil {
		return nil, "", err
	}
	if whole := dayAfter(first.In(p.at.Location()), 1); first.IsZero() || before.Before(whole) { // nobody was listened to before
		before = whole
	}
	brought, err := m.store.Visits(ctx, m.brand.ID, min(before.Format(time.DateOnly), p.from.Format(time.DateOnly)), dayAfter(until, 1).Format(time.DateOnly))
	if err != nil {
		return nil, "", err
	}
	v := &visiting{measuring: m, sums: map[visitsOf]*visited{}}
	now, was := v.cut(brought, p.from, until, p.level), v.cut(brought, before, p.from, store.ByDay)
	if len(now) == 0 {
		return nil, visitsNone, nil
	}
	if err := v.add(ctx, now, p.level, p.from, until, false); err != nil {
		return nil, "", err
	}
	if err := v.add(ctx, was, store.ByDay, before, p.from, true); err != nil {
		return nil, "", err
	}
	list = v.list()
	if len(list) == 0 {
		return nil, visitsNone, nil
	}
	return list, "", nil
}

// whole is where the days or hours of the period end that are over.
func (m *measuring) whole() time.Time {
	p := &m.period
	end := dayAfter(p.at, 0)
	if p.level == store.ByHour {
		end = time.UnixMicro(store.HourStart(p.at, p.at.Location())).In(p.at.Location())
	}
	if p.until.Before(end) {
		return p.until
	}
	return end
}

// visitsOf is what one row of the measure is of.
type visitsOf struct{ kind, about, subject string }

// visiting adds up who came and what was said.
type visiting struct {
	*measuring
	sums map[visitsOf]*visited
}

// cut are those who came, by the start of the bucket, of what the filter is of and
// everybody may read of. The clock on the wall says an hour twice a year twice: then
// both are one hour's.
func (v *visiting) cut(brought []sayline.Visits, from, until time.Time, level store.Level) map[visitsOf]map[string]int64 {
	came := map[visitsOf]map[string]int64{}
	first, end := bucketOf(from, level), bucketOf(until, level)
	for i := range brought {
		b := &brought[i]
		bucket := b.Day
		if level == store.ByHour {
			if b.Hour == sayline.WholeDay {
				continue
			}
			bucket = hourOf(b.Day, b.Hour)
		}
		of := visitsOf{b.Kind, b.About, b.Subject}
		if bucket < first || bucket >= end || !v.tells(of) {
			continue
		}
		if came[of] == nil {
			came[of] = map[string]int64{}
		}
		came[of][bucket] += b.N
	}
	return came
}

// hourOf is an hour's bucket, bucketOf that of a time in the brand's zone: they sort as
// the times do.
func hourOf(day string, hour int) string {
	return day + string([]byte{' ', byte('0' + hour/10), byte('0' + hour%10)})
}

func bucketOf(t time.Time, level store.Level) string {
	if level == store.ByHour {
		return hourOf(t.Format(time.DateOnly), t.Hour())
	}
	return t.Format(time.DateOnly)
}

// tells says whether a row is of the filter, and of what everybody may read of.
func (v *visiting) tells(of visitsOf) bool {
	return TellsVisits(v.brand, v.part(), of.about, of.subject)
}

// TellsVisits says whether how many came, of a touchpoint, of a place or of everywhere,
// is of a part, and of what everybody may read of.
func TellsVisits(b *brands.Snapshot, part store.Part, about, subject string) bool {
	switch about {
	case sayline.VisitsAtTouchpoint:
		t := b.Index.Touchpoint(subject)
		return t != nil && b.TellsVisits(t) && part.At(t.ID, t.Place)
	case sayline.VisitsAtPlace:
		return b.Index.Place(subject) != nil && len(part.Touchpoints) == 0 && (len(part.Places) == 0 || slices.Contains(part.Places, subject))
	}
	return len(part.Touchpoints)+len(part.Places) == 0
}

// add adds up those who came in [from, until) and what was said where they are known.
func (v *visiting) add(ctx context.Context, came map[visitsOf]map[string]int64, level store.Level, from, until time.Time, before bool) error {
	if len(came) == 0 {
		return nil
	}
	points, places := false, false
	for of, buckets := range came {
		sum := v.sums[of]
		if sum == nil {
			sum = &visited{Kind: of.kind, About: of.about, Subject: of.subject}
			v.sums[of] = sum
		}
		for _, n := range buckets {
			if before {
				sum.WasCame += n
			} else {
				sum.Came += n
			}
		}
		points = points || of.about == sayline.VisitsAtTouchpoint
		places = places || of.about != sayline.VisitsAtTouchpoint
	}
	if before {
		defer func() {
			for of, buckets := range came {
				v.sums[of].Own = len(buckets) >= ownDays && v.sums[of].WasSaid >= leastUsual
			}
		}()
	}
	q := v.query(level, from, until)
	for _, read := range []struct {
		needed bool
		split  store.Split
	}{{points, store.Split{Time: true, Touchpoint: true, Topic: true}}, {places, store.Split{Time: true, Place: true}}} {
		if !read.needed {
			continue
		}
		said, err := v.store.Counts(ctx, q, read.split)
		if err != nil {
			return err
		}
		for of, buckets := range came {
			if (of.about == sayline.VisitsAtTouchpoint) != read.split.Touchpoint {
				continue
			}
			for i := range said.List {
				c := &said.List[i]
				if _, known := buckets[bucketOf(c.Bucket.In(v.period.at.Location()), level)]; !known || !v.in(of, c) {
					continue
				}
				if before {
					v.sums[of].WasSaid += c.N
				} else {
					v.sums[of].Said += c.N
				}
			}
		}
	}
	return nil
}

// in says whether a count belongs to a row.
func (v *visiting) in(of visitsOf, c *store.Counted) bool {
	switch of.about {
	case sayline.VisitsAtTouchpoint:
		return c.Touchpoint == of.subject
	case sayline.VisitsAtPlace:
		return v.brand.Index.Under(c.Place, of.subject)
	}
	return true
}

// list are the rows at which enough came, those furthest below what was expected
// first.
func (v *visiting) list() []visited {
	var list []visited
	for of, sum := range v.sums {
		if sum.Came < fewest {
			continue
		}
		row := *sum
		if !row.Own {
			row.WasCame, row.WasSaid = v.like(of)
		}
		list = append(list, row)
	}
	rank := map[string]int{quieter: 0, louder: 1, asExpected: 2}
	far := func(x *visited) float64 {
		want, _ := x.expected()
		return math.Abs(want - float64(x.Said))
	}
	slices.SortFunc(list, func(a, b visited) int {
		return cmp.Or(cmp.Compare(rank[a.verdict()], rank[b.verdict()]), cmp.Compare(far(&b), far(&a)), cmp.Compare(b.Came, a.Came),
			cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.About, b.About), cmp.Compare(a.Subject, b.Subject))
	})
	return list
}

// like adds up this row's like in this time: the other touchpoints of its channel, or
// the other places of its level, by the same kind. Fewer than two let expect nothing.
func (v *visiting) like(of visitsOf) (came, said int64) {
	n := 0
	for other, sum := range v.sums {
		if other != of && other.kind == of.kind && other.about == of.about && sum.Came >= fewest && v.alike(of.about, of.subject, other.subject) {
			n, came, said = n+1, came+sum.Came, said+sum.Said
		}
	}
	if n < likes {
		return 0, 0
	}
	return came, said
}

func (v *visiting) alike(about, a, b string) bool {
	ix := v.brand.Index
	if about == sayline.VisitsAtTouchpoint {
		return ix.Touchpoint(a).Channel == ix.Touchpoint(b).Channel
	}
	return ix.Place(a).Level == ix.Place(b).Level && !ix.Under(a, b) && !ix.Under(b, a)
}
