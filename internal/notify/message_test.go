package notify

import (
	"bytes"
	"io"
	"mime"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"pgregory.net/rapid"
)

// TestPicturesGoWithTheirLetter, under the names by which it shows them; a name that
// could be a header is none.
func TestPicturesGoWithTheirLetter(t *testing.T) {
	l := Mail{From: "cx@sparkle.example", To: "ana@sparkle.example", MessageID: "digest-7@sparkle.example", Subject: "s", Text: "words", HTML: `<img src="cid:chart">`, Pictures: []Picture{{Name: "chart", PNG: []byte("\x89PNG")}}}
	msg, err := l.message(time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"multipart/related", "multipart/alternative", "Content-Type: image/png", "Content-ID: <chart>", `Content-Disposition: inline; filename="chart.png"`} {
		if !strings.Contains(strings.ReplaceAll(raw.String(), "Content-Id", "Content-ID"), want) {
			t.Errorf("it lacks %s in\n%s", want, raw.String())
		}
	}
	for _, name := range []string{"", "a b", "x>\r\nBcc: eve@evil.example", strings.Repeat("x", 41)} {
		l.Pictures[0].Name = name
		if _, err := l.message(time.Unix(1, 0)); sayline.KindOf(err) != sayline.AtFault {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// Whatever words stand in a mail, it has the headers it should have and no
// others, and the subject says what was meant.
func TestWordsStayInTheirPlace(t *testing.T) {
	usual := []string{"Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To"}
	words := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]{0,300}`), rapid.SampledFrom([]string{
		"a\r\nBcc: eve@evil.example", "a\nBcc: eve@evil.example\n\nbody", "a\r\n\r\n<script>", "\r\n.\r\nMAIL FROM:<x>", "=?utf-8?q?=0D=0ABcc:_eve@evil.example?=",
		"\u2028Bcc: x", "\x00", strings.Repeat("x", 2000), strings.Repeat("é", 500), "",
	}))
	rapid.Check(t, func(t *rapid.T) {
		l := Mail{
			From: "Sparkle <cx@sparkle.example>", To: "ana@sparkle.example", MessageID: "page-7@sparkle.example",
			Subject: words.Draw(t, "subject"), Text: words.Draw(t, "text"),
		}
		msg, err := l.message(time.Unix(1, 0))
		if err != nil {
			t.Fatal(err)
		}
		var raw bytes.Buffer
		if _, err := msg.WriteTo(&raw); err != nil {
			t.Fatal(err)
		}
		got, err := netmail.ReadMessage(&raw)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for name, values := range got.Header {
			names = append(names, name)
			if len(values) != 1 {
				t.Fatalf("%s stands %d times", name, len(values))
			}
		}
		slices.Sort(names)
		if !slices.Equal(names, usual) {
			t.Fatalf("headers %v", names)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
		want := []rune(strings.ReplaceAll(oneLine(l.Subject), "=?", "= ?"))
		if err != nil || strings.ContainsAny(subject, "\r\n") || subject != strings.TrimSpace(string(want[:min(len(want), maxSubject)])) {
			t.Fatalf("subject %q of %q, %v", subject, l.Subject, err)
		}
	})
}

func TestHeadersThatCanNotBeAdded(t *testing.T) {
	for name, value := range map[string]string{
		"X-A\r\nBcc": "x", "X A": "x", "X:A": "x", "": "x", "Bcc": "eve@evil.example", "to": "x", "FROM": "x", "Content-Type": "text/html",
		"Message-ID": "<x@y>", "Resent-To": "x", "X-É": "x", "X-A": "é", "X-B": "", "X-C": strings.Repeat("x", 1000), strings.Repeat("X", 61): "x",
	} {
		l := letter()
		l.Headers = map[string]string{name: value}
		if _, err := l.message(time.Unix(1, 0)); sayline.KindOf(err) != sayline.AtFault {
			t.Errorf("%q: %q was added: %v", name, value, err)
		}
	}
	l := letter()
	l.Headers = map[string]string{"X-Case": "7\r\nBcc: eve@evil.example"}
	msg, err := l.message(time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		t.Fatal(err)
	}
	got, err := netmail.ReadMessage(&raw)
	if err != nil || got.Header.Get("X-Case") != "7 Bcc: eve@evil.example" || got.Header.Get("Bcc") != "" {
		t.Errorf("%v, %v", got.Header, err)
	}
	if body, err := io.ReadAll(got.Body); err != nil || !strings.HasPrefix(string(body), "Forty-one") {
		t.Errorf("%q, %v", body, err)
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	for _, to := range []string{"", "ana", "ana@", "a@b, c@d", "ana@sparkle.example\r\nRCPT TO:<eve@evil.example>", "<ana@sparkle.example> x"} {
		l := letter()
		l.To = to
		if o := Classify(second(l.message(time.Unix(1, 0))), false); o.Class != Gone {
			t.Errorf("to %q: %+v", to, o)
		}
		l = letter()
		l.From = to
		if o := Classify(second(l.message(time.Unix(1, 0))), false); o.Class != FailedForGood {
			t.Errorf("from %q: %+v", to, o)
		}
	}
	for _, id := range []string{"", "page", "@", "a@", "@b", "a b@c", "a@b\r\nBcc: x", "<a@b>", "a@b@c", ".a@b", "a..b@c", "a@b.", strings.Repeat("a", 250) + "@b"} {
		l := letter()
		l.MessageID = id
		if o := Classify(second(l.message(time.Unix(1, 0))), false); o.Class != FailedForGood {
			t.Errorf("Message-ID %q: %+v", id, o)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func FuzzEnhanced(f *testing.F) {
	for _, s := range []string{"5.1.1 no such user", "2.0.0", "", "5.1", "5..1", "999.999.999 x", "5.1.1.1", "no\n5.1.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, n := range enhanced(text) {
			if n < 0 || n > 1023 {
				t.Fatalf("%q: %v", text, enhanced(text))
			}
		}
	})
}
