package anywhere

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// town is a directory with names that trip each other up.
func town() *directory {
	b := func(domain, name string, also ...string) *Brand {
		return &Brand{Domain: domain, Name: name, Also: append(also, firstLabel(domain)), Screen: "https://" + domain + "/cx", Vouched: true}
	}
	return newDirectory([]*Brand{
		b("sparkle.example", "Sparkle", "Sparkle Drinks S.A."), b("sparkle-water.example", "Sparkle Water"),
		b("granvia.example", "Gran Vía"), b("benandjerrys.example", "Ben & Jerry’s"), b("to.example", "To Go"),
		b("delta.example", "Delta"), b("delta-taps.example", "Delta"), b("mizu.example", "水の会社"), b("3m.example", "3M"),
	})
}

func names(list []*Brand) string {
	var all []string
	for _, b := range list {
		all = append(all, b.Domain)
	}
	return strings.Join(all, " ")
}

func TestSentences(t *testing.T) {
	d := town()
	for q, want := range map[string]struct{ domain, named, said, words string }{
		"Sparkle, my lemon tastes of metal":           {named: "sparkle.example", words: "my lemon tastes of metal"},
		"sparkle my lemon tastes of metal":            {named: "sparkle.example", words: "my lemon tastes of metal"},
		"SPARKLE: ¡qué   rico! ":                      {named: "sparkle.example", words: "¡qué   rico!"},
		"Sparkle water is flat":                       {named: "sparkle-water.example", words: "is flat"},
		"Sparkle":                                     {named: "sparkle.example"},
		"tell Sparkle that my lemon tastes of metal":  {named: "sparkle.example", words: "my lemon tastes of metal"},
		"Hey, tell sparkle my lemon is off":           {named: "sparkle.example", words: "my lemon is off"},
		"dile a Gran Via que la 412 no enfría":        {named: "granvia.example", words: "la 412 no enfría"},
		"Sag Sparkle, dass die Zitrone metallen ist":  {named: "sparkle.example", words: "die Zitrone metallen ist"},
		"To Go the soup was cold":                     {named: "to.example", words: "the soup was cold"},
		"Ben and Jerrys":                              {said: "Ben and Jerrys"},
		"ben & jerry's your cone was empty":           {named: "benandjerrys.example", words: "your cone was empty"},
		"Delta, the tap drips":                        {named: "delta.example delta-taps.example", words: "the tap drips"},
		"水の会社、味が変です":                                  {named: "mizu.example", words: "味が変です"},
		"水の会社味が変です":                                   {named: "mizu.example", words: "味が変です"},
		"3M, your tape rolls":                         {named: "3m.example", words: "your tape rolls"},
		"my lemon from Sparkle tastes of metal":       {named: "sparkle.example", words: "my lemon from Sparkle tastes of metal"},
		"sparkler sticks burn too fast":               {words: "sparkler sticks burn too fast"},
		"Acme, my anvil is late":                      {said: "Acme", words: "my anvil is late"},
		"acme.example, my anvil is late":              {domain: "acme.example", words: "my anvil is late"},
		"acme.example my anvil 3.5 is late":           {domain: "acme.example", words: "my anvil 3.5 is late"},
		"https://acme.example/shop my anvil":          {domain: "acme.example", words: "my anvil"},
		"ACME.Example.":                               {domain: "acme.example"},
		"tell acme.example: thanks":                   {domain: "acme.example", words: "thanks"},
		"acme dot example my anvil is late":           {domain: "acme.example", words: "my anvil is late"},
		"acme punto example llegó tarde":              {domain: "acme.example", words: "llegó tarde"},
		"müller.example hallo":                        {domain: "xn--mller-kva.example", words: "hallo"},
		"аpple.example hi":                            {domain: "xn--pple-43d.example", words: "hi"}, // a Cyrillic а
		"3.5 of 5":                                    {said: "3.5 of 5"},
		"the whole story of my day without any brand": {words: "the whole story of my day without any brand"},
		"":                                 {},
		"Sparkle,\nline one\n\n  line two": {named: "sparkle.example", words: "line one\n\n  line two"},
	} {
		r := read(q, d, false)
		if r.domain != want.domain || names(r.named) != want.named || r.said != want.said || r.words != want.words {
			t.Errorf("%q is read as domain %q, named %q, said %q, words %q; want %+v", q, r.domain, names(r.named), r.said, r.words, want)
		}
	}
	if r := read("https://sparkle.example/cx/t/k7f3", d, false); r.address != "https://sparkle.example/cx/t/k7f3" {
		t.Errorf("scanned: %+v", r)
	}
	if r := read("Sparkel, my lemon", d, false); names(r.near) != "sparkle.example" || r.named != nil {
		t.Errorf("misheard: %+v", r)
	}
	if r := read("127.0.0.1:8080, hello", d, true); r.domain != "127.0.0.1:8080" || r.words != "hello" {
		t.Errorf("an address of this network: %+v", r)
	}
	if r := read("127.0.0.1:8080, hello", d, false); r.domain != "" {
		t.Errorf("an address of this network, refused: %+v", r)
	}
}

// TestWordsStayAsTheyAre: whatever is said after a name or a domain is handed on
// byte for byte, but for the blanks and the mark between the two.
func TestWordsStayAsTheyAre(t *testing.T) {
	d := town()
	rapid.Check(t, func(t *rapid.T) {
		who := rapid.SampledFrom([]string{"Sparkle", "Gran Vía", "delta", "acme.example", "水の会社", "tell Sparkle", "Nobody Known"}).Draw(t, "who")
		mark := rapid.SampledFrom([]string{", ", ": ", " - ", "\n", "，"}).Draw(t, "mark")
		words := rapid.StringMatching(`[a-zA-Zéüßñ漢字ع1-9][^\x00\r]{0,40}[a-zA-Z漢ع1-9]`).Draw(t, "words")
		if joins.MatchString(words) || !utf8.ValidString(words) {
			t.Skip()
		}
		if got := read(who+mark+words, d, false); got.words != words {
			t.Fatalf("%q became %q", words, got.words)
		}
	})
}

// TestFoldingIsStable: a folded name folds to itself, and its offsets lie in the text.
func TestFoldingIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		f := fold(s, maxName)
		if len(f.text) != len(f.at) {
			t.Fatalf("%d runes, %d offsets", len(f.text), len(f.at))
		}
		last := 0
		for _, at := range f.at {
			if at < last || at > len(s) {
				t.Fatalf("offset %d after %d in %d bytes", at, last, len(s))
			}
			last = at
		}
		if once := foldName(s); foldName(once) != once {
			t.Fatalf("%q folds to %q and then to %q", s, once, foldName(once))
		}
	})
}

func TestSpelled(t *testing.T) {
	for ascii, want := range map[string][2]string{
		"sparkle.example":       {"sparkle.example", ""},
		"xn--pple-43d.example":  {"аpple.example", "xn--pple-43d.example"},
		"127.0.0.1:80/@sparkle": {"127.0.0.1:80/@sparkle", ""},
	} {
		if shown, network := spelled(ascii); shown != want[0] || network != want[1] {
			t.Errorf("%s is shown as %q, %q", ascii, shown, network)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"Sparkle, my lemon", "acme.example hi", "https://a.example/", "dile a Gran Via que", "\xff\xfe, x", "水の会社味", "a.b.c.d:80", "xn--, y", "@sparkle ,,", "I dot am", strings.Repeat("Delta ", 900)} {
		f.Add(s)
	}
	d := town()
	f.Fuzz(func(t *testing.T, s string) {
		for _, private := range []bool{false, true} {
			r := read(s, d, private)
			if !utf8.ValidString(r.words) || strings.ContainsRune(r.words, 0) {
				t.Fatalf("words %q", r.words)
			}
			if r.domain != "" {
				if again, ok := asciiDomain(r.domain, private); !ok || again != r.domain {
					t.Fatalf("%q is said to be a domain", r.domain)
				}
			}
		}
	})
}
