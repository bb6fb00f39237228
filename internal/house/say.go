package house

import (
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline/internal/words"
)

// Voice is the reader's language with the time it is now, in the brand's zone.
type Voice struct {
	*words.Tongue
	Now time.Time
}

// Num writes a whole number: 4,182.
func (v Voice) Num(n int64) string {
	s := strconv.FormatInt(max(n, -n), 10)
	group := v.Say("num_group")
	for i := len(s) - 3; i > 0 && len(s) > 3; i -= 3 {
		s = s[:i] + group + s[i:]
	}
	if n < 0 {
		return "−" + s
	}
	return s
}

// Signed writes a change: +18, −3.
func (v Voice) Signed(n int64) string {
	if n > 0 {
		return "+" + v.Num(n)
	}
	return v.Num(n)
}

// Percent writes a share, 0 to 1, as whole hundredths.
func (v Voice) Percent(share float64) string {
	return v.Say("percent", "n", v.Num(round(share*100)))
}

func round(f float64) int64 {
	if f < 0 {
		return -round(-f)
	}
	return int64(f + 0.5)
}

// Took writes a measured span as people read it: 0.4 s, 2 min 10, 3 h 20, 2 days.
func (v Voice) Took(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		tenths := round(d.Seconds() * 10)
		s := strconv.FormatInt(tenths/10, 10)
		if tenths%10 != 0 {
			s += v.Say("num_decimal") + strconv.FormatInt(tenths%10, 10)
		}
		return v.Say("took_s", "s", s)
	case d < time.Minute:
		return v.Say("took_s", "s", round(d.Seconds()))
	case d < 10*time.Minute:
		s := round(d.Seconds())
		return v.Say("took_min_s", "min", s/60, "s", pad(s%60))
	case d < time.Hour:
		return v.Say("took_min", "min", round(d.Minutes()))
	case d < 24*time.Hour:
		m := round(d.Minutes())
		return v.Say("took_h_min", "h", m/60, "min", pad(m%60))
	}
	return v.Count("span_days", int(round(d.Hours()/24)))
}

// Gap writes the milliseconds between two steps of a trace: +6 ms, +1.2 s, or as [Voice.Took].
func (v Voice) Gap(d time.Duration) string {
	if d < time.Second {
		return v.Say("gap_ms", "ms", max(0, d.Milliseconds()))
	}
	return v.Say("gap", "took", v.Took(d))
}

func pad(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

// Precise is a time of day with its tenths: 14:31:02.1.
func (v Voice) Precise(at time.Time) string {
	return strings.Replace(at.In(v.Now.Location()).Format("15:04:05.0"), ".", v.Say("num_decimal"), 1)
}

// At is when something happened, as short as it can be told apart from now.
func (v Voice) At(at time.Time) string { return v.Stamp(v.Now, at) }

// Day is the day something happened on, and no more than that: what a private
// lane tells.
func (v Voice) Day(at time.Time) string {
	at = at.In(v.Now.Location())
	y, m, d := v.Now.Date()
	days := int(time.Date(y, m, d, 12, 0, 0, 0, time.UTC).Sub(time.Date(at.Year(), at.Month(), at.Day(), 12, 0, 0, 0, time.UTC)) / (24 * time.Hour))
	switch days {
	case 0:
		return v.Say("day_today")
	case 1:
		return v.Say("day_yesterday")
	}
	return v.Date(at)
}

// ISO is a time for machines.
func ISO(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }
