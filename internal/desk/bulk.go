package desk

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
)

// mostAtOnce is how many cases one form does something to.
const mostAtOnce = 200

// bulk is what became of several cases at once.
type bulk struct {
	Done   int
	Failed []failure
}

// failure is a case to which it could not be done, and why.
type failure struct{ ID, Title, Why, Href string }

// deeds are what can be done to several cases. Each is given one of them, with
// the form that all share.
var deeds = map[string]func(*Desk, context.Context, *request) error{
	"on-it": func(d *Desk, ctx context.Context, q *request) error {
		act := q.act()
		act.Over = true // the list says who is on each of them
		return d.Store.Acknowledge(ctx, act, 0)
	},
	"hand-over": func(d *Desk, ctx context.Context, q *request) error {
		team := q.v.Brand.Index.Team(q.form.Get("team"))
		if team == nil || q.v.Outside && team.ID != q.v.Brand.CatchAll().To {
			return sayline.Errorf(sayline.AtFault, "Choose the team it belongs to.").Keyed("cases_which_team")
		}
		_, err := d.HandOver(ctx, q.v.Brand, q.c, team.ID, q.act())
		return err
	},
	"snooze": func(d *Desk, ctx context.Context, q *request) error {
		until, ok := lookAgain(d.Now().In(q.v.Brand.Location()))[q.form.Get("until")]
		if !ok {
			return sayline.Errorf(sayline.AtFault, "Choose until when.").Keyed("bulk_until_when")
		}
		return d.Store.Snooze(ctx, q.act(), until)
	},
	"resolve": func(d *Desk, ctx context.Context, q *request) error {
		reason := q.form.Get("reason")
		if !slices.Contains(sayline.Reasons, reason) {
			return sayline.Errorf(sayline.AtFault, "Choose why.").Keyed("bulk_why")
		}
		return d.Store.Resolve(ctx, q.act(), reason)
	},
	"answer": func(d *Desk, ctx context.Context, q *request) error {
		now := d.Now()
		m := &sayline.Message{Brand: q.c.Brand, ID: sayline.NewID(now, d.Random), Direction: sayline.Reply, Text: q.form.Get("text"), By: q.v.Person.ID}
		if err := m.Validate(); err != nil {
			return err
		}
		return d.Store.AddMessage(ctx, q.act(), m)
	},
}

// several does one thing to several cases, each by itself: what fails fails
// alone, and is told by its name.
func (d *Desk) several(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	ids := slices.Compact(slices.Sorted(slices.Values(form["case"])))
	deed := deeds[form.Get("do")]
	switch {
	case len(ids) == 0:
		return sayline.Errorf(sayline.AtFault, "Choose at least one case.").Keyed("bulk_which")
	case len(ids) > mostAtOnce || deed == nil:
		return sayline.Errorf(sayline.AtFault, "That can't be done to so many cases at once.").Keyed("bulk_too_many")
	}
	b, failed := &bulk{}, map[string]error{}
	for _, id := range ids {
		err := d.one(r.Context(), v, form, id, deed)
		if sayline.KindOf(err) == sayline.Unavailable {
			return err // of the house, not of the case
		}
		if err != nil {
			failed[id] = err
			continue
		}
		b.Done++
	}
	if len(failed) == 0 {
		return house.Done(w, r, house.BrandPath(v.Brand.ID, "/desk")+"?"+kept(r.URL.Query()).Encode(), "bulk")
	}
	return d.someFailed(w, r, v, b, failed)
}

func (d *Desk) one(ctx context.Context, v *auth.Viewer, form url.Values, id string, deed func(*Desk, context.Context, *request) error) error {
	c, err := d.Auth.Case(ctx, v, id)
	if err != nil {
		return err
	}
	if !v.MayTake(c) {
		return errMayNot
	}
	return deed(d, ctx, &request{v, c, form})
}

// someFailed shows the list as it is now, with those that could not be done
// named and still chosen.
func (d *Desk) someFailed(w http.ResponseWriter, r *http.Request, v *auth.Viewer, b *bulk, failed map[string]error) error {
	p, err := d.page(r, v, r.URL.Query(), nil)
	if err != nil {
		return err
	}
	p.Bulk = b
	for i := range p.List.Rows {
		p.List.Rows[i].Picked = failed[p.List.Rows[i].ID] != nil
	}
	for id, why := range failed {
		f := failure{ID: id, Why: d.sentence(p.View, why), Title: p.Say("bulk_gone")}
		if o, err := d.other(r.Context(), p.View, id); err == nil && o != nil {
			f.Title, f.Href = o.Title, o.Href
		}
		b.Failed = append(b.Failed, f)
	}
	slices.SortFunc(b.Failed, func(x, y failure) int { return strings.Compare(x.Title+x.ID, y.Title+y.ID) })
	return d.Render(w, r, http.StatusOK, d.pages, p)
}

// sentence is an error in the reader's words.
func (d *Desk) sentence(v *house.View, err error) string {
	var ours *sayline.Error
	if !errors.As(err, &ours) {
		return v.Say("fault_internal")
	}
	if kind := "fault_" + string(ours.Kind); !v.Has(ours.Key) && v.Tag != "en" && v.Has(kind) {
		return v.Say(kind)
	}
	if v.Has(ours.Key) {
		return v.Say(ours.Key)
	}
	return ours.Message
}
