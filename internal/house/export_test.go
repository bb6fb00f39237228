package house

import "html/template"

// Notices are what may be said after a form.
var Notices = notices

// AllTemplates are the frame's and its own pages'.
func AllTemplates(h *House) *template.Template { return h.pages }
