package screen

import (
	"bytes"
	"net/http"

	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/web"
)

// openapi is the OpenAPI 3.1 document of what this server answers; its one
// server is the brand's own address.
func (s *Screen) openapi(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	w.Header().Set("Cache-Control", "public, max-age=300")
	base := bytes.TrimSpace(web.JSON(site.Base))
	web.SendTagged(w, r, "application/json", bytes.Replace(s.openAPI, []byte(`"{base}"`), base, 1))
	return nil
}
