package pulse

import (
	"net/http"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/summary"
)

// summaryTile is what a machine wrote of what was said; or that it may be asked.
type summaryTile struct {
	Text   string
	Topics []string
	By     string // who wrote it, from how much
	Action string // where it is asked; "" where it may not be
	Takes  string
}

const (
	summaryLeast = 5 // moments with words
	summaryFor   = 15 * time.Minute
	summaryMost  = 20 // of a brand in that time: each costs the operator something
)

// written is a summary that was made for a view, in a language.
type written struct {
	at  time.Time
	sum summary.Summary
	n   int
}

// summed is the tile of a view: nil where the operator names no service, or the
// brand does not allow it.
func (p *Pulse) summed(v *board, f Filter) *summaryTile {
	if p.Summaries == nil || !v.Brand.Summaries {
		return nil
	}
	t := &summaryTile{Action: v.Path("/pulse/summary") + f.String(), Takes: v.Say("summary_takes", "host", p.Summaries.Host())}
	p.sayings.mu.Lock()
	defer p.sayings.mu.Unlock()
	if w, ok := p.sayings.written[summaryKey(v.Brand.ID, v.Tag, f)]; ok && p.Now().Sub(w.at) < summaryFor {
		t.Text, t.Topics = w.sum.Text, w.sum.Topics
		t.By = v.Count("summary_by", w.n, "model", p.Summaries.Model(), "host", p.Summaries.Host())
	}
	return t
}

func summaryKey(brand, lang string, f Filter) string { return brand + " " + lang + " " + f.String() }

// sumUp asks the service to sum up a view, because somebody wants it. Sent are the
// newest words that were said in public and without a name, none of a guarded
// audience, less what may lead to a person.
func (p *Pulse) sumUp(w http.ResponseWriter, r *http.Request, viewer *auth.Viewer) error {
	v := p.NewView(r, viewer)
	b := v.Brand()
	if p.Summaries == nil || !b.Summaries {
		return sayline.Errorf(sayline.NotFound, "This brand lets nothing be summed up.").Keyed("summary_off")
	}
	f := ParseFilter(r.URL.Query(), b)
	key := summaryKey(b.ID, v.Tag, f)
	back := v.Path("/pulse") + f.String() + "#p-saying"
	switch there, often := p.sayings.wrote(b.ID, key, p.Now()); {
	case there:
		http.Redirect(w, r, back, http.StatusSeeOther)
		return nil
	case often:
		return sayline.Errorf(sayline.TooMany, "That was a lot of summaries. Please come back in a quarter of an hour.").Keyed("summary_often")
	}
	pd := f.between(v.Now.In(b.Location()))
	list, err := p.Store.SayingsOfPart(r.Context(), b.ID, f.Part(b), pd.from, pd.until, sayingNow)
	if err != nil {
		return err
	}
	brief := summary.Brief{Language: v.Tag}
	for _, s := range list {
		if s.Class == sayline.Unidentified && len(brief.Said) < summary.Most {
			brief.Said = append(brief.Said, summary.Plain(s.Text))
		}
	}
	if len(brief.Said) < summaryLeast {
		return sayline.Errorf(sayline.Conflict, "There are too few words to sum up.").Keyed("summary_few")
	}
	for i := range b.Topics {
		if b.Topics[i].Lane == "" {
			brief.Topics = append(brief.Topics, v.Names.Text(b.Topics[i].Label))
		}
	}
	sum, err := p.Summaries.Sum(r.Context(), brief)
	if err != nil {
		return err
	}
	p.sayings.keep(key, written{p.Now(), sum, len(brief.Said)})
	http.Redirect(w, r, back, http.StatusSeeOther)
	return nil
}

// wrote says whether a view's summary is there and new, and whether a brand has had
// as many as it may.
func (s *sayings) wrote(brand, key string, now time.Time) (there, often bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for k, w := range s.written {
		if now.Sub(w.at) < summaryFor && strings.HasPrefix(k, brand+" ") {
			there = there || k == key
			n++
		}
	}
	return there, n >= summaryMost
}

// keep keeps a summary, and lets go of those that are old.
func (s *sayings) keep(key string, w written) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, old := range s.written {
		if w.at.Sub(old.at) >= summaryFor {
			delete(s.written, k)
		}
	}
	if s.written == nil {
		s.written = map[string]written{}
	}
	s.written[key] = w
}
