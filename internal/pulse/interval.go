package pulse

import (
	"math"

	"github.com/sayline/sayline/internal/store"
)

// interval is where a figure lies with 95 % certainty, if those who spoke are as
// anybody who might have.
type interval struct{ low, high float64 }

// normal is the standard normal's quantile that leaves 2.5 % above it.
const normal = 1.959963984540054

// wilson is the interval of a share, k of n (E. B. Wilson, J. Am. Stat. Assoc. 22,
// 1927): it stays between 0 and 1, and is honest of few. n is above 0.
func wilson(k, n int64) interval {
	of, share := float64(n), float64(k)/float64(n)
	middle := share + normal*normal/(2*of)
	half := normal * math.Sqrt(share*(1-share)/of+normal*normal/(4*of*of))
	whole := 1 + normal*normal/of
	return interval{max(0, (middle-half)/whole), min(1, (middle+half)/whole)}
}

// student is the quantile of Student's t with so many degrees of freedom that
// leaves 2.5 % above it, by the expansion of Abramowitz and Stegun, 26.7.5: within
// 0.01 from four on.
func student(freedom int64) float64 {
	v, x := float64(freedom), normal
	return x + (math.Pow(x, 3)+x)/(4*v) + (5*math.Pow(x, 5)+16*math.Pow(x, 3)+3*x)/(96*v*v) +
		(3*math.Pow(x, 7)+19*math.Pow(x, 5)+17*math.Pow(x, 3)-15*x)/(384*v*v*v) +
		(79*math.Pow(x, 9)+776*math.Pow(x, 7)+1482*math.Pow(x, 5)-1920*math.Pow(x, 3)-945*x)/(92160*v*v*v*v)
}

// faceStep is how far one face is from the next, of 100.
const faceStep = 25.0

// ofFace is a face of 100.
func ofFace(face int) float64 { return float64(face-1) * faceStep }

// scored is the mean of the faces, of 100, and its interval by Student's t. s is
// never taken for less than half a step: few who agree do not make it certain. ok is
// false where too few showed one.
func scored(t store.Tally) (mean float64, in interval, ok bool) {
	n := t.Felt()
	if n < fewest {
		return 0, interval{}, false
	}
	mean, squares := 0.0, 0.0
	for face := 1; face <= 5; face++ {
		mean += ofFace(face) * float64(t.Feelings[face]) / float64(n)
	}
	for face := 1; face <= 5; face++ {
		d := ofFace(face) - mean
		squares += d * d * float64(t.Feelings[face])
	}
	half := student(n-1) * max(faceStep/2, math.Sqrt(squares/float64(n-1))) / math.Sqrt(float64(n))
	return mean, interval{max(0, mean-half), min(100, mean+half)}, true
}

// weighed is what the score of all would be if a touchpoint felt as it is meant to
// and everything else as it does; ok is false where it does already, or too few
// showed a face there.
func weighed(all, here store.Tally, meant int) (would float64, ok bool) {
	mean, _, enough := scored(here)
	whole, _, told := scored(all)
	if meant == 0 || !enough || !told || mean >= ofFace(meant) {
		return whole, false
	}
	return whole + (ofFace(meant)-mean)*float64(here.Felt())/float64(all.Felt()), true
}
