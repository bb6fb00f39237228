package ways

import (
	"html"
	"maps"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/look"
	"github.com/sayline/sayline/internal/words"
)

// Line is one of [sayline.LineKeys] in a language: the touchpoint's own words,
// else the brand's, else ours. Only words in that language count. t may be nil.
func (b *Book) Line(t *sayline.Touchpoint, key, lang string) string {
	tongue := b.Words.In(lang)
	own := []map[string]sayline.Text{b.Lines}
	if t != nil {
		own = []map[string]sayline.Text{t.Lines, b.Lines}
	}
	for _, lines := range own {
		if s := b.exactly(lines[key], lang); s != "" {
			return tongue.Fill(s, "brand", b.Name)
		}
	}
	return tongue.Say(key, "brand", b.Name)
}

// exactly is a text in a language or its base; words without a language are in
// the brand's first.
func (b *Book) exactly(t sayline.Text, lang string) string {
	if s := t[lang]; s != "" {
		return s
	}
	for _, l := range slices.Sorted(maps.Keys(t)) {
		if l != "" && words.Base(l) == words.Base(lang) {
			return t[l]
		}
	}
	if words.Base(lang) == words.Base(b.Language()) {
		return t[""]
	}
	return ""
}

// icao is how letters are told apart on the phone, everywhere in the world
// (ICAO Annex 10, volume II, 5.2.1.3).
var icao = strings.Fields("alfa bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu")

// Said is an address as it is said aloud, and how its single letters are spelled.
type Said struct {
	Words string // sparkle dot example slash c x slash t slash k 7 f 3
	Spell string // k – kilo, f – foxtrot; "" where nothing is spelled
}

// marks are the characters of an address that have a name.
var marks = map[byte]string{'.': "said_dot", '/': "said_slash", '-': "said_dash", ':': "said_colon", '@': "said_at", '?': "said_question", '=': "said_equals", '&': "said_and", '_': "said_underscore", '%': "said_percent"}

// Spoken is how an address is said in a language.
func (b *Book) Spoken(address, lang string) Said {
	tongue := b.Words.In(lang)
	var say []string
	var spell []string
	word := func(w string) {
		if w == "" {
			return
		}
		if !spelled(w) {
			say = append(say, isolate(tongue, w))
			return
		}
		say = append(say, isolate(tongue, strings.Join(strings.Split(w, ""), " ")))
		for _, c := range w {
			if w != "cx" && w != "t" && c >= 'a' && c <= 'z' {
				spell = append(spell, isolate(tongue, string(c)+" – "+icao[c-'a']))
			}
		}
	}
	address = Letters(address)
	start := 0
	for i := range len(address) {
		if key := marks[address[i]]; key != "" {
			word(address[start:i])
			say = append(say, tongue.Say(key))
			start = i + 1
		}
	}
	word(address[start:])
	return Said{strings.Join(say, " "), strings.Join(slices.Compact(spell), ", ")}
}

// isolate keeps Latin words from turning their neighbours around.
func isolate(t *words.Tongue, s string) string {
	if t.Dir == "rtl" {
		return "\u2068" + s + "\u2069"
	}
	return s
}

// AfterCall is the text message sent when somebody hangs up.
func (b *Book) AfterCall(touchpoint, lang string) string {
	return b.Words.In(lang).Say("after_call", "brand", b.Name) + " " + b.Link(touchpoint, Fill{})
}

// Signed is the line below an e-mail, as text and as HTML.
type Signed struct{ Plain, HTML string }

// Signature is the line below an e-mail: a sentence and the link. The HTML has
// its styles in it and needs no picture, so every mail program shows it.
func (b *Book) Signature(t *sayline.Touchpoint, lang string) Signed {
	address, line := b.Link(t.ID, Fill{}), b.Line(t, "invitation", lang)
	tap := b.Words.In(lang).Say("way_tap")
	day, _ := look.Of(b.Look.Color)
	dir := words.Direction(lang)
	return Signed{
		Plain: line + " " + tap + "\n" + address,
		HTML: `<p dir="` + dir + `" lang="` + html.EscapeString(lang) + `" style="margin:16px 0 0;padding-top:10px;border-top:1px solid #e5dfd4;font:14px/1.5 -apple-system,Segoe UI,Roboto,Arial,sans-serif;color:#635f57">` +
			`<a href="` + html.EscapeString(address) + `" style="color:` + day.Mark + `;font-weight:600;text-decoration:none">` + html.EscapeString(line) + `</a> ` + html.EscapeString(tap) +
			`<br><a dir="ltr" href="` + html.EscapeString(address) + `" style="color:#635f57;text-decoration:none">` + html.EscapeString(Letters(address)) + `</a></p>`,
	}
}

// ReplyTo is what a social-media team answers in public: it takes a complaint
// from there to where somebody can act, with what was said filled in.
func (b *Book) ReplyTo(touchpoint, lang string, f Fill) string {
	return b.Words.In(lang).Say("reply_social") + " " + b.Link(touchpoint, f)
}
