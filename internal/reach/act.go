package reach

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/pager"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// actLife is how long a link shows anything and acts: longer than anybody waits,
// and not so long that a letter found years later opens something.
const actLife = 14 * 24 * time.Hour

// told is one page by its link: what it was, how it stands now, and whether its
// person may still take it.
type told struct {
	*pager.Standing
	brand   *brands.Snapshot
	viewer  *auth.Viewer
	ref     pager.ActRef
	Old     bool // too old to show anything
	Changed bool // it has come up again since
	May     bool // its person may act on the case as it is now
}

var errNowhere = &sayline.Error{Kind: sayline.NotFound, Key: "act_nowhere", Message: "This link leads nowhere."}

// read finds what a token is of. A token that is not one of ours, and one whose
// person may not see the case any more, lead nowhere: the two look the same.
func (s *Reach) read(ctx context.Context, token string) (*told, error) {
	ref, ok := pager.ReadActToken(s.Store.ServerKey(), token)
	if !ok {
		return nil, errNowhere
	}
	b := s.Brands.ByID(ref.Brand)
	if b == nil {
		return nil, errNowhere
	}
	st, err := s.caller.Standing(ctx, ref.Brand, ref.Page)
	if sayline.KindOf(err) == sayline.NotFound {
		return nil, errNowhere
	}
	if err != nil {
		return nil, err
	}
	person := b.Index.Person(st.Page.Person)
	if person == nil {
		return nil, errNowhere
	}
	t := &told{Standing: st, brand: b, ref: ref, viewer: auth.NewViewer(&store.Account{Email: person.Email, Name: person.Name}, b)}
	t.Old = s.Now().Sub(st.Page.CreatedAt) > actLife
	t.Changed = ref.Episode != st.Case.Episode
	t.May = !t.Old && t.viewer.MayTake(st.Case)
	return t, nil
}

// open says whether the case asks for somebody.
func (t *told) open() bool {
	return t.Case.State == sayline.CaseOpen || t.Case.State == sayline.CaseStalled
}

// button is what may be done: one thing at a time, for the case's episode of now.
func (t *told) button() (did, key string) {
	switch {
	case !t.May || t.Case.State == sayline.CaseResolved:
		return "", ""
	case t.open():
		return "on_it", "act_on_it"
	case t.Case.Owner != t.Page.Person:
		return "over", "act_now"
	}
	return "", ""
}

// token is the one for the case's episode of now. Whoever has an old one gets it
// only by looking at what changed.
func (s *Reach) token(t *told) string {
	return pager.ActToken(s.Store.ServerKey(), t.ref.Brand, t.ref.Page, t.Case.Episode)
}

// actPageData is the page of one link.
type actPageData struct {
	*house.View
	*told
	Action   string // where the button's form goes; "" without one
	Did, Key string
	Desk     string // the case on the desk
	Moved    bool   // for somebody else to act on now
	With     string // who was just given it; "" where nobody was
	Whose    []whose
}

// whose is a team a case may belong to.
type whose struct{ ID, Name string }

// Dir is the way the page is written.
func (p *actPageData) Dir() string { return p.View.Dir }

func (s *Reach) actPage(w http.ResponseWriter, r *http.Request) error {
	t, err := s.read(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return s.showAct(w, r, t, http.StatusOK, "")
}

func (s *Reach) showAct(w http.ResponseWriter, r *http.Request, t *told, status int, with string) error {
	p := &actPageData{View: s.NewView(r, t.viewer), told: t, With: with, Desk: house.BrandPath(t.ref.Brand, "/desk/"+t.Case.ID)}
	p.View.Voice.Tongue = s.Words.In(t.Lang)
	p.Title = t.What
	if t.Old {
		p.Title = t.brand.Name
	}
	if p.Did, p.Key = t.button(); p.Did != "" {
		p.Action = ActPath + s.token(t)
	}
	if t.mayGive() && r.URL.Query().Has(askWhose) {
		p.Whose, p.Action = s.whose(t, p.Names), ActPath+s.token(t)
	}
	p.Moved = with == "" && !t.Old && !t.May && t.Asks && t.Case.State != sayline.CaseResolved
	w.Header().Set("X-Robots-Tag", "noindex, nofollow")
	return s.Plain(w, r, status, s.act, "act", p)
}

// outcome is what a notification shows once somebody has acted from it.
type outcome struct {
	Title   string         `json:"title"`
	Body    string         `json:"body"`
	Act     string         `json:"act,omitempty"`
	Buttons []pager.Button `json:"buttons,omitempty"`
	Open    string         `json:"open,omitempty"` // a page to show now
}

// acted does what a button says. Only a token of the episode that is now acts; it
// may be used twice, and says both times what is true.
func (s *Reach) acted(w http.ResponseWriter, r *http.Request) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	t, err := s.read(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	ctx, did := r.Context(), form.Get("did")
	switch {
	case t.Old:
		return s.answer(w, r, t, http.StatusOK)
	case did == "shown":
		err = s.Store.Delivered(ctx, t.ref.Brand, t.ref.Page, t.Page.Person, t.brand.Location())
	case did == "opened":
		err = s.Store.Opened(ctx, t.ref.Brand, t.ref.Page)
	case did == "not_ours":
		return s.notOurs(w, r, t, form.Get("team"))
	default:
		return s.take(w, r, t, did)
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// take records "I'm on it". Who is on it already keeps it, unless the person says
// that they take it over.
func (s *Reach) take(w http.ResponseWriter, r *http.Request, t *told, did string) error {
	want, _ := t.button()
	if t.Changed || want == "" || want == "over" && did != "over" {
		status := http.StatusOK
		if t.Changed {
			status = http.StatusConflict
		}
		return s.answer(w, r, t, status)
	}
	act := t.by(r)
	act.Over = did == "over"
	err := s.Store.Acknowledge(r.Context(), act, t.ref.Episode)
	if err != nil && sayline.KindOf(err) != sayline.Conflict {
		return err
	}
	now, again := s.read(r.Context(), r.PathValue("token")) // it may have changed under our hand
	if again != nil {
		return again
	}
	if err != nil {
		return s.answer(w, r, now, http.StatusConflict)
	}
	return s.answer(w, r, now, http.StatusOK)
}

// by is who acts, by which page.
func (t *told) by(r *http.Request) store.Act {
	a := store.Act{Brand: t.ref.Brand, Case: t.Case.ID, Person: t.Page.Person, Way: "link", Page: t.ref.Page, Zone: t.brand.Location()}
	if !web.WantsPage(r) {
		a.Way = "push"
	}
	return a
}

// askWhose is the query with which the page asks which team it is for.
const askWhose = "whose"

// mayGive says whether its person may hand the case over.
func (t *told) mayGive() bool { return t.May && t.Case.State != sayline.CaseResolved }

// whose are the teams the case may be given to: for another company's people only
// who gets what nobody is named for.
func (s *Reach) whose(t *told, names house.Names) (list []whose) {
	for i := range t.brand.Teams {
		id := t.brand.Teams[i].ID
		if id != t.Case.Team && (!t.viewer.Outside || id == t.brand.CatchAll().To) {
			list = append(list, whose{id, names.Team(id, "")})
		}
	}
	return list
}

// notOurs hands the case to another team; without one it asks which.
func (s *Reach) notOurs(w http.ResponseWriter, r *http.Request, t *told, team string) error {
	names := house.NewNames(t.brand, s.Words.In(t.Lang))
	switch {
	case t.Changed:
		return s.answer(w, r, t, http.StatusConflict)
	case !t.mayGive():
		return s.answer(w, r, t, http.StatusOK)
	case !slices.ContainsFunc(s.whose(t, names), func(to whose) bool { return to.ID == team }):
		return s.ask(w, r, t)
	}
	if _, err := s.HandOver(r.Context(), t.brand, t.Case, team, t.by(r)); err != nil && sayline.KindOf(err) != sayline.Conflict {
		return err
	}
	now, err := s.read(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return s.showAct(w, r, now, http.StatusOK, names.Team(team, ""))
}

// ask leads to the page that asks which team it is for.
func (s *Reach) ask(w http.ResponseWriter, r *http.Request, t *told) error {
	path := ActPath + s.token(t) + "?" + askWhose
	if web.WantsPage(r) {
		http.Redirect(w, r, path, http.StatusSeeOther)
		return nil
	}
	o := s.outcome(t)
	o.Open = s.Operator(r) + path
	return s.tell(w, r, o, http.StatusOK)
}

// answer tells how it stands now: as a page to a person, else to their browser.
func (s *Reach) answer(w http.ResponseWriter, r *http.Request, t *told, status int) error {
	if web.WantsPage(r) {
		return s.showAct(w, r, t, status, "")
	}
	return s.tell(w, r, s.outcome(t), status)
}

func (s *Reach) outcome(t *told) outcome {
	say := s.Words.In(t.Lang).Say
	if t.Old {
		return outcome{Title: say("act_old")}
	}
	o := outcome{Title: t.Says, Body: t.What}
	if t.Changed && t.open() {
		o.Title, o.Body = t.What, say("act_changed")
	}
	if did, key := t.button(); did != "" {
		o.Act, o.Buttons = ActPath+s.token(t), []pager.Button{{Do: did, Say: say(key)}}
	} else if !t.May && t.Case.State != sayline.CaseResolved {
		o.Title = say("act_others")
	}
	return o
}

func (s *Reach) tell(w http.ResponseWriter, r *http.Request, o outcome, status int) error {
	web.Send(w, r, status, "application/json", web.JSON(o))
	return nil
}
