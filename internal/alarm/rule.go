package alarm

import (
	"math"
	"time"
)

// The rule, in figures.
const (
	// Window is how far back is looked: ten minutes of the clock, the running one
	// included. The end of each minute is one look, so there are 525,600 a year.
	Window = 10 * time.Minute
	// looksAYear is how often a touchpoint is looked at.
	looksAYear = 365 * 24 * 60
	// FalseAYear is how many alarms a touchpoint that is as it usually is may raise
	// in a year, at most: the sum of all its looks' chances.
	FalseAYear = 1.0
	// Least is how many unhappy moments an alarm has, whatever is usual.
	Least = 6
	// LeastMinutes is in how many different minutes they came: one hand pressing on
	// and on is folded into one moment by the device, and this is deaf to the next.
	LeastMinutes = 3
	// Calm ends an alarm: what is heard is as likely as one in a hundred again.
	Calm = 0.01
	// CoolDown is how long after its end a touchpoint raises none.
	CoolDown = 30 * time.Minute
	// Weeks is how many weeks back the usual is looked up, at the same hour of the
	// same day of the week and the hours beside it.
	Weeks = 8
	// LotWindow is how far back is looked for a lot: what is wrong with one is said
	// where it is drunk, over a day. It is looked at as often, so the bound holds.
	LotWindow = 24 * time.Hour
)

// The rule for promises.
const (
	// PromiseHours is how far back is looked, the running hour included.
	PromiseHours = 3
	// PromiseLeast is how many cases there are at least; PromiseKnown, before.
	PromiseLeast = 8
	PromiseKnown = 50
	// PromiseFall is by how much the share has fallen at least.
	PromiseFall = 0.15
	// promiseLooks is how many looks of a year are new: the runs of a clock are few,
	// and a look a minute later sees the same ones. TestPromiseAlarms holds the rate.
	promiseLooks = 365 * 24 * 4
)

// Usual is what a touchpoint heard before at such a time: so many unhappy
// moments in so many windows of ten minutes.
type Usual struct {
	Unhappy int
	Windows int
}

// Mean is how many are usual in one window. What little is known is filled up
// with one window in which one person was unhappy: who is new is not alarming.
func (u Usual) Mean() float64 { return float64(u.Unhappy+1) / float64(u.Windows+1) }

// Tail is the chance that a window as it usually is has n unhappy moments or more.
//
// People who don't know of each other arrive as a Poisson process. Its rate is
// not known, only what was heard, so the chance is that of the next window given
// those: with a Gamma(1, 1) prior for the rate λ (per window), what is heard next
// is negative binomial with r = Unhappy + 1 and p = (Windows + 1) / (Windows + 2)
// (Gelman et al., Bayesian Data Analysis, 3rd ed., section 2.6). With much history
// that is the Poisson tail at the mean; with little it is heavier, and an alarm
// needs more.
func (u Usual) Tail(n int) float64 {
	r := float64(u.Unhappy + 1)
	q := 1 / float64(u.Windows+2)
	term := math.Exp(r * math.Log1p(-q)) // of none at all
	below := 0.0
	for k := range n {
		below += term
		term *= q * (r + float64(k)) / float64(k+1)
	}
	return max(0, 1-below)
}

// Alarming says whether n unhappy moments, in so many different minutes of a
// window, are too many to be chance.
func (u Usual) Alarming(n, minutes int) bool {
	return n >= Least && minutes >= LeastMinutes && u.Tail(n) <= FalseAYear/looksAYear
}

// Over says whether an alarm is over.
func (u Usual) Over(n int) bool { return n < Least || u.Tail(n) > Calm }
