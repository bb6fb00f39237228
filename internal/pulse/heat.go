package pulse

import (
	"context"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
)

// heatMap is what was felt at each touchpoint over time.
type heatMap struct {
	title  string
	labels []string
	cells  map[string][]store.Tally
}

const heatHours = 12

// heat reads the strips: the last 12 hours, or the period's days, at most 15 to a strip.
func (s *stage) heat(ctx context.Context) (*heatMap, error) {
	h := &heatMap{cells: map[string][]store.Tally{}}
	starts, q := s.period.starts, s.counts(s.period.level, s.period.from, s.period.until)
	each := (len(starts) + 14) / 15
	switch {
	case s.period.level == store.ByDay:
		h.title = s.board.Say("pulse_heat_days", "n", len(starts))
	case s.period.Name == Dates:
		h.title = s.board.Say("pulse_heat_day")
	case s.period.level == store.ByHour && s.period.Name != today:
		h.title = s.board.Say("pulse_heat_hours", "n", len(starts))
	default:
		starts, each = lastHours(s.period.at, heatHours), 1
		q.Level, q.From, q.Until = store.ByHour, starts[0], s.period.at.Add(time.Hour)
		h.title = s.board.Say("pulse_heat_hours", "n", heatHours)
	}
	list, err := s.Store.CountsByTouchpointAndTime(ctx, q)
	if err != nil {
		return nil, err
	}
	size := (len(starts) + each - 1) / each
	for i := 0; i < len(starts); i += each {
		label := s.board.Clock(starts[i])
		if s.period.level == store.ByDay {
			label = s.label(starts[i])
		}
		h.labels = append(h.labels, label)
	}
	for _, c := range list {
		if h.cells[c.Touchpoint] == nil {
			h.cells[c.Touchpoint] = make([]store.Tally, size)
		}
		i, found := slices.BinarySearchFunc(starts, c.Bucket, func(a, b time.Time) int { return a.Compare(b) })
		if !found {
			i--
		}
		if i >= 0 {
			h.cells[c.Touchpoint][i/each].Add(c.Tally)
		}
	}
	return h, nil
}

// lastHours are the starts of the hour t is in and those before it, n in all.
func lastHours(t time.Time, n int) []time.Time {
	list := hoursOf(t.Add(-time.Duration(n+1)*time.Hour), t.Add(time.Nanosecond))
	return list[max(0, len(list)-n):]
}

// strip is a touchpoint's cells, each in the colour of its mean face (0 for words and
// taps without one), and what they hold in numbers. It writes them by itself: of two
// hundred touchpoints there are three thousand, and a template takes ten times as long.
func (h *heatMap) strip(b *board, touchpoint string) (cells template.HTML, said string) {
	tallies := h.cells[touchpoint]
	var numbers []string
	var html strings.Builder
	for i, label := range h.labels {
		n := int64(0)
		html.WriteString("<i")
		if tallies != nil && tallies[i].N > 0 {
			n = tallies[i].N
			label = b.Say("pulse_cell", "time", label, "moments", b.Count("moments", int(n)))
			html.WriteString(` class="c` + strconv.Itoa(faceOf(tallies[i])) + `"`)
		}
		html.WriteString(` title="` + template.HTMLEscapeString(label) + `"></i>`)
		numbers = append(numbers, b.Num(n))
	}
	return template.HTML(html.String()), strings.Join(numbers, ", ")
}

// faceOf is the face nearest to a tally's mean; 0 when nobody said one.
func faceOf(t store.Tally) int {
	var n [6]int
	for i, f := range t.Feelings {
		n[i] = int(f)
	}
	return house.MainFeeling(n)
}
