package desk

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/route"
	"github.com/sayline/sayline/internal/store"
)

// From how many hand-overs on, of the last so many days, the route is asked to
// learn: as often as not, and three times at least.
const (
	leastLesson = 3
	lessonDays  = 90
)

// lesson is a counted suggestion to change the route.
type lesson struct {
	store.Lesson
	Says string // "5 of 6 “Dirty” at Restroom T2 went from Cleaning to Facilities"
}

// lessonsPage is what the hand-overs teach.
type lessonsPage struct {
	*house.View
	Lessons []lesson
	May     bool // change the route
}

// mayLearn says who is told what hand-overs teach.
func mayLearn(v *auth.Viewer) bool { return v.Role == sayline.Owner || v.Role == sayline.Manager }

func (d *Desk) lessonsPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	p := lessonsPage{View: d.NewView(r, v), May: v.MaySetUp()}
	p.Room, p.Title = "desk", p.Say("lessons_title")
	var err error
	if p.Lessons, err = d.lessons(r.Context(), p.View); err != nil {
		return err
	}
	return d.Render(w, r, http.StatusOK, d.lessonPages, p)
}

// lessons are those that still hold: the route would decide as before.
func (d *Desk) lessons(ctx context.Context, v *house.View) ([]lesson, error) {
	b := v.Viewer.Brand
	all, err := d.Store.Lessons(ctx, b.ID, d.Now().Add(-lessonDays*24*time.Hour), leastLesson)
	if err != nil {
		return nil, err
	}
	var list []lesson
	for _, l := range all {
		if 2*l.Times < l.Of || b.Index.Team(l.To) == nil || b.Index.Touchpoint(l.Touchpoint) == nil || b.Router.Teach(taught(l)) == nil {
			continue
		}
		what := v.Names.Topic(l.Topic)
		if l.Topic == "" {
			what = v.Names.Kind(l.Kind)
		}
		list = append(list, lesson{l, v.Say("lesson", "times", l.Times, "of", l.Of, "what", what, "where", v.Names.Touchpoint(l.Touchpoint), "from", v.Names.Team(l.From, ""), "to", v.Names.Team(l.To, ""))})
	}
	return list, nil
}

func taught(l store.Lesson) route.Lesson {
	return route.Lesson{From: l.From, To: l.To, Topic: l.Topic, Kind: l.Kind, Touchpoint: l.Touchpoint}
}

// lessonOf is what the hand-overs of cases like this one teach, "" for nothing or
// for who is not told.
func (d *Desk) lessonOf(ctx context.Context, v *house.View, c *sayline.Case, first *sayline.Moment) (string, error) {
	if !mayLearn(v.Viewer) || first == nil || c.Lane != "" {
		return "", nil
	}
	list, err := d.lessons(ctx, v)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(list, func(l lesson) bool {
		return l.Touchpoint == first.Context.Touchpoint && l.Topic == first.Topic && (l.Topic != "" || l.Kind == sayline.KnownKind(first.Kind)) && (l.From == c.Team || l.To == c.Team)
	})
	if i < 0 {
		return "", nil
	}
	return list[i].Says, nil
}

// asked finds the lesson a form is about, among those that still hold.
func (d *Desk) asked(w http.ResponseWriter, r *http.Request, v *auth.Viewer) (store.Lesson, error) {
	form, err := house.Form(w, r)
	if err != nil {
		return store.Lesson{}, err
	}
	list, err := d.lessons(r.Context(), d.NewView(r, v))
	if err != nil {
		return store.Lesson{}, err
	}
	i := slices.IndexFunc(list, func(l lesson) bool {
		return l.From == form.Get("from") && l.To == form.Get("to") && l.Topic == form.Get("topic") && l.Kind == form.Get("kind") && l.Touchpoint == form.Get("touchpoint")
	})
	if i < 0 {
		return store.Lesson{}, (&sayline.Error{Kind: sayline.Conflict, Key: "lesson_gone", Message: "The route has changed since. Please look at it as it is now."})
	}
	return list[i].Lesson, nil
}

// takeLesson changes the route as a lesson says: a new version of the brand's
// configuration, validated and kept like every other.
func (d *Desk) takeLesson(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	l, err := d.asked(w, r, v)
	if err != nil {
		return err
	}
	stored, err := d.Store.Config(r.Context(), v.Brand.ID)
	if err != nil {
		return err
	}
	changed := *stored.Config
	if changed.Routes = route.New(stored.Version, stored.Config, sayline.NewIndex(stored.Config)).Teach(taught(l)); changed.Routes == nil {
		return &sayline.Error{Kind: sayline.Conflict, Key: "lesson_gone", Message: "The route has changed since. Please look at it as it is now."}
	}
	if _, err := d.Store.SaveConfig(r.Context(), &changed, stored.Version, v.Person.ID); err != nil {
		return err
	}
	if err := d.Store.AnswerLesson(r.Context(), v.Brand.ID, l, v.Person.ID, true); err != nil {
		return err
	}
	if err := d.Reload(r.Context(), v.Brand.ID); err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/learned"), "learned")
}

// dropLesson keeps the route as it is; what is handed over from now on counts anew.
func (d *Desk) dropLesson(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	l, err := d.asked(w, r, v)
	if err != nil {
		return err
	}
	if err := d.Store.AnswerLesson(r.Context(), v.Brand.ID, l, v.Person.ID, false); err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/learned"), "kept")
}
