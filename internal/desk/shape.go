package desk

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
)

// shape is how people may change what a case is, and how they did.
type shape struct {
	Teams  []option // who it may be handed to, those it probably belongs to first
	Likely int      // how many of them that are
	Joins  []join   // cases it may be joined with, the likest first
	Picks  []pick   // moments that may go into a case of their own
	Merged []join   // cases that were joined with it
	Into   *join    // the case it was joined with; nil for none
	Went   []string // how it went from team to team
	Lesson string   // what hand-overs of such cases teach
}

// option is a button with what it stands for.
type option struct{ ID, Label, Why string }

// join is another case, as somebody chooses it.
type join struct {
	ID, Title, About, Href string
	Alike                  bool // its words are like this one's
}

// pick is a moment, as somebody chooses it.
type pick struct {
	ID, Said, About string
	Feeling         int
}

const (
	mostLikely = 3  // teams shown as buttons
	mostJoins  = 6  // cases offered to be joined
	mostAlike  = 40 // open cases of a section that are compared
)

// shape reads what the page offers. For who may not act, and in what is closed,
// there is only what happened.
func (d *Desk) shape(ctx context.Context, v *house.View, w *work, first *sayline.Moment) (s shape, err error) {
	if s.Merged, err = d.mergedInto(ctx, v, w); err != nil {
		return s, err
	}
	if w.Merged != "" {
		if s.Into, err = d.other(ctx, v, w.Merged); err != nil {
			return s, err
		}
	}
	if s.Went, err = d.went(ctx, v, w); err != nil {
		return s, err
	}
	if s.Lesson, err = d.lessonOf(ctx, v, w.Case, first); err != nil {
		return s, err
	}
	if !w.May || w.Case.State == sayline.CaseResolved || first == nil {
		return s, nil
	}
	s.teams(v, w, first)
	if s.Joins, err = d.joins(ctx, v, w, first); err != nil {
		return s, err
	}
	if w.Moments > 1 {
		for _, e := range w.Entries {
			s.pick(v, e)
		}
	}
	return s, nil
}

func (s *shape) pick(v *house.View, e entry) {
	for _, t := range e.Taps {
		s.pick(v, t)
	}
	if e.moment != nil {
		s.Picks = append(s.Picks, pick{ID: e.ID, Said: cmp.Or(house.Cut(e.Words, 64), v.Names.Said(e.moment)), About: house.Join(" · ", v.Names.Where(&e.moment.Context), e.Time), Feeling: e.Feeling})
	}
}

// teams are all but its own: first whose rules speak of the same topic, kind or
// touchpoint, and who has everything else; then the others. People of another
// company give back to who has everything else, and learn of no other team.
func (s *shape) teams(v *house.View, w *work, first *sayline.Moment) {
	b := v.Viewer.Brand
	catchAll := b.CatchAll().To
	why := map[string]string{catchAll: v.Say("hand_over_rest")}
	if t := b.Index.Touchpoint(first.Context.Touchpoint); t != nil && t.Owner != "" {
		why[t.Owner] = v.Say("hand_over_owner")
	}
	for _, r := range b.Routes {
		switch {
		case first.Topic != "" && slices.Contains(r.When.Topics, first.Topic), slices.Contains(r.When.Touchpoints, first.Context.Touchpoint),
			first.Topic == "" && slices.Contains(r.When.Kinds, sayline.KnownKind(first.Kind)):
			for _, team := range append([]string{r.To}, r.Also...) {
				why[team] = v.Say("hand_over_similar")
			}
		}
	}
	for _, t := range b.Teams {
		if t.ID == w.Team || v.Viewer.Outside && t.ID != catchAll {
			continue
		}
		s.Teams = append(s.Teams, option{t.ID, v.Names.Team(t.ID, ""), why[t.ID]})
	}
	slices.SortStableFunc(s.Teams, func(a, b option) int { return cmp.Compare(unlikely(a), unlikely(b)) })
	for s.Likely < len(s.Teams) && s.Likely < mostLikely && unlikely(s.Teams[s.Likely]) == 0 {
		s.Likely++
	}
}

func unlikely(o option) int {
	if o.Why == "" {
		return 1
	}
	return 0
}

// First are the teams shown as buttons, Rest those to choose from a list.
func (s *shape) First() []option { return s.Teams[:s.Likely] }
func (s *shape) Rest() []option  { return s.Teams[s.Likely:] }

// joins are the open cases of the same team, lane and place it may be one with.
func (d *Desk) joins(ctx context.Context, v *house.View, w *work, first *sayline.Moment) ([]join, error) {
	var found []*sayline.Case
	for _, section := range []store.Section{store.WaitingCritical, store.WaitingUrgent, store.WaitingNormal, store.Taken, store.WaitingQuiet, store.Answered} {
		list, err := d.Store.Cases(ctx, store.CasesQuery{Brand: w.Brand, Section: section, Limit: mostAlike,
			Scope: store.Scope{{Lane: w.Case.Lane, Teams: []store.TeamScope{{Team: w.Team, Places: []string{w.Place}}}}}})
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			if c.ID != w.ID && v.Viewer.MayAct(c) {
				found = append(found, c)
			}
		}
	}
	firsts, err := d.firstOf(ctx, w.Brand, found)
	if err != nil {
		return nil, err
	}
	mine := spoken(w.Title, first)
	like := map[string]float64{}
	for _, c := range found {
		like[c.ID] = likeness(mine, spoken(v.Names.Title(c, firsts[c.ID]), firsts[c.ID]))
	}
	slices.SortStableFunc(found, func(a, b *sayline.Case) int { return cmp.Compare(like[b.ID], like[a.ID]) })
	var list []join
	for _, c := range found[:min(len(found), mostJoins)] {
		j := d.join(v, c, firsts[c.ID])
		j.Alike = like[c.ID] >= alikeFrom
		list = append(list, j)
	}
	return list, nil
}

// spoken is what a case is compared by: its title, and the words that opened it.
func spoken(title string, first *sayline.Moment) string {
	if first == nil {
		return title
	}
	return title + " " + first.Text
}

func (d *Desk) join(v *house.View, c *sayline.Case, first *sayline.Moment) join {
	about := house.Join(" · ", v.Count("moments", max(c.Moments, 0)), v.Names.Place(c.Place))
	return join{ID: c.ID, Title: v.Names.Title(c, first), About: about, Href: v.Path("/desk/") + c.ID}
}

func (d *Desk) firstOf(ctx context.Context, brand string, cases []*sayline.Case) (map[string]*sayline.Moment, error) {
	ids := make([]string, len(cases))
	for i, c := range cases {
		ids[i] = c.ID
	}
	return d.Store.FirstMoments(ctx, brand, ids)
}

// mergedInto are the cases that were joined with this one.
func (d *Desk) mergedInto(ctx context.Context, v *house.View, w *work) ([]join, error) {
	cases, err := d.Store.MergedInto(ctx, w.Brand, w.ID)
	if err != nil {
		return nil, err
	}
	var list []join
	for _, c := range cases {
		j := d.join(v, c, nil)
		j.About = v.Day(c.ResolvedAt)
		if !w.Private {
			j.About = v.At(c.ResolvedAt)
		}
		list = append(list, j)
	}
	return list, nil
}

// other is a case to lead to; nil for one the viewer may not see.
func (d *Desk) other(ctx context.Context, v *house.View, id string) (*join, error) {
	c, err := d.Auth.Case(ctx, v.Viewer, id)
	if sayline.KindOf(err) == sayline.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	firsts, err := d.firstOf(ctx, c.Brand, []*sayline.Case{c})
	if err != nil {
		return nil, err
	}
	j := d.join(v, c, firsts[c.ID])
	return &j, nil
}

// went tells how a case went from team to team.
func (d *Desk) went(ctx context.Context, v *house.View, w *work) (list []string, err error) {
	all, err := d.Store.HandOvers(ctx, w.Brand, w.ID)
	if err != nil || v.Viewer.Outside {
		return nil, err
	}
	for _, h := range all {
		when := v.Day(h.At)
		if !w.Private {
			when = v.At(h.At)
		}
		list = append(list, v.Say("handed_line", "name", v.Names.Person(h.By), "from", v.Names.Team(h.From, ""), "to", v.Names.Team(h.To, ""), "time", when))
	}
	return list, nil
}

// handOver gives the case to another team: "not ours".
func (d *Desk) handOver(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q, err := d.ask(w, r, v, true)
	if err != nil {
		return err
	}
	team := v.Brand.Index.Team(q.form.Get("team"))
	if team == nil || v.Outside && team.ID != v.Brand.CatchAll().To {
		return sayline.Errorf(sayline.AtFault, "Choose the team it belongs to.").Keyed("cases_which_team")
	}
	id, err := d.HandOver(r.Context(), v.Brand, q.c, team.ID, q.act())
	if err != nil {
		return err
	}
	if q.c, err = d.Auth.Case(r.Context(), v, id); sayline.KindOf(err) == sayline.NotFound { // it is theirs now, and not the viewer's to see
		return house.Done(w, r, house.BrandPath(v.Brand.ID, "/desk"), "handed")
	}
	if err != nil {
		return err
	}
	return d.done(w, r, q, "handed")
}

// merge joins the case with another that the viewer may act on, too.
func (d *Desk) merge(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q, err := d.ask(w, r, v, true)
	if err != nil {
		return err
	}
	into, err := d.Auth.Case(r.Context(), v, strings.TrimSpace(q.form.Get("into")))
	if err != nil {
		return err
	}
	if !v.MayAct(into) {
		return errMayNot
	}
	if err := d.Store.Merge(r.Context(), q.act(), into.ID); err != nil {
		return err
	}
	q.c = into
	return d.done(w, r, q, "merged")
}

// split takes chosen moments out into a case of their own.
func (d *Desk) split(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q, err := d.ask(w, r, v, true)
	if err != nil {
		return err
	}
	chosen := slices.Compact(slices.Sorted(slices.Values(q.form["moment"])))
	if len(chosen) == 0 {
		return sayline.Errorf(sayline.AtFault, "Choose what is about something else.").Keyed("cases_which_moments")
	}
	id := sayline.NewID(d.Now(), d.Random)
	if err := d.Store.Split(r.Context(), q.act(), chosen, id); err != nil {
		return err
	}
	if q.c, err = d.Store.Case(r.Context(), q.c.Brand, id); err != nil {
		return err
	}
	return d.done(w, r, q, "split")
}
