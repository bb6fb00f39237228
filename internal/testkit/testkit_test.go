package testkit_test

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// recorder is a test that writes down its failures in place of failing, to see
// that a part fails when it should.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func contains(s, part string) bool { return strings.Contains(s, part) }

// fmtUnix is a time as the header of a webhook has it.
func fmtUnix(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
