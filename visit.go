package sayline

import (
	"math"
	"slices"
	"strings"
	"time"
)

// Visits is how often people met the brand on a day, as the brand itself counted it
// and brings it: so that what is said can be told against how many might have said it.
type Visits struct {
	Kind    string // one of VisitKinds
	Day     string // YYYY-MM-DD, the brand's own
	Hour    int    // 0 to 23 by the clock on the wall; WholeDay where they are of all of it
	About   string // VisitsAtTouchpoint, VisitsAtPlace or VisitsAnywhere
	Subject string // the touchpoint, or the place with all below it; "" of VisitsAnywhere
	N       int64
}

// VisitKinds are how people are counted: those who came in, those who bought, and
// codes that were scanned, as another system counted them. (How often a touch screen
// is opened, Sayline counts by itself.)
var VisitKinds = []string{"footfall", "sales", "scans"}

// What visits are of.
const (
	VisitsAtTouchpoint = "touchpoint"
	VisitsAtPlace      = "place"
	VisitsAnywhere     = "all"
)

// WholeDay is the hour of visits that are of a day.
const WholeDay = -1

// MostVisits is the most that can be counted at once.
const MostVisits = 1_000_000_000

// VisitsOf is what replaces what: one kind's, on one day, of one touchpoint or place.
type VisitsOf struct{ Kind, Day, About, Subject string }

// Of is what else is replaced by these.
func (v *Visits) Of() VisitsOf { return VisitsOf{v.Kind, v.Day, v.About, v.Subject} }

// What can be wrong with visits, each with the key of its sentence.
var (
	errVisitKind    = &Error{Kind: AtFault, Key: "visits_kind", Message: "The kind is none of footfall, sales and scans."}
	errVisitDay     = &Error{Kind: AtFault, Key: "past_when", Message: "The date can't be read."}
	errVisitAhead   = &Error{Kind: AtFault, Key: "past_ahead", Message: "The date is in the future."}
	errVisitHour    = &Error{Kind: AtFault, Key: "visits_hour", Message: "The hour is none from 0 to 23."}
	errVisitCount   = &Error{Kind: AtFault, Key: "visits_count", Message: "The count is no whole number from 0 to a thousand millions."}
	errVisitPoint   = &Error{Kind: AtFault, Key: "past_touchpoint", Message: "There is no such touchpoint."}
	errVisitPlace   = &Error{Kind: AtFault, Key: "visits_place", Message: "There is no such place."}
	errVisitPrivate = &Error{Kind: AtFault, Key: "visits_private", Message: "This touchpoint is private, or of a small audience: what is said there is told against nothing."}
	errVisitTwice   = &Error{Kind: AtFault, Key: "visits_twice", Message: "The same was counted in a line before: add them up."}
	errVisitMixed   = &Error{Kind: AtFault, Key: "visits_mixed", Message: "The same is counted by the hour and as a whole day: choose one."}
)

// MostVisitLines is how many are brought at once: they are written together.
const MostVisitLines = 20_000

// VisitCheck checks visits that are brought together, one after the other.
type VisitCheck struct {
	brand *Config
	index *Index
	today string
	seen  map[Visits]bool   // N is 0 in them
	hours map[VisitsOf]bool // whether it has hours
}

// NewVisitCheck begins to check what is brought for a brand at a time.
func NewVisitCheck(b *Config, ix *Index, now time.Time) *VisitCheck {
	return &VisitCheck{brand: b, index: ix, today: now.In(b.Location()).Format(time.DateOnly), seen: map[Visits]bool{}, hours: map[VisitsOf]bool{}}
}

// Next says what is wrong with the next one; nil where it is good.
func (c *VisitCheck) Next(v *Visits) error {
	day, err := time.Parse(time.DateOnly, v.Day)
	switch {
	case err != nil || day.Year() < 1970:
		return errVisitDay
	case v.Day > c.today:
		return errVisitAhead
	case !slices.Contains(VisitKinds, v.Kind):
		return errVisitKind
	case v.Hour < WholeDay || v.Hour > 23:
		return errVisitHour
	case v.N < 0 || v.N > MostVisits:
		return errVisitCount
	}
	if err := c.where(v); err != nil {
		return err
	}
	same := *v
	same.N = 0
	if c.seen[same] {
		return errVisitTwice
	}
	of, hours := v.Of(), v.Hour != WholeDay
	if had, known := c.hours[of]; known && had != hours {
		return errVisitMixed
	}
	c.seen[same], c.hours[of] = true, hours
	return nil
}

// where says whether what they are of is there, and may be told of.
func (c *VisitCheck) where(v *Visits) error {
	switch v.About {
	case VisitsAnywhere:
	case VisitsAtPlace:
		if c.index.Place(v.Subject) == nil {
			return errVisitPlace
		}
	default:
		t := c.index.Touchpoint(v.Subject)
		if t == nil {
			return errVisitPoint
		}
		if !c.brand.TellsVisits(t) {
			return errVisitPrivate
		}
	}
	return nil
}

// TellsVisits says whether what is said at a touchpoint may be told against visits:
// not in a private lane, nor where a small audience speaks.
func (c *Config) TellsVisits(t *Touchpoint) bool {
	return t.Lane == "" && !c.GuardedAt(t)
}

// KnownVisitKind is the kind that somebody wrote; "" is footfall.
func KnownVisitKind(s string) string {
	if s = strings.ToLower(strings.TrimSpace(s)); s != "" {
		return s
	}
	return VisitKinds[0]
}

// SaidOf1000 is how many of 1,000 who came said something, with the 95 % interval of a
// count by Byar's approximation to Poisson's (Breslow and Day, Statistical Methods in
// Cancer Research II, 1987, section 2.3). Somebody must have come.
func SaidOf1000(said, came int64) (rate, low, high float64) {
	const normal = 1.959963984540054 // 95 % of a normal distribution lie within so many deviations
	k, of := float64(said), float64(came)/1000
	if k > 0 {
		low = k * math.Pow(1-1/(9*k)-normal/(3*math.Sqrt(k)), 3) / of
	}
	up := k + 1
	high = up * math.Pow(1-1/(9*up)+normal/(3*math.Sqrt(up)), 3) / of
	return k / of, max(0, low), high
}
