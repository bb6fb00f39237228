package docs_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
)

// The shell example of docs/devices.md, run against a real server by a device
// that stands at a shelf: pressed twice, it is one moment, said at that shelf.
func TestDeviceExample(t *testing.T) {
	text := documents(t)["../docs/devices.md"]
	_, rest, ok := strings.Cut(text, "<!-- device -->\n")
	if !ok {
		t.Fatal("no device example is marked")
	}
	script := blocks(rest)[0].text
	a := open(t)
	token := sayline.DeviceToken + sayline.EncodeSecret(make([]byte, 20))
	d := sayline.Device{Brand: "sparkle", ID: "shelf", Name: "Shelf", Touchpoint: "k7f3", Token: sayline.HashSecret(token), Idle: sayline.IdleUsual}
	if err := a.Store.MakeDevice(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	run := func(token string) []byte {
		cmd := exec.CommandContext(t.Context(), "sh", "-ec", script)
		cmd.Env = append(os.Environ(), "BRAND="+a.URL()+"/@sparkle", "TOKEN="+token)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return out
	}
	var first, second cx.Accepted
	for _, x := range []*cx.Accepted{&first, &second} {
		if out := run(token); json.Unmarshal(out, x) != nil || x.ID == "" || x.Receipt != "" {
			t.Fatalf("the example was answered %s", out)
		}
	}
	if first.ID != second.ID {
		t.Error("two presses by one hand are two moments")
	}
	if m, err := a.Store.Moment(t.Context(), "sparkle", first.ID); err != nil || m.Context.Touchpoint != "k7f3" || m.Feeling != 2 {
		t.Errorf("kept %+v, %v", m, err)
	}
	if out := run(token + "0"); !bytes.Contains(out, []byte(`"status":401`)) {
		t.Errorf("an unknown token was answered %s", out)
	}
}
