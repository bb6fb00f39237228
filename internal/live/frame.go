package live

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// Delta is what happened since a page's last frame. With nothing in it, it is the
// frame that [Frame.Again] asked for.
type Delta struct {
	Events []sayline.Event // in order; none with Whole
	Whole  bool            // the page has nothing, or missed something: render all of it
	Asides []sayline.Event // what is no event, see [Hub.Aside]: alone, and only with [Feed.Asides]
	After  int64           // with Whole, for a feed of its own: the number up to which the page knows, 0 when it knows nothing
}

// Frame is what is sent for a delta.
type Frame struct {
	// ID is the number of the last event that Messages tell of. For a whole it is
	// the brand's last number as of the reading it was rendered from, and must be
	// right: what comes later is told, what came before is not. For events it may
	// be left 0: the last of them.
	ID       int64
	Messages []Message // none: there is nothing to say
	// IDs, when not nil, are the moments and cases to follow from now on, for a
	// feed that follows some: a moment may have moved to another case. The page is
	// rendered whole again.
	IDs []string
	// Again, when not 0, asks for a frame after so long though nothing happens, for
	// what costs too much to be read for each. The last frame's holds.
	Again time.Duration
}

// Message is one server-sent event.
type Message struct {
	Event string // its name; "" is message
	Data  []byte // text
}

// Render makes a frame. It is never called twice at once for the same feed, and
// has ten seconds.
type Render func(context.Context, Delta) (Frame, error)

// encode writes a frame as server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html). The number
// goes with the last message, so that half a frame does not count as seen.
func encode(f Frame) []byte {
	var b bytes.Buffer
	for i, m := range f.Messages {
		if i == len(f.Messages)-1 && f.ID > 0 {
			b.WriteString("id: " + strconv.FormatInt(f.ID, 10) + "\n")
		}
		if m.Event != "" {
			b.WriteString("event: " + lineEnds.Replace(m.Event) + "\n")
		}
		data := m.Data
		if bytes.IndexByte(data, '\r') >= 0 {
			data = bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
		}
		for line := range bytes.SplitSeq(data, []byte("\n")) {
			b.WriteString("data: ")
			b.Write(line)
			b.WriteByte('\n')
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

var lineEnds = strings.NewReplacer("\r", " ", "\n", " ")
