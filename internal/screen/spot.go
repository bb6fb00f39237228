package screen

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/gs1"
)

// spot is where somebody stands when they open the screen or send its form.
type spot struct {
	site       *brands.Site
	touchpoint *sayline.Touchpoint
	bare       bool   // the short address, with nothing said about where
	status     int    // 200; 400 for a code that can't be right; 404 for a touchpoint that isn't there
	said       string // the touchpoint's id as it was asked for
	gs1        string // the barcode's address, without its serial
	place      string // from a GLN
	link       gs1.Link

	// From the query: they fill in and never send.
	topic, text, ref string
}

// newSpot reads an address. It never fails: whatever was scanned or mistyped,
// there is a screen to say something on.
func newSpot(r *http.Request, site *brands.Site) *spot {
	q := r.URL.Query()
	p := &spot{
		site: site, status: http.StatusOK, touchpoint: site.Index.FrontDoor(),
		topic: clean(q.Get("topic"), sayline.MaxShort), text: clean(q.Get("text"), sayline.MaxText), ref: clean(q.Get("ref"), sayline.MaxShort),
	}
	path := r.URL.EscapedPath()
	switch id := r.PathValue("id"); {
	case id != "":
		p.said = clean(id, sayline.MaxShort)
		if t := site.Index.Touchpoint(id); t != nil {
			p.touchpoint = t
		} else if known, ok := site.Codes.Find(id); ok { // its short name, or its id in capitals
			p.touchpoint, p.said = site.Index.Touchpoint(known), known
		} else {
			p.status = http.StatusNotFound
		}
	case strings.HasPrefix(path, "/cx/01/"), strings.HasPrefix(path, "/cx/414/"):
		p.scan(path, q)
	default:
		p.bare = true
		p.said = p.touchpoint.ID
	}
	return p
}

// scan reads a GS1 Digital Link with the stem cx.
func (p *spot) scan(path string, q url.Values) {
	ix := p.site.Index
	link, err := gs1.Parse(path, q)
	if err != nil {
		p.status, p.gs1 = http.StatusBadRequest, gs1.CutSerial(p.site.URL(path))
		p.said = p.touchpoint.ID
		return
	}
	p.link = link.WithoutSerial()
	p.gs1 = p.link.Canonical(p.site.URL("/cx"))
	if link.GTIN != "" {
		p.touchpoint = ix.OfProduct(link.GTIN)
	} else if place := ix.PlaceByGLN(link.GLN); place != nil {
		p.place = place.ID
		p.touchpoint = standingAt(p.site, place.ID, link.Extension)
	}
	p.said = p.touchpoint.ID
}

// standingAt is the touchpoint at a place: the one its extension names, else
// the first that stands there, else the front door.
func standingAt(site *brands.Site, place, extension string) *sayline.Touchpoint {
	found := site.Index.FrontDoor()
	first := true
	for i := range site.Touchpoints {
		t := &site.Touchpoints[i]
		if t.Place != place {
			continue
		}
		if extension != "" && strings.EqualFold(t.ID, extension) {
			return t
		}
		if first {
			found, first = t, false
		}
	}
	return found
}

// source is by which way somebody came, as far as the address tells.
func (p *spot) source() string {
	switch {
	case p.gs1 != "":
		return "gs1"
	case p.bare:
		return "link"
	}
	switch p.touchpoint.Channel {
	case "shelf", "package", "site", "print", "person", "event", "delivery", "dock", "office":
		return "qr"
	case "web", "app":
		return "button"
	}
	return "link"
}

// context is what the address says about where something was said.
func (p *spot) context() sayline.Context {
	return sayline.Context{Touchpoint: p.said, GS1: p.gs1, Place: p.place, Ref: p.ref, Source: p.source()}
}

// where is how the place is called on the screen; "" at the short address.
func (p *spot) where(lang string) string {
	if p.bare || p.status != http.StatusOK {
		return ""
	}
	ix, langs := p.site.Index, []string{lang, p.site.Language()}
	if product := ix.Product(p.link.GTIN); product != nil {
		name := product.Name.In(langs...)
		if p.link.Lot != "" {
			name += " · " + p.link.Lot
		}
		return name
	}
	name := p.touchpoint.Name.In(langs...)
	if place := ix.Place(cmp.Or(p.place, p.touchpoint.Place)); place != nil {
		if at := place.Name.In(langs...); at != "" && at != name {
			return strings.TrimPrefix(name+" · "+at, " · ")
		}
	}
	return name
}

// clean makes words from a query fit to fill in: valid, and not too long.
func clean(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if r == 0 || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most])
	}
	return s
}
