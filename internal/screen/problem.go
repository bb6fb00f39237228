package screen

import (
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/web"
)

// noticeView is a page that says one thing: an error, or that something is deleted.
type noticeView struct {
	frame
	Headline, Text string
	Fallback       []reach
	Back           string
	Done           bool // something went well
}

// reach is another way to reach the brand.
type reach struct {
	URL   template.URL // tel:, mailto: or https:, checked when the brand was set up
	Label string
}

// fillProblem says an error in the caller's language, and names other ways to
// reach the brand while this one is shut.
func (s *Screen) fillProblem(r *http.Request, e *sayline.Error, p *cx.Problem) {
	site := brands.FromContext(r.Context())
	if site == nil {
		return
	}
	w := s.Words.In(language(r, site, ""))
	p.Title = w.Say("problem_" + string(e.Kind))
	switch {
	case w.Tag == "en": // as it was said: more exact than the catalogue's sentence
	case e.Key != "" && w.Has(e.Key):
		p.Detail = w.Say(e.Key)
	default:
		p.Detail = "" // the title says it in the reader's language; English would not
	}
	if e.Kind == sayline.Unavailable {
		p.Fallback = site.Fallback
	}
}

// problemPage shows an error to a person: what happened, and what to do.
func (s *Screen) problemPage(w http.ResponseWriter, r *http.Request, p *cx.Problem) error {
	site := brands.FromContext(r.Context())
	if site == nil {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(p.Status)
		_, err := w.Write([]byte(p.Title + ". " + p.Detail + "\n"))
		return err
	}
	v := &noticeView{frame: s.newFrame(r, site, site.Index.FrontDoor(), language(r, site, ""))}
	v.Sheet = path(site, s.assets.Path("answer.css"))
	v.Headline, v.Back = p.Title, v.W.Say("back", "brand", site.Name)
	switch {
	case p.Status == http.StatusNotFound || p.Status == http.StatusGone:
		v.Text = v.W.Say("todo_not_found")
	case p.Status >= 500 || p.Status == http.StatusTooManyRequests:
		v.Text = v.W.Say("todo_try_again")
	default:
		v.Text = v.W.Say("todo_say")
	}
	for _, u := range p.Fallback {
		_, label, _ := strings.Cut(u, ":")
		v.Fallback = append(v.Fallback, reach{template.URL(u), strings.TrimPrefix(label, "//")})
	}
	return s.send(w, r, p.Status, "notice", &v.frame, v)
}

// wrongMethod answers what no route does: 405 where another method would do, else 404.
func (s *Screen) wrongMethod(mux *http.ServeMux) handler {
	return func(w http.ResponseWriter, r *http.Request, _ *brands.Site) error {
		var allowed []string
		for _, m := range []string{"GET", "POST", "PATCH", "DELETE"} {
			probe := r.Clone(r.Context())
			probe.Method = m
			if _, pattern := mux.Handler(probe); strings.HasPrefix(pattern, m+" ") {
				allowed = append(allowed, m)
			}
		}
		if len(allowed) == 0 {
			return sayline.Errorf(sayline.NotFound, "There is nothing at this address.")
		}
		if slices.Contains(allowed, "GET") {
			allowed = append(allowed, "HEAD")
		}
		w.Header().Set("Allow", strings.Join(append(allowed, "OPTIONS"), ", "))
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusMethodNotAllowed)
		_, err := w.Write(web.JSON(cx.Problem{Title: http.StatusText(http.StatusMethodNotAllowed), Status: http.StatusMethodNotAllowed}))
		return err
	}
}
