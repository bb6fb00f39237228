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
	sayingFor    = time.Minute // what was read is shown for so long to who opens a page
)

// saying reads what the words of the page's moments say. What was read after a time
// is shown as it is.
func (s *stage) saying(ctx context.Context, since time.Time) error {
	b, f, pd := s.board, s.Query.Filter, s.period
	t := sayingTile{Against: b.Say("saying_weeks", "n", weeksBack), Sum: s.summed(b, f)}
	from, until := dayAfter(pd.from, -7*weeksBack), pd.from
	if pd.level == store.ByDay {
		_, from, until = pd.before()
		t.Against = b.Say("saying_days", "n", len(pd.starts))
	}
	had := s.sayings.of(s.brand + f.String() + pd.from.String())
	had.mu.Lock()
	defer had.mu.Unlock()
	if !had.at.After(since) {
		at := s.Now()
		now, err := s.Store.SayingsOfPart(ctx, s.brand, s.of, pd.from, pd.until, sayingNow)
		if err != nil {
			return err
		}
		before, err := s.Store.SayingsOfPart(ctx, s.brand, s.of, from, until, sayingBefore)
		if err != nil {
			return err
		}
		had.fill(phrase.Count(textsOf(now), b.Brand.Name), phrase.Count(textsOf(before), b.Brand.Name))
		had.at = at // what comes while it is read is told again
	}
	t.fill(b, had)
	b.Saying = t
	return nil
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

func (t *sayingTile) fill(b *board, s *saying) {
	for _, x := range s.top {
		row := sayingRowOf(b, x)
		row.Width = strconv.Itoa(1000 * x.Moments / s.top[0].Moments)
		t.Top = append(t.Top, row)
	}
	t.Of = b.Count("saying_of", s.texts)
	for _, r := range s.up {
		row := sayingRowOf(b, r.said)
		row.Times = b.Say("saying_new")
		if r.Before > 0 {
			row.Times = b.Say("pulse_by", "n", b.Num(int64(r.Times()+0.5)))
		}
		row.About = b.Say("saying_rise", "n", b.Num(int64(r.N)), "of", b.Num(int64(r.Of)), "usual", b.Percent(float64(r.Before)/float64(r.All)))
		t.Rising = append(t.Rising, row)
	}
	switch {
	case len(t.Rising) > 0:
	case s.before == 0:
		t.Calm = b.Say("pulse_no_usual")
	default:
		t.Calm = b.Say("saying_calm")
	}
}

func sayingRowOf(b *board, s phrase.Said) sayingRow {
	row := sayingRow{Text: s.Text, Href: b.Path("/pulse") + "?" + withWords(b.Query.Filter, s.Key).Encode() + "#p-saidhead", N: b.Num(int64(s.Moments))}
	var all [6]int
	guessed := 0
	for i := range all {
		all[i] = s.Faces[i] + s.Guessed[i]
		guessed += s.Guessed[i]
	}
	row.Face = house.MainFeeling(all)
	if guessed > 0 {
		row.Guessed = b.Count("saying_guessed", guessed)
	}
	return row
}

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
