package house

import (
	"context"
	"slices"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/live"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// here tells the viewer who else has a case open, where they have it open too.
func (p *personal) here(ctx context.Context, cases []sayline.Event) (f live.Frame, err error) {
	me := p.view.Viewer.Person.ID
	for _, e := range cases {
		list, err := p.house.Store.WhoIsHere(ctx, e.Brand, e.Case)
		if err != nil {
			return f, err
		}
		if !slices.ContainsFunc(list, func(o store.Present) bool { return o.Person == me }) {
			continue
		}
		_, err = p.house.Auth.Case(ctx, p.view.Viewer, e.Case)
		if sayline.KindOf(err) == sayline.NotFound { // it went to others meanwhile
			continue
		}
		if err != nil {
			return f, err
		}
		f.Messages = append(f.Messages, live.Message{Event: msgHere, Data: web.JSON(map[string]string{"case": e.Case, "text": p.view.Others(list)})})
	}
	return f, nil
}

// Others says who else has a case open: "Ben is writing an answer · Ana is looking".
// Another company reads the names of its own people only, and of the others that
// there is somebody.
func (v *View) Others(list []store.Present) string {
	var parts []string
	strangers, write := 0, false
	for _, p := range list {
		if p.Person == v.Viewer.Person.ID {
			continue
		}
		if v.Viewer.Outside && !mates(v.Viewer, p.Person) {
			strangers, write = strangers+1, write || p.Writing
			continue
		}
		key := "here_looks"
		if p.Writing {
			key = "here_writes"
		}
		parts = append(parts, v.Say(key, "name", v.Names.Person(p.Person)))
	}
	if strangers > 0 {
		key := "here_brand_looks"
		if write {
			key = "here_brand_writes"
		}
		parts = append(parts, v.Count(key, strangers, "brand", v.Viewer.Brand.Name))
	}
	return Join(" · ", parts...)
}

// mates says whether somebody is in a team of the viewer's.
func mates(v *auth.Viewer, person string) bool {
	return slices.ContainsFunc(v.Teams, func(id string) bool {
		return slices.ContainsFunc(v.Brand.Index.Team(id).Members, func(m sayline.Membership) bool { return m.Person == person })
	})
}
