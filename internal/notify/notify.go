// Package notify is the ways out of the house: a webhook and an e-mail, each a
// small file. It knows no store and no pager; a call goes in, an [Outcome] comes
// back, and what happens next is the caller's.
//
// The tour:
//
//   - outcome.go: [Outcome], what became of a call, and [Classify], the one
//     function that says so for HTTP statuses, SMTP replies and network errors.
//   - webhook.go, sign.go: [Webhooks] posts a body with Standard Webhooks
//     headers; [DeriveSecret] makes an endpoint's secret.
//   - guard.go: [Guard], the dialer that refuses addresses inside the operator's
//     own network.
//   - cloudevent.go: [CloudEvent], the body of an event out.
//   - mail.go, message.go, smtp.go: [Mailer] sends a [Mail] over one kept line.
//
// Every call ends within its time-out, whatever the other side does. Nothing
// here logs: addresses and words are people's.
package notify
