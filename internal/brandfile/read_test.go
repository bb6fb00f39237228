package brandfile_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brandfile"
	"pgregory.net/rapid"
)

// head and tail are what every brand has; tests put lines between them. The
// first such line is line 5.
const (
	head = "brand: b\nname: B\nlanguages: [en]\nlook: {color: \"#0b6e4f\"}\n"
	tail = "touchpoints:\n  - id: t\n    name: T\n    channel: shelf\n    stage: uses\nteams:\n  - id: all\n    name: All\n"
)

// problems reads a file that is wrong and gives its problems as lines.
func problems(t *testing.T, src string) []string {
	t.Helper()
	c, err := brandfile.Read("b.yaml", []byte(src))
	var ps brandfile.Problems
	if !errors.As(err, &ps) || c != nil {
		t.Fatalf("got %v, %v, want problems for\n%s", c, err, src)
	}
	return strings.Split(ps.Error(), "\n")
}

func TestReadTheLeastBrand(t *testing.T) {
	c, err := brandfile.Read("b.yaml", []byte(head+tail))
	if err != nil {
		t.Fatal(err)
	}
	if c.ID != "b" || c.Look.Color != "#0b6e4f" || c.Touchpoints[0].Name.In("en") != "T" || c.Teams[0].ID != "all" {
		t.Errorf("got %+v", c)
	}
}

func TestReadFlattensPlaces(t *testing.T) {
	c, err := brandfile.Read("b.yaml", []byte(head+`places:
  - id: spain
    name: Spain
    children:
      - id: madrid
        name: Madrid
        children: [{id: shop, name: Shop, lat: 40.0}]
      - id: valencia
        name: Valencia
        children: []
  - id: portugal
    name: Portugal
`+tail))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range c.Places {
		got = append(got, p.ID+" in "+p.Parent)
	}
	want := []string{"spain in ", "madrid in spain", "shop in madrid", "valencia in spain", "portugal in "}
	if !slices.Equal(got, want) || c.Places[2].Lat != 40 {
		t.Errorf("got %q, want %q", got, want)
	}
}

// YAML 1.1's truths are words here, as they are to whoever writes them.
func TestReadWordsThatLookLikeTruths(t *testing.T) {
	c, err := brandfile.Read("b.yaml", []byte("brand: b\nname: Yes\nlanguages: [en, no]\nlook: {color: \"#0b6e4f\"}\npromise: {no: on, en: off}\n"+tail))
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "Yes" || c.Languages[1] != "no" || c.Promise["no"] != "on" || c.Promise["en"] != "off" {
		t.Errorf("got %q %q %q", c.Name, c.Languages, c.Promise)
	}
}

// readProblems are files with what is told of them.
var readProblems = []struct {
	name, src string
	want      []string // without the file's name
}{
	{"empty", "", []string{"1:1: expected a brand; the file is empty"}},
	{"comments only", "# nothing\n", []string{"1:1: expected a brand; the file is empty"}},
	{"a list", "[]", []string{"1:1: expected members (name: value), got a list"}},
	{"words", "hello", []string{`1:1: expected members (name: value), got "hello"`}},
	{"colon in words", head + "promise: Sparkle: the drink\n" + tail, []string{"5:1: expected one “name: value”; put words with a colon in quotes"}},
	{"tab", head + "privacy:\n\tpolicy: x\n" + tail, []string{"6:1: expected spaces; a tab stands in the indentation"}},
	{"indentation", head + "privacy:\n  policy: x\n operator: y\n" + tail, []string{"7:2: expected “name: value”, indented like its neighbours, and each bracket or quote closed once"}},
	{"open quote", head + "promise: \"We answer\n" + tail, []string{"5:1: expected a closing quote; the one opened here never ends"}},
	{"open bracket", head + "domains: [a.example\n" + tail, []string{"5:1: expected a comma or a closing ]"}},
	{"after a list over lines", head + "domains: [a.example,\n  b.example]\npromise: a: b\n" + tail, []string{"7:1: expected one “name: value”; put words with a colon in quotes"}},
	{"quote in a quote", head + "promise: 'it's'\n" + tail, []string{`5:1: expected nothing behind the closing quote; a quote within quotes is written twice ('') or with a backslash (\")`}},
	{"at sign", head + "promise: @you\n" + tail, []string{"5:1: expected words; those that begin with @ must stand in quotes"}},
	{"colour in braces", "brand: b\nlook: {color: #0b6e4f}\n", []string{"2:1: expected a value, or the closing bracket; words that begin with # must stand in quotes, else they are a comment"}},
	{"unknown alias", head + "promise: *you\n" + tail, []string{"5:1: expected the value itself; words that begin with * must stand in quotes"}},
	{"backslash", head + `promise: "\you"` + "\n" + tail, []string{"5:1: expected text; between double quotes a backslash must be written twice"}},
	{"anchor and alias", head + "core_message: &m A\npromise: *m\n" + tail, []string{
		"5:15: /core_message: expected a value without an anchor, got &m; words that begin with & must stand in quotes",
		"6:10: /promise: expected the value itself, got *m; words that begin with * must stand in quotes"}},
	{"tag", head + "promise: !important yes\n" + tail, []string{"5:10: /promise: expected a value without a tag, got !important; words that begin with ! must stand in quotes"}},
	{"two documents", head + tail + "---\n" + head, []string{"13:1: expected one document; a second one begins here"}},
	{"byte order mark", "\ufeff" + head + tail, []string{"1:1: expected plain UTF-8; the file begins with a byte order mark (UTF-8): save it as UTF-8 without BOM"}},
	{"UTF-16", "\xff\xfeb\x00", []string{"1:1: expected plain UTF-8; the file begins with a byte order mark (UTF-16): save it as UTF-8 without BOM"}},
	{"no UTF-8", head + "promise: ma\xf1ana\n" + tail, []string{"5:12: expected UTF-8; byte 0xf1 here is none: save the file as UTF-8"}},
	{"control character", head + "promise: é\x07\n" + tail, []string{"5:11: expected text; the control character U+0007 stands here"}},
	{"escaped zero", head + `promise: "a\0b"` + "\n" + tail, []string{"5:10: /promise: expected text without U+0000"}},
	{"member twice", head + "name: C\n" + tail, []string{`5:1: /name: expected "name" once; it stands in line 2 already`}},
	{"names that are none", head + "1: x\ntrue: x\n? [a]\n: b\n<<: {zone: UTC}\n" + tail, []string{
		`5:1: /1: expected the name of a member, in letters; got 1: if it is meant, put it in quotes: "1"`,
		`6:1: /true: expected the name of a member, in letters; got true: if it is meant, put it in quotes: "true"`,
		`7:3: /: expected the name of a member, in letters; got a value that cannot be one`,
		`9:1: /<<: expected the name of a member, in letters; << is not used here: write the members out`}},
	{"unknown member", head + "promis: x\nwhatever: y\n" + tail, []string{
		`5:1: /promis: unknown member "promis"; did you mean "promise"?`,
		`6:1: /whatever: unknown member "whatever"; expected one of answers, audiences, brand, calendars, character, core_message, domains, fallback, feelings, holidays, hours, lanes, languages, last_resort, legal_name, lines, look, name, operator, people, places, policies, privacy, products, promise, public_page, response, rivals, routes, shifts, sites, steps, summaries, teams, topics, touchpoints, trade, vouchers, webhooks, zone`}},
	{"GTINs", head + "products:\n  - {gtin: 09506000134352, name: A}\n  - {gtin: 19506000134359, name: B}\n  - {gtin: \"09506000134353\", name: C}\n" + tail, []string{
		`6:12: /products/0/gtin: expected text; this reads as a number and loses its leading zero: put it in quotes: "09506000134352"`,
		`7:12: /products/1/gtin: expected text; this reads as a number: put it in quotes: "19506000134359"`,
		`8:12: /products/2/gtin: expected a GTIN of 14 digits with its check digit, got "09506000134353"`}},
	{"dates, truths and numbers", head + "core_message: 2026-11-22\npromise: true\nlegal_name: 0x1F\nzone:\n" + tail, []string{
		`5:15: /core_message: expected text; this reads as a date: put it in quotes: "2026-11-22"`,
		`6:10: /promise: expected words, or words by language; this reads as true or false: put it in quotes: "true"`,
		`7:13: /legal_name: expected a plain number such as 12 or 40.4; if it is text, put it in quotes: "0x1F"`,
		`8:6: /zone: expected text; nothing stands here`}},
	{"policies that can't be", head + "policies:\n  - {id: urgent, steps: [{ask: [duty]}]}\n  - {id: fast, steps: [{ask: [person:ben, everybody, team:all], by: [phone], wait: PT1S}], loops: 99}\nroutes:\n  - {to: all, policy: slow}\n  - {to: all, raise: {words: [\"!\"], to: critical}}\n" + tail, []string{
		`6:10: /policies/0/id: expected another name: urgent is how a case climbs when its rule names no policy`,
		`7:31: /policies/1/steps/0/ask/0: expected the id of a person after person:, got "ben"`,
		`7:43: /policies/1/steps/0/ask/1: expected duty, team, also, last_resort, person:ID or team:ID, got "everybody"`,
		`7:70: /policies/1/steps/0/by/0: expected one of push, email, chat, sms, voice, webhook, got "phone"`,
		`7:84: /policies/1/steps/0/wait: expected from PT10S to P7D, got PT1S`,
		`7:99: /policies/1/loops: expected a number from 1 to 10`,
		`10:31: /routes/1/raise/words/0: expected a word of at most 60 characters, got "!"`}},
	{"raises that can't be", head + "routes:\n  - {to: all, urgency: urgent, raise: {at: 1, to: critical}}\n  - {to: all, urgency: urgent, raise: {at: 3, to: normal}}\n  - {to: all, urgency: none, raise: {at: 3, to: urgent}}\n  - {to: all, raise: {to: quiet}}\n" + tail, []string{
		`6:44: /routes/0/raise/at: expected a number from 2 to 10000`,
		`7:51: /routes/1/raise/to: expected more than the rule's own urgency, urgent`,
		`8:37: /routes/2/raise: expected an urgency other than none: what is only counted has no case that could grow`,
		`9:27: /routes/3/raise/to: expected one of critical, urgent, normal, got "quiet"`}},
	{"colour as a comment", "brand: b\nname: B\nlanguages: [en]\nlook:\n  color: #0b6e4f\n" + tail, []string{`5:9: /look/color: expected a colour as "#rrggbb" in lower case, in quotes; nothing stands here`}},
	{"languages of words", head + "promise: {fr: Bonjour, English: x, en: ''}\n" + tail, []string{
		"5:15: /promise/fr: expected one of the brand's languages (en)",
		`5:24: /promise/English: expected words, or words by language: a language such as en or pt-BR, got "English"`,
		"5:40: /promise/en: expected some words; leave the member out if there are none"}},
	{"a comma between braces", head + "promise: {en: Today, or tomorrow}\n" + tail, []string{
		`5:22: /promise/or tomorrow: expected words, or words by language: a language such as en or pt-BR, got "or tomorrow"; between braces, words with a comma must stand in quotes`}},
	{"places", head + "places:\n  - id: a\n    name: A\n    children:\n      - id: b\n        parent: a\n        gln: \"9506000134353\"\n      - id: a\n        naem: C\n" + tail, []string{
		`9:9: /places/0/children/0/name: expected the member "name": As people say it`,
		`10:9: /places/0/children/0/parent: unknown member "parent"; a place within another stands under that one's children`,
		`11:14: /places/0/children/0/gln: expected a GLN of 13 digits with its check digit, got "9506000134353"`,
		`12:9: /places/0/children/1/name: expected the member "name": As people say it`,
		`12:13: /places/0/children/1/id: expected each once; "a" stands twice`,
		`13:9: /places/0/children/1/naem: unknown member "naem"; did you mean "name"?`}},
	{"routes", head + "routes:\n  - when: {topic: lost, feeling: [6, one]}\n    to: al\n    urgency: urgnt\n    acknowledge_within: 5 min\n  - to: all\n    answer_within: P\n" + tail, []string{
		`6:19: /routes/0/when/topic: expected a list, such as [a, b] or lines that begin with -; got "lost"`,
		`6:35: /routes/0/when/feeling/0: expected a number from 1 to 5`,
		`6:38: /routes/0/when/feeling/1: expected a whole number, got "one"`,
		`7:9: /routes/0/to: expected the id of a team, got "al"`,
		`8:14: /routes/0/urgency: expected one of critical, urgent, normal, quiet, none, got "urgnt"; did you mean "urgent"?`,
		`9:25: /routes/0/acknowledge_within: expected a duration such as PT5M, PT2H or P1D, got "5 min"`,
		`11:20: /routes/1/answer_within: expected a duration such as PT5M, PT2H or P1D`}},
}

func TestReadProblems(t *testing.T) {
	for _, tt := range readProblems {
		t.Run(tt.name, func(t *testing.T) {
			for i := range tt.want {
				tt.want[i] = "b.yaml:" + tt.want[i]
			}
			if got := problems(t, tt.src); !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

// A fault that stands only because another part cannot be read is not told.
func TestReadDoesNotBlameTheInnocent(t *testing.T) {
	tests := []struct {
		name, src string
		want      []string
	}{
		{"a topic without an id", head + "topics: [{kind: praise, label: A}]\n" + strings.Replace(tail, "stage: uses", "stage: uses\n    topics: [a]\n    place: x", 1),
			[]string{`b.yaml:5:10: /topics/0/id: expected the member "id"`, `b.yaml:12:12: /touchpoints/0/place: expected the id of a place, got "x"`}},
		{"languages that are no list", "brand: b\nname: B\nlanguages: en\nlook: {color: \"#0b6e4f\"}\npromise: {en: A}\n" + tail,
			[]string{`b.yaml:3:12: /languages: expected a list, such as [a, b] or lines that begin with -; got "en"`}},
		{"a level that is a number", head + "places: [{id: a, name: A, level: 1}]\n" + tail + "    covers: floor\n",
			[]string{`b.yaml:5:34: /places/0/level: expected text; this reads as a number: put it in quotes: "1"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := problems(t, tt.src); !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

// The error is one the rest of the house understands.
func TestProblemsAreAnErrorAtFault(t *testing.T) {
	_, err := brandfile.Read("b.yaml", []byte(head+"promis: x\n"+tail))
	var e *sayline.Error
	if !errors.As(err, &e) || sayline.KindOf(err) != sayline.AtFault {
		t.Fatalf("got %v, want an error of kind at_fault", err)
	}
	want := sayline.Fault{Pointer: "/promis", Detail: `line 5: unknown member "promis"; did you mean "promise"?`}
	if len(e.Fields) != 1 || e.Fields[0] != want {
		t.Errorf("got %v, want %v", e.Fields, want)
	}
}

// Files made to cost much cost little, and say so.
func TestReadHostileFiles(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1)
	}
	tests := []struct{ name, src, part string }{
		{"bomb of aliases", bomb, "expected the value itself, got *a"},
		{"deep lists", head + "places: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "expected less nesting"},
		{"deeper lists", head + "places: " + strings.Repeat("[", 100_000), "expected less nesting"},
		{"deep places", head + "places:\n  - id: a\n" + nested(150) + tail, "expected less nesting"},
		{"too large", strings.Repeat("#", brandfile.MaxSize+1), "at most 4 MiB, got 4194305 bytes"},
		{"a fault behind much", head + strings.Repeat("# much\n", 500_000) + "promise: a: b\n" + tail, "put words with a colon in quotes"},
		{"nothing but unknown members", manyMembers(30_000), "and at least"},
		{"long number", head + "privacy: {unidentified_days: " + strings.Repeat("9", 100_000) + "}\n" + tail, "expected a whole number"},
		{"number of many digits", head + "places: [{id: a, name: A, lat: 0." + strings.Repeat("9", 500) + "}]\n" + tail, "expected a shorter number"},
		{"exponent", head + "places: [{id: a, name: A, lat: 1e99}]\n" + tail, "expected a plain number"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := problems(t, tt.src)
			if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, tt.part) }) {
				t.Errorf("got %.2000q, want one with %q", got, tt.part)
			}
			if n := len(strings.Join(got, "\n")); len(got) > 200 || n > 200_000 {
				t.Errorf("got %d problems in %d bytes, want at most 200 in a readable length", len(got), n)
			}
		})
	}
}

func nested(depth int) string {
	var b strings.Builder
	for i := range depth {
		fmt.Fprintf(&b, "%schildren:\n%s- id: p%d\n", strings.Repeat("  ", i+2), strings.Repeat("  ", i+2), i)
	}
	return b.String()
}

func manyMembers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "promise%d: x\n", i)
	}
	return b.String()
}

// A good file with one byte changed, dropped or doubled is read or refused with
// its line; nothing panics, and what is read can be written.
func TestReadDamagedFiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file, err := brandfile.Write(anyBrand().Draw(t, "brand"))
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 4).Draw(t, "times") {
			i := rapid.IntRange(0, len(file)-1).Draw(t, "at")
			switch rapid.IntRange(0, 2).Draw(t, "how") {
			case 0:
				file[i] = rapid.SampledFrom([]byte("\t\n :-[]{}#&*!|>'\"%@`,?0a\xff\x00")).Draw(t, "byte")
			case 1:
				file = slices.Delete(file, i, i+1)
			case 2:
				file = slices.Insert(file, i, file[i])
			}
		}
		holds(t, file)
	})
}

// holds is what must be true of every file: see FuzzRead.
func holds(t interface {
	Helper()
	Fatalf(string, ...any)
}, src []byte) {
	t.Helper()
	c, err := brandfile.Read("f.yaml", src)
	if err != nil {
		var ps brandfile.Problems
		if !errors.As(err, &ps) || len(ps) == 0 {
			t.Fatalf("got %v, want problems", err)
		}
		last := 0
		for _, p := range ps {
			if p.Line < max(last, 1) || p.Column < 1 || p.Detail == "" || p.File != "f.yaml" {
				t.Fatalf("got %+v behind line %d", p, last)
			}
			last = p.Line
		}
		return
	}
	file, err := brandfile.Write(c)
	if err != nil {
		t.Fatalf("read, but not written: %v", err)
	}
	back, err := brandfile.Read("f.yaml", file)
	if err != nil {
		t.Fatalf("written, but not read: %v\n%s", err, file)
	}
	if again, _ := brandfile.Write(back); string(again) != string(file) {
		t.Fatalf("not canonical:\n%s\nthen\n%s", file, again)
	}
	if changes := brandfile.Diff(c, back); len(changes) > 0 {
		t.Fatalf("got %v, want no change", changes)
	}
}
