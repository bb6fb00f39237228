package sayline

import "time"

// Step is the queued alert: the row an accepted moment leaves behind, due at a
// time, that the pager turns into pages for the people on duty.
type Step struct {
	Brand, Case    string
	Episode, Loop  int
	N              int
	Moment         string // that caused it
	DueAt, FiredAt time.Time
	State          string
	Found          string    // whom duty found, and by which hops (JSON), once fired
	Held           string    // why it waits for more than its time: mute, hours
	AskedAt        time.Time // when it was due first, if it was kept back
}

// States of a step.
const (
	StepWaiting   = "waiting"
	StepFired     = "fired"
	StepEmpty     = "empty" // nobody was on duty: it took no time, and is recorded
	StepCancelled = "cancelled"
)

// Page is one demand on one contact of a person: at most one per case, episode,
// loop, step and contact, however many processes run.
//
//	queued → sending (lease) → accepted → delivered → opened → acted
//	failed for now → queued again; failed for good; unknown (as the channel says)
type Page struct {
	Brand, ID, Case string
	Episode, Loop   int
	N               int
	Person          string
	Channel         string
	Address         string
	Role            string // duty, team or also
	State           string
	NextAt          time.Time
	LeaseUntil      time.Time
	Attempts        int
	CreatedAt       time.Time
	DoneAt          time.Time // when it reached accepted or an end
	DeliveredAt     time.Time // it came up on the person's screen
	OpenedAt        time.Time // they opened it
	ActedAt         time.Time // they acted by it
	Calm            bool      // it comes after those that can't wait
	Bundled         bool      // with others to the same contact, in one message
	From            time.Time // it waits until then
	Says            string    // what it tells that asks for nobody, see [PageTakenBack]; "" for one that asks
}

// Unopened says that it has told its person, who has not opened it.
func (p *Page) Unopened() bool {
	return p.OpenedAt.IsZero() && (p.State == PageAccepted || p.State == PageDelivered || p.State == PageUnknown)
}

// States of a page.
const (
	PageQueued    = "queued"
	PageSending   = "sending"
	PageAccepted  = "accepted"
	PageDelivered = "delivered"
	PageOpened    = "opened"
	PageActed     = "acted"
	PageFailed    = "failed"
	PageUnknown   = "unknown"
	PageCancelled = "cancelled"
)

// What a page tells that asks for nobody.
const (
	PageTakenBack = "taken_back" // what its person was told of is no more: its author took it back
	PageMoved     = "moved"      // it is another team's now
	PageOneMoved  = "one_moved"  // one of what it holds is another team's now; the rest is as it was
)

// Roles in which a page reaches a person.
const (
	ForDuty = "duty" // responsible now
	ForTeam = "team" // of the team
	ForAlso = "also" // informed

	ForMention = "mention" // named in a note
)

// SentOnce says what a way out does when nobody knows whether a call got
// through. Push, e-mail and webhook are sent again under the same id: whoever has
// both sees one. What rings or writes twice does not go out again: the next
// contact is tried at once.
func SentOnce(channel string) bool {
	return channel == ByChat || channel == BySMS || channel == ByVoice
}

// MentionLoop is the loop of pages that no step made: they tell who is named in a note.
const MentionLoop = -1

// Attempt is one call to a provider, with its outcome.
type Attempt struct {
	Brand, Page     string
	N               int
	BegunAt, EndAt  time.Time
	Outcome, Detail string
	Provider        string // the provider's id of it
}

// Times of sending (alerting: starting values).
const (
	Lease       = 15 * time.Second
	CallTimeout = 8 * time.Second
	Sweep       = time.Second
	AuditorLate = 5 * time.Second
)
