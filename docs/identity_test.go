package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/proof"
)

// The shell lines that make a proof make one which the hotel's brand file takes.
func TestTheWrittenProofIsAProof(t *testing.T) {
	text, err := os.ReadFile("identity.md")
	if err != nil {
		t.Fatal(err)
	}
	var script, voucher string
	for _, b := range blocks(string(text)) {
		switch {
		case b.lang == "sh":
			script = b.text
		case b.lang == "yaml" && strings.HasPrefix(b.text, "vouchers:"):
			voucher = b.text
		}
	}
	folder := t.TempDir()
	key, err := examples.AppKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "granvia-app.pem"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	shell := exec.Command("sh", "-eu", "-c", script)
	shell.Dir = folder
	out, err := shell.Output()
	if err != nil {
		t.Fatalf("the example does not run: %v\n%s", err, out)
	}
	src, err := examples.File("granvia")
	if err != nil {
		t.Fatal(err)
	}
	c, err := brandfile.Read("granvia.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	got, err := proof.Verify(&c.Brand, strings.TrimSpace(string(out)), time.Now())
	if err != nil || *got != (sayline.Proved{By: "app", Name: "Ana Prieto", Member: "GV-20417", Tier: "gold"}) {
		t.Errorf("it proves %+v, %v", got, err)
	}
	if public := strings.TrimSpace(c.Vouchers[0].Keys[0].Public); !strings.Contains(strings.ReplaceAll(voucher, "          ", ""), public) {
		t.Errorf("the page shows another key than the hotel's:\n%s", voucher)
	}
}
