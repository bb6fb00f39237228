package pulse_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/pulse"
)

// openPulse is a house with a pulse and the soda maker in it, whose people read
// what their browser does. What is said there is of one day.
func openPulse(t testing.TB, o housetest.Options) *housetest.House {
	o.Brand, o.Noon = sparkle, true
	change := o.Change
	o.Change = func(c *sayline.Config) {
		for i := range c.People {
			c.People[i].Language = ""
		}
		if change != nil {
			change(c)
		}
	}
	return housetest.Open(t, o, func(h *housetest.House, mux *http.ServeMux) { pulse.New(h.House).Routes(mux) })
}

// sparkle is the soda maker's handle.
const sparkle = "sparkle"

// Addresses of the soda maker's people.
const (
	elena = "elena@sparkle.example"        // owner, in no lane
	tomas = "tomas@sparkle.example"        // manager, in no lane
	ana   = "ana@sparkle.example"          // of Service
	irene = "irene@sparkle.example"        // of both private lanes
	nacho = "nacho@rubio-machines.example" // of another company, which looks after the machines
)

// get reads a page as somebody.
func get(t *testing.T, h *housetest.House, c *http.Client, path string) (status int, body, location string) {
	t.Helper()
	req, err := http.NewRequest("GET", h.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Accept-Language", "en")
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b), res.Header.Get("Location")
}
