package demo

import (
	"slices"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/brands"
)

// example is a demo brand as its file says.
func example(t *testing.T, id string) *brands.Snapshot {
	t.Helper()
	src, err := examples.File(id)
	if err != nil {
		t.Fatal(err)
	}
	c, err := brandfile.Read(id+".yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	return brands.New(1, c, nil)
}

// What people say fits the brand it is said to, and is answered as the brand speaks.
func TestWhatIsSaidFitsTheBrand(t *testing.T) {
	for _, id := range examples.Brands() {
		t.Run(id, func(t *testing.T) {
			b := example(t, id)
			p, err := newPeople(b, 1) // checks every touchpoint, topic, product and place
			if err != nil {
				t.Fatal(err)
			}
			if n := len(p.said); n < 60 || n > 100 {
				t.Errorf("%d entries, expected 60 to 100", n)
			}
			heard, spoken, languages := map[string]bool{}, map[string]bool{}, map[string]int{}
			for _, u := range p.said {
				touchpoint := b.Index.Touchpoint(u.Touchpoint)
				heard[u.Touchpoint] = true
				spoken[touchpoint.Audience()] = true
				languages[u.Lang]++
				checkEntry(t, b, &u)
			}
			for _, touchpoint := range b.Touchpoints {
				if !touchpoint.Silent && !heard[touchpoint.ID] {
					t.Errorf("nobody says anything at %s", touchpoint.ID)
				}
				if !touchpoint.Silent && !spoken[touchpoint.Audience()] {
					t.Errorf("no %s says anything", touchpoint.Audience())
				}
			}
			if languages["en"] == 0 || languages["es"] == 0 {
				t.Errorf("spoken in %v, expected English and Spanish", languages)
			}
		})
	}
}

func checkEntry(t *testing.T, b *brands.Snapshot, u *utterance) {
	t.Helper()
	touchpoint := b.Index.Touchpoint(u.Touchpoint)
	m := u.moment(touchpoint)
	b.Router.Place(&m)
	d := b.Router.Decide(&m)
	if !slices.Contains(b.Languages, u.Lang) {
		t.Errorf("%s %s %q: expected one of the brand's languages, got %q", u.Touchpoint, u.Topic, u.Text, u.Lang)
	}
	if u.Topic != "" && len(touchpoint.Topics) > 0 && u.Text == "" && !slices.Contains(touchpoint.Topics, u.Topic) {
		t.Errorf("%s shows no %s to tap", u.Touchpoint, u.Topic)
	}
	if topic := b.Index.Topic(u.Topic); topic != nil && topic.Lane != "" && m.Lane != topic.Lane {
		t.Errorf("%s %s is in lane %q, expected %q", u.Touchpoint, u.Topic, m.Lane, topic.Lane)
	}
	if d.Pages && u.Reply == "" {
		t.Errorf("%s %s %q rings for somebody and nobody answers", u.Touchpoint, u.Topic, u.Text)
	}
	if !d.OpensCase && u.Reply != "" {
		t.Errorf("%s %s %q is nobody's work and is answered", u.Touchpoint, u.Topic, u.Text)
	}
	reply := strings.ToLower(u.Reply)
	for _, never := range b.Character.Never {
		if strings.Contains(reply, strings.ToLower(never)) {
			t.Errorf("%s never says %q: %s", b.Name, never, u.Reply)
		}
	}
	if len([]rune(u.Text)) > 140 || len([]rune(u.Reply)) > 260 {
		t.Errorf("%s %s: nobody says that much in passing", u.Touchpoint, u.Topic)
	}
}

// A visitor's own tap is answered as the people of that touchpoint would, in the
// tap's language where there are words for it; words nobody foresaw are left to
// who can read.
func TestReplies(t *testing.T) {
	b := example(t, "sparkle")
	p, err := newPeople(b, 1)
	if err != nil {
		t.Fatal(err)
	}
	at := func(touchpoint string) sayline.Context { return sayline.Context{Touchpoint: touchpoint} }
	for _, c := range []struct {
		m          sayline.Moment
		lang, says string
	}{
		{sayline.Moment{Topic: "cant-find-it", Lang: "en", Context: at("k7f3")}, "en", "Back on this shelf"},
		{sayline.Moment{Topic: "cant-find-it", Lang: "es", Context: at("k7f3")}, "es", "Mañana a las ocho"},
		{sayline.Moment{Topic: "cant-find-it", Lang: "ar", Context: at("k7f3")}, "es", "Mañana a las ocho"},
		{sayline.Moment{Topic: "cant-find-it", Lang: "en", Context: at("price-label")}, "en", "Back on this shelf"},
		{sayline.Moment{Topic: "tastes-off", Lang: "en", Text: "like soap", Context: at("lemon")}, "", ""},
		{sayline.Moment{Feeling: 2, Lang: "es", Context: at("front-door")}, "", ""},
		{sayline.Moment{Feeling: 2, Lang: "en", Context: at("lemon")}, "es", "Gracias por la cara"},
	} {
		text, lang := p.replyTo(&c.m)
		if lang != c.lang || !strings.HasPrefix(text, c.says) || (text == "") != (lang == "") {
			t.Errorf("%s %d %q at %s: %q (%s), expected %q… (%s)", c.m.Topic, c.m.Feeling, c.m.Text, c.m.Context.Touchpoint, text, lang, c.says, c.lang)
		}
	}
}

// What comes to the desk of the visitor's manager is known before it is said.
func TestTheManagersDeskIsTheVisitors(t *testing.T) {
	b := example(t, shelfBrand)
	p, err := newPeople(b, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		u    utterance
		hers bool
	}{
		{utterance{Touchpoint: shelf, Topic: missing}, true},
		{utterance{Touchpoint: "m3p9", Topic: missing}, true},
		{utterance{Touchpoint: "v2c8", Topic: missing}, false},
		{utterance{Touchpoint: shelf, Topic: "love-this-one"}, false},
		{utterance{Touchpoint: "front-door", Topic: missing, Place: "girona"}, false},
	} {
		if got := p.forManager(&c.u); got != c.hers {
			t.Errorf("%+v: %v", c.u, got)
		}
	}
	if who := b.Roster.Who(managerTeam, managerPlace, past2026).Person; who != manager {
		t.Errorf("%s is on duty for the shelf, expected %s", who, manager)
	}
}
