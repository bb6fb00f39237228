package calendar

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"github.com/sayline/sayline"
)

// maxTroubles of one feed are told; a feed of nothing else is told as that.
const maxTroubles = 50

// Match finds whose shifts a calendar's events are, between two times. A person is
// meant by an e-mail address (of those who take part, or in the summary), else by
// their whole name in the summary, else by a first name that only one of them has.
// What is nobody's who works there is told.
func Match(c *sayline.Config, ix *sayline.Index, k sayline.Calendar, body string, from, until time.Time) ([]sayline.Fed, []Trouble, error) {
	read, err := Read(body, c.ZoneAt(ix, k.Place))
	if err != nil {
		return nil, nil, err
	}
	names := namesOf(c, ix, k)
	troubles := read.Troubles
	var fed []sayline.Fed
	times, all := read.Between(from, until)
	meant, told := map[*Event][]string{}, map[string]bool{} // each event is looked at once, however often it repeats
	for _, o := range times {
		people, known := meant[o.Event]
		if !known {
			people = names.meant(o.Event)
			meant[o.Event] = people
		}
		for _, p := range people {
			fed = append(fed, sayline.Fed{Calendar: k.ID, UID: o.UID, Team: k.Team, Place: k.Place, Person: p, From: o.From, Until: o.Until})
		}
		if len(people) == 0 && !told[o.Summary] {
			told[o.Summary] = true
			troubles = append(troubles, Trouble{o.Summary, o.From, TroubleWho})
		}
	}
	if !all {
		troubles = append(troubles, Trouble{Key: TroubleMany})
	}
	if len(troubles) > maxTroubles {
		troubles = troubles[:maxTroubles]
	}
	return fed, troubles, nil
}

// names are the ways in which a feed may mean somebody who works at its place.
type names struct {
	mail  map[string]string // address → person
	whole []named           // the longest first
	first map[string]string // "" where two have it
}

type named struct{ name, person string }

func namesOf(c *sayline.Config, ix *sayline.Index, k sayline.Calendar) names {
	n := names{mail: map[string]string{}, first: map[string]string{}}
	for _, p := range c.People {
		if !c.WorksAt(ix, k.Team, k.Place, p.ID) {
			continue
		}
		n.mail[strings.ToLower(p.Email)] = p.ID
		for _, contact := range p.Contacts {
			if contact.Channel == sayline.ByEmail {
				n.mail[strings.ToLower(contact.Address)] = p.ID
			}
		}
		name := folded(p.Name)
		n.whole = append(n.whole, named{name, p.ID})
		if first, _, _ := strings.Cut(name, " "); first != "" {
			if _, twice := n.first[first]; twice {
				n.first[first] = ""
			} else {
				n.first[first] = p.ID
			}
		}
	}
	slices.SortStableFunc(n.whole, func(a, b named) int { return cmp.Compare(len(b.name), len(a.name)) })
	return n
}

// meant are the people an event means, in the order it names them.
func (n *names) meant(e *Event) []string {
	var people []string
	add := func(p string) {
		if p != "" && !slices.Contains(people, p) {
			people = append(people, p)
		}
	}
	for _, mail := range e.Emails {
		add(n.mail[mail])
	}
	for word := range strings.FieldsFuncSeq(strings.ToLower(e.Summary), func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune("<>()[],;", c) }) {
		add(n.mail[word])
	}
	if len(people) > 0 {
		return people
	}
	summary := " " + folded(e.Summary) + " "
	for _, w := range n.whole {
		if w.name != "" && strings.Contains(summary, " "+w.name+" ") {
			add(w.person)
			summary = strings.ReplaceAll(summary, " "+w.name+" ", " ")
		}
	}
	if len(people) > 0 {
		return people
	}
	for word := range strings.FieldsSeq(summary) {
		add(n.first[word])
	}
	return people
}

// folded is a name as people type it: letters without accents and digits, in
// lower case, single spaces between.
func folded(s string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), s)
	if err != nil {
		plain = s
	}
	return strings.Join(strings.FieldsFunc(strings.ToLower(plain), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }), " ")
}
