package screen

import (
	"cmp"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// findable is something that can be looked up by its name or by where it is.
type findable struct {
	id, name, hint string
	also           []string // other words it is found by
	lat, long      float64
	located        bool
	metres         float64 // away, once a position is known
}

// point is a position in degrees, WGS 84.
type point struct{ lat, long float64 }

// position reads lat and long of a query; false where they are no position.
func position(q url.Values) (point, bool) {
	lat, err1 := strconv.ParseFloat(q.Get("lat"), 64)
	long, err2 := strconv.ParseFloat(q.Get("long"), 64)
	ok := err1 == nil && err2 == nil && math.Abs(lat) <= 90 && math.Abs(long) <= 180
	return point{lat, long}, ok
}

// find keeps what matches every word of the query: nearest first with a
// position, else those whose name begins with it first, else by name.
func find(list []findable, query string, here point, located bool) []findable {
	asked := strings.Fields(fold(query))
	found := slices.DeleteFunc(slices.Clone(list), func(f findable) bool {
		text := fold(f.name + " " + strings.Join(f.also, " "))
		return slices.ContainsFunc(asked, func(w string) bool { return !strings.Contains(text, w) }) ||
			located && query == "" && !f.located
	})
	begins := func(f *findable) int {
		if len(asked) > 0 && strings.HasPrefix(fold(f.name), asked[0]) {
			return 0
		}
		return 1
	}
	for i := range found {
		if located && found[i].located {
			found[i].metres = distance(here, point{found[i].lat, found[i].long})
		}
	}
	slices.SortStableFunc(found, func(a, b findable) int {
		if located {
			return cmp.Compare(a.metres, b.metres)
		}
		return cmp.Or(cmp.Compare(begins(&a), begins(&b)), cmp.Compare(fold(a.name), fold(b.name)))
	})
	return found
}

// fold makes words comparable: small letters without accents or marks.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
}

const earth = 6_371_000 // mean radius, metres

// distance is the great-circle distance in metres (haversine formula).
func distance(a, b point) float64 {
	rad := func(deg float64) float64 { return deg * math.Pi / 180 }
	half := func(x float64) float64 { return math.Pow(math.Sin(x/2), 2) }
	h := half(rad(b.lat-a.lat)) + math.Cos(rad(a.lat))*math.Cos(rad(b.lat))*half(rad(b.long-a.long))
	return 2 * earth * math.Asin(math.Min(1, math.Sqrt(h)))
}
