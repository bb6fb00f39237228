package sayline

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Shift says who of a team has the duty at a place, week after week, by the
// clock on the wall there: one person, or people who take turns.
type Shift struct {
	ID       string   `json:"id"`
	Team     string   `json:"team"`
	Place    string   `json:"place,omitempty"`    // "" is the whole brand
	Zone     string   `json:"zone,omitempty"`     // IANA; default the place's, else the brand's
	Person   string   `json:"person,omitempty"`   // who has it, or
	Rotation Rotation `json:"rotation,omitzero"`  // who takes turns
	Blocks   []Block  `json:"blocks,omitempty"`   // of the week; without any, day and night
	Since    string   `json:"since,omitempty"`    // first and last day on which a block may
	Until    string   `json:"until,omitempty"`    // begin, as 2026-11-30
	Holidays string   `json:"holidays,omitempty"` // on the brand's holidays; see [HolidayRules]
}

// Rotation is people who take turns, each for so many days, from the hand-over
// of the first day on. Before that day nobody has a turn.
type Rotation struct {
	People   []string `json:"people,omitempty"`
	Days     int      `json:"days,omitempty"`      // a turn's length; default 7
	Starts   string   `json:"starts,omitempty"`    // the day of the first one's first turn, as 2026-11-30
	HandOver string   `json:"hand_over,omitempty"` // on the wall, as 08:00; default when the day's first block begins
}

// TurnDays is the length of a turn when the rotation does not say.
const TurnDays = 7

// Block is a stretch of the day by the clock on the wall. Where Until is not
// after From it ends on the next day; from 08:00 until 08:00 is a whole day.
type Block struct {
	Days  []string `json:"days,omitempty"` // on which it begins; see [Weekdays]; default every day
	From  string   `json:"from"`           // as 22:00
	Until string   `json:"until"`
}

// Holiday is a day that is not like others, everywhere or at some places and
// those within them.
type Holiday struct {
	Date   string   `json:"date"` // as 2026-12-25
	Name   Text     `json:"name"`
	Places []string `json:"places,omitempty"`
}

// Key tells holidays apart: the day, and the places it is one at.
func (h *Holiday) Key() string { return strings.Join(append([]string{h.Date}, h.Places...), " ") }

// Calendar is a roster that is kept elsewhere: an iCalendar feed whose events
// are the shifts of a team at a place.
type Calendar struct {
	ID    string `json:"id"`
	Team  string `json:"team"`
	Place string `json:"place,omitempty"` // "" is the whole brand
	URL   string `json:"url"`             // whoever has it can read the calendar
}

// What a shift does on holidays: a block that would begin on one is there as
// always, is not, or is there on holidays and on no other day.
const (
	HolidaysAlways = "always" // the default
	HolidaysNever  = "never"
	HolidaysOnly   = "only"
)

var HolidayRules = []string{HolidaysAlways, HolidaysNever, HolidaysOnly}

// On says whether the block may begin on a day of the week.
func (b *Block) On(day time.Weekday) bool {
	return len(b.Days) == 0 || slices.Contains(b.Days, Weekdays[(day+6)%7])
}

// Span is the block's begin and end in minutes after the midnight of the day it
// begins on; the end may lie on the next day. Validate has checked its clock times.
func (b *Block) Span() (from, until int) {
	from, _ = ParseClock(b.From)
	until, _ = ParseClock(b.Until)
	if until <= from {
		until += 24 * 60
	}
	return from, until
}

// Around is the week of a shift without blocks: each day from midnight to midnight.
var Around = []Block{{From: "00:00", Until: "00:00"}}

// Week is the shift's blocks, as they are meant.
func (s *Shift) Week() []Block {
	if len(s.Blocks) == 0 {
		return Around
	}
	return s.Blocks
}

// People are who may have the duty by this shift.
func (s *Shift) People() []string {
	if s.Person != "" {
		return []string{s.Person}
	}
	return s.Rotation.People
}

// HandOver is when a turn of the shift's rotation ends and the next begins, in
// minutes after midnight.
func (s *Shift) HandOver() int {
	if at, err := ParseClock(s.Rotation.HandOver); err == nil {
		return at
	}
	first := 24 * 60
	for _, b := range s.Week() {
		from, _ := b.Span()
		first = min(first, from)
	}
	return first
}

// ZoneAt is the zone of the clock on the wall at a place: its own, else that of
// the nearest place above it, else the brand's.
func (c *Config) ZoneAt(ix *Index, place string) *time.Location {
	for _, p := range ix.Ancestors(place) {
		if p.Zone != "" {
			return Zone(p.Zone)
		}
	}
	return c.Location()
}

// ParseDay reads a day, as 2026-11-30: its midnight in UTC.
func ParseDay(s string) (day time.Time, ok bool) {
	day, err := time.Parse(time.DateOnly, s)
	return day, err == nil
}

// Limits of a roster. They bound what one look at it may cost.
const (
	maxBlocks   = 50
	maxTurnDays = 366
)

// validateRoster checks what says who has the duty when.
func (c *Config) validateRoster(f *faults, ix *Index) {
	unique(f, "/shifts", "id", c.Shifts, func(s *Shift) string { return s.ID })
	unique(f, "/calendars", "id", c.Calendars, func(k *Calendar) string { return k.ID })
	unique(f, "/holidays", "date", c.Holidays, (*Holiday).Key)
	for i := range c.Shifts {
		s, at := &c.Shifts[i], at("/shifts", i)
		if !ValidHandle(s.ID) {
			f.add(at+"/id", handleShape)
		}
		c.validatePost(f, ix, at, s.Team, s.Place)
		s.validate(f, at)
		c.validateTurns(f, ix, s, at)
	}
	for i, h := range c.Holidays {
		at := at("/holidays", i)
		wantDay(f, at+"/date", h.Date)
		h.Name.require(f, at+"/name", "the holiday's name")
		h.Name.validate(f, at+"/name", c.Languages, 80)
		for j, p := range h.Places {
			if ix.Place(p) == nil {
				f.add(sub(at, "places", j), "expected the id of a place, got %q", p)
			}
		}
	}
	for i, k := range c.Calendars {
		at := at("/calendars", i)
		if !ValidHandle(k.ID) {
			f.add(at+"/id", handleShape)
		}
		c.validatePost(f, ix, at, k.Team, k.Place)
		validateURL(f, at+"/url", k.URL)
	}
}

// validatePost checks that there is such a team, and such a place.
func (c *Config) validatePost(f *faults, ix *Index, at, team, place string) {
	if ix.Team(team) == nil {
		f.add(at+"/team", "expected the id of a team, got %q", team)
	}
	if place != "" && ix.Place(place) == nil {
		f.add(at+"/place", "expected the id of a place, got %q", place)
	}
}

func (s *Shift) validate(f *faults, at string) {
	if !knownZone(s.Zone) {
		f.add(at+"/zone", "expected an IANA time zone such as Europe/Madrid, got %q", s.Zone)
	}
	if len(s.Blocks) > maxBlocks {
		f.add(at+"/blocks", "expected at most %d blocks, got %d", maxBlocks, len(s.Blocks))
	}
	for i, b := range s.Blocks {
		at := sub(at, "blocks", i)
		for j, day := range b.Days {
			oneOf(f, sub(at, "days", j), day, Weekdays)
		}
		validateClocks(f, at, b.From, b.Until)
	}
	for _, d := range []struct{ member, day string }{{"/since", s.Since}, {"/until", s.Until}} {
		if d.day != "" {
			wantDay(f, at+d.member, d.day)
		}
	}
	if s.Since != "" && s.Until != "" && s.Until < s.Since {
		f.add(at+"/until", "expected a day not before %s, got %q", s.Since, s.Until)
	}
	if s.Holidays != "" {
		oneOf(f, at+"/holidays", s.Holidays, HolidayRules)
	}
}

// validateTurns checks who has the shift: people of the team who work at its
// place, for nobody else may see what comes in there.
func (c *Config) validateTurns(f *faults, ix *Index, s *Shift, at string) {
	r := s.Rotation
	if (s.Person == "") == (len(r.People) == 0) {
		f.add(at+"/person", "expected either a person or a rotation with people")
	}
	if s.Person != "" && !c.WorksAt(ix, s.Team, s.Place, s.Person) {
		f.add(at+"/person", worksShape, s.Person)
	}
	for i, p := range r.People {
		if !c.WorksAt(ix, s.Team, s.Place, p) {
			f.add(sub(at+"/rotation", "people", i), worksShape, p)
		}
	}
	if r.Days < 0 || r.Days > maxTurnDays {
		f.add(at+"/rotation/days", "expected 1 to %d days, got %d", maxTurnDays, r.Days)
	}
	if len(r.People) > 0 || r.Starts != "" {
		wantDay(f, at+"/rotation/starts", r.Starts)
	}
	if m, err := ParseClock(r.HandOver); r.HandOver != "" && (err != nil || m == 24*60) {
		f.add(at+"/rotation/hand_over", "expected a time such as 08:00, got %q", r.HandOver)
	}
}

const worksShape = "expected the id of a person of the team whose place this is, got %q"

// WorksAt says whether a person is in a team for a place: for it, or for one above.
func (c *Config) WorksAt(ix *Index, team, place, person string) bool {
	t := ix.Team(team)
	return t != nil && slices.ContainsFunc(t.Members, func(m Membership) bool { return m.Person == person && ix.Under(place, m.Place) })
}

func wantDay(f *faults, pointer, s string) {
	if _, ok := ParseDay(s); !ok {
		f.add(pointer, "expected a day such as 2026-11-30, got %q", s)
	}
}

// knownZone says whether a zone's name is one everywhere; "Local" is the machine's.
func knownZone(name string) bool {
	_, err := time.LoadLocation(cmp.Or(name, "UTC"))
	return err == nil && name != "Local"
}

// CalendarCopy is the last good copy of a [Calendar], and how it goes with it.
type CalendarCopy struct {
	Brand, ID, URL string
	ETag, Modified string // of the copy, as its server gave them
	Body           string
	TriedAt        time.Time
	GoodAt         time.Time // when it was last read, or was the same; zero for never
	FailingAt      time.Time // since when it can't be read; zero when it can
	Trouble        string    // why not, in a sentence
}
