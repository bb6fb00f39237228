package notify

import (
	"bytes"
	netmail "net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/sayline/sayline"
	"github.com/wneessen/go-mail"
)

// Mail is a letter to one person. Whatever stands in it, it stays in its place:
// words can't become headers.
type Mail struct {
	From      string // an address, or a name and an address: Sparkle <cx@sparkle.example>
	To        string // likewise
	Subject   string // any words; line ends become spaces
	Text      string
	HTML      string            // beside Text, "" for none
	Pictures  []Picture         // that HTML shows, each once, as cid:NAME
	MessageID string            // left@right, the same however often it is sent, so that a resend is recognised
	Headers   map[string]string // further ones, such as List-Unsubscribe; not those above
}

// Picture is an image that goes with a letter: nothing is fetched to show it.
type Picture struct {
	Name string // letters, digits and dashes
	PNG  []byte
}

const (
	maxSubject = 200 // characters
	maxWord    = 900 // bytes of a header without a space: a line has at most 998
)

// message makes the letter ready to send. An address that can't be one is
// [sayline.Gone]; the rest is [sayline.AtFault].
func (m *Mail) message(now time.Time) (*mail.Msg, error) {
	from, err := netmail.ParseAddress(m.From)
	if err != nil {
		return nil, sayline.Errorf(sayline.AtFault, "The sender is not an e-mail address.")
	}
	to, err := netmail.ParseAddress(m.To)
	if err != nil {
		return nil, sayline.Errorf(sayline.Gone, "The recipient is not an e-mail address.")
	}
	if !validMessageID(m.MessageID) {
		return nil, sayline.Errorf(sayline.AtFault, "A mail needs a Message-ID such as page@sparkle.example.")
	}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	msg.FromMailAddress(from)
	msg.ToMailAddress(to)
	msg.SetDateWithValue(now)
	msg.SetMessageIDWithValue(m.MessageID)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: so that no absence notes come back
	// What looks encoded already would be decoded on arrival: it is taken apart.
	subject := []rune(strings.ReplaceAll(oneLine(m.Subject), "=?", "= ?"))
	msg.Subject(string(subject[:min(len(subject), maxSubject)]))
	for name, value := range m.Headers {
		value = oneLine(value)
		if !validHeader(name) || strings.ContainsFunc(value, func(r rune) bool { return r > unicode.MaxASCII }) || tooLong(value) {
			return nil, sayline.Errorf(sayline.AtFault, "A mail's header is not one that can be added.")
		}
		msg.SetGenHeader(mail.Header(name), value)
	}
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(mail.TypeTextHTML, m.HTML)
	}
	for _, p := range m.Pictures {
		if !pictureName.MatchString(p.Name) {
			return nil, sayline.Errorf(sayline.AtFault, "A mail's picture needs a name of letters, digits and dashes.")
		}
		if err := msg.EmbedReader(p.Name+".png", bytes.NewReader(p.PNG), mail.WithFileContentID("<"+p.Name+">"), mail.WithFileContentType("image/png")); err != nil {
			return nil, err
		}
	}
	return msg, nil
}

var pictureName = regexp.MustCompile(`^[A-Za-z0-9-]{1,40}$`)

// oneLine makes one line of words: what is not text becomes a space.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

func tooLong(line string) bool {
	for word := range strings.SplitSeq(line, " ") {
		if len(word) > maxWord {
			return true
		}
	}
	return line == ""
}

// validHeader says whether a header may be added: a token (RFC 5322, section
// 2.2) that is not one of those a Mail sets itself.
func validHeader(name string) bool {
	for i := range len(name) {
		if name[i] <= ' ' || name[i] > '~' || name[i] == ':' {
			return false
		}
	}
	low := strings.ToLower(name)
	switch low {
	case "", "from", "to", "cc", "bcc", "sender", "subject", "date", "message-id", "mime-version", "auto-submitted", "return-path", "received":
		return false
	}
	return len(name) <= 60 && !strings.HasPrefix(low, "content-") && !strings.HasPrefix(low, "resent-")
}

// validMessageID accepts dot-atoms on both sides of one @ (RFC 5322, section 3.6.4).
func validMessageID(id string) bool {
	left, right, ok := strings.Cut(id, "@")
	for _, part := range []string{left, right} {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".") || strings.Contains(part, "..") {
			return false
		}
		for i := range len(part) {
			c := part[i]
			if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte("!#$%&'*+-/=?^_`{|}~.", c) < 0 {
				return false
			}
		}
	}
	return ok && len(id) <= 250
}
