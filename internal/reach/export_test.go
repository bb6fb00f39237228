package reach

import (
	"html/template"

	"github.com/sayline/sayline/internal/house"
)

// Templates are the room's templates.
func Templates(h *house.House) []*template.Template {
	s := New(h, nil)
	return []*template.Template{s.me, s.act}
}
