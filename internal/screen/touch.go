package screen

import (
	"context"
	"encoding/hex"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/gs1"
	"github.com/sayline/sayline/internal/web"
)

// touchView is the touch screen: it asks nothing, it listens.
type touchView struct {
	frame
	Key          string // of this page's form: made once, random
	First        string // topics, faces or say
	Note         string // instead of "One tap sends it", where a code could not be read
	Topics       []chip
	Faces        []face
	Picked       *chip // from ?topic=
	Text, Ref    string
	WithoutRef   string
	WithoutTopic string
	Staff        bool   // a member taps for a guest; their pass stands behind the #
	Vouched      bool   // a system of the brand's may have proved who somebody is
	Told         string // what was last said here, and what was done about it
	Promise      string
	Policy       string
	Public       string // path of the public page; "" where the brand shows none
	Gifts        string // path of the script that comes after the first tap
	After        string // and of its style sheet
	Base         string // path of the brand's screen
	Media        bool   // photos and voices are taken
	Gone         string
	Context      string // JSON, for the script
	Script       template.HTML
}

// chip is a topic to tap; face a feeling.
type chip struct{ ID, Label string }
type face struct {
	N     int
	Label string
}

// row is one of the rows of the touch screen, with the view it stands in.
type row struct {
	Name string
	View *touchView
}

// Order is what stands above what, by what the touchpoint puts first.
func (v *touchView) Order() []row {
	names := map[string][]string{
		"topics": {"topics", "faces", "say"},
		"faces":  {"faces", "topics", "say"},
		"say":    {"say", "topics", "faces"},
	}[v.First]
	rows := make([]row, len(names))
	for i, n := range names {
		rows[i] = row{n, v}
	}
	return rows
}

// Need is the box behind "I need something…".
func (v *touchView) Need() row { return row{"need", v} }

// touch shows the touch screen. A code that can't be right still gets one.
func (s *Screen) touch(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	if to := s.resolver(r, site); to != "" {
		w.Header().Set("Vary", "Accept-Language, Accept-Encoding, Accept")
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
		return nil
	}
	p := newSpot(r, site)
	if r.URL.Query().Has("kiosk") && p.status == http.StatusOK {
		return s.kiosk(w, r, p)
	}
	v, err := s.newTouchView(r, p)
	if err != nil {
		return err
	}
	if !v.Staff && p.status == http.StatusOK {
		s.opened(r, site, p.touchpoint)
	}
	return s.send(w, r, p.status, "touch", &v.frame, v)
}

func (s *Screen) newTouchView(r *http.Request, p *spot) (*touchView, error) {
	lang := language(r, p.site, "")
	v := &touchView{
		frame: s.newFrame(r, p.site, p.touchpoint, lang), First: p.touchpoint.First, Text: p.text, Ref: p.ref,
		WithoutRef: withQuery(r.URL, "ref", ""), WithoutTopic: withQuery(r.URL, "topic", ""), Policy: p.site.Privacy.Policy,
		After: path(p.site, s.assets.Path("answer.css")), Base: path(p.site, "/cx"), Media: s.takesMedia(p.site), Gone: path(p.site, "/cx/gone"), Script: s.scripts.touch,
	}
	v.Gifts = path(p.site, s.assets.Path(scriptFor("gifts", v.W)))
	v.Self = path(p.site, gs1.CutSerial(r.URL.EscapedPath()))
	v.Where = p.where(lang)
	v.signpost(r, p)
	if v.First == "" {
		v.First = "topics"
		if p.bare || len(p.touchpoint.Topics) == 0 {
			v.First = "say"
		}
	}
	if p.status != http.StatusOK {
		v.Note = v.W.Say("bad_code", "brand", p.site.Name)
	}
	var err error
	if v.Key, err = s.newKey(); err != nil {
		return nil, err
	}
	if p.site.PublicPage {
		v.Public = path(p.site, donePath)
	}
	v.chips(p)
	for _, n := range p.site.Shown() {
		v.Faces = append(v.Faces, face{n, v.W.Say("face_" + strconv.Itoa(n))})
	}
	v.Promise = v.promised(p.context())
	v.Context = string(web.JSON(contextDoc(p.context())))
	v.Staff = r.URL.Query().Has("staff")
	v.Vouched = len(p.site.Vouchers) > 0
	v.Told = s.told(r.Context(), &v.voice, p)
	return v, nil
}

// chips are the touchpoint's topics, without the one that is picked already.
func (v *touchView) chips(p *spot) {
	if t := p.site.Index.Topic(p.topic); t != nil {
		v.Picked = &chip{t.ID, v.name(t.Label)}
	}
	for _, id := range p.touchpoint.Topics {
		if t := p.site.Index.Topic(id); t != nil && (v.Picked == nil || v.Picked.ID != id) {
			v.Topics = append(v.Topics, chip{id, v.name(t.Label)})
		}
	}
}

// newKey is 160 random bits, for a form of this page.
func (s *Screen) newKey() (string, error) {
	var b [20]byte
	if _, err := io.ReadFull(s.Random, b[:]); err != nil {
		return "", err
	}
	return hex.EncodeToString(b[:]), nil
}

// told is the one line of proof; "" when there is none, or while the database is away:
// a screen is never refused for it.
func (s *Screen) told(ctx context.Context, v *voice, p *spot) string {
	last, err := s.Door.LastSaid(ctx, p.site.Snapshot, p.touchpoint.ID)
	if err != nil || last == nil {
		if err != nil {
			s.Log.Warn("what was last said can't be read", "err", err)
		}
		return ""
	}
	what := clip(last.Text, 60)
	if what == "" {
		topic := p.site.Index.Topic(last.Topic)
		if topic == nil || topic.Lane != "" {
			return ""
		}
		what = v.name(topic.Label)
	}
	outcome := ""
	switch last.Status {
	case sayline.StatusSeen:
		outcome = v.W.Say("told_seen")
	case sayline.StatusAcknowledged, sayline.StatusInProgress, sayline.StatusNeedsInfo:
		outcome = v.W.Say("told_acknowledged")
	case sayline.StatusAnswered:
		outcome = v.W.Say("told_answered", "took", v.W.Span(last.Took))
	case sayline.StatusResolved:
		outcome = v.W.Say("told_resolved", "took", v.W.Span(last.Took))
	default:
		return v.W.Say("said_here", "what", what)
	}
	return v.W.Say("said_here_done", "what", what, "outcome", outcome)
}

// clip cuts words to a length, between words where it can.
func clip(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	cut := most
	if at := slices.Index(r[most-15:most], ' '); at >= 0 {
		cut = most - 15 + at
	}
	return string(r[:cut]) + "…"
}
