package phone

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/live"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// device is the shift phone a request comes from.
type device struct {
	*sayline.Phone
	brand *brands.Snapshot
}

// scope is the phone's cases: its team's at its place, no private lane's.
func (d *device) scope() store.Scope {
	team := store.TeamScope{Team: d.Team}
	if d.Place != "" {
		team.Places = []string{}
		for _, at := range d.brand.Places {
			if d.brand.Index.Under(at.ID, d.Place) {
				team.Places = append(team.Places, at.ID)
			}
		}
	}
	return store.Scope{{Teams: []store.TeamScope{team}}}
}

// whoPage is the data of "Who has the phone?".
type whoPage struct {
	*house.View
	Phone   *sayline.Phone
	Where   string
	Mates   []mate
	Waiting int    // cases nobody is on
	Last    string // who had it, and until when; "" for nobody yet
}

// mate is somebody who may take the phone.
type mate struct {
	ID, Name, Initials string
	On                 bool      // responsible now
	Until              time.Time // end of it; zero when none is known
}

// mostShown is where the number of what waits stops.
const mostShown = 100

// whoPage asks who has the phone; who has it already is led to the desk.
func (p *Phones) whoPage(w http.ResponseWriter, r *http.Request, d *device) error {
	if account, err := p.Auth.Account(r); err == nil && account.Held != nil {
		http.Redirect(w, r, house.BrandPath(d.Brand, deskPath), http.StatusSeeOther)
		return nil
	}
	view := p.NewBrandView(r, d.brand)
	view.Title, view.Stream = view.Say("phone_who"), "/phone/live"
	view.Scripts = []string{"phone.js"}
	page := whoPage{View: view, Phone: d.Phone, Where: view.Names.Team(d.Team, d.Place), Mates: d.mates(view)}
	var err error
	if page.Waiting, err = p.Store.CountWaiting(r.Context(), d.Brand, d.scope(), mostShown); err != nil {
		return err
	}
	if page.Last, err = p.last(r.Context(), view, d); err != nil {
		return err
	}
	return p.Plain(w, r, http.StatusOK, p.plain, "who", page)
}

// mates are the phone's crew, those on duty first.
func (d *device) mates(v *house.View) []mate {
	people, places := auth.Crew(d.brand, d.Phone)
	var list []mate
	for i, id := range people {
		name := v.Names.Person(id)
		m := mate{ID: id, Name: name, Initials: house.Initials(name)}
		m.Until, m.On = d.brand.Roster.Until(d.Team, places[i], id, v.Now)
		list = append(list, m)
	}
	slices.SortStableFunc(list, func(a, b mate) int {
		switch {
		case a.On == b.On:
			return 0
		case a.On:
			return -1
		}
		return 1
	})
	return list
}

// last says who had the phone before.
func (p *Phones) last(ctx context.Context, v *house.View, d *device) (string, error) {
	holders, err := p.Store.Holders(ctx, d.Brand)
	if err != nil {
		return "", err
	}
	h, ok := holders[d.ID]
	if !ok || h.Until.After(v.Now) {
		return "", nil
	}
	return v.Say("phone_last", "name", v.Names.Person(h.Person), "time", v.At(h.Until)), nil
}

// Messages of the stream of a phone that nobody has.
const (
	msgWanted = "wanted" // how many cases wait, and whether one has just begun to
	msgMoved  = "moved"  // the phone is in a hand, or is another phone now
)

// streamFor is how long the stream lasts before it comes again.
const streamFor = 15 * time.Minute

// stream tells a phone that nobody has that somebody is wanted: a number, no words.
func (p *Phones) stream(w http.ResponseWriter, r *http.Request, d *device) error {
	st, err := p.Streams.Open(w, r)
	if err != nil {
		return err
	}
	defer st.Close()
	render := func(ctx context.Context, delta live.Delta) (live.Frame, error) { return p.wanted(ctx, r, delta) }
	return st.Follow(live.Feed{Brand: d.Brand, Render: render, For: streamFor})
}

// wanted renders a frame of the stream, for as long as this browser is the phone.
func (p *Phones) wanted(ctx context.Context, r *http.Request, delta live.Delta) (live.Frame, error) {
	phone, b, err := p.Auth.Phone(r)
	if err != nil {
		return live.Frame{}, err
	}
	d := &device{phone, b}
	var f live.Frame
	changed, rings := delta.Whole, false
	for _, e := range delta.Events {
		switch {
		case e.Team != d.Team || e.Lane != "":
			continue
		case e.Type == sayline.EventPhoneChanged:
			f.Messages = append(f.Messages, live.Message{Event: msgMoved, Data: []byte("{}")})
		case e.Type == sayline.EventPageMade:
			if rings, err = p.wants(ctx, d, e.Case, rings); err != nil {
				return f, err
			}
		}
		changed = true
	}
	if delta.Whole {
		if f.ID, err = p.Store.LastEvent(ctx, d.Brand); err != nil {
			return f, err
		}
	}
	if !changed {
		return f, nil
	}
	n, err := p.Store.CountWaiting(ctx, d.Brand, d.scope(), mostShown)
	if err != nil {
		return f, err
	}
	view := p.NewBrandView(r, b)
	f.Messages = append(f.Messages, live.Message{Event: msgWanted, Data: web.JSON(map[string]any{"n": n, "text": waiting(view, n), "rings": rings && n > 0})})
	return f, nil
}

// wants says whether a case is one of the phone's that still wants somebody, or
// another was before it.
func (p *Phones) wants(ctx context.Context, d *device, id string, already bool) (bool, error) {
	if already {
		return true, nil
	}
	c, err := p.Store.Case(ctx, d.Brand, id)
	if sayline.KindOf(err) == sayline.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return (c.State == sayline.CaseOpen || c.State == sayline.CaseStalled) && d.brand.Index.Under(c.Place, d.Place), nil
}

// waiting says how many cases wait.
func waiting(v *house.View, n int) string {
	if n == 0 {
		return v.Say("phone_idle")
	}
	return v.Count("phone_waiting", n)
}

// WaitingText says how many cases wait for whoever takes the phone.
func (p whoPage) WaitingText() string { return waiting(p.View, p.Waiting) }
