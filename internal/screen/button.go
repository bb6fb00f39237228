package screen

import (
	"net/http"

	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/ways"
	"github.com/sayline/sayline/internal/web"
)

// button is the script behind the tag for web sites. It is the same for
// everybody and changes only with the brand.
func (s *Screen) button(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	b := ways.Book{Config: site.Config, Index: site.Index, Codes: site.Codes, Words: s.Words, Base: site.Base}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	web.SendTagged(w, r, "text/javascript; charset=utf-8", b.ButtonScript())
	return nil
}
