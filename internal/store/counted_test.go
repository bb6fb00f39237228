package store

import (
	"context"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/testkit"
)

// counting is what was said, kept by the test itself, with dice.
type counting struct {
	*readsHouse
	t    *testing.T
	dice *mathrand.Rand
	zone *time.Location
	said map[string]*sayline.Moment // by id
}

func newCounting(t *testing.T, h *readsHouse, seed uint64) *counting {
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	h.now = time.Date(2026, 10, 12, 9, 0, 0, 0, zone)
	return &counting{h, t, mathrand.New(mathrand.NewPCG(seed, 3)), zone, map[string]*sayline.Moment{}}
}

func (c *counting) pick(list ...string) string { return list[c.dice.IntN(len(list))] }

// some are a few of a list; often none.
func (c *counting) some(list ...string) []string {
	var few []string
	for range max(0, c.dice.IntN(5)-2) {
		few = append(few, c.pick(list...))
	}
	return few
}

// live says something every while, over the night in which clocks go back; some
// of it happened before, some comes late, some is private.
func (c *counting) live(n int, apart time.Duration) {
	for range n {
		c.now = c.now.Add(time.Duration(c.dice.Int64N(int64(apart))))
		m := sayline.Moment{Brand: "sparkle", Zone: c.zone.String(), Feeling: c.dice.IntN(6), Kind: c.pick("problem", "praise", "newer-kind"), Topic: c.pick("", "dirty", "late"),
			Text: c.pick("lemon", "taste of metal"), Audience: c.pick("customer", "customer", "vendor", "employee", "press"), Lang: c.pick("es", "es-MX", "EN", ""), Lane: c.pick("", "", "", "", "staff"),
			OccurredAt: c.now.Add(-time.Duration(c.dice.IntN(3*24)) * time.Hour * time.Duration(c.dice.IntN(2)))}
		m.Guarded = m.Audience == "employee" || m.Audience == "press"
		m.Context = sayline.Context{Touchpoint: c.pick("k1", "k2", "k3", ""), Place: c.pick("madrid", "valencia", ""), Source: c.pick("qr", "import", "another"), Product: c.pick("", "cola"), Lot: c.pick("", "L1")}
		m.Decision = sayline.Decision{Team: c.pick("distribution", "yard"), Urgency: sayline.Normal, Within: time.Hour, Answer: time.Hour, OpensCase: c.dice.IntN(3) == 0}
		said := c.say(m)
		c.said[said.ID] = said
	}
}

// shape withdraws some, hands some cases over and joins some.
func (c *counting) shape(ctx context.Context) {
	must := func(err error) {
		if err != nil && sayline.KindOf(err) != sayline.Conflict && sayline.KindOf(err) != sayline.NotFound {
			c.t.Fatal(err)
		}
	}
	var last *sayline.Moment
	for _, id := range sortedIDs(c.said) {
		m := c.said[id]
		act := Act{Brand: "sparkle", Case: m.Case, Person: "lucia", Way: "desk", Zone: c.zone}
		switch n := c.dice.IntN(6); {
		case m.Case != "" && n == 0:
			_, err := c.HandOver(ctx, HandOver{Act: act, To: sayline.Decision{Team: "quality", Within: time.Hour, Answer: time.Hour}})
			must(err)
		case m.Case != "" && n == 1 && last != nil && last.Lane == m.Lane && last.Case != m.Case:
			must(c.Merge(ctx, act, last.Case))
		case m.Case != "":
			last = m
		}
	}
	for id := range c.said { // as the rows tell it now
		m, err := c.Moment(ctx, "sparkle", id)
		must(err)
		c.said[id] = m
	}
}

func sortedIDs(said map[string]*sayline.Moment) []string {
	var ids []string
	for id := range said {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func (c *counting) part() Part {
	p := Part{Touchpoints: c.some("k1", "k2", "k3", ""), Places: c.some("madrid", "valencia"), Audiences: c.some("customer", "vendor", "employee", "press"), Kinds: c.some("problem", "praise", "question"),
		Topics: c.some("dirty", "late", ""), Teams: c.some("distribution", "yard", "quality"), Sources: c.some("qr", "import"), Langs: c.some("es", "en"), Guarded: []string{"press"}}
	for range max(0, c.dice.IntN(5)-2) {
		p.Feelings = append(p.Feelings, c.dice.IntN(6))
	}
	slices.Sort(p.Feelings)
	p.Feelings = slices.Compact(p.Feelings)
	p.Imported = []Imported{ImportedToo, ImportedToo, ImportedOnly, ImportedNot}[c.dice.IntN(4)]
	if c.dice.IntN(5) == 0 {
		p.Product = "cola"
	}
	if c.dice.IntN(8) == 0 {
		p.Lot = "L1"
	}
	return p
}

// days is a query of whole days.
func (c *counting) days() CountsQuery {
	first := c.dice.IntN(50)
	day := func(n int) time.Time {
		return time.UnixMicro(DayStart(time.Date(2026, 10, 8+n, 12, 0, 0, 0, c.zone), c.zone))
	}
	return CountsQuery{Brand: "sparkle", Level: ByDay, From: day(first), Until: day(first + 1 + c.dice.IntN(30)), Zone: c.zone}
}

// slow counts a query again, one moment at a time, sharing nothing with the
// store but what a day is.
func (c *counting) slow(q CountsQuery, by func(*sayline.Moment, int64) string) map[string]Tally {
	sums := map[string]Tally{}
	for _, m := range c.said {
		at := m.CountedAt()
		var bucket int64
		switch q.Level {
		case ByMinute:
			at = m.ReceivedAt
			bucket = at.Truncate(time.Minute).UnixMicro()
		case ByHour:
			bucket = HourStart(at, c.zone)
		default:
			bucket = DayStart(at, c.zone)
		}
		if q.Level == ByMinute && m.Context.Source == sayline.SourceImport {
			continue // that is not of now
		}
		if m.Lane != "" || bucket < q.From.UnixMicro() || bucket >= q.Until.UnixMicro() || m.Guarded || !c.wanted(&q.Of, m) {
			continue
		}
		one := Tally{N: 1}
		if m.Feeling > 0 {
			one.Feelings[m.Feeling] = 1
		}
		addTo(sums, by(m, bucket), one)
	}
	return sums
}

func (c *counting) wanted(p *Part, m *sayline.Moment) bool {
	kind, source, lang := m.Kind, m.Context.Source, strings.ToLower(m.Lang)[:min(2, len(m.Lang))]
	if kind == "newer-kind" {
		kind = "question"
	}
	if source == "another" {
		source = ""
	}
	for _, x := range []struct {
		list []string
		v    string
	}{{p.Touchpoints, m.Context.Touchpoint}, {p.Places, m.Context.Place}, {p.Audiences, m.Audience}, {p.Kinds, kind}, {p.Topics, m.Topic}, {p.Teams, m.Decision.Team}, {p.Sources, source}, {p.Langs, lang}} {
		if len(x.list) > 0 && !slices.Contains(x.list, x.v) {
			return false
		}
	}
	return (len(p.Feelings) == 0 || slices.Contains(p.Feelings, m.Feeling)) && (p.Product == "" || p.Product == m.Context.Product) && (p.Lot == "" || p.Lot == m.Context.Lot) &&
		(p.Imported == ImportedToo || (p.Imported == ImportedOnly) == (source == "import"))
}

// TestAnyPartIsTrue: of any part of what was said, told apart by anything, at
// every level, both engines give what a slow recount of the moments gives, when
// some were withdrawn, came late, went to another team or case, or are no longer
// kept.
func TestAnyPartIsTrue(t *testing.T) {
	readsEngines(t, func(t *testing.T, h *readsHouse) {
		ctx, c := context.Background(), newCounting(t, h, 11)
		type asked struct {
			q  CountsQuery
			by Split
		}
		var before []asked
		for range 3 { // what is in memory goes on being true
			c.live(testkit.Size(70, 140), 4*time.Hour)
			c.shape(ctx)
			for _, a := range before { // so do the sums of filters that were asked for
				got, err := h.Counts(ctx, a.q, a.by)
				if err != nil {
					t.Fatal(err)
				}
				c.same(a.q, a.by, got.List)
			}
			for range testkit.Size(60, 300) {
				q := c.days()
				q.Of, q.Level = c.part(), []Level{ByMinute, ByHour, ByDay}[c.dice.IntN(3)]
				if q.Level == ByMinute {
					q.From, q.Until = c.now.Truncate(time.Minute).Add(-time.Duration(c.dice.IntN(40))*time.Hour), c.now.Add(time.Minute)
				}
				q.Of.Audiences = slices.DeleteFunc(q.Of.Audiences, func(a string) bool { return a == "employee" || a == "press" })
				if len(q.Of.Audiences) == 0 {
					q.Of.Audiences = []string{"customer", "vendor"} // what guarded ones may tell is the next test's
				}
				by := Split{Time: c.dice.IntN(2) == 0, Touchpoint: c.dice.IntN(2) == 0, Audience: c.dice.IntN(3) == 0}
				if q.Level != ByMinute {
					by.Topic, by.Team, by.Kind, by.Lang = c.dice.IntN(3) == 0, c.dice.IntN(4) == 0, c.dice.IntN(4) == 0, c.dice.IntN(4) == 0
				}
				got, err := h.Counts(ctx, q, by)
				if err != nil || got.Newest != 0 {
					t.Fatal(got.Newest, err)
				}
				c.same(q, by, got.List)
				if !slices.IsSortedFunc(got.List, func(a, b Counted) int { return a.compare(&b) }) {
					t.Fatalf("%+v by %+v is not in order", q, by)
				}
				if q.Level == ByDay && len(before) < mostViews+8 {
					before = append(before, asked{q, by})
				}
			}
		}
		for k, cube := range h.cubes.byKey {
			cells := 0
			for _, b := range cube.buckets {
				cells += len(b.cells)
			}
			for _, v := range cube.views {
				for _, b := range v.buckets {
					cells += b.size()
				}
			}
			if cells == 0 || cells != cube.cells {
				t.Errorf("of %v there are %d cells and sums, it knows of %d", k, cells, cube.cells)
			}
		}
	})
}

// TestCountsAreReadAhead: what pages ask for is in memory before any of them asks,
// and as true as what they read themselves.
func TestCountsAreReadAhead(t *testing.T) {
	readsEngines(t, func(t *testing.T, h *readsHouse) {
		ctx, c := context.Background(), newCounting(t, h, 13)
		c.live(120, 4*time.Hour)
		c.shape(ctx)
		held := h.cubes.of(cubeKey{"sparkle", widthDay})
		held.mu.Lock() // as long as somebody reads it, it is being caught up
		done := make(chan error)
		go func() { done <- h.WarmCounts(ctx) }()
		for !h.CatchingUp("sparkle") {
			runtime.Gosched()
		}
		held.mu.Unlock()
		if err := <-done; err != nil || h.CatchingUp("sparkle") {
			t.Fatal("it goes on catching up", err)
		}
		q := CountsQuery{Brand: "sparkle", Level: ByDay, From: c.now.AddDate(0, 0, -warmDays), Until: c.now.AddDate(0, 0, 1), Zone: c.zone}
		cube := h.cubes.of(cubeKey{"sparkle", widthDay})
		was := maps.Clone(cube.buckets)
		got, err := h.Counts(ctx, q, Split{Time: true, Touchpoint: true})
		if err != nil || len(got.List) == 0 {
			t.Fatal(len(got.List), err)
		}
		for bucket, b := range cube.buckets {
			if was[bucket] != b {
				t.Errorf("the day %d was read when it was asked for", bucket)
			}
		}
		q.Of.Audiences = []string{"customer", "vendor"} // of guarded ones there may be lumps
		if got, err = h.Counts(ctx, q, Split{Time: true, Touchpoint: true}); err != nil {
			t.Fatal(err)
		}
		c.same(q, Split{Time: true, Touchpoint: true}, got.List)
	})
}

func (c *counting) same(q CountsQuery, by Split, got []Counted) {
	told := func(b bool, v string) string {
		if b {
			return v
		}
		return ""
	}
	want := c.slow(q, func(m *sayline.Moment, bucket int64) string {
		f := facetsOf(m)
		if !by.Time {
			bucket = 0
		}
		return fmt.Sprint(bucket, told(by.Touchpoint, f.touchpoint), "/", told(by.Audience, f.audience), "/", told(by.Topic, f.topic), "/", told(by.Team, f.team), "/", told(by.Kind, f.kind), "/", told(by.Lang, f.lang))
	})
	sums := map[string]Tally{}
	for _, x := range got {
		bucket := int64(0)
		if !x.Bucket.IsZero() {
			bucket = x.Bucket.UnixMicro()
		}
		addTo(sums, fmt.Sprint(bucket, x.Touchpoint, "/", x.Audience, "/", x.Topic, "/", x.Team, "/", x.Kind, "/", x.Lang), x.Tally)
	}
	if fmt.Sprint(sums) != fmt.Sprint(want) {
		c.t.Fatalf("%+v by %+v:\n%v is counted,\n%v is true", q, by, sums, want)
	}
}

// TestGuardedAudiences: whatever is asked of employees, and of whom a brand
// guards, is about none of them or five; and of two answers of which one asks for
// more than the other, or later, the difference is too.
func TestGuardedAudiences(t *testing.T) {
	readsEngines(t, func(t *testing.T, h *readsHouse) {
		ctx, c := context.Background(), newCounting(t, h, 12)
		few := func(n int64) bool { return n != 0 && n < GuardLeast && n > -GuardLeast }
		ask := func(q CountsQuery, by Split) Tally {
			q.Of.Guarded = []string{"press"}
			answer, err := h.Counts(ctx, q, by)
			if err != nil {
				t.Fatal(err)
			}
			var sum Tally
			for _, x := range answer.List {
				if few(x.N) || few(x.Felt()) {
					t.Fatalf("%+v by %+v tells of %+v", q, by, x)
				}
				sum.Add(x.Tally)
			}
			return sum
		}
		type asked struct {
			CountsQuery
			was Tally
		}
		var before []asked
		shown := int64(0)
		for range testkit.Size(6, 10) {
			c.live(testkit.Size(60, 90), 4*time.Hour)
			for _, q := range before { // the same again, later
				now := ask(q.CountsQuery, Split{})
				if few(now.N-q.was.N) || few(now.Felt()-q.was.Felt()) {
					t.Fatalf("%+v told %+v, and now %+v", q.CountsQuery, q.was, now)
				}
			}
			for range testkit.Size(80, 400) {
				q := c.days()
				q.Of = c.part()
				if c.dice.IntN(2) == 0 {
					q.Of = Part{Touchpoints: q.Of.Touchpoints}
				}
				q.Of.Audiences = [][]string{{"employee"}, {"press"}, {"employee", "press"}}[c.dice.IntN(3)]
				one := ask(q, Split{Time: c.dice.IntN(2) == 0, Touchpoint: c.dice.IntN(3) == 0, Audience: c.dice.IntN(2) == 0, Topic: c.dice.IntN(3) == 0})
				whole := ask(q, Split{})
				more := c.wider(q)
				if other := ask(more, Split{}); few(other.N-whole.N) || few(other.Felt()-whole.Felt()) || few(whole.N-one.N) {
					t.Fatalf("%+v tells %+v,\n%+v tells %+v", q, whole, more, other)
				}
				shown += whole.N
				if len(before) < 60 {
					before = append(before, asked{q, whole})
				}
			}
			for _, id := range sortedIDs(c.said) { // one takes theirs back, after a week was told or before
				if m := c.said[id]; m.Guarded && m.Lane == "" && c.dice.IntN(20) == 0 {
					c.erase(ctx, m)
				}
			}
		}
		if shown == 0 {
			t.Error("nothing is ever told of them")
		}
		list, err := h.MomentsOfPart(ctx, "sparkle", Part{Guarded: []string{"press"}}, "", 1000)
		if err != nil || len(list) == 0 || slices.ContainsFunc(list, func(m *sayline.Moment) bool { return m.Guarded }) {
			t.Errorf("the stream has %d, some of a guarded audience (%v)", len(list), err)
		}
	})
}

// wider asks for more than q: one condition less, or more days.
func (c *counting) wider(q CountsQuery) CountsQuery {
	switch c.dice.IntN(6) {
	case 0:
		q.From = q.From.Add(-24 * time.Hour * time.Duration(c.dice.IntN(9)))
	case 1:
		q.Until = q.Until.Add(24 * time.Hour * time.Duration(c.dice.IntN(9)))
	case 2:
		q.Of.Touchpoints = nil
	case 3:
		q.Of.Topics, q.Of.Feelings = nil, nil
	case 4:
		q.Of.Audiences = []string{"employee", "press"}
	default:
		q.Of = Part{Audiences: q.Of.Audiences}
	}
	return q
}

// erase takes a moment back, as its author would.
func (c *counting) erase(ctx context.Context, m *sayline.Moment) {
	err := c.update(ctx, "sparkle", byPerson, func(tx *Tx) error {
		tx.countMoment(m, c.zone, -1)
		return tx.erase(m)
	})
	if err != nil {
		c.t.Fatal(err)
	}
	delete(c.said, m.ID)
}
