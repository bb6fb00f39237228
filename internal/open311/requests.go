package open311

import (
	"context"
	"encoding/xml"
	"math"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
)

type requestList struct {
	XMLName xml.Name  `xml:"service_requests"`
	List    []request `xml:"request"`
}

func (l requestList) inJSON() any { return l.List }

// request is a moment whose author agreed to have it shown: never who they are,
// their photos or their receipt, and no place finer than a touchpoint or 100 m.
type request struct {
	ID        string   `xml:"service_request_id" json:"service_request_id"`
	Status    string   `xml:"status" json:"status"`
	Notes     string   `xml:"status_notes,omitempty" json:"status_notes,omitempty"`
	Name      string   `xml:"service_name" json:"service_name"`
	Code      string   `xml:"service_code" json:"service_code"`
	Words     string   `xml:"description" json:"description"`
	Agency    string   `xml:"agency_responsible" json:"agency_responsible"`
	Requested string   `xml:"requested_datetime" json:"requested_datetime"`
	Updated   string   `xml:"updated_datetime" json:"updated_datetime"`
	Address   string   `xml:"address,omitempty" json:"address,omitempty"`
	AddressID string   `xml:"address_id,omitempty" json:"address_id,omitempty"`
	Lat       *float64 `xml:"lat,omitempty" json:"lat,omitempty"`
	Long      *float64 `xml:"long,omitempty" json:"long,omitempty"`
}

// fresh: what is taken back is not told a moment longer.
const fresh = "no-cache"

// requests answers a query.
func (b *Bridge) requests(a *asking, _ string) error {
	ask, err := readAsked(a.r.URL.RawQuery, b.Now())
	if err != nil {
		return err
	}
	q := visible(a.site)
	if len(ask.codes) > 0 {
		q.Topics = ask.codes
		for _, code := range ask.codes {
			if _, err := serviceOf(a.site, code); err != nil {
				return err
			}
		}
	}
	if len(ask.ids) > 0 {
		q.IDs = b.momentIDs(a.site.ID, ask.ids)
		if len(q.IDs) == 0 {
			return b.list(a, nil)
		}
	}
	q.From, q.Until, q.State = ask.from, ask.until, ask.status
	q.Skip, q.Limit = (ask.page-1)*ask.size, ask.size+1
	found, err := b.Store.Published(a.r.Context(), q)
	if err != nil {
		return err
	}
	if len(found) > ask.size {
		found = found[:ask.size]
		if ask.page < mostPage {
			a.w.Header().Set("Link", "<"+a.nextPage(ask.page+1)+`>; rel="next"`)
		}
	}
	return b.list(a, found)
}

// nextPage is the same query, a page on.
func (a *asking) nextPage(page int) string {
	q := a.r.URL.Query()
	q.Set("page", strconv.Itoa(page))
	u := url.URL{Path: Path + "/" + a.r.PathValue("path"), RawQuery: q.Encode()}
	return a.site.URL(u.String())
}

// momentIDs are the moments that ids stand for, but for what can't be one.
func (b *Bridge) momentIDs(brand string, ids []string) (moments []string) {
	for _, id := range ids {
		if m, ok := b.momentID(brand, id); ok {
			moments = append(moments, m)
		}
	}
	return moments
}

// visible is a query for everything a brand may tell.
func visible(site *brands.Site) store.PublishedQuery {
	q := store.PublishedQuery{Brand: site.ID}
	q.Topics, q.NotAt, q.NotBy = site.Told()
	return q
}

func (b *Bridge) list(a *asking, found []store.Published) error {
	a.w.Header().Set("X-Robots-Tag", "noindex")
	l := requestList{List: []request{}}
	for i := range found {
		l.List = append(l.List, b.tell(a, &found[i]))
	}
	return a.send(fresh, l)
}

// one finds what an id stands for; NotFound where its author didn't agree to have
// it shown, took it back, or never said it: nobody learns which.
func (b *Bridge) one(ctx context.Context, site *brands.Site, id, what string) (*store.Published, error) {
	none := sayline.Errorf(sayline.NotFound, "There is no request with this %s.", what)
	q := visible(site)
	if q.IDs = b.momentIDs(site.ID, []string{id}); len(q.IDs) == 0 {
		return nil, none
	}
	q.Limit = 1
	found, err := b.Store.Published(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, none
	}
	return &found[0], nil
}

func (b *Bridge) request(a *asking, id string) error {
	p, err := b.one(a.r.Context(), a.site, id, "service_request_id")
	if err != nil {
		return err
	}
	return b.list(a, []store.Published{*p})
}

type tokenList struct {
	XMLName xml.Name   `xml:"service_requests"`
	List    []oneToken `xml:"request"`
}

type oneToken struct {
	ID    string `xml:"service_request_id" json:"service_request_id"`
	Token string `xml:"token" json:"token"`
}

func (l tokenList) inJSON() any { return l.List }

// token answers clients that always ask: every service is realtime, so that an
// id was given at once and is its own token.
func (b *Bridge) token(a *asking, token string) error {
	p, err := b.one(a.r.Context(), a.site, token, "token")
	if err != nil {
		return err
	}
	return a.send(fresh, tokenList{List: []oneToken{{b.requestID(a.site.ID, p.Moment.ID), token}}})
}

// tell is a moment as everybody may read it.
func (b *Bridge) tell(a *asking, p *store.Published) request {
	m := p.Moment
	r := request{
		ID: b.requestID(a.site.ID, m.ID), Status: "closed", Notes: p.Reply, Code: m.Topic, Words: m.Text, Agency: a.site.Name,
		Requested: stamp(m.ReceivedAt), Updated: stamp(latest(m.ReceivedAt, p.RepliedAt, p.ResolvedAt)),
	}
	switch {
	case p.Open:
		r.Status = "open"
	case !p.ResolvedAt.IsZero():
		r.Updated = stamp(p.ResolvedAt)
	}
	if t := a.site.Index.Topic(m.Topic); t != nil {
		r.Name = a.name(t.Label)
	}
	a.place(&r, &m.Context)
	return r
}

// place tells where, as far as everybody may know it: at a public touchpoint, in
// its place or in a listed one, and a position to three decimals of a degree
// (100 m), the author's or else the place's. A touchpoint that stands nowhere,
// such as a web site, is no address.
func (a *asking) place(r *request, c *sayline.Context) {
	t, p := a.site.Index.Touchpoint(c.Touchpoint), a.site.Index.Place(c.Place)
	public := t != nil && a.site.Public(t)
	there := public && t.Place == c.Place
	if p != nil && !p.Listed && !there {
		p = nil
	}
	switch {
	case p != nil && there:
		r.AddressID, r.Address = t.ID, a.name(t.Name)+", "+a.name(p.Name)
	case p != nil:
		r.AddressID, r.Address = p.ID, a.name(p.Name)
	case public:
		r.AddressID = t.ID
	}
	lat, long, located := c.Lat, c.Long, c.Located
	if !located && p != nil && (p.Lat != 0 || p.Long != 0) {
		lat, long, located = p.Lat, p.Long, true
	}
	if located {
		lat, long = coarse(lat), coarse(long)
		r.Lat, r.Long = &lat, &long
	}
}

func coarse(degrees float64) float64 { return math.Round(degrees*1000) / 1000 }

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }
