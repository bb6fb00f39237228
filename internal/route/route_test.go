package route

import (
	"slices"
	"testing"
	"time"

	"github.com/sayline/sayline"
)

// sparkle is a soda maker: regions with shops, a team for each region, a crew
// for each shop, a lane for what is about people.
func sparkle() *sayline.Config {
	return &sayline.Config{
		Brand: sayline.Brand{ID: "sparkle", Name: "Sparkle", Languages: []string{"en"}, Look: sayline.Look{Color: "#0b6e4f"}},
		Topics: []sayline.Topic{
			{ID: "cant-find-it", Kind: "problem", Label: sayline.Plain("Can't find it"), Needs: []string{"place", "product"}},
			{ID: "tastes-off", Kind: "problem", Label: sayline.Plain("Tastes off")},
			{ID: "lost", Kind: "request", Label: sayline.Plain("Lost something"), Group: "never"},
			{ID: "mean", Kind: "problem", Label: sayline.Plain("Somebody was mean"), Lane: "people"},
			{ID: "idea", Kind: "idea", Label: sayline.Plain("An idea")},
		},
		Places: []sayline.Place{
			{ID: "spain", Name: sayline.Plain("Spain"), Level: "country"},
			{ID: "madrid", Name: sayline.Plain("Madrid"), Parent: "spain", Level: "region"},
			{ID: "mayor", Name: sayline.Plain("Calle Mayor"), Parent: "madrid", Level: "shop"},
			{ID: "goya", Name: sayline.Plain("Goya"), Parent: "madrid", Level: "shop"},
			{ID: "sevilla", Name: sayline.Plain("Sevilla"), Parent: "spain", Level: "region"},
		},
		Products: []sayline.Product{{GTIN: "09506000134352", Name: sayline.Plain("Lemon")}},
		Touchpoints: []sayline.Touchpoint{
			{ID: "shelf", Name: sayline.Plain("Shelf"), Channel: "shelf", Stage: "decides", Place: "mayor", Product: "09506000134352"},
			{ID: "web", Name: sayline.Plain("Web"), Channel: "web", Stage: "hears"},
			{ID: "staff", Name: sayline.Plain("Staff room"), Channel: "office", Stage: "uses", Audiences: []string{"employee"}, Lane: "people"},
		},
		People: []sayline.Person{{ID: "lucia", Name: "Lucía", Email: "lucia@sparkle.example"}},
		Lanes:  []sayline.Lane{{ID: "people", Label: sayline.Plain("People"), See: []string{"lucia"}}},
		Teams: []sayline.Team{
			{ID: "desk", Name: sayline.Plain("Desk")}, {ID: "distribution", Name: sayline.Plain("Distribution"), Covers: "region"},
			{ID: "quality", Name: sayline.Plain("Quality")}, {ID: "crew", Name: sayline.Plain("Crew"), Covers: "shop"},
		},
		Routes: []sayline.Rule{
			{When: sayline.Match{Topics: []string{"cant-find-it"}}, To: "distribution", Urgency: sayline.Urgent, Within: sayline.Duration(5 * time.Minute), Also: []string{"desk"}},
			{When: sayline.Match{Topics: []string{"tastes-off"}, Has: []string{"lot"}}, To: "quality", Urgency: sayline.Critical},
			{When: sayline.Match{Topics: []string{"tastes-off"}}, To: "quality"},
			{When: sayline.Match{Places: []string{"madrid"}, Feelings: []int{1, 2}}, To: "crew", GroupBy: []string{"audience"}},
			{When: sayline.Match{Feelings: []int{5}}, To: "desk", Urgency: sayline.None},
		},
	}
}

func router(t interface{ Fatal(...any) }, c *sayline.Config) *Router {
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	return New(3, c, sayline.NewIndex(c))
}

func decide(t *testing.T, m sayline.Moment) sayline.Decision {
	t.Helper()
	r := router(t, sparkle())
	r.Place(&m)
	return r.Decide(&m)
}

func TestDecide(t *testing.T) {
	for _, c := range []struct {
		name   string
		m      sayline.Moment
		rule   int
		team   string
		place  string
		urgent string
		pages  bool
		pause  time.Duration
	}{
		{"a tap on a shelf", sayline.Moment{Topic: "cant-find-it", Context: sayline.Context{Touchpoint: "shelf"}}, 1, "distribution", "madrid", sayline.Urgent, true, 0},
		{"the same with place and product to be asked", sayline.Moment{Topic: "cant-find-it", Context: sayline.Context{Touchpoint: "web"}}, 1, "distribution", "", sayline.Urgent, true, sayline.FacePause},
		{"sealed, there is nothing to wait for", sayline.Moment{Topic: "cant-find-it", SealedAt: time.Unix(1, 0), Context: sayline.Context{Touchpoint: "web"}}, 1, "distribution", "", sayline.Urgent, true, 0},
		{"the first that matches decides", sayline.Moment{Topic: "tastes-off", Context: sayline.Context{Lot: "L1"}}, 2, "quality", "", sayline.Critical, true, 0},
		{"else the next", sayline.Moment{Topic: "tastes-off", Context: sayline.Context{Place: "mayor"}}, 3, "quality", "", sayline.Normal, true, 0},
		{"a bare bad face below a place", sayline.Moment{Feeling: 1, Context: sayline.Context{Touchpoint: "shelf"}}, 4, "crew", "mayor", sayline.Normal, true, sayline.FacePause},
		{"nobody's work", sayline.Moment{Feeling: 5}, 5, "desk", "", sayline.None, false, sayline.FacePause},
		{"words are always before a person", sayline.Moment{Feeling: 5, Text: "thank you"}, 5, "desk", "", sayline.Quiet, false, 0},
		{"an idea waits on the desk", sayline.Moment{Topic: "idea"}, 0, "desk", "", sayline.Quiet, false, 0},
		{"what nobody thought of", sayline.Moment{Text: "hello"}, 0, "desk", "", sayline.Normal, true, 0},
		{"an unknown topic, touchpoint and place", sayline.Moment{Topic: "new", Context: sayline.Context{Touchpoint: "new", Place: "new"}}, 0, "desk", "", sayline.Normal, true, 0},
	} {
		d := decide(t, c.m)
		if d.Version != 3 || d.Rule != c.rule || d.Team != c.team || d.Place != c.place || d.Urgency != c.urgent || d.Pages != c.pages || d.Pause != c.pause {
			t.Errorf("%s: %+v, want %+v", c.name, d, c)
		}
		if d.OpensCase != (c.urgent != sayline.None) {
			t.Errorf("%s: opens a case: %v", c.name, d.OpensCase)
		}
	}
	d := decide(t, sayline.Moment{Topic: "cant-find-it", Context: sayline.Context{Touchpoint: "shelf"}})
	if d.Within != 5*time.Minute || d.Answer != 24*time.Hour || !slices.Equal(d.Also, []string{"desk"}) || !slices.Equal(d.Facts, []sayline.Fact{{Field: "topic", Value: "cant-find-it"}}) {
		t.Errorf("promises and reasons are %+v", d)
	}
}

func TestPlace(t *testing.T) {
	r := router(t, sparkle())
	m := sayline.Moment{Topic: "cant-find-it", Context: sayline.Context{Touchpoint: "shelf"}}
	r.Place(&m)
	if m.Context.Place != "mayor" || m.Context.Product != "09506000134352" || m.Audience != "customer" || m.Kind != "problem" || m.Lane != "" {
		t.Errorf("from the touchpoint: %+v", m)
	}
	said := sayline.Moment{Topic: "cant-find-it", Kind: "request", Audience: "vendor", Context: sayline.Context{Touchpoint: "shelf", Place: "goya", Product: "other"}}
	before := said
	r.Place(&said)
	if said.Kind != before.Kind || said.Audience != before.Audience || said.Context != before.Context {
		t.Errorf("the author's word was overridden: %+v", said)
	}
	for _, m := range []sayline.Moment{{Topic: "mean"}, {Text: "x", Context: sayline.Context{Touchpoint: "staff"}}, {Topic: "mean", Context: sayline.Context{Touchpoint: "shelf"}}} {
		if r.Place(&m); m.Lane != "people" {
			t.Errorf("%+v is in lane %q", m, m.Lane)
		}
	}
	for feeling, kind := range map[int]string{0: "question", 1: "problem", 2: "problem", 3: "question", 4: "praise", 5: "praise"} {
		m := sayline.Moment{Feeling: feeling, Text: "x"}
		if r.Place(&m); m.Kind != kind {
			t.Errorf("a feeling of %d is a %s", feeling, m.Kind)
		}
	}
}

func TestGroups(t *testing.T) {
	key := func(m sayline.Moment) string { return decide(t, m).GroupKey }
	at := func(topic, place string) sayline.Moment {
		return sayline.Moment{Topic: topic, Context: sayline.Context{Touchpoint: "shelf", Place: place}}
	}
	if a, b := key(at("cant-find-it", "mayor")), key(at("cant-find-it", "goya")); a != b || a == "" {
		t.Errorf("two shops of a region: %q and %q", a, b)
	}
	if a, b := key(at("cant-find-it", "mayor")), key(at("cant-find-it", "sevilla")); a == b {
		t.Errorf("two regions: both %q", a)
	}
	lot := func(place string) sayline.Moment {
		return sayline.Moment{Topic: "tastes-off", Context: sayline.Context{Place: place, Product: "09506000134352", Lot: "L1"}}
	}
	if a, b := key(lot("mayor")), key(lot("sevilla")); a != b {
		t.Errorf("with a lot there is no place: %q and %q", a, b)
	}
	face := func(feeling int, audience string) sayline.Moment {
		return sayline.Moment{Feeling: feeling, Audience: audience, Context: sayline.Context{Place: "mayor"}}
	}
	if a, b := key(face(1, "customer")), key(face(2, "customer")); a != b || a == "" {
		t.Errorf("bad faces: %q and %q", a, b)
	}
	if a, b := key(face(1, "customer")), key(face(1, "vendor")); a == b {
		t.Errorf("the rule groups by audience: both %q", a)
	}
	for name, m := range map[string]sayline.Moment{
		"words": {Text: "my passport"}, "words and a face": {Text: "my passport", Feeling: 1}, "a topic of its own each": {Topic: "lost"}, "an unknown topic": {Topic: "new"},
	} {
		if k := key(m); k != "" {
			t.Errorf("%s joins by %q", name, k)
		}
	}
	if k := key(sayline.Moment{Topic: "tastes-off", Text: "like metal"}); k == "" {
		t.Error("words with a topic open a case of their own")
	}
}

// Promises end by the clock, or in the hours of the touchpoint; a rule's own
// counts before the touchpoint's, and that before the brand's.
func TestPromise(t *testing.T) {
	c := sparkle()
	c.Response = sayline.Response{Answer: sayline.Duration(4 * time.Hour)}
	c.Places[2].Hours = sayline.Hours{Open: []sayline.OpenTime{{From: "09:00", Until: "21:00"}}}
	c.Touchpoints[0].Response = sayline.Response{Acknowledge: sayline.Duration(time.Hour), InHours: true}
	r := router(t, c)
	late := time.Date(2026, 11, 30, 20, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name         string
		m            sayline.Moment
		look, answer time.Duration
	}{
		{"the brand's, by the clock", sayline.Moment{Text: "hello", Context: sayline.Context{Touchpoint: "web", Place: "mayor"}}, time.Duration(sayline.DefaultAcknowledge), 4 * time.Hour},
		{"the touchpoint's, in hours", sayline.Moment{Text: "hello", Context: sayline.Context{Touchpoint: "shelf"}}, time.Hour, 16 * time.Hour},
		{"the rule's, in hours", sayline.Moment{Topic: "cant-find-it", Context: sayline.Context{Touchpoint: "shelf"}}, 5 * time.Minute, 16 * time.Hour},
		{"where it is always open", sayline.Moment{Text: "hello", Context: sayline.Context{Touchpoint: "shelf", Place: "goya"}}, time.Hour, 4 * time.Hour},
	} {
		r.Place(&tt.m)
		d := r.At(late)(&tt.m)
		if d.LookBy.Sub(late) != tt.look || d.AnswerBy.Sub(late) != tt.answer {
			t.Errorf("%s: looks in %s, answers in %s, want %s and %s", tt.name, d.LookBy.Sub(late), d.AnswerBy.Sub(late), tt.look, tt.answer)
		}
		if look, answer := d.Promise(late); look != d.LookBy || answer != d.AnswerBy {
			t.Errorf("%s: promises %s and %s", tt.name, look, answer)
		}
	}
}
