package pulse

import (
	"context"
	"html/template"
	"strconv"
	"time"

	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/look"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/words"
)

// board is all a page shows, for any reader of its language: nothing in it
// depends on who looks.
type board struct {
	house.Voice
	Names   house.Names
	Brand   *brands.Snapshot
	Query   query
	Red     redTile
	Seq     string    // number of the last event it surely tells of
	First   time.Time // the first day anything was counted on; zero for none
	Moments momentsTile
	Feel    feelTile
	Clocks  clocksTile
	Teams   []teamRow
	Table   tableTile
	Rising  risingTile
	Said    []entry
}

// momentsTile is how much is said.
type momentsTile struct {
	N        int64
	Change   string // "+18 %"; "" where there is no usual to tell it from
	More     bool   // the change is one upwards
	Usual    string // what it is compared with, or that there is none yet
	Nameless string
	Lately   string // what came in these minutes
	Chart    chart
}

// feelTile is how it feels.
type feelTile struct {
	Score  string // of 100; "" where too few said
	Diff   string // of it, against the period before
	Worse  bool
	Felt   int64
	Before string // what it is compared with
	Faces  []faceShare
}

// faceShare is one face's share.
type faceShare struct {
	Feeling int
	N       int64
	Share   string
	Diff    string // in points; "" for none
	Worse   bool
	X, W    string // of its bar, of 1000
}

// stage reads a board.
type stage struct {
	*Pulse
	board  *board
	brand  string
	Query  query
	period period
}

func (p *Pulse) stage(t *words.Tongue, b *brands.Snapshot, q query) *stage {
	voice := house.Voice{Tongue: t, Now: p.Now().In(b.Location())}
	return &stage{Pulse: p, brand: b.ID, Query: q, period: newPeriod(q.Period, voice.Now),
		board: &board{Voice: voice, Names: house.NewNames(b, t), Brand: b, Query: q}}
}

// part is what of the public moments the page is about.
func (s *stage) part() store.Part {
	p := store.Part{Guarded: s.board.Brand.Guarded()}
	if s.Query.Touchpoint != "" {
		p.Touchpoints = []string{s.Query.Touchpoint}
	}
	return p
}

// counts asks for the page's public moments in [from, until).
func (s *stage) counts(level store.Level, from, until time.Time) store.CountsQuery {
	return store.CountsQuery{Brand: s.brand, Level: level, From: from, Until: until, Zone: s.period.at.Location(), Of: s.part()}
}

// saidShown is how many moments the stream begins with.
const saidShown = 30

// board reads a page's board.
func (p *Pulse) board(ctx context.Context, v *house.View, q query) (*board, error) {
	s := p.stage(v.Tongue, v.Brand(), q)
	// The number before the rest: what comes meanwhile is told again, and does no harm.
	last, err := p.Store.LastEvent(ctx, s.brand)
	if err != nil {
		return nil, err
	}
	s.board.Seq = strconv.FormatInt(last, 10)
	if err := s.numbers(ctx); err != nil {
		return nil, err
	}
	return s.board, s.said(ctx, saidShown)
}

// numbers reads everything but the stream. What it costs depends on the period
// and on how many touchpoints there are, not on how much was said.
func (s *stage) numbers(ctx context.Context) error {
	b := s.board
	var err error
	if b.First, err = s.Store.FirstCounted(ctx, s.brand); err != nil {
		return err
	}
	list, err := s.Store.CountsByTime(ctx, s.counts(s.period.level, s.period.from, s.period.until))
	if err != nil {
		return err
	}
	buckets := make([]store.Tally, len(s.period.starts))
	var sum store.Tally
	for _, c := range list {
		sum.Add(c.Tally)
		if i := s.period.index(c.Bucket); i >= 0 {
			buckets[i].Add(c.Tally)
		}
	}
	for _, read := range []func(context.Context) error{
		func(ctx context.Context) error { return s.moments(ctx, sum, buckets) },
		func(ctx context.Context) error { return s.feel(ctx, sum) },
		s.clocks, s.table, s.rising, s.red,
	} {
		if err := read(ctx); err != nil {
			return err
		}
	}
	return nil
}

const (
	namelessOf   = 100 // newest moments it is told of
	latelyWindow = 5   // minutes
)

func (s *stage) moments(ctx context.Context, sum store.Tally, buckets []store.Tally) error {
	b, t := s.board, &s.board.Moments
	t.N = sum.N
	u, err := s.usual(ctx, b.First, buckets)
	if err != nil {
		return err
	}
	switch {
	case !u.Known:
		t.Usual = b.Say("pulse_no_usual")
	case s.period.level == store.ByDay:
		t.Usual = b.Say("pulse_usual_days")
	default:
		t.Usual = b.Say("pulse_usual_weekday", "day", b.Say("pulse_weekday_"+strconv.Itoa(int(s.period.at.Weekday()))))
	}
	if share, ok := u.Change(); ok {
		t.Change, t.More = signed(b.Voice, share), share > 0
	}
	t.Chart = s.chart(buckets, u)
	nameless, of, err := s.Store.NamelessOfPart(ctx, s.brand, s.part(), namelessOf)
	if err != nil {
		return err
	}
	if of > 0 {
		t.Nameless = b.Say("pulse_nameless", "n", b.Num(int64(nameless)), "of", b.Num(int64(of)))
	}
	from := s.period.at.Truncate(time.Minute).Add(-(latelyWindow - 1) * time.Minute)
	late, err := s.Store.CountsByTime(ctx, s.counts(store.ByMinute, from, from.Add(time.Hour)))
	if err != nil {
		return err
	}
	var lately store.Tally
	for _, c := range late {
		lately.Add(c.Tally)
	}
	if s.Query.Period == now || s.Query.Period == today {
		t.Lately = b.Say("pulse_lately", "n", b.Num(lately.N), "time", b.Clock(from))
	}
	return nil
}

// signed writes a change as a share: +18 %, −4 %.
func signed(v house.Voice, share float64) string {
	s := v.Percent(share)
	if share >= 0.005 {
		s = "+" + s
	}
	return leftToRight(v, s)
}

// leftToRight keeps a sign before its number where words run from right to left.
func leftToRight(v house.Voice, s string) string {
	if v.Dir == "rtl" {
		return "\u2066" + s + "\u2069"
	}
	return s
}

// fewest is how many must have said a feeling before a mean of them is told.
const fewest = 5

// score is a tally of 100, to the whole number; ok is false where too few said.
func score(t store.Tally) (of100 int64, ok bool) {
	mean, _ := t.Of100()
	return int64(mean + 0.5), t.Felt() >= fewest
}

func (s *stage) feel(ctx context.Context, sum store.Tally) error {
	b, t := s.board, &s.board.Feel
	level, from, until := s.period.before()
	list, err := s.Store.CountsByTime(ctx, s.counts(level, from, until))
	if err != nil {
		return err
	}
	var before store.Tally
	for _, c := range list {
		before.Add(c.Tally)
	}
	t.Felt, t.Before = sum.Felt(), b.Say("pulse_before_"+s.Query.Period)
	was, known := score(before)
	if is, ok := score(sum); ok {
		t.Score = b.Num(is)
		if known {
			t.Diff, t.Worse = leftToRight(b.Voice, b.Signed(is-was)), is < was
		}
	} else {
		known = false
	}
	if !known {
		t.Before = ""
	}
	x := int64(0)
	for f := 5; f >= 1; f-- {
		n := sum.Feelings[f]
		if n == 0 && !shown(s.board.Brand, f) {
			continue
		}
		share := faceShare{Feeling: f, N: n, X: strconv.FormatInt(x*1000/max(t.Felt, 1), 10)}
		share.W = strconv.FormatInt((x+n)*1000/max(t.Felt, 1)-x*1000/max(t.Felt, 1), 10)
		x += n
		if t.Felt > 0 {
			share.Share = b.Percent(float64(n) / float64(t.Felt))
		}
		if known {
			points := percent(n, t.Felt) - percent(before.Feelings[f], before.Felt())
			share.Diff, share.Worse = leftToRight(b.Voice, b.Signed(points)), points > 0 == (f < 3) && points != 0 && f != 3
		}
		t.Faces = append(t.Faces, share)
	}
	return nil
}

// percent is a share in whole hundredths, as the house writes it.
func percent(n, of int64) int64 {
	if of == 0 {
		return 0
	}
	return int64(float64(n)/float64(of)*100 + 0.5)
}

func shown(b *brands.Snapshot, feeling int) bool {
	for _, f := range b.Shown() {
		if f == feeling {
			return true
		}
	}
	return false
}

// keptWell is the share of promises kept below which a clock stands out.
const keptWell = 0.9

// Path is the path of something of the board's brand.
func (b *board) Path(path string) string { return house.BrandPath(b.Brand.ID, path) }

// Link is the page with another period, touchpoint or table.
func (b *board) Link(what, value string) string {
	q := b.Query
	switch what {
	case "period":
		q.Period = value
	case "touchpoint":
		q.Touchpoint = value
	case "show":
		q.Show = value
	}
	return b.Path("/pulse") + q.String()
}

// FaceName says a feeling.
func (b *board) FaceName(feeling int) string {
	if feeling < 1 || feeling > 5 {
		return b.Say("face_none")
	}
	return b.Say(house.FaceKey(feeling))
}

// tab is one of several ways to look.
type tab struct {
	Name, Path string
	Here       bool
}

// Periods are the periods to choose from.
func (b *board) Periods() []tab {
	var list []tab
	for _, name := range periods {
		list = append(list, tab{b.Say("pulse_period_" + name), b.Link("period", name), name == b.Query.Period})
	}
	return list
}

// Shows are the tables to choose from.
func (b *board) Shows() []tab {
	var list []tab
	for _, name := range []string{showNeeds, showShines, showAll} {
		list = append(list, tab{b.Say("pulse_" + name), b.Link("show", name), name == b.Query.Show})
	}
	return list
}

// Filtered is the touchpoint the page is filtered by; "" for none.
func (b *board) Filtered() string { return b.Names.Touchpoint(b.Query.Touchpoint) }

// Title says what the number of moments is of.
func (b *board) Title() string { return b.Say("pulse_moments_" + b.Query.Period) }

// FaceOf draws a feeling.
func (b *board) FaceOf(feeling int) template.HTML { return look.Face(feeling) }
