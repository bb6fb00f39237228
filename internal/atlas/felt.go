package atlas

import (
	"math"
	"slices"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
)

// felt is what was said at a touchpoint in a period.
type felt struct {
	store.Tally
	Meant    int64 // taps on the chip that says the intended feeling
	Opposite int64 // and on the one that says its opposite
	Chosen   int64 // taps on any chip
}

// fewest is how many must have said a feeling, or chosen a chip, before anything is
// made of it; and how many of a small audience must have spoken before anything shows.
const fewest = 5

const (
	faceStep = 25.0 // of 100, from one face to the next
	deviates = 1.96 // standard deviations that 95 of 100 lie within
)

// scoreOf is a face of 100.
func scoreOf(face int) float64 { return float64(face-1) * faceStep }

// enough says whether enough said a feeling to tell something of it.
func (f felt) enough() bool { return f.Felt() >= fewest }

// face is the face nearest to the mean; 0 when nobody said one.
func (f felt) face() int {
	var n [6]int
	for i, x := range f.Feelings {
		n[i] = int(x)
	}
	return house.MainFeeling(n)
}

// half is half of the 95 % interval around the mean, of 100: 1.96 s/√n, where s
// is the standard deviation of the faces and never taken for less than half a
// step, since few who agree do not make it certain.
func (f felt) half() float64 {
	n := float64(f.Felt())
	if n == 0 {
		return 100
	}
	mean, _ := f.Of100()
	squares := 0.0
	for face := 1; face <= 5; face++ {
		d := scoreOf(face) - mean
		squares += d * d * float64(f.Feelings[face])
	}
	return deviates * max(faceStep/2, math.Sqrt(squares/n)) / math.Sqrt(n)
}

// worse says whether a touchpoint feels worse than it is meant to: the upper end
// of the interval lies more than half a face below the face intended, and at
// least five said a feeling.
func (f felt) worse(meant int) bool {
	mean, _ := f.Of100()
	return meant > 0 && f.enough() && mean+f.half() < scoreOf(meant)-faceStep/2
}

// weight is what the brand's score, of 100, would be if a touchpoint felt as
// intended and all others as they do:
//
//	(Σ scores − Σ scores here + n here × score of the intended face) ÷ n
//
// ok is false where it feels so already, or too few said a feeling.
func weight(brand, here felt, meant int) (now, would float64, ok bool) {
	now, _ = brand.Of100()
	mean, _ := here.Of100()
	if meant == 0 || !here.enough() || mean >= scoreOf(meant) {
		return now, now, false
	}
	n, at := float64(brand.Felt()), float64(here.Felt())
	return now, now + (scoreOf(meant)-mean)*at/n, true
}

// share is how many of those who chose a chip that says how it felt chose the
// intended one; ok is false when fewer than five did.
func (f felt) share() (share float64, ok bool) {
	if f.Meant+f.Opposite < fewest {
		return 0, false
	}
	return float64(f.Meant) / float64(f.Meant+f.Opposite), true
}

// guarded is what may be shown of what the brand's own people said, or another
// audience it guards: nothing of fewer than five, and the number in steps of five, so
// that no two pages tell by their difference what one person said.
func (f felt) guarded(t *sayline.Touchpoint, audiences []string) felt {
	if !slices.Contains(audiences, t.Audience()) {
		return f
	}
	if f.N < fewest {
		return felt{}
	}
	f.N -= f.N % fewest
	if !f.enough() {
		f.Feelings = [6]int64{}
	}
	if f.Meant+f.Opposite < fewest {
		f.Meant, f.Opposite = 0, 0
	}
	return f
}
