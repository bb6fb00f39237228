package sayline

import "time"

// Case is a team's work: one or many moments about the same thing.
//
//	open ──I'm on it──→ acknowledged ──resolve──→ resolved
//	  ↑                      │                       │
//	  ├──nothing done in time┘                       │
//	  └──a new moment, or its author, within the window (episode + 1)
//
// Snoozed is one that somebody put off: it is open again at a time they named,
// or when something more urgent joins it. Stalled is an open case whose every
// step has fired with nobody taking it.
type Case struct {
	Brand, ID string
	GroupKey  string // "" for a case of its own
	Team      string
	Place     string // the part of the tree the team is asked for
	Lane      string
	Topic     string
	Product   string
	Lot       string
	Ref       string
	Kind      string
	State     string
	Urgency   string
	Raised    int           // moments in it when their number gave it this urgency; 0 when a moment's own decision did
	Episode   int           // starts at 1; each reopening is a new one
	Version   int           // of the configuration whose policy this episode climbs by; 0 for the newest
	Policy    string        // of that version; "" for the usual one of its urgency
	AckTime   time.Duration // of that policy: how long an acknowledgement holds with nothing done; 0 for the usual time
	Merged    string        // the case its moments were moved to; "" for none
	Owner     string
	Reason    string // of resolving

	Moments  int // that joined and were not taken back
	Feelings [6]int
	Guarded  bool // somebody of a small audience spoke in it: it is in no figure of its team's

	OpenedAt       time.Time // the first moment's arrival
	LastAt         time.Time // the latest moment's
	Since          time.Time // when the demand on a person began: the four clocks start here
	ReachedAt      time.Time // delivered to a person's channel, this episode
	SeenAt         time.Time // opened by a person
	AcknowledgedAt time.Time
	AnsweredAt     time.Time
	ResolvedAt     time.Time
	AckBy          time.Time // promised
	AnswerBy       time.Time
	AckDeadline    time.Time // acknowledged and nothing done by then: open again
	SnoozedUntil   time.Time // snoozed: open again then
}

// States of a case.
const (
	CaseOpen         = "open"
	CaseAcknowledged = "acknowledged"
	CaseSnoozed      = "snoozed"
	CaseStalled      = "stalled"
	CaseResolved     = "resolved"
)

// Spans of a case's life (alerting: starting values).
const (
	ReopenWindow  = 2 * time.Hour
	AckTimeout    = 20 * time.Minute
	UrgentStep    = time.Minute
	NormalStep    = 15 * time.Minute
	LastResortGap = 30 * time.Minute
)

// Timeout is how long "I'm on it" holds while nothing is done; zero for ever:
// what asks nobody, ideas and praise, has nobody to ask again.
func (c *Case) Timeout() time.Duration {
	switch {
	case c.AckTime != 0:
		return c.AckTime
	case !MoreUrgent(c.Urgency, Quiet), c.Urgency == Normal && KnownKind(c.Kind) == "praise":
		return 0
	}
	return AckTimeout
}

// LongestSnooze is how far ahead a case can be put off.
const LongestSnooze = 92 * 24 * time.Hour

// Statuses of a receipt, in the order a person hopes for.
const (
	StatusReceived     = "received" // delivered to somebody
	StatusSeen         = "seen"
	StatusAcknowledged = "acknowledged"
	StatusInProgress   = "in_progress"
	StatusNeedsInfo    = "needs_info"
	StatusAnswered     = "answered"
	StatusResolved     = "resolved"
	StatusClosed       = "closed"
	StatusWithdrawn    = "withdrawn"
)

// Reasons for which a case may be resolved without its author's word.
var Reasons = []string{"done", "nothing-to-do", "duplicate", "elsewhere"}

// HistoryEntry is one line of what became of a moment or a case: append-only.
type HistoryEntry struct {
	Subject string // a case's or a moment's id
	N       int
	At      time.Time
	Episode int
	Status  string
	By      string // a person's id, "" for the system; receipts show a role or a first name
	Label   string // of a step of work; or the reason
}
