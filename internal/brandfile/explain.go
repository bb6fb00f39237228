package brandfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// explain puts one finding about a value into plain words, with how the file gives it; "" for a finding
// that only holds others.
func (s *shape) explain(e *jsonschema.ValidationError, given string) string {
	here := s.at(e.SchemaURL)
	switch k := e.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.Reference, *kind.AllOf:
		return ""
	case *kind.Type:
		return wrongType(here, k, given)
	case *kind.Enum:
		return notAmong(k, given)
	case *kind.Pattern:
		return says(here, "patternErrorMessage", "expected another form") + ", got " + given
	case *kind.MinLength, *kind.MinProperties:
		return says(here, "patternErrorMessage", "expected some words; leave the member out if there are none")
	case *kind.MaxLength:
		return fmt.Sprintf("expected at most %d characters, got %d", k.Want, k.Got)
	case *kind.MinItems:
		return "expected at least one"
	case *kind.MaxItems:
		return fmt.Sprintf("expected at most %d, got %d", k.Want, k.Got)
	case *kind.Minimum, *kind.Maximum:
		return fmt.Sprintf("expected a number from %v to %v", here["minimum"], here["maximum"])
	}
	return "expected otherwise: " + e.ErrorKind.LocalizedString(message.NewPrinter(language.English))
}

// says is the schema's own sentence, where it has one.
func says(here map[string]any, keyword, otherwise string) string {
	if s, ok := here[keyword].(string); ok {
		return s
	}
	return otherwise
}

// typeNames are the words for JSON's types.
var typeNames = map[string]string{"string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false", "array": "a list", "object": "members (name: value)", "null": "nothing"}

func wrongType(here map[string]any, k *kind.Type, given string) string {
	want := make([]string, len(k.Want))
	for i, w := range k.Want {
		want[i] = typeNames[w]
	}
	expected := "expected " + strings.Join(want, " or ")
	if slices.Contains(k.Want, "string") && slices.Contains(k.Want, "object") {
		expected = "expected words, or words by language"
	}
	switch {
	case k.Got == "null":
		return says(here, "patternErrorMessage", expected) + "; nothing stands here"
	case slices.Contains(k.Want, "string") && (k.Got == "number" || k.Got == "boolean"):
		return fmt.Sprintf("%s; this reads as %s: put it in quotes: %s", expected, typeNames[k.Got], given)
	case slices.Contains(k.Want, "array"):
		return expected + ", such as [a, b] or lines that begin with -; got " + given
	}
	return expected + ", got " + given
}

func notAmong(k *kind.Enum, given string) string {
	among := make([]string, len(k.Want))
	for i, w := range k.Want {
		among[i] = fmt.Sprint(w)
	}
	got, _ := k.Got.(string)
	return fmt.Sprintf("expected one of %s, got %s%s", strings.Join(among, ", "), given, perhaps(got, among))
}

// unknown says that a member is not known here, and which might have been
// meant. One without a value is often the rest of words behind a comma.
func (s *shape) unknown(e *jsonschema.ValidationError, name string, empty bool) string {
	known := s.members(e.SchemaURL)
	if len(known) == 0 {
		detail := fmt.Sprintf("expected words, or words by language: a language such as en or pt-BR, got %q", shorten(name))
		if empty {
			detail += "; between braces, words with a comma must stand in quotes"
		}
		return detail
	}
	if name == "parent" && slices.Contains(known, "children") {
		return "unknown member \"parent\"; a place within another stands under that one's children"
	}
	if suggestion := perhaps(name, known); suggestion != "" {
		return fmt.Sprintf("unknown member %q%s", shorten(name), suggestion)
	}
	return fmt.Sprintf("unknown member %q; expected one of %s", shorten(name), strings.Join(known, ", "))
}

// missing says what should stand in a member that is not there.
func (s *shape) missing(e *jsonschema.ValidationError, name string) string {
	properties, _ := s.at(e.SchemaURL)["properties"].(map[string]any)
	part, _ := properties[name].(map[string]any)
	detail := fmt.Sprintf("expected the member %q", name)
	if among, ok := part["enum"].([]any); ok {
		words := make([]string, len(among))
		for i, w := range among {
			words[i] = fmt.Sprint(w)
		}
		return detail + ", one of " + strings.Join(words, ", ")
	}
	if d, ok := part["description"].(string); ok {
		return detail + ": " + d
	}
	return detail
}

// members are the known members of the object at a place of the schema, sorted.
func (s *shape) members(url string) []string {
	properties, _ := s.at(url)["properties"].(map[string]any)
	names := make([]string, 0, len(properties))
	for name := range properties {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// perhaps suggests the nearest of known, when one is near enough to be meant.
func perhaps(got string, known []string) string {
	best, least := "", 1+max(1, min(len([]rune(got)), 30)/3)
	for _, k := range known {
		if d := distance(strings.ToLower(got), k); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance is the number of letters to add, drop, change or swap with their
// neighbour to get from a to b (optimal string alignment). Long words are far
// from everything, and cost nothing.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 || len(y) > 64 {
		return 64
	}
	var before []int
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(x); i++ {
		next := make([]int, len(y)+1)
		next[0] = i
		for j := 1; j <= len(y); j++ {
			change := row[j-1]
			if x[i-1] != y[j-1] {
				change++
			}
			next[j] = min(change, row[j]+1, next[j-1]+1)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(y)]
}
