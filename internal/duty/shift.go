package duty

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sayline/sayline"
)

// shift is one of the brand's, read once for quick looking.
type shift struct {
	id           string
	zone         *time.Location
	people       []string
	blocks       []block
	since, until int          // days; noDay where there is no bound
	holidays     map[int]bool // at its place
	rule         string       // what it does on them
	turn         int          // days; 0 without a rotation
	starts, hand int          // the rotation's first day, and its hand-over in minutes
}

type block struct {
	days        [7]bool // by time.Weekday
	from, until int     // minutes after the midnight of its day
}

const noDay = 1 << 40

func newShift(c *sayline.Config, ix *sayline.Index, s *sayline.Shift) *shift {
	n := &shift{id: s.ID, zone: c.ZoneAt(ix, s.Place), people: s.People(), since: -noDay, until: noDay, holidays: map[int]bool{}, rule: s.Holidays}
	if s.Zone != "" {
		n.zone = sayline.Zone(s.Zone)
	}
	for _, b := range s.Week() {
		made := block{}
		made.from, made.until = b.Span()
		for day := range time.Saturday + 1 {
			made.days[day] = b.On(day)
		}
		n.blocks = append(n.blocks, made)
	}
	if day, ok := sayline.ParseDay(s.Since); ok {
		n.since = dayOf(day)
	}
	if day, ok := sayline.ParseDay(s.Until); ok {
		n.until = dayOf(day)
	}
	for i := range c.Holidays {
		h := &c.Holidays[i]
		here := len(h.Places) == 0 || slices.ContainsFunc(h.Places, func(p string) bool { return p != "" && ix.Under(s.Place, p) })
		if day, ok := sayline.ParseDay(h.Date); ok && here {
			n.holidays[dayOf(day)] = true
		}
	}
	if s.Person == "" {
		n.turn, n.hand = cmp.Or(s.Rotation.Days, sayline.TurnDays), s.HandOver()
		day, _ := sayline.ParseDay(s.Rotation.Starts)
		n.starts = dayOf(day)
	}
	return n
}

// on says whether a block may begin on a day.
func (s *shift) on(day int, b *block) bool {
	weekday := (day%7 + 7 + int(time.Thursday)) % 7 // day 0 was a Thursday
	if day < s.since || day > s.until || !b.days[weekday] {
		return false
	}
	switch s.rule {
	case sayline.HolidaysNever:
		return !s.holidays[day]
	case sayline.HolidaysOnly:
		return s.holidays[day]
	}
	return true
}

// stretch is a time in which people are on by one source, the first first.
type stretch struct {
	from, until time.Time
	who         []holder
}

// holder is who has it, by which shift, override or calendar.
type holder struct{ person, by string }

func (s *stretch) covers(t time.Time) bool { return !t.Before(s.from) && t.Before(s.until) }

// between are the shift's stretches from one time until another, cut to them.
func (s *shift) between(from, until time.Time) []stretch {
	var list []stretch
	first, last := dayOf(shown(s.zone, from))-3, dayOf(shown(s.zone, until))+2 // blocks reach into the next day, and islands skip one
	for day := first; day <= last; day++ {
		for i := range s.blocks {
			b := &s.blocks[i]
			if !s.on(day, b) {
				continue
			}
			begin, end := later(sayline.WallBegins(s.zone, wallAt(day, b.from)), from), earlier(sayline.WallEnds(s.zone, wallAt(day, b.until)), until)
			if begin.Before(end) {
				list = s.turns(list, begin, end)
			}
		}
	}
	return list
}

// turns adds a stretch, split where one turn of a rotation ends and the next begins.
func (s *shift) turns(list []stretch, from, until time.Time) []stretch {
	if s.turn == 0 {
		return append(list, stretch{from, until, []holder{{s.people[0], s.id}}})
	}
	n := (dayOf(shown(s.zone, from))-s.starts)/s.turn - 1
	for ; !s.handOver(n + 1).After(from); n++ {
	}
	for ; from.Before(until); n++ {
		end := earlier(s.handOver(n+1), until)
		if n >= 0 && from.Before(end) { // a skipped day has no turn
			list = append(list, stretch{from, end, []holder{{s.people[n%len(s.people)], s.id}}})
		}
		from = end
	}
	return list
}

// handOver is when the n-th turn begins.
func (s *shift) handOver(n int) time.Time {
	return sayline.WallBegins(s.zone, wallAt(s.starts+n*s.turn, s.hand))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// posted is a source of shifts: those with a rotation, or those with one person.
type posted struct {
	as    string
	lines map[Post]*line
}

func newPosted(as string, c *sayline.Config, ix *sayline.Index, rotation bool) posted {
	p := posted{as, map[Post]*line{}}
	for i := range c.Shifts {
		s := &c.Shifts[i]
		if len(s.People()) == 0 || (s.Person == "") != rotation {
			continue
		}
		k := Post{s.Team, s.Place}
		if p.lines[k] == nil {
			p.lines[k] = &line{}
		}
		p.lines[k].shifts = append(p.lines[k].shifts, newShift(c, ix, s))
	}
	return p
}

func (p posted) name() string { return p.as }

func (p posted) silent(at Post) bool { return p.lines[at] == nil }

func (p posted) who(at Post, t time.Time) []holder {
	if l := p.lines[at]; l != nil {
		return l.who(t)
	}
	return nil
}

func (p posted) edge(at Post, t time.Time) time.Time {
	if l := p.lines[at]; l != nil {
		return l.edge(t)
	}
	return time.Time{}
}

// line is the shifts of one source at one spot, expanded week by week as it is
// looked at. Where shifts overlap, the first of the configuration goes first.
type line struct {
	shifts []*shift
	weeks  sync.Map // number of the week → []stretch
	kept   atomic.Int32
}

const (
	oneWeek = 7 * oneDay
	// maxKept weeks stay expanded at each line: two years, and who looks further
	// waits a little longer.
	maxKept = 104
)

func weekOf(t time.Time) int { return floor(int(t.Unix()), int(oneWeek/time.Second)) }

// floor is a divided by b, rounded down.
func floor(a, b int) int {
	n := a / b
	if a%b < 0 {
		n--
	}
	return n
}

// week are a week's stretches, without overlaps, in order.
func (l *line) week(n int) []stretch {
	if made, ok := l.weeks.Load(n); ok {
		return made.([]stretch)
	}
	from := time.Unix(int64(n)*int64(oneWeek/time.Second), 0).UTC()
	var all []stretch
	for _, s := range l.shifts {
		all = append(all, s.between(from, from.Add(oneWeek))...)
	}
	made := laid(all)
	if l.kept.Add(1) <= maxKept {
		l.weeks.Store(n, made)
	}
	return made
}

// laid lays overlapping stretches side by side: in each piece between two
// changes those who are on, in the order given.
func laid(all []stretch) []stretch {
	begin := make([]int, len(all)) // by their beginning
	var cuts []time.Time
	for i, s := range all {
		begin[i] = i
		cuts = append(cuts, s.from, s.until)
	}
	slices.SortStableFunc(begin, func(a, b int) int { return all[a].from.Compare(all[b].from) })
	slices.SortFunc(cuts, time.Time.Compare)
	cuts = slices.CompactFunc(cuts, time.Time.Equal)
	var pieces []stretch
	var on []int // those that cover the piece, in the order given
	for i := 1; i < len(cuts); i++ {
		piece := stretch{from: cuts[i-1], until: cuts[i]}
		on = slices.DeleteFunc(on, func(n int) bool { return !all[n].until.After(piece.from) })
		for ; len(begin) > 0 && !all[begin[0]].from.After(piece.from); begin = begin[1:] {
			on = append(on, begin[0])
		}
		slices.Sort(on)
		for _, n := range on {
			piece.who = append(piece.who, all[n].who...)
		}
		pieces = joined(pieces, piece)
	}
	return pieces
}

// joined adds a piece, to the last one if nothing changes between them.
func joined(pieces []stretch, piece stretch) []stretch {
	last := len(pieces) - 1
	switch {
	case len(piece.who) == 0:
		return pieces
	case last >= 0 && pieces[last].until.Equal(piece.from) && slices.Equal(pieces[last].who, piece.who):
		pieces[last].until = piece.until
		return pieces
	}
	return append(pieces, piece)
}

func (l *line) who(t time.Time) []holder {
	week := l.week(weekOf(t))
	for i := range week {
		if week[i].covers(t) {
			return week[i].who
		}
	}
	return nil
}

// edge looks as far as the [Horizon]; the end of a week may be one although
// nothing changes at it.
func (l *line) edge(t time.Time) time.Time {
	first := weekOf(t)
	for n := first; n <= first+int(Horizon/oneWeek)+1; n++ {
		for _, s := range l.week(n) {
			switch {
			case s.from.After(t):
				return s.from
			case s.until.After(t):
				return s.until
			}
		}
	}
	return time.Time{}
}
