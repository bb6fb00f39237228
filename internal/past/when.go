package past

import (
	"strconv"
	"strings"
	"time"
)

// layouts are dates that say which part is which; zoned ones bring their offset.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 MST", "Mon, 02 Jan 2006 15:04:05 -0700",
	"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "2006/01/02 15:04:05", "2006/01/02 15:04", "2006/01/02",
	"2 Jan 2006 15:04:05", "2 Jan 2006 15:04", "2 Jan 2006", "Jan 2, 2006 15:04:05", "Jan 2, 2006 3:04 PM", "Jan 2, 2006", "January 2, 2006", "2 January 2006",
}

// clocks may follow a date of three numbers.
var clocks = []string{"", " 15:04", " 15:04:05", " 3:04 PM", " 3:04:05 PM"}

// parseWhen reads a date as people and tools write it. Of three numbers the
// first is the day where dayFirst, or where it can be nothing else.
func parseWhen(s string, zone *time.Location, dayFirst bool) (time.Time, error) {
	s = strings.ToUpper(strings.Join(strings.Fields(s), " "))
	if at, utc := strings.CutSuffix(s, " UTC"); utc {
		s, zone = at, time.UTC
	}
	if s == "" {
		return time.Time{}, errWhen
	}
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(strings.ToUpper(layout), s, zone); err == nil && !strings.Contains(layout, "MST") {
			return t, nil
		}
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, nil
		}
		if t, err := time.ParseInLocation(layout, titled(s), zone); err == nil {
			return t, nil
		}
	}
	numbers := strings.NewReplacer(".", "/", "-", "/").Replace(s)
	orders := []string{"2/1/2006", "1/2/2006"}
	if !dayFirst {
		orders[0], orders[1] = orders[1], orders[0]
	}
	for _, order := range append(orders, "2/1/06") {
		for _, clock := range clocks {
			if t, err := time.ParseInLocation(order+clock, numbers, zone); err == nil {
				return t, nil
			}
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 1e9 { // seconds, or milliseconds, since 1970
		if n > 1e11 {
			return time.UnixMilli(n), nil
		}
		return time.Unix(n, 0), nil
	}
	return time.Time{}, errWhen
}

// titled writes the words of a date as Go reads them: JAN as Jan.
func titled(s string) string {
	b := []byte(strings.ToLower(s))
	for i := range b {
		if b[i] >= 'a' && b[i] <= 'z' && (i == 0 || b[i-1] < 'a' || b[i-1] > 'z') {
			b[i] -= 'a' - 'A'
		}
	}
	return strings.NewReplacer("Am", "AM", "Pm", "PM").Replace(string(b))
}
