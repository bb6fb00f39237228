package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"pgregory.net/rapid"
)

func TestClassifyStatus(t *testing.T) {
	for code, want := range map[int]Class{
		200: Accepted, 202: Accepted, 204: Accepted,
		301: FailedForGood, 302: FailedForGood, 304: FailedForGood, 307: FailedForGood, 308: FailedForGood,
		400: FailedForGood, 401: FailedForGood, 403: FailedForGood, 404: FailedForGood, 405: FailedForGood, 413: FailedForGood, 422: FailedForGood,
		408: FailedForNow, 421: FailedForNow, 425: FailedForNow, 429: FailedForNow,
		410: Gone,
		500: FailedForNow, 502: FailedForNow, 503: FailedForNow, 504: FailedForNow, 599: FailedForNow,
	} {
		o := Classify(fmt.Errorf("wrapped: %w", &StatusError{Code: code, RetryAfter: time.Minute}), true)
		if o.Class != want || o.Code != code {
			t.Errorf("%d: %+v, want %s", code, o, want)
		}
		if (o.RetryAfter == time.Minute) != (want == FailedForNow) {
			t.Errorf("%d: to be tried again after %v", code, o.RetryAfter)
		}
	}
}

func TestClassifyReply(t *testing.T) {
	for _, tt := range []struct {
		stage    Stage
		code     int
		enhanced [3]int
		want     Class
	}{
		{StageSession, 421, [3]int{4, 3, 2}, FailedForNow},
		{StageSession, 535, [3]int{5, 7, 8}, FailedForNow}, // our password, not their address
		{StageSession, 554, [3]int{}, FailedForNow},
		{StageSender, 550, [3]int{5, 7, 1}, FailedForNow},
		{StageRecipient, 450, [3]int{4, 2, 0}, FailedForNow}, // grey-listed
		{StageRecipient, 550, [3]int{5, 1, 1}, Gone},
		{StageRecipient, 550, [3]int{5, 1, 10}, Gone},
		{StageRecipient, 550, [3]int{5, 2, 1}, Gone},
		{StageRecipient, 550, [3]int{}, Gone},
		{StageRecipient, 553, [3]int{}, Gone},
		{StageRecipient, 550, [3]int{5, 7, 1}, FailedForGood}, // a policy
		{StageRecipient, 552, [3]int{5, 2, 2}, FailedForGood},
		{StageContent, 451, [3]int{4, 7, 1}, FailedForNow},
		{StageContent, 554, [3]int{5, 6, 0}, FailedForGood},
		{StageContent, 550, [3]int{}, FailedForGood},
	} {
		for _, begun := range []bool{false, true} { // a reply is certain, whenever it comes
			o := Classify(&ReplyError{tt.stage, tt.code, tt.enhanced}, begun)
			if o.Class != tt.want || o.Code != tt.code {
				t.Errorf("%d %v to the %s: %+v, want %s", tt.code, tt.enhanced, tt.stage, o, tt.want)
			}
		}
	}
}

func TestClassifyNetwork(t *testing.T) {
	for _, tt := range []struct {
		err  error
		says string
	}{
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, "time-out"},
		{context.DeadlineExceeded, "time-out"},
		{context.Canceled, "stopped"},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, "refused"},
		{&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, "the line was cut"},
		{io.EOF, "the line was cut"},
		{io.ErrUnexpectedEOF, "the line was cut"},
		{&net.DNSError{Err: "no such host", Name: "secret.example", IsNotFound: true}, "could not be looked up"},
		{&tls.CertificateVerificationError{Err: errors.New("x")}, "certificate"},
		{tls.RecordHeaderError{}, "TLS"},
		{errors.New("something about secret.example"), "the connection failed"},
	} {
		before, after := Classify(fmt.Errorf("secret.example: %w", tt.err), false), Classify(tt.err, true)
		if before.Class != FailedForNow || after.Class != Unknown {
			t.Errorf("%v: %s before the call began, %s after", tt.err, before.Class, after.Class)
		}
		if !strings.Contains(before.Detail, tt.says) || strings.Contains(before.Detail, "secret") {
			t.Errorf("%v: in words %q, want %q", tt.err, before.Detail, tt.says)
		}
	}
	if o := Classify(&net.OpError{Op: "dial", Err: refusedError{}}, false); o.Class != FailedForGood || o.Detail != "the address is not a public one" {
		t.Errorf("a refused address: %+v", o)
	}
	if o := Classify(sayline.Errorf(sayline.AtFault, "Ours."), false); o.Class != FailedForGood {
		t.Errorf("our own mistake: %+v", o)
	}
	if o := Classify(nil, true); o != (Outcome{Class: Accepted}) {
		t.Errorf("no error: %+v", o)
	}
}

// Whatever comes back, it is classified, and a wait stays bounded.
func TestClassifyIsTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.IntRange(100, 999).Draw(t, "code")
		wait := retryAfter(rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9]{1,12}`)).Draw(t, "retry after"), time.Now())
		o := Classify(&StatusError{code, wait}, rapid.Bool().Draw(t, "begun"))
		if o.RetryAfter < 0 || o.RetryAfter > longestWait {
			t.Fatalf("%+v", o)
		}
		switch o.Class {
		case Accepted, FailedForGood, FailedForNow, Gone:
		default:
			t.Fatalf("%d: %+v", code, o)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"120": 2 * time.Minute, "0": 0, "-5": 0, "": 0, "soon": 0, "9999999": longestWait,
		"Sun, 22 Nov 2026 10:05:00 GMT": 5 * time.Minute,
		"Sun, 22 Nov 2026 09:05:00 GMT": 0,
		"Sun, 22 Nov 2036 09:05:00 GMT": longestWait,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("Retry-After %q: %v, want %v", value, got, want)
		}
	}
}
