package desk

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
)

// later is how a case may be put off and its team muted, and what is muted now.
type later struct {
	Times []option  // an hour, tonight, tomorrow; Label of putting off, Why of muting
	Least string    // of the time one may name, as the field writes it
	Mutes []option  // what may be muted; none for who may not
	Until time.Time // muted until then; zero for not
}

// muted is a mute that holds, as the list shows it.
type muted struct {
	ID, What, By string
	Until        time.Time
	May          bool // end it
}

// Hours of the day at which people look again.
const (
	evening = 20
	morning = 8
)

// lookAgain are the times offered, by the id of their buttons.
func lookAgain(now time.Time) map[string]time.Time {
	day := func(n, hour int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()+n, hour, 0, 0, 0, now.Location())
	}
	times := map[string]time.Time{"hour": now.Add(time.Hour).Truncate(time.Minute), "tomorrow": day(1, morning)}
	if tonight := day(0, evening); tonight.After(now.Add(time.Hour)) {
		times["tonight"] = tonight
	}
	return times
}

// fieldTime is how a form writes a time of day.
const fieldTime = "2006-01-02T15:04"

// untilOf reads which time a form names, on the brand's clock.
func untilOf(form url.Values, now time.Time) (time.Time, error) {
	if at, ok := lookAgain(now)[form.Get("for")]; ok {
		return at, nil
	}
	at, err := time.ParseInLocation(fieldTime, form.Get("until"), now.Location())
	if err != nil {
		return at, sayline.Errorf(sayline.AtFault, "Expected a time, such as %s.", now.Format(fieldTime))
	}
	return at, nil
}

func (d *Desk) later(ctx context.Context, v *house.View, w *work, first *sayline.Moment) (l later, err error) {
	if until, ok, err := d.Store.MuteOf(ctx, w.Brand, w.ID); err != nil {
		return l, err
	} else if ok {
		l.Until = until
	}
	if !w.May || w.State == sayline.CaseResolved {
		return l, nil
	}
	times := lookAgain(v.Now)
	for _, id := range []string{"hour", "tonight", "tomorrow"} {
		if at, ok := times[id]; ok {
			l.Times = append(l.Times, option{ID: id, Label: v.Say("later_"+id, "time", v.Clock(at)), Why: v.Say("mute_"+id, "time", v.Clock(at))})
		}
	}
	l.Least = v.Now.Add(time.Minute).Format(fieldTime)
	if d.mayMute(v.Viewer, w.Case, v.Now) {
		l.Mutes = mutable(v, w.Case, first)
	}
	return l, nil
}

// mutable is what of a case may be muted, the narrowest first.
func mutable(v *house.View, c *sayline.Case, first *sayline.Moment) (list []option) {
	if c.Topic != "" {
		list = append(list, option{ID: "topic", Label: v.Say("mute_topic", "topic", v.Names.Topic(c.Topic))})
	}
	if first != nil && first.Context.Touchpoint != "" && c.Lane == "" {
		list = append(list, option{ID: "touchpoint", Label: v.Say("mute_touchpoint", "touchpoint", v.Names.Touchpoint(first.Context.Touchpoint))})
	}
	return append(list, option{ID: "team", Label: v.Say("mute_team", "team", v.Names.Team(c.Team, c.Place))})
}

// mayMute says whether somebody may keep a team from being asked: who leads the
// brand's people, and who is responsible for the team there just now.
func (d *Desk) mayMute(v *auth.Viewer, c *sayline.Case, now time.Time) bool {
	on := v.Brand.Roster.Who(c.Team, c.Place, now)
	return v.MayAct(c) && (v.MayLead() || on.Duty() && on.Person == v.Person.ID)
}

func (d *Desk) snooze(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q, err := d.ask(w, r, v, true)
	if err != nil {
		return err
	}
	until, err := untilOf(q.form, d.Now().In(v.Brand.Location()))
	if err != nil {
		return err
	}
	if err := d.Store.Snooze(r.Context(), q.act(), until); err != nil {
		return changed(err)
	}
	return d.done(w, r, q, "later")
}

func (d *Desk) mute(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q, err := d.ask(w, r, v, true)
	if err != nil {
		return err
	}
	now := d.Now().In(v.Brand.Location())
	if !d.mayMute(v, q.c, now) {
		return sayline.Errorf(sayline.Forbidden, "Only who is responsible just now, or leads the team, can say that it is known.").Keyed("mute_may_not")
	}
	until, err := untilOf(q.form, now)
	if err != nil {
		return err
	}
	m := sayline.Mute{Brand: q.c.Brand, ID: sayline.NewID(now, d.Random), Team: q.c.Team, Place: q.c.Place, Lane: q.c.Lane, Person: v.Person.ID, Reason: q.form.Get("reason"), Until: until}
	switch q.form.Get("what") {
	case "topic":
		m.Topic = q.c.Topic
	case "touchpoint":
		first, err := d.Store.FirstMoment(r.Context(), q.c.Brand, q.c.ID)
		if err != nil {
			return err
		}
		m.Touchpoint = first.Context.Touchpoint
	}
	if err := d.Store.Mute(r.Context(), m); err != nil {
		return err
	}
	return d.done(w, r, q, "muted")
}

// unmute ends a mute for all.
func (d *Desk) unmute(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	if _, err := house.Form(w, r); err != nil {
		return err
	}
	list, err := d.Store.Mutes(r.Context(), v.Brand.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(m sayline.Mute) bool { return m.ID == r.PathValue("mute") })
	if i >= 0 {
		if !d.mayMute(v, caseOf(&list[i]), d.Now()) {
			return errMayNot
		}
		if err := d.Store.Unmute(r.Context(), v.Brand.ID, list[i].ID, v.Person.ID); err != nil {
			return err
		}
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/desk"), "unmuted")
}

// caseOf is a case that a mute reaches: who may see and act on it may on the mute.
func caseOf(m *sayline.Mute) *sayline.Case {
	return &sayline.Case{Brand: m.Brand, Team: m.Team, Place: m.Place, Lane: m.Lane, Topic: m.Topic}
}

// muted are the mutes of what the viewer works on.
func (d *Desk) muted(ctx context.Context, v *house.View) (list []muted, err error) {
	all, err := d.Store.Mutes(ctx, v.Viewer.Brand.ID)
	for i := range all {
		m := &all[i]
		if !v.Viewer.MayAct(caseOf(m)) {
			continue
		}
		what := v.Names.Team(m.Team, m.Place)
		switch {
		case m.Topic != "":
			what = house.Join(" · ", v.Names.Topic(m.Topic), what)
		case m.Touchpoint != "":
			what = house.Join(" · ", v.Names.Touchpoint(m.Touchpoint), what)
		}
		list = append(list, muted{ID: m.ID, What: what, Until: m.Until, May: d.mayMute(v.Viewer, caseOf(m), v.Now),
			By: house.Join(": ", v.Say("muted_by", "name", cmp.Or(v.Names.Person(m.Person), m.Person)), m.Reason)})
	}
	return list, err
}
