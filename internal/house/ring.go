package house

import (
	"context"
	"net/http"
	"slices"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/live"
	"github.com/sayline/sayline/internal/web"
)

// Messages of the frame's stream.
const (
	msgRing    = "ring"    // an alert for the viewer: its banner
	msgHush    = "hush"    // a case needs no ringing any more: somebody is on it, or it is closed
	msgChanged = "changed" // something the viewer may see changed: read the page's parts again
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
	return st.Follow(live.Feed{Brand: v.Brand.ID, Render: p.render, For: streamFor})
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
			if e.Person == p.view.Viewer.Person.ID {
				if err := p.ring(ctx, &f, e.Page); err != nil {
					return f, err
				}
			}
		case e.Type == sayline.EventCaseAcknowledged, e.Type == sayline.EventCaseResolved, e.Type == sayline.EventCaseAnswered:
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
	if page.Channel != sayline.ByDesk || page.Episode != c.Episode || c.State != sayline.CaseOpen && c.State != sayline.CaseStalled || !v.Viewer.SeesLane(c.Lane) {
		return nil
	}
	r := Ring{View: v, Page: page, Case: c, Private: c.Lane != "", Feeling: MainFeeling(c.Feelings)}
	r.Loud = page.Role == sayline.ForDuty || page.Role == sayline.ForTeam && (c.Urgency == sayline.Critical || c.Urgency == sayline.Urgent)
	if r.Private {
		r.Heading, r.About, r.Feeling = v.Say("ring_private"), v.Names.Lane(c.Lane), 0
	} else if err := r.tell(ctx, h); err != nil {
		return err
	}
	html, err := h.Fragment(h.layout, "ring", r)
	if err != nil {
		return err
	}
	f.Messages = append(f.Messages, live.Message{Event: msgRing, Data: web.JSON(map[string]any{"page": page.ID, "case": c.ID, "title": r.Heading, "loud": r.Loud, "html": html})})
	return nil
}

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
	r.About = Join(" · ", r.Names.Where(&m.Context), r.Names.Team(r.Case.Team, ""))
	return nil
}

// rang confirms that an alert came up on its person's screen: the truth of the
// clock that says how soon a person was reached.
func (h *House) rang(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	if err := h.Store.Delivered(r.Context(), v.Brand.ID, r.PathValue("page"), v.Person.ID, v.Brand.Location()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
