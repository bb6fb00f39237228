package e2e

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/sayline/sayline/internal/app"
	"github.com/sayline/sayline/internal/demo"
	"github.com/sayline/sayline/internal/testkit"
)

// Three phones: tap left, the middle rings, "I'm on it" turns the left, the
// answer arrives, the wall moves; the stopwatch shows each measured step.
func TestScene13ThreePhones(t *testing.T) {
	d := showDemo(t, demo.Options{Days: 2, Quiet: true})
	look := testkit.Desktop
	look.Width, look.Height, look.Still = 1440, 1000, true // still: what is measured is the change, not its animation
	p := testkit.Browser(t).Page(look)
	p.Open(d.App.URL() + "/demo")
	const inside = `(name, css) => document.querySelector("#" + name + " iframe").contentDocument.querySelector(css)`
	p.Until(`(` + inside + `)("shopper", "[value=cant-find-it]") && (` + inside + `)("manager", "#live[data-state=on]") && (` + inside + `)("wall", "body")`)

	p.Press(`(` + inside + `)("shopper", "[value=cant-find-it]").click()`)
	p.Until(`["disk", "ring", "wall"].every(m => document.querySelector("[data-leg=tap] [data-mark=" + m + "] dd").dataset.ms)`)

	p.Press(`(` + inside + `)("manager", ".ring form[action$='/on-it'] button").click()`)
	p.Until(`!!document.querySelector("[data-leg=take] [data-mark=left] dd").dataset.ms`)

	p.Until(`!!(` + inside + `)("manager", "#text")`)
	p.Press(`(` + inside + `)("manager", "#text").value = "restocked tomorrow 8:00"`)
	p.Press(`(` + inside + `)("manager", "#send").click()`)
	p.Until(`!!document.querySelector("[data-leg=answer] [data-mark=left] dd").dataset.ms`)
	if left := testkit.Eval[string](p, `(`+inside+`)("shopper", ".answer").textContent`); !strings.Contains(left, "restocked tomorrow 8:00") {
		t.Errorf("the shopper's phone does not say it: %q", left)
	}
	t.Logf("measured in the browser, in ms: %s", testkit.Eval[string](p, `[...document.querySelectorAll("[data-mark]")].map(m => m.closest("[data-leg]").dataset.leg + " " + m.dataset.mark + " " + m.querySelector("dd").dataset.ms).join(", ")`))

	// What left the house is shown, from the real receivers.
	p.Until(`document.querySelector("#hooks").textContent.includes("cx.moment.received") && document.querySelector("#mails").textContent.includes("lucia@sparkle.example")`)
	p.Screenshot(picture(t, pictures(t), "demo"))
	p.MustBeClean()
}

// showDemo starts a demo for one test.
func showDemo(t *testing.T, o demo.Options) *demo.Demo {
	t.Helper()
	o.Options = app.Options{Listen: "127.0.0.1:0", Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))}
	d, err := demo.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the demo ended with %v", err)
		}
	})
	return d
}
