package desk_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/desk"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

// openDesk is a house with a desk and the soda maker in it, whose people all
// read English.
func openDesk(t testing.TB, o housetest.Options) *housetest.House {
	o.Brand = sparkle
	change := o.Change
	o.Change = func(c *sayline.Config) {
		for i := range c.People {
			c.People[i].Language = "en"
		}
		if change != nil {
			change(c)
		}
	}
	return housetest.Open(t, o, func(h *housetest.House, mux *http.ServeMux) { desk.New(h.House).Routes(mux) })
}

// sparkle is the soda maker's handle.
const sparkle = "sparkle"

// Addresses of the soda maker's people.
const (
	elena  = "elena@sparkle.example"        // owner, in no lane
	tomas  = "tomas@sparkle.example"        // manager, in no lane
	lucia  = "lucia@sparkle.example"        // on duty for Distribution in Madrid
	marco  = "marco@sparkle.example"        // of Distribution in Madrid
	vicent = "vicent@sparkle.example"       // on duty for Distribution in Valencia
	ana    = "ana@sparkle.example"          // of Service, which is told of what can't be found
	irene  = "irene@sparkle.example"        // of both private lanes
	nacho  = "nacho@rubio-machines.example" // of another company, which looks after the machines
)

// visitor is somebody's plain HTTP client, without a browser.
type visitor struct {
	t *testing.T
	h *housetest.House
	c *http.Client
}

func visit(t *testing.T, h *housetest.House, email string) *visitor {
	return &visitor{t, h, h.Client(email)}
}

// get reads a page.
func (v *visitor) get(path string) (status int, body string) {
	v.t.Helper()
	req, err := http.NewRequest("GET", v.h.URL+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	return v.do(req)
}

// post sends a form, and follows where it leads.
func (v *visitor) post(path string, form url.Values) (status int, body string) {
	v.t.Helper()
	req, err := http.NewRequest("POST", v.h.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "text/html")
	return v.do(req)
}

func (v *visitor) do(req *http.Request) (int, string) {
	v.t.Helper()
	res, err := v.c.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusSeeOther {
		return v.get(res.Header.Get("Location"))
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// until reads a case from the store until it is as wanted: what a browser sends
// arrives when it does.
func until(t *testing.T, h *housetest.House, caseID string, want func(*sayline.Case) bool) (c *sayline.Case) {
	t.Helper()
	testkit.Eventually(t, "the case is as wanted", func() bool {
		var err error
		if c, err = h.Store.Case(t.Context(), sparkle, caseID); err != nil {
			t.Fatal(err)
		}
		return want(c)
	})
	return c
}
