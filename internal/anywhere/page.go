package anywhere

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/look"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// view is the page: the box, and above it what became of the last question.
type view struct {
	W         *words.Tongue
	Lang, Dir string
	Style     template.HTML
	Theme     [2]string
	Script    string
	Client    string // the protocol's client, for the wallet
	Mark      template.HTML
	Others    []tongue
	Title     string
	Headline  string
	Lead      string
	Say       string   // in the box
	Words     string   // said before, waiting for a brand
	Choices   []choice // brands to choose from
	None      *noneView
	Copy      string // words ready to be taken elsewhere
	Hear      bool
	Statuses  string // JSON, for the wallet: status → words
}

type tongue struct{ Tag, Name, URL string }

// choice is a brand with its address in full, and as the network writes it
// where that differs.
type choice struct {
	Name, Domain, Network, Open, Color string
	Monogram                           string
	Here                               bool
}

// noneView is a brand without a screen.
type noneView struct {
	Name, Domain, Network, Site string
	Contacts                    []reach
}

// reach is a contact address and how it is read.
type reach struct {
	URL   template.URL // tel:, mailto: or https:, checked
	Label string
}

// page shows the box, or answers the question: it leads to the brand's screen
// where there is no doubt, and asks where there is. Who is sent here by a link
// with a question is shown the brand first, unless it is one we vouch for: no
// link to us is a link to anybody.
func (a *Anywhere) page(w http.ResponseWriter, r *http.Request) error {
	v := a.newView(r)
	q, answer, err := a.ask(w, r, v.Lang)
	if err != nil {
		return err
	}
	if answer != nil && answer.Sure && (answer.Brand.Vouched || ownForm(r)) {
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, answer.Open, http.StatusSeeOther)
		return nil
	}
	v.Say, v.Words = q.Say, strings.TrimSpace(q.Words)
	if answer != nil {
		v.tell(answer)
	}
	return a.send(w, r, http.StatusOK, v)
}

// ownForm says whether somebody pressed the button of this page.
func ownForm(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return r.Method == http.MethodPost && (site == "" || site == "same-origin")
}

func (a *Anywhere) newView(r *http.Request) *view {
	lang := a.language(r)
	v := &view{
		W: a.Words.In(lang), Lang: lang, Dir: words.Direction(lang), Style: a.style, Theme: a.theme, Script: a.assets.Path("anywhere.js"), Client: a.assets.Path("cx.js"),
		Mark: look.Face(0), Hear: a.Hear != nil,
	}
	v.Title, v.Headline, v.Lead = v.W.Say("any_title"), v.W.Say("any_headline"), v.W.Say("any_lead")
	for _, tag := range a.tongues {
		if tag != lang {
			v.Others = append(v.Others, tongue{tag, a.Words.In(tag).Say("language"), "/say?lang=" + tag})
		}
	}
	v.Statuses = string(web.JSON(map[string]string{
		cx.Received: v.W.Say("step_sent"), cx.Seen: v.W.Say("step_seen"), cx.Acknowledged: v.W.Say("on_it"), cx.InProgress: v.W.Say("in_progress"),
		cx.NeedsInfo: v.W.Say("needs_info"), cx.Answered: v.W.Say("answered"), cx.Resolved: v.W.Say("resolved"), cx.Closed: v.W.Say("closed"),
		cx.Withdrawn: v.W.Say("any_gone"), "gone": v.W.Say("any_gone"), "away": v.W.Say("any_away"), "looking": v.W.Say("any_looking"), "forget": v.W.Say("any_forget"),
	}))
	return v
}

// tell says what became of a question.
func (v *view) tell(x *Answer) {
	v.Words = x.Words
	v.Say = ""
	switch {
	case x.None != nil:
		v.none(x.None)
		v.Copy, v.Words = x.Words, ""
	case x.Brand != nil:
		v.Headline, v.Lead = v.W.Say("any_confirm"), v.W.Say("any_confirm_what")
		v.Choices = []choice{v.choice(x.Brand, x.Open)}
	case len(x.Choice) > 0:
		v.Headline, v.Lead = v.W.Say("any_which_one"), v.W.Say("any_which_one_what")
		if x.Near {
			v.Headline = v.W.Say("any_near")
		}
		for _, b := range x.Choice {
			if b.Screen != "" {
				v.Choices = append(v.Choices, v.choice(b, b.Open(x.Words, v.Lang)))
			}
		}
	case x.Said != "":
		v.Headline, v.Lead = v.W.Say("any_unknown", "brand", x.Said), v.W.Say("any_unknown_what")
		v.Copy = x.Words
	case x.Code != "":
		v.Headline, v.Lead = v.W.Say("any_code"), v.W.Say("any_unknown_what")
	default:
		v.Headline, v.Lead = v.W.Say("any_whose"), v.W.Say("any_whose_what")
	}
	v.Title = v.Headline
}

func (v *view) none(n *None) {
	shown, network := spelled(n.Domain)
	name := n.Name
	if name == "" {
		name = shown
	}
	v.Headline, v.Lead = v.W.Say("any_none"), v.W.Say("any_none_what", "brand", name)
	v.None = &noneView{Name: name, Domain: shown, Network: network, Site: (&url.URL{Scheme: "https", Host: n.Domain}).String()}
	for _, c := range n.Contacts {
		_, label, _ := strings.Cut(c, ":")
		v.None.Contacts = append(v.None.Contacts, reach{template.URL(c), strings.TrimPrefix(label, "//")})
	}
}

func (v *view) choice(b *Brand, open string) choice {
	shown, network := spelled(b.Domain)
	c := choice{Name: b.Name, Domain: shown, Network: network, Open: open, Color: b.Color, Here: b.Here}
	for _, first := range b.Name {
		c.Monogram = strings.ToUpper(string(first))
		break
	}
	return c
}

func (a *Anywhere) send(w http.ResponseWriter, r *http.Request, status int, v *view) error {
	var body bytes.Buffer
	if err := a.pages.ExecuteTemplate(&body, "say", v); err != nil {
		return err
	}
	// Any brand's screen may be opened and any brand's receipt be looked at: that
	// is what the page is for. In the open on one machine, without TLS too.
	others := []string{"'self'", "https:"}
	if strings.HasPrefix(a.Operator(r), "http://") {
		others = append(others, "http:")
	}
	h := w.Header()
	h.Set("Content-Language", v.Lang)
	h.Set("Vary", "Accept-Language, Accept-Encoding, Accept")
	h.Set("Content-Security-Policy", web.Policy{Scripts: []string{"'self'"}, Styles: []string{a.allowed}, Images: []string{"data:"},
		Connect: others, Forms: others, Frames: []string{"'self'"}}.String())
	web.Send(w, r, status, "text/html; charset=utf-8", body.Bytes())
	return nil
}

// fillProblem says an error in the caller's language.
func (a *Anywhere) fillProblem(r *http.Request, e *sayline.Error, p *cx.Problem) {
	w := a.Words.In(a.language(r))
	p.Title = w.Say("problem_" + string(e.Kind))
	if e.Key != "" && w.Has(e.Key) {
		p.Detail = w.Say(e.Key)
	}
}

// problemPage is the same page with what went wrong above the box, and the
// words still in it.
func (a *Anywhere) problemPage(w http.ResponseWriter, r *http.Request, p *cx.Problem) error {
	v := a.newView(r)
	v.Headline, v.Lead, v.Title = p.Title, v.W.Say("todo_try_again"), p.Title
	if r.Form != nil {
		v.Say, v.Words = r.Form.Get("q"), r.Form.Get("words")
	}
	return a.send(w, r, p.Status, v)
}

// found is the finder's answer for clients.
type found struct {
	Words  string     `json:"words"`
	Open   string     `json:"open,omitempty"`
	Sure   bool       `json:"sure"`
	Brand  *foundOne  `json:"brand,omitempty"`
	Choice []foundOne `json:"choice,omitempty"`
	Near   bool       `json:"near,omitempty"`
	None   *foundNone `json:"none,omitempty"`
	Said   string     `json:"said,omitempty"`
}

type foundOne struct {
	Name    string `json:"name"`
	Domain  string `json:"domain"`            // as people read it
	Network string `json:"network,omitempty"` // in punycode, where that differs
	Screen  string `json:"screen"`
}

type foundNone struct {
	Domain   string   `json:"domain"`
	Contacts []string `json:"contacts"`
}

func document(x *Answer) found {
	d := found{Words: x.Words, Open: x.Open, Sure: x.Sure, Near: x.Near, Said: x.Said}
	one := func(b *Brand) foundOne {
		shown, network := spelled(b.Domain)
		return foundOne{b.Name, shown, network, b.Screen}
	}
	if x.Brand != nil {
		b := one(x.Brand)
		d.Brand = &b
	}
	for _, b := range x.Choice {
		d.Choice = append(d.Choice, one(b))
	}
	if x.None != nil {
		d.None = &foundNone{x.None.Domain, append([]string{}, x.None.Contacts...)}
	}
	return d
}
