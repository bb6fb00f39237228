package screen

import (
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// answerView is the receipt as people read it: what became of it, in human words.
type answerView struct {
	frame
	Receipt   string // the capability's URL, absolute
	Action    string // its path, where the forms go
	Gone      string
	Script    string
	Reference string

	Headline  string
	Steps     []step
	Notes     []string
	Talk      []bubble
	Said      saidView
	AskSolved bool
	AskAfter  []face // faces, after "yes"
	Solved    string // yes or no, as the author said

	Adding    bool // still open, and nobody has answered yet: words join the moment
	Gift      *gift
	TakeBack  bool // until somebody is on it; deleting is always possible
	KeptUntil string
	Policy    string
	Export    string // path
}

// step is one of the four of the truth: sent, seen, on it, answered.
type step struct {
	Label, Time string
	On          bool
}

// bubble is a message: theirs, or the author's own.
type bubble struct {
	Mine               bool
	By, Text, Lang, At string
}

// saidView is what the author said, in short.
type saidView struct {
	Face  int
	Label string // of the face
	Topic string
	Text  string
	Lang  string
	Where string
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
		frame: s.newFrame(r, site, voice.touchpoint, lang), Receipt: site.URL(receiptPath(secret)), Action: path(site, receiptPath(secret)) + "?lang=" + template.URLQueryEscaper(lang),
		Gone: path(site, "/cx/gone") + "?lang=" + template.URLQueryEscaper(lang), Script: path(site, s.assets.Path("answer.js")), Reference: m.Reference,
		Solved: m.Solved, Policy: site.Privacy.Policy,
		TakeBack: rec.Case == nil || rec.Case.AcknowledgedAt.IsZero(),
	}
	v.Sheet = path(site, s.assets.Path("answer.css"))
	v.Title = v.W.Say("reference", "reference", m.Reference) + " · " + site.Name
	v.Self = path(site, "/cx")
	if t := site.Index.Touchpoint(m.Context.Touchpoint); t != nil {
		v.Self = path(site, "/cx/t/"+t.ID)
	}
	v.Headline = v.headline(rec)
	v.Steps = v.steps(rec)
	v.Notes = v.notes(rec)
	v.Talk = v.talk(rec)
	v.Said = v.said(m)
	answered := !firstReply(rec).IsZero()
	v.AskSolved = answered && m.Solved == "" && rec.Status != sayline.StatusClosed
	if m.Solved == "yes" && m.After == 0 {
		for _, n := range site.Shown() {
			v.AskAfter = append(v.AskAfter, face{n, v.W.Say("face_" + strconv.Itoa(n))})
		}
	}
	if v.Adding = m.Open(s.Now()) && !answered; v.Adding {
		v.Gift = newGift(&v.voice, r.URL.Query(), m)
	}
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
		if label := lastLabel(rec); label != "" {
			return label
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

func lastLabel(rec *intake.Receipt) string {
	if len(rec.History) == 0 {
		return ""
	}
	return rec.History[len(rec.History)-1].Label
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
	for _, next := range []struct {
		label string
		at    time.Time
	}{{v.W.Say("step_seen"), c.SeenAt}, {v.W.Say("step_on_it"), c.AcknowledgedAt}, {v.W.Say("step_answer"), firstReply(rec)}} {
		p := step{Label: next.label, On: !next.at.IsZero()}
		if p.On && !next.at.Before(m.ReceivedAt) {
			p.Time = v.W.Stamp(v.now, next.at)
		}
		list = append(list, p)
	}
	// Who is on it has seen it, and who answered was on it.
	for i := len(list) - 2; i >= 0; i-- {
		list[i].On = list[i].On || list[i+1].On
	}
	return list
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
		if c.AnswerBy.After(v.now) {
			list = append(list, v.W.Say("promise_answer", "answer", v.W.By(v.now, c.AnswerBy)))
		}
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
	case c.AnswerBy.After(v.now):
		return []string{v.W.Say("promise_answer", "answer", v.W.By(v.now, c.AnswerBy))}
	}
	return nil
}

func (v *answerView) talk(rec *intake.Receipt) []bubble {
	var list []bubble
	for _, x := range rec.Messages {
		b := bubble{Mine: x.Direction != sayline.Reply, By: v.W.Say("you"), Text: x.Text, Lang: x.Lang, At: v.W.Stamp(v.now, x.At)}
		if !b.Mine {
			b.By = v.team(rec.Moment.Decision)
		}
		if b.Text != "" {
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
	for i, s := range slices.Compact(where) {
		if i > 0 {
			d.Where += " · "
		}
		d.Where += s
	}
	return d
}

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
