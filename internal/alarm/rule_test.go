package alarm_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/sayline/sayline/internal/alarm"
)

// TestNineWhereOneIsUsual: the sentence the rule is for, and what is not enough.
func TestNineWhereOneIsUsual(t *testing.T) {
	one := alarm.Usual{Unhappy: 144, Windows: 144}
	for _, c := range []struct {
		usual      alarm.Usual
		n, minutes int
		want       bool
	}{
		{one, 9, 3, true}, {one, 8, 8, false}, {one, 20, 2, false},
		{alarm.Usual{Windows: 144}, 6, 3, true}, {alarm.Usual{Windows: 144}, 5, 5, false},
		{alarm.Usual{}, 18, 10, false}, {alarm.Usual{}, 20, 10, true},
		{alarm.Usual{Unhappy: 1440, Windows: 144}, 20, 10, false}, {alarm.Usual{Unhappy: 1440, Windows: 144}, 30, 10, true},
	} {
		if got := c.usual.Alarming(c.n, c.minutes); got != c.want {
			t.Errorf("%d unhappy in %d minutes where %.2f are usual: %v (chance %.2g)", c.n, c.minutes, c.usual.Mean(), got, c.usual.Tail(c.n))
		}
	}
}

// TestTail holds the formula to a sum the slow way, and to the Poisson tail where
// much is known.
func TestTail(t *testing.T) {
	for _, u := range []alarm.Usual{{}, {3, 10}, {144, 144}, {5000, 1000}} {
		r, p := float64(u.Unhappy+1), float64(u.Windows+1)/float64(u.Windows+2)
		for n := range 25 {
			sum := 0.0
			for k := n; k < 4000; k++ {
				a, _ := math.Lgamma(float64(k) + r)
				b, _ := math.Lgamma(r)
				c, _ := math.Lgamma(float64(k) + 1)
				sum += math.Exp(a - b - c + r*math.Log(p) + float64(k)*math.Log(1-p))
			}
			if got := u.Tail(n); math.Abs(got-sum) > 1e-9+1e-6*sum {
				t.Fatalf("%+v: the chance of %d or more is %g, summed up %g", u, n, got, sum)
			}
		}
	}
	much, poisson, term := alarm.Usual{Unhappy: 1_000_000, Windows: 1_000_000}, 1.0, math.Exp(-1)
	for k := range 9 {
		poisson -= term
		term /= float64(k + 1)
	}
	if got := much.Tail(9); math.Abs(got/poisson-1) > .01 {
		t.Errorf("with all history it is %g, Poisson's is %g", got, poisson)
	}
}

// arrivals are a touchpoint's unhappy moments a minute: a day with a quiet night
// and a busy noon.
func arrivals(random *rand.Rand, minute int, mean float64) int {
	hour := minute / 60 % 24
	rate := mean / 10 * (1 + math.Sin(float64(hour-8)/24*2*math.Pi))
	n, chance := -1, 1.0
	for limit := math.Exp(-rate); chance > limit; n++ { // Knuth's way for small rates
		chance *= random.Float64()
	}
	return max(n, 0)
}

const aWeek = 7 * 24 * 60

// life simulates a touchpoint week by week: eight weeks to know it by, then each
// look of the weeks after. look is told the minute, what was heard and the usual.
func life(random *rand.Rand, weeks int, mean float64, more func(minute int) int, look func(minute, n, minutes int, u alarm.Usual)) {
	heard := make([]int, (alarm.Weeks+weeks)*aWeek)
	for i := range heard {
		heard[i] = arrivals(random, i, mean)
		if more != nil {
			heard[i] += more(i - alarm.Weeks*aWeek)
		}
	}
	var u alarm.Usual
	for i := alarm.Weeks * aWeek; i < len(heard); i++ {
		if i%60 == 0 {
			u = alarm.Usual{Windows: alarm.Weeks * 18}
			for back := 1; back <= alarm.Weeks; back++ {
				from := i - i%60 - 60 - back*aWeek
				for _, n := range heard[max(0, from):max(0, from+180)] {
					u.Unhappy += n
				}
			}
		}
		n, minutes := 0, 0
		for _, k := range heard[i-9 : i+1] {
			n += k
			minutes += min(k, 1)
		}
		look(i-alarm.Weeks*aWeek, n, minutes, u)
	}
}

// TestFalseAlarms: ten years of touchpoints that are as they always are raise
// fewer alarms than the rule allows them.
func TestFalseAlarms(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 11))
	years := 0.0
	alarms := 0
	for _, mean := range []float64{.05, .3, 1, 1, 2, 5, 12} {
		on := false
		life(random, 52, mean, nil, func(_, n, minutes int, u alarm.Usual) {
			switch {
			case !on && u.Alarming(n, minutes):
				alarms, on = alarms+1, true
			case on && u.Over(n):
				on = false
			}
		})
		years += 52.0 / (365.0 / 7)
	}
	if limit := alarm.FalseAYear * years; float64(alarms) > limit {
		t.Errorf("%d false alarms in %.1f years; at most %.1f are allowed", alarms, years, limit)
	}
}

// TestDelay: from the minute on in which nine come in ten minutes instead of one,
// an alarm is raised within a quarter of an hour in nine of ten cases, and it
// ends by itself when they have gone.
func TestDelay(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 5))
	var delays []int
	const from, until = 3*24*60 + 15*60, 3*24*60 + 16*60
	for range 60 {
		raised, ended := -1, -1
		on := false
		life(random, 1, .6, func(minute int) int {
			if minute < from || minute >= until {
				return 0
			}
			return arrivals(random, 14*60, 9/1.87) // the busy hour's rate is 1.87 of the mean
		}, func(minute, n, minutes int, u alarm.Usual) {
			switch {
			case minute >= from && !on && raised < 0 && u.Alarming(n, minutes):
				raised, on = minute, true
			case on && u.Over(n):
				ended, on = minute, false
			}
		})
		if raised < 0 {
			delays = append(delays, math.MaxInt)
			continue
		}
		delays = append(delays, raised-from)
		if ended < 0 || ended > until+int(2*alarm.Window/time.Minute) {
			t.Errorf("it went on until minute %d, they left in minute %d", ended, until)
		}
	}
	slices.Sort(delays)
	t.Logf("half within %d minutes, nine of ten within %d", delays[len(delays)/2], delays[len(delays)*9/10])
	if delays[len(delays)/2] > 12 || delays[len(delays)*9/10] > 20 {
		t.Errorf("half within %d minutes, nine of ten within %d", delays[len(delays)/2], delays[len(delays)*9/10])
	}
}
