package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
)

// searchPage is what was said, by its words.
type searchPage struct {
	*house.View
	Text  string
	N     int  // how many were found, as far as is counted
	Over  bool // there are more
	Found []hit
	More  string
	First bool
}

// Counted is how many were found: "12", "1,000+".
func (p searchPage) Counted() string {
	n := p.Num(int64(p.N))
	if p.Over {
		n += "+"
	}
	return n
}

// hit is a moment that was found.
type hit struct {
	ID, Href string
	Feeling  int
	Said     []store.Piece
	Case     string // what its case is called
	About    string // where, with which team, who said it
	Time     string
	Lane     string
	Closed   bool
}

// hitsShown is how many moments a page of what was found has.
const (
	hitsShown  = 30
	wordsShown = 240 // characters of somebody's words
)

// searchPage finds moments of cases the viewer may act on, and, for who may see
// the pulse, everything else that was said in public, the newest first.
func (d *Desk) searchPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q := r.URL.Query()
	p := searchPage{View: d.NewView(r, v), Text: house.Cut(q.Get("q"), sayline.MaxShort)}
	p.Room, p.Title = "search", p.Say("find_title")
	before, _ := strconv.ParseInt(q.Get("before"), 10, 64)
	p.First = before == 0
	if p.Text != "" {
		if err := d.search(r.Context(), &p, store.Search{Brand: v.Brand.ID, Scope: v.All(), Open: v.MaySeePulse(), Guarded: v.Brand.Guarded(), Text: q.Get("q"), Before: before, Limit: hitsShown + 1}); err != nil {
			return err
		}
	}
	return d.Render(w, r, http.StatusOK, d.foundPages, p)
}

func (d *Desk) search(ctx context.Context, p *searchPage, q store.Search) error {
	found, err := d.Store.SearchMoments(ctx, q)
	if err != nil {
		return err
	}
	if p.First && len(found) <= hitsShown {
		p.N = len(found) // all of them
	} else if p.N, p.Over, err = d.Store.CountFound(ctx, q, store.MostFound); err != nil {
		return err
	}
	p.N = max(p.N, len(found)) // a member's are counted among the newest only
	if len(found) > hitsShown {
		found = found[:hitsShown]
		p.More = p.Path("/search") + "?" + url.Values{"q": {p.Text}, "before": {strconv.FormatInt(found[hitsShown-1].N, 10)}}.Encode()
	}
	p.Found, err = d.hits(ctx, p.View, found, q.Text)
	return err
}

// hits reads what was found. Whether the viewer may see it is asked once more:
// it may have gone elsewhere since.
func (d *Desk) hits(ctx context.Context, v *house.View, found []store.Match, text string) ([]hit, error) {
	brand := v.Viewer.Brand.ID
	var moments, cases []string
	for _, m := range found {
		moments, cases = append(moments, m.Moment), append(cases, m.Case)
	}
	said, err := d.Store.MomentsByID(ctx, brand, moments)
	if err != nil {
		return nil, err
	}
	of, err := d.Store.CasesByID(ctx, brand, cases)
	if err != nil {
		return nil, err
	}
	var list []hit
	for _, f := range found {
		m, c := said[f.Moment], of[f.Case]
		switch {
		case m == nil:
		case c != nil && m.Case == c.ID && v.Viewer.MayAct(c) && v.Viewer.SeesLane(m.Lane):
			h, err := d.hit(ctx, v, m, c, text)
			if err != nil {
				return nil, err
			}
			list = append(list, h)
		case v.Viewer.MaySeePulse() && m.Lane == "" && !slices.Contains(v.Viewer.Brand.Guarded(), m.Audience):
			list = append(list, openHit(v, m, c, text))
		}
	}
	return list, nil
}

// hit is what was found of a case the viewer may act on, with who said it.
func (d *Desk) hit(ctx context.Context, v *house.View, m *sayline.Moment, c *sayline.Case, text string) (hit, error) {
	who := ""
	if m.Class == sayline.Identified { // who said it is kept apart
		switch full, err := d.Store.Moment(ctx, m.Brand, m.ID); {
		case err == nil && full.Contact != nil:
			who = house.Join(" · ", full.Contact.Name, full.Contact.Member)
		case err != nil && sayline.KindOf(err) != sayline.NotFound:
			return hit{}, err
		}
	}
	h := hitOf(v, m, text)
	h.Href, h.Closed = v.Path("/desk/")+c.ID+"#m-"+m.ID, c.State == sayline.CaseResolved
	h.About = house.Join(" · ", h.About, m.Context.Ref, who, v.Names.Team(c.Team, ""), m.Reference)
	if c.Lane != "" {
		h.Lane, h.Time = v.Names.Lane(c.Lane), v.Day(m.ReceivedAt)
	}
	return h, nil
}

// openHit is what everybody may read, as the pulse shows it.
func openHit(v *house.View, m *sayline.Moment, c *sayline.Case, text string) hit {
	h := hitOf(v, m, text)
	h.Href = v.Path("/pulse/moments/") + m.ID
	if c != nil && m.Case == c.ID && c.Lane == "" {
		h.Closed = c.State == sayline.CaseResolved
		h.About = house.Join(" · ", h.About, v.Names.Team(c.Team, c.Place))
	}
	return h
}

// hitOf is what was said, and where.
func hitOf(v *house.View, m *sayline.Moment, text string) hit {
	h := hit{ID: m.ID, Feeling: m.Feeling, Time: v.At(m.ReceivedAt)}
	words := strings.TrimSpace(m.Text)
	if words == "" {
		words = v.Names.Said(m)
	} else if m.Topic != "" {
		h.Case = v.Names.Topic(m.Topic)
	}
	h.Said = store.Pieces(around(words, text), text)
	lot := ""
	if m.Context.Lot != "" {
		lot = v.Say("lot", "lot", m.Context.Lot)
	}
	h.About = house.Join(" · ", v.Names.Where(&m.Context), v.Names.Product(m.Context.Product), lot)
	return h
}

// around is the part of long words in which those that were searched for stand.
func around(words, text string) string {
	runes := []rune(words)
	if len(runes) <= wordsShown {
		return words
	}
	before := 0
	for _, p := range store.Pieces(words, text) {
		if p.Hit {
			break
		}
		before += len([]rune(p.Text))
	}
	if before < wordsShown*2/3 || before == len(runes) {
		return house.Cut(words, wordsShown)
	}
	return "…" + house.Cut(string(runes[before-wordsShown/3:]), wordsShown)
}
