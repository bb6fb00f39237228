package sayline

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"time"
)

// KnownContact is a contact with what is known of it: whose it is, that it was
// verified, and how it has been doing. The brand file names some; people
// register others themselves, and those are used once they are verified.
type KnownContact struct {
	Brand, Person, ID string
	Contact                  // the address of a push is the contact's ID
	Keys              string // of a push, what the browser gave us to reach it (JSON)
	Label             string // what its person calls it: "Ana's Pixel"
	Account           string // the e-mail address of who registered it; "" for one of the brand file
	Urgent            bool   // only for what is urgent
	Rank              int    // its place among its person's, from 1; 0 where they never chose
	MadeAt            time.Time
	VerifiedAt        time.Time // zero until what was sent to it came back
	OKAt, FailedAt    time.Time // the last success and the last failure
	Failures          int       // since the last success
	State             string
	Detail            string // what came of the last failure: no address, nobody's words
}

// States of a contact. A broken one is not used any more; what succeeds is ok
// again, whatever it was.
const (
	ContactOK      = "ok"
	ContactSuspect = "suspect" // failed twice, for a while
	ContactBroken  = "broken"  // gone for good: its person is told another way
)

// What a call tells of its contact.
const (
	ContactReached = "reached"
	ContactFailed  = "failed" // this time
	ContactGone    = "gone"
)

// SuspectAfter is how many failures in a row make a contact suspect.
const SuspectAfter = 2

// MaxContacts is how many contacts a person may register with a brand.
const MaxContacts = 10

// Validate checks a contact somebody registers.
func (k *Contact) Validate() error {
	var f faults
	k.validate(&f, "")
	return f.err("reach_no_address", "Nobody can be reached like that.")
}

// Own says whether its person registered it.
func (k *KnownContact) Own() bool { return k.Account != "" }

// Name is what its person knows it by: their own word for it, else what of its
// address may be shown. A chat's and a webhook's hold what opens them: of those it
// is the service or the host. "" for a browser nobody named.
func (k *KnownContact) Name() string {
	if k.Label != "" {
		return k.Label
	}
	switch u, err := url.Parse(k.Address); {
	case k.Channel == ByPush:
		return ""
	case k.Channel == ByChat && err == nil:
		return u.Scheme
	case k.Channel == ByWebhook && err == nil:
		return u.Host
	case k.Channel == ByChat, k.Channel == ByWebhook:
		return k.Channel
	}
	return k.Address
}

// Usable says whether pages go to it.
func (k *KnownContact) Usable() bool {
	return k.State != ContactBroken && (!k.Own() || !k.VerifiedAt.IsZero())
}

// ContactID names a contact by its channel and its address (of a push, its
// endpoint): the same contact is the same id, whoever registers it.
func ContactID(channel, address string) string {
	sum := sha256.Sum256([]byte(channel + "\n" + address))
	return hex.EncodeToString(sum[:16])
}

// Note is the contact after a call told something of it.
func (k KnownContact) Note(told, detail string, now time.Time) KnownContact {
	switch told {
	case ContactReached:
		k.State, k.OKAt, k.Failures, k.Detail = ContactOK, now, 0, ""
		return k
	case ContactGone:
		k.State = ContactBroken
	case ContactFailed:
		if k.State != ContactBroken && k.Failures+1 >= SuspectAfter {
			k.State = ContactSuspect
		}
	default:
		return k
	}
	k.FailedAt, k.Detail = now, detail
	k.Failures++
	return k
}

// QuietHours are those in which a person is not rung for what can wait: from one
// minute of the day to another, by a clock on their wall. What is urgent rings
// all the same.
type QuietHours struct {
	From, Until int    // minutes after midnight; From after Until is over midnight
	Zone        string // IANA; "" is the brand's
}

// dayMinutes is how many minutes a wall clock counts.
const dayMinutes = 24 * 60

// Validate checks the hours.
func (q *QuietHours) Validate() error {
	var f faults
	for at, m := range map[string]int{"/from": q.From, "/until": q.Until} {
		if m < 0 || m >= dayMinutes {
			f.add(at, "expected a time of the day")
		}
	}
	if q.From == q.Until {
		f.add("/until", "expected another time than the one it begins at")
	}
	if _, err := time.LoadLocation(q.Zone); err != nil || q.Zone == "Local" {
		f.add("/zone", "expected a time zone such as Europe/Madrid, got %q", q.Zone)
	}
	return f.err("detail_quiet", "These are not quiet hours.")
}

// None says that there are no quiet hours.
func (q QuietHours) None() bool { return q.From == q.Until }

// Now says whether it is quiet at a time.
func (q QuietHours) Now(t time.Time) bool { return q.at(t.In(q.location())) }

func (q QuietHours) location() *time.Location {
	if zone, err := time.LoadLocation(q.Zone); err == nil {
		return zone
	}
	return time.UTC
}

// at says whether it is quiet when the wall shows a time.
func (q QuietHours) at(wall time.Time) bool {
	m := wall.Hour()*60 + wall.Minute()
	if q.From < q.Until {
		return q.From <= m && m < q.Until
	}
	return q.From > q.Until && (m >= q.From || m < q.Until)
}

// End is when the quiet that is at t ends: t itself where it is not quiet. It
// walks the wall's minutes, so that a clock that is set forward over the end ends
// it there, and one that is set back keeps it as long as the wall says so.
func (q QuietHours) End(t time.Time) time.Time {
	zone := q.location()
	if !q.at(t.In(zone)) {
		return t
	}
	at := t.Truncate(time.Minute)
	for q.at(at.In(zone)) {
		at = at.Add(time.Minute)
	}
	return at
}
