package e2e

import (
	"strings"
	"testing"

	"github.com/sayline/sayline/internal/testkit"
)

// BenchmarkFirstLoad is a manager who opens a room of the house for the first
// time, its sheets and scripts not in the cache, on a mid phone: how long until
// it has drawn, its scripts have run and no task holds the finger up.
func BenchmarkFirstLoad(b *testing.B) {
	h := open(b, "", "sparkle")
	for range 40 {
		h.say(b, "sparkle", `{"feeling":2,"topic":"cant-find-it","text":"Not on the shelf again, third time this week.","context":{"touchpoint":"k7f3","source":"qr"}}`)
	}
	page := testkit.Browser(b).Page(testkit.Phone)
	h.signIn(page, "elena@sparkle.example")
	// The longest of what a person waits for: the first thing drawn, the scripts
	// run, and the end of the last task over 50 ms (the field's long task).
	const interactive = `Math.max(performance.getEntriesByName("first-contentful-paint")[0].startTime,
		performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
		...window.longTasks.map(e => e.startTime + e.duration))`
	for _, line := range []struct {
		name string
		testkit.Line
	}{{"fast-4G", testkit.Fast4G}, {"slow-4G", testkit.Slow4G}} {
		for _, room := range []string{"pulse", "desk", "map"} {
			b.Run(line.name+"/"+room, func(b *testing.B) {
				var sum float64
				for b.Loop() {
					page.Open("about:blank")
					page.EmptyCache()
					page.On(line.Line)
					page.Open(h.at("", "/b/sparkle/"+room))
					page.Until(`document.readyState === "complete" && performance.getEntriesByName("first-contentful-paint").length`)
					page.Press(`window.longTasks = null, new PerformanceObserver((l, o) => { window.longTasks = l.getEntries(); o.disconnect() }).observe({type: "longtask", buffered: true}),
						setTimeout(() => window.longTasks ||= [], 300)`) // an observer with nothing to tell never calls
					page.Until(`window.longTasks`)
					sum += testkit.Eval[float64](page, strings.ReplaceAll(interactive, "\n", " "))
				}
				b.ReportMetric(sum/float64(b.N), "ms-to-interactive")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
