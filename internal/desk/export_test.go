package desk

import (
	"html/template"

	"github.com/sayline/sayline/internal/house"
)

// Templates are the desk's, for the test that holds them to the catalogues.
func Templates(h *house.House) *template.Template { return h.Templates(files, "templates/*.html") }
