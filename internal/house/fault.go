package house

import (
	"net/http"
	"net/url"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/web"
)

// fill says an error in the reader's language. A sentence that is only there in
// English is kept for those who read it.
func (h *House) fill(r *http.Request, e *sayline.Error, p *cx.Problem) {
	v := h.NewView(r, nil)
	p.Title = v.Say("problem_" + string(e.Kind))
	switch {
	case e.Key != "" && v.Has(e.Key):
		p.Detail = v.Say(e.Key)
	case v.Tag != "en" && v.Has("fault_"+string(e.Kind)):
		p.Detail = v.Say("fault_" + string(e.Kind))
	}
}

// faultPage shows an error to a person, and what they may do now.
func (h *House) faultPage(w http.ResponseWriter, r *http.Request, p *cx.Problem) error {
	v := h.NewView(r, nil)
	v.Title = p.Title
	data := struct {
		*View
		Problem *cx.Problem
		SignIn  string
	}{View: v, Problem: p}
	if p.Status == web.Status(sayline.Unsigned) {
		data.SignIn = signInPath("")
	}
	return h.Plain(w, r, p.Status, h.pages, "fault", data)
}

// signInPath leads to the sign-in page, and back to a path of ours afterwards.
func signInPath(then string) string {
	if then == "" || then == "/" {
		return "/sign-in"
	}
	return "/sign-in?then=" + url.QueryEscape(then)
}
