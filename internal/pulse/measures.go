package pulse

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/words"
)

// measuresPage says what each figure of the pulse is, how it is counted, and what
// it is now.
type measuresPage struct {
	*house.View
	Sentence string // of what the figures are
	Periods  []tab
	Back     string
	Measures []measure
}

// measure is one figure. Its name, what it is, and what it does not tell are in the
// catalogue under its ID; the formula is in no language.
type measure struct {
	ID      string
	Value   string // "" where it can't be told
	Range   string // 95 % interval, in words
	None    string // why it can't be told
	Formula string
	Head    []string // of the table
	Rows    [][]string
	CSV     string // where all that was brought for it is a file
}

// formulas of the measures, in their order on the page.
var formulas = []struct{ id, formula string }{
	{"moments", "n = |{m : from ≤ t(m) < until}|,  t(m) = occurred, if received − 30 d ≤ occurred ≤ received + 5 min; else received"},
	{"faces", "p = k ÷ n,  (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) ÷ (1 + z²/n),  z = 1.96"},
	{"score", "x̄ = Σ 25·(face − 1) ÷ n,  x̄ ± t(0.975; n−1) · max(s, 12.5) ÷ √n"},
	{"csat", "p = (good + wonderful) ÷ n"},
	{"silent", "1 − Σ said(i) ÷ Σ max(opened(i), said(i))"},
	{"expected", "said ÷ Σ mean of the same weekday, 4 weeks before"},
	{"visits", "1000·said ÷ came;  expected = came · said₀ ÷ came₀;  Wilson of said ÷ (said + said₀) against came ÷ (came + came₀)"},
	{"weight", "x̄ + (meant(i) − x̄(i)) · n(i) ÷ n"},
	{"clocks", "p50, p90, p95:  min {d : |{runs ≤ d}| ≥ q·n},  bins of 2^(1/4)"},
	{"kept", "p = kept ÷ n"},
	{"unsolved", "p = said it is not ÷ said either"},
	{"reopened", "p = opened again ÷ resolved"},
	{"coverage", "said something at ÷ listening,  listening ÷ all"},
}

// measuring reads the measures of a filter, in no language.
type measuring struct {
	store  *store.Store
	brand  *brands.Snapshot
	filter Filter
	period period
	sum    store.Tally
	at     map[string]store.Tally // by touchpoint
	teams  map[string]map[string]store.Clock
}

// telling says the measures in a reader's words.
type telling struct {
	*measuring
	*board
}

func (p *Pulse) measures(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	page := &measuresPage{View: p.NewView(r, v)}
	page.Room, page.Title = "pulse", page.Say("measures_title")
	m, err := p.telling(r.Context(), page.Tongue, v.Brand, ParseFilter(r.URL.Query(), v.Brand))
	if err != nil {
		return err
	}
	page.Sentence, page.Back = m.Sentence(m.filter), page.Path("/pulse")+m.filter.String()
	for _, name := range periods {
		page.Periods = append(page.Periods, tab{page.Say("pulse_period_" + name), page.Path("/pulse/measures") + m.filter.Toggle(ByPeriod, name, v.Brand).String(), name == m.filter.Period})
	}
	if page.Measures, err = m.list(r.Context(), func(string) bool { return true }); err != nil {
		return err
	}
	return p.Render(w, r, http.StatusOK, p.counted, page)
}

// telling reads what most measures are made of, for a reader.
func (p *Pulse) telling(ctx context.Context, t *words.Tongue, b *brands.Snapshot, f Filter) (*telling, error) {
	voice := house.Voice{Tongue: t, Now: p.Now().In(b.Location())}
	m, err := newMeasuring(ctx, p.Store, b, f, voice.Now)
	return &telling{m, &board{Voice: voice, Names: house.NewNames(b, t), Brand: b}}, err
}

// newMeasuring reads what most measures are made of, at a time in the brand's zone.
func newMeasuring(ctx context.Context, s *store.Store, b *brands.Snapshot, f Filter, at time.Time) (*measuring, error) {
	m := &measuring{store: s, brand: b, filter: f, period: f.between(at), at: map[string]store.Tally{}}
	list, err := s.CountsByTouchpoint(ctx, m.query(m.period.level, m.period.from, m.period.until))
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		m.at[c.Touchpoint] = c.Tally
	}
	all, err := s.Counts(ctx, m.query(m.period.level, m.period.from, m.period.until), store.Split{})
	if err != nil {
		return nil, err
	}
	for _, c := range all.List {
		m.sum.Add(c.Tally)
	}
	m.teams, err = s.Clocks(ctx, b.ID, m.period.hours(), m.period.until)
	return m, err
}

func (m *measuring) part() store.Part { return m.filter.Part(m.brand) }

func (m *measuring) query(level store.Level, from, until time.Time) store.CountsQuery {
	return store.CountsQuery{Brand: m.brand.ID, Level: level, From: from, Until: until, Zone: m.period.at.Location(), Of: m.part()}
}

// list are the measures that are wanted.
func (m *telling) list(ctx context.Context, wanted func(id string) bool) (list []measure, err error) {
	for _, f := range formulas {
		if !wanted(f.id) {
			continue
		}
		x := measure{ID: f.id, Formula: f.formula}
		switch f.id {
		case "moments":
			x.Value = m.Num(m.sum.N)
		case "faces":
			m.faces(&x)
		case "score":
			m.score(&x)
		case "csat":
			m.csat(&x)
		case "silent":
			err = m.silent(ctx, &x)
		case "expected":
			err = m.hoped(ctx, &x)
		case "visits":
			err = m.visited(ctx, &x)
		case "weight":
			m.weights(&x)
		case "clocks":
			m.clocks(&x)
		case "kept":
			m.kept(&x)
		case "unsolved":
			m.outcome(&x, m.Say("measures_asked"), shares["unsolved"])
		case "reopened":
			m.outcome(&x, m.Say("measures_resolved"), shares["reopened"])
		case "coverage":
			m.coverage(&x)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}

func (m *telling) few(x *measure) { x.None = m.Say("measures_few", "n", fewest) }

// sure says an interval of shares, whole that of a figure of 100.
func (m *telling) sure(in interval) string {
	return m.Say("measures_sure", "low", m.Percent(in.low), "high", m.Percent(in.high))
}

func (m *telling) faces(x *measure) {
	felt := m.sum.Felt()
	if felt < fewest {
		m.few(x)
		return
	}
	x.Value = m.Num(felt)
	x.Head = []string{m.Say("pulse_face"), m.Say("pulse_moments"), m.Say("pulse_share"), m.Say("measures_interval")}
	for face := 5; face >= 1; face-- {
		n := m.sum.Feelings[face]
		if n == 0 && !shown(m.Brand, face) {
			continue
		}
		x.Rows = append(x.Rows, []string{m.FaceName(face), m.Num(n), m.Percent(float64(n) / float64(felt)), m.between(wilson(n, felt), 100)})
	}
}

// between writes an interval, a share's times 100.
func (m *telling) between(in interval, times float64) string {
	return leftToRight(m.Voice, m.Num(int64(in.low*times+0.5))+"–"+m.Num(int64(in.high*times+0.5)))
}

func (m *telling) score(x *measure) {
	mean, in, ok := scored(m.sum)
	if !ok {
		m.few(x)
		return
	}
	x.Value = m.Num(int64(mean + 0.5))
	x.Range = m.Say("measures_sure", "low", m.Num(int64(in.low+0.5)), "high", m.Num(int64(in.high+0.5)))
}

func (m *telling) csat(x *measure) {
	felt, good := m.sum.Felt(), m.sum.Feelings[4]+m.sum.Feelings[5]
	if felt < fewest {
		m.few(x)
		return
	}
	x.Value, x.Range = m.Percent(float64(good)/float64(felt)), m.sure(wilson(good, felt))
}

// weight is what the score of all would be if a touchpoint felt as intended.
type weight struct {
	t     *sayline.Touchpoint
	would float64
}

// weigh weighs the touchpoints, those that would move the score most first.
func (m *measuring) weigh() (rows []weight) {
	for id, tally := range m.at {
		if t := m.brand.Index.Touchpoint(id); t != nil {
			if would, ok := weighed(m.sum, tally, t.Meant()); ok {
				rows = append(rows, weight{t, would})
			}
		}
	}
	slices.SortFunc(rows, func(a, b weight) int { return cmp.Or(cmp.Compare(b.would, a.would), cmp.Compare(a.t.ID, b.t.ID)) })
	return rows
}

// weights are the touchpoints that would move the score most.
func (m *telling) weights(x *measure) {
	now, _, ok := scored(m.sum)
	if !ok {
		m.few(x)
		return
	}
	rows := m.weigh()
	if len(rows) == 0 {
		x.None = m.Say("measures_weight_none")
		return
	}
	x.Value = leftToRight(m.Voice, m.tenths(now)+" → "+m.tenths(rows[0].would))
	x.Range = m.Names.Touchpoint(rows[0].t.ID)
	x.Head = []string{m.Say("pulse_touchpoint"), m.Say("pulse_score"), m.Say("measures_meant"), m.Say("measures_would")}
	for _, r := range rows[:min(len(rows), mostMeasured)] {
		mean, _, _ := scored(m.at[r.t.ID])
		x.Rows = append(x.Rows, []string{m.Names.Touchpoint(r.t.ID), m.Num(int64(mean + 0.5)), m.Num(int64(ofFace(r.t.Meant()))), m.tenths(r.would)})
	}
}

// tenths writes a figure with one decimal.
func (b *board) tenths(f float64) string {
	n := int64(f*10 + 0.5)
	return b.Num(n/10) + b.Say("num_decimal") + strconv.FormatInt(n%10, 10)
}

// clocks are each team's four: half, nine of ten, 95 of 100.
func (m *telling) clocks(x *measure) {
	x.Range, x.Head = m.Say("measures_spans"), []string{m.Say("narrow_team")}
	all := map[string]store.Clock{}
	for _, name := range clockNames {
		var sum store.Clock
		for _, clocks := range m.teams {
			sum.Add(clocks[name])
		}
		all[name], x.Head = sum, append(x.Head, m.Say("clock_"+name))
	}
	if len(m.teams) == 0 {
		x.Range, x.Head, x.None = "", nil, m.Say("pulse_no_clock")
		return
	}
	x.Rows = append(x.Rows, m.spans(m.Say("measures_all_teams"), all))
	for _, t := range m.Brand.Teams {
		if m.teams[t.ID] != nil {
			x.Rows = append(x.Rows, m.spans(m.Names.Team(t.ID, ""), m.teams[t.ID]))
		}
	}
}

// spans is a row of the four clocks.
func (m *telling) spans(who string, clocks map[string]store.Clock) []string {
	row := []string{who}
	for _, name := range clockNames {
		cell := "–"
		if c := clocks[name]; c.N > 0 {
			cell = whole(m.Took(c.Percentile(.5))+" ·") + " " + whole(m.Took(c.Percentile(.9))+" ·") + " " + whole(m.Took(c.Percentile(.95)))
		}
		row = append(row, cell)
	}
	return row
}

// whole keeps a span on one line: a narrow cell breaks between spans.
func whole(span string) string { return strings.ReplaceAll(span, " ", "\u00a0") }

func (m *telling) kept(x *measure) {
	var sum store.Clock
	x.Head = []string{m.Say("narrow_team"), m.Say("measures_runs"), m.Say("measures_kept"), m.Say("measures_interval")}
	for _, t := range m.Brand.Teams {
		var c store.Clock
		for _, name := range []string{store.ClockAcknowledge, store.ClockAnswer} {
			c.Add(m.teams[t.ID][name])
		}
		sum.Add(c)
		if c.N > 0 {
			x.Rows = append(x.Rows, []string{m.Names.Team(t.ID, ""), m.Num(c.N), m.Percent(float64(c.Kept) / float64(c.N)), m.between(wilson(c.Kept, c.N), 100)})
		}
	}
	if sum.N == 0 {
		x.Head, x.None = nil, m.Say("pulse_no_clock")
		return
	}
	x.Value, x.Range = m.Percent(float64(sum.Kept)/float64(sum.N)), m.sure(wilson(sum.Kept, sum.N))
}

// outcome is a share of what came of cases, k of n, of all teams and of each. One may
// come again more often than it was resolved in the period: then the share is whole.
func (m *telling) outcome(x *measure, of string, share func(map[string]store.Clock) (k, n int64)) {
	x.Head = []string{m.Say("narrow_team"), of, m.Say("pulse_share"), m.Say("measures_interval")}
	var sum, all int64
	for _, t := range m.Brand.Teams {
		k, n := share(m.teams[t.ID])
		if n == 0 {
			continue
		}
		k = min(k, n)
		sum, all = sum+k, all+n
		x.Rows = append(x.Rows, []string{m.Names.Team(t.ID, ""), m.Num(n), m.Percent(float64(k) / float64(n)), m.between(wilson(k, n), 100)})
	}
	if all < fewest {
		x.Head, x.Rows = nil, nil
		m.few(x)
		return
	}
	x.Value, x.Range = m.Percent(float64(sum)/float64(all)), m.sure(wilson(sum, all))
}

// covered counts the touchpoints, those that are listened at, and those of them at
// which anything was said.
func (m *measuring) covered() (all, listening, spoke int64) {
	part := m.part()
	for i := range m.brand.Touchpoints {
		t := &m.brand.Touchpoints[i]
		if t.Lane != "" || !part.At(t.ID, t.Place) {
			continue
		}
		if all++; t.Silent {
			continue
		}
		if listening++; m.at[t.ID].N > 0 {
			spoke++
		}
	}
	return all, listening, spoke
}

// coverage is how many touchpoints are listened at, and at how many of those
// anything was said.
func (m *telling) coverage(x *measure) {
	all, listening, spoke := m.covered()
	if listening == 0 {
		x.None = m.Say("measures_coverage_none")
		return
	}
	x.Value = m.Say("measures_of", "n", m.Num(spoke), "of", m.Num(listening))
	x.Range = m.Say("measures_listening", "n", m.Num(listening), "of", m.Num(all))
}
