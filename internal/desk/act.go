package desk

import (
	"cmp"
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

// errMayNot is the answer to who was only told of a case.
var errMayNot = &sayline.Error{Kind: sayline.Forbidden, Key: "case_may_not", Message: "You were told of this case. It is for its team to act on; you can write them a note."}

// request is a form about a case the viewer may see.
type request struct {
	v    *auth.Viewer
	c    *sayline.Case
	form url.Values
}

// ask reads the form and its case. act says that it needs the right to act.
func (d *Desk) ask(w http.ResponseWriter, r *http.Request, v *auth.Viewer, act bool) (*request, error) {
	form, err := house.Form(w, r)
	if err != nil {
		return nil, err
	}
	c, err := d.Auth.Case(r.Context(), v, r.PathValue("case"))
	if err != nil {
		return nil, err
	}
	if act && !v.MayTake(c) {
		return nil, errMayNot
	}
	return &request{v, c, form}, nil
}

func (q *request) act() store.Act {
	return store.Act{Brand: q.c.Brand, Case: q.c.ID, Person: q.v.Person.ID, Way: "desk", Zone: q.v.Brand.Location()}
}

// done goes back to the case, as the list was.
func (d *Desk) done(w http.ResponseWriter, r *http.Request, q *request, said string) error {
	return house.Done(w, r, house.BrandPath(q.c.Brand, "/desk/"+q.c.ID)+"?"+kept(r.URL.Query()).Encode(), said)
}

// seen records that a person has the case open on their screen.
func (d *Desk) seen(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q, err := d.ask(w, r, v, false)
	if err != nil {
		return err
	}
	if err := d.Store.Seen(r.Context(), q.act()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (d *Desk) onIt(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q, err := d.ask(w, r, v, true)
	if err != nil {
		return err
	}
	episode, _ := strconv.Atoi(q.form.Get("episode")) // without one it is the current
	act := q.act()
	act.Over = q.form.Get("over") != ""
	if err := d.Store.Acknowledge(r.Context(), act, episode); err != nil {
		return changed(err)
	}
	return d.done(w, r, q, "on_it")
}

// changed gives the store's refusals words a page can say in any language.
func changed(err error) error {
	if sayline.KindOf(err) != sayline.Conflict {
		return err
	}
	return (&sayline.Error{Kind: sayline.Conflict, Key: "case_changed", Message: "This case has changed since you opened it. Please look at it as it is now."}).Because(err)
}

// step records a step of the work on a request: "on the way", "brought".
func (d *Desk) step(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q, err := d.ask(w, r, v, true)
	if err != nil {
		return err
	}
	steps := v.Brand.WorkSteps(v.Brand.Index.Topic(q.c.Topic), q.c.Kind)
	i := slices.IndexFunc(steps, func(s sayline.WorkStep) bool { return s.ID == q.form.Get("step") })
	if i < 0 {
		return sayline.Errorf(sayline.AtFault, "This case has no such step.")
	}
	if err := d.Store.Progress(r.Context(), q.act(), steps[i].ID, i == len(steps)-1); err != nil {
		return changed(err)
	}
	return d.done(w, r, q, "step")
}

func (d *Desk) resolve(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q, err := d.ask(w, r, v, true)
	if err != nil {
		return err
	}
	reason := cmp.Or(q.form.Get("reason"), sayline.Reasons[0])
	known := false
	for _, id := range sayline.Reasons {
		known = known || id == reason
	}
	if !known {
		return sayline.Errorf(sayline.AtFault, "A case is closed with one of these reasons: %s.", strings.Join(sayline.Reasons, ", "))
	}
	if err := d.Store.Resolve(r.Context(), q.act(), reason); err != nil {
		return err
	}
	return d.done(w, r, q, "resolved")
}
