package inbound

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"

	"golang.org/x/net/html/charset"

	"github.com/sayline/sayline"
)

// letter is what an author answered, as it came.
type letter struct {
	id          string // its Message-ID; "" when it says none
	to          string // every address it came to, as they stand there
	subject     string
	text        string // with what is quoted in it
	auto        bool   // a machine wrote it: an absence note, a bounce, a list
	attachments int
}

// Limits of what is read of a letter.
const (
	maxParts = 100
	maxDepth = 8
	maxWords = 256 << 10 // bytes of a part's text
)

var errLetter = sayline.Errorf(sayline.Invalid, "This can't be read as a letter.")

// readJSON reads a letter that was taken apart already.
func readJSON(body []byte) (*letter, error) {
	var doc struct {
		From          string `json:"from"`
		To            string `json:"to"`
		Subject       string `json:"subject"`
		Text          string `json:"text"`
		MessageID     string `json:"message_id"`
		AutoSubmitted string `json:"auto_submitted"`
		Precedence    string `json:"precedence"`
		Attachments   int    `json:"attachments"`
	}
	if err := json.Unmarshal(body, &doc); err != nil || doc.To == "" {
		return nil, sayline.Errorf(sayline.Invalid, "Expected JSON with from, to and text.").Because(err)
	}
	h := mail.Header{"From": {doc.From}, "Auto-Submitted": {doc.AutoSubmitted}, "Precedence": {doc.Precedence}}
	return &letter{id: strings.TrimSpace(doc.MessageID), to: doc.To, subject: doc.Subject, text: doc.Text[:min(len(doc.Text), maxWords)], auto: byMachine(h), attachments: max(0, doc.Attachments)}, nil
}

// readMail reads a letter as it passes between mail servers (RFC 5322). What is
// broken in its body costs that part of it.
func readMail(raw []byte) (*letter, error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return nil, errLetter.Because(err)
	}
	l := &letter{id: strings.TrimSpace(m.Header.Get("Message-Id")), auto: byMachine(m.Header)}
	for _, name := range []string{"Delivered-To", "X-Original-To", "To", "Cc"} {
		l.to += strings.Join(m.Header[textproto.CanonicalMIMEHeaderKey(name)], ", ") + "\n"
	}
	decoder := mime.WordDecoder{CharsetReader: charset.NewReaderLabel}
	if l.subject, err = decoder.DecodeHeader(m.Header.Get("Subject")); err != nil {
		l.subject = m.Header.Get("Subject")
	}
	b := body{letter: l}
	b.part(textproto.MIMEHeader(m.Header), m.Body, 0, false)
	l.text = cmp.Or(strings.Join(b.plain, "\n"), pageWords(strings.Join(b.pages, "\n")))
	return l, nil
}

// byMachine says whether no person wrote a letter: an absence note (RFC 3834), a
// bounce (RFC 3464), a list.
func byMachine(h mail.Header) bool {
	by := strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted")))
	from := strings.ToLower(h.Get("From"))
	kind := strings.ToLower(h.Get("Content-Type"))
	bulk := []string{"bulk", "junk", "list", "auto_reply"}
	return by != "" && by != "no" && !strings.HasPrefix(by, "no;") ||
		slices.Contains(bulk, strings.ToLower(strings.TrimSpace(h.Get("Precedence")))) ||
		strings.TrimSpace(h.Get("Return-Path")) == "<>" || strings.Contains(from, "mailer-daemon@") || strings.HasPrefix(kind, "multipart/report") ||
		h.Get("X-Autoreply") != "" || h.Get("X-Autorespond") != "" || h.Get("List-Id") != ""
}

// body collects the words of a letter's parts.
type body struct {
	*letter
	plain, pages []string
	parts        int
}

// part reads one part and those in it. within says that it belongs to a page, as
// the picture of a signature does.
func (b *body) part(h textproto.MIMEHeader, r io.Reader, depth int, within bool) {
	if b.parts++; b.parts > maxParts || depth > maxDepth {
		return
	}
	kind, params, err := mime.ParseMediaType(cmp.Or(h.Get("Content-Type"), "text/plain"))
	if err != nil {
		kind = "text/plain"
	}
	disposition, _, _ := mime.ParseMediaType(h.Get("Content-Disposition")) // what can't be read is none
	switch {
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		parts := multipart.NewReader(r, params["boundary"])
		for b.parts <= maxParts {
			p, err := parts.NextRawPart()
			if err != nil {
				return
			}
			b.part(p.Header, p, depth+1, within || kind == "multipart/related")
		}
	case disposition == "attachment", kind != "text/plain" && kind != "text/html":
		if disposition == "attachment" || !within {
			b.attachments++
		}
	case kind == "text/plain":
		b.plain = append(b.plain, decoded(h, params["charset"], r))
	default:
		b.pages = append(b.pages, decoded(h, params["charset"], r))
	}
}

// decoded is a part's text as UTF-8, as much of it as can be read.
func decoded(h textproto.MIMEHeader, name string, r io.Reader) string {
	switch strings.ToLower(strings.TrimSpace(h.Get("Content-Transfer-Encoding"))) {
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	}
	if name != "" && !strings.EqualFold(name, "utf-8") && !strings.EqualFold(name, "us-ascii") {
		if in, err := charset.NewReaderLabel(name, r); err == nil {
			r = in
		}
	}
	text, _ := io.ReadAll(io.LimitReader(r, maxWords)) // the rest of a broken part is lost
	return strings.ToValidUTF8(string(text), "\uFFFD")
}
