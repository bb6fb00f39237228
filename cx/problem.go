package cx

// Problem is an error as it is told: RFC 9457, application/problem+json.
type Problem struct {
	Title    string   `json:"title"`
	Status   int      `json:"status"`
	Detail   string   `json:"detail,omitempty"`
	Errors   []Fault  `json:"errors,omitempty"`   // members at fault
	Fallback []string `json:"fallback,omitempty"` // tel: and mailto: that answer meanwhile
}

// Fault is one member at fault: its JSON pointer (RFC 6901) and what was expected.
type Fault struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}
