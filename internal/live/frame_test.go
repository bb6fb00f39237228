package live

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"
)

// heard is one event as a browser dispatches it.
type heard struct {
	id    int64 // the last event id then
	event string
	data  string
}

// browser reads server-sent events as the HTML standard says (section 9.2.6).
type browser struct {
	r     *bufio.Reader
	id    int64
	beats atomic.Int64 // comments
	retry string       //
}

// next is the next event; its error is that of the line.
func (b *browser) next() (heard, error) {
	var event string
	var data []string
	for {
		line, err := b.r.ReadString('\n')
		if err != nil {
			return heard{}, err
		}
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			if data == nil {
				event = ""
				continue
			}
			return heard{b.id, event, strings.Join(data, "\n")}, nil
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "":
			b.beats.Add(1)
		case "id":
			if b.id, err = strconv.ParseInt(value, 10, 64); err != nil {
				return heard{}, err
			}
		case "event":
			event = value
		case "data":
			data = append(data, value)
		case "retry":
			b.retry = value
		}
	}
}

// What a browser hears is what was meant, whatever stands in it; the number comes
// with the last message only.
func TestEncode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "\n", "\r", "\r\n", "a\r\n\r\nb", "data: x", "\n\nid: 99\n\n", " a", ":", "a\r\rb\n"}))
		f := Frame{ID: rapid.Int64Range(0, 1000).Draw(t, "id")}
		for range rapid.IntRange(0, 4).Draw(t, "messages") {
			f.Messages = append(f.Messages, Message{words.Draw(t, "event"), []byte(words.Draw(t, "data"))})
		}
		b := browser{r: bufio.NewReader(strings.NewReader(string(encode(f))))}
		for i, m := range f.Messages {
			got, err := b.next()
			if err != nil {
				t.Fatal(err)
			}
			want := heard{event: lineEnds.Replace(m.Event), data: strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(m.Data))}
			if i == len(f.Messages)-1 {
				want.id = f.ID
			}
			if got != want {
				t.Fatalf("message %d: heard %+v, want %+v", i, got, want)
			}
		}
		if extra, err := b.next(); err != io.EOF {
			t.Fatalf("and then %+v, %v", extra, err)
		}
	})
}
