package screen_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/screen"
)

func sortStrings(list []string) { slices.Sort(list) }

func TestReceiptTellsTheTruth(t *testing.T) {
	h := newHouse(t)
	url := h.said("sparkle", `{"topic":"cant-find-it","context":{"touchpoint":"k7f3"},"more":true}`).Receipt
	status := func() string { return h.receipt(url).Status }
	if s := status(); s != cx.Received {
		t.Errorf("before anybody looked: %s", s)
	}
	h.seen(url)
	if s := status(); s != cx.Seen {
		t.Errorf("after somebody opened it: %s", s)
	}
	h.onIt(url)
	if s := status(); s != cx.Acknowledged {
		t.Errorf("after somebody took it: %s", s)
	}
	h.reply(url, "Restocked tomorrow at 8:00.")
	r := h.receipt(url)
	if r.Status != cx.Answered || len(r.Messages) != 1 || r.Messages[0].Text != "Restocked tomorrow at 8:00." || r.Messages[0].From != "brand" || !strings.HasPrefix(r.Messages[0].By, "Distribution") {
		t.Errorf("after the answer: %+v", r)
	}
	for _, e := range r.History {
		if strings.Contains(e.By, "@") || e.By != "" && !strings.HasPrefix(e.By, "Distribution") {
			t.Errorf("the history names somebody: %+v", e)
		}
	}
	before := len(r.History)
	h.call("POST", url+"/messages", `{"solved":false,"text":"Still empty."}`, "Content-Type", "application/json").want(200)
	r = h.receipt(url)
	if len(r.History) < before || r.Solved != "no" || r.Messages[len(r.Messages)-1].From != "author" {
		t.Errorf("after 'not solved': %+v", r)
	}
}

func TestReceiptIsPrivate(t *testing.T) {
	h := newHouse(t)
	u := h.said("sparkle", `{"text":"a private word"}`).Receipt
	for _, accept := range []string{"application/json", "text/html"} {
		a := h.call("GET", u, "", "Accept", accept).want(200)
		if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Referrer-Policy") != "no-referrer" || a.header.Get("X-Robots-Tag") != "noindex" {
			t.Errorf("%s: headers %v", accept, a.header)
		}
	}
	last := len(u) - 2 // of its last letter only some bits count
	wrong := u[:last] + "0" + u[last+1:]
	if wrong == u {
		wrong = u[:last] + "1" + u[last+1:]
	}
	one := h.call("GET", wrong, "").problem(404)
	two := h.call("GET", h.url+"/@sparkle/cx/r/x", "").problem(404)
	if a, _ := json.Marshal(one); string(a) != string(must(json.Marshal(two))) {
		t.Errorf("a wrong receipt tells more than an unknown one: %+v, %+v", one, two)
	}
	h.call("GET", strings.Replace(u, "@sparkle", "@granvia", 1), "").problem(404)
	secret := u[strings.LastIndex(u, "/")+1:]
	h.call("PATCH", u, "{", "Content-Type", "application/json").problem(400)
	h.call("GET", u+"/nothing?text=also+private", "").problem(404)
	if log := h.log.String(); strings.Contains(log, secret) || strings.Contains(log, "private") {
		t.Errorf("the log tells a secret:\n%s", log)
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func TestReceiptETag(t *testing.T) {
	h := newHouse(t)
	u := h.said("sparkle", `{"topic":"cant-find-it"}`).Receipt
	a := h.call("GET", u, "").want(200)
	h.call("GET", u, "", "If-None-Match", a.header.Get("ETag")).want(304)
	h.seen(u)
	h.call("GET", u, "", "If-None-Match", a.header.Get("ETag")).want(200)
	h.call("HEAD", u, "").want(200)
}

func TestAdding(t *testing.T) {
	h := newHouse(t)
	u := h.said("sparkle", `{"feeling":1,"context":{"touchpoint":"front-door"},"more":true}`).Receipt
	patch := func(body string) *answer { return h.call("PATCH", u, body, "Content-Type", "application/json") }
	patch(`{"topic":"cant-find-it","text":"none left"}`).want(200)
	place := listedPlace(h, "sparkle")
	r := read[cx.Receipt](patch(`{"context":{"place":{"id":"` + place + `"},"product":"09506000134352","ref":"A7"}}`).want(200))
	if m := r.Moment; m.Topic != "cant-find-it" || m.Text != "none left" || m.Feeling != 1 || m.Context.Place.ID != place || m.Context.Product != "09506000134352" || m.Context.Ref != "A7" {
		t.Errorf("kept %+v, %+v", r.Moment, r.Moment.Context)
	}
	patch(`{"feeling":9}`).problem(422)
	patch(`{"receipt":false}`).problem(422)
	patch(`{"contact":{"email":"ana@mail.example"}}`).want(200)
	if r := h.receipt(u); r.Moment.Class != "identified" || r.Moment.Contact.Email != "ana@mail.example" {
		t.Errorf("a contact makes it identified: %+v", r.Moment)
	}
	if r := read[cx.Receipt](patch(`{"more":false}`).want(200)); r.OpenUntil != nil {
		t.Error("sealed, and still open")
	}
	patch(`{"text":"too late"}`).problem(409)
	h.call("POST", u+"/messages", `{"text":"but this comes"}`, "Content-Type", "application/json").want(200)

	u = h.said("sparkle", `{"feeling":1,"more":true}`).Receipt
	h.clock.forward(16 * time.Minute)
	patch(`{"text":"after a quarter of an hour"}`).problem(409)

	u = h.said("sparkle", `{"feeling":1,"more":true}`).Receipt
	patch(`{"more":false,"receipt":false}`).want(204)
	h.call("GET", u, "").problem(404)
}

func listedPlace(h *house, brand string) string {
	for _, p := range h.reg.ByID(brand).Places {
		if p.Listed {
			return p.ID
		}
	}
	h.t.Fatal("no listed place")
	return ""
}

func TestExportAndDelete(t *testing.T) {
	h := newHouse(t)
	u := h.said("sparkle", `{"text":"all of it","topic":"cant-find-it"}`).Receipt
	a := h.call("GET", u+"/export", "").want(200)
	if !strings.Contains(string(a.body), "all of it") || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the export: %s %v", a.body, a.header)
	}
	h.call("DELETE", u, "").want(204)
	h.call("DELETE", u, "").problem(404)
	h.call("GET", u, "").problem(404)
	h.call("GET", u+"/export", "").problem(404)
	h.call("POST", u+"/messages", `{"text":"x"}`, "Content-Type", "application/json").problem(404)
}

// TestReceiptForms: everything a client can do, a form can.
func TestReceiptForms(t *testing.T) {
	h := newHouse(t)
	u := h.said("sparkle", `{"feeling":1,"context":{"touchpoint":"front-door"},"text":"first","more":true}`).Receipt
	do := func(fields url.Values) *answer {
		return h.call("POST", u, fields.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html")
	}
	if to := do(url.Values{"do": {"add"}, "text": {"second"}, "topic": {"cant-find-it"}}).want(303).header.Get("Location"); to != u {
		t.Errorf("led to %s", to)
	}
	if m := h.receipt(u).Moment; m.Text != "first\nsecond" || m.Topic != "cant-find-it" {
		t.Errorf("kept %+v", m)
	}
	do(url.Values{"do": {"seal"}}).want(303)
	do(url.Values{"do": {"seal"}}).want(303)
	do(url.Values{"do": {"add"}, "text": {"after the seal"}}).want(303)
	r := h.receipt(u)
	if r.OpenUntil != nil || len(r.Messages) != 1 || r.Messages[0].Text != "after the seal" {
		t.Errorf("after the seal: %+v", r)
	}
	do(url.Values{"do": {"message"}, "solved": {"yes"}, "feeling": {"5"}}).want(303)
	if r := h.receipt(u); r.Solved != "yes" {
		t.Errorf("solved: %+v", r)
	}
	do(url.Values{"do": {"dance"}}).want(400)
	if to := do(url.Values{"do": {"withdraw"}}).want(303).header.Get("Location"); to != h.url+"/@sparkle/cx/gone" {
		t.Errorf("led to %s", to)
	}
	if a := h.call("GET", "/@sparkle/cx/gone?lang=es", "", "Accept", "text/html").want(200); !strings.Contains(string(a.body), "borrado") {
		t.Errorf("%s", a.body)
	}
	h.call("GET", u, "").problem(404)
}

// TestLongAdditionsAreKept: what no longer fits the moment becomes a message.
func TestLongAdditionsAreKept(t *testing.T) {
	h := newHouse(t)
	long := strings.Repeat("x", 3990)
	u := h.said("sparkle", `{"text":"`+long+`","more":true}`).Receipt
	h.call("POST", u, url.Values{"do": {"add"}, "text": {"and this, too"}}.Encode(), "Content-Type", "application/x-www-form-urlencoded").want(303)
	if r := h.receipt(u); r.Moment.Text != long || len(r.Messages) != 1 || r.Messages[0].Text != "and this, too" {
		t.Errorf("messages %+v", r.Messages)
	}
}

// events opens a receipt's stream and gives its events, as they come.
func (h *house) events(u string, headers ...string) <-chan [2]string {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h.t.Cleanup(cancel)
	r, _ := http.NewRequestWithContext(ctx, "GET", u, nil)
	r.Header.Set("Accept", "text/event-stream")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		h.t.Fatalf("status %d, %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
	out := make(chan [2]string)
	go func() {
		defer res.Body.Close()
		defer close(out)
		name, data := "", ""
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			switch line := s.Text(); {
			case strings.HasPrefix(line, "event: "):
				name = line[7:]
			case strings.HasPrefix(line, "data: "):
				data += line[6:] + "\n"
			case line == "" && name != "":
				select {
				case out <- [2]string{name, data}:
				case <-ctx.Done():
					return
				}
				name, data = "", ""
			}
		}
	}()
	return out
}

// next waits for the next event of a stream.
func next(t *testing.T, events <-chan [2]string) [2]string {
	t.Helper()
	select {
	case e, ok := <-events:
		if !ok {
			t.Fatal("the stream ended")
		}
		return e
	case <-time.After(time.Minute):
		t.Fatal("no event came")
	}
	return [2]string{}
}

func TestStream(t *testing.T) {
	h := newHouse(t)
	u := h.said("sparkle", `{"topic":"cant-find-it","context":{"touchpoint":"k7f3"},"more":true}`).Receipt
	events := h.events(u)
	if e := next(t, events); e[0] != "receipt" || !strings.Contains(e[1], `"status":"received"`) {
		t.Errorf("first %v", e)
	}
	h.seen(u)
	if e := next(t, events); !strings.Contains(e[1], `"status":"seen"`) {
		t.Errorf("then %v", e)
	}
	// What the author adds may move the moment to another case; the stream follows.
	h.call("PATCH", u, `{"topic":"tastes-off","text":"of metal"}`, "Content-Type", "application/json").want(200)
	for e := next(t, events); !strings.Contains(e[1], "of metal"); e = next(t, events) {
	}
	h.onIt(u)
	for e := next(t, events); !strings.Contains(e[1], `"status":"acknowledged"`); e = next(t, events) {
	}
	h.call("DELETE", u, "").want(204)
	for e := next(t, events); e[0] != "gone"; e = next(t, events) {
	}
	if _, open := <-events; open {
		t.Error("the stream goes on after the end")
	}
}

func TestStreamsEndAndAreCapped(t *testing.T) {
	h := newHouse(t, func(o *screen.Options) { o.Streams, o.StreamFor = 1, 50*time.Millisecond })
	u := h.said("sparkle", `{"topic":"cant-find-it"}`).Receipt
	events := h.events(u)
	next(t, events)
	if e := next(t, events); e[0] != "end" {
		t.Errorf("it ended with %v", e)
	}
	if _, open := <-events; open {
		t.Error("the stream goes on after the end")
	}
	full := newHouse(t, func(o *screen.Options) { o.Streams = 1 })
	u = full.said("sparkle", `{"topic":"cant-find-it"}`).Receipt
	next(t, full.events(u))
	a := full.call("GET", u, "", "Accept", "text/event-stream")
	if a.want(503); a.header.Get("Retry-After") == "" {
		t.Error("who can't watch is not told when to ask again")
	}
	full.call("GET", full.url+"/@sparkle/cx/r/wrong", "", "Accept", "text/event-stream").want(503)
}
