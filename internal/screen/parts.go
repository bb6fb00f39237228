package screen

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/web"
)

// Limits of what is sent.
const (
	maxUpload  = 48 << 20         // bytes of a body with photos and voices (protocol, section 7)
	maxParts   = 64               // of a form
	maxUploads = 128              // bodies with photos and voices read at once
	stalled    = 20 * time.Second // without a byte, and a sender is given up
	slowest    = 15 * time.Minute // that one body may take
)

// sent is what came: the fields of a form, or the moment's JSON, and photos and
// voices in files of their own.
type sent struct {
	fields url.Values
	moment []byte // nil where there was no such part
	media  []*media.Upload
	names  []string // of the parts the media came in
}

// Close gives up the files.
func (in *sent) Close() {
	for _, u := range in.media {
		_ = u.Close() // it has no name any more
	}
}

// digest is the body's, as the protocol says: SHA-256 over the JSON and, for
// each photo and voice in order, its part's name, its declared type and the
// SHA-256 of its content, each after a zero byte, which JSON can't contain.
func (in *sent) digest() [32]byte {
	h := sha256.New()
	h.Write(in.moment)
	for i, u := range in.media {
		h.Write([]byte("\x00" + in.names[i] + "\x00" + u.Declared + "\x00"))
		h.Write(u.Digest[:])
	}
	return [32]byte(h.Sum(nil))
}

// whole are a form's fields with its photos and voices among them, for its key.
func (in *sent) whole() url.Values {
	if len(in.media) == 0 {
		return in.fields
	}
	all := maps.Clone(in.fields)
	for i, u := range in.media {
		name := in.names[i]
		all[name] = append(slices.Clone(all[name]), "\x00"+u.Declared+"\x00"+hex.EncodeToString(u.Digest[:]))
	}
	return all
}

// receive reads a form of either kind. Close what it gives.
func (s *Screen) receive(w http.ResponseWriter, r *http.Request) (*sent, error) {
	mediaType, params, err := web.MediaType(r)
	if err != nil {
		return nil, err
	}
	in := &sent{fields: url.Values{}}
	switch mediaType {
	case formType:
		var body []byte
		if body, err = web.ReadBody(w, r, maxBody); err != nil {
			return nil, err
		}
		in.fields, err = url.ParseQuery(string(body))
	case multipartType:
		var body io.Reader
		var end func()
		if body, end, err = s.upload(w, r); err != nil {
			return nil, err
		}
		defer end()
		err = in.readParts(multipart.NewReader(body, params["boundary"]), s.Spool)
	default:
		return nil, sayline.Errorf(sayline.WrongType, "This can't be taken as %s.", mediaType)
	}
	if err == nil {
		err = in.check()
	}
	if err != nil {
		in.Close()
		return nil, unread(err)
	}
	return in, nil
}

// unread says what went wrong with reading; ours as it is.
func unread(err error) error {
	var over *http.MaxBytesError
	switch {
	case errors.As(err, new(*sayline.Error)):
		return err
	case errors.As(err, &over):
		return sayline.Errorf(sayline.TooLarge, "This is too large; at most %d MiB are read.", maxUpload>>20)
	}
	return sayline.Errorf(sayline.Invalid, "This form can't be read.").Because(err)
}

// upload is the body of a request that may hold photos and voices, and what
// ends reading it. A sender may be slow, but not stand still.
func (s *Screen) upload(w http.ResponseWriter, r *http.Request) (io.Reader, func(), error) {
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return nil, nil, sayline.Errorf(sayline.WrongType, "Please send this without compression.")
	}
	most := int64(maxUpload)
	if s.Spool == nil {
		most = maxBody
	}
	if r.ContentLength > most {
		return nil, nil, sayline.Errorf(sayline.TooLarge, "This is too large; at most %d MiB are read.", maxUpload>>20)
	}
	release, ok := s.uploads.Take()
	if !ok {
		return nil, nil, web.RetryAfter(sayline.Errorf(sayline.Unavailable, "Too many people are speaking at once. Please try again in a moment."), 5*time.Second)
	}
	ctl := http.NewResponseController(w)
	return &patient{http.MaxBytesReader(w, r.Body, most), ctl, time.Now().Add(slowest)}, func() {
		_ = ctl.SetReadDeadline(time.Now().Add(stalled)) // for what may be left
		release()
	}, nil
}

// patient reads a body as long as it moves.
type patient struct {
	r   io.Reader
	ctl *http.ResponseController
	end time.Time
}

func (p *patient) Read(b []byte) (int, error) {
	next := time.Now().Add(stalled)
	if next.After(p.end) {
		next = p.end
	}
	_ = p.ctl.SetReadDeadline(next) // what can't has no connection to wait for
	n, err := p.r.Read(b)
	if errors.As(err, new(*http.MaxBytesError)) {
		err = unread(err)
	}
	return n, err
}

// readParts reads a form's parts one after the other, its words into memory and
// its photos and voices into the spool.
func (in *sent) readParts(mr *multipart.Reader, spool *media.Spool) error {
	room := int64(maxBody)
	for range maxParts {
		p, err := mr.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := p.FormName()
		if p.FileName() != "" || name == sayline.Photo || name == sayline.Voice {
			if err := in.readMedia(p, name, spool); err != nil {
				return err
			}
			continue
		}
		b, err := io.ReadAll(io.LimitReader(p, room+1))
		if err != nil {
			return err
		}
		if room -= int64(len(b)); room < 0 {
			return sayline.Errorf(sayline.TooLarge, "These words are too many; at most %d bytes are read.", maxBody)
		}
		if name == "moment" && in.moment == nil {
			in.moment = b
		} else {
			in.fields.Add(name, string(b))
		}
	}
	return errors.New("too many parts")
}

// readMedia takes one photo or voice. A field in which nothing was chosen is nothing.
func (in *sent) readMedia(p *multipart.Part, name string, spool *media.Spool) error {
	body := bufio.NewReaderSize(p, 512)
	if _, err := body.Peek(1); err == io.EOF && p.FileName() == "" {
		return nil
	}
	switch {
	case spool == nil:
		return sayline.Errorf(sayline.WrongType, "Only words are taken here, no photo and no voice.")
	case name != sayline.Photo && name != sayline.Voice:
		return sayline.Errorf(sayline.WrongType, "A file is sent in a part called photo or voice, not %.40q.", name)
	case len(in.media) == sayline.MaxPhotos+sayline.MaxVoices:
		return sayline.Errorf(sayline.TooLarge, "These are too many files at once.")
	}
	declared := p.Header.Get("Content-Type")
	if strings.HasPrefix(declared, "text/plain") && p.FileName() == "" {
		declared = ""
	}
	u, err := spool.Take(body, name, declared)
	if err != nil {
		return err
	}
	in.media, in.names = append(in.media, u), append(in.names, name)
	return nil
}

// check refuses what isn't text.
func (in *sent) check() error {
	for name, values := range in.fields {
		for _, v := range append(values, name) {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return sayline.Errorf(sayline.Invalid, "This form isn't UTF-8 without U+0000.")
			}
		}
	}
	return nil
}
