package demo

import (
	"context"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// Where the visitor stands: the shelf of the first scene, what is missing on
// it, and who is on duty for it.
const (
	shelfBrand = "sparkle"
	shelf      = "k7f3"
	missing    = "cant-find-it"

	managerTeam  = "distribution"
	managerPlace = "madrid"
	manager      = "lucia"
)

// ofManager says whether a team's case at a place is the visitor's manager's.
func ofManager(brand, team, place string) bool {
	return brand == shelfBrand && team == managerTeam && place == managerPlace
}

// forManager says whether an utterance would open a case on the desk of the
// visitor's manager. Nobody makes it while they are there: what comes to that
// desk is theirs.
func (p *people) forManager(u *utterance) bool {
	m := u.moment(p.brand.Index.Touchpoint(u.Touchpoint))
	p.brand.Router.Place(&m)
	d := p.brand.Router.Decide(&m)
	return d.OpensCase && ofManager(p.brand.ID, d.Team, d.Place)
}

// startOver closes the open cases of the visitor's shelf, as the manager would.
func startOver(ctx context.Context, s *store.Store, zone *time.Location) error {
	scope := store.Scope{{Teams: []store.TeamScope{{Team: managerTeam, Places: []string{managerPlace}}}}}
	for section := store.WaitingCritical; section < store.Resolved; section++ {
		list, err := s.Cases(ctx, store.CasesQuery{Brand: shelfBrand, Scope: scope, Section: section, Limit: 100})
		if err != nil {
			return err
		}
		for _, c := range list {
			if c.Topic != missing {
				continue
			}
			act := store.Act{Brand: shelfBrand, Case: c.ID, Person: manager, Way: "desk", Zone: zone}
			if err := s.Resolve(ctx, act, sayline.Reasons[0]); err != nil {
				return stands(err)
			}
		}
	}
	return nil
}
