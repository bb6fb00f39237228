package screen

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// donePath is where everybody reads what was said and what was done.
const donePath = "/cx/done"

// fewest is how many of something are told at all: fewer might be somebody.
const fewest = 5

// doneView is the public page.
type doneView struct {
	frame
	Headline  string
	Said      string // how many; "" for too few
	Done      string
	Clocks    []clockView
	Feelings  []feelingView
	Topics    []topicView
	Words     []wordsView
	Invites   string
	ScreenURL string
}

// clockView is how long something took: half of it, and nine of ten.
type clockView struct{ Label, Half, Nine string }

// feelingView is one feeling's share, drawn from X for W of 100.
type feelingView struct {
	N     int
	Label string
	X, W  string
	Share string
}

// topicView is what was said about a topic. Its bar is W of 100.
type topicView struct{ Label, Said, Done, W string }

// wordsView is what somebody said who agreed to have it shown.
type wordsView struct {
	Text, Lang, Dir string
	Feeling         int
	About, When     string
	Outcome         string
	Finished        bool
	Reply           string
}

// donePage shows what was said, what was done and how fast, where the brand
// wants it. It is the same for everybody who reads the language, and kept by
// whoever likes, for a minute.
func (s *Screen) donePage(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	if !site.PublicPage {
		return sayline.Errorf(sayline.NotFound, "There is nothing at this address.")
	}
	record, err := s.Door.Record(r.Context(), site.Snapshot)
	if err != nil {
		return err
	}
	v := s.newDoneView(r, site, record)
	body, err := s.render("done", v)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Language", v.Lang)
	h.Del("Access-Control-Expose-Headers")
	h.Set("Content-Security-Policy", s.policy(r, &v.frame).String())
	h.Set("Cache-Control", "public, max-age=60")
	h.Set("Vary", "Accept-Language, Accept-Encoding")
	web.SendTagged(w, r, "text/html; charset=utf-8", body)
	return nil
}

func (s *Screen) newDoneView(r *http.Request, site *brands.Site, record *intake.Record) *doneView {
	v := &doneView{frame: s.newFrame(r, site, site.Index.FrontDoor(), language(r, site, ""))}
	v.Headline = v.W.Say("public_title", "brand", site.Name)
	v.Title, v.Sheet = v.Headline, path(site, s.assets.Path("done.css"))
	v.Canonical, v.ScreenURL, v.Invites = site.URL(donePath), path(site, "/cx"), v.Line("invitation")
	sums := record.Sums
	if sums.Said.N >= fewest {
		v.Said = grouped(sums.Said.N)
	}
	done := 0
	for _, n := range sums.Done {
		done += n
	}
	if done >= fewest {
		v.Done = grouped(int64(done))
	}
	v.clocks(sums)
	v.feelings(sums.Said)
	v.topics(sums)
	told := map[string]bool{}
	for i := range record.Words {
		if text := record.Words[i].Moment.Text; !told[text] { // the same words from many are told once
			told[text] = true
			v.Words = append(v.Words, v.words(&record.Words[i]))
		}
	}
	return v
}

// Empty says whether there is nothing to tell yet.
func (v *doneView) Empty() bool { return v.Said == "" && len(v.Words) == 0 }

func (v *doneView) clocks(sums *store.Record) {
	for _, c := range []struct{ clock, label string }{{store.ClockAcknowledge, "public_fast"}, {store.ClockAnswer, "public_answered"}} {
		if k := sums.Clocks[c.clock]; k.N >= fewest {
			v.Clocks = append(v.Clocks, clockView{v.W.Say(c.label), v.W.Say("public_half", "span", v.W.Span(k.Percentile(.5))), v.W.Say("public_nine", "span", v.W.Span(k.Percentile(.9)))})
		}
	}
}

// feelings are the shares of the faces, where enough showed one.
func (v *doneView) feelings(said store.Tally) {
	felt := said.Felt()
	if felt < fewest {
		return
	}
	at := 0.0
	for n := 5; n >= 1; n-- {
		share := float64(said.Feelings[n]) / float64(felt)
		if share > 0 {
			v.Feelings = append(v.Feelings, feelingView{n, v.W.Say("face_" + strconv.Itoa(n)), hundredths(at), hundredths(share), strconv.Itoa(int(share*100+.5)) + " %"})
		}
		at += share
	}
}

func hundredths(share float64) string { return strconv.FormatFloat(share*100, 'f', 2, 64) }

// topics are those enough was said about, the most first.
func (v *doneView) topics(sums *store.Record) {
	type said struct {
		topic *sayline.Topic
		n     int64
	}
	var list []said
	for id, t := range sums.Topics {
		if topic := v.site.Index.Topic(id); topic != nil && topic.Lane == "" && t.N >= fewest {
			list = append(list, said{topic, t.N})
		}
	}
	slices.SortFunc(list, func(a, b said) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.topic.ID, b.topic.ID)) })
	list = list[:min(len(list), 10)]
	for _, t := range list {
		row := topicView{Label: v.name(t.topic.Label), Said: v.W.Count("public_topic_said", int(t.n)), W: hundredths(float64(t.n) / float64(list[0].n))}
		if done := sums.Done[t.topic.ID]; done >= fewest {
			row.Done = v.W.Count("public_topic_done", done)
		}
		v.Topics = append(v.Topics, row)
	}
}

// words are somebody's, with what came of them. Only the day is told.
func (v *doneView) words(p *store.Published) wordsView {
	m := p.Moment
	row := wordsView{Text: m.Text, Lang: m.Lang, Dir: "auto", Feeling: m.Feeling, When: v.W.Date(m.ReceivedAt.In(v.now.Location())), Reply: p.Reply}
	if m.Lang != "" {
		row.Dir = words.Direction(m.Lang)
	}
	if t := v.site.Index.Topic(m.Topic); t != nil {
		row.About = v.name(t.Label)
	}
	switch since := m.ReceivedAt; {
	case !p.Open && !p.ResolvedAt.IsZero():
		row.Finished, row.Outcome = true, v.W.Say("told_resolved", "took", v.W.Span(max(time.Second, p.ResolvedAt.Sub(since))))
	case p.Reply != "":
		row.Finished, row.Outcome = true, v.W.Say("told_answered", "took", v.W.Span(max(time.Second, p.RepliedAt.Sub(since))))
	case p.Open:
		row.Outcome = v.W.Say("public_waits")
	}
	return row
}

// grouped writes a number with thin spaces between its thousands, which every
// language reads.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}
