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
	f.StringVar(&o.Gateway, "gateway", "", "your SMS and voice gateway, an `address` that takes signed JSON (docs/gateway.md)")
	f.StringVar(&o.GatewaySecret, "gateway-secret", "", "the `secret` shared with it, whsec_ and base64; better in the environment, as SAYLINE_GATEWAY_SECRET")
	f.StringVar(&o.InboundAddress, "inbound-address", "", "where authors answer letters to, an `address` such as reply@cx.example (docs/inbound-mail.md)")
	f.StringVar(&o.InboundSecret, "inbound-secret", "", "the `secret` those letters are handed on with, whsec_ and base64; better in the environment, as SAYLINE_INBOUND_SECRET")
	f.StringVar(&o.Heartbeat, "heartbeat", "", "a watchdog's `address`, called every minute while alerts leave in time")
	f.StringVar(&o.Media, "media", "", "`folder` of photos and voice, or s3://bucket/prefix?endpoint=…; default media beside the database")
	f.StringVar(&o.Transcribe.URL, "transcribe-url", "", "service that writes voices down, an `address` such as https://speech.example/v1/audio/transcriptions")
	f.StringVar(&o.Transcribe.Model, "transcribe-model", "whisper-1", "that service's `name` for its model")
	f.StringVar(&o.Transcribe.Key, "transcribe-key", "", "that service's `key`; better in the environment, as SAYLINE_TRANSCRIBE_KEY")
	f.StringVar(&o.Summary.URL, "summary-url", "", "service that sums up what is said, for brands that want it: an `address` such as https://words.example/v1/chat/completions")
	f.StringVar(&o.Summary.Model, "summary-model", "", "that service's `name` for its model")
	f.StringVar(&o.Summary.Key, "summary-key", "", "that service's `key`; better in the environment, as SAYLINE_SUMMARY_KEY")
	f.StringVar(&o.SecurityContact, "security-contact", "", "who to tell of a weakness, for security.txt: `mailto:security@brand.example` or an https address")
	f.StringVar(&o.Directory, "directory", "", "other brands that /say finds by name: their `domains`, by commas")
	f.BoolVar(&o.AllowPrivateTargets, "allow-private-targets", false, "let webhooks, the finder of brands and the reader of sites reach this machine and private networks")
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
