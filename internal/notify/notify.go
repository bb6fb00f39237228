// Package notify is the ways out of the house: a webhook, an e-mail, a push, a chat,
// each a small file. It knows no store and no pager; a call goes in, an [Outcome] comes
// back, and what happens next is the caller's.
//
// The tour:
//
//   - outcome.go: [Outcome], what became of a call, and [Classify], the one
//     function that says so for HTTP statuses, SMTP replies and network errors.
//   - call.go: how any HTTP call is made, bounded and guarded.
//   - webhook.go, sign.go: [Webhooks] posts a body with Standard Webhooks
//     headers; [DeriveSecret] makes an endpoint's secret.
//   - guard.go: [Guard], the dialer that refuses addresses inside the operator's
//     own network.
//   - cloudevent.go: [CloudEvent], the body of an event out.
//   - push.go: [Pusher] hands a [PushMessage] to a browser's push service.
//   - chat.go: [Chats] writes a [ChatMessage]; tap.go: how the chats' library is
//     kept to calls of ours.
//   - gateway.go: [Gateway] hands an SMS or a call to the operator's own program;
//     [Verify] hears its answers.
//   - mail.go, message.go, smtp.go: [Mailer] sends a [Mail] over one kept line.
//
// Every call ends within its time-out, whatever the other side does. Nothing
// here logs: addresses and words are people's.
package notify
