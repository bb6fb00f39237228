package studio_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/summary"
)

// TestPublicSwitch: an owner shows the public page and hides it, on the version
// they looked at; nobody else does.
func TestPublicSwitch(t *testing.T) {
	h := open(t, housetest.Options{Brand: "sparkle", Change: func(c *sayline.Config) { c.PublicPage = false }}, "")
	owner, at := h.Client("elena@sparkle.example"), h.URL+"/b/sparkle/studio/public"
	for _, step := range []struct {
		do, base string
		status   int
		shown    bool
	}{{"show", "1", 303, true}, {"hide", "1", 409, true}, {"hide", "2", 303, false}} {
		if status, body, _ := read(owner.PostForm(at, url.Values{"do": {step.do}, "base": {step.base}}))(t); status != step.status {
			t.Errorf("%s on %s: %d %.300s", step.do, step.base, status, body)
		}
		if got := h.Brands.ByID("sparkle").PublicPage; got != step.shown {
			t.Errorf("after %s on %s it is shown: %v", step.do, step.base, got)
		}
	}
	if status, body, _ := read(owner.Get(h.URL + "/b/sparkle/studio"))(t); status != 200 || !strings.Contains(body, `name="do" value="show"`) {
		t.Errorf("%d, the studio has no switch", status)
	}
	if status, _, _ := read(h.Client("tomas@sparkle.example").PostForm(at, url.Values{"do": {"show"}, "base": {"3"}}))(t); status != http.StatusNotFound {
		t.Errorf("a manager switches: %d", status)
	}
}

// TestSummariesSwitch: where the operator names a service, an owner allows what is
// said to be summed up, and no longer; elsewhere nothing is offered.
func TestSummariesSwitch(t *testing.T) {
	h := open(t, housetest.Options{Brand: "sparkle"}, "")
	owner, at := h.Client("elena@sparkle.example"), h.URL+"/b/sparkle/studio/summaries"
	if _, body, _ := read(owner.Get(h.URL + "/b/sparkle/studio"))(t); strings.Contains(body, "studio/summaries") {
		t.Error("it is offered without a service")
	}
	var err error
	if h.Summaries, err = summary.New(summary.Options{URL: "https://words.example", Model: "small"}); err != nil {
		t.Fatal(err)
	}
	if _, body, _ := read(owner.Get(h.URL + "/b/sparkle/studio"))(t); !strings.Contains(body, "words.example") {
		t.Error("it is not offered")
	}
	for _, step := range []struct {
		do, base string
		allowed  bool
	}{{"allow", "1", true}, {"stop", "2", false}} {
		if status, _, _ := read(owner.PostForm(at, url.Values{"do": {step.do}, "base": {step.base}}))(t); status != 303 {
			t.Errorf("%s: %d", step.do, status)
		}
		if got := h.Brands.ByID("sparkle").Summaries; got != step.allowed {
			t.Errorf("after %s it is allowed: %v", step.do, got)
		}
	}
}
