package sayline

import (
	"crypto/ecdh"
	"encoding/base64"
	"net/url"
	"strings"
	"time"
)

// Subscription is where one browser can be told something, as the browser itself
// hands it out (Push API, PushSubscription.toJSON): an address at its maker's
// push service, and keys so that the service can't read what passes. Whoever
// has it can send to that browser: it is a secret.
type Subscription struct {
	Endpoint string           `json:"endpoint"`
	Keys     SubscriptionKeys `json:"keys"`
}

// SubscriptionKeys are base64url.
type SubscriptionKeys struct {
	Auth   string `json:"auth"`   // 16 bytes
	P256dh string `json:"p256dh"` // a point on P-256, uncompressed
}

// MaxEndpoint is the longest address of a subscription in bytes.
const MaxEndpoint = 1024

// Validate checks that a browser can have made it.
func (s *Subscription) Validate() error {
	var f faults
	u, err := url.Parse(s.Endpoint)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" || len(s.Endpoint) > MaxEndpoint {
		f.add("/endpoint", "expected the address of a push service")
	}
	if key, err := unpadded(s.Keys.Auth); err != nil || len(key) != 16 {
		f.add("/keys/auth", "expected 16 bytes in base64url")
	}
	key, err := unpadded(s.Keys.P256dh)
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(key)
	}
	if err != nil {
		f.add("/keys/p256dh", "expected a point on P-256 in base64url")
	}
	return f.err("detail_push", "This browser can’t be told anything.")
}

// unpadded reads base64url, with or without its padding.
func unpadded(s string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
}

// Telling is what an author is to be told by a way they left with a moment: that
// there is an answer. By push it is never a word of it.
type Telling struct {
	Brand, Moment, ID string
	Channel           string // ByPush or ByEmail
	Keys              string // of a push, the subscription (JSON)
	Status            string // what became of the moment: answered, needs_info, resolved, closed
	DueAt             time.Time
	Since             time.Time // when there first was something to tell
	ToldAt            time.Time // what was said up to then has been told
	Attempts          int
	Outcome, Detail   string // of the last call; "" before it
}

// MaxTellings is how many browsers may ask to be told of one moment.
const MaxTellings = 5
