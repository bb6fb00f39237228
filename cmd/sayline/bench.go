package main

import (
	"context"
	"fmt"
	"time"

	"github.com/sayline/sayline/internal/bench"
)

// runBench measures this machine.
func runBench(ctx context.Context, c *call) error {
	var o bench.Options
	f := c.flags("bench")
	f.StringVar(&o.Postgres, "bench-postgres", "", "measure PostgreSQL too, on the server at `postgres://…` (it makes and drops a database)")
	f.DurationVar(&o.Lasting, "lasting", 5*time.Second, "how long each measurement lasts")
	f.StringVar(&o.Only, "only", "", "measure one `thing` only: accepts, webhooks, live, pages, steps, index, desk, crowd, search or pulse")
	f.IntVar(&o.Moments, "moments", 1_000_000, "measure the pulse on a past of so many moments")
	into := f.String("write", "", "put the table into this `file`, between its marks")
	if _, err := c.parse(f); err != nil {
		return err
	}
	o.Out = c.err
	r, err := bench.Run(ctx, o)
	if err != nil {
		return err
	}
	fmt.Fprint(c.out, r.Markdown())
	if *into != "" {
		return r.WriteInto(*into)
	}
	return nil
}

// hidden are commands that other commands start.
func hidden() []command {
	return []command{{"bench-floor", "", "", func(ctx context.Context, c *call) error { return bench.Floor(ctx, c.out) }}}
}
