package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/live"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/pager"
	"github.com/sayline/sayline/internal/search"
	"github.com/sayline/sayline/internal/store"
)

// App is a Sayline, made but not yet serving.
type App struct {
	Options  Options
	Store    *store.Store
	Registry *brands.Registry
	Keeper   *brands.Keeper
	Door     *intake.Door
	Hub      *live.Hub
	Auth     *auth.Auth

	pager    *pager.Pager
	files    media.Files
	spool    *media.Spool
	operator string
	listener net.Listener
	server   *http.Server
	metrics  *prometheus.Registry
	loops    []func(context.Context)
	closers  []func()

	countError func(sayline.Kind)
	document   func(*brands.Site) *cx.Discovery
}

// Open makes the parts, brings the database up to date and listens. Nothing is
// served yet, but the address is known ([App.URL]).
func Open(ctx context.Context, o Options) (_ *App, err error) {
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	a := &App{Options: o, Registry: &brands.Registry{}, Hub: live.NewHub(), metrics: prometheus.NewRegistry()}
	var undo []func() error
	defer func() {
		if err != nil {
			for i := range undo {
				err = errors.Join(err, undo[len(undo)-1-i]())
			}
		}
	}()
	o.announce()
	if a.Store, err = store.Open(ctx, store.Options{Database: o.DatabaseAddress(), Log: o.Log, Now: o.Now, Promise: a.Registry.Promise, Runs: a.Registry.Runs}); err != nil {
		return nil, err
	}
	undo = append(undo, a.Store.Close)
	if a.listener, err = net.Listen("tcp", o.Listen); err != nil {
		return nil, err
	}
	undo = append(undo, a.listener.Close)
	if a.operator, err = o.operator(a.listener.Addr()); err != nil {
		return nil, err
	}
	if a.Keeper, err = brands.Keep(ctx, a.Registry, a.Store, o.Log, o.Now); err != nil {
		return nil, err
	}
	a.Store.Watch(a.Hub.Publish)
	a.Store.WatchPresence(a.Hub.Aside)
	a.Door = intake.New(a.Store, o.Now, o.Random)
	a.loops = append(a.loops, a.Keeper.Run, a.warm, search.New(a.Store, o.Log).Run)
	if err = a.makeDarkroom(ctx); err != nil {
		return nil, err
	}
	if err = a.makeRooms(); err != nil {
		return nil, err
	}
	return a, nil
}

// URL is the operator's public address.
func (a *App) URL() string { return a.operator }

// Addr is what is listened on.
func (a *App) Addr() net.Addr { return a.listener.Addr() }

// grace is how long requests under way may take to end.
const grace = 10 * time.Second

// Run serves until the context ends, then lets what is under way finish, stops
// the loops and closes the store.
func (a *App) Run(ctx context.Context) error {
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var loops sync.WaitGroup
	for _, loop := range a.loops {
		loops.Go(func() { loop(run) })
	}
	failed := make(chan error, 1)
	go func() { failed <- a.server.Serve(a.listener) }()
	go debug.FreeOSMemory() // what opening took is not needed again
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	a.endPages() // at once, so that the rest can end
	end, cancel := context.WithTimeout(run, grace)
	defer cancel()
	if shut := a.server.Shutdown(end); shut != nil {
		err = errors.Join(err, a.server.Close())
	}
	stop()
	loops.Wait()
	return errors.Join(err, a.Store.Close())
}

// Close gives up an App that was opened and never run.
func (a *App) Close() error {
	a.endPages()
	return errors.Join(a.listener.Close(), a.Store.Close())
}

// endPages ends what stays open by itself: event streams, kept connections.
func (a *App) endPages() {
	for _, c := range a.closers {
		c()
	}
}
