//go:build !race

// The race detector's own memory is several times that of what it watches, so
// how much a photo takes is measured by the run without it.

package media

import (
	"fmt"
	"image"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/sayline/sayline/internal/testkit"
)

// TestMemoryOfAPhoto develops the largest photos in a process of their own,
// whose memory the kernel measures, with the program's own settings.
func TestMemoryOfAPhoto(t *testing.T) {
	if name := os.Getenv("SAYLINE_DEVELOP"); name != "" {
		b, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		info, err := b.Stat()
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := Develop(b, info.Size()); err != nil {
				t.Fatal(err)
			}
		}
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(string(status), "VmHWM:")
		fmt.Println("peak", strings.Fields(after)[0])
		return
	}
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Logf("this system does not tell: %v", err)
		return
	}
	photos := map[string][]byte{"10 MiB": heavyPhoto(t)}
	if testkit.Full() {
		photos["48 million pixels"] = asJPEG(t, image.NewYCbCr(image.Rect(0, 0, 8000, 6000), image.YCbCrSubsampleRatio420), 60)
		photos["37 million pixels as PNG"] = asPNG(t, image.NewNRGBA(image.Rect(0, 0, 7000, 5300)))
	}
	for name, b := range photos {
		file := t.TempDir() + "/photo"
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0], "-test.run=^TestMemoryOfAPhoto$", "-test.v")
		cmd.Env = append(os.Environ(), "SAYLINE_DEVELOP="+file, "GOGC=400")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		_, after, _ := strings.Cut(string(out), "peak ")
		kib, err := strconv.Atoi(strings.Fields(after)[0])
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s (%d KiB): %d MB", name, len(b)>>10, kib*1024/1_000_000)
		if kib*1024 > 200_000_000 {
			t.Errorf("%s took %d MB of memory", name, kib*1024/1_000_000)
		}
	}
}
