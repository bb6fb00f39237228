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
	Wall    bool // it hangs on a wall
	Red     redTile
	Alarms  []alarmView
	Seq     string    // number of the last event it surely tells of
	First   time.Time // the first day anything was counted on; zero for none
	Newest  int       // only so many moments, the newest, were counted; 0 for all
	Moments momentsTile
	Feel    feelTile
	Clocks  clocksTile
	Teams   []teamRow
	Table   tableTile
	Rising  risingTile
	Cuts    []cutTile
	Said    []entry
	Saying  sayingTile // as Told it is read apart, see dear.go
	Told    []figure
}

// momentsTile is how much is said.
type momentsTile struct {
	N        int64
	Usual    change // against what is usual, or that nothing is yet
	Before   change // against the period before
	Nameless string
	Lately   string // what came in these minutes
	Chart    chart
}

// change is how much more or less there is than there was.
type change struct {
	Share   string // "+18 %", "−4 %"; "" where there was too little to tell
	Up      bool
	Down    bool
	Against string // in words
}

// feelTile is how it feels.
type feelTile struct {
	Score  string // of 100; "" where too few said
	Sure   sure
	Diff   string // of it, against the period before
	Worse  bool
	Better bool
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
	counting // what of the public moments the page is about
	board    *board
	Query    query

	teamClocks map[string]map[string]store.Clock
	whole      store.Tally // of all touchpoints together
}

func (p *Pulse) stage(t *words.Tongue, b *brands.Snapshot, q query) *stage {
	voice := house.Voice{Tongue: t, Now: p.Now().In(b.Location())}
	return &stage{Pulse: p, counting: counting{p.Store, b.ID, q.Part(b), q.between(voice.Now)}, Query: q,
		board: &board{Voice: voice, Names: house.NewNames(b, t), Brand: b, Query: q}}
}

// saidShown is how many moments the stream begins with.
const saidShown = 30

// read reads a page's board.
func (p *Pulse) read(ctx context.Context, v *house.View, q query) (*stage, error) {
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
	return s, s.said(ctx, saidShown)
}

// numbers reads everything but the stream. What it costs depends on the period
// and on how many touchpoints there are, not on how much was said.
func (s *stage) numbers(ctx context.Context) error {
	b := s.board
	var err error
	if b.First, err = s.Store.FirstCounted(ctx, s.brand); err != nil {
		return err
	}
	counted, err := s.Store.Counts(ctx, s.counts(s.period.level, s.period.from, s.period.until), store.Split{Time: true})
	if err != nil {
		return err
	}
	b.Newest = counted.Newest
	before, err := s.Store.CountsByTime(ctx, s.counts(s.period.before()))
	if err != nil {
		return err
	}
	buckets := make([]store.Tally, len(s.period.starts))
	var sum, was store.Tally
	for _, c := range before {
		was.Add(c.Tally)
	}
	for _, c := range counted.List {
		sum.Add(c.Tally)
		if i := s.period.index(c.Bucket); i >= 0 {
			buckets[i].Add(c.Tally)
		}
	}
	for _, read := range []func(context.Context) error{
		func(ctx context.Context) error { return s.moments(ctx, sum, was, buckets) },
		s.clocks, s.teams, s.table, s.rising, s.cuts, s.red, s.alarms,
	} {
		if err := read(ctx); err != nil {
			return err
		}
	}
	s.feel(sum, was)
	return nil
}

const (
	namelessOf   = 100 // newest moments it is told of
	latelyWindow = 5   // minutes
)

func (s *stage) moments(ctx context.Context, sum, was store.Tally, buckets []store.Tally) error {
	b, t := s.board, &s.board.Moments
	t.N = sum.N
	u, err := s.usual(ctx, b.First, buckets)
	if err != nil {
		return err
	}
	switch {
	case !u.Known:
		t.Usual.Against = b.Say("pulse_no_usual")
	case s.period.level == store.ByDay:
		t.Usual.Against = b.Say("pulse_usual_days")
	default:
		t.Usual.Against = b.Say("pulse_usual_weekday", "day", b.Say("pulse_weekday_"+strconv.Itoa(int(s.period.from.Weekday()))))
	}
	if share, ok := u.Change(); ok {
		t.Usual.is(b.Voice, share)
	} else if u.Known {
		t.Usual.Against = b.Say("pulse_usual_few")
	}
	if t.Before, err = s.since(ctx, sum, was, buckets); err != nil {
		return err
	}
	t.Chart = s.chart(buckets, u)
	nameless, of, err := s.Store.NamelessOfPart(ctx, s.brand, s.of, namelessOf)
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

// since compares what was said with the period before: of today what was said
// by this time of yesterday, of days that are not over a day with a day. It
// is told where five or more were said before, and the brand was there by then.
func (s *stage) since(ctx context.Context, sum, was store.Tally, buckets []store.Tally) (change, error) {
	b, p := s.board, &s.period
	level, from, until := p.before()
	c := change{Against: b.Say("pulse_before_"+s.Query.key(), b.spanFacts(s.Query.Filter)...)}
	is, than := float64(sum.N), float64(was.N)
	switch {
	case p.Name == today:
		list, err := s.Store.CountsByTime(ctx, s.counts(store.ByHour, from, until))
		if err != nil {
			return c, err
		}
		than = 0
		passed := p.at.Sub(p.from)
		for _, x := range list {
			than += float64(x.N) * min(1, max(0, (passed-x.Bucket.Sub(from)).Hours()))
		}
		c.Against = b.Say("pulse_before_now_yesterday")
	case level == store.ByDay && p.level == store.ByDay && !p.past() && p.passed > 1:
		is -= float64(buckets[p.passed-1].N) // of today, which is not over
		than *= float64(p.passed-1) / float64(len(p.starts))
	}
	if than >= leastUsual && !b.First.IsZero() && !from.Before(b.First) {
		c.is(b.Voice, is/than-1)
	}
	return c, nil
}

// is sets a change as a share.
func (c *change) is(v house.Voice, share float64) {
	c.Share, c.Up, c.Down = signed(v, share), share >= 0.005, share <= -0.005
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

func (s *stage) feel(sum, before store.Tally) {
	b, t := s.board, &s.board.Feel
	t.Felt, t.Before = sum.Felt(), b.Say("pulse_before_"+s.Query.key(), b.spanFacts(s.Query.Filter)...)
	was, known := score(before)
	t.Sure = b.sure(sum)
	if is, ok := score(sum); ok {
		t.Score = b.Num(is)
		if known {
			t.Diff, t.Worse, t.Better = leftToRight(b.Voice, b.Signed(is-was)), is < was, is > was
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

// FaceName says a feeling.
func (b *board) FaceName(feeling int) string {
	if feeling < 1 || feeling > 5 {
		return b.Say("face_none")
	}
	return b.Say(house.FaceKey(feeling))
}

// Title says what the number of moments is of.
func (b *board) Title() string {
	return b.Say("pulse_moments_"+b.Query.key(), b.spanFacts(b.Query.Filter)...)
}

// FaceOf draws a feeling.
func (b *board) FaceOf(feeling int) template.HTML { return look.Face(feeling) }
