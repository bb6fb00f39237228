package screen_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sayline/sayline"
)

// firstFlight is what fits the first ten segments with TLS and HTTP/2 around it, bytes.
const firstFlight = 13_000

// TestFirstScreenFitsTheFirstFlight counts the bytes of real responses, head and
// compressed body, as they come out of a TCP connection: every touchpoint of
// every brand, in every language.
func TestFirstScreenFitsTheFirstFlight(t *testing.T) {
	h := newHouse(t)
	h.add(heavy())
	host := strings.TrimPrefix(h.url, "http://")
	for _, brand := range h.reg.All() {
		largest, where := 0, ""
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
		t.Logf("the largest first screen of %s: %d bytes (%s)", brand.ID, largest, where)
	}
}

// heavy is a brand that uses all the room there is: the largest logo that is
// allowed, of shapes that hardly compress, and the longest words.
func heavy() *sayline.Config {
	c := small()
	c.ID, c.Name, c.Languages = "heavy", strings.Repeat("Heavyweight ", 5), []string{"en", "es", "fr", "de", "pt", "it", "ar", "zh", "ja"}
	random := rand.New(rand.NewPCG(1, 2))
	logo := `<svg viewBox="0 0 40 40"><path d="M0 0`
	for len(logo) < 2020 {
		logo += fmt.Sprintf("l%.1f %.1f", random.Float64()*40-20, random.Float64()*40-20)
	}
	c.Look.Logo = logo + `"/></svg>`
	vocabulary := make([]string, 100)
	for i := range vocabulary {
		for range 2 + random.IntN(7) {
			vocabulary[i] += string(rune(0x0627 + random.IntN(30)))
		}
	}
	letters := func(n int) sayline.Text {
		b := ""
		for utf8.RuneCountInString(b) < n {
			b += vocabulary[random.IntN(100)] + " "
		}
		b = string([]rune(b)[:n])
		return sayline.Text{"ar": b, "en": b, "es": b, "fr": b, "de": b, "pt": b, "it": b, "zh": b, "ja": b}
	}
	c.Lines = map[string]sayline.Text{}
	for _, key := range []string{"invitation", "one_tap", "say_your_way", "need_something", "sent", "thanks"} {
		c.Lines[key] = letters(160)
	}
	c.Topics = nil
	for i := range 6 {
		id := fmt.Sprintf("a-topic-with-quite-a-long-name-%d", i)
		c.Topics = append(c.Topics, sayline.Topic{ID: id, Kind: "problem", Label: letters(40)})
		c.Touchpoints[0].Topics = append(c.Touchpoints[0].Topics[:i:i], id)
	}
	c.Touchpoints[0].Lines = nil
	c.Touchpoints[1].Topics = nil
	c.Touchpoints[0].Name = letters(80)
	return c
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
