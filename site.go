package sayline

import (
	"slices"
	"strings"
	"time"
)

// SiteRead is the reading of a brand's own web site, page by page, that somebody
// of the brand asked for. There is one of a brand: the latest.
type SiteRead struct {
	Brand     string
	URL       string // where it begins: https://www.sparkle.example/
	State     string // see [SiteReading]
	By        string // person
	At        time.Time
	ChangedAt time.Time
	Read      int           // pages that were read
	Left      int           // that are known and were not read yet
	Barred    int           // that the site asks machines not to read
	Failed    int           // that could not be read
	Spent     time.Duration // reading, pauses included
	Trouble   string        // why it ended before its time, as a catalogue key; "" for no trouble
}

// States of a reading. A reading that was stopped goes on where it was.
const (
	SiteReading = "reading"
	SiteStopped = "stopped"
	SiteDone    = "done"
	SiteFailed  = "failed"
)

// SitePage is a page of a brand's own web site.
type SitePage struct {
	Brand     string
	URL       string
	State     string    // see [SitePageWaiting]
	Title     string    //
	Says      time.Time // of a page that waits: when it changed, by the sitemap
	ChangedAt time.Time // when it changed, as far as anybody says; zero where nobody does
	How       string    // who says so: schema, sitemap or header
	WayIn     bool      // it leads to the brand's touch screen
	ReadAt    time.Time
	Owner     string // team that looks after it; "" for nobody
	Dealt     bool   // somebody of the brand said that it is as it should be
}

// States of a page.
const (
	SitePageWaiting = "waiting"
	SitePageRead    = "read"
	SitePageBarred  = "barred" // the site asks machines not to read it
	SitePageOther   = "other"  // no page: a picture, a document, or one that leads elsewhere
	SitePageFailed  = "failed"
)

// SiteOld is how long a page may stand unchanged before it is asked about.
const SiteOld = 2 * 365 * 24 * time.Hour

// Old says whether a page has not changed for two years at a time, as far as
// anybody says.
func (p *SitePage) Old(now time.Time) bool {
	return p.State == SitePageRead && !p.ChangedAt.IsZero() && now.Sub(p.ChangedAt) >= SiteOld
}

// NoWayIn says whether a page that was read leads nobody to the touch screen.
func (p *SitePage) NoWayIn() bool { return p.State == SitePageRead && !p.WayIn }

// OwnsHost says whether a host is one of the brand's: a domain of it, or one below.
func (b *Brand) OwnsHost(host string) bool {
	return slices.ContainsFunc(b.Domains, func(d string) bool { return host == d || strings.HasSuffix(host, "."+d) })
}
