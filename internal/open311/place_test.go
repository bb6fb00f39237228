package open311

import (
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
)

// TestPlacesAreToldNoFinerThanTheyMayBe: a touchpoint only if it is public, a
// place only if it is listed or a public touchpoint stands in it, a position to
// 100 m.
func TestPlacesAreToldNoFinerThanTheyMayBe(t *testing.T) {
	site := soda(t)
	hidden := ""
	for _, p := range site.Places {
		if !p.Listed {
			hidden = p.ID
		}
	}
	unlisted := ""
	for i := range site.Touchpoints {
		if p := &site.Touchpoints[i]; !site.Public(p) && !brands.Inside(p) {
			unlisted = p.ID
		}
	}
	if hidden == "" || unlisted == "" {
		t.Fatal("the example shows everything")
	}
	front, shelf := site.Index.FrontDoor().ID, site.Index.Touchpoint("k7f3")
	for name, c := range map[string]struct {
		at          sayline.Context
		id, address string
		lat, long   float64
	}{
		"the front door stands nowhere": {at: sayline.Context{Touchpoint: front}, id: front},
		"a position":                    {at: sayline.Context{Touchpoint: front, Lat: 40.4168371, Long: -3.7037951, Located: true}, id: front, lat: 40.417, long: -3.704},
		"a listed place":                {at: sayline.Context{Touchpoint: front, Place: "plaza-norte"}, id: "plaza-norte", address: "Plaza Norte", lat: 40.554, long: -3.614},
		"a place that is not listed":    {at: sayline.Context{Touchpoint: front, Place: hidden}, id: front},
		"a public touchpoint":           {at: sayline.Context{Touchpoint: shelf.ID, Place: shelf.Place}, id: shelf.ID, address: shelf.Name.In("en") + ", " + site.Index.Place(shelf.Place).Name.In("en"), lat: coarse(site.Index.Place(shelf.Place).Lat), long: coarse(site.Index.Place(shelf.Place).Long)},
		"one that isn't":                {at: sayline.Context{Touchpoint: unlisted, Place: hidden}},
		"nothing we know":               {at: sayline.Context{Touchpoint: "gone", Place: "gone", Ref: "room 412"}},
	} {
		var r request
		(&asking{site: site, lang: "en"}).place(&r, &c.at)
		lat, long := 0.0, 0.0
		if r.Lat != nil {
			lat, long = *r.Lat, *r.Long
		}
		if r.AddressID != c.id || r.Address != c.address || lat != c.lat || long != c.long || (r.Lat == nil) != (c.lat == 0) {
			t.Errorf("%s: %+v at %v, %v", name, r, lat, long)
		}
	}
}

func TestWhatIsNoID(t *testing.T) {
	for _, id := range []string{"", "12", "zz159829449640627d1f793914684fab", "79159829449640627d1f793914684fab00", "79159829-4496-4062-7d1f-793914684fab"} {
		if m, ok := (&Bridge{}).momentID("sparkle", id); ok {
			t.Errorf("%q is moment %s", id, m)
		}
	}
}
