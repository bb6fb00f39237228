package cx

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
)

// Answer is a receipt's address in its author's hand. Whoever holds it is the
// author: keep it as a secret, and out of logs. Its methods may be called from
// several goroutines. Their error is a [*Problem] (404: wrong, or taken back;
// 409: too late to change it), or one of the connection.
type Answer struct {
	URL string

	c    *Client
	mu   sync.Mutex
	tag  string   // of what was read last
	last *Receipt // what was read last
}

// Answer follows the receipt of an address ([Accepted.Receipt]).
func (c *Client) Answer(receipt string) *Answer { return &Answer{URL: receipt, c: c} }

// Get reads what became of it. What has not changed is not sent again.
func (a *Answer) Get(ctx context.Context) (*Receipt, error) {
	a.mu.Lock()
	tag, last := a.tag, a.last
	a.mu.Unlock()
	var headers []string
	if last != nil && tag != "" {
		headers = []string{"If-None-Match", tag}
	}
	r, err := a.c.do(ctx, http.MethodGet, a.URL, "", nil, headers...)
	switch {
	case err != nil:
		return nil, err
	case r.status == http.StatusNotModified && last != nil:
		return last, nil
	}
	return a.keep(r)
}

// keep reads a receipt that was answered, and remembers it.
func (a *Answer) keep(r *reply) (*Receipt, error) {
	if r.status != http.StatusOK {
		return nil, r.problem(a.c.now())
	}
	rec := new(Receipt)
	if json.Unmarshal(r.body, rec) != nil || rec.ID == "" {
		return nil, &StrangerError{Status: r.status}
	}
	a.mu.Lock()
	a.tag, a.last = r.header.Get("ETag"), rec
	a.mu.Unlock()
	return rec, nil
}

// send sends a JSON document below the receipt's address. It is repeated only
// where nobody can have taken it, or where taking it twice is taking it once.
func (a *Answer) send(ctx context.Context, method, path string, doc any, repeat bool) (*reply, error) {
	body, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	return a.sendBytes(ctx, method, path, "application/json", body, repeat)
}

func (a *Answer) sendBytes(ctx context.Context, method, path, contentType string, body []byte, repeat bool) (r *reply, err error) {
	again := untaken
	if repeat {
		again = func(err error) bool { return passing(err) && statusOf(err) != http.StatusConflict }
	}
	err = a.c.patiently(ctx, again, func() error {
		r, err = a.c.do(ctx, method, a.URL+path, contentType, bytes.NewReader(body))
		if err == nil && r.status >= 300 {
			err = r.problem(a.c.now())
		}
		return err
	})
	return r, err
}

// Patch adds to an open moment, or changes it. The receipt is nil where the
// patch destroyed it.
func (a *Answer) Patch(ctx context.Context, p Patch) (*Receipt, error) {
	r, err := a.send(ctx, http.MethodPatch, "", p, true)
	if err != nil || r.status == http.StatusNoContent {
		return nil, err
	}
	return a.keep(r)
}

// Seal says that nothing more will be added: the team need not wait.
func (a *Answer) Seal(ctx context.Context) (*Receipt, error) {
	no := false
	return a.Patch(ctx, Patch{More: &no})
}

// SealAndForget seals it and destroys the receipt, as a kiosk does: nobody can
// follow it any more, nor take it back.
func (a *Answer) SealAndForget(ctx context.Context) error {
	no := false
	_, err := a.Patch(ctx, Patch{More: &no, Receipt: &no})
	return err
}

// Message says more, answers a question, or says solved or not. Words have no
// key: where no answer comes, the receipt is read to see whether they arrived
// before they are said again.
func (a *Answer) Message(ctx context.Context, words Words) (*Receipt, error) {
	before, err := a.Get(ctx)
	if err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		r, err := a.send(ctx, http.MethodPost, "/messages", words, false)
		if err == nil {
			return a.keep(r)
		}
		if !passing(err) || statusOf(err) == http.StatusConflict || try >= max(a.c.Tries, 3) {
			return nil, err
		}
		if wait := a.c.sleep(ctx, pause(try, err)); wait != nil {
			return nil, err
		}
		now, looked := a.Get(ctx)
		if looked != nil {
			return nil, err
		}
		if byAuthor(now) > byAuthor(before) {
			return now, nil
		}
	}
}

func byAuthor(r *Receipt) (n int) {
	for _, m := range r.Messages {
		if m.From == "author" {
			n++
		}
	}
	return n
}

// AddMedia adds a photo or a voice, while the moment is open or its team asked
// for more. What was cut off in between is not sent again by itself.
func (a *Answer) AddMedia(ctx context.Context, m Medium) error {
	_, err := a.sendBytes(ctx, http.MethodPost, "/media", m.Type, m.Bytes, false)
	return err
}

// Push has the author told of an answer, without saying who they are.
func (a *Answer) Push(ctx context.Context, s PushSubscription) error {
	_, err := a.send(ctx, http.MethodPost, "/push", s, true)
	return err
}

// Export is all that is stored about it: a JSON document, with media. The caller
// closes it.
func (a *Answer) Export(ctx context.Context) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.URL+"/export", nil)
	if err != nil {
		return nil, bare(err)
	}
	a.c.dress(req)
	req.Header.Set("Accept", "application/json")
	res, err := a.c.http(noRedirect).Do(req)
	if err != nil {
		return nil, bare(err)
	}
	if res.StatusCode == http.StatusOK {
		return res.Body, nil
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, bare(err)
	}
	return nil, (&reply{res.StatusCode, res.Header, body}).problem(a.c.now())
}

// Withdraw takes it back: everything about it is erased. What is gone already
// is no error.
func (a *Answer) Withdraw(ctx context.Context) error {
	_, err := a.sendBytes(ctx, http.MethodDelete, "", "", nil, true)
	if Gone(err) {
		return nil
	}
	return err
}

// Gone says whether an error means that a receipt is no more: wrong, taken
// back, or thrown away.
func Gone(err error) bool {
	return statusOf(err) == http.StatusNotFound || statusOf(err) == http.StatusGone
}
