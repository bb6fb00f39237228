package pulse_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/summary"
)

// TestSummary: a service that the operator names sums up what was said, when
// somebody asks and the brand allows it. It is sent what was said in public and
// without a name, less what leads to a person, and nothing of private lanes or
// guarded audiences; what it answers stands there as a machine's, escaped.
func TestSummary(t *testing.T) {
	var sent atomic.Value
	machine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sent.Store(string(body))
		content, _ := json.Marshal(map[string]any{"summary": "Many find <b>no lemon</b>.", "topics": []string{"Lemon shelf"}})
		_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"content": string(content)}}}})
	}))
	defer machine.Close()
	service, err := summary.New(summary.Options{URL: machine.URL, Model: "small"})
	if err != nil {
		t.Fatal(err)
	}
	for _, allowed := range []bool{false, true} {
		h := openPulse(t, housetest.Options{Change: func(c *sayline.Config) { c.Summaries = allowed }})
		h.Summaries = service
		say := func(n int, m sayline.Moment) {
			for range n {
				m.Context = housetest.At("k7f3")
				h.Say(sparkle, m)
			}
		}
		say(6, sayline.Moment{Text: "No lemon again, call 600112233"})
		say(2, sayline.Moment{Text: "identified words", Class: sayline.Identified, Contact: &sayline.MomentContact{Name: "Ana"}})
		say(2, sayline.Moment{Text: "private words", Topic: "about-a-person"})
		say(2, sayline.Moment{Text: "employee words", Audience: "employee"})
		c := h.Client(elena)
		_, page, _ := get(t, h, c, "/b/sparkle/pulse")
		if strings.Contains(page, "Sum it up") != allowed {
			t.Fatalf("allowed %v, and it may be asked %v", allowed, !allowed)
		}
		status := post(t, h, c, "/b/sparkle/pulse/summary")
		if !allowed {
			if status != http.StatusNotFound || sent.Load() != nil {
				t.Errorf("not allowed: %d, sent %v", status, sent.Load())
			}
			continue
		}
		if status != http.StatusSeeOther {
			t.Fatalf("asked: %d", status)
		}
		body := sent.Load().(string)
		if strings.Count(body, "No lemon again, call …") != 6 {
			t.Errorf("sent %s", body)
		}
		for _, not := range []string{"600112233", "identified words", "private words", "employee words", "Ana"} {
			if strings.Contains(body, not) {
				t.Errorf("%q was sent", not)
			}
		}
		_, page, _ = get(t, h, c, "/b/sparkle/pulse")
		for _, want := range []string{"Many find &lt;b&gt;no lemon&lt;/b&gt;.", "Lemon shelf", "Written by a machine (small at 127.0.0.1", "from the words of 6 moments"} {
			if !strings.Contains(page, want) {
				t.Errorf("it does not say %q", want)
			}
		}
		if _, page, _ = get(t, h, c, "/b/sparkle/pulse?feeling=5"); strings.Contains(page, "Many find") {
			t.Error("another view has the same summary")
		}
	}
}

// post sends an empty form and gives the status.
func post(t *testing.T, h *housetest.House, c *http.Client, path string) int {
	t.Helper()
	res, err := c.PostForm(h.URL+path, url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}
