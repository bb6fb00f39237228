package app

import (
	"cmp"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/summary"
)

// Options are everything a running Sayline is made from. Every command-line
// flag is one of them, and so is everything a test may want to hold.
type Options struct {
	Listen          string // host:port; port 0 takes a free one
	Data            string // folder of the SQLite file, unless Database is set
	Database        string // postgres://…
	PublicURL       string // the operator's address as people see it; default what is listened on
	TrustedProxies  string // networks whose forwarded address is believed, by commas
	Mail            string // smtp://user:password@host:port?from=…; "" sends none
	Heartbeat       string // address of a watchdog that is called while alerts leave in time; "" has none
	Gateway         string // address of the operator's SMS and voice gateway; "" has none
	GatewaySecret   string // whsec_…, which signs what passes between us and it
	InboundAddress  string // reply@cx.example, to which authors' answers to letters go; "" takes none
	InboundSecret   string // whsec_…, by which those who hand them on to us sign
	Media           string // folder or s3://… of photos and voice; default a folder beside the database
	Directory       string // domains of other brands that /say finds by name, by commas
	SecurityContact string // who to tell of a weakness, as a URI; "" has no security.txt
	SetupToken      string // asked for by the first-run page; "" asks for none

	// Transcribe is the service that writes voices down; without a URL there is none.
	Transcribe media.TranscriptionOptions

	// Summary is the service that sums up what is said; without a URL there is none.
	Summary summary.Options

	RateLimitOff        bool // load tests
	AllowPrivateTargets bool // webhooks to this machine

	// Mount may add pages to the operator's host.
	Mount func(mux *http.ServeMux, a *App)

	Log    *slog.Logger
	Now    func() time.Time
	Random io.Reader // safe for concurrent use
}

// DatabaseAddress is where the store is: a postgres:// URL or a file.
func (o *Options) DatabaseAddress() string {
	if o.Database != "" {
		return o.Database
	}
	return filepath.Join(o.Data, "sayline.db")
}

// mediaAddress is where photos and voice are: what was said, or a folder beside
// the database.
func (o *Options) mediaAddress() string { return cmp.Or(o.Media, filepath.Join(o.Data, "media")) }

// spoolFolder is where they wait on their way in: on this machine, and on the
// disk of the files where there is one.
func (o *Options) spoolFolder() string {
	if at := o.mediaAddress(); !strings.HasPrefix(at, "s3://") {
		return filepath.Join(at, media.SpoolName)
	}
	return filepath.Join(o.Data, media.SpoolName)
}

// operator is the operator's public address, without a slash at its end.
func (o *Options) operator(listening net.Addr) (string, error) {
	if o.PublicURL != "" {
		u, err := url.Parse(o.PublicURL)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" {
			return "", sayline.Errorf(sayline.Invalid, "--public-url must be like https://cx.example, got %q.", o.PublicURL)
		}
		return u.Scheme + "://" + u.Host, nil
	}
	host, port, err := net.SplitHostPort(listening.String())
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = ThisMachine()
	}
	return "http://" + net.JoinHostPort(host, port), nil
}

// ThisMachine is the address by which others on the same network reach this
// machine; loopback when there is none.
func ThisMachine() string {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return "127.0.0.1"
	}
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
			return n.IP.String()
		}
	}
	return "127.0.0.1"
}

// announce says loudly which guards are off.
func (o *Options) announce() {
	if o.RateLimitOff {
		o.Log.Warn("the rate limit is OFF: anybody may speak as often as they like; this is for load tests")
	}
	if o.AllowPrivateTargets {
		o.Log.Warn("webhooks may reach THIS MACHINE and private networks")
	}
}
