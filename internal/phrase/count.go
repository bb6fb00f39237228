package phrase

import (
	"cmp"
	"slices"
	"strings"
)

// Text is what one moment says.
type Text struct {
	Text    string
	Lang    string // BCP 47; "" for not told
	Feeling int    // the face that was touched; 0 for none
}

// Said is how often a phrase was said: by how many moments, and how they feel.
type Said struct {
	Key     string // without case and accents
	Text    string // as most wrote it
	Words   int    // 1, 2 or 3
	Moments int
	Faces   [6]int // moments by the face that was touched; 0 unused
	Guessed [6]int // moments without one by how their words feel
}

// Counted are the phrases of some texts.
type Counted struct {
	Texts int // with a word at all
	said  map[string]*Said
	forms map[string]map[string]int // key → as written → how often
}

// Count counts the phrases of texts, each once a text: words that say something by
// themselves, two of them that follow each other, and two with one between them
// that says nothing. What is in without is left out.
func Count(texts []Text, without ...string) *Counted {
	c := &Counted{said: map[string]*Said{}, forms: map[string]map[string]int{}}
	leave := map[string]bool{}
	for _, text := range without {
		for _, w := range cut(text, "") {
			leave[w.key] = true
		}
	}
	for _, t := range texts {
		c.add(t, leave)
	}
	return c
}

func (c *Counted) add(t Text, leave map[string]bool) {
	words := cut(t.Text, t.Lang)
	if len(words) == 0 {
		return
	}
	c.Texts++
	guess := 0
	if t.Feeling == 0 {
		guess = Feel(t.Text, t.Lang)
	}
	seen := map[string]bool{}
	for i := range words {
		if words[i].stop || leave[words[i].key] {
			continue
		}
		c.one(words[i:i+1], t.Feeling, guess, seen)
		if i+1 < len(words) && !words[i+1].gap && !words[i+1].stop && !leave[words[i+1].key] {
			c.one(words[i:i+2], t.Feeling, guess, seen)
		}
		if i+2 < len(words) && !words[i+1].gap && !words[i+2].gap && words[i+1].stop && !words[i+2].stop && !leave[words[i+2].key] {
			c.one(words[i:i+3], t.Feeling, guess, seen)
		}
	}
}

func (c *Counted) one(words []word, face, guess int, seen map[string]bool) {
	key, text := words[0].key, words[0].text
	for _, w := range words[1:] {
		key, text = key+" "+w.key, text+" "+w.text
	}
	if seen[key] {
		return
	}
	seen[key] = true
	s := c.said[key]
	if s == nil {
		s = &Said{Key: key, Words: len(words)}
		c.said[key], c.forms[key] = s, map[string]int{}
	}
	s.Moments++
	if face > 0 {
		s.Faces[face]++
	} else if guess > 0 {
		s.Guessed[guess]++
	}
	c.forms[key][text]++
}

// Of is how many moments said a phrase.
func (c *Counted) Of(key string) int {
	if s := c.said[key]; s != nil {
		return s.Moments
	}
	return 0
}

// Said is a phrase as most wrote it; nothing of it where nobody said it.
func (c *Counted) Said(key string) Said {
	if c.said[key] == nil {
		return Said{}
	}
	return c.shown(key)
}

func (c *Counted) shown(key string) Said {
	one := *c.said[key]
	for form, n := range c.forms[key] {
		if best := c.forms[key][one.Text]; n > best || n == best && form < one.Text {
			one.Text = form
		}
	}
	return one
}

// covered is from which share of its moments on a longer phrase stands for a shorter.
const covered = 0.6

// Top are the phrases that most moments say, at least least of them. The score of
// a phrase is the number of moments that say it: a number anybody can check. A
// word of which most of its moments say the same longer phrase stands there as
// that phrase, once.
func (c *Counted) Top(least, most int) []Said {
	list := c.atLeast(least)
	slices.SortFunc(list, func(a, b Said) int {
		return cmp.Or(cmp.Compare(b.Moments, a.Moments), cmp.Compare(b.Words, a.Words), cmp.Compare(a.Key, b.Key))
	})
	return c.once(list, most)
}

func (c *Counted) atLeast(least int) (list []Said) {
	for key, s := range c.said {
		if s.Moments >= least {
			list = append(list, c.shown(key))
		}
	}
	return list
}

// once leaves out what another of the list says already: each word is shown once,
// in the longest phrase that most who say it use.
func (c *Counted) once(list []Said, most int) []Said {
	var out []Said
	shown := map[string]bool{}
	for _, s := range list {
		if len(out) == most {
			break
		}
		words := s.says()
		if slices.ContainsFunc(words, func(w string) bool { return shown[w] }) ||
			slices.ContainsFunc(list, func(o Said) bool { return s.within(o) && float64(o.Moments) >= covered*float64(s.Moments) }) {
			continue
		}
		out = append(out, s)
		for _, w := range words {
			shown[w] = true
		}
	}
	return out
}

// says are the words of a phrase that say something: its first and its last.
func (s Said) says() []string {
	words := strings.Split(s.Key, " ")
	return []string{words[0], words[len(words)-1]}
}

// within says whether all words of a phrase are in a longer one, side by side.
func (s Said) within(o Said) bool {
	if s.Words >= o.Words {
		return false
	}
	return strings.Contains(" "+o.Key+" ", " "+s.Key+" ")
}
