package house_test

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
)

// stream hands on what a person's page is told, message by message: "here {…}".
func stream(t *testing.T, h *housetest.House, c *http.Client) <-chan string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	r, err := http.NewRequestWithContext(ctx, "GET", h.URL+"/b/sparkle/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Do(r)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(res, err)
	}
	t.Cleanup(func() { res.Body.Close() })
	told := make(chan string, 100)
	go func() {
		name := ""
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if s, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				name = s
			} else if s, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				told <- name + " " + s
			}
		}
	}()
	return told
}

// hears waits for a message that says something.
func hears(t *testing.T, told <-chan string, want string) {
	t.Helper()
	end := time.After(time.Minute)
	for {
		select {
		case s := <-told:
			if strings.Contains(s, want) {
				return
			}
		case <-end:
			t.Fatalf("never heard %q", want)
		}
	}
}

// TestWhoElseIsHere: who has a case open is told by their page's stream who else
// comes, writes and leaves; who has another one open, or none, is told nothing of it.
func TestWhoElseIsHere(t *testing.T) {
	h := open(t)
	first := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")}).Moment.Case
	second := h.Say(sparkle, sayline.Moment{Topic: "price-looks-wrong", Context: housetest.At("k7f3")}).Moment.Case
	elena, ana := h.Client("elena@sparkle.example"), h.Client("tomas@sparkle.example")
	beat := 0
	is := func(c *http.Client, id, do string) {
		t.Helper()
		beat++
		res, err := c.PostForm(h.URL+"/b/sparkle/desk/"+id+"/here", url.Values{"do": {do}, "page": {"one"}, "n": {strconv.Itoa(beat)}})
		if err != nil || res.StatusCode >= 300 {
			t.Fatal(res, err)
		}
		res.Body.Close()
	}
	told := stream(t, h, elena)
	hears(t, told, "changed") // it listens from here on
	is(elena, first, "looking")
	is(ana, second, "writing") // elsewhere: nothing of it
	is(ana, first, "looking")
	end := time.After(time.Minute)
	for said := ""; !strings.Contains(said, "también lo mira"); {
		select {
		case said = <-told:
			if strings.Contains(said, second) {
				t.Fatalf("told of a case that she has not open: %s", said)
			}
		case <-end:
			t.Fatal("never told that somebody came")
		}
	}
	is(ana, first, "writing")
	hears(t, told, "está escribiendo")
	is(ana, first, "left")
	hears(t, told, `"text":""`)
}
