package sayline

import "time"

// WorkingDayAfter is the end of the n-th working day after a time: Monday to
// Friday, and no holiday of the brand's that is one everywhere. In the zone of t.
func (c *Config) WorkingDayAfter(t time.Time, n int) time.Time {
	free := map[string]bool{}
	for i := range c.Holidays {
		if h := &c.Holidays[i]; len(h.Places) == 0 {
			free[h.Date] = true
		}
	}
	y, m, d := t.Date()
	for n > 0 {
		d++
		day := time.Date(y, m, d, 12, 0, 0, 0, t.Location())
		if w := day.Weekday(); w != time.Saturday && w != time.Sunday && !free[day.Format(time.DateOnly)] {
			n--
		}
	}
	return time.Date(y, m, d+1, 0, 0, 0, 0, t.Location())
}
