package main

import (
	"context"
	"log/slog"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/demo"
)

// runDemo runs three brands with people, until it is told to end.
func runDemo(ctx context.Context, c *call) error {
	var o demo.Options
	f := c.flags("demo")
	serverFlags(f, &o.Options)
	f.StringVar(&o.Data, "data", "", "`folder` to keep the demo in; without one nothing is kept")
	level := slog.LevelWarn
	f.TextVar(&level, "log", level, "least `level` logged: debug, info, warn or error")
	if operands, err := c.parse(f); err != nil {
		return err
	} else if len(operands) > 0 {
		return sayline.Errorf(sayline.Invalid, "demo takes no %q", operands[0])
	}
	o.Log = slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: level}))
	o.Out = c.out
	return demo.Run(ctx, o)
}
