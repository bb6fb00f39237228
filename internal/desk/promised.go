package desk

import (
	"context"
	"net/url"
	"slices"

	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
)

// fallen is a team's promise that is kept less often than usual. It is a fact about
// the team's work, so it has no case and stands above the list.
type fallen struct {
	*house.Alarming
	Team string
	Href string // of the team's pulse
}

// fallen reads those of the viewer's teams; of all for who leads.
func (d *Desk) fallen(ctx context.Context, v *house.View) (list []fallen, err error) {
	if !v.Viewer.MaySeePulse() {
		return nil, nil
	}
	on, err := d.Store.AlarmsOn(ctx, v.Viewer.Brand.ID)
	for i := range on {
		a := &on[i]
		if a.About != store.AboutPromise || !v.Viewer.MayLead() && !slices.Contains(v.Viewer.Teams, a.Subject) {
			continue
		}
		shown, err := d.Alarming(ctx, v.Voice, v.Names, a)
		if err != nil {
			return nil, err
		}
		list = append(list, fallen{shown, a.Subject, v.Path("/pulse") + "?" + url.Values{"team": {a.Subject}}.Encode()})
	}
	return list, err
}
