package testkit

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"
)

// Chromium is a real, headless browser of this test, with a fresh profile. It
// reaches this machine and nothing else: names under .test and .example lead
// to 127.0.0.1, and every other name is unknown, so that a page which needs
// somebody else's server is found out.
type Chromium struct {
	t   testing.TB
	ctx context.Context
}

// Browser starts a browser and ends it with the test. SAYLINE_TEST_BROWSER names
// another program than the Chromium in PATH.
func Browser(t testing.TB) *Chromium {
	t.Helper()
	program := browserProgram()
	if program == "" {
		t.Fatal("no browser for this test: Chromium is not installed; install it with `apt-get install chromium`, or name one in SAYLINE_TEST_BROWSER")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], // without a sandbox as root, as Chromium demands
		chromedp.ExecPath(program),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP *.test 127.0.0.1, MAP *.example 127.0.0.1, "+
			"MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost"),
		chromedp.Env("HOME="+t.TempDir()),
	)
	// Not the test's own context: that ends before the clean-up, which still
	// has a screenshot to take of a failure.
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		chromedp.Cancel(ctx)
		stop() // waits until the browser and its profile are gone
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("%s does not start: %v", program, err)
	}
	return &Chromium{t: t, ctx: ctx}
}

// browserProgram is the browser's path, or "" when there is none.
func browserProgram() string {
	if given := os.Getenv("SAYLINE_TEST_BROWSER"); given != "" {
		return given
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Look is what somebody holds in their hand, and what they read on it.
type Look struct {
	Width, Height int64   // CSS pixels
	Scale         float64 // device pixels for each of them
	Touch         bool    // a finger and no mouse
	Night         bool    // the person has chosen dark
	Still         bool    // the person has chosen less motion
	Language      string  // the person's language, "" for English
	NoScript      bool    // scripts do not run
}

// The looks of those who meet Sayline.
var (
	Phone   = Look{Width: 390, Height: 844, Scale: 2, Touch: true}
	Desktop = Look{Width: 1280, Height: 800, Scale: 1}
	Wall    = Look{Width: 1920, Height: 1080, Scale: 1}
)

// AtNight is l with dark chosen.
func (l Look) AtNight() Look { l.Night = true; return l }

// In is l for a reader of language, such as "es" or "ar-EG".
func (l Look) In(language string) Look { l.Language = language; return l }

// WithoutScript is l with scripts off.
func (l Look) WithoutScript() Look { l.NoScript = true; return l }
