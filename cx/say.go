package cx

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
)

// Media of an attachment.
const (
	Photo = "photo"
	Voice = "voice"
)

// Medium is a photo or a voice that is sent along.
type Medium struct {
	Media string // Photo or Voice
	Type  string // such as image/jpeg or audio/ogg
	Name  string // of the file; may be empty, and is not kept
	Bytes []byte
}

// Submission is a moment whose key and bytes are made, once, and never change:
// whoever wants to deliver it later, or after a restart, keeps all of it.
type Submission struct {
	Key  string `json:"key"`  // Idempotency-Key: 160 random bits, hexadecimal
	Type string `json:"type"` // of the body
	Body []byte `json:"body"`
}

// Freeze makes a moment ready to be sent, with a new key. It fills in CX.
func (c *Client) Freeze(m Moment, media ...Medium) (*Submission, error) {
	m.CX = cmp.Or(m.CX, Version)
	var random [20]byte
	if _, err := io.ReadFull(c.random(), random[:]); err != nil {
		return nil, fmt.Errorf("cx: no randomness for a key: %w", err)
	}
	s := &Submission{Key: hex.EncodeToString(random[:]), Type: "application/json"}
	var err error
	if s.Body, err = json.Marshal(m); err != nil || len(media) == 0 {
		return s, err
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.SetBoundary("cx" + s.Key[:24]); err != nil {
		return nil, err
	}
	parts := append([]Medium{{"moment", "application/json", "", s.Body}}, media...)
	for i, part := range parts {
		if i > 0 && part.Media != Photo && part.Media != Voice {
			return nil, fmt.Errorf("cx: a medium is %q or %q, not %q", Photo, Voice, part.Media)
		}
		h := textproto.MIMEHeader{}
		disposition := `form-data; name="` + part.Media + `"`
		if i > 0 {
			disposition += `; filename="` + filename(cmp.Or(part.Name, part.Media+strconv.Itoa(i))) + `"`
		}
		h.Set("Content-Disposition", disposition)
		h.Set("Content-Type", part.Type)
		p, err := w.CreatePart(h)
		if err == nil {
			_, err = p.Write(part.Bytes)
		}
		if err != nil {
			return nil, err
		}
	}
	s.Type, s.Body = w.FormDataContentType(), b.Bytes()
	if err := w.Close(); err != nil {
		return nil, err
	}
	s.Body = b.Bytes()
	return s, nil
}

// filename leaves of a name what no header misreads.
func filename(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\/`, r) {
			return '_'
		}
		return r
	}, s)
}

// Say says something to a brand that was found, with a [Client] that asks for
// nothing.
func Say(ctx context.Context, d *Discovery, m Moment, media ...Medium) (*Accepted, error) {
	return new(Client).Say(ctx, d, m, media...)
}

// ErrNoAPI: the brand has a screen (Discovery.Screen) or other ways
// (Discovery.Fallback), and nothing a program can send to.
var ErrNoAPI = errors.New("cx: this brand takes nothing from programs")

// Say says something once: however often the connection breaks, the brand has
// it at most once. While nobody knows whether it arrived, it is tried again
// under the same key with the same bytes, Client.Tries times. The error is a
// [*Problem] when the brand refused, ErrNoAPI, or the last one of the connection.
func (c *Client) Say(ctx context.Context, d *Discovery, m Moment, media ...Medium) (*Accepted, error) {
	if d.API == nil || d.API.Submit == "" {
		return nil, ErrNoAPI
	}
	s, err := c.Freeze(m, media...)
	if err != nil {
		return nil, err
	}
	return c.Send(ctx, d.API.Submit, s)
}

// Send delivers a submission, as [Client.Say] does. It may be called again with
// the same submission, days later.
func (c *Client) Send(ctx context.Context, submit string, s *Submission) (*Accepted, error) {
	var a *Accepted
	err := c.patiently(ctx, passing, func() error {
		r, err := c.do(ctx, http.MethodPost, submit, s.Type, bytes.NewReader(s.Body), "Idempotency-Key", s.Key)
		switch {
		case err != nil:
			return err
		case r.status != http.StatusCreated:
			return r.problem(c.now())
		}
		a = new(Accepted)
		if json.Unmarshal(r.body, a) != nil || a.ID == "" {
			return &StrangerError{Status: r.status}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}
