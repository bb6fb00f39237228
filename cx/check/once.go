package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/sayline/sayline/cx"
)

func onceChecks() []check {
	return []check{
		{"C20", "the same key and body again are the same moment", c20},
		{"C21", "the same key with another body is refused (422)", c21},
		{"C22", "twenty posts of one key at once are one moment", c22},
		{"C23", "a broken upload that is tried again is one moment", c23},
		{"C24", "after a withdrawal its key is gone (410), and stores nothing", c24},
	}
}

// same says whether two answers stand for one moment.
func same(a, b *cx.Accepted) error {
	if a.ID != b.ID || a.Reference != b.Reference || a.Receipt != b.Receipt || !a.ReceivedAt.Equal(b.ReceivedAt) {
		return fmt.Errorf("two moments: %s %s at %s, %s %s at %s", a.ID, a.Reference, a.ReceivedAt, b.ID, b.Reference, b.ReceivedAt)
	}
	return nil
}

func c20(ctx context.Context, p *probe) error {
	key, body := p.key(), moment(`{"feeling":3,"text":"`+mark+`twice"}`)
	one, err := p.sayAs(ctx, key, body)
	if err != nil {
		return err
	}
	again, err := p.sayAs(ctx, key, body)
	if err != nil {
		return fmt.Errorf("the second time: %w", err)
	}
	quoted, err := p.sayAs(ctx, `"`+key+`"`, body)
	if err != nil {
		return fmt.Errorf("with the key in quotes: %w", err)
	}
	return errors.Join(same(one, again), same(one, quoted))
}

func c21(ctx context.Context, p *probe) error {
	key := p.key()
	if _, err := p.sayAs(ctx, key, moment(`{"feeling":3}`)); err != nil {
		return err
	}
	a, err := p.post(ctx, key, moment(`{"feeling":2}`))
	if err != nil {
		return err
	}
	return a.refused(422)
}

func c22(ctx context.Context, p *probe) error {
	key, body := p.key(), moment(`{"feeling":3,"text":"`+mark+`at once"}`)
	answers, errs := make([]*answer, 20), make([]error, 20)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i], errs[i] = p.post(ctx, key, body) })
	}
	all.Wait()
	var first *cx.Accepted
	for i, a := range answers {
		if errs[i] != nil {
			return errs[i]
		}
		if a.status == http.StatusConflict {
			continue // still running
		}
		doc := new(cx.Accepted)
		if err := a.want(201); err != nil {
			return err
		}
		if err := json.Unmarshal(a.body, doc); err != nil {
			return err
		}
		if first == nil {
			first = doc
		}
		if err := same(first, doc); err != nil {
			return err
		}
	}
	if first == nil {
		return errors.New("none of the twenty was accepted")
	}
	return nil
}

// cut is a body that ends before its end.
type cut struct{ r io.Reader }

var errCut = errors.New("cut off")

func (c cut) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	if errors.Is(err, io.EOF) {
		err = errCut
	}
	return n, err
}

func c23(ctx context.Context, p *probe) error {
	key, body := p.key(), moment(`{"feeling":3,"text":"`+mark+`broken"}`)
	for range 3 { // a server may see the end of one only after the next has begun
		if err := p.breakOff(ctx, key, body); err != nil {
			return err
		}
	}
	one, err := p.sayAs(ctx, key, body)
	if err != nil {
		return fmt.Errorf("after a broken upload: %w", err)
	}
	again, err := p.sayAs(ctx, key, body)
	if err != nil {
		return err
	}
	return same(one, again)
}

// breakOff sends half a body and then cuts the line.
func (p *probe) breakOff(ctx context.Context, key, body string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.doc.API.Submit, cut{strings.NewReader(body[:len(body)/2])})
	if err != nil {
		return err
	}
	r.ContentLength = int64(len(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", key)
	if res, err := p.client.Do(r); err == nil {
		res.Body.Close()
		if res.StatusCode < 400 {
			return fmt.Errorf("half a body was answered %d", res.StatusCode)
		}
	}
	return nil
}

func c24(ctx context.Context, p *probe) error {
	key, body := p.key(), moment(`{"feeling":3,"text":"`+mark+`withdrawn"}`)
	said, err := p.sayAs(ctx, key, body)
	if err != nil {
		return err
	}
	if a, err := p.change(ctx, "DELETE", said.Receipt, ""); err != nil {
		return err
	} else if err := a.want(204); err != nil {
		return err
	}
	a, err := p.post(ctx, key, body)
	if err != nil {
		return err
	}
	return a.refused(410)
}
