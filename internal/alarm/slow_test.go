package alarm_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sayline/sayline/internal/alarm"
)

// poisson draws a small number (Knuth's way).
func poisson(random *rand.Rand, mean float64) int {
	n, chance := -1, 1.0
	for limit := math.Exp(-mean); chance > limit; n++ {
		chance *= random.Float64()
	}
	return n
}

const aDay = 24 * 60

// lotLife plays a product's lots for some days, from the day on which their usual
// is known: unhappy(lot, day) is how many unhappy moments a lot has on a day in the
// mean; as many others are said of it. look is told each time one comes.
func lotLife(random *rand.Rand, lots, days int, unhappy func(lot, day int) float64, look func(lot, minute, n int, u alarm.Usual)) {
	const known = alarm.Weeks * 7
	count := make([][]int, lots) // unhappy, by day
	any := make([][]bool, lots)
	at := make([][]int, lots)
	for lot := range lots {
		count[lot], any[lot] = make([]int, known+days), make([]bool, known+days)
		for day := range known + days {
			n := poisson(random, unhappy(lot, day-known))
			count[lot][day], any[lot][day] = n, n > 0 || poisson(random, unhappy(lot, day-known)) > 0
			for range n {
				at[lot] = append(at[lot], day*aDay+random.IntN(aDay))
			}
		}
		slices.Sort(at[lot])
	}
	usual := make([]alarm.Usual, known+days)
	for day := known; day < known+days; day++ {
		for lot := range lots {
			for back := day - known; back < day-1; back++ {
				usual[day].Unhappy += count[lot][back]
				if any[lot][back] {
					usual[day].Windows++
				}
			}
		}
	}
	for lot := range lots {
		from := 0
		for i, minute := range at[lot] {
			for at[lot][from] <= minute-aDay {
				from++
			}
			if day := minute / aDay; day >= known {
				look(lot, minute-known*aDay, i-from+1, usual[day])
			}
		}
	}
}

// TestLotFalseAlarms: a year of forty lots that are as they always are raises at
// most one alarm a lot, and in truth hardly any.
func TestLotFalseAlarms(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 8))
	years, alarms := 0.0, 0
	for _, mean := range []float64{.1, .5, 2, 6} {
		last := map[int]int{}
		lotLife(random, 10, 365, func(int, int) float64 { return mean }, func(lot, minute, n int, u alarm.Usual) {
			if at, was := last[lot]; u.Alarming(n, n) && (!was || minute-at > aDay) {
				alarms++
				last[lot] = minute
			}
		})
		years += 10
	}
	t.Logf("%d false alarms in %.0f years of lots", alarms, years)
	if float64(alarms) > alarm.FalseAYear*years {
		t.Errorf("%d false alarms in %.0f years", alarms, years)
	}
}

// TestLotDelay: a lot of which twelve things are wrong a day where one is usual
// is found within twenty hours in half of the cases, within thirty in nine of ten.
func TestLotDelay(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 21))
	var delays []int
	for range 60 {
		found := math.MaxInt
		lotLife(random, 6, 4, func(lot, day int) float64 {
			if lot == 0 && day >= 1 {
				return 12
			}
			return 1
		}, func(lot, minute, n int, u alarm.Usual) {
			if lot == 0 && minute >= aDay && u.Alarming(n, n) {
				found = min(found, minute-aDay)
			}
		})
		delays = append(delays, found)
	}
	slices.Sort(delays)
	t.Logf("half within %d minutes, nine of ten within %d", delays[30], delays[54])
	if delays[30] > 20*60 || delays[54] > 30*60 {
		t.Errorf("half within %d minutes, nine of ten within %d", delays[30], delays[54])
	}
}

// keptLife plays a team's cases for some days: so many an hour by day, kept with a
// chance. look is told after each, as the watch would be at its next look.
func keptLife(random *rand.Rand, days int, anHour float64, kept func(hour int) float64, look func(hour int, k alarm.Kept)) {
	const known = alarm.Weeks * 7 * 24
	n, ok := make([]int64, known+days*24), make([]int64, known+days*24)
	var all alarm.Kept // before the window
	for hour := range n {
		if from := hour - alarm.PromiseHours; from >= 0 {
			all.All, all.Before = all.All+n[from], all.Before+ok[from]
		}
		if from := hour - alarm.PromiseHours - known; from >= 0 {
			all.All, all.Before = all.All-n[from], all.Before-ok[from]
		}
		runs := 0
		if h := hour % 24; h >= 8 && h < 20 {
			runs = poisson(random, anHour)
		}
		for range runs {
			n[hour]++
			if random.Float64() < kept(hour-known) {
				ok[hour]++
			}
			if hour >= known {
				k := all
				for back := max(0, hour-alarm.PromiseHours+1); back <= hour; back++ {
					k.Of, k.Now = k.Of+n[back], k.Now+ok[back]
				}
				look(hour-known, k)
			}
		}
	}
}

// TestPromiseFalseAlarms: years of teams that keep what they always keep tell of
// less than one fall a year each.
func TestPromiseFalseAlarms(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 3))
	years, alarms := 0.0, 0
	for _, anHour := range []float64{1, 4, 15} {
		for _, share := range []float64{.98, .9, .7} {
			on := false
			keptLife(random, 365, anHour, func(int) float64 { return share }, func(_ int, k alarm.Kept) {
				switch {
				case !on && k.Falling():
					alarms, on = alarms+1, true
				case on && k.Over():
					on = false
				}
			})
			years++
		}
	}
	t.Logf("%d falls were told of in %.0f years in which none was", alarms, years)
	if float64(alarms) > alarm.FalseAYear*years {
		t.Errorf("%d false alarms in %.0f years", alarms, years)
	}
}

// TestPromiseDelay: a team of six cases an hour that keeps four in ten where it
// kept nine is told of within three hours in half of the cases, within five in nine of ten.
func TestPromiseDelay(t *testing.T) {
	random := rand.New(rand.NewPCG(34, 55))
	var delays []int
	const from = 2*24 + 10
	for range 60 {
		found := math.MaxInt
		keptLife(random, 3, 6, func(hour int) float64 {
			if hour >= from {
				return .4
			}
			return .9
		}, func(hour int, k alarm.Kept) {
			if hour >= from && k.Falling() {
				found = min(found, hour-from+1)
			}
		})
		delays = append(delays, found)
	}
	slices.Sort(delays)
	t.Logf("half within %d hours, nine of ten within %d", delays[30], delays[54])
	if delays[30] > 3 || delays[54] > 5 {
		t.Errorf("half within %d hours, nine of ten within %d", delays[30], delays[54])
	}
}
