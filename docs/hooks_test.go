package docs_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/app"
	"github.com/sayline/sayline/internal/notify"
)

// built makes a program of the example that a document marks.
func built(t *testing.T, document, mark string) string {
	t.Helper()
	_, rest, ok := strings.Cut(documents(t)["../docs/"+document], "<!-- "+mark+" -->\n")
	if !ok {
		t.Fatalf("no example is marked %q", mark)
	}
	source, program := filepath.Join(t.TempDir(), "main.go"), filepath.Join(t.TempDir(), "example")
	if err := os.WriteFile(source, []byte(blocks(rest)[0].text), 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, source)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// The gateway of docs/gateway.md, handed messages by the real way out: each is
// sent once, and what nobody signed is not.
func TestGatewayExample(t *testing.T) {
	secret := notify.DeriveSecret([]byte("of this test"), "docs", "gateway", 0)
	cmd := exec.CommandContext(t.Context(), built(t, "gateway.md", "gateway"))
	cmd.Env = append(os.Environ(), "SAYLINE_GATEWAY_SECRET="+secret, "LISTEN=127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("it does not say where it listens: %v", lines.Err())
	}
	url := lines.Text()
	hand := func(secret, id string) notify.Outcome {
		g, err := notify.NewGateway(notify.GatewayOptions{URL: url, Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		return g.Send(t.Context(), notify.GatewayMessage{ID: id, Channel: sayline.BySMS, To: "+34600000001", Text: "Urgent"})
	}
	if o := hand(notify.DeriveSecret([]byte("another"), "docs", "gateway", 0), "0"); o.Class != notify.FailedForGood {
		t.Errorf("what nobody signed: %+v", o)
	}
	for _, id := range []string{"1", "1", "2"} {
		if o := hand(secret, id); o.Class != notify.Accepted {
			t.Errorf("%+v", o)
		}
	}
	sent := map[string]int{}
	for range 2 {
		if !lines.Scan() {
			t.Fatal(lines.Err())
		}
		sent[lines.Text()]++
	}
	if sent["sms +34600000001 1"] != 1 || sent["sms +34600000001 2"] != 1 {
		t.Errorf("sent %v", sent)
	}
}

// The program of docs/inbound-mail.md hands a letter on to a real server.
func TestHandOnExample(t *testing.T) {
	program := built(t, "inbound-mail.md", "hand on")
	secret := notify.DeriveSecret([]byte("of this test"), "docs", "mail", 0)
	a := openWith(t, func(o *app.Options) { o.InboundAddress, o.InboundSecret = "reply@cx.example", secret })
	var said struct{ ID string }
	body := `{"topic":"cant-find-it","context":{"touchpoint":"k7f3"}}`
	req, err := http.NewRequestWithContext(t.Context(), "POST", a.URL()+"/@sparkle/cx/moments", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", "0123456789abcdef0123456789abcdef")
	if _, text := do(t, req); json.Unmarshal([]byte(text), &said) != nil || said.ID == "" {
		t.Fatalf("it was answered %s", text)
	}
	hand := func(to string) int {
		cmd := exec.CommandContext(t.Context(), program)
		cmd.Env = append(os.Environ(), "SAYLINE_INBOUND_SECRET="+secret, "SAYLINE_PUBLIC_URL="+a.URL())
		cmd.Stdin = strings.NewReader("From: zoe@example.com\r\nTo: " + to + "\r\nMessage-ID: <1@example.com>\r\n\r\nStill none.\r\n")
		var exit *exec.ExitError
		if err := cmd.Run(); errors.As(err, &exit) {
			return exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		return 0
	}
	to := notify.AnswerAddress("reply@cx.example", notify.Thread(a.Store.ServerKey(), "sparkle", said.ID))
	if code := hand(to); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	if code := hand("reply+nothing@cx.example"); code != 67 {
		t.Errorf("of no moment it ended with %d", code)
	}
	m, err := a.Store.Moment(t.Context(), "sparkle", said.ID)
	if err != nil {
		t.Fatal(err)
	}
	list, err := a.Store.MessagesTo(t.Context(), "sparkle", m.ID, m.Case)
	if err != nil || len(list) != 1 || list[0].Text != "Still none." || time.Since(list[0].At) > time.Hour {
		t.Errorf("heard %+v, %v", list, err)
	}
}
