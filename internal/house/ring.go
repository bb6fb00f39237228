package house

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/live"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// Messages of the frame's stream.
const (
	msgRing    = "ring"    // an alert for the viewer: its banner
	msgHush    = "hush"    // a case needs no ringing any more: somebody is on it, or it is closed
	msgChanged = "changed" // something the viewer may see changed: read the page's parts again
	msgHere    = "here"    // who else has a case open that the viewer has open: the case, and it in words
	msgAgain   = "again"   // what the viewer may see changed itself: load the page anew
)

// mostRings is how many banners come up at once; the desk has the rest.
const mostRings = 4

// stream is one of a brand's people with a page open: it rings for them, and says
// when something they may see has changed. It carries no words but a ring's.
func (h *House) stream(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	st, err := h.Streams.Open(w, r)
	if err != nil {
		return err
	}
	defer st.Close()
	p := &personal{house: h, r: r, brand: v.Brand.ID}
	return st.Follow(live.Feed{Brand: v.Brand.ID, Render: p.render, For: h.streamLife(v), Asides: true})
}

// streamLife is how long a viewer's stream lasts: not longer than they have the
// shift phone it is on.
func (h *House) streamLife(v *auth.Viewer) time.Duration {
	if v.Phone == nil {
		return streamFor
	}
	return max(min(streamFor, v.Account.Held.Hold.Until.Sub(h.Now())), time.Millisecond)
}

// personal renders the stream of one viewer.
type personal struct {
	house *House
	r     *http.Request
	brand string
	view  *View // as of this frame
}

// render tells what happened, or everything that still rings. What the viewer
// may see is asked anew for each frame.
func (p *personal) render(ctx context.Context, d live.Delta) (live.Frame, error) {
	v, err := p.house.Auth.Viewer(p.r, p.brand)
	if err != nil {
		return live.Frame{}, err
	}
	p.view = p.house.NewView(p.r, v)
	if d.Whole {
		return p.whole(ctx, d.After)
	}
	if len(d.Asides) > 0 {
		return p.here(ctx, d.Asides)
	}
	var f live.Frame
	changed := false
	for _, e := range d.Events {
		switch {
		case e.Type == sayline.EventConfigChanged:
			f.Messages = append(f.Messages, live.Message{Event: msgAgain, Data: []byte("{}")})
			continue
		case e.Type == sayline.EventDutyChanged:
			changed = changed || slices.Contains(p.view.Viewer.Teams, e.Team)
			continue
		case !p.concerns(e):
			continue
		case e.Type == sayline.EventPageMade:
			if e.Person == p.view.Viewer.Person.ID || p.view.Viewer.Phone != nil {
				if err := p.ring(ctx, &f, e.Page); err != nil {
					return f, err
				}
			}
		case e.Type == sayline.EventCaseAcknowledged, e.Type == sayline.EventCaseResolved, e.Type == sayline.EventCaseAnswered, e.Type == sayline.EventCaseSnoozed:
			f.Messages = append(f.Messages, live.Message{Event: msgHush, Data: web.JSON(map[string]string{"case": e.Case})})
		}
		changed = true
	}
	if changed {
		f.Messages = append(f.Messages, live.Message{Event: msgChanged, Data: []byte("{}")})
	}
	return f, nil
}

// concerns says whether an event is about something the viewer may see: a lane
// they are named in, a team of theirs or, for managers, anybody's.
func (p *personal) concerns(e sayline.Event) bool {
	v := p.view.Viewer
	if !v.SeesLane(e.Lane) {
		return false
	}
	return e.Lane != "" || e.Person == v.Person.ID || v.MayAct(&sayline.Case{Brand: v.Brand.ID, Team: e.Team}) || slices.Contains(v.Teams, e.Team)
}

// whole is all that still rings for the viewer.
func (p *personal) whole(ctx context.Context, after int64) (live.Frame, error) {
	h, v := p.house, p.view.Viewer
	last, err := h.Store.LastEvent(ctx, v.Brand.ID)
	if err != nil {
		return live.Frame{}, err
	}
	f := live.Frame{ID: last}
	pages, err := h.Store.Unshown(ctx, v.Brand.ID, v.Person.ID, mostRings)
	if err != nil {
		return f, err
	}
	if pages, err = p.inherited(ctx, pages); err != nil {
		return f, err
	}
	for _, page := range slices.Backward(pages) {
		if err := p.ring(ctx, &f, page.ID); err != nil {
			return f, err
		}
	}
	if after != last {
		f.Messages = append(f.Messages, live.Message{Event: msgChanged, Data: []byte("{}")})
	}
	return f, nil
}

// Ring is an alert as it comes up on its person's screen.
type Ring struct {
	*View
	Page    sayline.Page
	Case    *sayline.Case
	Private bool // words and times stay on the desk
	Heading string
	Words   string
	About   string // where, and for which team
	Feeling int
	Loud    bool // with a sound: for who is responsible, or when it is urgent
}

// ring adds an alert's banner, if it still wants somebody.
func (p *personal) ring(ctx context.Context, f *live.Frame, id string) error {
	h, v := p.house, p.view
	page, err := h.Store.Page(ctx, v.Viewer.Brand.ID, id)
	if err != nil {
		return err
	}
	c, err := h.Store.Case(ctx, page.Brand, page.Case)
	if err != nil {
		return err
	}
	named := page.Role == sayline.ForMention
	wanted := named || page.Episode == c.Episode && (c.State == sayline.CaseOpen || c.State == sayline.CaseStalled)
	if !p.rings(&page, c) || page.Channel != sayline.ByDesk || !wanted || !v.Viewer.SeesLane(c.Lane) {
		return nil
	}
	r := Ring{View: v, Page: page, Case: c, Private: c.Lane != "", Feeling: MainFeeling(c.Feelings)}
	r.Loud = page.Role == sayline.ForDuty || page.Role == sayline.ForTeam && (c.Urgency == sayline.Critical || c.Urgency == sayline.Urgent)
	if r.Private {
		r.Heading, r.About, r.Feeling = v.Say("ring_private"), v.Names.Lane(c.Lane), 0
	} else if err := r.tell(ctx, h); err != nil {
		return err
	}
	if named {
		if err := r.named(ctx, h); err != nil {
			return err
		}
	}
	html, err := h.Fragment(h.layout, "ring", r)
	if err != nil {
		return err
	}
	f.Messages = append(f.Messages, live.Message{Event: msgRing, Data: web.JSON(map[string]any{"page": page.ID, "case": c.ID, "title": r.Heading, "loud": r.Loud, "html": html})})
	return nil
}

// named says who names the viewer in a note, and what it says.
func (r *Ring) named(ctx context.Context, h *House) error {
	note, err := h.Store.LastMention(ctx, r.Case.Brand, r.Case.ID, r.Page.Person)
	if sayline.KindOf(err) == sayline.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	r.About = r.Say("ring_named", "name", r.Names.Person(note.By))
	if !r.Private {
		r.Words = Cut(note.Text, 160)
	}
	return nil
}

// Asks says whether it asks its person to take the case, or only to look.
func (r Ring) Asks() bool { return r.Page.Role != sayline.ForMention }

// tell fills in what was said last, and where.
func (r *Ring) tell(ctx context.Context, h *House) error {
	list, err := h.Store.MomentsOf(ctx, r.Case.Brand, r.Case.ID, 1)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		r.Heading, r.About = r.Names.Title(r.Case, nil), r.Names.Team(r.Case.Team, r.Case.Place)
		return nil
	}
	m := list[0]
	r.Heading = r.Names.Title(r.Case, m)
	if r.Case.Topic != "" {
		r.Words = Cut(m.Text, 160)
	}
	alarm, err := h.Store.AlarmOf(ctx, r.Case.Brand, r.Case.ID)
	if err != nil {
		return err
	}
	r.About = Join(" · ", cmp.Or(r.Names.Alarm(alarm), r.Names.Raised(r.Case)), r.Names.Where(&m.Context), r.Names.Team(r.Case.Team, ""))
	return nil
}

// rings says whether an alert is for this screen: the viewer's own, and on a
// shift phone what its team's duty is asked to take, whoever was asked, and
// nothing its holder has to do with elsewhere. What another company has handed on
// is not told to it any more.
func (p *personal) rings(page *sayline.Page, c *sayline.Case) bool {
	v := p.view.Viewer
	elsewhere := v.Phone != nil || v.Outside && page.Episode != c.Episode
	if elsewhere && !v.MayAct(c) {
		return false
	}
	return page.Person == v.Person.ID || v.Phone != nil && page.Role == sayline.ForDuty
}

// justTaken is how long after a shift phone was taken what waited already rings
// for who took it.
const justTaken = time.Minute

// inherited adds to the viewer's own alerts what still waited for the phone's
// team when they took it, newest first.
func (p *personal) inherited(ctx context.Context, own []sayline.Page) ([]sayline.Page, error) {
	h, v := p.house, p.view.Viewer
	if v.Phone == nil || h.Now().Sub(v.Account.Held.Hold.From) > justTaken {
		return own, nil
	}
	for section := store.WaitingCritical; section <= store.WaitingNormal && len(own) < mostRings; section++ {
		cases, err := h.Store.Cases(ctx, store.CasesQuery{Brand: v.Brand.ID, Scope: v.Team(), Section: section, Limit: mostRings - len(own)})
		if err != nil {
			return nil, err
		}
		for _, c := range cases {
			pages, err := h.Store.PagesOf(ctx, v.Brand.ID, c.ID)
			if err != nil {
				return nil, err
			}
			slices.Reverse(pages)
			last := slices.IndexFunc(pages, func(p sayline.Page) bool { return p.Channel == sayline.ByDesk && p.Role == sayline.ForDuty })
			if last >= 0 && !slices.ContainsFunc(own, func(p sayline.Page) bool { return p.Case == c.ID }) {
				own = append(own, pages[last])
			}
		}
	}
	return own, nil
}

// rang confirms that an alert came up on its person's screen: the truth of the
// clock that says how soon a person was reached.
func (h *House) rang(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	err := h.Store.Delivered(r.Context(), v.Brand.ID, r.PathValue("page"), v.Person.ID, v.Brand.Location())
	if v.Phone != nil && sayline.KindOf(err) == sayline.NotFound {
		err = nil // it rang for somebody else's duty: whom it was made for it has not reached
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
