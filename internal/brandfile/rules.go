package brandfile

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/sayline/sayline"
)

// sentence is a rule in plain words: "topic is cant-find-it → distribution, urgent".
func sentence(r *sayline.Rule) string {
	var when []string
	for _, e := range (outline{}).members(reflect.ValueOf(r.When)) {
		verb, joint := "is", " or "
		if e.name == "has" {
			verb, joint = "", " and "
		}
		values := make([]string, 0, 4)
		for _, v := range e.value.(list) {
			values = append(values, v.(leaf).text)
		}
		when = append(when, strings.Join(strings.Fields(fmt.Sprint(e.name, " ", verb, " ", strings.Join(values, joint))), " "))
	}
	s := "anything"
	if len(when) > 0 {
		s = strings.Join(when, ", ")
	}
	s += " → " + r.To
	if r.Urgency != "" {
		s += ", " + r.Urgency
	}
	if r.Within != 0 {
		s += ", within " + r.Within.String()
	}
	if r.Raise.At > 0 {
		s += fmt.Sprintf(", %s from %d on", r.Raise.To, r.Raise.At)
	}
	if len(r.Raise.Words) > 0 {
		s += fmt.Sprintf(", %s at %s", r.Raise.To, strings.Join(r.Raise.Words, " or "))
	}
	if r.Policy != "" {
		s += ", by policy " + r.Policy
	}
	return s
}

// pairRules finds which rule became which; they have no ids. Equal ones first,
// then those that ask the same, then those that are most alike.
func (d *differ) pairRules() {
	d.from = make([]int, len(d.next))
	for i := range d.from {
		d.from[i] = -1
	}
	taken := make([]bool, len(d.old))
	pair := func(alike func(old, next []said) int) {
		for i, next := range d.next {
			if d.from[i] >= 0 {
				continue
			}
			best, most := -1, 0
			for j, old := range d.old {
				if n := alike(old.says, next.says); !taken[j] && n > most {
					best, most = j, n
				}
			}
			if best >= 0 {
				d.from[i], taken[best] = best, true
			}
		}
	}
	pair(func(old, next []said) int { return yes(d.edits(old, next) == nil) })
	pair(func(old, next []said) int { return yes(d.edits(asks(old), asks(next)) == nil) })
	pair(func(old, next []said) int {
		n := 0
		for _, s := range next {
			for _, o := range old {
				n += yes(o.member == s.member && o.text == s.text)
			}
		}
		return n * yes(2*n >= max(len(old), len(next)))
	})
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}

// asks are what a rule asks of a moment, without what it decides.
func asks(says []said) []said {
	var when []said
	for _, s := range says {
		if strings.HasPrefix(s.member, "when.") {
			when = append(when, s)
		}
	}
	return when
}
