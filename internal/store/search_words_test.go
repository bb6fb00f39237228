package store

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSearchWords(t *testing.T) {
	for text, want := range map[string]string{
		"Die Straße ist GESPERRT, gesperrt!": "die strasse ist gesperrt",
		"Habitación 412: el aire no enfría":  "habitacion 412 el aire no enfria",
		"K7Q3-F9MX":                          "k7q3 f9mx",
		"didn't":                             "didnt",
		"مُتَّسِخة":                          "متسخه",
		"トイレが汚い":                             "トイ イレ レか か汚 汚い",
		"水":                                  "水",
		"水 7up":                              "水 7up",
		" … ":                                "",
		`"x" OR 1=1 ' \ | & ! : *`:           "x or 1",
	} {
		if got := strings.Join(searchWords(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestAskedFor(t *testing.T) {
	for text, want := range map[string]struct {
		words string
		head  bool
	}{"lost pass": {"lost pass", true}, "lost pass ": {"lost pass", false}, "a": {"a", false}, "水": {"水", true}, "": {"", false}, "one two three four five six seven eight nine": {"one two three four five six seven eight", true}} {
		if a := askedFor(text); strings.Join(a.words, " ") != want.words || a.head != want.head {
			t.Errorf("%q: %+v", text, a)
		}
	}
}

// FuzzSearchWords: whatever is said or asked for, its words are letters and
// digits only, so that no query of either database can be made of them, none is
// twice, and asking for what was said finds it.
func FuzzSearchWords(f *testing.F) {
	for _, s := range []string{"Straße", "K7Q3-F9MX", "トイレが汚い", "'; DROP TABLE --", `"a" * NEAR(b)`, "مُتَّسِخة", "e\u0301", "\x00\xff", "ﬃ", "½", "🙂 ok"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words := searchWords(text)
		for i, w := range words {
			if w == "" || !utf8.ValidString(w) || strings.ContainsAny(w, " '\"\\=/*|&!:()<>\x00") || slices.Contains(words[:i], w) {
				t.Fatalf("%q has the word %q", text, w)
			}
		}
		whole := ""
		for _, p := range Pieces(text, text) {
			whole += p.Text
		}
		if whole != text {
			t.Fatalf("%q is cut into %q", text, whole)
		}
		for _, w := range askedFor(text).words {
			if !slices.Contains(words, w) {
				t.Fatalf("%q asks for %q, which was not said", text, w)
			}
		}
	})
}

func TestPieces(t *testing.T) {
	for _, c := range []struct{ text, typed, want string }{
		{"The passport is lost.", "lost pass", "The [passport] is [lost]."},
		{"Straße, gesperrt", "strasse ", "[Straße], gesperrt"},
		{"El aire no enfría", "enfria", "El aire no [enfría]"},
		{"トイレが汚い", "汚い", "トイレが[汚い]"},
		{"nothing of it", "x", "nothing of it"},
		{"", "x", ""},
	} {
		got := ""
		for _, p := range Pieces(c.text, c.typed) {
			if p.Hit {
				got += "[" + p.Text + "]"
			} else {
				got += p.Text
			}
		}
		if got != c.want {
			t.Errorf("%q in %q: %q", c.typed, c.text, got)
		}
	}
}
