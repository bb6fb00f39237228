package screen_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/screen"
)

// device makes a device of a brand and gives its id and its token.
func (h *house) device(brand, touchpoint string, idle ...time.Duration) (id, token string) {
	h.t.Helper()
	var b [20]byte
	rand.Read(b[:])
	token = sayline.DeviceToken + sayline.EncodeSecret(b[:])
	id = sayline.NewID(h.clock.now(), rand.Reader)
	h.must(h.store.MakeDevice(context.Background(), sayline.Device{Brand: brand, ID: id, Name: "East wing", Touchpoint: touchpoint, Token: sayline.HashSecret(token), Idle: append(idle, 3*time.Second)[0], MadeBy: "helen"}))
	return id, token
}

func signed(token string) []string { return []string{"Authorization", "Bearer " + token} }

// press is what a button on a wall sends.
func (h *house) press(brand, token, body string) *cx.Accepted {
	h.t.Helper()
	return read[cx.Accepted](h.post(brand, newKey(), body, signed(token)...).want(201))
}

// TestDevicePresses: a button says where it stands by its token, and twenty
// presses by one hand are one moment.
func TestDevicePresses(t *testing.T) {
	h := newHouse(t)
	h.clock.stand()
	_, token := h.device("northgate", "wc1a")
	begin := h.clock.now().Add(-time.Hour)
	at := func(after time.Duration, face int) string {
		return fmt.Sprintf(`{"feeling":%d,"receipt":false,"occurred_at":%q}`, face, begin.Add(after).Format(time.RFC3339Nano))
	}
	first := h.press("northgate", token, at(0, 1))
	for i := 1; i < 20; i++ {
		a := h.press("northgate", token, at(time.Duration(i)*time.Second, 2))
		if a.ID != first.ID || a.Reference != first.Reference || a.Receipt != "" {
			t.Fatalf("press %d is %+v, the first was %+v", i, a, first)
		}
	}
	m, err := h.store.Moment(t.Context(), "northgate", first.ID)
	h.must(err)
	if m.Context.Touchpoint != "wc1a" || m.Context.Source != "kiosk" || m.Feeling != 2 || m.Receipt != "" || !m.OccurredAt.Equal(begin.UTC().Truncate(time.Microsecond)) {
		t.Errorf("kept %+v", m)
	}
	if h.moments() != 1 {
		t.Errorf("%d moments", h.moments())
	}
	if next := h.press("northgate", token, at(22*time.Second, 2)); next.ID == first.ID {
		t.Error("three seconds after the last press it is the same hand")
	}
	if h.moments() != 2 {
		t.Errorf("%d moments", h.moments())
	}
}

// TestChangesGoOnWithTheBurst: a press may be a change of the moment, too; the
// moment keeps its time, and what comes after the seal is folded.
func TestChangesGoOnWithTheBurst(t *testing.T) {
	h := newHouse(t)
	h.clock.stand()
	_, token := h.device("northgate", "wc1a")
	begin := h.clock.now().UTC().Truncate(time.Microsecond)
	at := func(after time.Duration) string { return begin.Add(after).Format(time.RFC3339Nano) }
	first := h.press("northgate", token, fmt.Sprintf(`{"feeling":1,"more":true,"occurred_at":%q}`, at(0)))
	for s := 2; s <= 14; s += 2 {
		h.clock.forward(2*time.Second - time.Millisecond)
		h.call("PATCH", first.Receipt, fmt.Sprintf(`{"feeling":2,"occurred_at":%q}`, at(time.Duration(s)*time.Second-time.Millisecond)), append([]string{"Content-Type", "application/json"}, signed(token)...)...).want(200)
	}
	h.clock.forward(2 * time.Second)
	h.call("GET", first.Receipt, "").problem(404) // forgotten
	if a := h.press("northgate", token, fmt.Sprintf(`{"feeling":4,"receipt":false,"occurred_at":%q}`, at(16*time.Second))); a.ID != first.ID || a.Receipt != "" {
		t.Errorf("pressed on: %+v", a)
	}
	m, err := h.store.Moment(t.Context(), "northgate", first.ID)
	h.must(err)
	if h.moments() != 1 || m.Feeling != 4 || !m.OccurredAt.Equal(begin) {
		t.Errorf("%d moments, kept %+v", h.moments(), m)
	}
}

// TestFoldedReceipt: a press that is folded gets no receipt, not even repeated.
func TestFoldedReceipt(t *testing.T) {
	h := newHouse(t)
	h.clock.stand()
	_, token := h.device("northgate", "wc1a")
	first := h.press("northgate", token, `{"feeling":1}`)
	if first.Receipt == "" {
		t.Fatal("no receipt")
	}
	key := newKey()
	a := h.post("northgate", key, `{"feeling":2}`, signed(token)...).want(201)
	again := h.post("northgate", key, `{"feeling":2}`, signed(token)...).want(201)
	for _, x := range []*answer{a, again} {
		if got := read[cx.Accepted](x); got.ID != first.ID || got.Receipt != "" || x.header.Get("Location") != "" {
			t.Errorf("the folded press was answered %+v", got)
		}
	}
	if r := h.receipt(first.Receipt); r.Moment.Feeling != 2 {
		t.Errorf("the receipt says %+v", r.Moment)
	}
	h.call("DELETE", first.Receipt, "").want(204)
	h.post("northgate", key, `{"feeling":2}`, signed(token)...).want(410)
}

// TestDeviceBudget: a device has a rate of its own, and leaves its address's alone.
func TestDeviceBudget(t *testing.T) {
	h := newHouse(t, func(o *screen.Options) { o.RatePerMinute = 2 })
	h.clock.stand()
	_, token := h.device("northgate", "wc1a")
	for range 10 {
		h.press("northgate", token, `{"text":"again"}`)
	}
	key := newKey()
	if a := h.post("northgate", key, `{"text":"again"}`, signed(token)...).want(429); a.header.Get("Retry-After") == "" {
		t.Error("nobody says when to try again")
	}
	for range 2 {
		h.said("northgate", `{"feeling":1}`)
	}
	h.post("northgate", newKey(), `{"feeling":1}`).want(429)
}

func TestDeviceReports(t *testing.T) {
	h := newHouse(t)
	h.clock.stand()
	id, token := h.device("northgate", "wc1a")
	beat := func(body, token string) *answer {
		return h.call("POST", "/@northgate/cx/device", body, append([]string{"Content-Type", "application/json"}, signed(token)...)...)
	}
	doc := read[map[string]any](beat(`{"queue":4,"version":"1","battery":80}`, token).want(200))
	if d := *doc; d["name"] != "East wing" || d["touchpoint"] != "wc1a" || d["idle"] != 3.0 || len(d["pin"].(string)) != 6 {
		t.Errorf("told %v", d)
	}
	list, err := h.store.Devices(t.Context(), "northgate")
	h.must(err)
	if b := list[0].Beat; b.Queue != 4 || b.Version != "1" || b.Battery != 80 || b.At.IsZero() {
		t.Errorf("kept %+v", b)
	}
	beat(`{"queue":-1}`, token).problem(422)
	beat(`{"battery":101}`, token).problem(422)
	h.call("POST", "/@northgate/cx/device", "{}", "Content-Type", "application/json").problem(401)
	h.must(h.store.RevokeDevice(t.Context(), "northgate", id, "helen"))
	for _, a := range []*answer{beat("{}", token), beat("{}", sayline.DeviceToken+"nonsense"), h.post("northgate", newKey(), `{"feeling":1}`, signed(token)...)} {
		if a.problem(401); !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("no WWW-Authenticate: %v", a.header)
		}
	}
	_, other := h.device("sparkle", "k7f3")
	beat("{}", other).problem(401)
	if h.moments() != 0 {
		t.Errorf("%d moments", h.moments())
	}
	if strings.Contains(h.log.String(), token) {
		t.Error("a token is in the log")
	}
}

// TestCame: nine of them pressed, the restroom was cleaned, and everybody there reads it.
func TestCame(t *testing.T) {
	h := newHouse(t)
	h.clock.stand()
	var last *cx.Accepted
	for range 9 {
		last = h.said("northgate", `{"topic":"dirty","context":{"touchpoint":"wc1a","source":"kiosk"}}`)
	}
	path := "/@northgate/cx/came/wc1a"
	if got := string(h.call("GET", path, "").want(200).body); strings.TrimSpace(got) != "{}" {
		t.Errorf("before anything was done: %s", got)
	}
	req, err := http.NewRequestWithContext(t.Context(), "GET", h.url+path, nil)
	h.must(err)
	req.Header.Set("Accept", "text/event-stream")
	res, err := http.DefaultClient.Do(req)
	h.must(err)
	defer res.Body.Close()
	late := time.AfterFunc(time.Minute, func() { res.Body.Close() })
	defer late.Stop()
	events := bufio.NewScanner(res.Body)
	next := func() map[string]any {
		for events.Scan() {
			if data, ok := strings.CutPrefix(events.Text(), "data: "); ok {
				m := map[string]any{}
				h.must(json.Unmarshal([]byte(data), &m))
				return m
			}
		}
		t.Fatal("the stream ended: ", events.Err())
		return nil
	}
	if m := next(); len(m) != 0 {
		t.Errorf("the stream begins with %v", m)
	}
	h.resolve(last.Receipt, "done")
	m := next()
	line := m["line"].(map[string]any)
	clock := h.clock.now().In(time.FixedZone("", 0)).Format("15:04") // London, in winter
	if want := "Cleaned " + clock + ", after nine of you"; line["en"] != want && !strings.HasSuffix(line["en"].(string), ", after nine of you") {
		t.Errorf("it says %q, want %q", line["en"], want)
	}
	if !strings.HasPrefix(line["es"].(string), "Limpio") || m["moments"] != 9.0 {
		t.Errorf("it says %v", m)
	}
	again := h.said("northgate", `{"topic":"dirty","context":{"touchpoint":"wc1a","source":"kiosk"}}`)
	// The case is open again; what was done was done, and nothing new is told until it is done again.
	h.resolve(again.Receipt, "done")
	if m := next(); m["moments"] != 1.0 {
		t.Errorf("the second time it says %v", m)
	}
	h.clock.forward(49 * time.Hour)
	if got := string(h.call("GET", path, "").want(200).body); strings.TrimSpace(got) != "{}" {
		t.Errorf("two days later: %s", got)
	}
	h.call("GET", "/@northgate/cx/came/nowhere", "").problem(404)
}

// TestCameIsNeverPrivate: what is done in a lane is told to nobody at a kiosk.
func TestCameIsNeverPrivate(t *testing.T) {
	h := newHouse(t)
	h.clock.stand()
	private := ""
	for _, topic := range h.reg.ByID("northgate").Topics {
		if topic.Lane != "" {
			private = topic.ID
		}
	}
	a := h.said("northgate", fmt.Sprintf(`{"topic":%q,"text":"he shouted","context":{"touchpoint":"wc1a"}}`, private))
	words := h.said("northgate", `{"text":"my lost ring","context":{"touchpoint":"wc1a"}}`)
	h.resolve(a.Receipt, "done")
	if got := string(h.call("GET", "/@northgate/cx/came/wc1a", "").want(200).body); strings.TrimSpace(got) != "{}" {
		t.Errorf("told of a private lane: %s", got)
	}
	h.resolve(words.Receipt, "done")
	if got := string(h.call("GET", "/@northgate/cx/came/wc1a", "").want(200).body); strings.Contains(got, "ring") || !strings.Contains(got, "after one of you") {
		t.Errorf("of somebody's words it tells %s", got)
	}
}
