package testkit

import "os"

// Full says whether this is the full run (SAYLINE_TEST=full, which `make test`
// sets) and not a quick `go test ./...`. Both run every test; the full one
// goes further in those whose worth grows with repetition.
func Full() bool { return os.Getenv("SAYLINE_TEST") == "full" }

// Size picks how much a test does, such as the rounds of a kill test, by which
// of the two runs this is.
func Size(quick, full int) int {
	if Full() {
		return full
	}
	return quick
}
