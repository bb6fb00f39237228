package atlas

import (
	"bytes"
	"encoding/csv"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/web"
)

var errNoOpportunity = sayline.Errorf(sayline.NotFound, "There is no such opportunity.")

// oppsPage shows all opportunities of the touchpoints that somebody sees.
func (a *Atlas) oppsPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	p, list, err := a.allOpportunities(r, v)
	if err != nil {
		return err
	}
	p.Listed = true
	page := &oppsPage{mapPage: p}
	if v.Brand.Index.Team(r.URL.Query().Get("owner")) != nil {
		page.Owner = r.URL.Query().Get("owner")
	}
	page.group(list)
	p.Room, p.Title, p.Scripts = "map", p.Say("map_opps"), []string{"map.js"}
	p.Stream = p.Path("/map/live")
	return a.Render(w, r, http.StatusOK, a.opps, page)
}

// allOpportunities reads those of every touchpoint a viewer sees; the ideas are
// those among the newest moments with words.
func (a *Atlas) allOpportunities(r *http.Request, v *auth.Viewer) (*mapPage, []opportunity, error) {
	p, err := a.board(r.Context(), a.NewView(r, v), parseQuery(r.URL.Query(), v.Brand))
	if err != nil {
		return nil, nil, err
	}
	var at []*sayline.Touchpoint
	for i := range v.Brand.Touchpoints {
		if t := &v.Brand.Touchpoints[i]; sees(v, t) {
			at = append(at, t)
		}
	}
	ideas, err := a.Store.SaidAt(r.Context(), v.Brand.ID, nil, v.Brand.Guarded(), dayAfter(p.Now, 1-p.Query.Days), wordsRead, wordsKept)
	if err != nil {
		return nil, nil, err
	}
	list, err := a.opportunities(r.Context(), p, at, ideas)
	return p, list, err
}

// addOpportunity keeps one of a touchpoint: written by who leads, or proposed by
// a source and decided on now.
func (a *Atlas) addOpportunity(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	t := v.Brand.Index.Touchpoint(r.PathValue("touchpoint"))
	if t == nil || !sees(v, t) {
		return errNoTouchpoint
	}
	o := &sayline.Opportunity{Brand: v.Brand.ID, ID: sayline.NewID(a.Now(), a.Random), Touchpoint: t.ID, Source: form.Get("source"), Ref: form.Get("ref"), State: sayline.Proposed, By: v.Person.ID}
	if o.Source == "" {
		o.Source = sayline.FromUs
	}
	if ok, err := a.exists(r, v, o); err != nil || !ok {
		return orGone(err)
	}
	if err := decide(o, form, v.Brand, a.Now()); err != nil {
		return err
	}
	if err := a.Store.AddOpportunity(r.Context(), o); err != nil {
		return err
	}
	return house.Done(w, r, house.Back(form.Get("back"), house.BrandPath(v.Brand.ID, "/map?t="+url.QueryEscape(t.ID))), "map_kept")
}

// guards says whether a moment is of an audience of which none shows by itself: then,
// or by now.
func guards(b *brands.Snapshot, m *sayline.Moment) bool {
	return m.Guarded || slices.Contains(b.Guarded(), m.Audience)
}

func orGone(err error) error {
	if err == nil {
		return errNoOpportunity
	}
	return err
}

// exists says whether there is what an opportunity names as its source, and
// whether that may show.
func (a *Atlas) exists(r *http.Request, v *auth.Viewer, o *sayline.Opportunity) (bool, error) {
	switch o.Source {
	case sayline.FromUs:
		return o.Ref == "", nil
	case sayline.FromTrade:
		return slices.ContainsFunc(lists[v.Brand.Trade], func(x *typical) bool { return x.ID == o.Ref }), nil
	case sayline.FromBest:
		t := v.Brand.Index.Touchpoint(o.Ref)
		return t != nil && t.Lane == "" && t.ID != o.Touchpoint, nil
	case sayline.FromIdea:
		m, err := a.Store.Moment(r.Context(), v.Brand.ID, o.Ref)
		if kind := sayline.KindOf(err); err != nil && (kind == sayline.NotFound || kind == sayline.Gone) {
			return false, nil
		}
		return err == nil && m.Lane == "" && !guards(v.Brand, m) && m.Kind == "idea" && m.Context.Touchpoint == o.Touchpoint, err
	}
	return false, nil
}

// changeOpportunity decides on one that is kept.
func (a *Atlas) changeOpportunity(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(form.Get("version"))
	o, err := a.Store.ChangeOpportunity(r.Context(), v.Brand.ID, r.PathValue("opportunity"), version, v.Person.ID, func(o *sayline.Opportunity) error {
		if t := v.Brand.Index.Touchpoint(o.Touchpoint); t == nil || !sees(v, t) {
			return errNoOpportunity
		}
		return decide(o, form, v.Brand, a.Now())
	})
	if err != nil {
		return err
	}
	return house.Done(w, r, house.Back(form.Get("back"), house.BrandPath(v.Brand.ID, "/map?t="+url.QueryEscape(o.Touchpoint))), "map_kept")
}

// decide takes over what a form names of an opportunity, and brings it to the
// state it names. What is planned at once is accepted by that.
func decide(o *sayline.Opportunity, form url.Values, b *brands.Snapshot, now time.Time) error {
	for name, member := range map[string]*string{"text": &o.Text, "owner": &o.Owner, "due": &o.Due, "note": &o.Note} {
		if form.Has(name) {
			*member = strings.TrimSpace(form.Get(name))
		}
	}
	if o.Owner != "" && b.Index.Team(o.Owner) == nil {
		return sayline.Errorf(sayline.AtFault, "There is no such team.")
	}
	to := form.Get("to")
	if to == sayline.Planned && o.State == sayline.Proposed {
		if err := o.Become(sayline.Accepted, now); err != nil {
			return err
		}
	}
	if to == "" {
		return nil
	}
	return o.Become(to, now)
}

// exportOpportunities is the list as a table (RFC 4180, UTF-8): one line each, the
// words in the reader's language.
func (a *Atlas) exportOpportunities(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	_, list, err := a.allOpportunities(r, v)
	if err != nil {
		return err
	}
	inOrder(list)
	var out bytes.Buffer
	_, _ = io.WriteString(&out, "\ufeff") // or spreadsheets take it for another encoding
	rows := csv.NewWriter(&out)
	rows.UseCRLF = true
	_ = rows.Write([]string{"touchpoint", "name", "state", "opportunity", "source", "from", "owner", "due", "done", "note", "effect", "windows"})
	for i := range list {
		_ = rows.Write(list[i].row())
	}
	rows.Flush()
	w.Header().Set("Content-Disposition", `attachment; filename="`+v.Brand.ID+`-opportunities.csv"`)
	web.Send(w, r, http.StatusOK, "text/csv; charset=utf-8", out.Bytes())
	return nil
}

func (o *opportunity) row() []string {
	done, effect := "", shownEffect{}
	if !o.DoneAt.IsZero() {
		done = o.DoneAt.UTC().Format(time.RFC3339)
	}
	if o.Effect != nil {
		effect = *o.Effect
	}
	row := []string{o.Touchpoint, o.Name, o.State, o.Says, o.Source, o.From, o.Owner, o.Due, done, o.Note, effect.Says, effect.Windows}
	for i := range row {
		row[i] = cell2text(row[i])
	}
	return row
}
