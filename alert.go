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
	Found          string // whom duty found, and by which hops (JSON), once fired
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
	DeliveredAt     time.Time
}

// States of a page.
const (
	PageQueued    = "queued"
	PageSending   = "sending"
	PageAccepted  = "accepted"
	PageDelivered = "delivered"
	PageFailed    = "failed"
	PageUnknown   = "unknown"
	PageCancelled = "cancelled"
)

// Roles in which a page reaches a person.
const (
	ForDuty = "duty" // responsible now
	ForTeam = "team" // of the team
	ForAlso = "also" // informed
)

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
