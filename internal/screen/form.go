package screen

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
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
	in, err := s.receive(w, r)
	if err != nil {
		return err
	}
	defer in.Close()
	at := newSpot(r, site).context()
	at.Ref = in.fields.Get("ref") // as the person left it, not as the address had it
	return s.sayForm(w, r, site, in, at)
}

// sayForm says what a form holds and leads to its receipt.
func (s *Screen) sayForm(w http.ResponseWriter, r *http.Request, site *brands.Site, in *sent, at sayline.Context) error {
	sub, err := formSubmission(in.whole(), at, language(r, site, in.fields.Get("lang")))
	if err != nil {
		return err
	}
	sub.Media = in.media
	done, err := s.accept(r, site, sub)
	if err != nil {
		return err
	}
	if done.Secret == "" {
		return redirect(w, r, site.URL("/cx/gone"))
	}
	if len(in.media) > 0 {
		s.settle(r, site, done.Moment.ID)
	}
	return redirect(w, r, site.URL(receiptPath(done.Secret))+"?lang="+url.QueryEscape(sub.Moment.Lang))
}

// settle lets who sends photos or voices without a script see them on the page
// they are led to, which can't tell them later: it waits a few seconds at most.
func (s *Screen) settle(r *http.Request, site *brands.Site, moment string) {
	_, _ = s.Door.AwaitMedia(r.Context(), site.ID, moment) // shown or not, it is kept
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
