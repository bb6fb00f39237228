// Package testkit gives tests the real parts that Sayline works with, so that
// no test has to pretend: a PostgreSQL server, a browser, a mail server and a
// webhook receiver. Only tests import it.
//
// The tour:
//
//   - postgres.go: [Postgres], a fresh empty database. All test processes of
//     the machine share one; server.go starts it, keeper.sh stops it when the
//     last of them ends.
//   - original.go: [Original], a database that is copied.
//   - browser.go: [Browser], a headless Chromium that the tests of a process
//     share, and the [Look] of who uses it.
//   - page.go: [Page], a tab with its own cookies; problems.go: what went wrong
//     in it; network.go: its network, taken away or made to lose things.
//   - smtp.go: [SMTP], a mail server that keeps what it is given; mail.go reads it.
//   - webhook.go: [Webhook], an HTTP receiver that verifies every signature.
//   - push.go: [PushService], where browsers are pushed to, that reads as they do.
//   - inbox.go: how they are waited for: by signal, never by looking again.
//   - eventually.go: [Eventually], for what nothing signals.
//   - size.go: [Size], how much a test does in the quick and in the full run.
//
// What is missing on the machine fails a test with the sentence how to get it.
// Nothing here skips.
package testkit
