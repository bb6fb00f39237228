package anywhere

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what is read.
const (
	maxSentence = 4200 // characters: a moment's text and a name before it
	maxName     = 80   // characters of a brand's name
	maxSaid     = 5    // words of a name that nobody knows
	shortName   = 3    // characters: a name this short is only looked for where a name belongs
)

// reading is a sentence taken apart.
type reading struct {
	address string   // an http(s) address: scanned or pasted
	domain  string   // a domain that was said
	said    string   // the brand as it was said, where nobody here is called that
	named   []*Brand // who is called that
	near    []*Brand // who is called nearly that, where nobody is
	words   string   // what is to be said, byte for byte
}

// read takes a sentence apart: an address, or a name the directory knows, or
// what stands before the first comma; the rest is the words. What may be both is
// told, never guessed.
func read(q string, d *directory, private bool) reading {
	q = strings.TrimSpace(cut(strings.ToValidUTF8(strings.ReplaceAll(q, "\x00", ""), ""), maxSentence))
	if u, ok := webAddress(q); ok {
		return reading{address: u.String()}
	}
	if domain, rest, ok := leadingDomain(q, private); ok {
		return reading{domain: domain, words: rest}
	}
	bare := strings.TrimSpace(leadIn.ReplaceAllString(q, ""))
	for _, s := range []string{q, bare} {
		if domain, rest, ok := leadingDomain(s, private); ok {
			return reading{domain: domain, words: rest}
		}
		if named, rest := d.prefix(s); named != nil {
			return reading{named: named, words: afterName(rest)}
		}
	}
	if head, rest, ok := strings.Cut(separated(bare), "\x00"); ok && len(strings.Fields(head)) <= maxSaid {
		return reading{said: strings.TrimSpace(head), near: d.nearly(head), words: afterName(rest)}
	}
	if named := d.within(q); named != nil {
		return reading{named: named, words: q}
	}
	if len(strings.Fields(bare)) < maxSaid && utf8.RuneCountInString(bare) <= maxName/2 {
		return reading{said: bare, near: d.nearly(bare)}
	}
	return reading{words: q}
}

// leadIn is how people begin: "tell Sparkle that…", "dile a Sparkle que…".
var leadIn = regexp.MustCompile(`(?i)^(?:(?:hey|hi|please|por favor|bitte|oye|ey)[,\s]+)?` +
	`(?:tell|ask|say to|speak to|message to|to|dile a|diles a|di a|decir a|para|dis à|dites à|dire à|pour|sag|sage|an|` +
	`diga à|diga ao|diga a|diz à|diz ao|fala com|a|di' a|dì a|dite a|per)\s+|^(?:告诉|对|跟|قل لـ|قل ل|أخبر )`)

// joins are the words between the name and what is said of it.
var joins = regexp.MustCompile(`(?i)^(?:that|que|qu['’]|dass|che|أن)\s+`)

// separated marks the first separator after a name with a zero byte.
func separated(s string) string {
	at := strings.IndexAny(s, ",:;\n、，：；،—–")
	if dash := strings.Index(s, " - "); dash >= 0 && (at < 0 || dash < at) {
		return s[:dash] + "\x00" + s[dash+3:]
	}
	if at < 0 {
		return s
	}
	_, size := utf8.DecodeRuneInString(s[at:])
	return s[:at] + "\x00" + s[at+size:]
}

// afterName is the words without what parted them from the name.
func afterName(s string) string {
	s = strings.TrimLeftFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",:;.!-–—、，：；،。", r)
	})
	return strings.TrimSpace(joins.ReplaceAllString(s, ""))
}

// spokenDot is a dot as it is dictated: "sparkle dot example".
var spokenDot = regexp.MustCompile(`(?i)^(\S+)\s+(?:dot|punto|point|punkt|ponto|نقطة|点|ドット)\s+(\p{L}+)`)

// leadingDomain reads a domain at the beginning of a sentence.
func leadingDomain(s string, private bool) (domain, rest string, ok bool) {
	s = spokenDot.ReplaceAllString(s, "$1.$2")
	token := s
	if at := strings.IndexFunc(s, unicode.IsSpace); at >= 0 {
		token, rest = s[:at], s[at:]
	}
	if u, isURL := webAddress(token); isURL {
		token = u.Host
	}
	if at := strings.IndexAny(token, ",;!?)、，：；،"); at >= 0 {
		token, rest = token[:at], token[at:]+rest
	}
	token, _, _ = strings.Cut(strings.TrimPrefix(strings.TrimRight(token, ":."), "@"), "/")
	domain, ok = asciiDomain(token, private)
	return domain, afterName(rest), ok
}

// cut keeps at most n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}
