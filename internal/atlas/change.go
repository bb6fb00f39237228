package atlas

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
)

// tries is how often a change is made anew on what others stored meanwhile.
const tries = 5

// change makes the next version of a brand, on whatever is in force when it is
// stored: do changes one touchpoint or adds some, and what others changed
// elsewhere stays.
func (a *Atlas) change(ctx context.Context, v *auth.Viewer, do func(c *sayline.Config) error) error {
	for try := 1; ; try++ {
		stored, err := a.Store.Config(ctx, v.Brand.ID)
		if err != nil {
			return err
		}
		next := *stored.Config
		next.Touchpoints = slices.Clone(next.Touchpoints)
		if err := do(&next); err != nil {
			return err
		}
		_, err = a.Store.SaveConfig(ctx, &next, stored.Version, v.Person.ID)
		if sayline.KindOf(err) == sayline.Conflict && try < tries {
			continue
		}
		if err != nil {
			return err
		}
		return a.Reload(ctx, v.Brand.ID)
	}
}

// changeOne changes the touchpoint of a request's path, and comes back to where
// the form was sent from.
func (a *Atlas) changeOne(w http.ResponseWriter, r *http.Request, v *auth.Viewer, said string, do func(t *sayline.Touchpoint, form url.Values, c *sayline.Config) error) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	id := r.PathValue("touchpoint")
	if t := v.Brand.Index.Touchpoint(id); t == nil || !sees(v, t) {
		return errNoTouchpoint
	}
	err = a.change(r.Context(), v, func(c *sayline.Config) error {
		i := slices.IndexFunc(c.Touchpoints, func(t sayline.Touchpoint) bool { return t.ID == id })
		if i < 0 {
			return errNoTouchpoint
		}
		return do(&c.Touchpoints[i], form, c)
	})
	if err != nil {
		return err
	}
	return house.Done(w, r, house.Back(form.Get("back"), house.BrandPath(v.Brand.ID, "/map?t="+url.QueryEscape(id))), said)
}

// move puts a touchpoint under another stage, channel or audience: those that
// the form names.
func (a *Atlas) move(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	return a.changeOne(w, r, v, "map_moved", func(t *sayline.Touchpoint, form url.Values, _ *sayline.Config) error {
		for name, member := range map[string]*string{"stage": &t.Stage, "channel": &t.Channel} {
			if to := form.Get(name); to != "" {
				*member = to
			}
		}
		t.Audiences = heard(t, form.Get("audience"))
		return nil
	})
}

// heard is who meets the brand at a touchpoint once an audience is the one that
// is assumed there; it takes the place of the one that was.
func heard(t *sayline.Touchpoint, audience string) []string {
	if audience == "" || audience == t.Audience() {
		return t.Audiences
	}
	list := []string{audience}
	for i, x := range t.Audiences {
		if i > 0 && x != audience {
			list = append(list, x)
		}
	}
	return list
}

// listen gives a silent touchpoint a voice, and leads to its way in.
func (a *Atlas) listen(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	return a.changeOne(w, r, v, "map_listens", func(t *sayline.Touchpoint, _ url.Values, _ *sayline.Config) error {
		t.Silent = false
		return nil
	})
}

// remove takes a touchpoint off the map. One that a rule or a device speaks of,
// or the last one, stays: then the brand would not hold together.
func (a *Atlas) remove(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	id := r.PathValue("touchpoint")
	t := v.Brand.Index.Touchpoint(id)
	if t == nil || !sees(v, t) {
		return errNoTouchpoint
	}
	err := a.change(r.Context(), v, func(c *sayline.Config) error {
		c.Touchpoints = slices.DeleteFunc(c.Touchpoints, func(t sayline.Touchpoint) bool { return t.ID == id })
		return nil
	})
	if sayline.KindOf(err) == sayline.AtFault {
		return (&sayline.Error{Kind: sayline.AtFault, Key: "map_needed", Message: "This touchpoint is still needed: a rule of the route speaks of it, or it is the only one."}).Because(err)
	}
	if err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/map"), "map_removed")
}

// add puts a new touchpoint on the map, silent until it has a way in.
func (a *Atlas) add(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	t := sayline.Touchpoint{Name: reworded(nil, languageOf(v.Brand, form.Get("lang")), v.Brand.Language(), strings.TrimSpace(form.Get("name"))), Channel: form.Get("channel"), Stage: form.Get("stage"),
		Silent: true, First: "faces"}
	if form.Get("audience") != "" {
		t.Audiences = []string{form.Get("audience")}
	}
	if t.Name.Empty() {
		return errNoName
	}
	err = a.change(r.Context(), v, func(c *sayline.Config) error {
		t.ID = freeID(c, handleOf(form.Get("name")))
		c.Touchpoints = append(c.Touchpoints, t)
		return nil
	})
	if err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/map?t="+t.ID), "map_added")
}

var errNoName = &sayline.Error{Kind: sayline.AtFault, Key: "map_no_name", Message: "Please give it a name."}

// handleOf makes an id of a name: "Phone greeting" is phone-greeting. Of a name
// in letters that no id has, it makes "touchpoint".
func handleOf(name string) string {
	var b strings.Builder
	for _, r := range folded(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	s := strings.Trim(b.String(), "-")
	if s = strings.Trim(s[:min(len(s), 32)], "-"); s == "" {
		return "touchpoint"
	}
	return s
}

// freeID is an id no touchpoint has: the wanted one, else with a number behind it.
func freeID(c *sayline.Config, want string) string {
	taken := map[string]bool{}
	for _, t := range c.Touchpoints {
		taken[t.ID] = true
	}
	id := want
	for n := 2; taken[id]; n++ {
		id = want + "-" + itoa(n)
	}
	return id
}
