package api

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

const (
	mostBody = 64 << 10
	minKey   = 22
	maxKey   = 128
)

// asked is a request to do something to a case.
type asked struct {
	*call
	k    *sayline.Case
	act  store.Act
	body *web.Object
}

// ask reads a request: the case, what is in it, and the key under which it is
// done once.
func (a *API) ask(c *call) (*asked, error) {
	k, err := a.the(c)
	if err != nil {
		return nil, err
	}
	if kind, _, err := web.MediaType(c.r); err != nil || kind != "application/json" {
		return nil, sayline.Errorf(sayline.WrongType, "Send it as application/json.")
	}
	body, err := web.ReadBody(c.w, c.r, mostBody)
	if err != nil {
		return nil, err
	}
	object, err := web.ParseObject(body)
	if err != nil {
		return nil, err
	}
	key := strings.Trim(c.r.Header.Get("Idempotency-Key"), `"`)
	if n := len(key); n < minKey || n > maxKey || strings.ContainsFunc(key, func(r rune) bool { return r < 0x21 || r > 0x7e }) {
		return nil, sayline.Errorf(sayline.Invalid, "An Idempotency-Key is needed: %d to %d visible ASCII characters, made once per act.", minKey, maxKey)
	}
	return &asked{call: c, k: k, body: object, act: store.Act{Brand: k.Brand, Case: k.ID, Person: c.system.By(), Way: "api", Zone: c.brand.Location(),
		Once: store.Once{Key: sayline.HashSecret(c.system.ID + "\x00" + key), Digest: digest(c.r, body)}}}, nil
}

// done answers with the case as it is now: a repeat, too, is answered so.
func (a *API) done(q *asked, err error) error {
	if err != nil {
		return err
	}
	k, err := a.Store.Case(q.r.Context(), q.k.Brand, q.k.ID)
	if err != nil {
		return err
	}
	return a.send(q.call, k)
}

const notRight = "Something in it isn't right."

// acknowledge is "I'm on it", for the episode that was read or the one it is in.
func (a *API) acknowledge(c *call) error {
	q, err := a.ask(c)
	if err != nil {
		return err
	}
	episode, _ := q.body.Int("episode")
	if err := q.body.Err("", notRight); err != nil {
		return err
	}
	return a.done(q, a.Store.Acknowledge(c.r.Context(), q.act, episode))
}

func (a *API) note(c *call) error { return a.write(c, sayline.Note) }

func (a *API) answer(c *call) error { return a.write(c, sayline.Reply) }

// write stores a note among colleagues, or an answer: to all in the case, or to
// the author of one moment.
func (a *API) write(c *call, direction string) error {
	q, err := a.ask(c)
	if err != nil {
		return err
	}
	m := &sayline.Message{Brand: q.k.Brand, ID: sayline.NewID(a.Now(), a.Random), Direction: direction, Text: q.body.Text("text"), Lang: q.body.Text("lang")}
	if direction == sayline.Reply {
		m.Moment = q.body.Text("moment")
	}
	if err := q.body.Err("", notRight); err != nil {
		return err
	}
	if err := m.Validate(); err != nil {
		return err
	}
	return a.done(q, a.Store.AddMessage(c.r.Context(), q.act, m))
}

// step records a step of the work; the last one fulfils it.
func (a *API) step(c *call) error {
	q, err := a.ask(c)
	if err != nil {
		return err
	}
	steps, id := c.steps(q.k), q.body.Text("step")
	i := slices.IndexFunc(steps, func(s sayline.WorkStep) bool { return s.ID == id })
	if i < 0 {
		q.body.Fault("step", "expected one of the case's steps")
	}
	if err := q.body.Err("", notRight); err != nil {
		return err
	}
	return a.done(q, a.Store.Progress(c.r.Context(), q.act, id, i == len(steps)-1))
}

func (a *API) resolve(c *call) error {
	q, err := a.ask(c)
	if err != nil {
		return err
	}
	reason := cmp.Or(q.body.Text("reason"), sayline.Reasons[0])
	if !slices.Contains(sayline.Reasons, reason) {
		q.body.Fault("reason", "expected one of "+strings.Join(sayline.Reasons, ", "))
	}
	if err := q.body.Err("", notRight); err != nil {
		return err
	}
	return a.done(q, a.Store.Resolve(c.r.Context(), q.act, reason))
}
