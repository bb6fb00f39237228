package sayline

import (
	"cmp"
	"time"
)

// Device is a thing of the brand's own that speaks for a touchpoint: a kiosk, a
// button on a wall, a sensor. It signs what it sends with its token; that leads
// to the thing and to nobody who pressed it.
type Device struct {
	Brand, ID  string
	Name       string // "Restroom, east wing", for the people of the brand
	Touchpoint string // where it stands: what it sends without saying where was said there
	Token      string // hash of its secret, see [HashSecret]; the secret itself is shown once
	Idle       time.Duration
	MadeAt     time.Time
	MadeBy     string // person
	RevokedAt  time.Time
	RevokedBy  string
	LastAt     time.Time // when it was last heard of; zero for never
	Beat       Beat
	Burst      Burst // what its last hand pressed
}

// Beat is what a device says of itself now and then.
type Beat struct {
	At      time.Time // zero for a device that never does, such as a plain button
	Queue   int       // moments it has not delivered yet
	Version string    // of what runs on it
	Battery int       // percent; -1 where it did not say
}

// DeviceToken is what every device's token begins with, so that it is told from
// a relay's key; 160 random bits follow ([EncodeSecret]).
const DeviceToken = "device_"

// DeviceSilent is how long nothing is heard of a device that reports until
// somebody should look; IdleLeast and IdleMost bound after how long a kiosk goes
// back to its start.
const (
	DeviceSilent = time.Hour
	IdleUsual    = 8 * time.Second
	IdleLeast    = 3 * time.Second
	IdleMost     = KioskOpenFor
	maxDevice    = 80 // characters of a device's name
	maxVersion   = 40 // characters of its version
	maxQueue     = 1_000_000
)

// Silent says whether somebody should look after the device: it is one that
// reports, or was never heard of, and has not for an hour.
func (d *Device) Silent(now time.Time) bool {
	if !d.RevokedAt.IsZero() || d.Beat.At.IsZero() && !d.LastAt.IsZero() {
		return false
	}
	last := d.LastAt
	if last.IsZero() {
		last = d.MadeAt
	}
	return now.Sub(last) >= DeviceSilent
}

// Validate completes a device that is to be made; AtFault says what is wrong.
func (d *Device) Validate(ix *Index) error {
	var f faults
	if n := len([]rune(d.Name)); n < 1 || n > maxDevice {
		f.add("/name", "expected a name of 1 to %d characters", maxDevice)
	}
	if ix.Touchpoint(d.Touchpoint) == nil {
		f.add("/touchpoint", "expected the id of a touchpoint, got %q", d.Touchpoint)
	}
	d.Idle = cmp.Or(d.Idle, IdleUsual)
	if d.Idle < IdleLeast || d.Idle > IdleMost {
		f.add("/idle", "expected %d to %d seconds", IdleLeast/time.Second, IdleMost/time.Second)
	}
	return f.err("detail_device", "This device can't be set up as it is.")
}

// Validate says what of a report can't be so.
func (b *Beat) Validate() error {
	var f faults
	if b.Queue < 0 || b.Queue > maxQueue {
		f.add("/queue", "expected how many moments wait, 0 or more")
	}
	if len([]rune(b.Version)) > maxVersion {
		f.add("/version", "expected at most %d characters", maxVersion)
	}
	if b.Battery < -1 || b.Battery > 100 {
		f.add("/battery", "expected 0 to 100 per cent")
	}
	return f.err("", "This report can't be so.")
}

// Presses on one device less than BurstGap apart are one burst by one hand, and
// count as one moment, for at most BurstMost from its first press: a button that
// is stuck does not swallow a whole day.
const (
	BurstGap  = 3 * time.Second
	BurstMost = time.Minute
)

// Burst is the presses of one hand on one device. Its zero value is none.
type Burst struct {
	Key         string    // hash of the idempotency key of the one moment they are
	First, Last time.Time // when the earliest and the latest of them occurred
}

// Takes says whether a press at this time is by the same hand. A press that
// arrives late, though it was made a little before the last, is.
func (b *Burst) Takes(at time.Time) bool {
	return b.Key != "" && at.Sub(b.Last).Abs() < BurstGap && at.Sub(b.First) < BurstMost
}

// Press adds a press that the burst takes and says whether it is the latest: the
// latest press wins, whatever the order they arrive in.
func (b *Burst) Press(at time.Time) (latest bool) {
	if at.Before(b.First) {
		b.First = at
	}
	if at.Before(b.Last) {
		return false
	}
	b.Last = at
	return true
}

// Pressed says whether a moment is no more than a press: a face or a topic,
// without anybody's words or name. Only presses are folded into a burst.
func (m *Moment) Pressed() bool {
	return m.Text == "" && m.Contact == nil && m.Photos+m.Voices == 0 && (m.Feeling > 0 || m.Topic != "")
}
