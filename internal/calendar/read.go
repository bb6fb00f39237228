package calendar

import (
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// MaxSize is the largest feed that is read, in bytes; maxEvents how many events
// of one.
const (
	MaxSize   = 1 << 20
	maxEvents = 5000
)

// Calendar is a feed as it was read.
type Calendar struct {
	Events   []Event
	Troubles []Trouble // events that could not be read
}

// Event is a stretch of time, once or again and again.
type Event struct {
	UID      string
	Summary  string
	Emails   []string // of those who take part, in lower case
	start    moment
	end      moment
	repeat   *rule          // nil for once
	except   map[int64]bool // begins of repetitions that are not there, in Unix seconds
	changed  map[int64]bool // and of those that others stand for: of all events of its UID
	instance time.Time      // the repetition this one stands for; zero for none
}

// Trouble is an event that could not be used, and why. Key is the sentence's in
// the catalogues.
type Trouble struct {
	Summary string
	At      time.Time // when it begins; zero when that is what can't be read
	Key     string    // see [TroubleKeys]
}

// Reasons why an event can't be used.
const (
	TroubleTime   = "feed_time"   // its times can't be read
	TroubleZone   = "feed_zone"   // it names a zone nobody knows
	TroubleRepeat = "feed_repeat" // it repeats in a way that is not understood
	TroubleWho    = "feed_who"    // nobody of the team is meant, or one can't tell who
	TroubleMany   = "feed_many"   // there are too many events
)

// TroubleKeys are all reasons.
var TroubleKeys = []string{TroubleTime, TroubleZone, TroubleRepeat, TroubleWho, TroubleMany}

// Read reads a feed. local is the zone of times that name none. The error is
// Invalid: this is no calendar.
func Read(body string, local *time.Location) (*Calendar, error) {
	if len(body) > MaxSize {
		return nil, sayline.Errorf(sayline.TooLarge, "The calendar is too large.")
	}
	r := &reader{local: local, zones: map[string]*time.Location{}}
	var stack []string
	begun := false
	for _, text := range unfolded(strings.TrimPrefix(body, "\ufeff")) {
		l, ok := parseLine(text)
		switch {
		case !ok:
		case l.name == "BEGIN":
			begun = begun || strings.EqualFold(l.value, "VCALENDAR")
			stack = append(stack, strings.ToUpper(l.value))
			r.begin(stack)
		case l.name == "END" && len(stack) > 0 && strings.EqualFold(l.value, stack[len(stack)-1]):
			r.end(stack)
			stack = stack[:len(stack)-1]
		default:
			r.line(stack, l)
		}
	}
	if !begun {
		return nil, sayline.Errorf(sayline.Invalid, "This is not a calendar.")
	}
	return r.calendar(), nil
}

// reader collects events.
type reader struct {
	local    *time.Location
	zones    map[string]*time.Location // that the feed names
	props    []line                    // of the event at hand
	events   [][]line
	zoneName string // of the definition at hand
	many     bool
}

var inEvent = []string{"VCALENDAR", "VEVENT"}

func (r *reader) begin(stack []string) {
	if slices.Equal(stack, inEvent) {
		r.props = nil
	}
}

func (r *reader) end(stack []string) {
	switch {
	case !slices.Equal(stack, inEvent):
	case len(r.events) == maxEvents:
		r.many = true
	default:
		r.events = append(r.events, r.props)
	}
}

func (r *reader) line(stack []string, l line) {
	switch {
	case slices.Equal(stack, inEvent):
		r.props = append(r.props, l)
	case slices.Equal(stack, []string{"VCALENDAR"}) && l.name == "X-WR-TIMEZONE":
		if zone := zoneOf(l.value); zone != nil {
			r.local = zone
		}
	case slices.Equal(stack, []string{"VCALENDAR", "VTIMEZONE"}) && l.name == "TZID":
		r.zoneName = l.value
	case slices.Equal(stack, []string{"VCALENDAR", "VTIMEZONE"}) && l.name == "X-LIC-LOCATION":
		if zone := zoneOf(l.value); zone != nil {
			r.zones[r.zoneName] = zone
		}
	}
}

// calendar makes the events of their lines. A repetition that was changed, or
// cancelled, takes the place of the one that the rule would give.
func (r *reader) calendar() *Calendar {
	c := &Calendar{}
	changed := map[string]map[int64]bool{}
	for _, props := range r.events {
		e, cancelled, key := r.event(props)
		if !e.instance.IsZero() {
			if changed[e.UID] == nil {
				changed[e.UID] = map[int64]bool{}
			}
			changed[e.UID][e.instance.Unix()] = true
		}
		switch {
		case cancelled:
		case key != "":
			c.Troubles = append(c.Troubles, Trouble{e.Summary, e.start.time(false), key})
		default:
			c.Events = append(c.Events, e)
		}
	}
	for i := range c.Events {
		if e := &c.Events[i]; e.instance.IsZero() {
			e.changed = changed[e.UID]
		}
	}
	if r.many {
		c.Troubles = append(c.Troubles, Trouble{Key: TroubleMany})
	}
	return c
}

// event reads one; key says why it can't be used, "" when it can.
func (r *reader) event(props []line) (e Event, cancelled bool, key string) {
	wrong := func(k string) {
		if key == "" {
			key = k
		}
	}
	var repeat, length string
	for _, l := range props {
		switch l.name {
		case "UID":
			e.UID = l.value
		case "SUMMARY":
			e.Summary = strings.TrimSpace(unescape.Replace(l.value))
		case "STATUS":
			cancelled = strings.EqualFold(l.value, "CANCELLED")
		case "ATTENDEE":
			if to, ok := mailbox(l); ok {
				e.Emails = append(e.Emails, to)
			}
		case "DTSTART":
			e.start = r.moment(l, l.value, wrong)
		case "DTEND":
			e.end = r.moment(l, l.value, wrong)
		case "DURATION":
			length = l.value
		case "RRULE":
			repeat = l.value
		case "RDATE":
			wrong(TroubleRepeat)
		case "EXDATE":
			if e.except == nil {
				e.except = map[int64]bool{}
			}
			for value := range strings.SplitSeq(l.value, ",") {
				e.except[r.moment(l, value, wrong).time(false).Unix()] = true
			}
		case "RECURRENCE-ID":
			e.instance = r.moment(l, l.value, wrong).time(false)
		}
	}
	if e.start.zone == nil || !e.endsAfter(length) {
		wrong(TroubleTime)
	}
	if repeat != "" {
		var ok bool
		if e.repeat, ok = parseRule(repeat, e.start); !ok {
			wrong(TroubleRepeat)
		}
	}
	return e, cancelled, key
}

// mailbox is the address of somebody who takes part.
func mailbox(l line) (string, bool) {
	if strings.EqualFold(l.param("PARTSTAT"), "DECLINED") {
		return "", false
	}
	value := l.value
	if mail := l.param("EMAIL"); mail != "" {
		value = "mailto:" + mail
	}
	scheme, to, ok := strings.Cut(value, ":")
	return strings.ToLower(strings.TrimSpace(to)), ok && strings.EqualFold(scheme, "mailto") && to != ""
}
