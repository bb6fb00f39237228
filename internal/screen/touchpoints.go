package screen

import (
	"net/http"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/web"
)

// mostTouchpoints is how many one answer names.
const mostTouchpoints = 50

// touchpoints finds where something can be said: by name, near a position, or
// of a product. Only what is listed is ever told.
func (s *Screen) touchpoints(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	lang := language(r, site, "")
	v := &voice{s.Words.In(lang), lang, site, site.Index.FrontDoor(), s.Now().In(site.Location())}
	q := r.URL.Query()
	product := q.Get("product")
	var list []findable
	for i := range site.Touchpoints {
		t := &site.Touchpoints[i]
		if !t.Listed || !site.Public(t) || product != "" && t.Product != product {
			continue
		}
		list = append(list, v.findable(t))
	}
	here, located := position(q)
	found := find(list, clean(q.Get("q"), sayline.MaxShort), here, located)
	docs := []cx.Touchpoint{}
	for _, f := range found[:min(len(found), mostTouchpoints)] {
		docs = append(docs, cx.Touchpoint{ID: f.id, Name: f.name, Place: f.hint, URL: site.URL("/cx/t/" + f.id)})
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Language", lang)
	h.Set("Vary", "Accept-Language, Accept-Encoding")
	web.SendTagged(w, r, "application/json", web.JSON(docs))
	return nil
}

func (v *voice) findable(t *sayline.Touchpoint) findable {
	f := findable{id: t.ID, name: v.name(t.Name)}
	for _, words := range t.Name {
		f.also = append(f.also, words)
	}
	for i, p := range v.site.Index.Ancestors(t.Place) {
		if i == 0 {
			f.hint = v.name(p.Name)
		}
		for _, words := range p.Name {
			f.also = append(f.also, words)
		}
		if !f.located && (p.Lat != 0 || p.Long != 0) {
			f.lat, f.long, f.located = p.Lat, p.Long, true
		}
	}
	return f
}
