package cx

import "time"

// Moment is what one person says once, as it is sent to api.submit. At least
// one of Feeling, Topic and Text is needed.
type Moment struct {
	CX         string     `json:"cx"`
	Kind       string     `json:"kind,omitempty"`
	Feeling    int        `json:"feeling,omitempty"` // 1 awful to 5 wonderful
	Topic      string     `json:"topic,omitempty"`
	Text       string     `json:"text,omitempty"`
	Lang       string     `json:"lang,omitempty"`
	Context    *Context   `json:"context,omitempty"`
	Audience   string     `json:"audience,omitempty"`
	OccurredAt *time.Time `json:"occurred_at,omitempty"`
	Class      string     `json:"class,omitempty"` // unidentified (default) or identified
	Contact    *Contact   `json:"contact,omitempty"`
	More       bool       `json:"more,omitempty"`    // more is coming: keep it open
	Receipt    *bool      `json:"receipt,omitempty"` // false: none, please
	Publish    bool       `json:"publish,omitempty"`
}

// Context is where it was said.
type Context struct {
	Touchpoint string `json:"touchpoint,omitempty"`
	GS1        string `json:"gs1,omitempty"` // a GS1 Digital Link
	Place      *Place `json:"place,omitempty"`
	Product    string `json:"product,omitempty"` // GTIN of 14 digits
	Lot        string `json:"lot,omitempty"`
	Ref        string `json:"ref,omitempty"` // an order, a seat, a room
	Source     string `json:"source,omitempty"`
}

// Place is a place of the brand, or degrees (WGS 84) with an accuracy in metres.
type Place struct {
	ID       string   `json:"id,omitempty"`
	Lat      *float64 `json:"lat,omitempty"`
	Long     *float64 `json:"long,omitempty"`
	Accuracy float64  `json:"accuracy,omitempty"`
}

// Contact is who an identified author says they are.
type Contact struct {
	Name   string `json:"name,omitempty"`
	Email  string `json:"email,omitempty"`
	Phone  string `json:"phone,omitempty"`
	Member string `json:"member,omitempty"`
	Proof  string `json:"proof,omitempty"`
}

// Accepted answers a moment: it is on disk, routed, counted and on its way.
type Accepted struct {
	ID          string     `json:"id"`
	Reference   string     `json:"reference"` // K7Q3-F9MX, what people read to each other
	ReceivedAt  time.Time  `json:"received_at"`
	Status      string     `json:"status"`
	Receipt     string     `json:"receipt,omitempty"`
	SentTo      *SentTo    `json:"sent_to,omitempty"` // absent where it is counted and is nobody's work
	AnswerBy    *time.Time `json:"answer_by,omitempty"`
	OpenUntil   *time.Time `json:"open_until,omitempty"` // absent once sealed
	RetainUntil time.Time  `json:"retain_until"`
}

// SentTo is with whom it is. OnDuty says that somebody is responsible right
// now; else DutyAt, where it is known, says when somebody will be.
type SentTo struct {
	Team   string     `json:"team"`
	LookBy *time.Time `json:"look_by,omitempty"`
	OnDuty bool       `json:"on_duty"`
	DutyAt *time.Time `json:"duty_at,omitempty"`
}
