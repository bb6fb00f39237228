package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sayline/sayline/cx/check"
)

// serve runs the server behind what a mutant puts around it.
func serve(t testing.TB, around func(http.Handler) http.Handler) (base string) {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	base = "http://" + srv.Listener.Addr().String()
	srv.Config.Handler = around(newServer(base).routes())
	srv.Start()
	t.Cleanup(srv.Close)
	return base
}

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard)
	os.Exit(m.Run())
}

func asItIs(h http.Handler) http.Handler { return h }

// replies answers through the back office.
func replies(base string) func(context.Context, string, string) error {
	return func(_ context.Context, reference, text string) error {
		res, err := http.PostForm(base+"/answer", url.Values{"reference": {reference}, "text": {text}})
		if err != nil {
			return err
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusNoContent {
			return fmt.Errorf("nobody answers: %s", res.Status)
		}
		return nil
	}
}

func run(t testing.TB, base string, classes ...string) *check.Report {
	t.Helper()
	r, err := check.Run(t.Context(), base, check.Options{Reply: replies(base), Classes: classes})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The server keeps every promise of the classes it claims.
func TestConformance(t *testing.T) {
	r := run(t, serve(t, asItIs))
	for _, res := range r.Results {
		if res.Outcome == check.Fail {
			t.Error(res.Line())
		}
	}
	if want := []string{"D", "C", "R", "P", "H"}; !r.Passed || !slices.Equal(r.Classes, want) || r.Left != 0 || r.Said < 20 {
		t.Errorf("classes %q, passed %v, said %d, left %d", r.Classes, r.Passed, r.Said, r.Left)
	}
}

// A static file is a whole brand of level 0.
func TestLevel0(t *testing.T) {
	srv := httptest.NewServer(http.FileServer(http.Dir("level0")))
	defer srv.Close()
	r, err := check.Run(t.Context(), srv.URL, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if failed := r.Failed(); len(failed) > 0 || !slices.Equal(r.Classes, []string{"D"}) || len(r.Results) < 8 || r.Said != 0 {
		t.Errorf("failed %q, classes %q, %d results\n%s", failed, r.Classes, len(r.Results), r.Text())
	}
}

// It stays small: that is its point.
func TestItIsSmall(t *testing.T) {
	src, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	code := 0
	for line := range strings.Lines(string(src)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			code++
		}
	}
	if code > 300 {
		t.Errorf("%d lines of code", code)
	}
	for _, m := range regexp.MustCompile(`"(github.com/sayline/sayline/[^"]+)"`).FindAllStringSubmatch(string(src), -1) {
		if m[1] != "github.com/sayline/sayline/cx" {
			t.Errorf("it shares %s with Sayline", m[1])
		}
	}
}
