package pulse

import (
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline/internal/store"
)

// The chart's own units; the page stretches it as wide as there is room.
const (
	chartWide = 600.0
	chartHigh = 120.0
	headroom  = 8.0 // above the highest point
)

// chart is the line of what was said over the area of what is usual, as SVG
// paths, and the same as a table for who can't see it.
type chart struct {
	Usual string // the area; "" where nothing is known
	Fill  string // under the line
	Line  string
	Dot   string // where it ends
	Top   string // what the topmost line stands for
	Grid  string // its path
	Ticks []string
	Rows  []chartRow
	Has   bool // a usual is known
}

type chartRow struct{ Label, N, Usual string }

type point struct{ x, y float64 }

func (s *stage) chart(buckets []store.Tally, u usual) chart {
	n := len(buckets)
	top := 4.0
	for i := range buckets {
		top = max(top, float64(buckets[i].N))
		if u.Known {
			top = max(top, u.Buckets[i])
		}
	}
	y := func(v float64) float64 { return chartHigh - 1 - v/top*(chartHigh-1-headroom) }
	x := func(i int) float64 { return chartWide * (float64(i) + 0.5) / float64(n) }
	if s.period.level == store.ByDay && n > 1 {
		x = func(i int) float64 { return chartWide * float64(i) / float64(n-1) } // days are points, not stretches
	}
	c := chart{Has: u.Known, Top: s.board.Num(int64(top + 0.5)), Grid: "M0 " + num(y(top)) + "H" + num(chartWide), Ticks: s.ticks()}
	if u.Known {
		var area []point
		for i, v := range u.Buckets {
			area = append(area, point{x(i), y(v)})
		}
		c.Usual = closed(area)
	}
	var line []point
	for i := range s.period.passed {
		line = append(line, point{x(i), y(float64(buckets[i].N))})
	}
	c.Line, c.Fill = smooth(line), closed(line)
	if len(line) > 0 && !s.period.past() {
		last := line[len(line)-1]
		c.Dot = "M" + num(last.x) + " " + num(last.y) + "h0"
	}
	for i, start := range s.period.starts {
		if i >= s.period.passed {
			break
		}
		row := chartRow{Label: s.label(start), N: s.board.Num(buckets[i].N)}
		if u.Known {
			row.Usual = s.board.Num(int64(u.Buckets[i] + 0.5))
		}
		c.Rows = append(c.Rows, row)
	}
	return c
}

// label names a bucket.
func (s *stage) label(start time.Time) string {
	if s.period.level == store.ByDay {
		return s.board.Say("pulse_day", "day", start.Day(), "month", s.board.Say("month_"+strconv.Itoa(int(start.Month()))))
	}
	return s.board.Clock(start)
}

// ticks are the names along the time, from its beginning to its end.
func (s *stage) ticks() []string {
	switch {
	case s.period.Name == today, s.period.Name == Dates && s.period.level == store.ByHour:
		return []string{"0:00", "6:00", "12:00", "18:00", "24:00"}
	case s.period.level != store.ByDay:
		third := s.period.at.Sub(s.period.from) / 3
		return []string{s.label(s.period.from), s.label(s.period.from.Add(third)), s.label(s.period.from.Add(2 * third)), s.board.Clock(s.period.at)}
	case len(s.period.starts) == 1:
		return []string{s.label(s.period.from)}
	}
	n := len(s.period.starts)
	return []string{s.label(s.period.starts[0]), s.label(s.period.starts[n/2]), s.label(s.period.starts[n-1])}
}

// num writes a coordinate with one decimal.
func num(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// smooth draws a line through points that never swings beyond them: cubics with
// flat ends and the slopes of Fritsch and Carlson (SIAM J. Numer. Anal. 17, 1980).
func smooth(p []point) string {
	if len(p) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("M" + num(p[0].x) + " " + num(p[0].y))
	slope := make([]float64, len(p))
	for i := 1; i+1 < len(p); i++ {
		before, after := p[i].y-p[i-1].y, p[i+1].y-p[i].y
		if before*after > 0 {
			slope[i] = 2 * before * after / (before + after) // harmonic mean: equal steps in x
		}
	}
	for i := 1; i < len(p); i++ {
		third := (p[i].x - p[i-1].x) / 3
		b.WriteString("C" + num(p[i-1].x+third) + " " + num(p[i-1].y+slope[i-1]/3) + " " + num(p[i].x-third) + " " + num(p[i].y-slope[i]/3) + " " + num(p[i].x) + " " + num(p[i].y))
	}
	return b.String()
}

// closed is the area between a smooth line and the ground, out to both edges
// where it begins there.
func closed(p []point) string {
	if len(p) == 0 {
		return ""
	}
	first, last := p[0], p[len(p)-1]
	return smooth(p) + "L" + num(last.x) + " " + num(chartHigh) + "L" + num(first.x) + " " + num(chartHigh) + "Z"
}
