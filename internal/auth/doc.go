// Package auth says who is here and what they may see and do. Who somebody is
// belongs to the operator's house (an account, a session); what they may see
// of a brand follows from the person with their e-mail address in its
// configuration, and from nothing else.
//
// The tour:
//
//   - viewer.go: [Viewer], the one place that answers MaySee, MayAct, MaySetUp.
//   - auth.go: [Auth] signs in and out, and gives a request its viewer.
//   - cookie.go: the session's cookie, whose token is stored only as a hash.
//   - invite.go: one-time links by which a brand's people set their password.
//   - phone.go: shift phones, and taking one with a PIN.
//   - password.go: argon2id, written as PHC strings.
package auth
