package brandfile

import (
	"fmt"
	"strings"
)

// Verb says what happens to a noun.
type Verb string

const (
	Created Verb = "created"
	Changed Verb = "changed"
	Moved   Verb = "moved"
	Removed Verb = "removed"
)

// Change is what becomes of one noun of a brand when a file is applied.
type Change struct {
	Verb  Verb
	Noun  string // brand, audience, lane, topic, place, product, touchpoint, person, team, shift, holiday, calendar, route, answer, webhook
	ID    string // a route's is its position: the new one, or the old of a removed one
	Name  string // as people say it; of a route, its sentence
	Edits []Edit // of what is changed
	From  int    // positions of what is moved, 1 is the first; of a place, among those within the same one
	To    int
}

// Edit is one member before and after; "" is nothing.
type Edit struct {
	Member, Before, After string
}

// String is the change in plain words, on one line.
func (c Change) String() string {
	who := c.Noun + " " + c.ID
	name := shorten(c.Name)
	if c.Noun == routeNoun && (c.Verb == Changed || c.Verb == Moved) {
		who += " (" + name + ")"
	}
	switch c.Verb {
	case Created:
		return strings.TrimSuffix(who+": new, "+inQuotes(name), ", ")
	case Removed:
		return strings.TrimSuffix(who+": removed, "+inQuotes(name), ", ")
	case Moved:
		return fmt.Sprintf("%s: moved from %d to %d", who, c.From, c.To)
	}
	edits := make([]string, len(c.Edits))
	for i, e := range c.Edits {
		edits[i] = e.String()
	}
	return who + ": " + strings.Join(edits, "; ")
}

func (e Edit) String() string {
	side := func(s string) string {
		if s == "" {
			return "nothing"
		}
		return inQuotes(shorten(s))
	}
	return e.Member + " " + side(e.Before) + " → " + side(e.After)
}

func inQuotes(s string) string {
	if s == "" {
		return ""
	}
	return "“" + s + "”"
}

// shorten keeps a change on a line a person can read.
func shorten(s string) string {
	const most = 100
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}
