package route

import (
	"slices"
	"testing"

	"github.com/sayline/sayline"
)

func TestAlarms(t *testing.T) {
	for _, c := range []struct {
		words, said string
		want        bool
	}{
		{"glass", "There is GLASS in it!", true},
		{"glass", "my glasses are gone", false},
		{"glass*", "my glasses are gone", true},
		{"alergia", "tengo ALÉRGIA", true},
		{"alérgia", "tengo alergia", true},
		{"kaputt", "kaputt", true},
		{"can't breathe", "He can’t   breathe", true},
		{"can't breathe", "he can breathe, can't he", false},
		{"allerg* reaction*", "an allergic reaction", true},
		{"heart attack", "heart", false},
		{"حساسية", "عندي حَسَاسِيَّة من المكسرات", true},
		{"アレルギー", "息子はアレルギーです", true},
		{"过敏", "我孩子对花生过敏了", true},
		{"ΟΔΟΣ", "οδος", true},
		{"glass", "", false},
		{"*", "anything", false},
		{"no", "No.", true},
	} {
		if _, got := heard(alarms([]string{c.words}), folded(c.said)); got != c.want {
			t.Errorf("%q in %q: %v", c.words, c.said, got)
		}
	}
}

// TestRaisedByWords: a word of the rule makes it more urgent, never less, and
// is told as a fact.
func TestRaisedByWords(t *testing.T) {
	c := &sayline.Config{Brand: sayline.Brand{ID: "b", Languages: []string{"en"}}, Teams: []sayline.Team{{ID: "all"}}, Routes: []sayline.Rule{
		{When: sayline.Match{Has: []string{"lot"}}, To: "all", Urgency: sayline.Critical, Raise: sayline.Raise{Words: []string{"glass"}, To: sayline.Urgent}},
		{To: "all", Raise: sayline.Raise{At: 3, Words: []string{"glass", "injured"}, To: sayline.Critical}},
	}}
	r := New(1, c, sayline.NewIndex(c))
	for said, want := range map[string]string{"all fine": sayline.Normal, "she is injured": sayline.Critical, "": sayline.Normal} {
		d := r.Decide(&sayline.Moment{Text: said, Kind: "problem"})
		raised := slices.Contains(d.Facts, sayline.Fact{Field: sayline.FactRaised, Value: "injured"})
		if d.Urgency != want || raised != (want == sayline.Critical) || d.Raise.At != 3 {
			t.Errorf("%q is %s, for %v", said, d.Urgency, d.Facts)
		}
	}
	if d := r.Decide(&sayline.Moment{Text: "glass", Context: sayline.Context{Lot: "A"}}); d.Urgency != sayline.Critical {
		t.Errorf("words made it %s", d.Urgency)
	}
	if d := r.Decide(&sayline.Moment{Text: "injured", Kind: "idea"}); d.Urgency != sayline.Critical || !d.Pages {
		t.Errorf("an idea of that kind is %s", d.Urgency)
	}
}

// What the brand looks for is found in itself, whatever it is.
func FuzzAlarms(f *testing.F) {
	for _, s := range []string{"glass", "Allergie", "can't", "过敏", "ﷺ", "é", "ß", "a b", "İ"} {
		f.Add(s, "before ", " after")
	}
	f.Fuzz(func(t *testing.T, word, before, after string) {
		list := alarms([]string{word})
		if len(list) == 0 {
			return
		}
		if _, ok := heard(list, folded(before+" "+word+" "+after)); !ok {
			t.Errorf("%q is not found between %q and %q", word, before, after)
		}
	})
}
