package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline/cx/check"
	"github.com/sayline/sayline/internal/testkit"
)

const (
	firstSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	nextSecret  = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

// serveGrown runs the grown server, broken in one way, with an endpoint that
// leads to the checks.
func serveGrown(t testing.TB, flaw string) (base string, o check.Options) {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	base = "http://" + srv.Listener.Addr().String()
	var around = asItIs
	if flaw == "G02" {
		around = misread
	}
	srv.Config.Handler = around(grow(base, flaw)(newServer(base).routes()))
	srv.Start()
	t.Cleanup(srv.Close)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	hook := func(to string, secrets ...string) error {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, base+"/hook?"+url.Values{"to": {to}, "secret": secrets}.Encode(), nil)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		return res.Body.Close()
	}
	here := "http://" + listener.Addr().String() + "/"
	if err := hook(here, firstSecret); err != nil {
		t.Fatal(err)
	}
	wait := 8 * time.Second
	if flaw == "E07" { // what never comes is not waited for long
		wait = 2 * time.Second
	}
	events := &check.Events{Listener: listener, Secrets: []string{firstSecret}, Wait: wait,
		Rotate: func(context.Context) (string, error) { return nextSecret, hook(here, nextSecret, firstSecret) },
		Private: func(ctx context.Context, address string) error {
			if flaw != "E08" {
				return nil // it was refused
			}
			if err := hook(address, nextSecret); err != nil {
				return err
			}
			<-ctx.Done() // nothing is refused, so nothing is told
			return ctx.Err()
		}}
	return base, check.Options{Product: product, Events: events}
}

func runGrown(t testing.TB, flaw string, classes ...string) *check.Report {
	t.Helper()
	base, o := serveGrown(t, flaw)
	o.Classes = classes
	r, err := check.Run(t.Context(), base, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The grown server keeps every promise about media, events and barcodes, as far
// as it can be seen: one check is somebody else's.
func TestGrownConformance(t *testing.T) {
	r := runGrown(t, "")
	for _, res := range r.Results {
		byHand := res.ID == "G10" || res.ID == "O06" || strings.Contains("RPH", res.ID[:1])
		if res.Outcome == check.Fail || !byHand && strings.Contains("MEGO", res.ID[:1]) && res.Outcome != check.Pass {
			t.Error(res.Line())
		}
	}
	if !r.Passed || !slices.Contains(r.Classes, "M") || !slices.Contains(r.Classes, "E") || !slices.Contains(r.Classes, "G") || !slices.Contains(r.Classes, "O") || r.Left != 0 {
		t.Errorf("classes %q, left %d", r.Classes, r.Left)
	}
}

// From outside alone, what needs somebody of the brand is never passed.
func TestWithoutAHand(t *testing.T) {
	base, _ := serveGrown(t, "")
	r, err := check.Run(t.Context(), base, check.Options{Classes: []string{"E", "G"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, res := range r.Results {
		outside := slices.Contains([]string{"G01", "G02", "G03"}, res.ID)
		if outside != (res.Outcome == check.Pass) || !outside && res.Outcome != check.Hand {
			t.Error(res.Line())
		}
	}
	if len(r.Results) < 18 {
		t.Errorf("%d results", len(r.Results))
	}
}

// A single check can be asked for.
func TestOneCheck(t *testing.T) {
	r := runGrown(t, "", "M08", "G")
	if len(r.Results) != 11 || r.Results[0].ID != "M08" || !slices.Equal(r.Classes, []string{"M", "G"}) {
		t.Errorf("classes %q: %d results", r.Classes, len(r.Results))
	}
}

// Each check of media, events and barcodes fails for the server that breaks its
// promise, and no other does.
func TestEveryNewClassCanFail(t *testing.T) {
	for _, name := range check.Names() {
		id := name[:3]
		if !strings.Contains("MEGO", id[:1]) || id == "G10" || id == "O06" { // those two always need a hand
			continue
		}
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			classes := []string{id[:1]}
			if testkit.Full() {
				classes = nil
			}
			r := runGrown(t, id, classes...)
			if err := failsAlone(r, id); err != nil {
				t.Errorf("%v\n%s", err, lines(r))
			}
		})
	}
}

func failsAlone(r *check.Report, id string) error {
	if !slices.Equal(r.Failed(), []string{id}) || r.Passed {
		return fmt.Errorf("the checks that fail are %q", r.Failed())
	}
	if r.Left != 0 {
		return errors.New("something was not taken back")
	}
	return nil
}
