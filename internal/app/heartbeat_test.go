package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// TestHeartbeatKeepsItsAddress: a call that fails says why, and never where to:
// who has the watchdog's address can keep it quiet.
func TestHeartbeatKeepsItsAddress(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer s.Close()
	a := &App{Options: Options{Heartbeat: s.URL + "/ping/a-secret"}}
	beat, err := a.heartbeat()
	if err != nil {
		t.Fatal(err)
	}
	defer a.closers[0]()
	if err := beat(t.Context()); err == nil || strings.Contains(err.Error(), "a-secret") {
		t.Errorf("it says %v", err)
	}
}

// TestHeartbeatGoesNowhereElse: a watchdog that leads on is a watchdog that was not
// reached. Nobody it names is called, nor told the address.
func TestHeartbeatGoesNowhereElse(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		elsewhere.Add(1)
		t.Errorf("called, with Referer %q", r.Referer())
	}))
	defer other.Close()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Referer() != "" {
			t.Errorf("it tells %q", r.Referer())
		}
		http.Redirect(w, r, other.URL, http.StatusFound)
	}))
	defer s.Close()
	a := &App{Options: Options{Heartbeat: s.URL + "/ping/a-secret"}}
	beat, err := a.heartbeat()
	if err != nil {
		t.Fatal(err)
	}
	defer a.closers[0]()
	if err := beat(t.Context()); err == nil || elsewhere.Load() != 0 {
		t.Errorf("led elsewhere it says %v", err)
	}
}
