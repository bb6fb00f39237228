package desk

import (
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// tooLong is how many characters of an answer a phone shows without scrolling far.
const tooLong = 600

// hints say what somebody may want to look at before they send an answer. They
// hold nothing up.
func (d *Desk) hints(v *house.View, c *sayline.Case, lang, text string) []string {
	var list []string
	if strings.TrimSpace(text) == "" {
		return nil
	}
	for _, word := range heldIn(text, v.Brand().Character.Never) {
		list = append(list, v.Say("hint_never", "words", word))
	}
	if theirs, ours := words.Base(lang), languageOf(text); theirs != "" && ours != "" && theirs != ours {
		list = append(list, v.Say("hint_language", "language", v.LanguageName(theirs)))
	}
	if kind := sayline.KnownKind(c.Kind); (kind == "problem" || kind == "request") && c.AnsweredAt.IsZero() && !d.saysWhen(text) {
		list = append(list, v.Say("hint_when"))
	}
	if n := utf8.RuneCountInString(text); n > tooLong {
		list = append(list, v.Say("hint_long", "n", n))
	}
	return list
}

// saysWhen says whether an answer names a time: a number, a day, or one of the
// words for it in a language of the house.
func (d *Desk) saysWhen(text string) bool {
	if strings.ContainsFunc(text, unicode.IsDigit) {
		return true
	}
	for _, lang := range d.Words.Languages("house") {
		t := d.Words.In(lang)
		names := strings.Split(t.Say("hint_times"), ",")
		for _, day := range []string{"weekday_0", "weekday_1", "weekday_2", "weekday_3", "weekday_4", "weekday_5", "weekday_6"} {
			names = append(names, t.Say(day))
		}
		if len(heldIn(text, names)) > 0 {
			return true
		}
	}
	return false
}

// heldIn are those of some words or phrases that a text holds, whole, whatever
// their case and accents.
func heldIn(text string, phrases []string) []string {
	plain := foldWords(text)
	var found []string
	for _, p := range phrases {
		if key := strings.TrimSpace(foldWords(p)); key != "" && strings.Contains(plain, " "+key+" ") {
			found = append(found, strings.TrimSpace(p))
		}
	}
	return found
}

// foldWords is a text in small letters without accents, its words apart by one
// blank, with one before and behind.
func foldWords(s string) string {
	var b strings.Builder
	b.WriteByte(' ')
	gap := true
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’', r == 'ـ':
		case unicode.IsLetter(r), unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
			gap = false
		case !gap:
			b.WriteByte(' ')
			gap = true
		}
	}
	if !gap {
		b.WriteByte(' ')
	}
	return b.String()
}

// smallWords are the most common ones of the languages that share an alphabet,
// without those that several have.
var smallWords = map[string][]string{
	"en": {"the", "and", "is", "you", "we", "it", "to", "will", "have", "your", "this", "for", "are", "with"},
	"es": {"el", "los", "las", "y", "esta", "lo", "por", "su", "ya", "gracias", "muy", "usted", "hemos", "del"},
	"de": {"der", "die", "das", "und", "ist", "wir", "sie", "nicht", "ein", "ihnen", "haben", "mit", "fur", "den"},
	"fr": {"le", "les", "et", "est", "nous", "vous", "pas", "des", "une", "votre", "pour", "avec", "sont", "ce"},
	"it": {"il", "gli", "e", "sono", "che", "non", "abbiamo", "grazie", "della", "di", "questo", "piu", "suo", "ci"},
	"pt": {"o", "os", "nao", "voce", "ja", "em", "obrigado", "temos", "seu", "uma", "sao", "muito", "esta", "foi"},
}

// languageOf is the language a text is surely in, as far as that can be told from
// its letters and smallest words; "" where it can't.
func languageOf(text string) string {
	counts := map[string]int{}
	letters := 0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			counts["ja"] += 2
		case unicode.Is(unicode.Han, r):
			counts["zh"]++
		case unicode.Is(unicode.Arabic, r):
			counts["ar"]++
		}
		if unicode.IsLetter(r) {
			letters++
		}
	}
	for _, lang := range []string{"ja", "zh", "ar"} {
		if counts[lang]*2 > letters {
			return lang
		}
	}
	hits, list := map[string]int{}, strings.Fields(foldWords(text))
	for _, w := range list {
		for lang, small := range smallWords {
			if slices.Contains(small, w) {
				hits[lang]++
			}
		}
	}
	best, second := "", 0
	for lang, n := range hits {
		if n > hits[best] {
			best, second = lang, hits[best]
		} else {
			second = max(second, n)
		}
	}
	if hits[best] < 2 || hits[best] < 2*second {
		return ""
	}
	return best
}

// hintsNow answers what is being written with its hints.
func (d *Desk) hintsNow(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q, err := d.ask(w, r, v, true)
	if err != nil {
		return err
	}
	list := d.hints(d.NewView(r, v), q.c, q.form.Get("lang"), q.form.Get("text"))
	if list == nil {
		list = []string{}
	}
	web.SendJSON(w, r, http.StatusOK, list)
	return nil
}
