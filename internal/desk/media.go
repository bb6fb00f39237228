package desk

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/media"
)

// shown is a photo or voice as its entry shows it.
type shown struct {
	*sayline.Media
	URL   string
	WAV   string // for a browser that can't play it as it is; "" where every one can
	Label string
}

// shown adds the photos and voices of a case's moments to their entries.
func (d *Desk) shown(ctx context.Context, v *house.View, w *work, all []entry) error {
	var ids []string
	for i := range all {
		if all[i].moment.Shows() {
			ids = append(ids, all[i].ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := d.Store.MediaOfMoments(ctx, w.Brand, ids)
	if err != nil {
		return err
	}
	for i := range all {
		all[i].Media = w.views(v, found[all[i].ID])
	}
	return nil
}

// views are photos and voices as their entry shows them.
func (w *work) views(v *house.View, list []*sayline.Media) (views []shown) {
	for _, m := range list {
		s := shown{Media: m, URL: v.Path("/desk/") + w.ID + "/media/" + m.ID, Label: v.Say("shown_photo")}
		if m.Kind == sayline.Voice {
			s.Label = v.Say("shown_voice", "time", minutes(m.Duration))
			if media.AsWAV(m.Type) {
				s.WAV = s.URL + "/wav"
			}
		}
		views = append(views, s)
	}
	return views
}

// withMessages adds what came with a case's messages: photos and voices, and
// whom the notes name.
func (d *Desk) withMessages(ctx context.Context, v *house.View, w *work, list []entry) error {
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	found, err := d.Store.MediaOfMessages(ctx, w.Brand, ids)
	if err != nil {
		return err
	}
	named, err := d.Store.Mentions(ctx, w.Brand, w.ID)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Media = w.views(v, found[list[i].ID])
		var names []string
		for _, id := range named[list[i].ID] {
			names = append(names, v.Names.Person(id))
		}
		list[i].Named = house.Join(v.Say("list_comma"), names...)
	}
	return nil
}

// minutes writes how long a voice is: 0:07.
func minutes(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// media serves a photo or voice of a case to who may see the case.
func (d *Desk) media(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	c, err := d.Auth.Case(r.Context(), v, r.PathValue("case"))
	if err != nil {
		return err
	}
	m, in, err := d.Store.Media(r.Context(), v.Brand.ID, r.PathValue("id"))
	if sayline.KindOf(err) == sayline.NotFound {
		var of *sayline.Message
		if m, of, err = d.Store.ReplyMedia(r.Context(), v.Brand.ID, r.PathValue("id")); err == nil {
			in = of.Case
		}
	}
	if err != nil {
		return err
	}
	if in != c.ID {
		return sayline.Errorf(sayline.NotFound, "There is no such thing here.")
	}
	h := w.Header()
	h.Set("Cache-Control", "private, no-store")
	h.Set("Referrer-Policy", "no-referrer")
	return media.Show(w, r, d.Files, m, r.PathValue("as"), media.InPlace)
}
