package desk

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/store"
)

const (
	mostReplyBytes = 48 << 20 // as of what authors send
	mostReplyField = 64 << 10
	mostReplyMedia = sayline.MaxPhotos
	readReply      = 2 * time.Minute // for a phone in a basement
)

// writing is a reply or a note on its way in.
type writing struct {
	fields url.Values
	media  []*media.Upload
}

// Close lets go of what was sent.
func (x *writing) Close() {
	for _, u := range x.media {
		u.Close()
	}
}

// read reads a form with or without files.
func (d *Desk) read(w http.ResponseWriter, r *http.Request) (*writing, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || d.Spool == nil {
		fields, err := house.Form(w, r)
		return &writing{fields: fields}, err
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(readReply)) // what can't has no connection to wait for
	x := &writing{fields: url.Values{}}
	if err := x.parts(multipart.NewReader(http.MaxBytesReader(w, r.Body, mostReplyBytes), params["boundary"]), d.Spool); err != nil {
		x.Close()
		return nil, err
	}
	return x, nil
}

func (x *writing) parts(in *multipart.Reader, spool *media.Spool) error {
	for {
		part, err := in.NextPart()
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, new(*http.MaxBytesError)):
			return sayline.Errorf(sayline.TooLarge, "This is too large; at most %d MiB are read.", mostReplyBytes>>20)
		case err != nil:
			return sayline.Errorf(sayline.Invalid, "This form can't be read.").Because(err)
		}
		if err := x.part(part, spool); err != nil {
			return err
		}
	}
}

func (x *writing) part(part *multipart.Part, spool *media.Spool) error {
	name := part.FormName()
	if name != sayline.Photo && name != sayline.Voice {
		b, err := io.ReadAll(io.LimitReader(part, mostReplyField))
		x.fields.Add(name, string(b))
		return err
	}
	if part.FileName() == "" {
		return nil // a field for a file, left empty
	}
	if len(x.media) == mostReplyMedia {
		return sayline.Errorf(sayline.AtFault, "At most %d photos and voices come with one answer.", mostReplyMedia)
	}
	u, err := spool.Take(part, name, part.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	x.media = append(x.media, u)
	return nil
}

func (d *Desk) answer(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	return d.write(w, r, v, sayline.Reply)
}

func (d *Desk) note(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	return d.write(w, r, v, sayline.Note)
}

// write stores a reply or a note. A look-over stores nothing: it shows the page
// again with its hints, for who writes without a script.
func (d *Desk) write(w http.ResponseWriter, r *http.Request, v *auth.Viewer, direction string) error {
	c, err := d.Auth.Case(r.Context(), v, r.PathValue("case"))
	if err != nil {
		return err
	}
	if direction == sayline.Reply && !v.MayTake(c) {
		return errMayNot
	}
	x, err := d.read(w, r)
	if err != nil {
		return err
	}
	defer x.Close()
	q := &request{v, c, x.fields}
	if q.form.Get("do") == "look" {
		return d.lookOver(w, r, q)
	}
	m := d.message(q, direction, len(x.media) > 0)
	if err := m.Validate(); err != nil {
		return err
	}
	twice, err := d.twice(r, q, m, d.Now())
	if err != nil || twice {
		return errors.Join(err, d.done(w, r, q, said(m)))
	}
	written := store.Written{Message: m}
	if direction == sayline.Note {
		if strings.Contains(m.Text, "@") {
			written.Mentions = named(m.Text, colleagues(v, d.NewView(r, v).Names, c))
		}
		written.Pages = d.tell(v, c, written.Mentions)
		x.media = nil
	}
	if err := d.Door.Reply(r.Context(), q.act(), written, x.media); err != nil {
		return err
	}
	return d.done(w, r, q, said(m))
}

// message is what a form says.
func (d *Desk) message(q *request, direction string, shows bool) *sayline.Message {
	m := &sayline.Message{Brand: q.c.Brand, ID: sayline.NewID(d.Now(), d.Random), Direction: direction, Text: strings.ReplaceAll(q.form.Get("text"), "\r\n", "\n"), By: q.v.Person.ID}
	if direction == sayline.Reply {
		m.Moment, m.Asks, m.Shows, m.Lang = q.form.Get("to"), q.form.Get("do") == "ask", shows, languageOf(m.Text)
	}
	return m
}

// said is the key of what the page says once it is sent.
func said(m *sayline.Message) string {
	switch {
	case m.Direction == sayline.Note:
		return "noted"
	case m.Asks:
		return "asked"
	}
	return "answered"
}

// lookOver shows the page with what was written and its hints.
func (d *Desk) lookOver(w http.ResponseWriter, r *http.Request, q *request) error {
	v := d.NewView(r, q.v)
	query := r.URL.Query()
	if to := q.form.Get("to"); to != "" {
		query.Set("to", to)
	}
	return d.showWith(w, r, q.v, query, q.c, func(p *page) {
		p.Work.Compose.Text = q.form.Get("text")
		if p.Work.Compose.Hints = d.hints(v, q.c, p.Work.Compose.Lang, p.Work.Compose.Text); p.Work.Compose.Hints == nil {
			p.Work.Compose.Hints = []string{v.Say("hint_none")}
		}
	})
}

// sameWords is how long the same words by the same person are taken for one
// message sent twice: a button pressed again, a page loaded again.
const sameWords = time.Minute

func (d *Desk) twice(r *http.Request, q *request, m *sayline.Message, now time.Time) (bool, error) {
	if m.Shows {
		return false, nil
	}
	list, err := d.Store.Messages(r.Context(), q.c.Brand, q.c.ID)
	if err != nil {
		return false, err
	}
	for _, old := range list {
		if old.By == m.By && old.Direction == m.Direction && old.Moment == m.Moment && old.Episode == q.c.Episode && old.Text == m.Text && now.Sub(old.At) < sameWords {
			return true, nil
		}
	}
	return false, nil
}

// thanks says to who praised somebody that it was read, in one tap and in their
// language; nothing is left to do then.
func (d *Desk) thanks(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q, err := d.ask(w, r, v, true)
	if err != nil {
		return err
	}
	if sayline.KnownKind(q.c.Kind) != "praise" {
		return sayline.Errorf(sayline.AtFault, "This is for praise only.")
	}
	list, err := d.Store.MomentsOf(r.Context(), q.c.Brand, q.c.ID, momentsShown)
	if err != nil {
		return err
	}
	lang := (&work{Case: q.c, authors: list}).lang(d.NewView(r, v))
	if lang == "" {
		lang = v.Brand.Language()
	}
	first, _, _ := strings.Cut(v.Person.Name, " ")
	m := &sayline.Message{ID: sayline.NewID(d.Now(), d.Random), Direction: sayline.Reply, Lang: lang, Text: d.Words.In(lang).Say("praise_read", "name", first)}
	if err := d.Store.AddMessage(r.Context(), q.act(), m); err != nil {
		return err
	}
	if err := d.Store.Resolve(r.Context(), q.act(), sayline.Reasons[0]); err != nil {
		return err
	}
	return d.done(w, r, q, "answered")
}
