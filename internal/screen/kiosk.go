package screen

import (
	"html/template"
	"net/http"
	"strconv"

	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// kioskView is the screen of a kiosk: faces, then chips, then thanks, in all of
// the brand's languages at once, so that changing them leaves no trace.
type kioskView struct {
	frame
	Faces  []face
	Topics []kioskChip
	Words  string // JSON: language → key → words, for the script
	Base   string // path of the brand's screen
	Scene  string // JSON, for the script: the context
	Script template.HTML
}

// kioskChip is a topic; Praise ones come first after a good face.
type kioskChip struct {
	ID, Label string
	Praise    bool
}

// kioskWords are what a kiosk says of its own.
var kioskWords = []string{"kiosk_start", "kiosk_ready", "kiosk_pin", "kiosk_erase", "kiosk_leave", "kiosk_back", "kiosk_sent", "kiosk_off", "kiosk_off_what", "kiosk_connect", "kiosk_kept", "gift_topic", "will_be_sent"}

func (s *Screen) kiosk(w http.ResponseWriter, r *http.Request, p *spot) error {
	lang := p.site.Language() // whoever comes next reads the brand's first
	v := &kioskView{frame: s.newFrame(r, p.site, p.touchpoint, lang), Base: path(p.site, "/cx")}
	v.Where = p.where(lang)
	v.Sheet = path(p.site, s.assets.Path("kiosk.css"))
	v.Script = template.HTML(`<script src="` + template.HTMLEscapeString(path(p.site, s.assets.Path("kiosk.js"))) + `"></script>`)
	for _, n := range p.site.Shown() {
		v.Faces = append(v.Faces, face{n, v.W.Say("face_" + strconv.Itoa(n))})
	}
	for _, id := range p.touchpoint.Topics {
		if t := p.site.Index.Topic(id); t != nil {
			v.Topics = append(v.Topics, kioskChip{id, v.name(t.Label), t.Kind == "praise"})
		}
	}
	said := map[string]map[string]string{}
	for _, l := range p.site.Languages {
		said[l] = s.kioskSays(p, l)
	}
	at := p.context()
	at.Source = "kiosk"
	v.Words, v.Scene = string(web.JSON(said)), string(web.JSON(contextDoc(at)))
	return s.send(w, r, p.status, "kiosk", &v.frame, v)
}

// kioskSays is everything a kiosk says in one language.
func (s *Screen) kioskSays(p *spot, lang string) map[string]string {
	v := &voice{s.Words.In(lang), lang, p.site, p.touchpoint, s.Now().In(p.site.Location())}
	said := map[string]string{"dir": words.Direction(lang), "name": s.Words.NameOf(lang), "invitation": v.Line("invitation"), "thanks": v.Line("thanks"), "counted": v.W.Say("counted", "brand", p.site.Name), "where": p.where(lang)}
	for _, key := range kioskWords {
		said[key] = v.W.Say(key)
	}
	for _, n := range p.site.Shown() {
		said["face_"+strconv.Itoa(n)] = v.W.Say("face_" + strconv.Itoa(n))
	}
	for _, id := range p.touchpoint.Topics {
		if t := p.site.Index.Topic(id); t != nil {
			said["topic_"+id] = v.name(t.Label)
		}
	}
	return said
}

// kioskTag changes when a kiosk should read its page again.
func (s *Screen) kioskTag(site *brands.Site) string {
	return strconv.Itoa(site.Version) + s.assets.Path("kiosk.js")
}
