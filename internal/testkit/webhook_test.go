package testkit_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/sayline/sayline/internal/testkit"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// post sends a body as a webhook, signed with secret, and returns the status,
// or 0 without any answer.
func post(t *testing.T, url, secret, id, body string) int {
	t.Helper()
	key, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	signature, err := key.Sign(id, now, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set(standardwebhooks.HeaderWebhookID, id)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, fmtUnix(now))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

func TestWebhookVerifiesSignatures(t *testing.T) {
	inner := &recorder{TB: t}
	hook := testkit.Webhook(inner, secret)
	if got := post(t, hook.URL(), secret, "msg_1", `{"type":"case.opened"}`); got != http.StatusNoContent {
		t.Errorf("signed: %d", got)
	}
	call := hook.Wait(t.Context(), func(c testkit.Call) bool { return c.ID() == "msg_1" })
	if string(call.Body) != `{"type":"case.opened"}` || call.Method != http.MethodPost {
		t.Errorf("call: %v", call)
	}
	if len(inner.failures) != 0 {
		t.Errorf("a good signature failed the test: %q", inner.failures)
	}
	if got := post(t, hook.URL(), "whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA==", "msg_2", `{}`); got != http.StatusUnauthorized {
		t.Errorf("signed by somebody else: %d", got)
	}
	if len(inner.failures) != 1 {
		t.Errorf("a wrong signature must fail the test once: %q", inner.failures)
	}
}

func TestWebhookFaults(t *testing.T) {
	hook := testkit.Webhook(t)
	release := make(chan struct{})
	hook.FailNext(testkit.Fault{Code: 503, Header: http.Header{"Retry-After": {"2"}}}, testkit.Fault{Hold: release, HangUp: true})
	hook.FailAlways(testkit.Fault{Code: 410})

	if got := post(t, hook.URL(), secret, "msg_1", `{"n":1}`); got != 503 {
		t.Errorf("first: %d, want 503", got)
	}
	answered := make(chan int)
	go func() { answered <- post(t, hook.URL(), secret, "msg_1", `{"n":2}`) }()
	hook.WaitTry(t.Context(), func(c testkit.Call) bool { return string(c.Body) == `{"n":2}` })
	select {
	case got := <-answered:
		t.Errorf("second: answered %d while it was held", got)
	default:
	}
	close(release)
	if got := <-answered; got != 0 {
		t.Errorf("second: %d, want no answer", got)
	}
	if got := post(t, hook.URL(), secret, "msg_1", `{"n":3}`); got != 410 {
		t.Errorf("third: %d, want 410", got)
	}
	hook.FailAlways(testkit.Fault{})
	if got := post(t, hook.URL(), secret, "msg_1", `{"n":4}`); got != http.StatusNoContent {
		t.Errorf("fourth: %d, want 204", got)
	}
	if call := hook.Wait(t.Context(), nil); string(call.Body) != `{"n":4}` {
		t.Errorf("taken: %v", call)
	}
}
