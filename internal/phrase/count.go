package phrase

import (
	"cmp"
	"slices"
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
		if s.Moments < least {
			continue
		}
		one := *s
		for form, n := range c.forms[key] {
			if best := c.forms[key][one.Text]; n > best || n == best && form < one.Text {
				one.Text = form
			}
		}
		list = append(list, one)
	}
	return list
}

// once leaves out what another of the list says already.
func (c *Counted) once(list []Said, most int) []Said {
	var out []Said
	for _, s := range list {
		if len(out) == most {
			break
		}
		if !slices.ContainsFunc(list, func(o Said) bool { return s.within(o) && float64(o.Moments) >= covered*float64(s.Moments) }) &&
			!slices.ContainsFunc(out, func(o Said) bool { return o.within(s) }) {
			out = append(out, s)
		}
	}
	return out
}

// within says whether all words of a phrase are in a longer one, side by side.
func (s Said) within(o Said) bool {
	if s.Words >= o.Words {
		return false
	}
	long := " " + o.Key + " "
	for i := 0; i+len(s.Key)+2 <= len(long); i++ {
		if long[i:i+len(s.Key)+2] == " "+s.Key+" " {
			return true
		}
	}
	return false
}
