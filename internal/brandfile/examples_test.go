package brandfile_test

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brandfile"
)

var update = flag.Bool("update", false, "write the demo brands in canonical form")

var demoBrands = []string{"sparkle", "granvia", "northgate"}

func demo(t *testing.T, id string) *sayline.Config {
	t.Helper()
	path := filepath.Join("..", "..", "examples", id+".yaml")
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := brandfile.Read(id+".yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The demo brands are canonical files: apply and export give them back byte for byte.
func TestDemoBrandsComeBackByteForByte(t *testing.T) {
	for _, id := range demoBrands {
		path := filepath.Join("..", "..", "examples", id+".yaml")
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := brandfile.Write(demo(t, id))
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if string(got) != string(src) {
			t.Errorf("%s is not canonical; go test ./internal/brandfile -run DemoBrands -update writes it so", path)
		}
	}
}

// Each brand has 15 to 40 touchpoints, for all audiences, at every stage, some
// of them silent, and one place where a bare address leads.
func TestDemoBrandsMeetEverybody(t *testing.T) {
	for _, id := range demoBrands {
		c := demo(t, id)
		if n := len(c.Touchpoints); n < 15 || n > 40 {
			t.Errorf("%s has %d touchpoints, want 15 to 40", id, n)
		}
		met, stages, silent := map[string]bool{}, map[string]bool{}, 0
		for _, tp := range c.Touchpoints {
			met[tp.Audience()] = true
			stages[tp.Stage] = true
			if tp.Silent {
				silent++
			} else if len(tp.Topics) == 0 || tp.First == "" || tp.Owner == "" {
				t.Errorf("%s: %s listens, but has no topics, no first row or no owner", id, tp.ID)
			}
		}
		for _, a := range sayline.StandardAudiences {
			if !met[a] {
				t.Errorf("%s meets no %s first", id, a)
			}
		}
		if len(stages) != len(sayline.Stages) || silent < 3 {
			t.Errorf("%s: got stages %v and %d silent touchpoints", id, stages, silent)
		}
		if front := sayline.NewIndex(c).FrontDoor(); front.ID != "front-door" || front.First != "say" {
			t.Errorf("%s: got front door %s with %s first", id, front.ID, front.First)
		}
	}
}

// What is written for people is there in every language of the brand, and fits.
func TestDemoBrandsSpeakTheirLanguages(t *testing.T) {
	for _, id := range demoBrands {
		c := demo(t, id)
		both := func(where string, text sayline.Text, languages ...string) {
			if text.Empty() || text[""] != "" {
				return // a name that is the same everywhere
			}
			for _, lang := range languages {
				if text[lang] == "" {
					t.Errorf("%s: %s has no words in %s", id, where, lang)
				}
			}
		}
		all := c.Languages
		both("core_message", c.CoreMessage, all...)
		both("promise", c.Promise, all...)
		for _, key := range sayline.LineKeys {
			if c.Lines[key].Empty() {
				t.Errorf("%s has no line %s of its own", id, key)
			}
			both(key, c.Lines[key], all...)
		}
		for _, topic := range c.Topics {
			both("topic "+topic.ID, topic.Label, all...)
			both("topic "+topic.ID, topic.Done, all...)
			both("topic "+topic.ID, topic.TellMe, all...)
		}
		for _, team := range c.Teams {
			both("team "+team.ID, team.Name, all...)
		}
		for _, tp := range c.Touchpoints {
			if tp.Silent {
				both(tp.ID, tp.Name, "en", "es")
			} else {
				both(tp.ID, tp.Name, all...)
			}
			for _, text := range []sayline.Text{tp.Purpose, tp.Promise, tp.Tone, tp.OnlyHere, tp.Feeling} {
				both(tp.ID, text, "en", "es")
			}
			for key, line := range tp.Lines {
				both(tp.ID+" "+key, line, all...)
			}
			if tp.Purpose.Empty() || tp.Feeling.Empty() {
				t.Errorf("%s: %s has no purpose or no intended feeling", id, tp.ID)
			}
		}
	}
}

// The screen asks nothing: no line that invites is a question. And the brands
// keep to their own rules: no word they never use.
func TestDemoBrandsSoundLikeThemselves(t *testing.T) {
	lines := map[string]map[string]string{} // words of a line → brand, by language
	for _, id := range demoBrands {
		c := demo(t, id)
		check := func(where string, text sayline.Text) {
			for lang, words := range text {
				for _, never := range c.Character.Never {
					if strings.Contains(strings.ToLower(words), never) {
						t.Errorf("%s: %s (%s) says %q, which the brand never does", id, where, lang, never)
					}
				}
			}
		}
		for key, text := range c.Lines {
			check(key, text)
			for lang, words := range text {
				if lines[lang] == nil {
					lines[lang] = map[string]string{}
				}
				if other, ok := lines[lang][words]; ok {
					t.Errorf("%s and %s both say %q: a stranger could not tell them apart", other, id, words)
				}
				lines[lang][words] = id
			}
		}
		invitations := []sayline.Text{c.Lines["invitation"]}
		for _, tp := range c.Touchpoints {
			for _, text := range []sayline.Text{tp.Purpose, tp.Promise, tp.Tone, tp.OnlyHere} {
				check(tp.ID, text)
			}
			invitations = append(invitations, tp.Lines["invitation"], tp.Lines["one_tap"])
		}
		for _, text := range invitations {
			for lang, words := range text {
				if strings.ContainsAny(words, "?؟") {
					t.Errorf("%s asks (%s): %q", id, lang, words)
				}
			}
		}
	}
}

// Somebody with an e-mail address is on duty for every team at every place it
// covers, or above; and who has a private lane's cases may see them.
func TestDemoBrandsHaveSomebodyOnDuty(t *testing.T) {
	for _, id := range demoBrands {
		c := demo(t, id)
		ix := sayline.NewIndex(c)
		for _, team := range c.Teams {
			found := false
			for _, m := range team.Members {
				if !m.Duty {
					continue
				}
				found = true
				p := ix.Person(m.Person)
				if !slices.ContainsFunc(p.Contacts, func(k sayline.Contact) bool { return k.Channel == sayline.ByEmail }) {
					t.Errorf("%s: %s is on duty for %s and has no e-mail contact", id, p.ID, team.ID)
				}
			}
			if !found {
				t.Errorf("%s: nobody is ever on duty for %s", id, team.ID)
			}
		}
		for _, topic := range c.Topics {
			if topic.Lane == "" {
				continue
			}
			rule := c.Routes[slices.IndexFunc(c.Routes, func(r sayline.Rule) bool { return slices.Contains(r.When.Topics, topic.ID) })]
			for _, m := range ix.Team(rule.To).Members {
				if !slices.Contains(ix.Lane(topic.Lane).See, m.Person) {
					t.Errorf("%s: %s of %s gets %s, but may not see its lane", id, m.Person, rule.To, topic.ID)
				}
			}
		}
		roles := map[string]bool{}
		for _, p := range c.People {
			roles[p.Role] = true
			if domain := p.Email[strings.IndexByte(p.Email, '@')+1:]; !strings.HasSuffix(domain, ".example") {
				t.Errorf("%s: %s has a real address", id, p.ID)
			}
		}
		if !roles[sayline.Owner] || !roles[sayline.Manager] {
			t.Errorf("%s has no owner or no manager", id)
		}
	}
}

// The brands' colours differ, and white words can be read on them (WCAG 2.2,
// contrast 4.5 to 1).
func TestDemoBrandsHaveReadableColours(t *testing.T) {
	seen := map[string]bool{}
	for _, id := range demoBrands {
		c := demo(t, id)
		n, err := strconv.ParseUint(c.Look.Color[1:], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		light := 0.2126*linear(n>>16) + 0.7152*linear(n>>8&255) + 0.0722*linear(n&255)
		if contrast := 1.05 / (light + 0.05); contrast < 4.5 {
			t.Errorf("%s: white on %s has a contrast of %.1f", id, c.Look.Color, contrast)
		}
		if seen[c.Look.Color] || !strings.Contains(c.Look.Logo, c.Look.Color) {
			t.Errorf("%s: got colour %s again, or a logo without it", id, c.Look.Color)
		}
		seen[c.Look.Color] = true
	}
}

// linear is a channel's light (WCAG 2.2, relative luminance), by its square:
// near enough to tell readable from not, and never kinder.
func linear(channel uint64) float64 {
	c := float64(channel) / 255
	return c * c
}

// The ids that scenes and their tests rely on stand for what they should.
func TestDemoBrandsCarryTheScenes(t *testing.T) {
	sparkle := demo(t, "sparkle")
	ix := sayline.NewIndex(sparkle)
	shelf := ix.Touchpoint("k7f3")
	if shelf.Name.In("en") != "Shelf 14" || shelf.Place != "mercado-calle-mayor" || !ix.Under(shelf.Place, "madrid") || shelf.Product != "09506000134352" || shelf.First != "topics" ||
		!slices.Equal(shelf.Topics, []string{"cant-find-it", "damaged", "price-looks-wrong", "past-its-date", "someone-was-great", "love-this-one"}) {
		t.Errorf("got %+v", shelf)
	}
	if p := ix.OfProduct("09506000134352"); p.ID != "lemon" {
		t.Errorf("the lemon's barcode leads to %s", p.ID)
	}
	if p := ix.OfProduct("09506000134369"); p.ID != "package" {
		t.Errorf("the orange's barcode leads to %s", p.ID)
	}
	first := func(c *sayline.Config, topic string) sayline.Rule {
		return c.Routes[slices.IndexFunc(c.Routes, func(r sayline.Rule) bool { return slices.Contains(r.When.Topics, topic) })]
	}
	if r := first(sparkle, "cant-find-it"); r.To != "distribution" || r.Urgency != sayline.Urgent || r.Within.String() != "PT5M" || len(r.Also) == 0 {
		t.Errorf("can't find it: got %+v", r)
	}
	if r := first(sparkle, "tastes-off"); r.To != "quality" || r.Urgency != sayline.Urgent {
		t.Errorf("tastes off: got %+v", r)
	}
	want := sayline.Membership{Person: "lucia", Place: "madrid", Duty: true}
	if team := ix.Team("distribution"); team.Covers != "region" || !slices.Contains(team.Members, want) || !slices.Contains(team.Members, sayline.Membership{Person: "marco", Place: "madrid"}) {
		t.Errorf("distribution: got %+v", team)
	}
	northgate := demo(t, "northgate")
	ix = sayline.NewIndex(northgate)
	if wc, team := ix.Touchpoint("wc1a"), ix.Team("cleaning"); wc.First != "faces" || team.Outside == "" || team.Covers != "restroom" || ix.AtLevel(wc.Place, "restroom") == "" {
		t.Errorf("restroom: got %+v and %+v", wc, team)
	}
	if topic := ix.Topic("lost-property"); topic.Group != "never" {
		t.Errorf("lost property: got %+v", topic)
	}
	ix = sayline.NewIndex(demo(t, "granvia"))
	if team := ix.Team("duty-manager"); team.Covers != "hotel" || !slices.Contains(team.Members, sayline.Membership{Person: "beatriz", Place: "hotel-madrid", Duty: true}) {
		t.Errorf("the manager on duty: got %+v", team)
	}
}

// Nothing in a demo brand is left over: every topic is a chip somewhere, every
// team has work, every list that can refer to a noun does.
func TestDemoBrandsHaveNothingLeftOver(t *testing.T) {
	for _, id := range demoBrands {
		c := demo(t, id)
		used := map[string]bool{}
		for _, tp := range c.Touchpoints {
			for _, topic := range tp.Topics {
				used["topic "+topic] = true
			}
		}
		for _, r := range c.Routes {
			used["team "+r.To] = true
			for _, also := range r.Also {
				used["team "+also] = true
			}
		}
		for _, team := range c.Teams {
			for _, m := range team.Members {
				used["person "+m.Person] = true
			}
		}
		for _, topic := range c.Topics {
			if !used["topic "+topic.ID] {
				t.Errorf("%s: no touchpoint has the topic %s", id, topic.ID)
			}
		}
		for _, team := range c.Teams {
			if !used["team "+team.ID] {
				t.Errorf("%s: no route leads to or informs %s", id, team.ID)
			}
		}
		for _, p := range c.People {
			if p.Role == "" && !used["person "+p.ID] {
				t.Errorf("%s: %s is in no team", id, p.ID)
			}
		}
		if last := c.Routes[len(c.Routes)-1]; !reflect.DeepEqual(last.When, sayline.Match{}) {
			t.Errorf("%s: the last rule does not match everything", id)
		}
	}
}

// Sparkle's Arabic is Arabic.
func TestSparkleSpeaksArabic(t *testing.T) {
	c := demo(t, "sparkle")
	texts := []sayline.Text{c.CoreMessage, c.Promise}
	for _, line := range c.Lines {
		texts = append(texts, line)
	}
	for _, topic := range c.Topics {
		texts = append(texts, topic.Label)
	}
	for _, tp := range c.Touchpoints {
		if !tp.Silent {
			texts = append(texts, tp.Name)
		}
	}
	for _, text := range texts {
		if !strings.ContainsFunc(text["ar"], func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) {
			t.Errorf("got %q", text["ar"])
		}
	}
}

// The demo brands' rosters are a real house's: shifts that meet over midnight and
// at week-ends, by people who can be reached.
func TestDemoBrandsHaveRosters(t *testing.T) {
	night := func(b sayline.Block) bool { return b.Until < b.From }
	for _, id := range demoBrands {
		c := demo(t, id)
		ix := sayline.NewIndex(c)
		nights, turns := false, false
		for _, s := range c.Shifts {
			nights = nights || slices.ContainsFunc(s.Blocks, night)
			turns = turns || len(s.Rotation.People) > 1
			for _, p := range s.People() {
				if !slices.ContainsFunc(ix.Person(p).Contacts, func(k sayline.Contact) bool { return k.Channel == sayline.ByEmail }) {
					t.Errorf("%s: %s has the shift %s and no e-mail contact", id, p, s.ID)
				}
			}
		}
		if !turns || !nights && id != "sparkle" {
			t.Errorf("%s: a rotation: %v, a night: %v", id, turns, nights)
		}
		for _, h := range c.Holidays {
			for _, lang := range c.Languages {
				if h.Name[lang] == "" {
					t.Errorf("%s: the holiday %s has no name in %s", id, h.Date, lang)
				}
			}
		}
	}
}
