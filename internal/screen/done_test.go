package screen_test

import (
	"fmt"
	"html"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
)

// TestPublicPage: everybody reads what may be told, in their language and from a
// copy where they have one; nobody reads what is private, what insiders said, or
// a number under five; and a brand that wants no such page has none.
func TestPublicPage(t *testing.T) {
	h := newHouse(t)
	off := small()
	h.add(off)
	h.call("GET", "/@small/cx/done", "", "Accept", "text/html").want(404)
	if body, _ := h.page("/@small/cx", "en"); strings.Contains(body, "/cx/done") {
		t.Error("the screen leads to a page that is not there")
	}
	shown := small()
	shown.ID, shown.PublicPage = "open", true
	shown.Touchpoints[1].Listed = true
	shown.Lanes = append(shown.Lanes, sayline.Lane{ID: "secret", Label: sayline.Plain("Secret"), See: []string{"ana"}})
	shown.Topics = append(shown.Topics, sayline.Topic{ID: "whisper", Kind: "problem", Label: sayline.Plain("Whisper"), Lane: "secret"})
	shown.Audiences = append(shown.Audiences, sayline.Audience{ID: "neighbour", Label: sayline.Plain("Neighbours"), Guarded: true})
	h.add(shown)
	say := func(more string) string {
		return h.said("open", `{"cx":"2026-11","class":"unidentified",`+more+`}`).Receipt
	}
	for i := range 4 {
		say(fmt.Sprintf(`"topic":"lovely","feeling":5,"text":"not to be shown %d"`, i))
	}
	if body, _ := h.page("/@open/cx/done", "en"); strings.Contains(body, "Lovely") || !strings.Contains(body, "So far too little") {
		t.Errorf("four of a kind are counted:\n%s", body)
	}
	h.clock.forward(15 * time.Minute) // the counts are ten minutes old
	say(`"topic":"lovely","feeling":5`)
	for i := range 4 {
		say(fmt.Sprintf(`"topic":"gone","feeling":1,"text":"four only %d"`, i))
	}
	for range 5 {
		h.resolve(say(`"topic":"lovely","feeling":5`), "done") // of praise nothing is put right
		h.clock.forward(3 * time.Hour)                         // the next is a case of its own
	}
	told := say(`"topic":"gone","feeling":2,"text":"They ran out, <b>again</b>.","publish":true,"audience":"customer"`)
	say(`"topic":"whisper","feeling":1,"text":"a whisper","publish":true`)
	for i := range 9 {
		say(fmt.Sprintf(`"topic":"gone","feeling":1,"text":"staff %d","publish":true,"audience":"employee"`, i))
	}
	for i := range 9 {
		say(fmt.Sprintf(`"topic":"gone","feeling":1,"text":"next door %d","publish":true,"audience":"neighbour"`, i))
	}
	h.reply(told, "Restocked on Monday.")
	h.resolve(told, "done")

	a := h.call("GET", "/@open/cx/done", "", "Accept", "text/html", "Accept-Language", "en").want(200)
	body := html.UnescapeString(string(a.body))
	for _, want := range []string{"<dd>15</dd>", "Lovely", "said 10 times", "They ran out, <b>again</b>.", "Restocked on Monday.", "done in 1 min", "fewer than 5"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not there", want)
		}
	}
	for _, never := range []string{"not to be shown", "four only", "whisper", "Whisper", "staff 1", "next door", "said 14", "put right"} {
		if strings.Contains(body, never) {
			t.Errorf("%q is told", never)
		}
	}
	if a.header.Get("Set-Cookie") != "" || a.header.Get("Cache-Control") != "public, max-age=60" || strings.Contains(string(a.body), "<script") || strings.Contains(string(a.body), "again</b>") {
		t.Errorf("headers %v", a.header)
	}
	again := h.call("GET", "/@open/cx/done", "", "Accept-Language", "en", "If-None-Match", a.header.Get("ETag")).want(304)
	if len(again.body) != 0 {
		t.Error("who has it gets it again")
	}
	if spanish, _ := h.page("/@open/cx/done", "es"); !strings.Contains(spanish, "Precioso") || !strings.Contains(spanish, `<html lang="es"`) {
		t.Error("not in Spanish")
	}
	if n := wireBytes(t, strings.TrimPrefix(h.url, "http://"), "/@open/cx/done", "en"); n > firstFlight {
		t.Errorf("%d bytes on the wire", n)
	}
	if body, _ := h.page("/@open/cx", "en"); !strings.Contains(body, `href="/@open/cx/done"`) {
		t.Error("the screen does not lead to it")
	}

	// Taken back is taken away, within the minute that copies last.
	h.call("DELETE", told, "").want(204)
	h.clock.forward(2 * time.Minute)
	if body, _ := h.page("/@open/cx/done", "en"); strings.Contains(body, "They ran out") {
		t.Error("what was taken back is shown")
	}
}
