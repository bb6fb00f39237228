package atlas

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

func faces(f1, f2, f3, f4, f5 int64) felt {
	return felt{Tally: store.Tally{N: f1 + f2 + f3 + f4 + f5, Feelings: [6]int64{0, f1, f2, f3, f4, f5}}}
}

func TestWorseThanIntendedNeedsEnoughWhoSaySo(t *testing.T) {
	for _, tt := range []struct {
		what  string
		f     felt
		meant int
		want  bool
	}{
		{"four who hate it", faces(4, 0, 0, 0, 0), 4, false},
		{"five who hate it", faces(5, 0, 0, 0, 0), 4, true},
		{"five who are not sure", faces(0, 0, 5, 0, 0), 4, true}, // 50 + 11 is below 62.5
		{"half love it, half hate it", faces(3, 0, 0, 0, 3), 4, false},
		{"many of whom half hate it", faces(50, 0, 0, 0, 50), 4, true},
		{"as intended", faces(0, 0, 10, 80, 10), 4, false},
		{"nobody said how it should feel", faces(50, 0, 0, 0, 0), 0, false},
		{"nobody spoke", felt{}, 5, false},
	} {
		if got := tt.f.worse(tt.meant); got != tt.want {
			t.Errorf("%s: worse than %d is %v, want %v", tt.what, tt.meant, got, tt.want)
		}
	}
}

// The weight is what comes out when every face here is replaced by the intended
// one and all are counted again.
func TestWeightIsARecount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) felt {
			n := rapid.SliceOfN(rapid.Int64Range(0, 60), 5, 5).Draw(t, name)
			return faces(n[0], n[1], n[2], n[3], n[4])
		}
		here, rest, meant := draw("here"), draw("rest"), rapid.IntRange(1, 5).Draw(t, "meant")
		brand := here
		brand.Add(rest.Tally)
		now, would, ok := weight(brand, here, meant)
		mean, _ := here.Of100()
		if want := here.Felt() >= fewest && mean < scoreOf(meant); ok != want {
			t.Fatalf("told is %v, want %v", ok, want)
		}
		if !ok {
			return
		}
		as := felt{}
		as.Feelings[meant] = here.Felt()
		as.Add(rest.Tally)
		if want, _ := as.Of100(); math.Abs(would-want) > 1e-9 || would <= now {
			t.Fatalf("would be %v, recounted %v, now %v", would, want, now)
		}
	})
}

func TestCoverageIsTheShareThatHolds(t *testing.T) {
	var c coverage
	whole := &sayline.Touchpoint{Owner: "service", Promise: sayline.Plain("Soon."), Feeling: sayline.Plain("safe")}
	c.add(whole, faces(0, 0, 0, 5, 5)) // four of four
	c.add(whole, faces(9, 0, 0, 0, 0)) // three of four
	c.add(whole, felt{})               // three of three
	c.add(&sayline.Touchpoint{Silent: true, Message: contradicts}, felt{})
	if want := 10.0 / 14; math.Abs(c.Score()-want) > 1e-9 {
		t.Errorf("the score is %v, want %v", c.Score(), want)
	}
	if c.Voices != 3 || c.Touchpoints != 4 || c.Gaps[gapFelt] != 1 || c.Gaps[gapOwner] != 1 || c.Gaps[gapVoice] != 1 || c.Gaps[gapPromise] != 1 || c.Gaps[contradicts] != 1 {
		t.Errorf("counted are %+v", c)
	}
	if (&coverage{}).Score() != 0 {
		t.Error("nothing is covered by nothing")
	}
}

// A change is clear where its interval lies on one side of nought.
func TestAChangeOfFewIsNotClear(t *testing.T) {
	for _, tt := range []struct {
		before, after [6]int64
		by            int64
		better, worse bool
	}{
		{faces(3, 0, 0, 0, 3).Feelings, faces(2, 0, 0, 0, 4).Feelings, 17, false, false},
		{faces(30, 0, 0, 0, 30).Feelings, faces(10, 0, 0, 0, 50).Feelings, 33, true, false},
		{faces(0, 0, 0, 5, 0).Feelings, faces(0, 5, 0, 0, 0).Feelings, -50, false, true},
	} {
		d, ok := changeOf(tt.before, tt.after)
		if !ok || d.by != tt.by || d.better() != tt.better || d.worse() != tt.worse {
			t.Errorf("from %v to %v it changed by %+v", tt.before, tt.after, d)
		}
	}
	if _, ok := changeOf(faces(2, 0, 0, 0, 2).Feelings, faces(9, 0, 0, 0, 9).Feelings); ok {
		t.Error("a change from four is told")
	}
}

// The share of few is no share: one tap of one would be all or nothing.
func TestShareOfFew(t *testing.T) {
	if _, ok := (felt{Meant: 1, Opposite: 3}).share(); ok {
		t.Error("it is told of four")
	}
	if share, ok := (felt{Meant: 1, Opposite: 4}).share(); !ok || share != 0.2 {
		t.Errorf("one of five is %v", share)
	}
}

// Of the brand's own people nothing shows that fewer than five said, and numbers
// in steps of five.
func TestOwnPeopleAreNotPointedAt(t *testing.T) {
	small := []string{"employee", "applicant"}
	room := &sayline.Touchpoint{Audiences: []string{"employee"}}
	if f := faces(4, 0, 0, 0, 0).guarded(room, small); f != (felt{}) {
		t.Errorf("of four shows %+v", f)
	}
	if f := faces(4, 0, 0, 0, 0).guarded(&sayline.Touchpoint{Audiences: []string{"applicant", "customer"}}, small); f != (felt{}) {
		t.Errorf("of four applicants shows %+v", f)
	}
	f := faces(2, 0, 0, 0, 2)
	f.N, f.Meant, f.Opposite = 9, 2, 2
	if g := f.guarded(room, small); g.N != 5 || g.Felt() != 0 || g.Meant+g.Opposite != 0 {
		t.Errorf("of nine of whom four said how it feels shows %+v", g)
	}
	if g := faces(4, 0, 0, 0, 0).guarded(&sayline.Touchpoint{}, small); g.N != 4 {
		t.Errorf("of customers shows %+v", g)
	}
}

func TestMentions(t *testing.T) {
	said := []string{
		"They asked me what I was about to COOK, and had recipes!", "nice, but Fizzco’s delivery is faster", "fizzcola is bad", "Better than Big Bubble & Co.",
		"Preguntó qué íbamos a cocinar", "¡Qué recetas!",
	}
	by := &sayline.Touchpoint{OnlyHereWords: []string{"recipe", "recetas"}}
	m := mentionsOf(by, []string{"Fizzco", "Big Bubble", "Nobody"}, said)
	if m.Of != 6 || m.OnlyHere != 2 || len(m.Rivals) != 2 || m.Rivals[0] != (rival{"Fizzco", 1}) || m.Rivals[1] != (rival{"Big Bubble", 1}) {
		t.Errorf("by words given: %+v", m)
	}
	of := &sayline.Touchpoint{OnlyHere: sayline.Text{"en": "A neighbour brings the basket upstairs, whatever the weather.", "es": "Un vecino sube la cesta a casa."}}
	m = mentionsOf(of, nil, []string{"The neighbours brought my basket", "my neighbour is loud", "whatever", "El vecino subió la cesta"})
	if m.OnlyHere != 2 {
		t.Errorf("by its own sentence: %+v", m)
	}
}
