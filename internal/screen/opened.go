package screen

import (
	"net/http"
	"regexp"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
)

// opened counts that somebody opened a touchpoint's screen, so that a brand knows
// how many say nothing. No mark is left on the device and nothing of the person is
// kept: not even whether two openings were of one.
//
// Counted is what a person's browser says of itself when it goes to a page (Fetch
// Metadata, W3C, 2021), for the first time: no page that is fetched ahead, none
// that is loaded again, no machine that gives its name, no kiosk. A browser that says nothing
// of the kind is not counted: the number is one of at least so many.
func (s *Screen) opened(r *http.Request, site *brands.Site, t *sayline.Touchpoint) {
	if s.Opened != nil && visits(r) {
		s.Opened(site.Snapshot, t)
	}
}

// machines are the words by which those that read pages for others name themselves.
var machines = regexp.MustCompile(`(?i)bot\b|crawl|spider|slurp|preview|headless|monitor|facebookexternalhit|whatsapp|curl|wget|python|go-http`)

// visits says whether a request is a person's, going to a page.
func visits(r *http.Request) bool {
	h := r.Header
	switch {
	case r.Method != http.MethodGet, h.Get("Sec-Fetch-Mode") != "navigate", h.Get("Sec-Fetch-Dest") != "document":
		return false
	case h.Get("Sec-Purpose") != "", h.Get("Purpose") != "", h.Get("X-Moz") != "": // fetched ahead
		return false
	case h.Get("Cache-Control") == "max-age=0", h.Get("Cache-Control") == "no-cache": // loaded again
		return false
	}
	return !machines.MatchString(h.Get("User-Agent"))
}
