package pulse

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// onScreens are the ways by which somebody stood before a touchpoint's own screen,
// as openings are counted.
var onScreens = []string{"", "button", "gs1", "link", "qr"}

// asScreensAre says whether openings can be told under the filter: nobody knows of
// them more than where and when.
func (f Filter) asScreensAre() bool {
	for _, name := range members {
		if name != ByTouchpoint && name != ByPlace && len(f.Chosen(name)) > 0 {
			return false
		}
	}
	return true
}

// silence is how often a touchpoint's screen was opened and nothing was said.
type silence struct {
	id           string
	opened, said int64
}

// silences reads them, those with most silence first.
func (m *measuring) silences(ctx context.Context) ([]silence, error) {
	level, from := m.period.level, m.period.from
	if level == store.ByMinute {
		level, from = store.ByHour, m.period.hours()
	}
	opened, err := m.store.OpenedAt(ctx, m.brand.ID, level, from, m.period.until)
	if err != nil {
		return nil, err
	}
	q := m.query(level, from, m.period.until)
	q.Of.Sources = onScreens
	said, err := m.store.CountsByTouchpoint(ctx, q)
	if err != nil {
		return nil, err
	}
	n := map[string]int64{}
	for _, c := range said {
		n[c.Touchpoint] = c.N
	}
	var list []silence
	for id, times := range opened {
		t := m.brand.Index.Touchpoint(id)
		if t == nil || t.Lane != "" || m.brand.GuardedAt(t) || !q.Of.At(id, t.Place) {
			continue
		}
		list = append(list, silence{id, max(times, n[id]), n[id]})
	}
	slices.SortFunc(list, func(a, b silence) int {
		return cmp.Or(cmp.Compare(b.opened-b.said, a.opened-a.said), cmp.Compare(a.id, b.id))
	})
	return list, nil
}

// mostMeasured is how many touchpoints a measure's table has.
const mostMeasured = 10

func (m *telling) silent(ctx context.Context, x *measure) error {
	if !m.filter.asScreensAre() {
		x.None = m.Say("measures_silent_filter")
		return nil
	}
	list, err := m.silences(ctx)
	if err != nil {
		return err
	}
	var opened, said int64
	for _, s := range list {
		opened, said = opened+s.opened, said+s.said
	}
	if opened < fewest {
		m.few(x)
		return nil
	}
	x.Value, x.Range = m.Percent(1-float64(said)/float64(opened)), m.sure(wilson(opened-said, opened))
	x.Head = []string{m.Say("pulse_touchpoint"), m.Say("measures_opened"), m.Say("measures_said"), m.Say("measures_silent")}
	for _, s := range list[:min(len(list), mostMeasured)] {
		x.Rows = append(x.Rows, []string{m.Names.Touchpoint(s.id), m.Num(s.opened), m.Num(s.said), m.Percent(1 - float64(s.said)/float64(s.opened))})
	}
	return nil
}

// hoped is what was said at a touchpoint, and what its own history lets expect.
type hoped struct {
	id       string
	want, is float64
}

// expected compares each touchpoint's whole days with the mean of the same weekdays
// in the four weeks before the period, those furthest below it first; or it gives the
// key of why that can't be told.
func (m *measuring) expected(ctx context.Context) (rows []hoped, all hoped, none string, err error) {
	if m.period.level != store.ByDay {
		return nil, all, "measures_expected_days", nil
	}
	first, err := m.store.FirstCounted(ctx, m.brand.ID)
	if err != nil {
		return nil, all, "", err
	}
	end, from := m.whole(), dayAfter(m.period.from, -7*weeksBack)
	if first.IsZero() || from.Before(dayAfter(first.In(m.period.at.Location()), 1)) || !m.period.from.Before(end) {
		return nil, all, "pulse_no_usual", nil
	}
	before, err := m.byWeekday(ctx, from, m.period.from)
	if err != nil {
		return nil, all, "", err
	}
	now, err := m.byWeekday(ctx, m.period.from, end)
	if err != nil {
		return nil, all, "", err
	}
	var times [7]float64
	for day := m.period.from; day.Before(end); day = dayAfter(day, 1) {
		times[day.Weekday()]++
	}
	for id := range both(now, before) {
		r := hoped{id: id}
		for day, n := range times {
			if was := before[id]; was != nil {
				r.want += was[day] / weeksBack * n
			}
			if is := now[id]; is != nil {
				r.is += is[day]
			}
		}
		all.want, all.is = all.want+r.want, all.is+r.is
		if r.want >= leastUsual {
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(a, b hoped) int { return cmp.Or(cmp.Compare(a.is/a.want, b.is/b.want), cmp.Compare(a.id, b.id)) })
	return rows, all, "", nil
}

// hoped says what was said of what was to be expected.
func (m *telling) hoped(ctx context.Context, x *measure) error {
	rows, all, none, err := m.expected(ctx)
	if err != nil {
		return err
	}
	if none != "" {
		x.None = m.Say(none)
		return nil
	}
	if all.want < leastUsual {
		m.few(x)
		return nil
	}
	x.Value = m.Percent(all.is / all.want)
	x.Head = []string{m.Say("pulse_touchpoint"), m.Say("measures_expected"), m.Say("measures_said"), m.Say("pulse_share")}
	for _, r := range rows[:min(len(rows), mostMeasured)] {
		x.Rows = append(x.Rows, []string{m.touchpoint(r.id), m.Num(int64(r.want + 0.5)), m.Num(int64(r.is)), m.Percent(r.is / r.want)})
	}
	return nil
}

// visited says what was said of those who came.
func (m *telling) visited(ctx context.Context, x *measure) error {
	list, none, err := m.visits(ctx)
	if err != nil {
		return err
	}
	if none != "" {
		x.None = m.Say(none)
		return nil
	}
	x.CSV = m.Path("/pulse/visits.csv") + m.filter.String()
	n, known := map[string]int{}, false
	for i := range list {
		n[list[i].verdict()]++
		_, ok := list[i].expected()
		known = known || ok
	}
	if x.Value = m.Say("measures_as_expected"); !known { // where nothing lets expect anything, nothing is as expected
		x.Value, x.None = "", m.Say("pulse_no_usual")
	} else if n[quieter]+n[louder] > 0 {
		x.Value = m.Say("measures_quiet_loud", "quiet", m.Num(int64(n[quieter])), "loud", m.Num(int64(n[louder])))
		x.Range = m.subject(&list[0]) + ": " + m.Say("measures_verdict_"+list[0].verdict())
	}
	x.Head = []string{m.Say("measures_visits_where"), m.Say("measures_came"), m.Say("measures_said"), m.Say("measures_expected"), m.Say("measures_of_1000"), m.Say("measures_interval"), m.Say("measures_verdict")}
	for i := range list[:min(len(list), mostMeasured)] {
		v := &list[i]
		rate, in := v.rate()
		want, so := "–", "–"
		if n, ok := v.expected(); ok {
			so = m.Say("measures_verdict_" + v.verdict())
			if want = m.tenths(n); !v.Own {
				want = m.Say("measures_like", "n", want)
			}
		}
		sure := leftToRight(m.Voice, m.tenths(in.low)+"–"+m.tenths(in.high))
		x.Rows = append(x.Rows, []string{m.subject(v) + " · " + m.Say("visits_"+v.Kind), m.Num(v.Came), m.Num(v.Said), want, m.tenths(rate), sure, so})
	}
	return nil
}

// subject is the name of where somebody came.
func (m *telling) subject(v *visited) string {
	switch v.About {
	case sayline.VisitsAtTouchpoint:
		return m.Names.Touchpoint(v.Subject)
	case sayline.VisitsAtPlace:
		return m.Names.Place(v.Subject)
	}
	return m.Say("measures_anywhere")
}

func (m *telling) touchpoint(id string) string {
	if id == "" {
		return m.Say("pulse_nowhere")
	}
	return m.Names.Touchpoint(id)
}

// byWeekday is what was said at each touchpoint on each day of the week, Sunday first.
func (m *measuring) byWeekday(ctx context.Context, from, until time.Time) (map[string]*[7]float64, error) {
	list, err := m.store.CountsByTouchpointAndTime(ctx, m.query(store.ByDay, from, until))
	if err != nil {
		return nil, err
	}
	at := map[string]*[7]float64{}
	for _, c := range list {
		if at[c.Touchpoint] == nil {
			at[c.Touchpoint] = new([7]float64)
		}
		at[c.Touchpoint][c.Bucket.In(m.period.at.Location()).Weekday()] += float64(c.N)
	}
	return at, nil
}

// both are the keys of two maps, each once.
func both[V any](a, b map[string]V) map[string]bool {
	keys := map[string]bool{}
	for k := range a {
		keys[k] = true
	}
	for k := range b {
		keys[k] = true
	}
	return keys
}
