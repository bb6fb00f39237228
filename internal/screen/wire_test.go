package screen_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
)

// firstFlight is what fits the first ten segments with TLS and HTTP/2 around it, bytes.
const firstFlight = 13_000

// TestFirstScreenFitsTheFirstFlight counts the bytes of real responses, head and
// compressed body, as they come out of a TCP connection: every touchpoint of
// every brand, in every language.
func TestFirstScreenFitsTheFirstFlight(t *testing.T) {
	h := newHouse(t)
	host := strings.TrimPrefix(h.url, "http://")
	largest, where := 0, ""
	for _, brand := range h.reg.All() {
		for _, p := range brand.Touchpoints {
			for _, lang := range brand.Languages {
				path := "/@" + brand.ID + "/cx/t/" + p.ID + "?ref=room+412&text=My+lemon+tastes+of+metal&topic=" + first(p.Topics)
				n := wireBytes(t, host, path, lang)
				if n > largest {
					largest, where = n, path
				}
				if n > firstFlight {
					t.Errorf("%s in %s: %d bytes on the wire, want at most %d", path, lang, n, firstFlight)
				}
			}
		}
	}
	t.Logf("the largest first screen: %d bytes (%s)", largest, where)
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func wireBytes(t *testing.T, host, path, lang string) int {
	t.Helper()
	c, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: %s\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nConnection: close\r\n\r\n", path, host, lang)
	b, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	head := string(b[:min(len(b), 3000)])
	if !strings.HasPrefix(head, "HTTP/1.1 200 OK\r\n") || !strings.Contains(head, "Content-Encoding: gzip\r\n") {
		t.Fatalf("%s: %.300q", path, head)
	}
	return len(b)
}
