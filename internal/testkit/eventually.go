package testkit

import (
	"testing"
	"time"
)

// Eventually looks again and again for what nothing signals, such as rows that
// are written after the last call, until it holds. Between two looks it leaves
// the machine to those who make it so. What never comes to be fails the test.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	end := time.After(patience)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-look.C:
		case <-end:
			t.Fatalf("it never came to be that %s", what)
		}
	}
}
