package demo

import (
	"sync/atomic"
	"time"
)

// clock runs with the world, a while behind it until the past has been lived.
type clock struct{ behind atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(-time.Duration(c.behind.Load())) }

// goBack sets the clock to a time of the past, from where it goes on.
func (c *clock) goBack(to time.Time) { c.behind.Store(int64(time.Since(to))) }

// arrive brings it to now.
func (c *clock) arrive() { c.behind.Store(0) }
