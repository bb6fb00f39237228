package sayline

import (
	"errors"
	"fmt"
)

// Kind says what sort of error it is, for code. One table in internal/web
// turns kinds into HTTP statuses.
type Kind string

const (
	Invalid     Kind = "invalid"     // the request cannot be read: 400
	AtFault     Kind = "at_fault"    // it can be read, but a member is wrong: 422
	Unsigned    Kind = "unsigned"    // nobody is signed in: 401
	Forbidden   Kind = "forbidden"   // signed in, but may not: 403
	NotFound    Kind = "not_found"   // no such thing, or none that you may see: 404
	Conflict    Kind = "conflict"    // the state does not allow it: 409
	Gone        Kind = "gone"        // it was, and was taken back: 410
	TooLarge    Kind = "too_large"   // 413
	WrongType   Kind = "wrong_type"  // media type not accepted: 415
	TooMany     Kind = "too_many"    // slow down: 429
	Unavailable Kind = "unavailable" // full, or the database is away; try again: 503
	Internal    Kind = "internal"    // ours: 500
)

// Error has three audiences: a kind for code, a sentence for the person, and a
// cause for the log. Fields point at what is at fault in the caller's document.
type Error struct {
	Kind    Kind
	Message string  // a sentence for the person, in English; Key lets a page say it in theirs
	Key     string  // catalogue key of the sentence, "" if it has none
	Fields  []Fault // members at fault
	Cause   error   // for the log only, never shown
}

// Fault is one member at fault: an RFC 6901 JSON pointer and what was expected.
type Fault struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

func (e *Error) Error() string {
	s := e.Message
	for _, f := range e.Fields {
		s += fmt.Sprintf(" (%s: %s)", f.Pointer, f.Detail)
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Cause }

// Errorf makes an error of a kind with a sentence for the person; [Error.Because]
// adds a cause that only the log shows.
func Errorf(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// Keyed returns a copy of e with the catalogue key of its sentence.
func (e *Error) Keyed(key string) *Error {
	c := *e
	c.Key = key
	return &c
}

// Because returns a copy of e with a cause for the log.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

// KindOf gives an error's kind; errors of others are [Internal].
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// faults collects members at fault while a document is validated.
type faults []Fault

func (f *faults) add(pointer, format string, args ...any) {
	*f = append(*f, Fault{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
}

// err returns nil when nothing is at fault. Key is the sentence's in the
// catalogues, "" if it has none.
func (f faults) err(key, message string) error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: AtFault, Key: key, Message: message, Fields: f}
}
