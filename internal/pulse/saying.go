package pulse

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/phrase"
	"github.com/sayline/sayline/internal/store"
)

// sayingTile is what people's words say: the phrases most say, and those that are
// said more often than usual.
type sayingTile struct {
	*house.View
	Top, Rising []sayingRow
	Against     string // what they are compared with
	Of          string // how many people's words were read
	Calm        string // why nothing rises
	Sum         *summaryTile
}

// sayingRow is a phrase; it leads to people's own words.
type sayingRow struct {
	Text, Href string
	Face       int    // how who says it feels, in the middle; 0 for not told
	N          string // moments
	Guessed    string // of how many the feeling is from the words
	Width      string // of its bar, of 1000
	Times      string // how many times its usual share
	About      string
}

const (
	sayingLeast  = 3 // moments that say a phrase that is shown
	sayingMost   = 8
	sayingUp     = 5
	sayingNow    = 3_000 // newest moments that are read
	sayingBefore = 6_000
	sayingFor    = time.Minute // what was read is shown for so long
)

// saying reads what the words of a filter's moments say. It is no part of the
// frames that go to open pages: it costs more than a number, and is a minute old at most.
func (p *Pulse) saying(ctx context.Context, v *house.View, f Filter) (*sayingTile, error) {
	b := v.Brand()
	pd := f.between(v.Now.In(b.Location()))
	t := &sayingTile{View: v, Against: v.Say("saying_weeks", "n", weeksBack), Sum: p.summed(v, f)}
	from, until := dayAfter(pd.from, -7*weeksBack), pd.from
	if pd.level == store.ByDay {
		_, from, until = pd.before()
		t.Against = v.Say("saying_days", "n", len(pd.starts))
	}
	s := p.sayings.of(b.ID + f.String() + pd.from.String())
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Now().Sub(s.at) > sayingFor {
		part := f.Part(b)
		now, err := p.Store.SayingsOfPart(ctx, b.ID, part, pd.from, pd.until, sayingNow)
		if err != nil {
			return nil, err
		}
		before, err := p.Store.SayingsOfPart(ctx, b.ID, part, from, until, sayingBefore)
		if err != nil {
			return nil, err
		}
		s.fill(phrase.Count(textsOf(now), b.Name), phrase.Count(textsOf(before), b.Name))
		s.at = p.Now()
	}
	t.fill(f, s)
	return t, nil
}

func textsOf(list []store.Saying) []phrase.Text {
	texts := make([]phrase.Text, len(list))
	for i, s := range list {
		texts[i] = phrase.Text{Text: s.Text, Lang: s.Lang, Feeling: s.Feeling}
	}
	return texts
}

// fill keeps what is shown of what was counted, and nothing else: all phrases of some
// thousand moments are a hundred times as much.
func (s *saying) fill(now, before *phrase.Counted) {
	s.texts, s.before, s.top, s.up = now.Texts, before.Texts, now.Top(sayingLeast, sayingMost), nil
	for _, r := range now.Rising(before, sayingLeast, sayingUp) {
		s.up = append(s.up, risen{r, now.Said(r.Key)})
	}
}

func (t *sayingTile) fill(f Filter, s *saying) {
	for _, x := range s.top {
		row := t.row(f, x)
		row.Width = strconv.Itoa(1000 * x.Moments / s.top[0].Moments)
		t.Top = append(t.Top, row)
	}
	t.Of = t.Count("saying_of", s.texts)
	for _, r := range s.up {
		row := t.row(f, r.said)
		row.Times = t.Say("saying_new")
		if r.Before > 0 {
			row.Times = t.Say("pulse_by", "n", t.Num(int64(r.Times()+0.5)))
		}
		row.About = t.Say("saying_rise", "n", t.Num(int64(r.N)), "of", t.Num(int64(r.Of)), "usual", t.Percent(float64(r.Before)/float64(r.All)))
		t.Rising = append(t.Rising, row)
	}
	switch {
	case len(t.Rising) > 0:
	case s.before == 0:
		t.Calm = t.Say("pulse_no_usual")
	default:
		t.Calm = t.Say("saying_calm")
	}
}

func (t *sayingTile) row(f Filter, s phrase.Said) sayingRow {
	row := sayingRow{Text: s.Text, Href: t.Path("/pulse") + "?" + withWords(f, s.Key).Encode() + "#p-saidhead", N: t.Num(int64(s.Moments))}
	var all [6]int
	guessed := 0
	for i := range all {
		all[i] = s.Faces[i] + s.Guessed[i]
		guessed += s.Guessed[i]
	}
	row.Face = house.MainFeeling(all)
	if guessed > 0 {
		row.Guessed = t.Count("saying_guessed", guessed)
	}
	return row
}

// FaceSaid says a face for who can't see it.
func (t *sayingTile) FaceSaid(face int) string { return t.FaceName(face) }

// sayings are what was read last, by what was asked for.
type sayings struct {
	mu      sync.Mutex
	byKey   map[string]*saying
	written map[string]written // summaries, see summary.go
}

type saying struct {
	mu            sync.Mutex
	at            time.Time
	texts, before int // with a word at all: now, and before
	top           []phrase.Said
	up            []risen
}

// risen is a phrase that rises.
type risen struct {
	phrase.Rising
	said phrase.Said
}

// mostSayings is how many are kept.
const mostSayings = 64

func (s *sayings) of(key string) *saying {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byKey[key] == nil {
		if s.byKey == nil || len(s.byKey) >= mostSayings {
			s.byKey = map[string]*saying{}
		}
		s.byKey[key] = new(saying)
	}
	return s.byKey[key]
}

// withWords is the address of a filter with further words.
func withWords(f Filter, words string) url.Values {
	v := f.Values()
	v.Set(ByWords, strings.TrimSpace(f.Words+" "+words))
	return v
}
