package duty

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/testkit"
	"pgregory.net/rapid"
)

// The simulator says who is on duty minute by minute, from the definition alone:
// no zone's rules, no weeks, no edges, no intervals. All it knows of a zone is what
// the clock on the wall shows in each minute, the most it has shown so far, and the
// least it will show from then on. Then a time on the wall begins when the most
// reaches it, and ends when the least does.
type simulator struct {
	config *sayline.Config
	index  *sayline.Index
	over   []sayline.Override
	fed    []sayline.Fed
	said   []sayline.OnDuty
	from   time.Time
	most   []int // in minutes since 1970 on the wall
	least  []int
	chains map[string][]string // a place, those above it, and the whole brand
}

// simulated is the margin on both sides of what is simulated, for what reaches
// into it.
const simulated = 5 * day

func simulate(c *sayline.Config, ix *sayline.Index, from time.Time, days int) *simulator {
	s := &simulator{config: c, index: ix, from: from.Add(-simulated * time.Minute), chains: map[string][]string{"": {""}, "madrid": {"madrid", "spain", ""}, "mayor": {"mayor", "madrid", "spain", ""}}}
	n := days*day + 2*simulated
	zone := c.Location()
	s.most, s.least = make([]int, n), make([]int, n)
	for i := range n {
		_, offset := s.from.Add(time.Duration(i) * time.Minute).In(zone).Zone()
		shown := int(s.from.Unix()/60) + i + offset/60
		s.most[i], s.least[i] = shown, shown
		if i > 0 {
			s.most[i] = max(shown, s.most[i-1])
		}
	}
	for i := n - 2; i >= 0; i-- {
		s.least[i] = min(s.least[i], s.least[i+1])
	}
	return s
}

func (s *simulator) minute(t time.Time) int { return int(t.Sub(s.from) / time.Minute) }

func minutesOf(date string) int {
	t, _ := time.Parse(time.DateOnly, date)
	return int(t.Unix() / 60)
}

func hhmm(s string) int {
	var h, m int
	_, _ = fmt.Sscanf(s, "%d:%d", &h, &m)
	return h*60 + m
}

// has says whom a shift has in a minute.
func (s *simulator) has(x *sayline.Shift, i int) string {
	blocks := x.Blocks
	if len(blocks) == 0 {
		blocks = []sayline.Block{{From: "00:00", Until: "00:00"}}
	}
	on, first := false, day
	today := (s.most[i] + 10*day) / day * day
	for _, b := range blocks {
		from, until := hhmm(b.From), hhmm(b.Until)
		first = min(first, from)
		if until <= from {
			until += day
		}
		for midnight := today - 13*day; midnight <= today-8*day; midnight += day {
			on = on || s.most[i] >= midnight+from && s.before(i, midnight+until) && s.begins(x, &b, midnight)
		}
	}
	switch r := x.Rotation; {
	case !on:
		return ""
	case x.Person != "":
		return x.Person
	default:
		if r.HandOver != "" {
			first = hhmm(r.HandOver)
		}
		turn := r.Days
		if turn == 0 {
			turn = 7
		}
		since := s.most[i] - minutesOf(r.Starts) - first
		if since < 0 {
			return ""
		}
		return r.People[since/(turn*day)%len(r.People)]
	}
}

// before says whether the clock is yet to show an end for the last time: it shows
// less still, or is put back to it.
func (s *simulator) before(i, until int) bool {
	return s.least[i] < until || s.most[i] >= until && i+1 < len(s.least) && s.least[i+1] <= until
}

func (s *simulator) begins(x *sayline.Shift, b *sayline.Block, midnight int) bool {
	date := time.Unix(int64(midnight)*60, 0).UTC()
	text := date.Format(time.DateOnly)
	holiday := slices.ContainsFunc(s.config.Holidays, func(h sayline.Holiday) bool {
		return h.Date == text && (len(h.Places) == 0 || slices.ContainsFunc(h.Places, func(p string) bool { return s.index.Under(x.Place, p) }))
	})
	return (len(b.Days) == 0 || slices.Contains(b.Days, []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}[date.Weekday()])) &&
		(x.Since == "" || text >= x.Since) && (x.Until == "" || text <= x.Until) &&
		(x.Holidays != sayline.HolidaysNever || !holiday) && (x.Holidays != sayline.HolidaysOnly || holiday)
}

// who is on duty in a minute.
func (s *simulator) who(team, place string, t time.Time) (person, source string) {
	chain := s.chains[place]
	if s.anybodySaid(t) {
		plain := scene{config: s.config, index: s.index, on: s.said}
		if person, source := plain.slow(team, place, t); source == SourceOn {
			return person, source
		}
	}
	for _, p := range chain {
		for _, o := range slices.Backward(s.over) {
			if o.Kind == sayline.OverrideAdd && o.Team == team && o.Place == p && o.Covers(t) {
				return o.Person, SourceOverride
			}
		}
		for _, source := range []string{SourceRotation, SourceCalendar, SourceShift, SourceFixed} {
			for _, found := range s.planned(source, team, p, t) {
				switch now := s.instead(team, p, found, t); now {
				case "":
				case found:
					return found, source
				default:
					return now, SourceOverride
				}
			}
		}
	}
	if s.config.LastResort != "" {
		return s.config.LastResort, SourceLastResort
	}
	return "", ""
}

func (s *simulator) anybodySaid(t time.Time) bool {
	return slices.ContainsFunc(s.said, func(o sayline.OnDuty) bool { return !t.Before(o.From) && t.Before(o.Until) })
}

// planned are all whom a source has at a place in a minute.
func (s *simulator) planned(source, team, place string, t time.Time) (people []string) {
	for i := range s.config.Shifts {
		x := &s.config.Shifts[i]
		if x.Team == team && x.Place == place && (x.Person == "") == (source == SourceRotation) && (source == SourceRotation || source == SourceShift) {
			if p := s.has(x, s.minute(t)); p != "" {
				people = append(people, p)
			}
		}
	}
	for _, f := range s.fed {
		if source == SourceCalendar && f.Team == team && f.Place == place && !t.Before(f.From) && t.Before(f.Until) {
			people = append(people, f.Person)
		}
	}
	for _, tm := range s.config.Teams {
		for _, m := range tm.Members {
			if source == SourceFixed && tm.ID == team && m.Place == place && m.Duty {
				people = append(people, m.Person)
			}
		}
	}
	return people
}

// instead is who has what somebody had, after all that was said of them.
func (s *simulator) instead(team, place, person string, t time.Time) string {
	now, removed := person, ""
	for _, o := range s.over {
		if o.Kind == sayline.OverrideAdd || o.Team != team || !s.index.Under(place, o.Place) || !o.Covers(t) {
			continue
		}
		if now != "" && now == o.Instead {
			removed, now = now, o.Person
		} else if now == "" && removed == o.Instead {
			now = o.Person
		}
	}
	return now
}

// odd are zones that do what others don't, and a time at which they do it.
var odd = []struct{ zone, from string }{
	{"UTC", "2026-01-01"}, {"Europe/Madrid", "2026-11-01"}, {"Europe/London", "2026-11-01"}, {"America/New_York", "2026-02-01"}, {"Asia/Kolkata", "2026-01-01"},
	{"Europe/Dublin", "2026-02-01"},        // winter is the exception
	{"Australia/Lord_Howe", "2026-03-01"},  // half an hour
	{"Antarctica/Troll", "2026-02-01"},     // two hours
	{"Pacific/Chatham", "2026-03-01"},      // +12:45
	{"Africa/Casablanca", "2026-01-01"},    // Ramadan
	{"Pacific/Apia", "2011-03-01"},         // no 30 December
	{"Pacific/Fakaofo", "2011-03-01"},      // nor here
	{"Pacific/Kiritimati", "1994-06-01"},   // no 31 December 1994
	{"Pacific/Kwajalein", "1993-03-01"},    // no 21 August
	{"Asia/Pyongyang", "2015-03-01"},       // half an hour, for good
	{"Asia/Pyongyang", "2018-01-01"},       // and back
	{"America/Caracas", "2016-01-01"},      //
	{"Asia/Kathmandu", "1985-06-01"},       // a quarter
	{"America/St_Johns", "2011-02-01"},     // one minute after midnight
	{"America/Sao_Paulo", "2017-09-01"},    // at midnight
	{"America/Havana", "2026-02-01"},       // at midnight
	{"Asia/Beirut", "2026-02-01"},          // at midnight
	{"Asia/Gaza", "2025-11-01"},            //
	{"Africa/Cairo", "2026-03-01"},         //
	{"Antarctica/Casey", "2019-09-01"},     // three hours, often
	{"Africa/Juba", "2020-06-01"},          //
	{"Asia/Tehran", "2021-09-01"},          // the last summer
	{"Europe/Istanbul", "2015-09-01"},      // summer for good
	{"America/Scoresbysund", "2023-06-01"}, //
	{"America/Nuuk", "2022-12-01"},         //
	{"Asia/Amman", "2021-12-01"},           //
	{"Pacific/Norfolk", "2019-03-01"},      //
	{"Pacific/Easter", "2026-02-01"},       //
	{"America/Asuncion", "2024-02-01"},     //
	{"America/Argentina/San_Luis", "2008-01-01"},
}

var (
	minutes = rapid.Custom(func(t *rapid.T) string {
		if rapid.Bool().Draw(t, "about the hours clocks change") {
			return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 4).Draw(t, "hour"), rapid.SampledFrom([]int{0, 1, 30, 45}).Draw(t, "minute"))
		}
		return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute"))
	})
	crew      = rapid.SampledFrom([]string{"ana", "ben", "carla"})
	crewPlace = rapid.SampledFrom([]string{"", "madrid", "mayor"})
)

// rosters are random rosters of the crew, whose people work everywhere.
func rosters(zone string, from time.Time, days int) *rapid.Generator[*simulator] {
	return rapid.Custom(func(t *rapid.T) *simulator {
		c, _ := sparkle()
		c.Zone, c.LastResort = zone, rapid.SampledFrom([]string{"", "olga"}).Draw(t, "last resort")
		date := func(name string) string {
			return from.AddDate(0, 0, rapid.IntRange(-2, days+2).Draw(t, name)).Format(time.DateOnly)
		}
		c.Teams = []sayline.Team{{ID: "crew", Members: []sayline.Membership{{Person: "ana"}, {Person: "ben"}, {Person: "carla"}}}}
		if rapid.Bool().Draw(t, "fixed duty") {
			c.Teams[0].Members[1].Place, c.Teams[0].Members[1].Duty = crewPlace.Draw(t, "fixed at"), true
			c.Teams[0].Members = append(c.Teams[0].Members, sayline.Membership{Person: "ben"})
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "holidays") {
			c.Holidays = append(c.Holidays, sayline.Holiday{Date: date("holiday"), Name: sayline.Plain(fmt.Sprint(i)), Places: rapid.SampledFrom([][]string{nil, {"madrid"}, {"sevilla"}}).Draw(t, "where")})
		}
		for i := range rapid.IntRange(0, 5).Draw(t, "shifts") {
			c.Shifts = append(c.Shifts, someShift(t, fmt.Sprint("s", i), date))
		}
		c.Calendars = []sayline.Calendar{{ID: "k", Team: "crew", Place: "mayor", URL: "https://calendar.example/k"}}
		s := simulate(c, sayline.NewIndex(c), from, days)
		at := func(name string) time.Time {
			return from.Add(time.Duration(rapid.IntRange(-day, (days+1)*day).Draw(t, name)) * time.Minute)
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "overrides") {
			o := sayline.Override{ID: fmt.Sprint(i), Kind: rapid.SampledFrom(sayline.OverrideKinds).Draw(t, "kind"), Team: "crew", Place: crewPlace.Draw(t, "at"), From: at("from"), Until: at("until"), At: from.Add(time.Duration(i) * time.Second)}
			if o.Kind != sayline.OverrideRemove {
				o.Person = crew.Draw(t, "who")
			}
			if o.Kind != sayline.OverrideAdd {
				o.Instead = crew.Draw(t, "instead")
			}
			if o.From.Before(o.Until) && o.Person != o.Instead {
				s.over = append(s.over, o)
			}
		}
		for range rapid.IntRange(0, 3).Draw(t, "fed") {
			s.fed = append(s.fed, sayline.Fed{Calendar: "k", Team: "crew", Place: "mayor", Person: crew.Draw(t, "fed"), From: at("from"), Until: at("until")})
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "said") {
			s.said = append(s.said, sayline.OnDuty{ID: fmt.Sprint(i), Team: "crew", Place: crewPlace.Draw(t, "at"), Person: crew.Draw(t, "said"), From: at("from"), Until: at("until")})
		}
		return s
	})
}

func someShift(t *rapid.T, id string, date func(string) string) sayline.Shift {
	s := sayline.Shift{ID: id, Team: "crew", Place: crewPlace.Draw(t, "place"), Holidays: rapid.SampledFrom([]string{"", "never", "only"}).Draw(t, "holidays")}
	for range rapid.IntRange(0, 3).Draw(t, "blocks") {
		s.Blocks = append(s.Blocks, sayline.Block{Days: rapid.SliceOfNDistinct(rapid.SampledFrom(sayline.Weekdays), 0, 7, rapid.ID).Draw(t, "days"), From: minutes.Draw(t, "from"), Until: minutes.Draw(t, "until")})
	}
	if rapid.Bool().Draw(t, "bounds") {
		s.Since, s.Until = date("since"), date("until")
	}
	if s.Person = crew.Draw(t, "person"); rapid.Bool().Draw(t, "turns") {
		s.Person, s.Rotation = "", sayline.Rotation{People: rapid.SliceOfN(crew, 1, 3).Draw(t, "people"), Days: rapid.IntRange(0, 9).Draw(t, "turn"), Starts: date("starts")}
		if rapid.Bool().Draw(t, "hand-over") {
			s.Rotation.HandOver = minutes.Draw(t, "at")
		}
	}
	return s
}

// fataler is a test, or one try of a property.
type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

// step is the next minute to look at: so many on, but not past the last one of
// an interval before that was looked at.
func step(at, last time.Time, every int) time.Time {
	next := at.Add(time.Duration(every) * time.Minute)
	if at.Before(last) {
		return earlier(next, last)
	}
	return at.Add(time.Minute)
}

// agrees compares the roster's timeline with the simulator, at the first and the
// last minute of each interval and each so many between, and with itself: covered and holes are the whole.
func (s *simulator) agrees(t fataler, place string, from time.Time, days, every int) {
	t.Helper()
	r := NewRoster(s.config, s.index, s.said).With(s.over, s.fed)
	until := from.Add(time.Duration(days*day) * time.Minute)
	line := r.Timeline("crew", place, from, until)
	at, covered := from, time.Duration(0)
	for i, iv := range line {
		if !iv.From.Equal(at) || !iv.From.Before(iv.Until) || i > 0 && iv.same(line[i-1]) {
			t.Fatalf("interval %d of %d: %+v after %v", i, len(line), iv, at)
		}
		if iv.Duty() {
			covered += iv.Until.Sub(iv.From)
		}
		last := iv.Until.Add(-time.Minute)
		for ; at.Before(iv.Until); at = step(at, last, every) {
			if person, source := s.who("crew", place, at); person != iv.Person || source != iv.Source {
				t.Fatalf("%s at %v (%v): %q by %q, the timeline says %+v\n%s", place, at, at.In(s.config.Location()), person, source, iv, s.told())
			}
		}
	}
	for _, hole := range r.Holes("crew", place, from, until) {
		covered += hole.Until.Sub(hole.From)
	}
	if !at.Equal(until) || covered != until.Sub(from) {
		t.Fatalf("covered and holes are %v of %v", covered, until.Sub(from))
	}
}

func (s *simulator) told() string {
	return fmt.Sprintf("shifts %+v\nholidays %+v\noverrides %+v\nfed %+v\nsaid %+v", s.config.Shifts, s.config.Holidays, s.over, s.fed, s.said)
}

// duty(t) is defined for every t, across clock changes in any zone: 400 days of
// thirty and more odd zones, minute by minute.
func TestInvariant15DutyIsDefinedForEveryMinute(t *testing.T) {
	const days = 400
	every := testkit.Size(13, 1)
	for n, z := range odd {
		t.Run(z.zone+" "+z.from, func(t *testing.T) {
			t.Parallel()
			if _, err := time.LoadLocation(z.zone); err != nil {
				t.Fatal(err)
			}
			from, _ := time.Parse(time.DateOnly, z.from)
			rosters(z.zone, from, days).Example(n).agrees(t, "mayor", from, days, every)
		})
	}
}

// The same for a few days about a clock change, on many more rosters.
func TestInvariant15AboutClockChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.SampledFrom(odd).Draw(t, "zone")
		from, _ := time.Parse(time.DateOnly, z.from)
		_, change := from.In(sayline.Zone(z.zone)).ZoneBounds()
		if rapid.Bool().Draw(t, "the second") && !change.IsZero() {
			_, change = change.ZoneBounds()
		}
		if !change.IsZero() {
			from = change.UTC().Truncate(24*time.Hour).AddDate(0, 0, -2)
		}
		s := rosters(z.zone, from, 4).Draw(t, "roster")
		s.agrees(t, crewPlace.Draw(t, "asked"), from, 4, 1)
	})
}

// The roster on screen and the pager read the same intervals: whatever a screen
// shows, of a post or of a person, is what Who says at its first and its last
// instant, and somewhere between.
func TestInvariant16ScreenAndPagerReadTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.SampledFrom(odd).Draw(t, "zone")
		from, _ := time.Parse(time.DateOnly, z.from)
		s := rosters(z.zone, from, 14).Draw(t, "roster")
		r := NewRoster(s.config, s.index, s.said).With(s.over, s.fed)
		until := from.AddDate(0, 0, 14)
		shown := map[string]bool{}
		for _, p := range []string{"ana", "ben", "carla"} {
			for _, turn := range r.TurnsOf(p, from, until) {
				between := turn.From.Add(time.Duration(rapid.Int64Range(0, int64(turn.Until.Sub(turn.From))-1).Draw(t, "between")))
				for _, at := range []time.Time{turn.From, between, turn.Until.Add(-1)} {
					if f := r.Who(turn.Team, turn.Place, at); f.Person != p || f.Source != turn.Source || f.By != turn.By || f.Instead != turn.Instead {
						t.Fatalf("%s is shown %+v, and the pager finds %+v at %v", p, turn, f, at)
					}
				}
				shown[p] = true
			}
		}
		for range 20 { // and nobody has a duty that no screen shows
			post := Post{"crew", crewPlace.Draw(t, "place")}
			at := from.Add(time.Duration(rapid.IntRange(0, 14*day-1).Draw(t, "at")) * time.Minute)
			f := r.Who(post.Team, post.Place, at)
			if !f.Duty() {
				continue
			}
			found := slices.ContainsFunc(r.TurnsOf(f.Person, from, until), func(turn Turn) bool {
				return turn.Team == "crew" && turn.Place == f.Place && turn.Source == f.Source && !at.Before(turn.From) && at.Before(turn.Until)
			})
			if !found {
				t.Fatalf("the pager finds %+v at %v, and no screen shows it", f, at)
			}
		}
	})
}
