package pulse

import (
	"cmp"
	"context"
	"slices"
	"time"

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
	opened, err := m.Store.OpenedAt(ctx, m.Brand.ID, level, from, m.period.until)
	if err != nil {
		return nil, err
	}
	q := m.query(level, from, m.period.until)
	q.Of.Sources = onScreens
	said, err := m.Store.CountsByTouchpoint(ctx, q)
	if err != nil {
		return nil, err
	}
	n := map[string]int64{}
	for _, c := range said {
		n[c.Touchpoint] = c.N
	}
	var list []silence
	for id, times := range opened {
		t := m.Brand.Index.Touchpoint(id)
		if t == nil || t.Lane != "" || m.Brand.GuardedAt(t) || !q.Of.At(id, t.Place) {
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

func (m *measuring) silent(ctx context.Context, x *measure) error {
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

// expected compares each touchpoint's whole days with the mean of the same weekdays
// in the four weeks before the period.
func (m *measuring) expected(ctx context.Context, x *measure) error {
	if m.period.level != store.ByDay {
		x.None = m.Say("measures_expected_days")
		return nil
	}
	first, err := m.Store.FirstCounted(ctx, m.Brand.ID)
	if err != nil {
		return err
	}
	end := m.period.until
	if today := dayAfter(m.period.at, 0); end.After(today) {
		end = today
	}
	from := dayAfter(m.period.from, -7*weeksBack)
	if first.IsZero() || from.Before(dayAfter(first.In(m.period.at.Location()), 1)) || !m.period.from.Before(end) {
		x.None = m.Say("pulse_no_usual")
		return nil
	}
	before, err := m.byWeekday(ctx, from, m.period.from)
	if err != nil {
		return err
	}
	now, err := m.byWeekday(ctx, m.period.from, end)
	if err != nil {
		return err
	}
	var times [7]float64
	for day := m.period.from; day.Before(end); day = dayAfter(day, 1) {
		times[day.Weekday()]++
	}
	type row struct {
		id       string
		want, is float64
	}
	var rows []row
	var want, is float64
	for id := range both(now, before) {
		r := row{id: id}
		for day, n := range times {
			if was := before[id]; was != nil {
				r.want += was[day] / weeksBack * n
			}
			if is := now[id]; is != nil {
				r.is += is[day]
			}
		}
		want, is = want+r.want, is+r.is
		if r.want >= leastUsual {
			rows = append(rows, r)
		}
	}
	if want < leastUsual {
		m.few(x)
		return nil
	}
	x.Value = m.Percent(is / want)
	x.Head = []string{m.Say("pulse_touchpoint"), m.Say("measures_expected"), m.Say("measures_said"), m.Say("pulse_share")}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(a.is/a.want, b.is/b.want), cmp.Compare(a.id, b.id)) })
	for _, r := range rows[:min(len(rows), mostMeasured)] {
		x.Rows = append(x.Rows, []string{m.touchpoint(r.id), m.Num(int64(r.want + 0.5)), m.Num(int64(r.is)), m.Percent(r.is / r.want)})
	}
	return nil
}

func (m *measuring) touchpoint(id string) string {
	if id == "" {
		return m.Say("pulse_nowhere")
	}
	return m.Names.Touchpoint(id)
}

// byWeekday is what was said at each touchpoint on each day of the week, Sunday first.
func (m *measuring) byWeekday(ctx context.Context, from, until time.Time) (map[string]*[7]float64, error) {
	list, err := m.Store.CountsByTouchpointAndTime(ctx, m.query(store.ByDay, from, until))
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
