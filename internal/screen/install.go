package screen

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/look"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// manifest is the web app manifest of a brand (W3C, Web Application Manifest):
// its screen on the home screen, and in the phone's list of where to share to.
type manifest struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	ShortName   string       `json:"short_name"`
	Description string       `json:"description"`
	Lang        string       `json:"lang"`
	Dir         string       `json:"dir"`
	StartURL    string       `json:"start_url"`
	Scope       string       `json:"scope"`
	Display     string       `json:"display"`
	Background  string       `json:"background_color"`
	Theme       string       `json:"theme_color"`
	Icons       []icon       `json:"icons"`
	ShareTarget *shareTarget `json:"share_target,omitempty"`
}

type icon struct {
	Src     string `json:"src"`
	Type    string `json:"type"`
	Sizes   string `json:"sizes"`
	Purpose string `json:"purpose"`
}

// shareTarget is how another app hands something over (W3C, Web Share Target).
type shareTarget struct {
	Action  string      `json:"action"`
	Method  string      `json:"method"`
	Enctype string      `json:"enctype"`
	Params  shareParams `json:"params"`
}

type shareParams struct {
	Title string      `json:"title"`
	Text  string      `json:"text"`
	URL   string      `json:"url"`
	Files []shareFile `json:"files,omitempty"`
}

type shareFile struct {
	Name   string   `json:"name"`
	Accept []string `json:"accept"`
}

// manifest writes a brand's manifest in the reader's language.
func (s *Screen) manifest(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	lang := language(r, site, "")
	v := voice{s.Words.In(lang), lang, site, site.Index.FrontDoor(), s.Now().In(site.Location())}
	base := path(site, "/cx")
	day, _ := look.Of(site.Look.Color)
	m := manifest{
		ID: base, Name: v.W.Say("title", "brand", site.Name), ShortName: site.Name, Description: v.Line("one_tap"), Lang: lang, Dir: words.Direction(lang),
		StartURL: base, Scope: base, Display: "standalone", Background: paper, Theme: day.Wash,
		Icons: []icon{
			{base + "/icon.svg", "image/svg+xml", "any", "any"},
			{base + "/icon.svg?maskable", "image/svg+xml", "any", "maskable"},
			{base + "/icon/192.png", "image/png", "192x192", "any"},
			{base + "/icon/512.png", "image/png", "512x512", "any"},
			{base + "/icon/512.png?maskable", "image/png", "512x512", "maskable"},
		},
		ShareTarget: &shareTarget{Action: base + "/share", Method: "POST", Enctype: multipartType, Params: shareParams{Title: "title", Text: "text", URL: "url"}},
	}
	if s.takesMedia(site) {
		m.ShareTarget.Params.Files = []shareFile{{"photo", []string{"image/*"}}}
	}
	h := w.Header()
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Accept-Language, Accept-Encoding")
	web.SendTagged(w, r, "application/manifest+json", web.JSON(m))
	return nil
}

// paper is the ground of every screen, and what an installed one opens with.
const paper = "#faf8f4"

// serviceWorker is the brand's own: its scope is the brand's screen and nothing
// else on the same host.
func (s *Screen) serviceWorker(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	base := path(site, "/cx")
	head := "const BASE=" + string(web.JSON(base)) + ",ASSETS=" + string(web.JSON(s.filesOf(site))) + ";\n"
	h := w.Header()
	h.Set("Service-Worker-Allowed", base)
	h.Set("Cache-Control", "no-cache")
	web.SendTagged(w, r, "text/javascript; charset=utf-8", []byte(head+s.worker))
	return nil
}

// What is read of what another app shares: bytes of each of its words, and parts.
const (
	maxShared      = 64 << 10
	maxSharedParts = 16
)

// share is where another app's sharing ends while there is no service worker: the
// words go into the box, unsent. A photo can't wait anywhere but on the device,
// so it has to be chosen once more.
func (s *Screen) share(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	said := url.Values{}
	mr, err := r.MultipartReader()
	if err != nil {
		return sayline.Errorf(sayline.WrongType, "This is shared as a form with parts.").Because(err)
	}
	var text []string
	for range maxSharedParts {
		p, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return sayline.Errorf(sayline.Invalid, "This form can't be read.").Because(err)
		}
		if name := p.FormName(); p.FileName() != "" || name != "title" && name != "text" && name != "url" {
			continue
		}
		b, err := io.ReadAll(io.LimitReader(p, maxShared))
		if err != nil {
			return sayline.Errorf(sayline.Invalid, "This form can't be read.").Because(err)
		}
		if s := clean(string(b), sayline.MaxText); s != "" {
			text = append(text, s)
		}
	}
	if len(text) > 0 {
		said.Set("text", clean(strings.Join(text, "\n"), sayline.MaxText))
	}
	to := site.URL("/cx")
	if len(said) > 0 {
		to += "?" + said.Encode()
	}
	return redirect(w, r, to)
}
