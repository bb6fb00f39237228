package cx

import (
	"strconv"
	"time"
)

// Problem is an error as it is told: RFC 9457, application/problem+json.
type Problem struct {
	Type      string     `json:"type,omitempty"` // absent: about:blank
	Title     string     `json:"title"`          // in the caller's language
	Status    int        `json:"status"`
	Detail    string     `json:"detail,omitempty"`
	Errors    []Fault    `json:"errors,omitempty"`    // members at fault
	Fallback  []string   `json:"fallback,omitempty"`  // tel: and mailto: that answer meanwhile
	Challenge *Challenge `json:"challenge,omitempty"` // with 403: what has to be solved first

	RetryAfter time.Duration `json:"-"` // of the Retry-After header; 0 if none came
}

// Error says what happened, for a log: never what a person wrote.
func (p *Problem) Error() string {
	s := strconv.Itoa(p.Status) + " " + p.Title
	if p.Detail != "" {
		s += ": " + p.Detail
	}
	for _, f := range p.Errors {
		s += "; " + f.Pointer + " " + f.Detail
	}
	return s
}

// Fault is one member at fault: its JSON pointer (RFC 6901) and what was expected.
type Fault struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}
