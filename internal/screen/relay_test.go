package screen_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/screen"
	"github.com/sayline/sayline/internal/store"
)

// relayKey makes a relay of the soda maker's and gives its key.
func (h *house) relayKey(id, name string) string {
	h.t.Helper()
	key := "relay_" + newKey()
	h.must(h.store.MakeRelay(context.Background(), &store.RelayKey{Brand: "sparkle", ID: id, Name: name, MadeAt: h.clock.now(), MadeBy: "elena"}, sayline.HashSecret(key)))
	return key
}

// TestTheWrittenRelayWorks runs the example of docs/relay.md as it stands there.
func TestTheWrittenRelayWorks(t *testing.T) {
	h := newHouse(t)
	text, err := os.ReadFile("../../docs/relay.md")
	h.must(err)
	script := regexp.MustCompile("(?s)```sh\n(.*?)```").FindSubmatch(text)
	if script == nil {
		t.Fatal("docs/relay.md has no example")
	}
	shell := exec.Command("sh", "-eu", "-c", string(script[1]))
	shell.Env = append(os.Environ(), "BRAND="+h.url+"/@sparkle", "RELAY_KEY="+h.relayKey("r1", "WhatsApp desk"))
	out, err := shell.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var done cx.Accepted
	h.must(json.Unmarshal(out, &done))
	if m := h.moment(done.Receipt); m.Context.Source != "relay" || m.Context.PassedBy != "relay:WhatsApp desk" || m.Class != sayline.Unidentified {
		t.Errorf("kept: %+v", m.Context)
	}
}

// TestRelayKeys: a wrong or revoked key stores nothing; without one nobody is
// believed to be a relay; a relay's budget is its own.
func TestRelayKeys(t *testing.T) {
	h := newHouse(t, func(o *screen.Options) { o.RatePerMinute = 2 })
	h.clock.stand()
	key := h.relayKey("r1", "WhatsApp desk")
	body := `{"feeling":2,"context":{"touchpoint":"k7f3","source":"relay"}}`
	for _, wrong := range []string{"Bearer relay_nonsense", "Bearer ", "Basic " + key, "Bearer " + key + "x"} {
		h.post("sparkle", newKey(), body, "Authorization", wrong).problem(401)
	}
	h.post("granvia", newKey(), body, "Authorization", "Bearer "+key).problem(401) // another brand's
	if n := h.moments(); n != 0 {
		t.Errorf("%d moments were stored", n)
	}
	if m := h.moment(h.said("sparkle", body).Receipt); m.Context.PassedBy != "" {
		t.Errorf("believed: %+v", m.Context)
	}
	h.said("sparkle", body)
	h.post("sparkle", newKey(), body).problem(429) // the address has no more
	for range 20 {
		h.post("sparkle", newKey(), body, "Authorization", "Bearer "+key).want(201)
	}
	h.post("sparkle", newKey(), body, "Authorization", "Bearer "+key).problem(429)
	h.post("sparkle", newKey(), body, "Authorization", "Bearer "+h.relayKey("r2", "Call centre")).want(201)
	h.must(h.store.RevokeRelay(context.Background(), "sparkle", "r1"))
	h.post("sparkle", newKey(), body, "Authorization", "Bearer "+key).problem(401)
	if strings.Contains(h.log.String(), key) {
		t.Error("the log knows the key")
	}
}

// TestWhatARelayAdds counts against its own budget, and its address's against
// the address's; a key that is no good adds nothing.
func TestWhatARelayAdds(t *testing.T) {
	h := newHouse(t, func(o *screen.Options) { o.RatePerMinute = 1 })
	h.clock.stand()
	key := "Bearer " + h.relayKey("r1", "WhatsApp desk")
	a := read[cx.Accepted](h.post("sparkle", newKey(), `{"feeling":2,"more":true}`, "Authorization", key).want(201))
	add := func(headers ...string) *answer {
		return h.call("POST", a.Receipt+"/media", photo(t, 1), append(headers, "Content-Type", "image/jpeg")...)
	}
	add("Authorization", key+"x").problem(401)
	if got := h.receipt(a.Receipt); len(got.Media) != 0 {
		t.Errorf("a wrong key added %+v", got.Media)
	}
	used := 0
	for ; add().status != 429; used++ { // what the address may
		if used > 100 {
			t.Fatal("an address may add without end")
		}
	}
	relay := 0 // both grow again while this runs, so nothing is said to the unit
	for ; add("Authorization", key).status != 429; relay++ {
		if relay > 1000 {
			t.Fatal("a relay may add without end")
		}
	}
	if relay < used*3 {
		t.Errorf("an address may add %d, a relay behind it %d", used, relay)
	}
	add("Authorization", "Bearer "+h.relayKey("r2", "Call centre")).want(200)
}
