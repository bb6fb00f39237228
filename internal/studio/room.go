package studio

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/pager"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/ways"
)

// roomPage is the studio's data.
type roomPage struct {
	*house.View
	Search  string
	Ways    []way
	Hooks   []hook
	Mail    bool
	People  []member
	Version int
	Stored  *store.StoredConfig
	Screen  string // the front door, to look at

	Summariser string // who sums up what is said, for brands that want it; "" for nobody
	Relays     []relay
	Made       *made // a relay's key just made
	Systems    []*store.System
	NewSystem  *made // a system's key just made
	Devices    []thing
	Calendars  []elsewhere
	Stands     []stand
	Fresh      *freshDevice // a device just made
	JoinLink   string       // an invitation just made
	JoinName   string
}

// way is one touchpoint as a way in.
type way struct {
	ID, Name, Place, Channel string
	Silent, Private          bool
	Fits                     []ways.Way
	Address                  string
	Letters                  []string
	QR                       house.QR
}

// hook is one webhook endpoint.
type hook struct {
	sayline.Webhook
	Secrets []string // the newest first
	Calls   *calls
}

// calls are what came of sending events to an endpoint, and where it stands.
type calls struct {
	*house.View
	ID    string // of the endpoint
	Place store.EndpointPlace
	Last  int64 // number of the brand's newest event
	Log   []store.Delivery
}

// member is one of the brand's people.
type member struct {
	sayline.Person
	Teams  string
	Joined bool
	May    bool   // the viewer may have a link with which they set their password
	Secret string // of their own webhook, if they have one
}

// mostWays is how many touchpoints are shown; the search finds the others.
const (
	mostWays  = 60
	logLength = 20
)

func (s *Studio) roomPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	return s.showRoom(w, r, v, "", "")
}

func (s *Studio) showRoom(w http.ResponseWriter, r *http.Request, v *auth.Viewer, name, link string) error {
	return s.showRoomWith(w, r, v, func(p *roomPage) { p.JoinName, p.JoinLink = name, link })
}

func (s *Studio) showRoomWith(w http.ResponseWriter, r *http.Request, v *auth.Viewer, just func(*roomPage)) error {
	view := s.NewView(r, v)
	view.Room, view.Title = "studio", view.Say("nav_studio")
	p := roomPage{View: view, Search: strings.TrimSpace(r.URL.Query().Get("q")), Mail: s.Options.Mail,
		Screen: s.TouchAddress(r, v.Brand, v.Brand.Index.FrontDoor().ID)}
	if s.Summaries != nil {
		p.Summariser = s.Summaries.Host()
	}
	var err error
	if p.Ways, err = s.listWays(r, view, p.Search); err != nil {
		return err
	}
	if p.Hooks, err = s.hooks(r.Context(), view); err != nil {
		return err
	}
	if p.Devices, p.Stands, err = s.devices(r.Context(), view); err != nil {
		return err
	}
	if p.Calendars, err = s.calendars(r.Context(), view); err != nil {
		return err
	}
	if p.Systems, err = s.Store.Systems(r.Context(), v.Brand.ID); err != nil {
		return err
	}
	just(&p)
	if p.Relays, err = s.relays(r.Context(), view); err != nil {
		return err
	}
	if p.People, err = s.people(r.Context(), view); err != nil {
		return err
	}
	if p.Stored, err = s.Store.Config(r.Context(), v.Brand.ID); err != nil {
		return err
	}
	return s.Render(w, r, http.StatusOK, s.room, p)
}

func (s *Studio) listWays(r *http.Request, view *house.View, search string) ([]way, error) {
	b := view.Brand()
	var list []way
	for i := range b.Touchpoints {
		t := &b.Touchpoints[i]
		name, place := view.Names.Touchpoint(t.ID), view.Names.Place(t.Place)
		if search != "" && !strings.Contains(strings.ToLower(name+" "+place+" "+t.ID), strings.ToLower(search)) {
			continue
		}
		if len(list) == mostWays {
			break
		}
		address := s.Book(r, b).Screen(t.ID)
		code, err := house.NewQR(address, view.Say("qr_of", "name", name))
		if err != nil {
			return nil, err
		}
		list = append(list, way{ID: t.ID, Name: name, Place: place, Channel: t.Channel, Silent: t.Silent, Address: address, Letters: house.Letters(address), QR: code})
	}
	return list, nil
}

func (s *Studio) hooks(ctx context.Context, view *house.View) ([]hook, error) {
	b := view.Brand()
	var list []hook
	for _, wh := range b.Webhooks {
		h := hook{Webhook: wh}
		for g := wh.Secret; g >= 0 && g >= wh.Secret-1; g-- {
			h.Secrets = append(h.Secrets, notify.DeriveSecret(s.Store.ServerKey(), b.ID, wh.ID, g))
		}
		var err error
		if h.Calls, err = s.calls(ctx, view, wh.ID); err != nil {
			return nil, err
		}
		list = append(list, h)
	}
	return list, nil
}

func (s *Studio) calls(ctx context.Context, view *house.View, endpoint string) (*calls, error) {
	c, brand := &calls{View: view, ID: endpoint}, view.Brand().ID
	var err error
	if c.Last, err = s.Store.LastEvent(ctx, brand); err != nil {
		return nil, err
	}
	if c.Place, err = s.Store.EndpointPlace(ctx, brand, endpoint); err != nil {
		return nil, err
	}
	c.Log, err = s.Store.Deliveries(ctx, brand, endpoint, logLength)
	return c, err
}

func (s *Studio) people(ctx context.Context, view *house.View) ([]member, error) {
	b := view.Brand()
	var list []member
	for _, p := range b.People {
		m := member{Person: p}
		var teams []string
		for _, t := range b.Teams {
			for _, x := range t.Members {
				if x.Person == p.ID {
					teams = append(teams, view.Names.Team(t.ID, x.Place))
				}
			}
		}
		m.Teams = strings.Join(teams, " · ")
		if slices.ContainsFunc(p.Contacts, func(k sayline.Contact) bool { return k.Channel == sayline.ByWebhook }) {
			m.Secret = pager.ContactSecret(s.Store.ServerKey(), b.ID, p.ID)
		}
		_, err := s.Store.Account(ctx, auth.Address(p.Email))
		if err != nil && sayline.KindOf(err) != sayline.NotFound {
			return nil, err
		}
		m.Joined = err == nil
		if m.May, err = s.mayInvite(ctx, view.Viewer, &m.Person); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

// brandFile is the brand as its file.
func (s *Studio) brandFile(w http.ResponseWriter, _ *http.Request, v *auth.Viewer) error {
	text, err := brandfile.Write(v.Brand.Config)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+v.Brand.ID+`.yaml"`)
	_, err = w.Write(text)
	return err
}

// qrMillimetres is a code's printed width: read from an arm's length.
const qrMillimetres = 50

// qrFile is a touchpoint's code, to print.
func (s *Studio) qrFile(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	id := r.PathValue("touchpoint")
	if v.Brand.Index.Touchpoint(id) == nil {
		return sayline.Errorf(sayline.NotFound, "There is no such touchpoint.")
	}
	code, err := house.NewQR(s.Book(r, v.Brand).Screen(id), id)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Content-Disposition", `attachment; filename="`+v.Brand.ID+"-"+id+`.svg"`)
	_, err = w.Write(code.File(qrMillimetres))
	return err
}
