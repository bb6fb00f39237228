package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/sayline/sayline"
)

// Class is what became of a call to a provider.
type Class string

// Classes. What each leads to is the channel's: webhook and e-mail are sent again
// under the same id after FailedForNow and Unknown.
const (
	Accepted      Class = "accepted"        // the provider has it
	FailedForNow  Class = "failed_for_now"  // it has not; the same call may succeed later
	FailedForGood Class = "failed_for_good" // it has not, and the same call will not succeed
	Gone          Class = "gone"            // nor will any other: the address is no more, or never was one
	Unknown       Class = "unknown"         // the call had begun and nothing certain came back: it may have it
)

// Outcome is the end of one call.
type Outcome struct {
	Class      Class
	ProviderID string        // the provider's own name for it, if it gave one; of Accepted
	RetryAfter time.Duration // what the provider asked for; of FailedForNow, 0 when it asked nothing
	Code       int           // the HTTP status or SMTP reply; 0 when there was none
	Detail     string        // a few words for the delivery log: no address, nobody's words
}

// longestWait is as long as a provider may ask us to wait: more is a mistake.
const longestWait = 24 * time.Hour

// StatusError is an HTTP answer other than success.
type StatusError struct {
	Code       int
	RetryAfter time.Duration
}

func (e *StatusError) Error() string { return fmt.Sprintf("HTTP status %d", e.Code) }

// Stage is how far a mail had come when the server replied.
type Stage string

// Stages of a mail.
const (
	StageSession   Stage = "session"   // greeting, TLS, sign-in
	StageSender    Stage = "sender"    // MAIL FROM
	StageRecipient Stage = "recipient" // RCPT TO
	StageContent   Stage = "content"   // DATA and after
)

// ReplyError is a mail server's reply other than success.
type ReplyError struct {
	Stage    Stage
	Code     int
	Enhanced [3]int // RFC 3463; zero when there was none
}

func (e *ReplyError) Error() string { return fmt.Sprintf("SMTP reply %d to the %s", e.Code, e.Stage) }

// refusedError is an address the [Guard] does not call.
type refusedError struct{}

func (refusedError) Error() string { return "the address is not a public one" }

// Classify says what an error of a call means; begun says whether the provider
// may have had the whole of it before the error came. It looks at types only.
func Classify(err error, begun bool) Outcome {
	var (
		status  *StatusError
		reply   *ReplyError
		refused refusedError
		wrong   *sayline.Error
	)
	switch {
	case err == nil:
		return Outcome{Class: Accepted}
	case errors.As(err, &status):
		return byStatus(status)
	case errors.As(err, &reply):
		return Outcome{Class: byReply(reply), Code: reply.Code, Detail: fmt.Sprintf("the mail server answered %d to the %s", reply.Code, reply.Stage)}
	case errors.As(err, &refused):
		return Outcome{Class: FailedForGood, Detail: refused.Error()}
	case errors.As(err, &wrong):
		if wrong.Kind == sayline.Gone {
			return Outcome{Class: Gone, Detail: wrong.Message}
		}
		return Outcome{Class: FailedForGood, Detail: wrong.Message}
	case begun:
		return Outcome{Class: Unknown, Detail: inWords(err)}
	}
	return Outcome{Class: FailedForNow, Detail: inWords(err)}
}

// byStatus: a 3xx is a failure (it is not followed, and will say the same
// tomorrow), 410 switches an endpoint off.
func byStatus(e *StatusError) Outcome {
	o := Outcome{Class: FailedForGood, Code: e.Code, Detail: fmt.Sprintf("answered %d", e.Code)}
	switch {
	case e.Code >= 200 && e.Code < 300:
		o.Class = Accepted
	case e.Code == 410:
		o.Class = Gone
	case e.Code == 408, e.Code == 421, e.Code == 425, e.Code == 429, e.Code >= 500:
		o.Class, o.RetryAfter = FailedForNow, e.RetryAfter
	}
	return o
}

// byReply: what a server refuses before it heard the recipient is our set-up or
// its own, never the recipient's address.
func byReply(e *ReplyError) Class {
	switch {
	case e.Code < 500, e.Stage == StageSession, e.Stage == StageSender:
		return FailedForNow
	case e.Stage == StageRecipient && noSuchAddress(e):
		return Gone
	}
	return FailedForGood
}

// noSuchAddress says whether a permanent reply to the recipient is about the
// address itself, and not about a policy (RFC 3463, section 3.2 and 3.3; without
// an enhanced code RFC 5321, section 4.2.3).
func noSuchAddress(e *ReplyError) bool {
	switch e.Enhanced {
	case [3]int{5, 1, 1}, [3]int{5, 1, 2}, [3]int{5, 1, 3}, [3]int{5, 1, 6}, [3]int{5, 1, 10}, [3]int{5, 2, 1}:
		return true
	case [3]int{}:
		return e.Code == 550 || e.Code == 551 || e.Code == 553
	}
	return false
}

// inWords names a network error without its text, which may hold an address.
func inWords(err error) string {
	var (
		dns     *net.DNSError
		cert    *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		network net.Error
	)
	switch {
	case errors.Is(err, context.Canceled):
		return "stopped"
	case errors.As(err, &dns):
		return "the name could not be looked up"
	case errors.As(err, &cert):
		return "the certificate is not valid"
	case errors.As(err, &record):
		return "it does not speak TLS"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "time-out"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "the line was cut"
	}
	return "the connection failed"
}
