package pager

import (
	"bytes"
	"context"
	_ "embed"
	"html/template"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/words"
)

// letter is a page with all it may tell: nothing of a private case but that
// there is something. What its link opens is no more than it tells itself.
type letter struct {
	page    sayline.Page
	brand   *brands.Snapshot
	c       *sayline.Case
	moments []*sayline.Moment // the newest first; none of a private case
	tongue  *words.Tongue
	langs   []string // of the person, then of the brand
	link    string   // the case on the desk
	act     string   // where they take it without signing in; "" where nothing is asked of them
	source  string   // the brand's public address
	silent  bool
	named   *sayline.Message // the note that names its reader; nil for an alert
	now     time.Time
	alarm   *store.Alarm // it was raised by; nil for none
	bundle  []*letter    // several in one message: what each would have told
}

const (
	quoted    = 3   // moments a letter quotes
	quotation = 600 // characters of each
)

// letter reads what a page is about; nil when nobody waits for it any more.
func (p *Pager) letter(ctx context.Context, page sayline.Page) (*letter, error) {
	l, err := p.read(ctx, page)
	if err == nil && l != nil && page.Role == sayline.ForMention {
		if l.elsewhere() {
			return nil, nil
		}
		return p.mention(ctx, l)
	}
	if err != nil || l == nil || page.Says != "" {
		return l, err
	}
	if l.c.Episode != page.Episode || l.c.State != sayline.CaseOpen && l.c.State != sayline.CaseStalled {
		return nil, nil
	}
	return l, nil
}

// mention adds the note that names its reader; nil when it is gone.
func (p *Pager) mention(ctx context.Context, l *letter) (*letter, error) {
	note, err := p.Store.LastMention(ctx, l.page.Brand, l.page.Case, l.page.Person)
	if sayline.KindOf(err) == sayline.NotFound {
		return nil, nil
	}
	l.named = note
	return l, err
}

// read reads a page and its case as it is now, whatever became of it; nil where
// it is not for its person to see any more.
func (p *Pager) read(ctx context.Context, page sayline.Page) (*letter, error) {
	b := p.Registry.ByID(page.Brand)
	if b == nil {
		return nil, sayline.Errorf(sayline.Unavailable, "The brand is not read yet.")
	}
	c, err := p.Store.Case(ctx, page.Brand, page.Case)
	if err != nil {
		return nil, err
	}
	person := b.Index.Person(page.Person)
	if person == nil || !(&callList{brand: b, lane: c.Lane}).maySee(person.ID) {
		return nil, nil
	}
	l := &letter{page: page, brand: b, c: c, link: p.CaseURL(b.ID, c.ID), source: p.BrandURL(b.ID), now: p.Now().In(b.Location()),
		silent: page.Says != "" || page.Role == sayline.ForAlso || page.Role == sayline.ForMention || c.Policy == "" && policyFor(c.Kind, c.Urgency).silent}
	if l.alarm, err = p.Store.AlarmOf(ctx, b.ID, c.ID); err != nil {
		return nil, err
	}
	if l.asks() {
		l.act = p.actURL(&page)
	}
	l.tongue, l.langs = p.tongue(b, person)
	if c.Lane == "" && page.Says == "" && !l.elsewhere() {
		l.moments, err = p.Store.MomentsOf(ctx, b.ID, c.ID, quoted)
	}
	return l, err
}

// tongue is the language a person is written to in, and those the brand's words
// are looked for in.
func (p *Pager) tongue(b *brands.Snapshot, person *sayline.Person) (t *words.Tongue, langs []string) {
	if person.Language != "" {
		langs = append(langs, person.Language)
	}
	langs = append(langs, b.Language())
	return p.Words.In(langs[0]), langs
}

// private says whether nothing may be told but that there is something; several
// in one message are when all of them are.
func (l *letter) private() bool {
	if len(l.bundle) > 0 {
		return !slices.ContainsFunc(l.bundle, func(one *letter) bool { return !one.private() })
	}
	return l.c.Lane != ""
}

// elsewhere says whether another company's person was asked about a case that
// went on to others since: what is said and done there is none of theirs.
func (l *letter) elsewhere() bool {
	if l.page.Episode == l.c.Episode || !l.brand.Outsider(l.page.Person) {
		return false
	}
	t := l.brand.Index.Team(l.c.Team)
	return t == nil || !slices.ContainsFunc(t.Members, func(m sayline.Membership) bool { return m.Person == l.page.Person })
}

// What it is: the topic in the brand's words, else the kind in ours.
func (l *letter) what() string {
	if s, ok := l.heading(); ok {
		return s
	}
	if l.private() {
		return l.tongue.Say("page_private")
	}
	if l.alarm != nil {
		return l.brand.SayAlarm(l.tongue, l.alarm)
	}
	if t := l.brand.Index.Topic(l.c.Topic); t != nil {
		return t.Label.In(l.langs...)
	}
	if m := l.newest(); m != nil && m.Bare() && m.Feeling > 0 {
		return l.tongue.Say("page_face", "face", l.face(m.Feeling))
	}
	return l.kind()
}

func (l *letter) kind() string {
	switch sayline.KnownKind(l.c.Kind) {
	case "praise":
		return l.tongue.Say("page_praise")
	case "problem":
		return l.tongue.Say("page_problem")
	case "idea":
		return l.tongue.Say("page_idea")
	case "request":
		return l.tongue.Say("page_request")
	}
	return l.tongue.Say("page_question")
}

func (l *letter) face(feeling int) string { return l.tongue.Say("face_" + strconv.Itoa(feeling)) }

func (l *letter) newest() *sayline.Moment {
	if len(l.moments) == 0 {
		return nil
	}
	return l.moments[0]
}

// where is the newest moment's touchpoint with the places above it, else the
// place the team is asked for.
func (l *letter) where() string {
	if l.private() || l.special() {
		return ""
	}
	var parts []string
	place := l.c.Place
	if m := l.newest(); m != nil {
		if t := l.brand.Index.Touchpoint(m.Context.Touchpoint); t != nil {
			parts = append(parts, t.Name.In(l.langs...))
		}
		if m.Context.Place != "" {
			place = m.Context.Place
		}
	}
	for _, p := range l.brand.Index.Ancestors(place) {
		parts = append(parts, p.Name.In(l.langs...))
	}
	return strings.Join(slices.Compact(parts), ", ")
}

func (l *letter) product() string {
	if l.private() || l.special() {
		return ""
	}
	var parts []string
	if p := l.brand.Index.Product(l.c.Product); p != nil {
		parts = append(parts, p.Name.In(l.langs...))
	}
	if l.c.Lot != "" {
		parts = append(parts, l.tongue.Say("page_lot", "lot", l.c.Lot))
	}
	return strings.Join(parts, ", ")
}

// said are the words of the newest moments that have any, cut short.
func (l *letter) said() []string {
	if len(l.bundle) > 0 {
		return l.lines()
	}
	var list []string
	if l.named != nil && !l.private() {
		list = append(list, short(l.named.Text, quotation))
	}
	for _, m := range l.moments {
		if m.Lane == "" && m.Text != "" {
			list = append(list, short(m.Text, quotation))
		}
	}
	return list
}

func short(s string, max int) string {
	if utf8.RuneCountInString(s) <= max {
		return s
	}
	return string([]rune(s)[:max]) + "…"
}

func (l *letter) when() string {
	if l.private() || l.special() {
		return ""
	}
	return l.tongue.Stamp(l.now, l.c.Since)
}

// urgency is a word that stands before the rest, "" where none is needed. Of
// several in one message each line has its own: of the whole it would be said of
// those that are not.
func (l *letter) urgency() string {
	switch {
	case len(l.bundle) > 0:
	case l.private() || l.silent:
	case l.c.Urgency == sayline.Critical:
		return l.tongue.Say("page_critical")
	case l.c.Urgency == sayline.Urgent:
		return l.tongue.Say("page_urgent")
	}
	return ""
}

// why says why this person has it.
func (l *letter) why() string {
	if l.private() || l.special() {
		return ""
	}
	team := l.c.Team
	if t := l.brand.Index.Team(team); t != nil {
		team = t.Name.In(l.langs...)
	}
	switch l.page.Role {
	case sayline.ForMention:
		name := l.brand.Name
		if by := l.brand.Index.Person(l.named.By); by != nil {
			name = by.Name
		}
		return l.tongue.Say("page_for_mention", "name", name)
	case sayline.ForDuty:
		return l.tongue.Say("page_for_duty", "team", team)
	case sayline.ForTeam:
		return l.tongue.Say("page_for_team", "team", team)
	}
	return l.tongue.Say("page_for_also", "team", team)
}

// again says that nobody has taken it so far.
func (l *letter) again() string {
	if l.named == nil && l.page.N+l.page.Loop > 1 && !l.special() {
		return l.tongue.Say("page_again")
	}
	return ""
}

// together says how many have said so.
func (l *letter) together() string {
	if l.private() || l.special() || l.c.Moments < 2 {
		return ""
	}
	return l.tongue.Count("page_together", l.c.Moments)
}

// line is one fact with its name.
type line struct{ Name, Value string }

func (l *letter) facts() []line {
	list := []line{
		{l.tongue.Say("page_where"), l.where()},
		{l.tongue.Say("page_product"), l.product()},
		{l.tongue.Say("page_when"), l.when()},
	}
	return slices.DeleteFunc(list, func(f line) bool { return f.Value == "" })
}

// subject tells what, of which product and where, on one line. It opens nothing.
func (l *letter) subject() string {
	parts := []string{l.urgency(), l.what(), l.product(), l.where()}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

//go:embed letter.html
var letterSource string

var letterHTML = template.Must(template.New("letter").Parse(letterSource))

// mail writes the page as an e-mail. The same page is the same Message-ID,
// however often it is sent.
func (l *letter) mail(from mail.Address) (notify.Mail, error) {
	from.Name = l.brand.Name
	_, host, _ := strings.Cut(from.Address, "@")
	m := notify.Mail{From: from.String(), To: l.page.Address, Subject: l.subject(), Text: l.text(), MessageID: l.page.ID + "@" + host, Headers: map[string]string{}}
	if l.urgency() != "" || slices.ContainsFunc(l.bundle, func(one *letter) bool { return one.urgency() != "" }) {
		m.Headers["Importance"] = "high"
		m.Headers["X-Priority"] = "1"
	}
	var b bytes.Buffer
	err := letterHTML.Execute(&b, map[string]any{
		"Lang": l.tongue.Tag, "Dir": l.tongue.Dir, "Urgency": l.urgency(), "What": l.what(), "Again": l.again(), "Said": l.said(), "Facts": l.facts(),
		"Together": l.together(), "Act": l.act, "OnIt": l.tongue.Say("act_on_it"), "Link": l.link, "Open": l.tongue.Say("page_open"), "Note": l.note(),
	})
	m.HTML = b.String()
	return m, err
}

// note is the small print.
func (l *letter) note() string {
	if l.special() {
		return l.nothingToDo()
	}
	if l.private() {
		return l.tongue.Say("page_private_note")
	}
	return l.why()
}

func (l *letter) text() string {
	var b strings.Builder
	paragraph := func(lines ...string) {
		lines = slices.DeleteFunc(lines, func(s string) bool { return s == "" })
		if len(lines) > 0 {
			b.WriteString(strings.Join(lines, "\n") + "\n\n")
		}
	}
	paragraph(l.urgency(), l.what(), l.again())
	for _, s := range l.said() {
		paragraph("“" + s + "”")
	}
	var facts []string
	for _, f := range l.facts() {
		facts = append(facts, f.Name+": "+f.Value)
	}
	paragraph(append(facts, l.together())...)
	if l.act != "" {
		paragraph(l.tongue.Say("act_on_it")+":", l.act)
	}
	paragraph(l.tongue.Say("page_open")+":", l.link)
	paragraph("--", l.note())
	return b.String()
}
