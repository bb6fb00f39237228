package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"math"
	mathrand "math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/testkit"
)

// readsHouse is a store with a clock of its own, on one of the engines.
type readsHouse struct {
	*Store
	t   testing.TB
	now time.Time
}

// readsEngines runs a test on both engines.
func readsEngines(t *testing.T, test func(*testing.T, *readsHouse)) {
	for name, database := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "s.db") },
		"postgres": func(t *testing.T) string { return testkit.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // while one waits for its disk, the other works
			h := &readsHouse{t: t, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
			s, err := Open(context.Background(), Options{Database: database(t), Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return h.now }})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			h.Store = s
			test(t, h)
		})
	}
}

// say accepts a moment, decided as given.
func (h *readsHouse) say(m sayline.Moment) *sayline.Moment {
	h.t.Helper()
	m.ID, m.ReceivedAt, m.OccurredAt = sayline.NewID(h.now, rand.Reader), h.now, maxTime(m.OccurredAt, time.Time{})
	if m.OccurredAt.IsZero() {
		m.OccurredAt = h.now
	}
	m.Class, m.SealedAt = sayline.Unidentified, h.now
	m.Once = sayline.HashSecret(rand.Text())
	a := &Accept{Moment: &m, Digest: "d", CaseID: sayline.NewID(h.now, rand.Reader)}
	if err := h.Accept(context.Background(), a); err != nil {
		h.t.Fatal(err)
	}
	return &m
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// readsCases fills a desk with cases in every state, and gives them back as stored.
func (h *readsHouse) readsCases(n int) []*sayline.Case {
	h.t.Helper()
	ctx, dice := context.Background(), mathrand.New(mathrand.NewPCG(7, 7))
	pick := func(list ...string) string { return list[dice.IntN(len(list))] }
	var all []*sayline.Case
	for range n {
		h.now = h.now.Add(time.Duration(dice.IntN(3)) * time.Second) // some at the same time
		m := h.say(sayline.Moment{Brand: "sparkle", Lane: pick("", "", "", "staff"), Topic: pick("dirty", "late"), Feeling: 1, Context: sayline.Context{Touchpoint: pick("k1", "k2"), Product: pick("", "cola"), Lot: pick("", "", "L1")}, Decision: sayline.Decision{
			Team: pick("distribution", "quality", "yard"), Place: pick("", "madrid", "valencia"), Urgency: pick(sayline.Critical, sayline.Urgent, sayline.Normal, sayline.Quiet),
			Within: time.Duration(1+dice.IntN(9)) * time.Minute, Answer: time.Hour, OpensCase: true}})
		act := Act{Brand: "sparkle", Case: m.Case, Person: pick("lucia", "omar"), Way: "desk", Zone: time.UTC}
		var err error
		switch dice.IntN(4) {
		case 1:
			err = h.Acknowledge(ctx, act, 0)
		case 2:
			err = h.AddMessage(ctx, act, &sayline.Message{ID: sayline.NewID(h.now, rand.Reader), Direction: sayline.Reply, Text: "Soon."})
		case 3:
			err = h.Resolve(ctx, act, "done")
		}
		if err != nil {
			h.t.Fatal(err)
		}
		c, err := h.Case(ctx, "sparkle", m.Case)
		if err != nil {
			h.t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// sectionOf says in plain words where a case stands: the oracle of the SQL.
func sectionOf(c *sayline.Case) Section {
	switch {
	case c.State == sayline.CaseResolved:
		return Resolved
	case c.State == sayline.CaseAcknowledged && c.AnsweredAt.IsZero():
		return Taken
	case c.State == sayline.CaseAcknowledged:
		return Answered
	}
	return map[string]Section{sayline.Critical: WaitingCritical, sayline.Urgent: WaitingUrgent, sayline.Normal: WaitingNormal, sayline.Quiet: WaitingQuiet}[c.Urgency]
}

func (sc Scope) holds(c *sayline.Case) bool {
	for _, l := range sc {
		if l.Lane != c.Lane {
			continue
		}
		if l.All {
			return true
		}
		for _, t := range l.Teams {
			if t.Team == c.Team && (t.Places == nil || slices.Contains(t.Places, c.Place)) {
				return true
			}
		}
	}
	return false
}

// TestDeskPagesHoldWhatTheScopeHolds: whatever somebody may see, paging through
// a section shows exactly that, once, in order; the count agrees.
func TestDeskPagesHoldWhatTheScopeHolds(t *testing.T) {
	readsEngines(t, func(t *testing.T, h *readsHouse) {
		all := h.readsCases(120)
		teams := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"distribution", "quality", "yard", "gone"}), 0, 3, rapid.ID)
		places := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"", "madrid", "valencia"}), 0, 2, rapid.ID)
		rapid.Check(t, func(rt *rapid.T) {
			var scope Scope
			for _, lane := range []string{"", "staff"} {
				l := LaneScope{Lane: lane, All: rapid.Bool().Draw(rt, "all")}
				for _, team := range teams.Draw(rt, "teams") {
					ts := TeamScope{Team: team}
					if rapid.Bool().Draw(rt, "somewhere") {
						ts.Places = append([]string{}, places.Draw(rt, "places")...)
					}
					l.Teams = append(l.Teams, ts)
				}
				if rapid.Bool().Draw(rt, "lane "+lane) {
					scope = append(scope, l)
				}
			}
			size := rapid.IntRange(1, 40).Draw(rt, "page size")
			owner := rapid.SampledFrom([]string{"", "lucia"}).Draw(rt, "owner")
			filter := drawFilter(rt, h.now)
			counted := 0
			for sec := range sections {
				want := map[string]bool{}
				for _, c := range all {
					if sectionOf(c) == sec && scope.holds(c) {
						if counted += b2i(sec <= WaitingNormal); (owner == "" || c.Owner == owner) && filter.holds(c) {
							want[c.ID] = true
						}
					}
				}
				q := CasesQuery{Brand: "sparkle", Scope: scope, Section: sec, Owner: owner, Filter: filter, Limit: size}
				if n, err := h.CountCases(context.Background(), q, []Section{sec}, size); err != nil || n != min(len(want), size) {
					rt.Fatalf("section %d counts %d cases of %d, up to %d (%v)", sec, n, len(want), size, err)
				}
				checkPages(rt, h, q, want)
			}
			n, err := h.CountWaiting(context.Background(), "sparkle", scope, 25)
			if err != nil || n != min(counted, 25) {
				rt.Fatalf("counted %d waiting, want %d (%v)", n, min(counted, 25), err)
			}
		})
	})
}

// drawFilter draws what a list is narrowed by.
func drawFilter(t *rapid.T, now time.Time) Filter {
	one := func(name string, values ...string) string {
		return rapid.SampledFrom(append([]string{"", ""}, values...)).Draw(t, name)
	}
	f := Filter{Topic: one("topic", "dirty"), Urgency: one("urgency", sayline.Urgent), State: one("state", sayline.CaseAcknowledged), Product: one("product", "cola"), Lot: one("lot", "L1")}
	if team := one("team", "yard"); team != "" {
		f.Teams = []string{team, "quality"}
	}
	if place := one("place", "madrid"); place != "" {
		f.Places = []string{place}
	}
	if rapid.Bool().Draw(t, "overdue") {
		f.Overdue = now
	}
	return f
}

// holds says in plain words what a filter leaves: the oracle of the SQL.
func (f *Filter) holds(c *sayline.Case) bool {
	is := func(want, got string) bool { return want == "" || want == got }
	late := f.Overdue.IsZero() || sectionOf(c) <= WaitingNormal && c.AckBy.Before(f.Overdue) || sectionOf(c) == Taken && c.AnswerBy.Before(f.Overdue)
	return late && is(f.Topic, c.Topic) && is(f.Urgency, c.Urgency) && is(f.State, c.State) && is(f.Product, c.Product) && is(f.Lot, c.Lot) &&
		(f.Teams == nil || slices.Contains(f.Teams, c.Team)) && (f.Places == nil || slices.Contains(f.Places, c.Place))
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func checkPages(t *rapid.T, h *readsHouse, q CasesQuery, want map[string]bool) {
	var last *sayline.Case
	for {
		page, err := h.Cases(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page {
			if !want[c.ID] {
				t.Fatalf("section %d shows a case it should not, or twice: %+v", q.Section, c)
			}
			delete(want, c.ID)
			if last != nil {
				if d := q.Section.At(c).Compare(q.Section.At(last)); sectionOrder[q.Section].newest && d > 0 || !sectionOrder[q.Section].newest && d < 0 {
					t.Fatalf("section %d is out of order", q.Section)
				}
			}
			last = c
		}
		if len(page) < q.Limit {
			break
		}
		q.AfterAt, q.AfterID = q.Section.At(last), last.ID
	}
	if len(want) > 0 {
		t.Fatalf("section %d leaves out %d cases", q.Section, len(want))
	}
}

// TestDeskReadsUseTheirIndex: which cases stand on a page is read from one
// index, without sorting and without their rows, on SQLite, which tells its plan
// the same way every time.
func TestDeskReadsUseTheirIndex(t *testing.T) {
	s, err := Open(context.Background(), Options{Database: filepath.Join(t.TempDir(), "s.db"), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	index := map[Section]string{Taken: "cases_taken", Answered: "cases_answered", Resolved: "cases_done"}
	team := LaneScope{Teams: []TeamScope{{Team: "a", Places: []string{"b", "c"}}}}
	for sec := range sections {
		for _, c := range []struct {
			part        LaneScope
			owner, done string
		}{{LaneScope{All: true}, "", "cases_done"}, {team, "", "cases_done_team"}, {team, "lucia", "cases_done_owner"}} {
			want := cmp.Or(index[sec], "cases_waiting")
			if sec == Resolved {
				want = c.done
			}
			q := CasesQuery{Brand: "x", Section: sec, Owner: c.owner, AfterAt: time.Now(), AfterID: "id", Limit: 10}
			b := new(where)
			s.page(b, &q, c.part)
			if plan := explain(t, s, b.String(), b.args...); !strings.Contains(plan, "COVERING INDEX "+want+" ") || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("section %d, %+v: %s", sec, c, plan)
			}
		}
	}
}

// TestPublishedReadsOnlyThem: however many moments a brand has, only those that
// may be shown are looked at, in their order.
func TestPublishedReadsOnlyThem(t *testing.T) {
	s, err := Open(context.Background(), Options{Database: filepath.Join(t.TempDir(), "sayline.db"), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	now := time.Now()
	q := PublishedQuery{Brand: "x", Topics: []string{"a", "b"}, NotAt: []string{"c"}, NotBy: []string{"employee"}, From: now.Add(-time.Hour), Until: now, State: "open", Limit: 10}
	text, args := q.text()
	plan := explain(t, s, text, args...)
	if !strings.Contains(plan, "SEARCH m USING INDEX moment_published (brand_id=? AND publish=? AND received_at>? AND received_at<?)") ||
		!strings.Contains(plan, "SEARCH x USING COVERING INDEX message_to_all (brand_id=? AND case_id=? AND direction=? AND moment_id=? AND episode>?)") || strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") {
		t.Error(plan)
	}
}

// TestMessagesReadsOneCase: a case's messages are not looked for among all of
// the brand's, in a database that is new and in one that is opened again.
func TestMessagesReadsOneCase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sayline.db")
	for range 2 {
		s, err := Open(context.Background(), Options{Database: file, Log: slog.New(slog.DiscardHandler), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		plan := explain(t, s, "SELECT text FROM message WHERE brand_id = $1 AND case_id = $2 ORDER BY message_id", "x", "y")
		if !strings.Contains(plan, "SEARCH message USING INDEX message_case (brand_id=? AND case_id=?)") || strings.Contains(plan, "TEMP B-TREE") {
			t.Error(plan)
		}
		plan = explain(t, s, "SELECT text FROM message WHERE brand_id = $1 AND (moment_id = $2 OR moment_id = '' AND case_id = $3)", "x", "y", "z")
		if !strings.Contains(plan, "message_moment (brand_id=? AND moment_id=?)") {
			t.Error(plan)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func explain(t *testing.T, s *Store, text string, args ...any) string {
	t.Helper()
	rows, err := s.readers.Query("EXPLAIN QUERY PLAN "+text, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var a, b, c any
		var line string
		if err := rows.Scan(&a, &b, &c, &line); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, line)
	}
	return strings.Join(plan, "; ")
}

// TestPulseCountsWhatWasSaid: the roll-ups give what a slow recount of every
// public moment gives, at every level; a private lane is in none of it.
func TestPulseCountsWhatWasSaid(t *testing.T) {
	readsEngines(t, func(t *testing.T, h *readsHouse) {
		ctx, dice := context.Background(), mathrand.New(mathrand.NewPCG(1, 2))
		zone, err := time.LoadLocation("Asia/Kolkata")
		if err != nil {
			t.Fatal(err)
		}
		var said []*sayline.Moment
		for range 300 {
			h.now = h.now.Add(time.Duration(dice.IntN(60)) * time.Second)
			m := sayline.Moment{Brand: "sparkle", Zone: "Asia/Kolkata", Feeling: dice.IntN(6), Topic: []string{"", "dirty", "late"}[dice.IntN(3)], Text: "x",
				Audience: "customer", Lane: []string{"", "", "", "staff"}[dice.IntN(4)], OccurredAt: h.now.Add(-time.Duration(dice.IntN(9*24)) * time.Hour)}
			m.Context.Touchpoint = []string{"k1", "k2", ""}[dice.IntN(3)]
			said = append(said, h.say(m))
		}
		for _, touchpoint := range []string{"", "k1"} {
			for level, start := range map[Level]func(*sayline.Moment) int64{
				ByMinute: func(m *sayline.Moment) int64 { return m.ReceivedAt.Truncate(time.Minute).UnixMicro() },
				ByHour:   func(m *sayline.Moment) int64 { return HourStart(m.CountedAt(), zone) },
				ByDay:    func(m *sayline.Moment) int64 { return DayStart(m.CountedAt(), zone) },
			} {
				q := CountsQuery{Brand: "sparkle", Level: level, From: h.now.Add(-5 * 24 * time.Hour), Until: h.now.Add(-time.Hour), Touchpoint: touchpoint}
				byTime, byTouch, byTopic := map[string]Tally{}, map[string]Tally{}, map[string]Tally{}
				for _, m := range said {
					at := start(m)
					if m.Lane != "" || at < q.From.UnixMicro() || at >= q.Until.UnixMicro() || touchpoint != "" && m.Context.Touchpoint != touchpoint {
						continue
					}
					one := Tally{N: 1}
					if m.Feeling > 0 {
						one.Feelings[m.Feeling] = 1
					}
					addTo(byTime, fmt.Sprint(at), one)
					addTo(byTouch, m.Context.Touchpoint, one)
					if m.Topic != "" {
						addTo(byTopic, m.Topic, one)
					}
				}
				sameCounts(t, byTime, h.CountsByTime, q, func(c Counted) string { return fmt.Sprint(c.Bucket.UnixMicro()) })
				sameCounts(t, byTouch, h.CountsByTouchpoint, q, func(c Counted) string { return c.Touchpoint })
				if level != ByMinute {
					sameCounts(t, byTopic, h.CountsByTopic, q, func(c Counted) string { return c.Topic })
				}
			}
		}
		if first, err := h.FirstCounted(ctx, "sparkle"); err != nil || first.IsZero() {
			t.Errorf("first day %v, %v", first, err)
		}
		var want []string
		for _, m := range slices.Backward(said) {
			if m.Lane == "" && m.Context.Touchpoint == "k2" {
				want = append(want, m.ID)
			}
		}
		slices.Sort(want)
		slices.Reverse(want)
		var got []string
		for before := ""; ; before = got[len(got)-1] {
			page, err := h.PublicMoments(ctx, "sparkle", "k2", before, 7)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range page {
				got = append(got, m.ID)
			}
			if len(page) < 7 {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("the stream pages to %d moments, want %d", len(got), len(want))
		}
	})
}

func addTo(m map[string]Tally, key string, one Tally) {
	sum := m[key]
	sum.Add(one)
	m[key] = sum
}

func sameCounts(t *testing.T, want map[string]Tally, read func(context.Context, CountsQuery) ([]Counted, error), q CountsQuery, key func(Counted) string) {
	t.Helper()
	list, err := read(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Tally{}
	for _, c := range list {
		addTo(got, key(c), c.Tally)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("level %d, touchpoint %q: counted %v, want %v", q.Level, q.Touchpoint, got, want)
	}
}

func TestOf100(t *testing.T) {
	for _, c := range []struct {
		feelings [6]int64
		want     float64
		ok       bool
	}{{[6]int64{}, 0, false}, {[6]int64{0, 3}, 0, true}, {[6]int64{0, 0, 0, 0, 0, 2}, 100, true}, {[6]int64{0, 1, 0, 0, 0, 1}, 50, true}, {[6]int64{0, 0, 1, 0, 1}, 50, true}} {
		if got, ok := (Tally{Feelings: c.feelings}).Of100(); got != c.want || ok != c.ok {
			t.Errorf("%v: %v %v", c.feelings, got, ok)
		}
	}
}

// TestPercentileIsNear: a percentile from the bins is within 10 % of the one
// among the spans themselves.
func TestPercentileIsNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spans := rapid.SliceOfN(rapid.Int64Range(2, 1_000_000_000), 1, 200).Draw(t, "milliseconds")
		c := Clock{Bins: map[int]int64{}}
		for _, ms := range spans {
			c.Bins[ClockBin(time.Duration(ms)*time.Millisecond)]++
			c.N++
		}
		slices.Sort(spans)
		for _, share := range []float64{0.5, 0.95} {
			exact := float64(spans[max(0, int(math.Ceil(share*float64(len(spans)))-1))])
			if got := float64(c.Percentile(share).Milliseconds()) / exact; got < 0.6 || got > 1.25 || exact > 50 && (got < 0.9 || got > 1.1) {
				t.Fatalf("%v of %v: %v, exactly %v ms", share, spans, c.Percentile(share), exact)
			}
		}
	})
}

func TestInvitationsWorkOnce(t *testing.T) {
	readsEngines(t, func(t *testing.T, h *readsHouse) {
		ctx := context.Background()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(h.Invite(ctx, "old", "omar@sparkle.example", h.now.Add(time.Hour)))
		must(h.Invite(ctx, "new", "omar@sparkle.example", h.now.Add(time.Hour)))
		if _, err := h.Invited(ctx, "old", h.now); sayline.KindOf(err) != sayline.NotFound {
			t.Errorf("an invitation that was replaced: %v", err)
		}
		if email, err := h.Invited(ctx, "new", h.now); err != nil || email != "omar@sparkle.example" {
			t.Errorf("invited %q, %v", email, err)
		}
		email, err := h.Join(ctx, "new", "Omar", "$argon2id$1")
		must(err)
		a, err := h.Account(ctx, email)
		must(err)
		if a.Name != "Omar" || a.Password != "$argon2id$1" || a.Operator {
			t.Errorf("joined as %+v", a)
		}
		if _, err := h.Join(ctx, "new", "Omar", "$argon2id$2"); sayline.KindOf(err) != sayline.NotFound {
			t.Errorf("used twice: %v", err)
		}
		must(h.CreateSession(ctx, "session", email, h.now.Add(time.Hour)))
		must(h.Invite(ctx, "again", email, h.now.Add(time.Hour)))
		h.now = h.now.Add(2 * time.Hour)
		if _, err := h.Join(ctx, "again", "Omar", "$argon2id$3"); sayline.KindOf(err) != sayline.NotFound {
			t.Errorf("used too late: %v", err)
		}
	})
}
