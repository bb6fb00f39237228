package pager

import (
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/words/wordstest"
)

// sample is a letter about one tap on a shelf.
func sample(t *testing.T, lang string) *letter {
	t.Helper()
	w, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	b := brands.New(1, sparkle("https://hook.example/"), nil)
	now := time.Date(2026, 11, 22, 15, 0, 0, 0, b.Location())
	return &letter{
		page:  sayline.Page{ID: "0199", Brand: "sparkle", Person: "lucia", Address: "lucia@sparkle.example", Role: sayline.ForDuty, N: 1, Episode: 1, Case: "c1"},
		brand: b, link: "https://house.example/b/sparkle/desk/c1", source: "https://sparkle.example/cx", tongue: w.In(lang), langs: []string{lang, "en"}, now: now,
		c:       &sayline.Case{ID: "c1", Team: "distribution", Place: "madrid", Topic: "cant-find-it", Product: "09506000134352", Kind: "problem", Urgency: sayline.Urgent, Episode: 1, State: sayline.CaseOpen, Moments: 1, Since: now.Add(-28 * time.Minute)},
		moments: []*sayline.Moment{{Topic: "cant-find-it", Context: sayline.Context{Touchpoint: "k7f3", Place: "calle-mayor"}}},
	}
}

func TestLetter(t *testing.T) {
	for lang, want := range map[string]string{
		"en": "Urgent\nCan't find it\n\nWhere: Shelf 14, Calle Mayor, Madrid\nProduct: Lemon\nSince: 14:32\n\nOpen it:\nhttps://house.example/b/sparkle/desk/c1\n\n--\nIt is yours: you are responsible for Distribution just now.\n\n",
		"es": "Urgente\nNo lo encuentro\n\nDónde: Shelf 14, Calle Mayor, Madrid\nProducto: Lemon\nDesde: 14:32\n\nAbrirlo:\nhttps://house.example/b/sparkle/desk/c1\n\n--\nEs tuyo: ahora mismo respondes por Distribution.\n\n",
	} {
		if got := sample(t, lang).text(); got != want {
			t.Errorf("%s:\n%s\nwant:\n%s", lang, got, want)
		}
	}
}

// TestLetterTells what it must in each state, and nothing more.
func TestLetterTells(t *testing.T) {
	l := sample(t, "en")
	l.c.Topic, l.c.Product, l.c.Moments, l.c.Urgency, l.page.Role, l.page.N = "something they made up", "", 41, sayline.Normal, sayline.ForAlso, 2
	l.silent = true
	l.moments = []*sayline.Moment{{Text: "Bring <b>more</b>\nplease & thanks", Context: sayline.Context{Touchpoint: "unknown"}}, {Text: strings.Repeat("long ", 400)}}
	m, err := l.mail(mail.Address{Address: "house@sayline.example"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Something is wrong\n", "Nobody is on it yet.", "“Bring <b>more</b>\nplease & thanks”", "Said 41 times so far.", "Where: Madrid", "Distribution is on it. You get this so that you know."} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("no %q in %s", want, m.Text)
		}
	}
	if !strings.Contains(m.HTML, "Bring &lt;b&gt;more&lt;/b&gt;") || strings.Contains(m.HTML, "<b>more") {
		t.Errorf("somebody's words became part of the page: %s", m.HTML)
	}
	if strings.Contains(m.Text, strings.Repeat("long ", 200)) || strings.Contains(m.Subject, "made up") || m.Subject != "Something is wrong · Madrid" {
		t.Errorf("%s: %s", m.Subject, m.Text)
	}
	if m.From != `"Sparkle" <house@sayline.example>` || m.MessageID != "0199@sayline.example" || len(m.Headers) != 0 {
		t.Errorf("%+v", m)
	}
	l = sample(t, "en")
	l.c.Topic, l.moments = "", []*sayline.Moment{{Feeling: 1, Context: sayline.Context{Touchpoint: "k7f3"}}}
	if got := l.what(); got != "How it feels: Awful" {
		t.Error(got)
	}
	for kind, want := range map[string]string{"praise": "Praise", "problem": "Something is wrong", "idea": "An idea", "request": "A request", "question": "A question", "grumble": "A question"} {
		l.c.Kind, l.moments = kind, nil
		if got := l.what(); got != want {
			t.Errorf("%s: %s", kind, got)
		}
	}
}

// TestPrivateLetter: whatever a private case holds, its letter is the same.
func TestPrivateLetter(t *testing.T) {
	plain, full := sample(t, "en"), sample(t, "en")
	plain.c = &sayline.Case{ID: "c1", Lane: "people", Kind: "question", Moments: 1}
	plain.moments = nil
	full.c.Lane, full.c.Lot, full.c.Moments, full.page.Role, full.c.Urgency = "people", "AB-1", 9, sayline.ForTeam, sayline.Critical
	full.moments[0].Text, full.moments[0].Lane = "Hugo shouts.", "people"
	from := mail.Address{Address: "house@sayline.example"}
	a, _ := plain.mail(from)
	b, _ := full.mail(from)
	if a.Text != b.Text || a.HTML != b.HTML || a.Subject != b.Subject || len(b.Headers) > 0 {
		t.Errorf("%s\n%s", a.Text, b.Text)
	}
	plain.page.Role = full.page.Role
	if x, y := string(plain.document()), string(full.document()); x != y {
		t.Errorf("%s\n%s", x, y)
	}
}

func TestWords(t *testing.T) {
	w, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	wordstest.Code(t, w, ".")
	for _, l := range w.Languages("page") {
		for _, key := range []string{"face_1", "face_2", "face_3", "face_4", "face_5"} {
			if !w.In(l).Has(key) {
				t.Errorf("%s lacks %q", l, key)
			}
		}
	}
}
