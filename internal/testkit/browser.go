package testkit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp"
)

// Chromium is a real, headless browser as one test has it: each of its pages
// starts with nothing. It reaches this machine and nothing else: names under
// .test and .example lead to 127.0.0.1, and every other name is unknown, so that
// a page which needs somebody else's server is found out.
type Chromium struct {
	t   testing.TB
	ctx context.Context
}

// Browser is the browser of this test process, which starts with the first test
// that wants one (that takes longer than most tests) and ends with the process.
// SAYLINE_TEST_BROWSER names another program than the Chromium in PATH. With the
// race detector there is none, as there are no scenes: what people see is looked
// at without it, at the pace they see it.
func Browser(t testing.TB) *Chromium {
	t.Helper()
	if racing {
		t.Skip("what a browser shows is tested without the race detector, by make test")
	}
	running.Lock()
	defer running.Unlock()
	if running.ctx == nil || running.ctx.Err() != nil { // none yet, or it crashed
		ctx, err := startBrowser()
		if err != nil {
			t.Fatalf("no browser for this test: %v", err)
		}
		running.ctx = ctx
	}
	return &Chromium{t: t, ctx: running.ctx}
}

// running is the process's browser.
var running struct {
	sync.Mutex
	ctx   context.Context
	alive *os.File // open as long as this process lives
}

// startBrowser starts a browser for the rest of the process's life: the kernel
// ends it then, and its sweeper takes its files away.
func startBrowser() (context.Context, error) {
	program := browserProgram()
	if program == "" {
		return nil, errors.New("Chromium is not installed; install it with `apt-get install chromium`, or name one in SAYLINE_TEST_BROWSER")
	}
	home, err := os.MkdirTemp("", "sayline-browser-")
	if err != nil {
		return nil, err
	}
	if err := sweepAfter(home); err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], // without a sandbox as root, as Chromium demands
		chromedp.ExecPath(program),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("use-fake-device-for-media-stream", true), // a camera and a microphone that beeps,
		chromedp.Flag("use-fake-ui-for-media-stream", true),     // which every page may use
		chromedp.Flag("host-resolver-rules", "MAP *.test 127.0.0.1, MAP *.example 127.0.0.1, "+
			"MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost"),
		chromedp.UserDataDir(filepath.Join(home, "profile")),
		chromedp.Env("HOME="+home),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ := chromedp.NewContext(allocator)
	if err := chromedp.Do(ctx); err != nil {
		stop()
		return nil, fmt.Errorf("%s does not start: %w", program, err)
	}
	return ctx, nil
}

// sweepAfter removes a directory when this process has ended, however it ended.
// A browser that ends with it may write there for a moment longer.
func sweepAfter(dir string) error {
	alive, ours, err := os.Pipe()
	if err != nil {
		return err
	}
	defer alive.Close()
	// Nobody ever writes: cat ends when the kernel has closed our end.
	cmd := exec.Command("/bin/sh", "-c", `cat; for try in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$1" && sleep 0.2 && [ ! -e "$1" ] && exit; done`, "sweep", dir)
	cmd.Dir = "/"
	cmd.Stdin = alive
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // Ctrl-C reaches the tests, not who cleans up after them
	if err := cmd.Start(); err != nil {
		return err
	}
	running.alive = ours
	return nil
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
