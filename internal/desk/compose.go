package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/words"
)

// compose is what stands beside the box in which an answer is written.
type compose struct {
	Lang    string // the authors', as far as they said
	Text    string // what stands in the box
	Hints   []string
	Ready   []readyView
	Keep    bool // the viewer may keep an answer for everybody
	Media   bool // photos and voices can be sent
	Asked   bool // the author was asked for more, and nothing came yet
	Thanks  bool // praise: "read, thank you" in one tap
	Present string
}

// readyView is a ready answer, its facts filled in.
type readyView struct {
	ID, Text string
	Lang     string // where it is not the author's
	Dir      string
	Own      bool // kept by the viewer: they may let it go
	Link     string
}

// compose gathers what stands beside the box.
func (d *Desk) compose(ctx context.Context, v *house.View, q url.Values, w *work) (c compose, err error) {
	present, err := d.Store.WhoIsHere(ctx, w.Brand, w.ID)
	if err != nil {
		return c, err
	}
	c = compose{Lang: w.lang(v), Media: d.Spool != nil, Keep: v.Viewer.Role != sayline.Member && !w.Private, Present: v.Others(present),
		Thanks: w.May && sayline.KnownKind(w.Case.Kind) == "praise" && w.AnsweredAt.IsZero() && w.Case.State != sayline.CaseResolved}
	if !w.May {
		return c, nil
	}
	for _, e := range w.Entries {
		switch e.Kind {
		case entryReply:
			c.Asked = e.Asks
		case entryAuthor:
			c.Asked = false
		}
	}
	if c.Ready, err = d.ready(ctx, v, w, c.Lang); err != nil {
		return c, err
	}
	if id := q.Get("ready"); id != "" {
		if i := slices.IndexFunc(c.Ready, func(r readyView) bool { return r.ID == id }); i >= 0 {
			c.Text = c.Ready[i].Text
		}
	}
	return c, nil
}

// lang is the language of the author who is answered, else of most of them.
func (w *work) lang(v *house.View) string {
	counts, best := map[string]int{}, ""
	for _, m := range w.authors {
		if w.To != nil && w.To.ID != m.ID {
			continue
		}
		if counts[m.Lang]++; m.Lang != "" && (best == "" || counts[m.Lang] > counts[best]) {
			best = m.Lang
		}
	}
	return words.Base(best)
}

// ready are the answers that stand ready for a case: those for its topic first,
// in the author's language where there are words in it.
func (d *Desk) ready(ctx context.Context, v *house.View, w *work, lang string) ([]readyView, error) {
	facts := w.facts(v, d.Words.In(lang))
	var special, general []readyView
	add := func(r readyView, words string, special_ bool) {
		r.Text, r.Dir = sayline.FillAnswer(words, facts), "auto"
		r.Link = "?" + url.Values{"ready": {r.ID}}.Encode() + "#reply"
		if w.To != nil {
			r.Link = "?" + url.Values{"ready": {r.ID}, "to": {w.To.ID}}.Encode() + "#reply"
		}
		if special_ {
			special = append(special, r)
		} else {
			general = append(general, r)
		}
	}
	kept, err := d.Store.ReadyFor(ctx, w.Brand, v.Viewer.Person.ID)
	if err != nil {
		return nil, err
	}
	for _, k := range kept {
		if k.Topic != "" && k.Topic != w.Topic {
			continue
		}
		r := readyView{ID: k.ID, Own: k.Person == v.Viewer.Person.ID}
		if k.Lang != "" && lang != "" && words.Base(k.Lang) != lang {
			r.Lang = k.Lang
		}
		add(r, k.Text, k.Topic != "")
	}
	for i := range v.Brand().Answers {
		a := &v.Brand().Answers[i]
		if !a.For(w.Topic, w.Case.Team) {
			continue
		}
		in, r := inLanguage(a.Text, lang, v.Brand().Language())
		add(readyView{ID: a.ID, Lang: r}, in, len(a.Topics) > 0)
	}
	return append(special, general...), nil
}

// inLanguage are a ready answer's words in the author's language; else in the
// brand's own, with the name of it.
func inLanguage(t sayline.Text, lang, own string) (text, other string) {
	if lang == "" {
		return t.In(own), ""
	}
	for l, s := range t {
		if s != "" && (words.Base(l) == lang || l == "" && words.Base(own) == lang) {
			return s, ""
		}
	}
	return t.In(own), words.Base(own)
}

// facts are what a ready answer is filled in with, in the author's language.
func (w *work) facts(v *house.View, t *words.Tongue) map[string]string {
	names := house.NewNames(v.Brand(), t)
	facts := map[string]string{"place": names.Place(w.Place), "product": names.Product(w.Product), "lot": w.Lot, "team": names.Team(w.Case.Team, "")}
	if !w.Private && w.AnswerBy.After(v.Now) {
		facts["time"] = t.By(v.Now, w.AnswerBy)
	}
	m := w.one()
	if m == nil {
		return facts
	}
	facts["reference"] = m.Reference
	if m.Contact != nil {
		facts["name"] = m.Contact.Name
	}
	if place := names.Place(m.Context.Place); place != "" {
		facts["place"] = place
	}
	return facts
}

// one is the author who is answered, where it is one.
func (w *work) one() *sayline.Moment {
	switch {
	case w.To != nil:
		return w.To.moment
	case len(w.authors) == 1 && w.Moments == 1:
		return w.authors[0]
	}
	return nil
}

// keepReady keeps what stands in the box as a ready answer: for the writer, or,
// by a manager, for everybody. Words from a private lane stay their writer's.
func (d *Desk) keepReady(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q, err := d.ask(w, r, v, true)
	if err != nil {
		return err
	}
	if drop := q.form.Get("drop"); drop != "" {
		if err := d.Store.DropReady(r.Context(), q.c.Brand, drop, v.Person.ID); err != nil {
			return err
		}
		return d.done(w, r, q, "ready_gone")
	}
	text := strings.TrimSpace(strings.ReplaceAll(q.form.Get("text"), "\r\n", "\n"))
	if err := (&sayline.Message{Text: text}).Validate(); err != nil {
		return err
	}
	kept := sayline.KeptAnswer{Brand: q.c.Brand, ID: sayline.NewID(d.Now(), d.Random), Person: v.Person.ID, Topic: q.c.Topic, Lang: languageOf(text), Text: text,
		Shared: q.form.Get("keep") == "all" && v.Role != sayline.Member && q.c.Lane == ""}
	if err := d.Store.KeepReady(r.Context(), kept); err != nil {
		return err
	}
	return d.done(w, r, q, "ready_kept")
}
