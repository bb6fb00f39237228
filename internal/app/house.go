package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/api"
	"github.com/sayline/sayline/internal/atlas"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/desk"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/live"
	"github.com/sayline/sayline/internal/phone"
	"github.com/sayline/sayline/internal/pulse"
	"github.com/sayline/sayline/internal/reach"
	"github.com/sayline/sayline/internal/roster"
	"github.com/sayline/sayline/internal/site"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/studio"
	"github.com/sayline/sayline/internal/summary"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// makeHouse makes the rooms of the brands' people, in the order of the navigation.
func (a *App) makeHouse(catalogue *words.Catalogue, proxies web.Proxies, mux *http.ServeMux) error {
	o := &a.Options
	door, err := auth.New(auth.Options{Store: a.Store, Brands: a.Registry, Now: o.Now, Random: o.Random, Proxies: proxies, PerMinute: a.signInRate()})
	if err != nil {
		return err
	}
	a.Auth = door
	streams := live.NewStreams(a.Hub, live.Options{})
	a.closers = append(a.closers, func() {
		end, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		if err := streams.Shutdown(end); err != nil {
			o.Log.Warn("some open pages did not end in time", "err", err)
		}
	})
	var sums *summary.Service
	if o.Summary.URL != "" {
		if sums, err = summary.New(o.Summary); err != nil {
			return err
		}
	}
	h, err := house.New(house.Options{Summaries: sums, Store: a.Store, Brands: a.Registry, Auth: door, Words: catalogue, Streams: streams, Log: o.Log, Now: o.Now, Random: o.Random,
		Operator: a.base, Public: a.public, Reload: a.Keeper.Reload, Count: a.countError, Files: a.files, Door: a.Door, Spool: a.spool})
	if err != nil {
		return err
	}
	h.Routes(mux)
	systems := api.New(api.Options{Store: a.Store, Brands: a.Registry, Log: o.Log, Now: o.Now, Random: o.Random, Count: a.countError, RateLimitOff: o.RateLimitOff,
		Hub: a.Hub, Source: func(b string) string { return a.brandURL(b) + "/cx" }, Desk: func(b, c string) string { return a.operator + house.BrandPath(b, "/desk/"+c) }})
	systems.Routes(mux)
	a.closers = append(a.closers, systems.Close)

	pulse.New(h).Routes(mux)
	desk.New(h).Routes(mux)
	atlas.New(h).Routes(mux)
	reader := site.New(site.Options{Store: a.Store, Log: o.Log, Now: o.Now, About: a.operator, AllowPrivate: o.AllowPrivateTargets})
	a.loops = append(a.loops, reader.Run)
	reach.New(h, a.pager).Routes(mux)
	phone.New(h).Routes(mux)
	roster.New(h).Routes(mux)
	room := studio.New(h, studio.Options{SetupToken: o.SetupToken, Mail: o.Mail != ""})
	room.Routes(mux)
	a.closers = append(a.closers, room.Close)
	if err := a.makeErrands(h, mux); err != nil {
		return err
	}
	return a.makeDigests(h, mux)
}

// signInRate lifts the limit of tries with the other limits, for load tests.
func (a *App) signInRate() int {
	if a.Options.RateLimitOff {
		return -1
	}
	return 0
}

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

// Invite writes links with which a brand's people who have no account yet set
// their passwords, or one of them who is named by id sets a new one. Each works
// once, for a week.
func Invite(ctx context.Context, o Options, brand, person string, out io.Writer) error {
	if o.PublicURL == "" {
		return sayline.Errorf(sayline.Invalid, "invite needs the server's address: sayline invite %s --public-url http://127.0.0.1:8080", brand)
	}
	return o.beside(ctx, true, func(s *store.Store) error {
		stored, err := s.Config(ctx, brand)
		if err != nil {
			return err
		}
		door, err := auth.New(auth.Options{Store: s, Brands: &brands.Registry{}, Now: time.Now, Random: rand.Reader})
		if err != nil {
			return err
		}
		found := person == ""
		for _, p := range stored.Config.People {
			if person != "" && p.ID != person {
				continue
			}
			found = true
			_, err := s.Account(ctx, auth.Address(p.Email))
			if err == nil && person == "" {
				continue
			}
			if err != nil && sayline.KindOf(err) != sayline.NotFound {
				return err
			}
			token, err := door.Invite(ctx, p.Email)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%s <%s>\n  %s%s?token=%s\n", p.Name, p.Email, strings.TrimRight(o.PublicURL, "/"), auth.JoinPath, token)
		}
		if !found {
			return sayline.Errorf(sayline.NotFound, "%s has nobody with the id %q.", brand, person)
		}
		return nil
	})
}

// base is the operator's address for a request: a person who came by the public
// address stays on it; one who came by another name of this machine, where no
// public one is set, stays there. A host is believed only if it is this machine by number or
// localhost; names may be anybody's.
func (a *App) base(r *http.Request) string {
	if a.Options.PublicURL != "" {
		return a.operator
	}
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

// public is a brand's own address for a request: its domain once there is one,
// else its place under the operator's, by the name the person came by.
func (a *App) public(r *http.Request, brand string) string {
	if b := a.Registry.ByID(brand); b != nil && len(b.Domains) > 0 && a.Options.PublicURL != "" {
		return a.brandURL(brand)
	}
	return a.base(r) + "/@" + brand
}

// quiet turns net/http's own complaints (a client that hung up) into debug lines.
func quiet(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelDebug) }
