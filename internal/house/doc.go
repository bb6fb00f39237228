// Package house is the frame all pages share that the brand's people live in:
// navigation, brand switch, the live sign, who is on duty, alerts that ring,
// signing in, and what an error looks like.
//
// The tour:
//
//   - house.go: [House], its routes, and the two wrappers every handler of the
//     house stands in: [House.Handle] and [House.InBrand].
//   - view.go: [View], what every template gets; page.go: templates, headers,
//     the content security policy.
//   - names.go: what a brand calls its things, in the reader's language; say.go:
//     spans, times and days as people read them here.
//   - account.go: sign in, sign out, join by invitation. duty.go: "I'm on".
//   - ring.go: an alert that comes up on its person's screen, and the
//     confirmation that it did.
//   - install.go, worker.js: the house on a phone's home screen, and what shows
//     there what is pushed to it.
//   - qr.go: an address as a QR code.
//   - fault.go: errors as pages.
//
// assets/house.js keeps pages live: parts that changed are replaced, what
// somebody types is not.
package house
