package e2e

import (
	"testing"

	"github.com/sayline/sayline/internal/testkit"
)

// BenchmarkFirstTap is somebody in a shop aisle with a slow 3G phone and an
// empty cache, in Chromium, which makes both slow (see [testkit.Slow3G]): how
// long until there is something to tap, and how long from the tap until the
// screen says with whom it is.
func BenchmarkFirstTap(b *testing.B) {
	h := open(b, "", "sparkle")
	page := testkit.Browser(b).Page(testkit.Phone)
	page.Open("about:blank")
	page.On(testkit.Slow3G)
	var ready, turned float64
	for b.Loop() {
		page.Open(h.at("sparkle", "/cx/t/k7f3"))
		page.Until(`performance.getEntriesByName("first-contentful-paint").length && performance.timing.domInteractive`)
		ready += testkit.Eval[float64](page, `Math.max(performance.getEntriesByName("first-contentful-paint")[0].startTime, performance.getEntriesByType("navigation")[0].domInteractive)`)
		page.Press(`window.tapped = performance.now(), document.querySelector("[value=cant-find-it]").click()`)
		page.Until(`document.querySelector(".answer").dataset.state === "said" && (window.told ||= performance.now())`)
		turned += testkit.Eval[float64](page, `window.told - window.tapped`)
		page.Open("about:blank")
	}
	b.ReportMetric(ready/float64(b.N), "ms-to-first-tap")
	b.ReportMetric(turned/float64(b.N), "ms-tap-to-with-whom")
	b.ReportMetric(0, "ns/op")
}
