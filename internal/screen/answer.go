package screen

import (
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// answerView is the receipt as people read it: what became of it, in human words.
type answerView struct {
	frame
	Receipt   string // the capability's URL, absolute
	Action    string // its path, where the forms go
	Keep      string // the wallet at /say, told of it in the fragment
	Gone      string
	Script    string
	Base      string // path of the brand's screen
	Media     bool   // photos and voices are taken
	AskWhen   bool   // it came by the short address: it may have happened before
	Reference string

	Headline  string
	Steps     []step
	Notes     []string
	Talk      []bubble
	Said      saidView
	AskSolved bool
	AskAfter  []face // faces, after "yes"
	Solved    string // yes or no, as the author said

	Asked     string // where photos and voices go that the team asked for; "" where it did not
	Adding    bool   // still open, and nobody has answered yet: words join the moment
	Gift      *gift
	TellMe    *tellMe   // nil where nobody can be told
	TellWho   bool      // nobody has said who they are
	ForGuest  *house.QR // the receipt's address, where a member tapped for a guest
	TakeBack  bool      // until somebody is on it; deleting is always possible
	KeptUntil string
	Policy    string
	Export    string // path
}

// justNow is how long ago a tap may have been that nobody has said when it
// happened: the script always sends the time of the tap.
const justNow = 2 * time.Minute

// step is one of the four of the truth: sent, seen, on it, answered.
type step struct {
	Label, Time string
	On          bool
}

// bubble is a message: theirs, or the author's own.
type bubble struct {
	Mine               bool
	By, Text, Lang, At string
	Media              []ownView
}

// showView is a list of photos and voices as the page shows them, the reader's
// own or those of an answer.
type showView struct {
	*answerView
	List         []ownView
	Photo, Voice string // keys of what they are called
}

// ShowOwn and ShowTheirs put photos and voices beside the page.
func (v *answerView) ShowOwn(list []ownView) showView {
	return showView{v, list, "own_photo", "own_voice"}
}
func (v *answerView) ShowTheirs(list []ownView) showView {
	return showView{v, list, "answer_photo", "answer_voice"}
}

// saidView is what the author said, in short.
type saidView struct {
	Face  int
	Label string // of the face
	Topic string
	Text  string
	Lang  string
	Where string
	As    string // who said it, where they told
	Media []ownView
}

// ownView is a photo or voice of the author's own.
type ownView struct {
	*sayline.Media
	URL, WAV string // paths; WAV is "" where every browser plays it as it is
}

func (s *Screen) answerPage(w http.ResponseWriter, r *http.Request, site *brands.Site, secret string, rec *intake.Receipt) error {
	if r.URL.Query().Has("part") {
		body, err := s.answerParts(r, site, secret, rec)
		if err != nil {
			return err
		}
		web.SendTagged(w, r, "text/html; charset=utf-8", body)
		return nil
	}
	v := s.newAnswerView(r, site, secret, rec)
	return s.send(w, r, http.StatusOK, "answer", &v.frame, v)
}

// answerParts is what changes on the page of an answer, to be put into one that
// is open.
func (s *Screen) answerParts(r *http.Request, site *brands.Site, secret string, rec *intake.Receipt) ([]byte, error) {
	return s.render("parts", s.newAnswerView(r, site, secret, rec))
}

func (s *Screen) newAnswerView(r *http.Request, site *brands.Site, secret string, rec *intake.Receipt) *answerView {
	m := &rec.Moment
	voice := s.voiceFor(r, site, m)
	lang := language(r, site, m.Lang)
	v := &answerView{
		frame: s.newFrame(r, site, voice.touchpoint, lang), Receipt: site.URL(receiptPath(secret)), Keep: s.keepLink(r, site, secret, rec.Moment.Reference, lang), Action: path(site, receiptPath(secret)) + "?lang=" + template.URLQueryEscaper(lang),
		Gone: path(site, "/cx/gone") + "?lang=" + template.URLQueryEscaper(lang), Base: path(site, "/cx"), Media: s.takesMedia(site), Reference: m.Reference,
		Solved: m.Solved, Policy: site.Privacy.Policy,
		TakeBack: rec.Case == nil || rec.Case.AcknowledgedAt.IsZero(),
	}
	v.Script, v.Sheet = path(site, s.assets.Path(scriptFor("answer", v.W))), path(site, s.assets.Path("answer.css"))
	v.Title = v.W.Say("reference", "reference", m.Reference) + " · " + site.Name
	v.Self = path(site, "/cx")
	if t := site.Index.Touchpoint(m.Context.Touchpoint); t != nil {
		v.Self = path(site, "/cx/t/"+t.ID)
	}
	v.Headline = v.headline(rec)
	v.Steps = v.steps(rec)
	v.Notes = v.notes(rec)
	v.Talk = v.talk(rec, secret)
	if rec.Status == sayline.StatusNeedsInfo && v.Media {
		v.Asked = path(site, receiptPath(secret)) + "/media?lang=" + template.URLQueryEscaper(lang)
	}
	v.Said = v.said(m)
	v.Said.Media = ownMedia(site, secret, rec.Media)
	if strings.HasPrefix(m.Context.PassedBy, sayline.ByPerson) && m.Open(s.Now()) {
		if code, err := house.NewQR(v.Receipt, v.W.Say("show_guest")); err == nil { // too long for a code: the link can be shared
			v.ForGuest = &code
		}
	}
	v.TellWho = m.Contact == nil && m.Context.Source != "kiosk"
	answered := !firstReply(rec).IsZero() || rec.Status == sayline.StatusResolved && !lastStep(rec).At.IsZero()
	v.AskSolved = answered && m.Solved == "" && rec.Status != sayline.StatusClosed
	if m.Solved == "yes" && m.After == 0 {
		for _, n := range site.Shown() {
			v.AskAfter = append(v.AskAfter, face{n, v.W.Say("face_" + strconv.Itoa(n))})
		}
	}
	if v.Adding = m.Open(s.Now()) && !answered; v.Adding {
		v.Gift = newGift(&v.voice, r.URL.Query(), m)
		if v.Gift == nil && v.Media && len(rec.Media) == 0 && wantsLot(&v.voice, m) {
			v.Gift = &gift{Field: "lot", Question: v.W.Say("gift_lot")}
		}
		v.AskWhen = voice.touchpoint == site.Index.FrontDoor() && m.ReceivedAt.Sub(m.OccurredAt).Abs() < justNow
	}
	v.TellMe = s.newTellMe(v, rec)
	v.Export = path(site, receiptPath(secret)+"/export")
	v.KeptUntil = v.W.Say("kept_until", "date", v.W.Date(m.RetainUntil.In(site.Location())))
	return v
}

// headline is the truth in one sentence. Nothing is called seen before a person
// has opened it.
func (v *answerView) headline(rec *intake.Receipt) string {
	team := v.team(rec.Moment.Decision)
	if rec.Case == nil {
		return v.Line("thanks")
	}
	switch rec.Status {
	case sayline.StatusSeen:
		return v.Line("seen", "team", team)
	case sayline.StatusAcknowledged:
		return v.Line("on_it")
	case sayline.StatusInProgress:
		if last := lastStep(rec); last.Label != "" {
			return v.stepLabel(topicOf(rec), last.Label)
		}
		return v.W.Say("in_progress")
	case sayline.StatusNeedsInfo:
		return v.W.Say("needs_info")
	case sayline.StatusAnswered:
		return v.Line("answered")
	case sayline.StatusResolved:
		return v.Line("resolved")
	case sayline.StatusClosed:
		return v.W.Say("closed")
	}
	return v.Line("sent", "team", team)
}

func (v *answerView) steps(rec *intake.Receipt) []step {
	m, c := &rec.Moment, rec.Case
	if c == nil {
		return nil
	}
	sent := ""
	if m.Lane == "" { // else only the day is known
		sent = v.W.Stamp(v.now, m.ReceivedAt)
	}
	list := []step{{v.W.Say("step_sent"), sent, true}}
	list = append(list, v.when(m, v.W.Say("step_seen"), c.SeenAt), v.when(m, v.W.Say("step_on_it"), c.AcknowledgedAt))
	if work := v.work(rec); work != nil {
		list = append(list, work...)
	} else {
		list = append(list, v.when(m, v.W.Say("step_answer"), firstReply(rec)))
	}
	// Who is on it has seen it, and who answered was on it.
	for i := len(list) - 2; i >= 0; i-- {
		list[i].On = list[i].On || list[i+1].On
	}
	return list
}

// when is a step of the truth; what was done before this author spoke has no
// time of theirs.
func (v *answerView) when(m *sayline.Moment, label string, at time.Time) step {
	p := step{Label: label, On: !at.IsZero()}
	if p.On && !at.Before(m.ReceivedAt) {
		p.Time = v.W.Stamp(v.now, at)
	}
	return p
}

// notes are the quiet lines under the truth: what comes next, and when.
func (v *answerView) notes(rec *intake.Receipt) []string {
	m, c := &rec.Moment, rec.Case
	if c == nil {
		return []string{v.W.Say("counted", "brand", v.site.Name)}
	}
	var list []string
	switch rec.Status {
	case "", sayline.StatusReceived:
		list = append(list, v.comes(rec)...)
	case sayline.StatusSeen, sayline.StatusAcknowledged, sayline.StatusInProgress:
		list = append(list, v.answerNote(rec)...)
	case sayline.StatusClosed:
		if slices.Contains(sayline.Reasons, c.Reason) {
			list = append(list, v.W.Say("reason_"+c.Reason))
		}
	}
	done := rec.Status == sayline.StatusAnswered || rec.Status == sayline.StatusResolved || rec.Status == sayline.StatusClosed
	if rec.Together > 1 && !done {
		list = append(list, v.W.Count("together", rec.Together))
	}
	switch {
	case m.Solved != "":
		list = append(list, v.W.Say("solved_was_"+m.Solved))
	case done:
	case m.Open(v.now):
		list = append(list, v.W.Say("read_here"))
	default:
		list = append(list, v.W.Say("closed_by_you"))
	}
	return list
}

// comes is when somebody looks: promised, or when somebody is on duty again.
func (v *answerView) comes(rec *intake.Receipt) []string {
	c := rec.Case
	switch {
	case !rec.OnDuty && rec.DutyAt.IsZero():
		return []string{v.W.Say("nobody_now")}
	case !rec.OnDuty:
		return []string{v.W.Say("nobody_until", "when", v.W.When(v.now, rec.DutyAt))}
	case c.AckBy.After(v.now) && c.AnswerBy.After(v.now):
		return []string{v.W.Say("promise", "look", v.W.By(v.now, c.AckBy), "answer", v.W.By(v.now, c.AnswerBy))}
	}
	return v.answerNote(rec)
}

func (v *answerView) talk(rec *intake.Receipt, secret string) []bubble {
	var list []bubble
	for _, x := range rec.Messages {
		b := bubble{Mine: x.Direction != sayline.Reply, By: v.W.Say("you"), Text: x.Text, Lang: x.Lang, At: v.W.Stamp(v.now, x.At)}
		if !b.Mine {
			b.By = v.team(rec.Moment.Decision)
		}
		b.Media = ownMedia(v.site, secret, rec.Shown[x.ID])
		if b.Text != "" || len(b.Media) > 0 {
			list = append(list, b)
		}
	}
	return list
}

func (v *answerView) said(m *sayline.Moment) saidView {
	d := saidView{Face: m.Feeling, Text: m.Text, Lang: m.Lang}
	if m.Feeling > 0 {
		d.Label = v.W.Say("face_" + strconv.Itoa(m.Feeling))
	}
	if t := v.site.Index.Topic(m.Topic); t != nil {
		d.Topic = v.name(t.Label)
	}
	var where []string
	ix, c := v.site.Index, &m.Context
	if t := ix.Touchpoint(c.Touchpoint); t != nil && t != ix.FrontDoor() {
		where = append(where, v.name(t.Name))
	}
	if p := ix.Place(c.Place); p != nil {
		where = append(where, v.name(p.Name))
	}
	if p := ix.Product(c.Product); p != nil {
		where = append(where, v.name(p.Name))
	}
	for _, s := range []string{c.Lot, c.Ref} {
		if s != "" {
			where = append(where, s)
		}
	}
	if k := m.Contact; k != nil {
		d.As = v.W.Say("said_as", "name", cmp.Or(k.Name, k.Email, k.Phone, k.Member))
	}
	for i, s := range slices.Compact(where) {
		if i > 0 {
			d.Where += " · "
		}
		d.Where += s
	}
	return d
}

// NowLocal is now on the brand's clock, as a form's time.
func (v *answerView) NowLocal() string { return v.now.Format(localTime) }

// localTime is how a form writes a time (HTML, "valid local date and time string").
const localTime = "2006-01-02T15:04"

// DirOf is the direction of words in a declared language; "auto" where none is.
func (v *answerView) DirOf(lang string) string {
	if lang == "" {
		return "auto"
	}
	return words.Direction(lang)
}

// gone is where a form leads after a deletion.
func (s *Screen) gone(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	v := &noticeView{frame: s.newFrame(r, site, site.Index.FrontDoor(), language(r, site, ""))}
	v.Headline, v.Text, v.Back, v.Done = v.W.Say("deleted"), v.W.Say("deleted_what"), v.W.Say("say_else"), true
	return s.send(w, r, http.StatusOK, "notice", &v.frame, v)
}

func ownMedia(site *brands.Site, secret string, list []*sayline.Media) []ownView {
	var own []ownView
	for _, m := range list {
		o := ownView{Media: m, URL: path(site, receiptPath(secret)+"/media/"+m.ID)}
		if media.AsWAV(m.Type) {
			o.WAV = o.URL + "/" + asWAV
		}
		own = append(own, o)
	}
	return own
}

// keepLink leads to the wallet across brands. What it is told stands in the
// fragment, which no server ever sees. "" where there is no wallet.
func (s *Screen) keepLink(r *http.Request, site *brands.Site, secret, reference, lang string) string {
	if s.Anywhere == nil {
		return ""
	}
	told := url.Values{"keep": {site.URL(receiptPath(secret))}, "brand": {site.Name}, "reference": {reference}}
	return s.Anywhere(r) + "/say?lang=" + url.QueryEscape(lang) + "#" + strings.ReplaceAll(told.Encode(), "+", "%20")
}
