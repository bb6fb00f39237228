package atlas

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/words"
)

// panel is one touchpoint: what it is meant to be beside what people say.
type panel struct {
	*card
	T        *sayline.Touchpoint
	Felt     felt
	Enough   bool
	Interval string   // of the score
	Words    []spoken // of the panel, in the order they are read
	Chips    []chip
	Chose    string   // the share of the chip that is intended, in words
	Of1000   []string // what was said of those who came, by each way to count them
	Weight   string
	Quotes   []quote
	Mentions mentions
	Read     string // of how many words the mentions are
	Also     []string
	Way      way
	Form     form
	Gaps     []string

	Opportunities []opportunity // but those that were declined
}

// spoken is one thing a touchpoint is meant to be, in the reader's language.
type spoken struct{ Key, Text string }

// chip is the intended feeling, or its opposite, as people chose it.
type chip struct {
	Name  string
	N     string
	Right bool
}

// quote is what somebody said there, in their own words.
type quote struct {
	ID, Words, Lang, Dir string
	Feeling              int
	At                   time.Time
	Time                 string
}

const (
	wordsRead   = 3000 // newest moments looked at for words
	wordsKept   = 500  // of those with words, for the mentions
	quotesShown = 4
	quoteLength = 160
)

// panel reads the touchpoint whose panel is open.
func (a *Atlas) panel(r *http.Request, p *mapPage) (*panel, error) {
	b := p.Brand()
	t := b.Index.Touchpoint(p.Query.Touchpoint)
	if !sees(p.Viewer, t) {
		return nil, errNoTouchpoint
	}
	c := p.card(t)
	f := p.picture.at[t.ID]
	out := &panel{card: &c, T: t, Felt: f, Enough: f.enough(), Gaps: gapsOf(t, f), Form: newForm(p, t)}
	for _, audience := range t.Audiences[min(1, len(t.Audiences)):] {
		out.Also = append(out.Also, audienceName(p.View, audience))
	}
	for _, s := range []struct {
		key  string
		text sayline.Text
	}{{"purpose", t.Purpose}, {"promise", t.Promise}, {"tone", t.Tone}} {
		out.Words = append(out.Words, spoken{s.key, p.Names.Text(s.text)})
	}
	var err error
	if out.Way, err = a.way(r, p, t); err != nil {
		return out, err
	}
	var said []*sayline.Moment
	if !c.Private {
		out.numbers(p, t)
		if out.Of1000, err = a.saidOf(r.Context(), p, t); err != nil {
			return out, err
		}
		if said, err = a.said(r, p, out); err != nil {
			return out, err
		}
	}
	all, err := a.opportunities(r.Context(), p, []*sayline.Touchpoint{t}, said)
	inOrder(all)
	out.Opportunities = slices.DeleteFunc(all, func(o opportunity) bool { return o.State == sayline.Declined })
	return out, err
}

// numbers are the score's interval, the chips and the weight.
func (out *panel) numbers(p *mapPage, t *sayline.Touchpoint) {
	f := out.Felt
	if f.enough() {
		mean, _ := f.Of100()
		out.Interval = p.Say("map_interval", "low", p.Num(int64(max(0, mean-f.half())+0.5)), "high", p.Num(int64(min(100, mean+f.half())+0.5)), "n", p.Num(f.Felt()))
	}
	for _, x := range []struct {
		topic string
		n     int64
		right bool
	}{{t.FeelingTopic, f.Meant, true}, {t.OppositeTopic, f.Opposite, false}} {
		if x.topic != "" {
			out.Chips = append(out.Chips, chip{p.Names.Topic(x.topic), p.Num(x.n), x.right})
		}
	}
	if out.Share != "" {
		out.Chose = p.Say("map_chose", "share", out.Share, "n", p.Num(f.Meant+f.Opposite))
	}
	if now, would, ok := weight(p.picture.brand, f, t.Meant()); ok {
		out.Weight = p.Say("map_weight", "now", tenths(p, now), "would", tenths(p, would))
	}
}

// tenths is a score with one decimal: a single touchpoint rarely moves a brand by more.
func tenths(p *mapPage, score float64) string {
	n := int64(score*10 + 0.5)
	return p.Num(n/10) + p.Say("num_decimal") + strconv.FormatInt(n%10, 10)
}

// said reads what people say at the touchpoint, and what they mention.
func (a *Atlas) said(r *http.Request, p *mapPage, out *panel) ([]*sayline.Moment, error) {
	b, t := p.Brand(), out.T
	if out.Felt.N == 0 {
		return nil, nil // nothing, or of so few of the brand's own people that it would point at somebody
	}
	since := dayAfter(p.Now, 1-p.Query.Days)
	list, err := a.Store.SaidAt(r.Context(), b.ID, []string{t.ID}, b.Guarded(), since, wordsRead, wordsKept)
	if err != nil {
		return nil, err
	}
	texts, all := make([]string, len(list)), make([]int, len(list))
	for i, m := range list {
		texts[i], all[i] = m.Text, i
	}
	for _, i := range differing(texts, all, quotesShown) {
		out.Quotes = append(out.Quotes, newQuote(p.View, list[i]))
	}
	out.Mentions = mentionsOf(t, b.Rivals, texts)
	if out.Mentions.Of > 0 {
		out.Read = p.Count("map_read", out.Mentions.Of)
	}
	return list, nil
}

func newQuote(v *house.View, m *sayline.Moment) quote {
	q := quote{ID: m.ID, Words: house.Cut(strings.TrimSpace(m.Text), quoteLength), Lang: m.Lang, Dir: "auto", Feeling: m.Feeling, At: m.ReceivedAt, Time: v.At(m.ReceivedAt)}
	if m.Lang != "" {
		q.Dir = words.Direction(m.Lang)
	}
	return q
}

// form is the form with which a touchpoint is edited in place, in one language.
type form struct {
	choices
	Was                                                    string
	Lang, Dir                                              string
	Langs                                                  []choice
	Name, Purpose, Promise, Tone, Only, OnlyWords, Feeling string
	Faces, Fits, Meant, Opposite                           []choice
}

func newForm(p *mapPage, t *sayline.Touchpoint) form {
	b := p.Brand()
	lang := languageOf(b, p.Query.Lang, p.Tag)
	f := form{choices: p.Choices, Was: digest(t), Lang: lang, Dir: words.Direction(lang), Name: own(b, t.Name, lang), Purpose: own(b, t.Purpose, lang), Promise: own(b, t.Promise, lang), Tone: own(b, t.Tone, lang),
		Only: own(b, t.OnlyHere, lang), OnlyWords: strings.Join(t.OnlyHereWords, ", "), Feeling: own(b, t.Feeling, lang)}
	for _, l := range b.Languages {
		f.Langs = append(f.Langs, choice{l, p.LanguageName(l), l == lang})
	}
	f.Stages, f.Channels, f.Audiences, f.Teams = Chosen(f.Stages, t.Stage), Chosen(f.Channels, t.Channel), Chosen(f.Audiences, t.Audience()), Chosen(f.Teams, t.Owner)
	f.Meant, f.Opposite = Chosen(f.Topics, t.FeelingTopic), Chosen(f.Topics, t.OppositeTopic)
	for face := 5; face >= 1; face-- {
		f.Faces = append(f.Faces, choice{strconv.Itoa(face), p.FaceName(face), t.Face == face})
	}
	for _, id := range sayline.MessageFits {
		f.Fits = append(f.Fits, choice{id, p.Say("map_fit_" + id), t.Message == id})
	}
	return f
}
