package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/store"
)

// reader makes a key that reads, as Irene who is named in both lanes.
func (h *stock) reader(name, scope string, lanes ...string) string {
	h.t.Helper()
	key := store.SystemKey + name
	if err := h.Store.MakeSystem(h.t.Context(), &store.System{Brand: "sparkle", ID: name, Name: name, Lanes: lanes, For: scope, MadeAt: time.Now(), MadeBy: "irene"}, sayline.HashSecret(key)); err != nil {
		h.t.Fatal(err)
	}
	return key
}

// private is a topic of the brand's with the lane it is in.
func (h *stock) private() (topic, lane string) {
	for _, t := range h.Brands.ByID("sparkle").Topics {
		if t.Lane != "" {
			return t.ID, t.Lane
		}
	}
	h.t.Fatal("the brand has no private topic")
	return "", ""
}

// said lets somebody say something, later than all before: of one millisecond
// nobody can tell which was first.
func (h *stock) said(m sayline.Moment) string {
	for at := time.Now().UnixMilli(); at == time.Now().UnixMilli(); {
		runtime.Gosched()
	}
	m.Class = sayline.Unidentified
	return h.Say("sparkle", m).Moment.ID
}

// texts are what a list of moments says.
func texts(list any) (all []string) {
	for _, m := range list.([]any) {
		text, _ := m.(map[string]any)["text"].(string)
		all = append(all, text)
	}
	return all
}

// TestReading: a key that reads has what the pulse shows by its filter, the newest
// first and page by page, and does nothing; nothing private or of a small audience.
func TestReading(t *testing.T) {
	h := open(t)
	topic, lane := h.private()
	for _, text := range []string{"one", "two", "three"} {
		h.said(sayline.Moment{Topic: "cant-find-it", Text: text, Lang: "en", Feeling: 2, Context: housetest.At("k7f3")})
	}
	lemon := housetest.At("lemon")
	lemon.Ref = "room 412"
	h.said(sayline.Moment{Feeling: 5, Text: "lovely", Lang: "es-MX", Context: lemon})
	h.said(sayline.Moment{Text: "colleague", Audience: "employee", Feeling: 1, Context: housetest.At("k7f3")})
	h.said(sayline.Moment{Topic: topic, Text: "private", Context: housetest.At("k7f3")})
	key := h.reader("lake", store.ForRead)

	a := h.call("GET", "/moments?limit=2", key, "")
	if a.status != 200 || strings.Join(texts(a.body["moments"]), " ") != "lovely three" || a.header.Get("Link") == "" {
		t.Fatalf("%d %v", a.status, a.body)
	}
	other := store.SystemKey + "yard"
	if err := h.Store.MakeSystem(t.Context(), &store.System{Brand: "sparkle", ID: "yard", Name: "yard", Teams: []string{"yard"}, For: store.ForAll, MadeAt: time.Now(), MadeBy: "irene"}, sayline.HashSecret(other)); err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]bool{key: true, other: false} {
		if strings.Contains(string(asJSON(h.call("GET", "/moments?feeling=5", k, "").body)), "room 412") != want {
			t.Errorf("a room is told to who works on it, and only then: %v", want)
		}
	}
	b := h.call("GET", "/moments?limit=2&after="+a.body["next"].(string), key, "")
	if strings.Join(texts(b.body["moments"]), " ") != "two one" || b.body["next"] != nil {
		t.Errorf("the next page: %v", b.body)
	}
	for query, want := range map[string]string{"lang=es": "lovely", "touchpoint=k7f3&feeling=2": "three two one", "period=today&feeling=4&feeling=5": "lovely", "from=2020-01-01&to=2020-01-31": ""} {
		if got := strings.Join(texts(h.call("GET", "/moments?"+query, key, "").body["moments"]), " "); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	for _, wrong := range []string{"touchpoint=nowhere", "topic=" + topic, "feeling=9", "colour=red", "period=11", "limit=0", "after=%00"} {
		if a := h.call("GET", "/moments?"+wrong, key, ""); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", wrong, a.status)
		}
	}
	if got := texts(h.call("GET", "/moments", h.reader("ombud", store.ForAll, lane), "").body["moments"]); len(got) != 5 || !slices.Contains(got, "private") {
		t.Errorf("with its lane: %v", got)
	}

	f := h.call("GET", "/figures?by=touchpoint", key, "").body
	if all := f["all"].(map[string]any); all["moments"] != 4.0 || len(f["groups"].([]any)) != 2 || all["of_100"] != nil {
		t.Errorf("figures: %v", f)
	}
	if a := h.call("GET", "/figures?by=colour", key, ""); a.status != http.StatusUnprocessableEntity {
		t.Errorf("by colour: %d", a.status)
	}
	if list := h.call("GET", "/touchpoints", key, "").body["touchpoints"].([]any); len(list) < 3 || list[0].(map[string]any)["name"] == nil {
		t.Errorf("touchpoints: %v", list)
	}
	cases := h.call("GET", "/cases", key, "").body["cases"].([]any)
	for _, c := range cases {
		id := c.(map[string]any)["id"].(string)
		if a := h.call("POST", "/cases/"+id+"/acknowledge", key, `{}`, once("r")...); a.status != http.StatusForbidden {
			t.Errorf("a key that reads acknowledges: %d", a.status)
		}
		if body := h.call("GET", "/cases/"+id, key, "").body; strings.Contains(string(asJSON(body)), "colleague") {
			t.Error("who only reads is told what a colleague said")
		}
	}
	if len(cases) == 0 {
		t.Error("it reads no cases")
	}
	for _, path := range []string{"/moments", "/figures", "/touchpoints", "/events"} {
		if a := h.call("GET", path, h.key("till"+path[1:], nil, nil), ""); a.status != http.StatusForbidden {
			t.Errorf("%s with a key for cases: %d", path, a.status)
		}
	}
}

func asJSON(v any) []byte { b, _ := json.Marshal(v); return b }

// event is one of the stream.
type event struct {
	id, kind string
	data     map[string]any
}

// stream opens the firehose behind a number, "" for now; what comes is read by next.
func (h *stock) stream(key, after string) (next func() event) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), "GET", h.URL+"/b/sparkle/api/v1/events", nil)
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	if after != "" {
		req.Header.Set("Last-Event-ID", after)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != 200 {
		h.t.Fatal(res.Status, err)
	}
	h.t.Cleanup(func() { res.Body.Close() })
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	return func() event {
		h.t.Helper()
		var e event
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "id":
				e.id = value
			case "event":
				e.kind = value
			case "data":
				var ce struct{ Data map[string]any }
				if err := json.Unmarshal([]byte(value), &ce); err != nil {
					h.t.Fatal(err)
				}
				e.data = ce.Data
			case "":
				if e.kind != "" {
					return e
				}
			}
		}
		h.t.Fatal("the stream ended: ", lines.Err())
		return e
	}
}

// TestEvents: everything that happens comes once and in order, live and from where
// one stood; nothing private, nothing of a small audience, not even that it is gone.
func TestEvents(t *testing.T) {
	h := open(t)
	topic, lane := h.private()
	key := h.reader("lake", store.ForRead)
	live := h.stream(key, "")
	first := h.Say("sparkle", sayline.Moment{Class: sayline.Unidentified, Topic: "cant-find-it", Text: "first", Context: housetest.At("k7f3")})
	mean := h.Say("sparkle", sayline.Moment{Class: sayline.Unidentified, Audience: "employee", Text: "colleague", Context: housetest.At("k7f3")})
	h.said(sayline.Moment{Topic: topic, Text: "private", Context: housetest.At("k7f3")})
	for _, x := range []string{mean.Moment.Receipt, first.Moment.Receipt} {
		if err := h.Store.Withdraw(t.Context(), "sparkle", x); err != nil {
			t.Fatal(err)
		}
	}
	h.said(sayline.Moment{Feeling: 5, Text: "last", Context: housetest.At("lemon")})
	read := func(next func() event) (all []event) {
		for {
			e := next()
			if all = append(all, e); len(all) > 50 {
				t.Fatal("it never comes to the last")
			}
			if m, _ := e.data["moment"].(map[string]any); m["text"] == "last" {
				return all
			}
		}
	}
	seen := read(live)
	before := ""
	for _, e := range seen {
		text := string(asJSON(e.data))
		if strings.Contains(text, "colleague") || strings.Contains(text, "private") || strings.Contains(text, mean.Moment.ID) || strings.Contains(text, mean.Moment.Case) && mean.Moment.Case != "" {
			t.Errorf("it is told %s", text)
		}
		if len(before) > len(e.id) || len(before) == len(e.id) && before >= e.id {
			t.Errorf("%s after %s", e.id, before)
		}
		before = e.id
	}
	gone := false
	for _, e := range seen {
		gone = gone || e.kind == sayline.EventMomentWithdrawn && e.data["moment_id"] == first.Moment.ID
	}
	if !gone {
		t.Error("nobody says what was taken back")
	}
	again := read(h.stream(key, seen[0].id))
	if len(again) > len(seen)-1 || again[len(again)-1].id != seen[len(seen)-1].id {
		t.Errorf("from where one stood come %d of %d", len(again), len(seen))
	}
	ombud, heard := read(h.stream(h.reader("ombud", store.ForAll, lane), "0")), false
	for _, e := range ombud {
		heard = heard || strings.Contains(string(asJSON(e.data)), "private")
	}
	if !heard {
		t.Error("who is given a lane does not hear of it")
	}
}

// TestEventsAreShared: one key opens so many streams and no more, with a problem that says
// when to come again; others are not kept out by it, and what is closed is free again.
func TestEventsAreShared(t *testing.T) {
	h := open(t)
	greedy := h.reader("greedy", store.ForRead)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	ask := func() *http.Response {
		req, err := http.NewRequestWithContext(ctx, "GET", h.URL+"/b/sparkle/api/v1/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+greedy)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		return res
	}
	opened := 0
	for ; opened < 100; opened++ {
		if res := ask(); res.StatusCode != http.StatusOK {
			break
		}
	}
	if opened == 0 || opened > 20 {
		t.Fatalf("one key has %d streams", opened)
	}
	if a := h.call("GET", "/events", greedy, ""); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" {
		t.Errorf("one more: %d, come again after %q", a.status, a.header.Get("Retry-After"))
	}
	modest := h.stream(h.reader("modest", store.ForRead), "")
	h.said(sayline.Moment{Feeling: 5, Text: "heard all the same", Context: housetest.At("lemon")})
	if e := modest(); e.kind == "" {
		t.Error("another key hears nothing")
	}
	leave()
	ctx = t.Context()
	for res := ask(); res.StatusCode != http.StatusOK; res = ask() { // until the house knows that they left, or the test's time is over
		res.Body.Close()
	}
}
