package ways

import (
	"crypto/sha256"
	"strings"

	"github.com/sayline/sayline"
)

// alphabet leaves out what looks alike in print (0 o q, 1 i l, 2 z, 5 s, 8 b g, u v)
// and, of m and n, the one that sounds like the other.
const alphabet = "234679acdefhjkmprtwxy"

const (
	leastCode = 5  // characters of a minted code: four million of them
	mostTyped = 6  // of an id that people can type although it is no word
	mostWord  = 12 // of an id that is a word
)

// Codes are the short names of a brand's touchpoints: what is printed, read out
// and typed. An id that is short or a word is its own code; a longer one gets a
// code made of its hash, so that the same touchpoint has the same code for ever,
// whatever is added after it. A Codes is only read.
type Codes struct {
	of   map[string]string // touchpoint → code
	find map[string]string // code or id in lower case → touchpoint
}

// NewCodes makes the codes of touchpoints. Where two hashes begin alike, the one
// that stands later in the list gets a longer code.
func NewCodes(list []sayline.Touchpoint) *Codes {
	c := &Codes{make(map[string]string, len(list)), make(map[string]string, len(list))}
	for i := range list {
		if id := list[i].ID; c.find[id] == "" {
			c.find[id] = id
		}
	}
	for i := range list {
		id := list[i].ID
		if c.of[id] != "" {
			continue
		}
		code := id
		if !typable(id) {
			code = c.mint(id)
		}
		c.of[id], c.find[code] = code, id
	}
	return c
}

// mint is the shortest beginning of an id's hash that nothing else is called.
func (c *Codes) mint(id string) string {
	sum := sha256.Sum256([]byte(id))
	var b strings.Builder
	for _, v := range sum {
		b.WriteByte(alphabet[int(v)%len(alphabet)])
		if code := b.String(); b.Len() >= leastCode && c.find[code] == "" {
			return code
		}
	}
	return id // thirty-two characters in common with another: it keeps its own name
}

// Of is a touchpoint's code; an unknown one is its own.
func (c *Codes) Of(touchpoint string) string {
	if code := c.of[touchpoint]; code != "" {
		return code
	}
	return touchpoint
}

// Find is the touchpoint of a code or an id as somebody typed it: in capitals,
// with a blank at its end.
func (c *Codes) Find(typed string) (touchpoint string, ok bool) {
	touchpoint, ok = c.find[strings.ToLower(strings.TrimSpace(typed))]
	return touchpoint, ok
}

// typable says whether an id can be read out and typed as it is: a word, or a
// few characters that are never mistaken for others.
func typable(id string) bool {
	letters := strings.Trim(id, "abcdefghijklmnopqrstuvwxyz-") == ""
	if letters {
		return len(id) <= mostWord
	}
	return len(id) <= mostTyped && strings.Trim(id, alphabet) == ""
}

// spelled says whether a code is said letter by letter, because it is no word.
func spelled(code string) bool { return strings.ContainsAny(code, "0123456789") || len(code) <= 2 }
