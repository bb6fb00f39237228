package screen

import (
	"bytes"
	"net/http"
	"strings"

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

// asyncapi is the AsyncAPI 3.0 document of the events a brand sends. Unlike the
// published file it stands alone: the event's schema is in it.
func (s *Screen) asyncapi(w http.ResponseWriter, r *http.Request, _ *brands.Site) error {
	w.Header().Set("Cache-Control", "public, max-age=300")
	web.SendTagged(w, r, "application/json", s.asyncAPI)
	return nil
}

// alone puts the event's schema into the AsyncAPI document.
func alone(asyncAPI, event string) []byte {
	whole := strings.ReplaceAll(asyncAPI, `"./event.schema.json"`, `"#/components/schemas/Event"`)
	return []byte(strings.Replace(whole, `"schemas": {`, `"schemas": {"Event": `+strings.TrimSpace(event)+",", 1))
}
