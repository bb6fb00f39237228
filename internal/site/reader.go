package site

import (
	"cmp"
	"context"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// The reader's manners, and its limits for one reading.
const (
	tick      = 3 * time.Second // how often is looked for a reading
	lease     = 5 * time.Minute // for which a reading is a process's own: longer than a step can last
	pause     = time.Second     // after each call, where the site asks for nothing else
	mostPause = 10 * time.Second

	afterOther = 10 * time.Second // while a host is read for another brand
	mostTime   = time.Hour        // pauses included
	mostMaps   = 50               // sitemaps
	atOnce     = 4                // readings of a process: a large site keeps no other brand waiting
	mostBusy   = 3                // times, one after the other, that the site asks to be left alone
	mostLater  = time.Minute      // that is waited then: who asks for longer is left for good
)

// Why a reading ended, as catalogue keys.
const (
	Unreached = "map_site_unreached" // nobody answers at its beginning
	Broken    = "map_site_robots"    // its robots.txt is broken
	Busy      = "map_site_busy"      // it asks to be left alone
	TooLong   = "map_site_long"      // the time is up
)

// Options are what a reader needs.
type Options struct {
	Store        *store.Store
	Log          *slog.Logger
	Now          func() time.Time
	About        string // an address at which a site's people read who this is
	AllowPrivate bool   // read from this machine and its network too
	Resolver     *net.Resolver
	CallTime     time.Duration                              // that one call may take; 0 for 20 s
	Wait         func(context.Context, time.Duration) error // pauses; nil for the real thing
}

// Reader reads brands' own sites.
type Reader struct {
	Options
	client *http.Client
	mu     sync.Mutex
	hosts  map[string]bool // that are being read: one reading at a time each
}

// New makes a reader; Run it.
func New(o Options) *Reader {
	if o.Wait == nil {
		o.Wait = wait
	}
	return &Reader{Options: o, hosts: map[string]bool{}, client: newClient(o.AllowPrivate, o.Resolver, cmp.Or(o.CallTime, callTime))}
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Run takes readings that nobody does, a few at once, until the context ends.
func (r *Reader) Run(ctx context.Context) {
	defer r.client.CloseIdleConnections()
	var readers sync.WaitGroup
	for range atOnce {
		readers.Go(func() { r.rounds(ctx) })
	}
	readers.Wait()
}

func (r *Reader) rounds(ctx context.Context) {
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		if err := r.Round(ctx); err != nil && ctx.Err() == nil {
			r.Log.Error("a site could not be read; trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// Round reads what is to be read, one after the other, each to its end.
func (r *Reader) Round(ctx context.Context) error {
	for ctx.Err() == nil {
		s, err := r.Store.LeaseSite(ctx, lease)
		if err != nil || s == nil {
			return err
		}
		if err := r.read(ctx, s); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// reading is a reading on its way.
type reading struct {
	*Reader
	site  *sayline.SiteRead
	start *url.URL
	asked map[string]*wishes // by origin
	last  time.Time          // up to when its time is kept
	busy  int
}

// read goes on with a reading until it ends, or somebody stops it.
func (r *Reader) read(ctx context.Context, s *sayline.SiteRead) error {
	start, err := url.Parse(s.URL)
	if err == nil {
		start = tidy(start)
	}
	x := &reading{Reader: r, site: s, start: start, asked: map[string]*wishes{}, last: r.Now()}
	if start == nil {
		return x.over(ctx, sayline.SiteFailed, Unreached)
	}
	host := strings.TrimPrefix(start.Host, "www.")
	if !r.claim(host) { // it is read for another brand: it has its turn after that
		_, err := r.Store.StepSite(ctx, s.At, store.SiteStep{Brand: s.Brand, Lease: afterOther})
		return err
	}
	defer r.leave(host)
	if s.Read+s.Left+s.Barred+s.Failed == 0 {
		if goOn, err := x.begin(ctx); err != nil || !goOn {
			return err
		}
	}
	for ctx.Err() == nil {
		if s.Spent >= mostTime {
			return x.over(ctx, sayline.SiteDone, TooLong)
		}
		p, err := r.Store.NextSitePage(ctx, s.Brand)
		if sayline.KindOf(err) == sayline.NotFound {
			return x.over(ctx, sayline.SiteDone, "")
		}
		if err != nil {
			return err
		}
		if goOn, err := x.page(ctx, p); err != nil || !goOn {
			return err
		}
	}
	return ctx.Err()
}

// claim takes a host for a reading; false when another has it.
func (r *Reader) claim(host string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.hosts[host] {
		return false
	}
	r.hosts[host] = true
	return true
}

func (r *Reader) leave(host string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.hosts, host)
}

// begin finds the first pages: where the reading begins, and what its sitemaps list.
func (x *reading) begin(ctx context.Context) (goOn bool, err error) {
	w, _, err := x.wishes(ctx, x.start)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil {
		return false, x.over(ctx, sayline.SiteFailed, trouble(err))
	}
	if err := x.Wait(ctx, w.after()); err != nil {
		return false, err
	}
	known, list := map[string]bool{x.start.String(): true}, []sayline.SitePage{{URL: x.start.String()}}
	maps := append(append([]string{}, w.maps...), "/sitemap.xml")
	for i := 0; i < len(maps) && i < mostMaps && len(list) < store.SiteMost; i++ {
		u := resolve(x.start, maps[i])
		if u == nil || known[u.String()] || !same(x.start, u) || !w.lets(u) {
			continue
		}
		known[u.String()] = true
		a, err := x.chase(ctx, u, mostPacked)
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if err == nil && a.busy() {
			if goOn, err := x.left(ctx, a); err != nil || !goOn {
				return false, err
			}
			known[u.String()] = false
			maps = append(maps, maps[i]) // it has its turn again
			continue
		}
		x.busy = 0
		if err == nil && a.Status == http.StatusOK {
			pages, more := readMap(a.Body, store.SiteMost*4)
			for _, m := range more {
				maps = append(maps, m.Loc)
			}
			for _, p := range pages {
				if u := resolve(x.start, p.Loc); u != nil && same(x.start, u) && !known[u.String()] {
					known[u.String()] = true
					list = append(list, sayline.SitePage{URL: u.String(), Says: p.Changed})
				}
			}
		}
		if err := x.Wait(ctx, w.after()); err != nil {
			return false, err
		}
		if goOn, err := x.step(ctx, store.SiteStep{}); err != nil || !goOn {
			return false, err
		}
	}
	return x.step(ctx, store.SiteStep{Found: list})
}

// wishes are what the site at an address asks for, read once a reading: fresh says
// that it was just called for them.
func (x *reading) wishes(ctx context.Context, u *url.URL) (w *wishes, fresh bool, err error) {
	origin := u.Scheme + "://" + u.Host
	if w := x.asked[origin]; w != nil {
		return w, false, nil
	}
	if w, err = x.ask(ctx, u); err == nil {
		x.asked[origin] = w
	}
	return w, true, err
}

// after is how long to wait after a call.
func (w *wishes) after() time.Duration { return min(mostPause, max(pause, w.pause)) }

func trouble(err error) string {
	if err == errBroken {
		return Broken
	}
	return Unreached
}

// page reads one page, keeps what it says, and pauses.
func (x *reading) page(ctx context.Context, p sayline.SitePage) (goOn bool, err error) {
	u, err := url.Parse(p.URL)
	if err != nil {
		p.State = sayline.SitePageOther
		return x.step(ctx, store.SiteStep{Page: &p})
	}
	w, fresh, err := x.wishes(ctx, u)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil {
		return false, x.over(ctx, sayline.SiteFailed, trouble(err))
	}
	if fresh {
		if err := x.Wait(ctx, w.after()); err != nil {
			return false, err
		}
	}
	if !w.lets(u) {
		p.State = sayline.SitePageBarred
		return x.step(ctx, store.SiteStep{Page: &p})
	}
	a, err := x.get(ctx, u, mostPage)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err == nil && a.busy() {
		return x.left(ctx, a)
	}
	x.busy = 0
	more := x.take(&p, u, a, err)
	if err := x.Wait(ctx, w.after()); err != nil {
		return false, err
	}
	return x.step(ctx, store.SiteStep{Page: &p, Found: more})
}

// left leaves a site alone that asks for it, and ends the reading when it asks again and
// again, or for long.
func (x *reading) left(ctx context.Context, a *answer) (goOn bool, err error) {
	wait := a.later(x.Now())
	if x.busy++; x.busy >= mostBusy || wait > mostLater {
		return false, x.over(ctx, sayline.SiteFailed, Busy)
	}
	if err := x.Wait(ctx, max(pause, wait)); err != nil {
		return false, err
	}
	return x.step(ctx, store.SiteStep{})
}

// take keeps what a call for a page came to, and gives the pages that it leads to.
func (x *reading) take(p *sayline.SitePage, u *url.URL, a *answer, failed error) (more []sayline.SitePage) {
	switch {
	case failed != nil || a.Status >= 400:
		p.State = sayline.SitePageFailed
	case a.Status >= 300:
		p.State = sayline.SitePageOther
		if a.To != nil && same(x.start, a.To) {
			more = append(more, sayline.SitePage{URL: a.To.String()})
		}
	default:
		kind := a.Header.Get("Content-Type")
		if media, _, _ := mime.ParseMediaType(kind); media != "text/html" && media != "application/xhtml+xml" {
			p.State = sayline.SitePageOther
			return nil
		}
		f := readPage(u, kind, a.Body)
		p.State, p.Title, p.WayIn = sayline.SitePageRead, f.Title, f.WayIn || linksToScreen(a.Header)
		if a.Cut && !p.WayIn {
			p.State = sayline.SitePageFailed // its way in may stand where nobody read
		}
		p.ChangedAt, p.How = f.changed(p.Says, a.Header, x.Now())
		for _, l := range f.Links {
			if !silent(a.Header) && worth(x.start, l) {
				more = append(more, sayline.SitePage{URL: l.String()})
			}
		}
	}
	return more
}

// step keeps a step with the time it took, and says whether the reading goes on.
func (x *reading) step(ctx context.Context, s store.SiteStep) (goOn bool, err error) {
	now := x.Now()
	s.Brand, s.Spent, s.Lease = x.site.Brand, now.Sub(x.last), lease
	x.last = now
	x.site.Spent += s.Spent
	return x.Store.StepSite(ctx, x.site.At, s)
}

// over ends the reading.
func (x *reading) over(ctx context.Context, state, why string) error {
	if why != "" {
		x.Log.Warn("a site's reading ended before its time", "brand", x.site.Brand, "why", why)
	}
	_, err := x.step(ctx, store.SiteStep{State: state, Why: why})
	return err
}
