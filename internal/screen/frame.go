package screen

import (
	"bytes"
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// frame is what every page has.
type frame struct {
	voice
	Dir       string
	Dress     *dress
	Title     string
	Brand     string
	Logo      template.HTML // checked when the brand was set up: plain shapes only
	Monogram  string
	Where     string
	Rel       string
	Discovery string
	Sheet     string // path of the answer's style sheet; "" on the first screen, which has all it needs
	Self      string // path of the screen somebody stands at
	Others    []langLink

	// For machines; a page without them is not to be listed. See signpost.go.
	Canonical  string
	Structured template.HTML
}

// langLink leads to the same page in another of the brand's languages.
type langLink struct{ Tag, Name, URL string }

// newFrame dresses a page for a brand in a language.
func (s *Screen) newFrame(r *http.Request, site *brands.Site, t *sayline.Touchpoint, lang string) frame {
	tongue := s.Words.In(lang)
	f := frame{
		voice: voice{tongue, lang, site, t, s.Now().In(site.Location())}, Dir: words.Direction(lang), Dress: s.wardrobe.dress(site.Look.Color, lang),
		Brand: site.Name, Logo: template.HTML(site.Look.Logo), Rel: cx.Rel, Discovery: site.URL(cx.WellKnown),
		Self: path(site, "/cx"),
	}
	first, _ := utf8.DecodeRuneInString(site.Name)
	f.Monogram = strings.ToUpper(string(first))
	f.Title = f.W.Say("title", "brand", site.Name)
	for _, tag := range site.Languages {
		if tag == lang {
			continue
		}
		f.Others = append(f.Others, langLink{tag, s.Words.NameOf(tag), withQuery(r.URL, "lang", tag)})
	}
	return f
}

// LangName is the page's own language in its own words.
func (f *frame) LangName() string { return words.NameOf(f.W, f.Lang) }

// language picks what a page is written in: ?lang=, else what a receipt's
// author spoke (prefer, may be ""), else what the browser wants.
func language(r *http.Request, site *brands.Site, prefer string) string {
	for _, want := range []string{r.URL.Query().Get("lang"), prefer} {
		if l, ok := web.MatchLanguage(want, site.Languages); want != "" && ok {
			return l
		}
	}
	return web.Language(r, site.Languages)
}

// path is the path of a brand's address as a browser on the same host sees it.
func path(site *brands.Site, p string) string {
	u, err := url.Parse(site.URL(p))
	if err != nil {
		return p
	}
	return u.EscapedPath()
}

// withQuery is the same address with one member of the query changed, or taken
// out where the value is "".
func withQuery(u *url.URL, name, value string) string {
	q := u.Query()
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	return "?" + q.Encode()
}

// send writes a page: never kept by anybody in between, and allowed nothing but
// what stands in it.
func (s *Screen) send(w http.ResponseWriter, r *http.Request, status int, name string, f *frame, view any) error {
	body, err := s.render(name, view)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Language", f.Lang)
	h.Del("Access-Control-Expose-Headers") // of documents: a page's room is short
	h.Set("Content-Security-Policy", s.policy(r, f).String())
	h.Set("Cache-Control", cmp.Or(h.Get("Cache-Control"), "private, no-cache"))
	h.Set("Vary", "Accept-Language, Accept-Encoding, Accept")
	web.Send(w, r, status, "text/html; charset=utf-8", body)
	return nil
}

// render executes a template into memory, so that a fault in it is an error
// and not half a page.
func (s *Screen) render(name string, view any) ([]byte, error) {
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, name, view); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (s *Screen) policy(r *http.Request, f *frame) web.Policy {
	self := []string{"'self'"}
	if base, err := url.Parse(f.site.Base); err == nil && base.Host != r.Host {
		// A page reached by another of the brand's names still talks to its own address.
		self = append(self, base.Scheme+"://"+base.Host)
	}
	return web.Policy{
		Scripts: []string{"'self'", s.scripts.hash}, Styles: []string{"'self'", f.Dress.hash}, Images: []string{"'self'", "data:", "blob:"}, Media: []string{"'self'", "blob:"}, Manifests: []string{"'self'"},
		Connect: self, Forms: self, Frames: append([]string{"'self'"}, f.site.Sites...),
	}
}
