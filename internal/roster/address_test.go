package roster_test

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/roster"
)

var hrefs = regexp.MustCompile(`href="(/b/sparkle/roster/(?:change|ask)[^"]*)"`)

// TestAddressesOfTheRoster: whatever an owner is offered to change opens; who
// comes without a stretch is led to where one chooses it; who asks for cover of
// what is not theirs, or changes what is no more, is told so.
func TestAddressesOfTheRoster(t *testing.T) {
	h := housetest.Open(t, housetest.Options{Brand: "sparkle", Now: autumn}, func(h *housetest.House, mux *http.ServeMux) { roster.New(h.House).Routes(mux) })
	elena := h.Client("elena@sparkle.example")
	get := func(path string) (status int, to, body string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", "text/html")
		res, err := elena.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, res.Header.Get("Location"), string(text)
	}
	status, _, week := get("/b/sparkle/roster")
	offered := map[string]bool{} // one of each post: all of a week are very many
	for _, m := range hrefs.FindAllStringSubmatch(week, -1) {
		path := html.UnescapeString(m[1])
		u, err := url.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		post := u.Query().Get("team") + " " + u.Query().Get("place")
		if offered[post] {
			continue
		}
		offered[post] = true
		if status, _, _ := get(path); status != http.StatusOK {
			t.Errorf("%s is offered, and is %d", path, status)
		}
	}
	if status != http.StatusOK || len(offered) == 0 {
		t.Errorf("the week is %d, and offers %d stretches: this test sees nothing", status, len(offered))
	}
	for _, c := range []struct {
		path   string
		status int
		to     string
		says   string
	}{
		{"/b/sparkle/roster/change", http.StatusSeeOther, "/b/sparkle/roster", ""},
		{"/b/sparkle/roster/ask", http.StatusSeeOther, "/b/sparkle/roster/mine", ""},
		{"/b/sparkle/roster/change?team=nobodys", http.StatusNotFound, "", "There is no such team or place here any more."},
		{"/b/sparkle/roster/ask?team=distribution&place=madrid&from=2026-10-22T08:00&until=2026-10-22T16:00", http.StatusConflict, "", "This stretch is not yours"},
	} {
		if status, to, body := get(c.path); status != c.status || to != c.to || !strings.Contains(html.UnescapeString(body), c.says) {
			t.Errorf("%s is %d to %q: %.900s", c.path, status, to, body)
		}
	}
}
