package sayline

import "time"

// Mute is "we know, until 18:00": nobody is asked about a team's work at a place
// and below it, or only about one topic or touchpoint there. It delays steps and
// never takes one away, and it ends by itself. What is critical is muted only by
// its own topic or touchpoint, never with all the rest of a team.
type Mute struct {
	Brand, ID   string
	Team, Place string
	Lane        string // of the cases it mutes; "" for those in the open
	Topic       string // only this one; "" for all
	Touchpoint  string // only what is said there; "" for everywhere
	Person      string // who muted
	Reason      string // in their words
	From, Until time.Time
}

// LongestMute is how far ahead a team can be muted.
const LongestMute = 7 * 24 * time.Hour

// Narrow says whether it mutes one thing only.
func (m *Mute) Narrow() bool { return m.Topic != "" || m.Touchpoint != "" }

// Validate checks a mute that begins now.
func (m *Mute) Validate(now time.Time) error {
	var f faults
	switch {
	case !m.Until.After(now):
		f.add("/until", "expected a time that is still to come")
	case m.Until.After(now.Add(LongestMute)):
		f.add("/until", "expected a week ahead at most")
	}
	if m.Team == "" {
		f.add("/team", "expected a team")
	}
	if len([]rune(m.Reason)) > MaxShort {
		f.add("/reason", "expected at most %d characters", MaxShort)
	}
	return f.err("", "This can't be muted like that.")
}
