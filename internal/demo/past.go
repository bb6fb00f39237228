package demo

import (
	"container/heap"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/store"
)

// deed is something done at a time.
type deed struct {
	at time.Time
	do func(context.Context) error
}

// agenda is what is still to be done, soonest first.
type agenda []deed

func (a agenda) Len() int           { return len(a) }
func (a agenda) Less(i, j int) bool { return a[i].at.Before(a[j].at) }
func (a agenda) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)        { *a = append(*a, x.(deed)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	(*a)[len(*a)-1] = deed{}
	*a = (*a)[:len(*a)-1]
	return last
}

// past lives the brands' last days through the very door and store of today,
// each deed at its own time of the clock.
type past struct {
	life
	door   *intake.Door
	clock  *clock
	end    time.Time
	agenda agenda
	opens  *intake.Opens
	zones  map[string]*time.Location // by brand
}

// newPast makes a past that ends at end. The door's and the store's clock must be c.
func newPast(s *store.Store, d *intake.Door, c *clock, random io.Reader, end time.Time) *past {
	p := &past{door: d, clock: c, end: end, opens: intake.NewOpens(s, c.now, slog.New(slog.DiscardHandler)), zones: map[string]*time.Location{}}
	p.life = life{store: s, now: c.now, random: random, tempo: usual, at: p.at, taken: map[string]int{}}
	return p
}

// at puts a deed on the agenda; what would be after the end is left to the present.
func (p *past) at(t time.Time, do func(context.Context) error) {
	if t.Before(p.end) {
		heap.Push(&p.agenda, deed{t, do})
	}
}

// live does everything on the agenda, in order, and arrives at now.
func (p *past) live(ctx context.Context) error {
	defer p.clock.arrive()
	for p.agenda.Len() > 0 && ctx.Err() == nil {
		d := heap.Pop(&p.agenda).(deed)
		p.clock.goBack(d.at)
		if err := d.do(ctx); err != nil {
			return err
		}
	}
	p.opens.Write(ctx, func(brand string) *time.Location { return p.zones[brand] }, p.end)
	return ctx.Err()
}

// calm is how long before now nothing came to the desk of the visitor's manager.
const calm = 3 * time.Hour

// days puts a brand's last days on the agenda, the one under way included,
// about aDay moments each: more on some days than on others, and more at noon
// and in the early evening than at night.
func (p *past) days(w *people, days, aDay int) {
	zone := w.brand.Location()
	for d := range days {
		start := time.UnixMicro(store.DayStart(p.end.AddDate(0, 0, -d), zone))
		for range aDay + w.rand.IntN(aDay/3+1) - aDay/6 {
			p.utter(w, start.Add(time.Duration(24*float64(time.Hour)*w.hour())))
		}
	}
}

// lately puts n moments of the last two hours on the agenda, more and more: the
// present, in which somebody speaks every few seconds, does not come from nowhere.
func (p *past) lately(w *people, n int) {
	for range n {
		r := w.rand.Float64()
		p.utter(w, p.end.Add(-time.Duration(r*r*float64(2*time.Hour))))
	}
}

// utter lets somebody, or now and then a crowd, say something at a time.
func (p *past) utter(w *people, t time.Time) {
	u := w.next()
	if w.forManager(u) && t.After(p.end.Add(-calm)) {
		return
	}
	crowd := 1
	if u.Crowd > 0 && w.rand.Float64() < 0.2 {
		crowd = u.Crowd
	}
	for range crowd {
		p.at(t, func(ctx context.Context) error { return p.say(ctx, w, u) })
		t = t.Add(w.span(40 * time.Second))
	}
}

// say lets somebody speak now, and the brand's people hear it.
func (p *past) say(ctx context.Context, w *people, u *utterance) error {
	m := u.moment(w.brand.Index.Touchpoint(u.Touchpoint))
	done, err := p.door.Accept(ctx, w.brand, intake.Submission{Moment: m, Key: rand.Text(), NoReceipt: m.Context.Source == "kiosk"})
	if err != nil {
		return err
	}
	p.look(w, &done.Moment)
	if !p.deal(w, &done.Moment, done.Moment.Episode) {
		return nil
	}
	if done.Moment.Decision.Pages {
		d := &done.Moment.Decision
		who := w.someone(d.Team, d.Place, p.now())
		p.at(p.now().Add(d.Pause+w.span(300*time.Millisecond)), func(ctx context.Context) error { return p.ring(ctx, w, done.Moment.Case, who) })
	}
	if u.Reply != "" && done.Secret != "" && w.rand.Float64() < 0.25 {
		t := p.now().Add(w.span(p.tempo.reply + p.tempo.solve))
		p.at(t, func(ctx context.Context) error { return p.solved(ctx, w, done.Secret) })
	}
	return nil
}

// mostLook is how many more than who speaks open a screen, at most, and say nothing.
const mostLook = 4

// look lets those open the screen who came to one: who spoke, and some who did not.
func (p *past) look(w *people, m *sayline.Moment) {
	t := w.brand.Index.Touchpoint(m.Context.Touchpoint)
	if t == nil || m.Context.Source == "kiosk" {
		return
	}
	p.zones[w.brand.ID] = w.brand.Location()
	for range 1 + w.rand.IntN(mostLook+1) {
		p.opens.Count(w.brand, t)
	}
}

// ring fires a case's waiting step at the desk of who is on duty, where it comes up.
func (p *past) ring(ctx context.Context, w *people, caseID, person string) error {
	steps, err := p.store.StepsOf(ctx, w.brand.ID, caseID)
	if err != nil {
		return err
	}
	for _, st := range steps {
		if st.State != sayline.StepWaiting || person == "" {
			continue
		}
		page := sayline.Page{ID: sayline.NewID(p.now(), p.random), Person: person, Channel: sayline.ByDesk, Role: sayline.ForDuty}
		page.Brand = w.brand.ID
		if err := p.store.FireSteps(ctx, w.brand.ID, []store.Firing{{Step: st, Found: "{}", Pages: []sayline.Page{page}}}); err != nil {
			return err
		}
		if err := stands(p.store.Delivered(ctx, w.brand.ID, page.ID, person, w.brand.Location())); err != nil {
			return err
		}
	}
	return nil
}

// solved lets the author say whether it was, once there is an answer.
func (p *past) solved(ctx context.Context, w *people, secret string) error {
	r, err := p.door.Receipt(ctx, w.brand, secret)
	if err != nil || len(r.Messages) == 0 || r.Case == nil || r.Case.AnsweredAt.IsZero() {
		return stands(err)
	}
	word, after := "yes", 4+w.rand.IntN(2)
	if w.rand.Float64() < 0.12 {
		word, after = "no", 2
	}
	if _, err = p.door.Say(ctx, w.brand, secret, sayline.Message{Solved: word}, after); err != nil || word == "yes" {
		return stands(err)
	}
	return p.again(w, r.Case)
}

// again lets the person on duty look at what its author opened again, and close it.
func (p *past) again(w *people, c *sayline.Case) error {
	now := p.now()
	person := w.brand.Roster.Who(c.Team, c.Place, now).Person
	if person == "" {
		return nil
	}
	act := store.Act{Brand: w.brand.ID, Case: c.ID, Person: person, Way: "desk", Zone: w.brand.Location()}
	p.at(now.Add(time.Second), func(ctx context.Context) error { return p.ring(ctx, w, c.ID, person) })
	taken := now.Add(w.span(2 * time.Minute))
	p.at(taken, func(ctx context.Context) error { return stands(p.store.Acknowledge(ctx, act, 0)) })
	p.at(taken.Add(w.span(time.Hour)), func(ctx context.Context) error { return stands(p.store.Resolve(ctx, act, "done")) })
	return nil
}
