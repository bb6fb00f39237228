package screen

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/web"
)

// maxBody is the largest body read, bytes: the longest text with every
// character escaped, and room for the rest.
const maxBody = 128 << 10

const (
	formType      = "application/x-www-form-urlencoded"
	multipartType = "multipart/form-data"
)

// form takes the plain form of a touch screen, sent to its own address.
func (s *Screen) form(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	fields, _, err := readForm(w, r)
	if err != nil {
		return err
	}
	at := newSpot(r, site).context()
	at.Ref = fields.Get("ref") // as the person left it, not as the address had it
	return s.sayForm(w, r, site, fields, at)
}

// sayForm says what a form holds and leads to its receipt.
func (s *Screen) sayForm(w http.ResponseWriter, r *http.Request, site *brands.Site, fields url.Values, at sayline.Context) error {
	sub, err := formSubmission(fields, at, language(r, site, fields.Get("lang")))
	if err != nil {
		return err
	}
	done, err := s.accept(r, site, sub)
	if err != nil {
		return err
	}
	if done.Secret == "" {
		return redirect(w, r, site.URL("/cx/gone"))
	}
	return redirect(w, r, site.URL(receiptPath(done.Secret))+"?lang="+url.QueryEscape(sub.Moment.Lang))
}

// redirect leads a browser on, after a form.
func redirect(w http.ResponseWriter, r *http.Request, to string) error {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// formSubmission reads the fields of a form. Its key is the page's key together
// with everything that was sent, so that the same button twice is one moment
// and another button another.
func formSubmission(fields url.Values, at sayline.Context, lang string) (intake.Submission, error) {
	key, err := intake.CheckKey(fields.Get("key"))
	if err != nil {
		return intake.Submission{}, err
	}
	m := sayline.Moment{Kind: fields.Get("kind"), Topic: lastOf(fields, "topic"), Lang: lang, Audience: fields.Get("audience"), Context: at}
	var parts []string
	for _, name := range []string{"text", "need"} {
		if words := lines(fields.Get(name)); strings.TrimSpace(words) != "" {
			parts = append(parts, words)
		}
	}
	m.Text = strings.Join(parts, "\n")
	if fields.Get("do") == "need" {
		m.Kind = "request"
	}
	if f := lastOf(fields, "feeling"); f != "" {
		if m.Feeling, err = strconv.Atoi(f); err != nil || m.Feeling < 1 {
			return intake.Submission{}, &sayline.Error{Kind: sayline.AtFault, Message: "This feeling isn't one.", Fields: []sayline.Fault{{Pointer: "/feeling", Detail: "expected 1 (awful) to 5 (wonderful)"}}}
		}
	}
	effective, digest := formKey(key, fields)
	return intake.Submission{Moment: m, Key: effective, Digest: digest, More: true}, nil
}

// formKey is the effective key of a form, hash(key ‖ sorted decoded fields), and
// the digest of its fields.
func formKey(key string, fields url.Values) (effective string, digest [32]byte) {
	var pairs [][2]string
	for name, values := range fields {
		for _, v := range values {
			if name != "key" {
				pairs = append(pairs, [2]string{name, v})
			}
		}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int {
		if c := strings.Compare(a[0], b[0]); c != 0 {
			return c
		}
		return strings.Compare(a[1], b[1])
	})
	var b []byte
	add := func(s string) { b = append(binary.AppendUvarint(b, uint64(len(s))), s...) }
	for _, p := range pairs {
		add(p[0])
		add(p[1])
	}
	digest = sha256.Sum256(b)
	b = b[:0]
	add(key)
	b = append(b, digest[:]...)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), digest
}

// lastOf is the last value of a field that has any: what stands in the page
// gives way to the button that was pressed.
func lastOf(fields url.Values, name string) string {
	for _, v := range slices.Backward(fields[name]) {
		if v != "" {
			return v
		}
	}
	return ""
}

// lines undoes what browsers do to line breaks in forms (CR LF).
func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// readForm reads a form of either kind. moment is the part of that name, nil
// where there is none. Media is not taken here.
func readForm(w http.ResponseWriter, r *http.Request) (fields url.Values, moment []byte, err error) {
	mediaType, params, err := web.MediaType(r)
	if err != nil {
		return nil, nil, err
	}
	body, err := web.ReadBody(w, r, maxBody)
	if err != nil {
		return nil, nil, err
	}
	switch mediaType {
	case formType:
		fields, err = url.ParseQuery(string(body))
	case multipartType:
		fields, moment, err = readParts(multipart.NewReader(bytes.NewReader(body), params["boundary"]))
	default:
		return nil, nil, sayline.Errorf(sayline.WrongType, "This can't be taken as %s.", mediaType)
	}
	if sayline.KindOf(err) == sayline.WrongType {
		return nil, nil, err
	}
	if err != nil {
		return nil, nil, sayline.Errorf(sayline.Invalid, "This form can't be read.").Because(err)
	}
	for name, values := range fields {
		for _, v := range append(values, name) {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return nil, nil, sayline.Errorf(sayline.Invalid, "This form isn't UTF-8 without U+0000.")
			}
		}
	}
	return fields, moment, nil
}

// maxParts is how many parts a form may have.
const maxParts = 64

func readParts(mr *multipart.Reader) (fields url.Values, moment []byte, err error) {
	fields = url.Values{}
	for range maxParts {
		p, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return fields, moment, nil
		}
		if err != nil {
			return nil, nil, err
		}
		name := p.FormName()
		if p.FileName() != "" || name == "photo" || name == "voice" {
			return nil, nil, sayline.Errorf(sayline.WrongType, "Only words are taken here, no photo and no voice.")
		}
		b, err := io.ReadAll(p)
		if err != nil {
			return nil, nil, err
		}
		if name == "moment" && moment == nil {
			moment = b
		} else {
			fields.Add(name, string(b))
		}
	}
	return nil, nil, errors.New("too many parts")
}
