package app

import (
	"context"
	"crypto/rand"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// makeHouse makes the rooms of the brands' people.
func (a *App) makeHouse(_ *words.Catalogue, _ web.Proxies, _ *http.ServeMux) error { return nil }

// SetupLink is where a new house is set up; "" when it has been.
func (a *App) SetupLink(ctx context.Context) (string, error) {
	have, err := a.Store.HasAccounts(ctx)
	if err != nil || have {
		return "", err
	}
	link := a.operator + "/"
	if a.Options.SetupToken != "" {
		link += "?token=" + a.Options.SetupToken
	}
	return link, nil
}

// NewToken is a word nobody guesses: 130 bits.
func NewToken() string { return strings.ToLower(rand.Text()) }

// Invite writes links with which a brand's people set their passwords.
func Invite(ctx context.Context, o Options, brand string, out io.Writer) error { return nil }

// operatorFor is the operator's address as this request used it, where no public
// one was set. A host is believed only if it is this machine by number or
// localhost; names may be anybody's.
func (a *App) operatorFor(r *http.Request) string {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if host != "localhost" && net.ParseIP(strings.Trim(host, "[]")) == nil {
		return a.operator
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// quiet turns net/http's own complaints (a client that hung up) into debug lines.
func quiet(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelDebug) }
