package ask

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline/internal/words"
)

// timeWords are the words of times, in all the languages that are understood.
type timeWords struct {
	fixed    map[string]string // phrase → what it is: now, today, yesterday…
	longest  int
	last     []string // last, past, letzte
	since    []string
	to       []string
	article  []string       // may stand before a day
	numbers  map[string]int // one, two…
	units    map[string]int // hours of the unit
	dual     map[string]int // what says two of a unit in a word: hours of both
	weekdays map[string]time.Weekday
	months   map[string]time.Month
	bare     []string // months that are other words as well: only with a day
	lot      []string
}

const (
	hour  = 1
	day   = 24
	week  = 7 * day
	month = 30 * day
	year  = 365 * day
)

// fixedTimes are the times with a word of their own.
var fixedTimes = []string{"now", "today", "yesterday", "this_week", "last_week", "this_month", "last_month", "weekend"}

func newTimeWords(c *words.Catalogue) timeWords {
	w := timeWords{fixed: map[string]string{}, numbers: map[string]int{}, units: map[string]int{}, dual: map[string]int{}, weekdays: map[string]time.Weekday{}, months: map[string]time.Month{}}
	for _, lang := range spoken {
		t := c.In(lang)
		for _, name := range fixedTimes {
			for _, phrase := range list(t, "ask_time_"+name) {
				words := texts(phrase)
				w.fixed[strings.Join(words, " ")] = name
				w.longest = max(w.longest, len(words))
			}
		}
		for unit, hours := range map[string]int{"hour": hour, "day": day, "week": week, "month": month, "year": year} {
			each(t, "ask_unit_"+unit, func(s string, _ int) { w.units[s] = hours })
		}
		each(t, "ask_dual", func(s string, i int) { w.dual[s] = 2 * []int{hour, day, week, month}[min(i, 3)] })
		each(t, "ask_last", func(s string, _ int) { w.last = append(w.last, s) })
		each(t, "ask_since", func(s string, _ int) { w.since = append(w.since, s) })
		each(t, "ask_to", func(s string, _ int) { w.to = append(w.to, s) })
		each(t, "ask_article", func(s string, _ int) { w.article = append(w.article, s) })
		each(t, "ask_lot", func(s string, _ int) { w.lot = append(w.lot, s) })
		each(t, "ask_month_bare", func(s string, _ int) { w.bare = append(w.bare, s) })
		each(t, "ask_numbers", func(s string, i int) { w.numbers[s] = i + 1 })
		each(t, "ask_weekdays", func(s string, i int) { w.weekdays[s] = time.Weekday(i) })
		each(t, "ask_months", func(s string, i int) { w.months[s] = time.Month(i + 1) })
	}
	return w
}

// each calls with every word of a key and its place among them; words with the
// same place are parted by a slash.
func each(t *words.Tongue, key string, see func(string, int)) {
	for i, same := range list(t, key) {
		for _, s := range strings.Split(same, "/") {
			if w := texts(s); len(w) == 1 {
				see(w[0], i)
			}
		}
	}
}

// read reads a time that begins with the first word: how many words, and what
// they mean; 0 for no time.
func (w *timeWords) read(words []token, now time.Time) (n int, values []Value) {
	if n, a, z := w.days(words, now); n > 0 {
		return n, between(a, z, now)
	}
	for n := min(w.longest, len(words)); n > 0; n-- {
		if name, ok := w.fixed[joined(words[:n])]; ok {
			return n, fixedTime(name, now)
		}
	}
	return w.span(words, now)
}

func fixedTime(name string, now time.Time) []Value {
	today := dayOf(now)
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	first := today.AddDate(0, 0, 1-today.Day())
	switch name {
	case "now", "today":
		return []Value{{Period, name}}
	case "yesterday":
		return between(today.AddDate(0, 0, -1), today.AddDate(0, 0, -1), now)
	case "this_week":
		return between(monday, today, now)
	case "last_week":
		return between(monday.AddDate(0, 0, -7), monday.AddDate(0, 0, -1), now)
	case "this_month":
		return between(first, today, now)
	case "last_month":
		return between(first.AddDate(0, -1, 0), first.AddDate(0, 0, -1), now)
	}
	saturday := monday.AddDate(0, 0, 5) // of this week's end, or the last one
	if saturday.After(today) {
		saturday = saturday.AddDate(0, 0, -7)
	}
	return between(saturday, saturday.AddDate(0, 0, 1), now)
}

// span reads "last 2 hours", "últimas dos horas", "2 últimas horas", "آخر ساعتين".
func (w *timeWords) span(words []token, now time.Time) (n int, values []Value) {
	at := func(i int) string {
		if i < len(words) && (i == 0 || !words[i].breaks) {
			return words[i].text
		}
		return ""
	}
	last := func(i int) bool { return slices.Contains(w.last, at(i)) }
	number := func(i int) int {
		if i := w.numbers[at(i)]; i > 0 {
			return i
		}
		n, err := strconv.Atoi(at(i))
		if err != nil || n > 1000 {
			return 0
		}
		return n
	}
	switch {
	case last(0) && number(1) > 0 && w.units[at(2)] > 0:
		return 3, ago(number(1), w.units[at(2)], now)
	case number(0) > 0 && last(1) && w.units[at(2)] > 0:
		return 3, ago(number(0), w.units[at(2)], now)
	case last(0) && w.dual[at(1)] > 0:
		return 2, ago(1, w.dual[at(1)], now)
	case last(0) && w.units[at(1)] > 0:
		return 2, ago(1, w.units[at(1)], now)
	case number(0) > 0 && w.units[at(1)] > 0 && words[0].start == 0 && len(words) == 2:
		return 2, ago(number(0), w.units[at(1)], now)
	}
	return 0, nil
}

// Bounds of what the pulse can be asked for by hours and by its own periods.
const mostHours = 48

// ago is so many of a unit up to now.
func ago(n, unit int, now time.Time) []Value {
	hours := min(n*unit, 10*year)
	days := (hours + day - 1) / day
	switch {
	case hours == hour:
		return []Value{{Period, "now"}}
	case hours <= mostHours && unit < day, hours == day:
		return []Value{{Period, strconv.Itoa(hours) + "h"}}
	case days == 7 || days == 30 || days == 90:
		return []Value{{Period, strconv.Itoa(days)}}
	}
	return between(dayOf(now).AddDate(0, 0, 1-days), dayOf(now), now)
}

// days reads what names days: a date, a weekday, a month, from one to another,
// or since one.
func (w *timeWords) days(words []token, now time.Time) (n int, from, to time.Time) {
	at := 0
	since := slices.Contains(w.since, words[0].text)
	if since {
		at = w.past(words, 1)
	}
	if at >= len(words) {
		return 0, from, to
	}
	n, from, to = w.date(words[at:], now, since)
	if n == 0 {
		if n, from, to = w.fromDay(words[at:], now); n > 0 {
			n += at
		}
		return n, from, to
	}
	at += n
	if at+1 < len(words) && slices.Contains(w.to, words[at].text) && !words[at].breaks {
		then := w.past(words, at+1)
		if n, _, end := w.date(words[then:], now, true); n > 0 && !end.Before(from) {
			return then + n, from, end
		}
	}
	if since {
		to = dayOf(now)
	}
	return at, from, to
}

// past is where it goes on behind an article, where there is one and something behind it.
func (w *timeWords) past(words []token, at int) int {
	if at+1 < len(words) && slices.Contains(w.article, words[at].text) {
		return at + 1
	}
	return at
}

// fromDay reads days whose first has its month from the last: 20 to 24 November, 20-24 November.
func (w *timeWords) fromDay(words []token, now time.Time) (n int, from, to time.Time) {
	at := 1
	switch {
	case len(words) < 3:
		return 0, from, to
	case slices.Contains(w.to, words[1].text) && !words[1].breaks:
		at = w.past(words, 2)
	case !dashed(words[0], words[1]):
		return 0, from, to
	}
	first, err := strconv.Atoi(words[0].plain)
	n, from, to = w.date(words[at:], now, true)
	if err != nil || n < 2 || !from.Equal(to) || first < 1 || first > to.Day() {
		return 0, from, to
	}
	return at + n, to.AddDate(0, 0, first-to.Day()), to
}

// dashed says whether one sign and no blank is between two words.
func dashed(a, b token) bool {
	return b.breaks && (b.start == a.end+len("-") || b.start == a.end+len("–"))
}

// date reads one date: 2026-11-03, 3 November, November 3, Monday, November.
// surely says that something before it makes it one.
func (w *timeWords) date(words []token, now time.Time, surely bool) (n int, from, to time.Time) {
	number := func(i, most int) int {
		if i >= len(words) || i > 0 && words[i].breaks && !surely {
			return 0
		}
		if n, err := strconv.Atoi(words[i].plain); err == nil && n <= most {
			return n
		}
		return 0
	}
	if y := number(0, 9999); y > 1970 && len(words) > 2 && words[1].end-words[0].start == len("2006-01") && words[2].end-words[0].start == len(time.DateOnly) {
		if d := time.Date(y, time.Month(atoi(words[1].plain)), atoi(words[2].plain), 0, 0, 0, 0, time.UTC); d.Format("2006 01 02") == words[0].plain+" "+words[1].plain+" "+words[2].plain {
			return 3, d, d
		}
	}
	one := func(n, day int, m time.Month) (int, time.Time, time.Time) {
		d := time.Date(now.Year(), m, day, 0, 0, 0, 0, time.UTC)
		if d.After(dayOf(now)) {
			d = time.Date(now.Year()-1, m, day, 0, 0, 0, 0, time.UTC)
		}
		if d.Day() != day {
			return 0, d, d
		}
		return n, d, d
	}
	if d := number(0, 31); d > 0 && len(words) > 1 {
		i := 1
		if len(words) > 2 && words[1].plain == "de" {
			i = 2
		}
		if m := w.months[words[i].text]; m > 0 && !words[i].breaks {
			return one(i+1, d, m)
		}
	}
	if m := w.months[words[0].text]; m > 0 {
		if d := number(1, 31); d > 0 {
			return one(2, d, m)
		}
		if !surely && slices.Contains(w.bare, words[0].text) {
			return 0, from, to
		}
		_, first, _ := one(1, 1, m)
		return 1, first, first.AddDate(0, 1, -1)
	}
	if d, ok := w.weekdays[words[0].text]; ok {
		back := (int(dayOf(now).Weekday()) - int(d) + 7) % 7
		return 1, dayOf(now).AddDate(0, 0, -back), dayOf(now).AddDate(0, 0, -back)
	}
	return 0, from, to
}

func atoi(s string) int { n, _ := strconv.Atoi(s); return n } // its callers look at what comes out

// dayOf is the day of a time in its zone, as midnight UTC.
func dayOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// between are two days, both meant, none after today.
func between(from, to, now time.Time) []Value {
	if today := dayOf(now); to.After(today) && !from.After(today) {
		to = today
	}
	return []Value{{From, from.Format(time.DateOnly)}, {To, to.Format(time.DateOnly)}}
}
