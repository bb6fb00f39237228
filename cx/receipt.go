package cx

import "time"

// Statuses of a receipt.
const (
	Received     = "received"
	Seen         = "seen"
	Acknowledged = "acknowledged"
	InProgress   = "in_progress"
	NeedsInfo    = "needs_info"
	Answered     = "answered"
	Resolved     = "resolved"
	Closed       = "closed"
	Withdrawn    = "withdrawn"
)

// Receipt is what becomes of a moment, as its author may know it.
type Receipt struct {
	ID          string     `json:"id"`
	Reference   string     `json:"reference"`
	ReceivedAt  time.Time  `json:"received_at"`
	Status      string     `json:"status"`
	SentTo      *SentTo    `json:"sent_to,omitempty"`
	AnswerBy    *time.Time `json:"answer_by,omitempty"`
	OpenUntil   *time.Time `json:"open_until,omitempty"` // absent once sealed
	RetainUntil time.Time  `json:"retain_until"`
	Together    int        `json:"together,omitempty"` // moments about the same thing, this one included
	Solved      string     `json:"solved,omitempty"`   // the author's word: yes or no
	History     []Entry    `json:"history"`            // oldest first, only ever longer
	Messages    []Message  `json:"messages"`           // oldest first
	Moment      Moment     `json:"moment"`             // what was sent
}

// Entry is one line of a receipt's history. By is a role, never a name.
type Entry struct {
	Status string    `json:"status"`
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty"`
	Label  string    `json:"label,omitempty"` // of a step of work, or the reason it was closed
}

// Message is words to the author or from them. From is "brand" or "author".
type Message struct {
	From   string    `json:"from"`
	By     string    `json:"by,omitempty"` // a role
	Text   string    `json:"text,omitempty"`
	Lang   string    `json:"lang,omitempty"`
	At     time.Time `json:"at"`
	Solved string    `json:"solved,omitempty"`
}

// Patch adds to an open moment, or changes it; what is nil stays. More false
// seals it; with Receipt false as well, the receipt is destroyed.
type Patch struct {
	Kind    *string  `json:"kind,omitempty"`
	Feeling *int     `json:"feeling,omitempty"`
	Topic   *string  `json:"topic,omitempty"`
	Text    *string  `json:"text,omitempty"`
	Context *Context `json:"context,omitempty"`
	Contact *Contact `json:"contact,omitempty"` // makes it identified
	More    *bool    `json:"more,omitempty"`
	Receipt *bool    `json:"receipt,omitempty"`
}

// Words is what an author says later, at messages. Solved true may come with a
// feeling.
type Words struct {
	Text    string `json:"text,omitempty"`
	Lang    string `json:"lang,omitempty"`
	Solved  *bool  `json:"solved,omitempty"`
	Feeling int    `json:"feeling,omitempty"`
}
