package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/app"
)

// serverFlags are the flags serve and demo share.
func serverFlags(f *flag.FlagSet, o *app.Options) {
	f.StringVar(&o.Listen, "listen", "127.0.0.1:8080", "`address` to listen on; port 0 takes a free one")
	f.StringVar(&o.PublicURL, "public-url", "", "this server's `address` as people see it, such as https://cx.example")
	f.StringVar(&o.TrustedProxies, "trusted-proxies", "", "`networks` whose forwarded address is believed, such as 10.0.0.0/8,192.0.2.1")
	f.StringVar(&o.Mail, "mail", "", "mail server, such as `smtp://user:password@mail.example:587?from=house@brand.example`")
	f.BoolVar(&o.AllowPrivateTargets, "allow-private-targets", false, "let webhooks reach this machine and private networks")
	f.Func("rate-limit", "`off` lets anybody speak as often as they like; for load tests only", func(s string) error {
		if s != "off" && s != "on" {
			return fmt.Errorf("expected on or off, got %q", s)
		}
		o.RateLimitOff = s == "off"
		return nil
	})
}

// storeFlags are the flags of everything that opens the database.
func storeFlags(f *flag.FlagSet, o *app.Options) {
	f.StringVar(&o.Data, "data", "data", "`folder` of the SQLite database")
	f.StringVar(&o.Database, "database", "", "PostgreSQL instead, as `postgres://…`")
}

// logFlag chooses how much is logged.
func logFlag(f *flag.FlagSet) *slog.Level {
	level := slog.LevelInfo
	f.TextVar(&level, "log", level, "least `level` logged: debug, info, warn or error")
	return &level
}

func serve(ctx context.Context, c *call) error {
	var o app.Options
	f := c.flags("serve")
	serverFlags(f, &o)
	storeFlags(f, &o)
	level := logFlag(f)
	f.StringVar(&o.SetupToken, "setup-token", "", "`word` the first-run page asks for; on a public address one is made up and printed")
	if operands, err := c.parse(f); err != nil {
		return err
	} else if len(operands) > 0 {
		return sayline.Errorf(sayline.Invalid, "serve takes no %q", operands[0])
	}
	o.Log = slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: *level}))
	if o.SetupToken == "" && (o.PublicURL != "" || !local(o.Listen)) {
		o.SetupToken = app.NewToken()
	}
	app.Tune()
	a, err := app.Open(ctx, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "sayline listens on http://%s, for people at %s\n", a.Addr(), a.URL())
	if link, err := a.SetupLink(ctx); err != nil {
		o.Log.Warn("whether the house is set up could not be read", "err", err)
	} else if link != "" {
		fmt.Fprintf(c.out, "Nothing is set up yet. Open %s\n", link)
	}
	return a.Run(ctx)
}

// local says whether only this machine can reach the address.
func local(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
