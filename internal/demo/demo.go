package demo

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/app"
)

// Options are an app's, and the demo's own. Data "" keeps nothing; Database and
// Mail are the demo's to choose.
type Options struct {
	app.Options
	Out   io.Writer // what a person reads in the terminal; nil for nobody
	Days  int       // of the past; 0: as many as this machine lives in a few seconds
	Quiet bool      // nobody speaks or acts by themselves: only who is there
}

// Demo is a Sayline with three brands in it, made but not yet serving.
type Demo struct {
	App      *app.App
	Password string        // of every account
	Took     time.Duration // until it was made

	options   Options
	folder    string
	passing   bool // the folder goes with the demo
	receivers *receivers
	feed      *feed
	box       *outbox
	trace     *trace
	present   *present
	pages     *pages
}

// Open makes the brands with their past, unless they are there already, starts
// the receivers and opens the app. Close or Run it.
func Open(ctx context.Context, o Options) (_ *Demo, err error) {
	start := time.Now()
	o.Random = cmp.Or(o.Random, rand.Reader)
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Demo{options: o}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.cleanUp())
		}
	}()
	if d.folder, d.passing, err = folderOf(o.Data); err != nil {
		return nil, err
	}
	file := filepath.Join(d.folder, "sayline.db")
	there, err := prepared(file)
	if err == nil && !there {
		err = prepare(ctx, file, o.Days, o.Random)
	}
	if err != nil {
		return nil, err
	}
	if err := d.open(ctx); err != nil {
		return nil, err
	}
	d.Took = time.Since(start)
	return d, nil
}

// open starts the receivers and opens the app on the folder.
func (d *Demo) open(ctx context.Context) (err error) {
	d.feed = newFeed()
	d.box = &outbox{feed: d.feed}
	if d.receivers, err = startReceivers(d.box); err != nil {
		return err
	}
	if d.pages, err = newPages(d); err != nil {
		return err
	}
	o := d.options.Options
	o.Data, o.Database, o.Mail = d.folder, "", d.receivers.mailURL()
	o.AllowPrivateTargets, o.Mount = true, d.mount
	if d.App, err = app.Open(ctx, o); err != nil {
		return err
	}
	d.Password = passwordOf(d.App.Store)
	for i, id := range examples.Brands() {
		if err := d.keepHook(ctx, id); err != nil {
			return errors.Join(err, d.App.Close())
		}
		w, err := newPeople(d.App.Registry.ByID(id), uint64(d.options.Now().UnixNano())+uint64(i))
		if err != nil {
			return errors.Join(err, d.App.Close())
		}
		d.present.people = append(d.present.people, w)
	}
	d.present.base = d.loopback()
	return nil
}

// mount watches the store, before its first write, and adds the demo's pages.
func (d *Demo) mount(mux *http.ServeMux, a *app.App) {
	d.trace = newTrace(a.Store, d.feed, d.options.Log)
	d.present = newPresent(a.Store, d.options.Now, d.options.Random, d.options.Log)
	a.Store.Watch(d.trace.hear)
	a.Store.Watch(d.present.hear)
	d.pages.routes(mux, a)
}

// Run serves until the context ends; then nothing of the demo is left, unless
// its data was to be kept.
func (d *Demo) Run(ctx context.Context) error {
	run, stop := context.WithCancel(ctx)
	var loops sync.WaitGroup
	loops.Go(func() { d.trace.run(run) })
	if !d.options.Quiet {
		loops.Go(func() { d.present.run(run) })
	}
	d.announce()
	err := d.App.Run(ctx)
	stop()
	loops.Wait()
	return errors.Join(err, d.cleanUp())
}

// Close gives up a demo that was opened and never run.
func (d *Demo) Close() error { return errors.Join(d.App.Close(), d.cleanUp()) }

func (d *Demo) cleanUp() error {
	if d.receivers != nil {
		d.receivers.stop()
	}
	if d.passing && d.folder != "" {
		return os.RemoveAll(d.folder)
	}
	return nil
}

// Run is the demo from beginning to end.
func Run(ctx context.Context, o Options) error {
	d, err := Open(ctx, o)
	if err != nil {
		return err
	}
	return d.Run(ctx)
}

// loopback is the server's address from this machine.
func (d *Demo) loopback() string {
	host, port, err := net.SplitHostPort(d.App.Addr().String())
	if err != nil {
		return d.App.URL()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// reachable says whether other machines can reach the demo.
func (d *Demo) reachable() bool {
	host, _, err := net.SplitHostPort(d.App.Addr().String())
	ip := net.ParseIP(host)
	return err == nil && ip != nil && !ip.IsLoopback()
}
