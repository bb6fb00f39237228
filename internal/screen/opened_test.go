package screen_test

import (
	"fmt"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/screen"
)

// TestOpenedIsByPeople: counted is a person who goes to a touchpoint's screen, not
// what is loaded again or ahead, no machine, no kiosk; and the page knows nothing of it.
func TestOpenedIsByPeople(t *testing.T) {
	opened := map[string]int{}
	h := newHouse(t, func(o *screen.Options) {
		o.Opened = func(b *brands.Snapshot, at *sayline.Touchpoint) { opened[b.ID+" "+at.ID]++ }
	})
	person := []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
	with := func(more ...string) []string { return append(append([]string{}, person...), more...) }
	const shelf = "/@sparkle/cx/t/k7f3"
	for i := range 3 {
		a := h.call("GET", shelf, "", person...).want(200)
		if a.header.Get("Set-Cookie") != "" || opened["sparkle k7f3"] != i+1 {
			t.Fatalf("opened %v, with the cookie %q", opened, a.header.Get("Set-Cookie"))
		}
	}
	for _, other := range [][]string{
		{}, {"Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, with("Sec-Purpose", "prefetch;prerender"), with("Purpose", "prefetch"), with("Cache-Control", "max-age=0"),
		with("User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"), with("User-Agent", "WhatsApp/2.23.20.0"),
	} {
		h.call("GET", shelf, "", other...).want(200)
	}
	h.call("HEAD", shelf, "", person...)
	h.call("GET", shelf+"?kiosk", "", person...)
	h.call("GET", "/@sparkle/cx/t/nobody-knows-it", "", person...).want(404)
	if got := fmt.Sprint(opened); got != "map[sparkle k7f3:3]" {
		t.Errorf("opened are %s", got)
	}
}
