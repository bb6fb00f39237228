package notify

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

// tapped stands before the transport that everybody shares who brings none.
//
// The chats' library calls by http.DefaultTransport and can be given nothing
// else: no context, no guard, no time-out of ours, and of what came back most is
// lost in the text of an error. So each message goes out with a mark at its end;
// a request that carries a mark we gave out is taken here, freed of it, and made
// by the [Chats] that wrote it. All others pass, and pay one look at a counter.
// It is put there while the program's variables are made, before anybody calls.
var tapped = func() *tap {
	t := &tap{next: http.DefaultTransport, waiting: map[string]*tapCall{}}
	http.DefaultTransport = t
	return t
}()

type tap struct {
	next http.RoundTripper

	mu      sync.Mutex
	waiting map[string]*tapCall // by mark
}

// tapCall is one message under way.
type tapCall struct {
	ctx     context.Context
	chats   *Chats
	mark    string
	begun   atomic.Bool   // its request is being made
	made    chan struct{} // closed once it was
	outcome Outcome       // then
}

// A mark is nobody's words, and the same in any writing a service may want. One
// may be cut off where the library makes a title of a message's beginning.
const (
	markBegin = "ZQSAYLINE"
	markSize  = len(markBegin) + 26
)

var marks = regexp.MustCompile(markBegin + `[A-Z2-7]{0,26}`)

var (
	errOnce = errors.New("a message is sent once")
	errMark = errors.New("a message is sent with its mark")
)

// ofChats says whether the chats' library is who calls: what it sends without a
// mark, because it was cut off or never was in it, is not sent.
func ofChats() bool {
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers[:])])
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, "github.com/nicholas-fedor/shoutrrr/") {
			return true
		}
		if !more {
			return false
		}
	}
}

// expect makes a mark for a message.
func (t *tap) expect(ctx context.Context, c *Chats) *tapCall {
	call := &tapCall{ctx: ctx, chats: c, mark: markBegin + rand.Text(), made: make(chan struct{})}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting[call.mark] = call
	return call
}

func (t *tap) forget(call *tapCall) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.waiting, call.mark)
}

// RoundTrip makes a request, or has it made by whose mark it carries.
func (t *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	t.mu.Lock()
	nobody := len(t.waiting) == 0
	t.mu.Unlock()
	if nobody || r.ContentLength > maxAnswer && !ofChats() {
		return t.next.RoundTrip(r)
	}
	var body []byte
	if r.GetBody != nil {
		copied, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		body, _ = io.ReadAll(copied) // from memory
	}
	call, known := t.whose(string(body) + "\n" + r.URL.RawQuery)
	switch {
	case !known && ofChats():
		return nil, errMark // nobody guards it, nor knows what came of it
	case !known:
		return t.next.RoundTrip(r)
	case call == nil:
		return nil, errOnce // its time is over, and the library tries by itself
	}
	return call.make(r, body)
}

// whose gives the message whose mark stands in what is to be sent; known says
// whether there is any mark at all.
func (t *tap) whose(sent string) (call *tapCall, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, mark := range marks.FindAllString(sent, -1) {
		known = known || len(mark) == markSize
		if call = t.waiting[mark]; call != nil {
			break
		}
	}
	return call, known
}

// make makes the one request of a message without its mark, and gives the
// library the answer.
func (c *tapCall) make(r *http.Request, body []byte) (*http.Response, error) {
	if !c.begun.CompareAndSwap(false, true) {
		return nil, errOnce
	}
	o, answer := c.chats.call(c.ctx, c.chats.now(), func(ctx context.Context) (*http.Request, error) {
		u := *r.URL
		u.RawQuery = marks.ReplaceAllString(u.RawQuery, "")
		req, err := http.NewRequestWithContext(ctx, r.Method, u.String(), bytes.NewReader(marks.ReplaceAll(body, nil)))
		if err == nil {
			req.Header = r.Header.Clone()
		}
		return req, err
	})
	if o.Code == http.StatusNotFound { // of a hook that was taken away
		o.Class = Gone
	}
	c.outcome = o
	close(c.made)
	if o.Code == 0 {
		return nil, errOnce
	}
	return &http.Response{Status: http.StatusText(o.Code), StatusCode: o.Code, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(answer)), ContentLength: int64(len(answer)), Request: r}, nil
}

// end is what became of a message, with the library's verdict on it.
func (c *tapCall) end(verdict error) Outcome {
	if c.begun.CompareAndSwap(false, true) { // from here on none is made
		if errors.Is(verdict, context.DeadlineExceeded) || errors.Is(verdict, context.Canceled) {
			return Outcome{Class: FailedForNow, Detail: inWords(verdict)}
		}
		return Outcome{Class: FailedForGood, Detail: "the chat's address can't be written to"}
	}
	<-c.made // in time: it has the same context
	if c.outcome.Class == Accepted && verdict != nil && !errors.Is(verdict, errOnce) && c.ctx.Err() == nil {
		return Outcome{Class: FailedForGood, Code: c.outcome.Code, Detail: "the chat took it for wrong"}
	}
	return c.outcome
}
