package e2e

import (
	"testing"

	"github.com/sayline/sayline/internal/testkit"
)

// mostWeight is what the first load of a room may weigh on the wire, compressed:
// its page, sheets, scripts, pictures and fonts, each with 300 bytes of head.
const mostWeight = 120 << 10

// TestRoomsAreLight: who opens a room for the first time loads little, though
// much is said.
func TestRoomsAreLight(t *testing.T) {
	h := open(t, "", "sparkle")
	for range 40 {
		h.say(t, "sparkle", `{"feeling":2,"topic":"cant-find-it","text":"Not on the shelf again, third time this week.","context":{"touchpoint":"k7f3","source":"qr"}}`)
	}
	p := testkit.Browser(t).Page(testkit.Desktop)
	h.signIn(p, "elena@sparkle.example")
	for _, room := range []string{"pulse", "desk", "map", "studio"} {
		p.Open(h.at("", "/b/sparkle/"+room))
		p.Until(`document.readyState === "complete"`)
		// What is in the cache by now is weighed all the same: encodedBodySize is that of the wire.
		const entries = `[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].filter(e => !/\/live(\?|$)/.test(e.name))`
		weight := testkit.Eval[int](p, entries+`.reduce((sum, e) => sum + e.encodedBodySize + 300, 0)`)
		t.Logf("%s weighs %d bytes: %s", room, weight, testkit.Eval[string](p, entries+`.map(e => e.name.replace(/.*\//, "") + " " + e.encodedBodySize).join(", ")`))
		if weight > mostWeight || weight < 10<<10 {
			t.Errorf("%s weighs %d bytes, at most %d are allowed", room, weight, mostWeight)
		}
	}
	p.MustBeClean()
}
