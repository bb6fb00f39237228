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
	Media       []Media    `json:"media,omitempty"`    // photos and voices that were sent
}

// Media is a photo or voice of a receipt. Kind is "photo" or "voice"; State is
// "raw" until it is ready to be shown, then "clean", or "broken" when it could
// not be read. Addresses are the holder's, as secret as the receipt's.
type Media struct {
	ID         string  `json:"id"`
	Kind       string  `json:"kind"`
	Type       string  `json:"type"`
	State      string  `json:"state"`
	URL        string  `json:"url,omitempty"`
	Thumb      string  `json:"thumb,omitempty"` // of a photo
	WAV        string  `json:"wav,omitempty"`   // of a voice that not every browser plays as it is
	Width      int     `json:"width,omitempty"`
	Height     int     `json:"height,omitempty"`
	Seconds    float64 `json:"seconds,omitempty"`
	Transcript string  `json:"transcript,omitempty"`
	Lang       string  `json:"lang,omitempty"` // of the transcript
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
	Solved string    `json:"solved,omitempty"` // yes or no, the author's word
	Media  []Media   `json:"media,omitempty"`  // photos and voices of an answer
}

// Patch adds to an open moment, or changes it; what is nil stays. More false
// seals it; with Receipt false as well, the receipt is destroyed.
type Patch struct {
	Kind    *string  `json:"kind,omitempty"`
	Feeling *int     `json:"feeling,omitempty"`
	Topic   *string  `json:"topic,omitempty"`
	Text    *string  `json:"text,omitempty"`
	Lang    *string  `json:"lang,omitempty"`
	Context *Context `json:"context,omitempty"`
	Publish *bool    `json:"publish,omitempty"`
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

// PushSubscription is where an author's browser wants to be told of an answer
// (W3C Push API, as PushSubscription.toJSON gives it). What is sent there
// carries no words.
type PushSubscription struct {
	Endpoint       string            `json:"endpoint"`
	ExpirationTime *int64            `json:"expirationTime,omitempty"` // Unix milliseconds
	Keys           map[string]string `json:"keys"`                     // p256dh and auth, base64url
}
