package roster

import (
	"net/http"
	"net/url"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/duty"
	"github.com/sayline/sayline/internal/feeds"
	"github.com/sayline/sayline/internal/house"
)

// ahead is how far a person's own shifts are shown.
const ahead = 28 * 24 * time.Hour

// minePage is the data of a person's own shifts.
type minePage struct {
	*house.View
	Turns  []turn
	Always []string // where they are on duty whenever nobody else is
	ForMe  []asked  // what colleagues ask that they may take
	Mine   []asked  // what they asked themselves

	Calendar *address
}

// turn is a shift of the viewer's.
type turn struct {
	duty.Turn
	Where, Day, Hours, How string
	On                     bool // now
	First                  bool // of those shown: the next one
	Ask                    string
}

func (p *Roster) minePage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	page := minePage{View: p.NewView(r, v)}
	page.Title = page.Say("mine_title")
	for _, t := range v.Brand.Roster.TurnsOf(v.Person.ID, page.Now, page.Now.Add(ahead)) {
		if t.Source == duty.SourceFixed {
			if where := page.Names.Team(t.Team, t.Place); len(page.Always) == 0 || page.Always[len(page.Always)-1] != where {
				page.Always = append(page.Always, where)
			}
			continue
		}
		page.Turns = append(page.Turns, page.turn(t))
	}
	if len(page.Turns) > 0 {
		page.Turns[0].First = true
	}
	all, err := p.asked(r, page.View, func(s *sayline.Swap) bool { return true })
	if err != nil {
		return err
	}
	for _, a := range all {
		switch {
		case a.Own:
			page.Mine = append(page.Mine, a)
		case a.ForMe:
			page.ForMe = append(page.ForMe, a)
		}
	}
	page.Scripts = []string{"ways.js"} // copies
	if page.Calendar, err = p.address(r, page.View, feeds.OfPerson, v.Person.ID); err != nil {
		return err
	}
	return p.Render(w, r, http.StatusOK, p.mine, page)
}

// turn says one of the viewer's shifts. One that has begun is shown from its
// beginning, not from now.
func (p *minePage) turn(t duty.Turn) turn {
	b := p.Viewer.Brand
	on := !t.From.After(p.Now)
	if on {
		for _, iv := range b.Roster.Timeline(t.Team, t.Place, p.Now.Add(-around), p.Now) {
			if iv.Until.Equal(p.Now) && iv.Person == t.Person {
				t.From = iv.From
			}
		}
	}
	q := url.Values{"team": {t.Team}, "place": {t.Place}, "from": {local(b, t.Place, later(t.From, p.Now))}, "until": {local(b, t.Place, t.Until)}}
	day, clocks := dayAndHours(p.View, t.Place, t.From, t.Until)
	return turn{Turn: t, Where: p.Names.Team(t.Team, t.Place), Day: day, Hours: clocks, How: how(p.View, t.Interval), On: on, Ask: p.Path("/roster/ask?") + q.Encode()}
}
