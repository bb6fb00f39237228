package auth

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
)

// Viewer is somebody looking at a brand. Every list, count, stream and page of
// the house asks it; nothing else decides what may be seen.
type Viewer struct {
	Account *store.Account
	Brand   *brands.Snapshot
	Person  *sayline.Person
	Role    string              // see [sayline.Roles]
	Lanes   []string            // private lanes they are named in
	Teams   []string            // they are in, in the order of the brand
	Outside bool                // of another company only: sees its own cases and no pulse
	Phone   *sayline.Phone      // the shift phone they are here by; nil on their own devices
	places  map[string][]string // team → the places of their memberships; "" is everywhere
}

// NewViewer finds what an account is at a brand. The account must be one of its
// people; see [Auth.Viewer].
func NewViewer(account *store.Account, b *brands.Snapshot) *Viewer {
	p := person(b, account.Email)
	v := &Viewer{Account: account, Brand: b, Person: p, Role: cmp.Or(p.Role, sayline.Member), places: map[string][]string{}}
	if account.Held != nil {
		v.byPhone(&account.Held.Phone)
		return v
	}
	for _, t := range b.Teams {
		for _, m := range t.Members {
			if m.Person != p.ID {
				continue
			}
			if !slices.Contains(v.Teams, t.ID) {
				v.Teams = append(v.Teams, t.ID)
			}
			v.places[t.ID] = append(v.places[t.ID], m.Place)
		}
	}
	v.Outside = b.Outsider(p.ID)
	for _, l := range b.Lanes {
		if slices.Contains(l.See, p.ID) {
			v.Lanes = append(v.Lanes, l.ID)
		}
	}
	return v
}

// byPhone makes a viewer one who is here by a shift phone: a member of its team
// at its place and nothing else, whatever they are on a device of their own. No
// private lane is shown on a phone that goes from hand to hand.
func (v *Viewer) byPhone(p *sayline.Phone) {
	v.Role, v.Phone = sayline.Member, p
	t := v.Brand.Index.Team(p.Team)
	if t == nil {
		return
	}
	v.Outside = t.Outside != ""
	for _, m := range t.Members {
		if place, ok := p.Reaches(v.Brand.Index, m); ok && m.Person == v.Person.ID && !slices.Contains(v.places[t.ID], place) {
			v.Teams, v.places[t.ID] = []string{t.ID}, append(v.places[t.ID], place)
		}
	}
}

// SeesLane says whether what is said in a lane may be shown to them.
func (v *Viewer) SeesLane(lane string) bool { return lane == "" || slices.Contains(v.Lanes, lane) }

// seesAll says whether every public case is theirs to see: managers and owners,
// and whoever gets what nobody else took.
func (v *Viewer) seesAll() bool {
	return v.MayLead() || v.Phone == nil && v.Brand.LastResort == v.Person.ID
}

// Mine says whether a case belongs to a team they are in, at a place of theirs.
func (v *Viewer) Mine(c *sayline.Case) bool {
	return slices.ContainsFunc(v.places[c.Team], func(place string) bool { return v.Brand.Index.Under(c.Place, place) })
}

// At says whether a place is within those they work at.
func (v *Viewer) At(place string) bool {
	for _, list := range v.places {
		if slices.ContainsFunc(list, func(p string) bool { return p != "" && v.Brand.Index.Under(place, p) }) {
			return true
		}
	}
	return false
}

// MayAct says whether they may answer a case, take it and close it. A private
// lane is only for the people named in it, not even for owners; in the open,
// members have the cases of their teams, managers and owners all.
func (v *Viewer) MayAct(c *sayline.Case) bool {
	if c.Brand != v.Brand.ID || !v.SeesLane(c.Lane) {
		return false
	}
	return c.Lane != "" || v.seesAll() || v.Mine(c)
}

// MayTake says whether they may take a case and answer it: whoever may act on
// it, and whom its policy asks by name or with their team, whichever team has it.
func (v *Viewer) MayTake(c *sayline.Case) bool {
	return v.MayAct(c) || v.Phone == nil && c.Brand == v.Brand.ID && v.SeesLane(c.Lane) && v.askedFor(c)
}

func (v *Viewer) askedFor(c *sayline.Case) bool {
	p := v.Brand.Policy(c.Policy)
	return p != nil && slices.ContainsFunc(p.Steps, func(s sayline.PolicyStep) bool {
		return slices.ContainsFunc(s.Ask, func(ask string) bool {
			team, ok := strings.CutPrefix(ask, sayline.AskOneTeam)
			return ask == sayline.AskPerson+v.Person.ID || ok && slices.Contains(v.Teams, team)
		})
	})
}

// MaySee says whether they may read a case: whoever may take it, and those
// whom the route informed of it (paged says so).
func (v *Viewer) MaySee(c *sayline.Case, paged bool) bool {
	return v.MayTake(c) || paged && v.Phone == nil && c.Brand == v.Brand.ID && v.SeesLane(c.Lane)
}

// MaySeePulse says whether the brand's pulse is theirs to see: everybody's but
// another company's. A shift phone shows cases only.
func (v *Viewer) MaySeePulse() bool { return !v.Outside && v.Phone == nil }

// MayLead says whether they lead the brand's people: managers and owners, who
// see every case, set rosters right and hand out shift phones.
func (v *Viewer) MayLead() bool { return v.Role == sayline.Owner || v.Role == sayline.Manager }

// MaySetUp says whether they may see and change how the brand is set up.
func (v *Viewer) MaySetUp() bool { return v.Role == sayline.Owner }

// All is the scope of every case they may act on: what [Viewer.MayAct] says,
// for queries.
func (v *Viewer) All() store.Scope {
	public := store.LaneScope{All: v.seesAll()}
	if !public.All {
		public.Teams = v.teamScopes()
	}
	scope := store.Scope{public}
	for _, l := range v.Lanes {
		scope = append(scope, store.LaneScope{Lane: l, All: true})
	}
	return scope
}

// Team is the scope of the cases of the teams they are in, at their places.
func (v *Viewer) Team() store.Scope {
	teams := v.teamScopes()
	scope := store.Scope{{Teams: teams}}
	for _, l := range v.Lanes {
		scope = append(scope, store.LaneScope{Lane: l, Teams: teams})
	}
	return scope
}

func (v *Viewer) teamScopes() []store.TeamScope {
	var list []store.TeamScope
	for _, team := range v.Teams {
		t := store.TeamScope{Team: team}
		if !slices.Contains(v.places[team], "") {
			t.Places = v.under(v.places[team])
		}
		list = append(list, t)
	}
	return list
}

// under are the places at or under any of some.
func (v *Viewer) under(above []string) []string {
	list := []string{}
	for _, p := range v.Brand.Places {
		if slices.ContainsFunc(above, func(a string) bool { return v.Brand.Index.Under(p.ID, a) }) {
			list = append(list, p.ID)
		}
	}
	return list
}

// Case reads a case if they may see it. One they may not is NotFound, like one
// that is not there.
func (a *Auth) Case(ctx context.Context, v *Viewer, id string) (*sayline.Case, error) {
	c, err := a.store.Case(ctx, v.Brand.ID, id)
	if err != nil {
		return nil, err
	}
	if v.MaySee(c, false) {
		return c, nil
	}
	since := 0
	if v.Outside { // what another company has handed on is not its own any more
		since = c.Episode
	}
	paged, err := a.store.WasPaged(ctx, v.Brand.ID, id, v.Person.ID, since)
	if err != nil {
		return nil, err
	}
	if !v.MaySee(c, paged) {
		return nil, sayline.Errorf(sayline.NotFound, "There is no such thing here.")
	}
	return c, nil
}
