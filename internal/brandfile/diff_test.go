package brandfile_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brandfile"
	"pgregory.net/rapid"
)

// small is a brand whose changes the tests tell.
const small = `brand: sparkle
name: Sparkle
languages: [en, es]
look: {color: "#0b6e4f"}
topics:
  - {id: lost, kind: problem, label: Lost}
  - {id: great, kind: praise, label: {en: Great, es: Genial}}
places:
  - id: spain
    name: Spain
    level: country
    children:
      - {id: madrid, name: Madrid, level: region}
      - {id: valencia, name: Valencia, level: region}
      - {id: catalonia, name: Catalonia, level: region}
products:
  - {gtin: "09506000134352", name: Lemon}
touchpoints:
  - {id: k7f3, name: Shelf 14, channel: shelf, stage: decides, topics: [lost, great], promise: We are there}
  - {id: door, name: Front door, channel: web, stage: needs}
people:
  - {id: ana, name: Ana, email: ana@sparkle.example}
  - {id: lucia, name: Lucía, email: lucia@sparkle.example}
teams:
  - {id: service, name: Service, members: [{person: ana}]}
  - {id: distribution, name: Distribution, covers: region, members: [{person: lucia, place: madrid}, {person: ana}]}
routes:
  - {when: {topic: [lost]}, to: distribution, urgency: urgent}
  - {when: {feeling: [1, 2]}, to: service}
  - {when: {kind: [praise]}, to: service, urgency: quiet}
  - {to: service}
`

func TestDiffInPlainWords(t *testing.T) {
	tests := []struct {
		name     string
		from, to string // one replaced by the other in the file
		want     []string
	}{
		{"nothing", "", "", nil},
		{"a promise", "We are there", "We are there by eight", []string{"touchpoint k7f3: promise “We are there” → “We are there by eight”"}},
		{"words by language", "promise: We are there", "promise: {en: We are there, es: Allí estamos}, tone: Plain", []string{"touchpoint k7f3: promise (es) nothing → “Allí estamos”; tone nothing → “Plain”"}},
		{"the same words said otherwise", "label: Lost", "label: {en: Lost}", nil},
		{"a list", "[lost, great]", "[great]", []string{"touchpoint k7f3: topics “lost, great” → “great”"}},
		{"the brand", `look: {color: "#0b6e4f"}`, "look: {color: \"#000000\"}\nlines: {sent: {es: Ya}}", []string{"brand sparkle: look.color “#0b6e4f” → “#000000”; lines.sent (es) nothing → “Ya”"}},
		{"a new product", "  - {gtin: \"09506000134352\", name: Lemon}\n", "  - {gtin: \"09506000134352\", name: Lemon}\n  - {gtin: \"09506000134369\", name: Orange}\n", []string{"product 09506000134369: new, “Orange”"}},
		{"a removed touchpoint", "  - {id: door, name: Front door, channel: web, stage: needs}\n", "", []string{"touchpoint door: removed, “Front door”"}},
		{"a new id", "id: door,", "id: gate,", []string{"touchpoint gate: new, “Front door”", "touchpoint door: removed, “Front door”"}},
		{"duty", "{person: lucia, place: madrid}, {person: ana}", "{person: lucia, place: madrid, duty: true}", []string{"team distribution: members “person lucia, place madrid” → “person lucia, place madrid, duty”; members “person ana” → nothing"}},
		{"members in another order", "{person: lucia, place: madrid}, {person: ana}", "{person: ana}, {person: lucia, place: madrid}", []string{"team distribution: members “person lucia, place madrid; person ana” → “person ana; person lucia, place madrid”"}},
		{"a place moves within its own", "      - {id: madrid, name: Madrid, level: region}\n      - {id: valencia, name: Valencia, level: region}\n      - {id: catalonia, name: Catalonia, level: region}\n", "      - {id: catalonia, name: Catalonia, level: region}\n      - {id: madrid, name: Madrid, level: region}\n      - {id: valencia, name: Valencia, level: region}\n", []string{"place catalonia: moved from 3 to 1"}},
		{"a place moves to another", "      - {id: catalonia, name: Catalonia, level: region}\n", "  - {id: catalonia, name: Catalonia, level: region}\n", []string{"place catalonia: parent “spain” → nothing"}},
		{"teams change places", "  - {id: service, name: Service, members: [{person: ana}]}\n", "  - {id: quality, name: Quality}\n  - {id: service, name: Service, members: [{person: ana}]}\n", []string{"team quality: new, “Quality”"}},
		{"a rule's urgency", "urgency: urgent", "urgency: critical", []string{"route 1 (topic is lost → distribution, critical): urgency “urgent” → “critical”"}},
		{"a rule raises by count", "urgency: urgent", "urgency: urgent, raise: {at: 3, to: critical}", []string{"route 1 (topic is lost → distribution, urgent, critical from 3 on): raise.at nothing → “3”; raise.to nothing → “critical”"}},
		{"a rule asks more", "{feeling: [1, 2]}", "{feeling: [1, 2], place: [madrid]}", []string{"route 2 (feeling is 1 or 2, place is madrid → service): when.place nothing → “madrid”"}},
		{"a rule moves", "  - {when: {topic: [lost]}, to: distribution, urgency: urgent}\n  - {when: {feeling: [1, 2]}, to: service}\n  - {when: {kind: [praise]}, to: service, urgency: quiet}\n", "  - {when: {kind: [praise]}, to: service, urgency: quiet}\n  - {when: {topic: [lost]}, to: distribution, urgency: urgent}\n  - {when: {feeling: [1, 2]}, to: service}\n", []string{"route 1 (kind is praise → service, quiet): moved from 3 to 1"}},
		{"a rule comes in front", "routes:\n", "routes:\n  - {when: {has: [contact, words]}, to: service, acknowledge_within: PT5M}\n", []string{"route 1: new, “has contact and words → service, within PT5M”"}},
		{"a rule goes", "  - {when: {topic: [lost]}, to: distribution, urgency: urgent}\n", "", []string{"route 1: removed, “topic is lost → distribution, urgent”"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.from != "" && strings.Count(small, tt.from) != 1 {
				t.Fatalf("the test replaces %q, which stands %d times", tt.from, strings.Count(small, tt.from))
			}
			old, next := read(t, small), read(t, strings.Replace(small, tt.from, tt.to, 1))
			var got []string
			for _, c := range brandfile.Diff(old, next) {
				got = append(got, c.String())
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

func read(t *testing.T, src string) *sayline.Config {
	t.Helper()
	c, err := brandfile.Read("b.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDiffOfANewBrandNamesEverything(t *testing.T) {
	got := map[string]int{}
	for _, c := range brandfile.Diff(nil, read(t, small)) {
		if c.Verb != brandfile.Created || len(c.Edits) > 0 {
			t.Errorf("got %v, want only what is new", c)
		}
		got[c.Noun]++
	}
	want := map[string]int{"brand": 1, "topic": 2, "place": 4, "product": 1, "touchpoint": 2, "person": 2, "team": 2, "route": 4}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestChangeStaysOnALine(t *testing.T) {
	c := brandfile.Change{Verb: brandfile.Changed, Noun: "brand", ID: "b", Edits: []brandfile.Edit{{Member: "look.logo", Before: "<svg>\n  " + strings.Repeat("x", 300), After: ""}}}
	if got := c.String(); strings.Contains(got, "\n") || len([]rune(got)) > 160 {
		t.Errorf("got %q, want one line of readable length", got)
	}
}

// Two brands have no difference exactly when their files are the same, what is
// new one way is removed the other way, and telling it twice is the same.
func TestDiffIsComplete(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyBrand().Draw(t, "a"), anyBrand().Draw(t, "b")
		if rapid.Bool().Draw(t, "near") {
			b = vary(t, a)
		}
		there, back := brandfile.Diff(a, b), brandfile.Diff(b, a)
		fileA, errA := brandfile.Write(inFirstLanguage(a))
		fileB, errB := brandfile.Write(inFirstLanguage(b))
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if same := string(fileA) == string(fileB); same != (len(there) == 0) || same != (len(back) == 0) {
			t.Fatalf("got %v and back %v for\n%s\nand\n%s", there, back, fileA, fileB)
		}
		if c, r := count(there, brandfile.Created), count(back, brandfile.Removed); c != r {
			t.Fatalf("got %d created, but %d removed the other way", c, r)
		}
		if !reflect.DeepEqual(there, brandfile.Diff(a, b)) {
			t.Fatalf("got another answer the second time")
		}
		for _, c := range there {
			if c.Verb == brandfile.Changed && len(c.Edits) == 0 || c.Verb == brandfile.Moved && c.From == c.To && c.Noun != "place" && alone(there, c) {
				t.Fatalf("got %+v, which says nothing", c)
			}
		}
	})
}

// alone says whether nothing else of a noun came, went or moved.
func alone(changes []brandfile.Change, c brandfile.Change) bool {
	n := 0
	for _, o := range changes {
		if o.Noun == c.Noun && o.Verb != brandfile.Changed {
			n++
		}
	}
	return n == 1
}

func count(changes []brandfile.Change, v brandfile.Verb) (n int) {
	for _, c := range changes {
		if c.Verb == v && c.Noun != "route" {
			n++
		}
	}
	return n
}

// vary changes a copy of a brand a little.
func vary(t *rapid.T, a *sayline.Config) *sayline.Config {
	b := *a
	b.Touchpoints, b.Teams, b.Routes = slices.Clone(a.Touchpoints), slices.Clone(a.Teams), slices.Clone(a.Routes)
	if rapid.Bool().Draw(t, "words") {
		b.Touchpoints[0].Tone = anyText(40).Draw(t, "tone")
	}
	if n := len(b.Teams); rapid.Bool().Draw(t, "teams") && n > 1 {
		b.Teams[0], b.Teams[n-1] = b.Teams[n-1], b.Teams[0]
	}
	if n := len(b.Routes); rapid.Bool().Draw(t, "routes") && n > 1 {
		b.Routes[0], b.Routes[n-1] = b.Routes[n-1], b.Routes[0]
	}
	return &b
}

// inFirstLanguage says words of no language in the brand's first one, which
// means the same.
func inFirstLanguage(c *sayline.Config) *sayline.Config {
	copied := reflect.New(reflect.TypeOf(*c)).Elem()
	copied.Set(withLanguage(reflect.ValueOf(*c), c.Languages[0]))
	b := copied.Interface().(sayline.Config)
	return &b
}

func withLanguage(v reflect.Value, lang string) reflect.Value {
	if t, ok := v.Interface().(sayline.Text); ok {
		if s, plain := t[""]; plain {
			return reflect.ValueOf(sayline.Text{lang: s})
		}
		return v
	}
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(withLanguage(v.Field(i), lang))
		}
	case reflect.Slice:
		if v.Len() == 0 {
			return v
		}
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(withLanguage(v.Index(i), lang))
		}
	case reflect.Map:
		if v.Len() == 0 {
			return v
		}
		out.Set(reflect.MakeMap(v.Type()))
		for _, k := range v.MapKeys() {
			out.SetMapIndex(k, withLanguage(v.MapIndex(k), lang))
		}
	}
	return out
}
