package phrase_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sayline/sayline/internal/phrase"
)

// TestFeel: what words say of how somebody felt, negated, made stronger, mixed,
// or not at all; nothing in a language without a lexicon.
func TestFeel(t *testing.T) {
	for _, c := range []struct {
		text, lang string
		want       int
	}{
		{"The restroom is dirty", "en", 2},
		{"The restroom is disgusting, the worst I have seen", "en", 1},
		{"The restroom is not dirty", "en", 4},
		{"She was very kind and helpful, thank you!", "en-GB", 5},
		{"Not very helpful", "en", 2},
		{"Nice", "en", 4},
		{"No. Great work", "en", 4},
		{"Where is gate B14?", "en", 0},
		{"good coffee but terrible queue", "en", 2},
		{"El baño está sucio", "es", 2},
		{"El baño no está sucio", "es", 4},
		{"Un asco, horrible", "es", 1},
		{"Muy amables, nos encantó", "es-MX", 5},
		{"¿Dónde está la puerta?", "es", 0},
		{"Sehr schmutzig", "de", 0},
		{"dirty", "", 0},
		{"", "en", 0},
	} {
		if got := phrase.Feel(c.text, c.lang); got != c.want {
			t.Errorf("%q (%s) feels %d, want %d", c.text, c.lang, got, c.want)
		}
	}
}

// TestListsAreReadable: every language has its stop words, none of them twice, and
// every lexicon its words, its negation and weights from -3 to 3.
func TestListsAreReadable(t *testing.T) {
	for _, lang := range phrase.Languages {
		for _, w := range phrase.StopWords(lang) {
			if strings.ContainsAny(w, " '*") || w == "" {
				t.Errorf("%s: %q", lang, w)
			}
		}
		if len(phrase.StopWords(lang)) < 30 {
			t.Errorf("%s has %d stop words", lang, len(phrase.StopWords(lang)))
		}
	}
	for _, lang := range phrase.Felt {
		words, not, far := phrase.Lexicon(lang)
		if words < 100 || not < 5 || far > 3 {
			t.Errorf("%s: %d words, %d that negate, the heaviest weighs %v", lang, words, not, far)
		}
	}
}

// TestTop: each moment once, a word that is only said in a longer phrase as that
// phrase, as most wrote it, with the faces that were touched and no guess in their place.
func TestTop(t *testing.T) {
	texts := []phrase.Text{
		{Text: "No hot water! Hot water, please", Lang: "en", Feeling: 1}, {Text: "the hot water is gone", Lang: "en", Feeling: 2}, {Text: "Hot Water?", Lang: "en"},
		{Text: "lack of soap", Lang: "en", Feeling: 2}, {Text: "a lack of soap", Lang: "en"}, {Text: "Lack of soap: disgusting", Lang: "en"},
		{Text: "agua caliente", Lang: "es"}, {Text: "Sparkle", Lang: "en"}, {Text: "…", Lang: "en"},
	}
	c := phrase.Count(texts, "Sparkle")
	if c.Texts != 8 {
		t.Errorf("%d texts have words", c.Texts)
	}
	top := c.Top(2, 10)
	var got []string
	for _, s := range top {
		got = append(got, s.Text)
	}
	if !slices.Equal(got, []string{"Lack of soap", "hot water"}) && !slices.Equal(got, []string{"lack of soap", "hot water"}) && !slices.Equal(got, []string{"hot water", "lack of soap"}) {
		t.Fatalf("the top is %q", got)
	}
	for _, s := range top {
		if s.Moments != 3 {
			t.Errorf("%q is said by %d", s.Text, s.Moments)
		}
		if strings.EqualFold(s.Text, "lack of soap") && (s.Faces != [6]int{2: 1} || s.Guessed != [6]int{2: 1}) {
			t.Errorf("%q feels %v, guessed %v", s.Text, s.Faces, s.Guessed)
		}
	}
	if ja := phrase.Count([]phrase.Text{{Text: "トイレが汚い", Lang: "ja"}, {Text: "トイレが臭い", Lang: "ja"}}).Top(2, 5); len(ja) != 1 || ja[0].Text != "トイレ" {
		t.Errorf("of Japanese: %+v", ja)
	}
	if ar := phrase.Count([]phrase.Text{{Text: "الحمام متسخ جدا", Lang: "ar"}, {Text: "الحمام بارد", Lang: "ar"}}).Top(2, 5); len(ar) != 1 || ar[0].Text != "الحمام" {
		t.Errorf("of Arabic: %+v", ar)
	}
}

// TestFisher holds the test to the tea lady (Fisher, The Design of Experiments,
// 1935, chapter 2) and to a shuffle.
func TestFisher(t *testing.T) {
	for _, c := range []struct {
		n, of, before, all int
		want               float64
	}{{4, 4, 0, 4, 1. / 70}, {3, 4, 1, 4, 17. / 70}, {0, 5, 3, 5, 1}, {2, 0, 1, 5, 1}, {1, 5, 0, 0, 1}} {
		if got := phrase.Fisher(c.n, c.of, c.before, c.all); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%v: %v", c, got)
		}
	}
	dice := rand.New(rand.NewPCG(1, 2))
	more, rounds := 0, 40_000
	for range rounds { // 12 of 140 say it; 40 are of now; how often are 7 or more of them?
		n := 0
		for _, i := range dice.Perm(140)[:12] {
			if i < 40 {
				n++
			}
		}
		if n >= 7 {
			more++
		}
	}
	if got, want := phrase.Fisher(7, 40, 5, 100), float64(more)/float64(rounds); math.Abs(got-want) > 4*math.Sqrt(want/float64(rounds)) {
		t.Errorf("%v, by shuffling %v", got, want)
	}
}

// TestFisherIsTheSumOfItsTerms compares with every term, by itself, of small tables;
// and of millions it is the normal distribution's.
func TestFisherIsTheSumOfItsTerms(t *testing.T) {
	ways := func(n, k int) float64 { // Pascal's
		if k < 0 || k > n {
			return 0
		}
		w := 1.0
		for i := range k {
			w = w * float64(n-i) / float64(i+1)
		}
		return w
	}
	for of := 1; of <= 9; of++ {
		for all := 1; all <= 9; all++ {
			for n := 1; n <= of; n++ {
				for before := 0; before <= all; before++ {
					want := 0.0
					for k := n; k <= min(n+before, of); k++ {
						want += ways(of, k) * ways(all, n+before-k) / ways(of+all, n+before)
					}
					if got := phrase.Fisher(n, of, before, all); math.Abs(got-want) > 1e-9 {
						t.Errorf("%d of %d, before %d of %d: %v, want %v", n, of, before, all, got, want)
					}
				}
			}
		}
	}
	for n, want := range map[int]float64{500_000: 0.5006, 501_000: 0.00234, 499_000: 0.99767} { // 2.83 deviations of 353.6
		of, all := 1_000_000, 1_000_000
		if got := phrase.Fisher(n, of, 1_000_000-n, all); math.Abs(got-want) > 0.0001 {
			t.Errorf("%d of a million: %v, want %v", n, got, want)
		}
	}
}

// vocabulary says things as they are always said: a few hundred words, some of them often.
func sentence(dice *rand.Rand) string {
	var words []string
	for range 3 + dice.IntN(6) {
		n := int(300 * math.Pow(dice.Float64(), 2))
		words = append(words, "w"+strings.Repeat("abcdefghij"[n%10:n%10+1], 1+n/100)+"xyzuvlmnop"[n/10%10:n/10%10+1]+"qq")
	}
	return strings.Join(words, " ")
}

// TestRisingIsRarelyChance: where nothing changed, a day in a hundred or so tells
// of something that rises, and never more than the rate allows; where something
// did, it is told, and little else.
func TestRisingIsRarelyChance(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 4))
	texts := func(n int) (list []phrase.Text) {
		for range n {
			list = append(list, phrase.Text{Text: sentence(dice), Lang: "en"})
		}
		return list
	}
	days := 300
	wrong := 0
	for range days {
		if up := phrase.Count(texts(80)).Rising(phrase.Count(texts(320)), 3, 20); len(up) > 0 {
			wrong++
		}
	}
	if share := float64(wrong) / float64(days); share > phrase.FalseShare {
		t.Errorf("on %.1f %% of days on which nothing changed something rises", 100*share)
	}
	found, others := 0, 0
	for range 50 {
		now := texts(80)
		for i := range 12 {
			now[i].Text += " tastes of metal"
		}
		for _, r := range phrase.Count(now).Rising(phrase.Count(texts(320)), 3, 20) {
			if strings.Contains(r.Key, "metal") {
				found++
			} else {
				others++
			}
		}
	}
	// Three phrases rise in truth, of which one is told: the rate is of those tested.
	if found < 50 || float64(others) > 2*phrase.FalseShare*float64(3*found) {
		t.Errorf("what rose was found %d times in 50, beside %d others", found, others)
	}
}

// FuzzCount: whatever people write, a phrase is said by no more moments than there
// are, and each has a face, a guess, or none.
func FuzzCount(f *testing.F) {
	for _, s := range []string{"The passport is lost", "トイレが汚い", "مُتَّسِخة", "e\u0301\x00\xff", "it's-a/b 7up 🙂", "¿Qué? ¡No!"} {
		f.Add(s, "en")
		f.Add(s, "")
	}
	f.Fuzz(func(t *testing.T, text, lang string) {
		for _, s := range phrase.Count([]phrase.Text{{Text: text, Lang: lang}, {Text: text, Lang: lang, Feeling: 4}}).Top(1, 50) {
			if s.Moments != 2 || s.Faces[4] != 1 || s.Text == "" || s.Words < 1 || s.Words > 3 {
				t.Fatalf("%q: %+v", text, s)
			}
		}
	})
}
