package testkit

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"
)

// Mail is one mail that a MailServer got, read as a mail program reads it.
type Mail struct {
	User     string   // who signed in to send it, "" for nobody
	From     string   // the envelope's sender
	To       []string // the envelope's recipients
	Header   mail.Header
	Subject  string            // decoded
	Text     string            // the plain text part, decoded; "" without one
	HTML     string            // the HTML part, decoded; "" without one
	Pictures map[string][]byte // what the HTML part shows as cid:NAME, by name
	Raw      []byte            // as it came
	At       time.Time         // when its last line was read, before any fault
	Taken    bool              // false when a fault turned it away: its sender owes it again
}

func (m Mail) String() string {
	return fmt.Sprintf("mail to %s: %q (taken: %t) %.300s", strings.Join(m.To, ", "), m.Subject, m.Taken, m.Text)
}

// readMail decodes subject and text parts.
func readMail(raw []byte) (Mail, error) {
	read, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Mail{}, err
	}
	m := Mail{Header: read.Header, Raw: raw}
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject")); err != nil {
		return Mail{}, fmt.Errorf("subject: %w", err)
	}
	return m, m.readPart(read.Header.Get, read.Body)
}

// readPart reads a part and the parts inside it. The first plain text and the
// first HTML count.
func (m *Mail) readPart(header func(string) string, body io.Reader) error {
	kind, params, err := mime.ParseMediaType(header("Content-Type"))
	if header("Content-Type") == "" {
		kind, err = "text/plain", nil
	}
	if err != nil {
		return fmt.Errorf("content type: %w", err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		return m.readParts(multipart.NewReader(body, params["boundary"]))
	}
	switch strings.ToLower(header("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		return fmt.Errorf("%s part: %w", kind, err)
	}
	text := strings.ReplaceAll(string(content), "\r\n", "\n")
	switch {
	case strings.HasPrefix(kind, "image/"):
		if m.Pictures == nil {
			m.Pictures = map[string][]byte{}
		}
		m.Pictures[strings.Trim(header("Content-Id"), "<>")] = content
	case kind == "text/plain" && m.Text == "":
		m.Text = text
	case kind == "text/html" && m.HTML == "":
		m.HTML = text
	}
	return nil
}

func (m *Mail) readParts(parts *multipart.Reader) error {
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := m.readPart(part.Header.Get, part); err != nil {
			return err
		}
	}
}
