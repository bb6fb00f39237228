package sayline

import (
	"net/mail"
	"slices"
	"time"
)

// Digest is a letter that tells somebody who never signs in what a brand's day or
// week came to. Its address said yes to it, and ends it with one tap.
type Digest struct {
	Brand, ID   string
	Address     string
	Language    string       // BCP 47
	Every       string       // see [DigestTimes]
	Weekday     time.Weekday // of a weekly one
	Hour        int          // 0 to 23, in the brand's zone
	MadeAt      time.Time
	MadeBy      string    // person
	ConfirmedAt time.Time // zero until its address said yes
	EndedAt     time.Time // zero while it is sent
	RefusedAt   time.Time // zero unless its address ended it, or said no: then nobody else can ask it again
	SlotAt      time.Time // when the next one should arrive
	DueAt       time.Time // when it is tried next; zero for never
	Attempts    int       // of the next one
	SentAt      time.Time // the last one; zero for never
	Outcome     string    // of the last try
	Detail      string
}

// How often a digest is sent.
const (
	DigestDaily  = "day"
	DigestWeekly = "week"
)

// DigestTimes are all ways in which a digest can be sent.
var DigestTimes = []string{DigestWeekly, DigestDaily}

const maxAddress = 254 // RFC 5321, section 4.5.3.1.3, without the angle brackets

// Validate says what of a digest that is to be made can't be so: AtFault.
func (d *Digest) Validate() error {
	var f faults
	if a, err := mail.ParseAddress(d.Address); err != nil || a.Address != d.Address || len(d.Address) > maxAddress {
		f.add("/address", "expected an e-mail address such as board@sparkle.example")
	}
	if !slices.Contains(DigestTimes, d.Every) {
		f.add("/every", "expected one of %v, got %q", DigestTimes, d.Every)
	}
	if d.Weekday < time.Sunday || d.Weekday > time.Saturday {
		f.add("/weekday", "expected 0 (Sunday) to 6 (Saturday)")
	}
	if d.Hour < 0 || d.Hour > 23 {
		f.add("/hour", "expected 0 to 23")
	}
	return f.err("detail_digest", "This digest can't be sent as it is.")
}

// Next is when the first digest after a time should arrive, in the brand's zone.
// An hour that a change of clocks leaves out is the one after it.
func (d *Digest) Next(after time.Time, zone *time.Location) time.Time {
	after = after.In(zone)
	y, m, day := after.Date()
	for ; ; day++ {
		at := time.Date(y, m, day, d.Hour, 0, 0, 0, zone)
		if h := at.Hour(); h != d.Hour && h != (d.Hour+1)%24 { // left out; west of Greenwich that is an hour early, and may be the day before
			at = at.Add(time.Hour)
		}
		if at.After(after) && (d.Every == DigestDaily || at.Weekday() == d.Weekday) {
			return at
		}
	}
}

// Days are the first day and the day after the last of which the digest of a slot
// tells, at noon in the brand's zone: the day before, or the seven days before.
func (d *Digest) Days(slot time.Time, zone *time.Location) (from, until time.Time) {
	y, m, day := slot.In(zone).Date()
	days := 1
	if d.Every == DigestWeekly {
		days = 7
	}
	return time.Date(y, m, day-days, 12, 0, 0, 0, zone), time.Date(y, m, day, 12, 0, 0, 0, zone)
}
