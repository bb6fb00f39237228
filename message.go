package sayline

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Message is a reply (words to the author), a note (words among colleagues) or
// the author's own further words.
type Message struct {
	Brand, ID, Case string
	Moment          string // "" for a reply to all of the case
	Episode         int
	Direction       string
	Text            string
	Lang            string
	By              string // person; "" for the author
	At              time.Time
	Solved          string // the author's word with it: "", "yes" or "no"
	Asks            bool   // of a reply: the author is asked for more
	Shows           bool   // of a reply: it comes with a photo or voice. Not kept: its media say so
}

// Directions of a message.
const (
	Reply      = "reply"
	Note       = "note"
	FromAuthor = "author"
)

// Validate checks the words.
func (m *Message) Validate() error {
	var f faults
	n := utf8.RuneCountInString(m.Text)
	switch {
	case !utf8.ValidString(m.Text) || strings.ContainsRune(m.Text, 0):
		f.add("/text", "expected UTF-8 without U+0000")
	case n > MaxText:
		f.add("/text", "expected at most %d characters, got %d", MaxText, n)
	case strings.TrimSpace(m.Text) == "" && m.Solved == "" && !m.Shows:
		f.add("/text", "expected some words")
	}
	if !utf8.ValidString(m.Lang) || strings.ContainsRune(m.Lang, 0) || utf8.RuneCountInString(m.Lang) > 35 {
		f.add("/lang", "expected a BCP 47 language such as en or pt-BR")
	}
	if m.Solved != "" && m.Solved != "yes" && m.Solved != "no" {
		f.add("/solved", "expected true or false")
	}
	return f.err("detail_words", "These words can't be sent as they are.")
}
