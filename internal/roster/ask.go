package roster

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/duty"
	"github.com/sayline/sayline/internal/house"
)

// asked is what somebody asked of a colleague, or of all of the team.
type asked struct {
	sayline.Swap
	Who, What, Return string
	State             string // in words; "" while it is open
	Open, Own, ForMe  bool
}

// asked reads what was asked about stretches that are not over.
func (p *Roster) asked(r *http.Request, v *house.View, keep func(*sayline.Swap) bool) ([]asked, error) {
	b, me := v.Brand(), v.Viewer.Person.ID
	swaps, err := p.Store.Swaps(r.Context(), b.ID, v.Now)
	if err != nil {
		return nil, err
	}
	var list []asked
	for _, s := range swaps {
		if !keep(&s) {
			continue
		}
		a := asked{Swap: s, Who: v.Names.Person(s.Person), Own: s.Person == me, Open: s.State == sayline.SwapAsked,
			What: v.Names.Team(s.Team, s.Place) + " · " + stretch(v, s.Place, s.From, s.Until)}
		a.ForMe = a.Open && !a.Own && (s.Colleague == me || s.Colleague == "" && b.WorksAt(b.Index, s.Team, s.Place, me))
		if !s.Cover() {
			a.Return = v.Say("ask_return", "time", v.Names.Team(s.Team, s.Back.Place)+" · "+stretch(v, s.Back.Place, s.Back.From, s.Back.Until))
		}
		switch {
		case !a.Open:
			a.State = v.Say("ask_"+s.State, "name", v.Names.Person(s.EndedBy))
		case s.Colleague == "":
			a.State = v.Say("ask_waits_all")
		default:
			a.State = v.Say("ask_waits", "name", v.Names.Person(s.Colleague))
		}
		list = append(list, a)
	}
	return list, nil
}

// askPage is the data of asking.
type askPage struct {
	*house.View
	Team, Place, From, Until string
	What                     string
	Mates                    []colleague
	Wrong                    string
}

// colleague is who may be asked, with what of theirs could be taken in return.
type colleague struct {
	choice
	Turns []option
}

// option is a stretch of a colleague's, as the form sends it.
type option struct{ Value, Time string }

// mostTurns is how many of a colleague's stretches are offered in return.
const mostTurns = 5

// give reads the stretch that somebody wants to give away, which must be theirs.
func give(v *auth.Viewer, q url.Values) (sayline.Swap, error) {
	o := readChange(v.Brand, q)
	s := sayline.Swap{Brand: v.Brand.ID, Team: o.Team, Place: o.Place, From: o.From, Until: o.Until, Person: v.Person.ID}
	if !v.Brand.Roster.Has(s.Team, s.Place, s.Person, s.From, s.Until) {
		return s, errNotYours
	}
	return s, nil
}

var (
	errNotYours = sayline.Errorf(sayline.Conflict, "This stretch is not yours, or not all of it.").Keyed("ask_not_yours")
	errChanged  = sayline.Errorf(sayline.Conflict, "The roster has changed since this was asked: it is theirs to give no more.").Keyed("ask_changed")
)

// askPage is where a stretch of one's own is offered to colleagues. Who comes here
// with none chooses among their own.
func (p *Roster) askPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q := r.URL.Query()
	if q.Get("team") == "" {
		http.Redirect(w, r, house.BrandPath(v.Brand.ID, "/roster/mine"), http.StatusSeeOther)
		return nil
	}
	s, err := give(v, q)
	if err != nil {
		return err
	}
	page := askPage{View: p.NewView(r, v), Team: s.Team, Place: s.Place, From: q.Get("from"), Until: q.Get("until")}
	page.Title = page.Say("ask_title")
	page.What = page.Names.Team(s.Team, s.Place) + " · " + stretch(page.View, s.Place, s.From, s.Until)
	for _, c := range crew(page.View, s.Team, s.Place) {
		if c.ID != v.Person.ID {
			page.Mates = append(page.Mates, colleague{c, page.turns(&s, c.ID)})
		}
	}
	return p.Render(w, r, http.StatusOK, p.ask, page)
}

// turns are stretches of a colleague's that the viewer could take in return.
func (p *askPage) turns(s *sayline.Swap, person string) []option {
	b := p.Viewer.Brand
	var list []option
	for _, t := range b.Roster.TurnsOf(person, p.Now, p.Now.Add(ahead)) {
		theirs := t.Team == s.Team && t.Source != duty.SourceFixed && t.Source != duty.SourceOn && t.From.After(p.Now)
		if !theirs || !b.WorksAt(b.Index, s.Team, t.Place, s.Person) || len(list) == mostTurns {
			continue
		}
		value := strings.Join([]string{"swap", person, t.Place, strconv.FormatInt(t.From.Unix(), 10), strconv.FormatInt(t.Until.Unix(), 10)}, "|")
		list = append(list, option{value, stretch(p.View, t.Place, t.From, t.Until)})
	}
	return list
}

// whom reads of whom it is asked and, in a swap, for what in return.
func whom(s *sayline.Swap, value string) {
	parts := strings.Split(value, "|")
	switch {
	case parts[0] == "one" && len(parts) == 2:
		s.Colleague = parts[1]
	case parts[0] == "swap" && len(parts) == 5:
		from, _ := strconv.ParseInt(parts[3], 10, 64)
		until, _ := strconv.ParseInt(parts[4], 10, 64)
		s.Colleague, s.Back = parts[1], sayline.Back{Place: parts[2], From: time.Unix(from, 0).UTC(), Until: time.Unix(until, 0).UTC()}
	}
}

func (p *Roster) makeAsk(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	s, err := give(v, form)
	if err != nil {
		return err
	}
	whom(&s, form.Get("of"))
	s.ID = sayline.NewID(p.Now(), p.Random)
	if err := s.Validate(v.Brand.Config, v.Brand.Index, p.Now()); err != nil {
		return err
	}
	if !stands(v, &s) {
		return errChanged
	}
	if err := p.Store.AskSwap(r.Context(), s); err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/roster/mine"), "swap_asked")
}

// stands says whether both sides still have what they give.
func stands(v *auth.Viewer, s *sayline.Swap) bool {
	roster := v.Brand.Roster
	return roster.Has(s.Team, s.Place, s.Person, s.From, s.Until) && (s.Cover() || roster.Has(s.Team, s.Back.Place, s.Colleague, s.Back.From, s.Back.Until))
}

// answerAsk is a colleague taking what was asked, or not, or the one who asked
// taking it back.
func (p *Roster) answerAsk(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	ctx, brand, id, me := r.Context(), v.Brand.ID, r.PathValue("swap"), v.Person.ID
	var err error
	said := "ask_ended"
	switch r.PathValue("answer") {
	case "accept":
		said, err = "ask_taken", p.accept(r, v, id)
	case "decline":
		err = p.Store.DeclineSwap(ctx, brand, id, me)
	case "withdraw":
		err = p.Store.WithdrawSwap(ctx, brand, id, me)
	default:
		return sayline.Errorf(sayline.NotFound, "There is nothing here.")
	}
	if err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(brand, "/roster/mine"), said)
}

func (p *Roster) accept(r *http.Request, v *auth.Viewer, id string) error {
	swaps, err := p.Store.Swaps(r.Context(), v.Brand.ID, p.Now())
	if err != nil {
		return err
	}
	for _, s := range swaps {
		if s.ID != id || s.State != sayline.SwapAsked {
			continue
		}
		if !v.Brand.WorksAt(v.Brand.Index, s.Team, s.Place, v.Person.ID) {
			return sayline.Errorf(sayline.NotFound, "There is nothing here.")
		}
		if !stands(v, &s) {
			return errChanged
		}
	}
	now := p.Now()
	if err := p.Store.AcceptSwap(r.Context(), v.Brand.ID, id, v.Person.ID, [2]string{sayline.NewID(now, p.Random), sayline.NewID(now, p.Random)}); err != nil {
		return err
	}
	return p.Reload(r.Context(), v.Brand.ID)
}
