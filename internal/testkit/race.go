//go:build race

package testkit

// racing: the race detector slows the program down many times, and with it all
// that a browser waits for.
const racing = true
