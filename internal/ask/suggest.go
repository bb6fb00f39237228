package ask

import (
	"cmp"
	"slices"
	"strings"
)

// Suggestion is one way in which the last words of a sentence could go on.
type Suggestion struct {
	Value
	Label string // as the brand calls it
	Text  string // the whole sentence with it
}

// longestTyped is how many of the last words may be the beginning of a name.
const longestTyped = 4

// Suggest finds up to n of the brand's names that begin with the last words of a
// sentence, or have a word that does; those it begins with first.
func (k *Book) Suggest(sentence string, most int) []Suggestion {
	if strings.TrimSpace(sentence) == "" || len(sentence) > longestRead {
		return nil
	}
	words := tokens(sentence)
	if len(words) > 0 && words[len(words)-1].end < len(strings.TrimRight(sentence, " ")) {
		return nil // ends in a comma: something new begins
	}
	var list []Suggestion
	for typed := min(longestTyped, len(words)); typed > 0; typed-- {
		run := words[len(words)-typed:]
		if slices.ContainsFunc(run[1:], func(t token) bool { return t.breaks }) || k.filler[run[0].text] {
			continue
		}
		for _, s := range k.begun(sentence[:run[0].start], run) {
			if !slices.ContainsFunc(list, func(o Suggestion) bool { return o.Value == s.Value }) {
				list = append(list, s)
			}
		}
	}
	return list[:min(most, len(list))]
}

// begun are the names that go on from these words.
func (k *Book) begun(before string, run []token) []Suggestion {
	type ranked struct {
		Suggestion
		at, long int
	}
	var list []ranked
	for i := range k.names {
		n := &k.names[i]
		if at := beginsAt(n.words, run); at >= 0 {
			list = append(list, ranked{Suggestion{n.Value, n.label, before + n.label}, at, len(n.label)})
		}
	}
	slices.SortStableFunc(list, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.long, b.long)) })
	out := make([]Suggestion, len(list))
	for i := range list {
		out[i] = list[i].Suggestion
	}
	return out
}

// beginsAt is where in a name the words stand, the last of them perhaps not yet
// typed to its end; -1 for nowhere.
func beginsAt(name []string, run []token) int {
	last := run[len(run)-1].plain
	for i := 0; i+len(run) <= len(name); i++ {
		if holds(name[i:i+len(run)-1], run[:len(run)-1]) && (strings.HasPrefix(name[i+len(run)-1], last) || name[i+len(run)-1] == run[len(run)-1].text) {
			return i
		}
	}
	return -1
}

// Values are all values of a reading, in order, each once.
func (r Reading) Values() []Value {
	var list []Value
	for _, p := range r.Parts {
		for _, v := range p.Values {
			if !slices.Contains(list, v) {
				list = append(list, v)
			}
		}
	}
	return list
}

// Times says whether the reading is of a time of its own.
func (r Reading) Times() bool { return isTime(r.Values()) }
