package cx

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"mime"
	"net/http"
	"strings"
	"time"
)

// pollEvery is how often a receipt is asked for where it can't be watched.
const pollEvery = 15 * time.Second

// Watch tells the receipt now and after each change, as a stream where the
// server has one, else by asking now and then. It ends when the context does,
// when the caller has enough, or with an error when the receipt is gone (see
// [Gone]); a lost connection is made again.
//
//	for receipt, err := range answer.Watch(ctx) { … }
func (a *Answer) Watch(ctx context.Context) iter.Seq2[*Receipt, error] {
	return func(yield func(*Receipt, error) bool) {
		w := &watching{a: a, yield: yield}
		for ctx.Err() == nil {
			err := w.stream(ctx)
			wait := time.Second // a stream that ended is opened again
			if err != nil && !w.done {
				w.poll(ctx)
				wait = pollEvery
			}
			if w.done || a.c.sleep(ctx, wait) != nil {
				return
			}
		}
	}
}

// watching is one loop over a receipt's changes.
type watching struct {
	a     *Answer
	yield func(*Receipt, error) bool
	told  string // the document told last, as JSON
	id    string // Last-Event-ID
	done  bool
}

// tell tells a receipt unless it is the one told last; false ends the watching.
func (w *watching) tell(r *Receipt) bool {
	b, err := json.Marshal(r)
	if err != nil || string(b) == w.told {
		return true
	}
	w.told = string(b)
	w.done = !w.yield(r, nil)
	return !w.done
}

// end tells that there is nothing more to come.
func (w *watching) end(err error) {
	w.done = true
	w.yield(nil, err)
}

// poll asks once; a lost connection is no end.
func (w *watching) poll(ctx context.Context) {
	r, err := w.a.Get(ctx)
	switch {
	case err == nil:
		w.tell(r)
	case !passing(err):
		w.end(err)
	}
}

// silence is how long a stream may say nothing before it counts as lost; servers
// send a comment every 20 s or so.
const silence = 90 * time.Second

var errNoStream = errors.New("cx: there is no stream")

// stream reads a stream of events to its end. nil means that it ended as it
// should; else the caller asks instead.
func (w *watching) stream(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	alive := time.AfterFunc(silence, cancel)
	defer alive.Stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.a.URL, nil)
	if err != nil {
		return err
	}
	w.a.c.dress(r)
	r.Header.Set("Accept", "text/event-stream")
	if w.id != "" {
		r.Header.Set("Last-Event-ID", w.id)
	}
	client := w.a.c.http(noRedirect)
	client.Timeout = 0
	res, err := client.Do(r)
	if err != nil {
		return bare(err)
	}
	defer res.Body.Close()
	mediaType, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if res.StatusCode != http.StatusOK || mediaType != "text/event-stream" {
		return errNoStream
	}
	return w.events(res.Body, func() { alive.Reset(silence) })
}

// maxEvent is the most bytes one line of a stream may have.
const maxEvent = 4 << 20

// events reads a stream (WHATWG HTML, 9.2): events receipt, gone and end.
func (w *watching) events(body io.Reader, alive func()) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, maxEvent)
	var name, data string
	for lines.Scan() {
		alive()
		line := strings.TrimSuffix(lines.Text(), "\r")
		if line != "" {
			field, value, _ := strings.Cut(line, ":")
			value = strings.TrimPrefix(value, " ")
			switch field {
			case "event":
				name = value
			case "data":
				data += value + "\n"
			case "id":
				w.id = value
			}
			continue
		}
		switch name {
		case "receipt":
			rec := new(Receipt)
			if json.Unmarshal([]byte(data), rec) == nil && rec.ID != "" && !w.tell(rec) {
				return nil
			}
		case "gone":
			w.end(&Problem{Status: http.StatusNotFound, Title: "It is gone"})
			return nil
		case "end":
			return nil
		}
		name, data = "", ""
	}
	if err := lines.Err(); err != nil {
		return bare(err)
	}
	return nil
}
