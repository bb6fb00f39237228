package brands

import (
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/duty"
)

// OutlookFor is how far an [Outlook] looks ahead.
const OutlookFor = 14 * 24 * time.Hour

// Outlook is what a change of a brand does to its roster: whose duties move, when
// nobody is on duty, and who would be on duty with no working contact beside the
// desk, in the order of the brand's people.
type Outlook struct {
	duty.Effect
	Unreached []string
}

// LookAhead is the outlook when one snapshot takes the place of another, which is
// nil for a brand that is new.
func LookAhead(before, after *Snapshot, now time.Time) Outlook {
	var was *duty.Roster
	if before != nil {
		was = before.Roster
	}
	o := Outlook{Effect: duty.Compare(was, after.Roster, now, now.Add(OutlookFor))}
	for _, p := range after.Roster.Manned(now, now.Add(OutlookFor)) {
		if len(after.Contacts(p, sayline.Urgent)) == 0 {
			o.Unreached = append(o.Unreached, p)
		}
	}
	return o
}
