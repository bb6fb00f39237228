package sayline

import (
	"strings"
	"time"
)

// Phone is a shift phone: one that belongs to a team at a place and goes from
// hand to hand. It is enrolled once, with a code; whoever has it then says so
// with a PIN of their own, and acts as themselves.
type Phone struct {
	Brand, ID   string
	Name        string // "Front desk", for the people of the brand
	Team, Place string // whose cases it shows; a place of "" is the whole brand
	MadeAt      time.Time
	MadeBy      string    // person
	CodeUntil   time.Time // until when its code can enrol it; zero once it was used
	EnrolledAt  time.Time // zero until then
	RevokedAt   time.Time
	RevokedBy   string
}

// Hold is one person's time with a shift phone.
type Hold struct {
	Brand, ID, Phone, Person string
	On                       bool // taking it began a stretch of duty, which ends with it
	From, Until              time.Time
}

// PhoneCodeLife is how long the code that enrols a phone can be used; HoldMost
// is how long somebody has a phone at most, when no shift of theirs ends before.
const (
	PhoneCodeLife = time.Hour
	HoldMost      = DutyLength
	maxPhone      = 80 // characters of a phone's name
)

// Validate says what is wrong with a phone that is to be made: AtFault.
func (p *Phone) Validate(ix *Index) error {
	var f faults
	if n := len([]rune(p.Name)); n < 1 || n > maxPhone {
		f.add("/name", "expected a name of 1 to %d characters", maxPhone)
	}
	if ix.Team(p.Team) == nil {
		f.add("/team", "expected the id of a team, got %q", p.Team)
	}
	if p.Place != "" && ix.Place(p.Place) == nil {
		f.add("/place", "expected the id of a place, got %q", p.Place)
	}
	return f.err("detail_phone", "This shift phone can't be set up as it is.")
}

// Reaches says for which place somebody of the team has the phone, by their
// membership: the phone's, when theirs is at or above it; theirs, when it is a
// part of the phone's. ok is false when the two have nothing in common.
func (p *Phone) Reaches(ix *Index, m Membership) (place string, ok bool) {
	switch {
	case ix.Under(p.Place, m.Place):
		return p.Place, true
	case ix.Under(m.Place, p.Place):
		return m.Place, true
	}
	return "", false
}

// A PIN is a few digits that somebody types on a phone others have seen them
// use. Wrong ones make the next try wait, each longer than the one before, until
// a new PIN is needed.
const (
	PINLeast     = 4
	PINMost      = 8
	PINFree      = 3  // wrong PINs before the first wait
	PINTries     = 10 // wrong PINs until a new one is needed
	pinFirstWait = 30 * time.Second
	pinLastWait  = 15 * time.Minute
)

// PINWait is how long the next try has to wait after so many wrong PINs one
// after the other.
func PINWait(wrong int) time.Duration {
	if wrong < PINFree {
		return 0
	}
	wait := pinFirstWait
	for range wrong - PINFree {
		wait = min(2*wait, pinLastWait)
	}
	return wait
}

// CheckPIN refuses a PIN nobody should have: AtFault at /pin. Digits of any
// script are digits; see [PlainPIN].
func CheckPIN(pin string) error {
	var f faults
	switch {
	case len(pin) < PINLeast || len(pin) > PINMost || strings.Trim(pin, "0123456789") != "":
		f.add("/pin", "expected %d to %d digits", PINLeast, PINMost)
	case easy(pin):
		f.add("/pin", "expected digits that are not all the same or in a row")
		return f.err("pin_easy", "This PIN is the first that others would try: all the same, or in a row.")
	}
	return f.err("pin_digits", "A PIN has 4 to 8 digits.")
}

// easy says whether every digit follows from the one before: 1111, 4567, 9876.
func easy(pin string) bool {
	step := int(pin[1]) - int(pin[0])
	for i := 1; i < len(pin); i++ {
		if int(pin[i])-int(pin[i-1]) != step {
			return false
		}
	}
	return step >= -1 && step <= 1
}

// PlainPIN is a PIN as it was typed, in digits 0 to 9: phones write ٤٢٧١ too,
// and blanks are no part of it.
func PlainPIN(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		case r == ' ' || r == '\u00a0' || r == '\t':
			return -1
		}
		return r
	}, typed)
}
