package notify

import (
	"encoding/json"
	"time"
	"unicode/utf8"
)

// CloudEvent is an event as it leaves the house: CloudEvents 1.0 in structured
// JSON (https://github.com/cloudevents/spec, json-format).
type CloudEvent struct {
	ID      string          // with Source it names the event, however often it is sent
	Source  string          // URI of the brand, such as https://sparkle.example/cx
	Type    string          // such as cx.case.opened
	Time    time.Time       // when it happened; left out when zero
	Subject string          // what it is about: a moment or a case; left out when ""
	Data    json.RawMessage // valid JSON; left out when empty
}

// AppendJSON writes the event after b, and allocates nothing beside it: every
// event is written once for each endpoint.
func (e *CloudEvent) AppendJSON(b []byte) []byte {
	b = append(b, `{"specversion":"1.0","id":`...)
	b = appendString(b, e.ID)
	b = append(b, `,"source":`...)
	b = appendString(b, e.Source)
	b = append(b, `,"type":`...)
	b = appendString(b, e.Type)
	if !e.Time.IsZero() {
		b = append(b, `,"time":"`...)
		b = e.Time.UTC().AppendFormat(b, time.RFC3339Nano)
		b = append(b, '"')
	}
	if e.Subject != "" {
		b = append(b, `,"subject":`...)
		b = appendString(b, e.Subject)
	}
	if len(e.Data) > 0 {
		b = append(b, `,"datacontenttype":"application/json","data":`...)
		b = append(b, e.Data...)
	}
	return append(b, '}')
}

// MarshalJSON is AppendJSON for encoding/json.
func (e *CloudEvent) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil), nil }

// appendString writes a JSON string (RFC 8259, section 7); what is not UTF-8
// becomes U+FFFD.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
			i++
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			i++
		case c < utf8.RuneSelf:
			b = append(b, c)
			i++
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += n
		}
	}
	return append(b, '"')
}
