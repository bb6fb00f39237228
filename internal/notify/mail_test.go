package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"mime"
	"net"
	netmail "net/mail"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

func letter() Mail {
	return Mail{
		From: "Sparkle <cx@sparkle.example>", To: "Ana <ana@sparkle.example>", Subject: "Can't find it: Calle Mayor, shelf 14",
		Text: "Forty-one people, one empty shelf.\n", MessageID: "page-7.1@sparkle.example",
	}
}

func TestMailArrives(t *testing.T) {
	server := (&post{}).start(t, nil, false)
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	l := letter()
	l.Subject = "No lo encuentro – la sección de limón está vacía 🍋"
	l.HTML = "<p>Forty-one people, <b>one</b> empty shelf.</p>"
	l.Headers = map[string]string{"List-Unsubscribe": "<https://sparkle.example/me>"}
	o := server.mailer(MailOptions{Now: func() time.Time { return at }}).Send(t.Context(), l)
	if o.Class != Accepted || o.ProviderID == "" {
		t.Fatalf("%+v", o)
	}
	_, mails := server.seen()
	got, err := netmail.ReadMessage(bytes.NewReader(mails[0].raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != l.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	for _, line := range strings.Split(string(mails[0].raw), "\r\n") {
		if len(line) > 78 && !strings.Contains(line, "boundary") {
			t.Errorf("a line of %d bytes: %s", len(line), line)
		}
	}
	date, err := got.Header.Date()
	if err != nil || !date.Equal(at) {
		t.Errorf("date %v, %v", date, err)
	}
	for name, want := range map[string]string{
		"Message-Id": "<page-7.1@sparkle.example>", "From": `"Sparkle" <cx@sparkle.example>`, "To": `"Ana" <ana@sparkle.example>`,
		"Auto-Submitted": "auto-generated", "List-Unsubscribe": "<https://sparkle.example/me>", "User-Agent": "", "X-Mailer": "",
	} {
		if v := got.Header.Get(name); v != want {
			t.Errorf("%s: %q, want %q", name, v, want)
		}
	}
	if kind, _, err := mime.ParseMediaType(got.Header.Get("Content-Type")); err != nil || kind != "multipart/alternative" {
		t.Errorf("content type %s, %v", kind, err)
	}
	if mails[0].to != "ana@sparkle.example" {
		t.Errorf("sent to %s", mails[0].to)
	}
}

// A resend has the same Message-ID, and one line serves many mails.
func TestMailKeepsItsLine(t *testing.T) {
	server := (&post{}).start(t, nil, false)
	m := server.mailer(MailOptions{})
	for range 5 {
		if o := m.Send(t.Context(), letter()); o.Class != Accepted {
			t.Fatalf("%+v", o)
		}
	}
	lines, mails := server.seen()
	if lines != 1 || len(mails) != 5 {
		t.Errorf("%d lines for %d mails", lines, len(mails))
	}
	for _, m := range mails {
		if !bytes.Contains(m.raw, []byte("Message-ID: <page-7.1@sparkle.example>\r\n")) {
			t.Errorf("no stable Message-ID in %s", m.raw)
		}
	}
	m.Close()
	o := m.Send(t.Context(), letter())
	if lines, _ := server.seen(); o.Class != Accepted || lines != 2 {
		t.Errorf("after Close: %+v, %d lines", o, lines)
	}
}

// A kept line that the server closed meanwhile costs nothing but a new one.
func TestMailOnALineThatWentAway(t *testing.T) {
	for name, end := range map[string]func(*smtp.Conn) error{
		"closed": func(c *smtp.Conn) error { return c.Conn().Close() },
		"goodbye": func(*smtp.Conn) error {
			return &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 4, 2}, Message: "too long"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32
			server := (&post{hooks: hooks{mail: func(c *smtp.Conn) error {
				if calls.Add(1) == 2 {
					return end(c)
				}
				return nil
			}}}).start(t, nil, false)
			m := server.mailer(MailOptions{})
			for range 2 {
				if o := m.Send(t.Context(), letter()); o.Class != Accepted {
					t.Fatalf("%+v", o)
				}
			}
			if lines, mails := server.seen(); lines != 2 || len(mails) != 2 {
				t.Errorf("%d lines for %d mails", lines, len(mails))
			}
		})
	}
}

func refuse(code int, enhanced smtp.EnhancedCode) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: "no"}
}

func TestMailRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		hook hooks
		want Outcome
	}{
		{"busy at the door", hooks{hello: func(*smtp.Conn) error { return refuse(421, smtp.EnhancedCode{4, 3, 2}) }}, Outcome{Class: FailedForNow, Code: 421}},
		{"no service here", hooks{hello: func(*smtp.Conn) error { return refuse(554, smtp.EnhancedCode{5, 3, 2}) }}, Outcome{Class: FailedForNow, Code: 554}},
		{"our sender", hooks{mail: func(*smtp.Conn) error { return refuse(550, smtp.EnhancedCode{5, 7, 1}) }}, Outcome{Class: FailedForNow, Code: 550}},
		{"grey-listed", hooks{rcpt: func(string) error { return refuse(450, smtp.EnhancedCode{4, 2, 0}) }}, Outcome{Class: FailedForNow, Code: 450}},
		{"no such person", hooks{rcpt: func(string) error { return refuse(550, smtp.EnhancedCode{5, 1, 1}) }}, Outcome{Class: Gone, Code: 550}},
		{"a plain 550", hooks{rcpt: func(string) error { return refuse(550, smtp.NoEnhancedCode) }}, Outcome{Class: Gone, Code: 550}},
		{"not from us", hooks{rcpt: func(string) error { return refuse(550, smtp.EnhancedCode{5, 7, 1}) }}, Outcome{Class: FailedForGood, Code: 550}},
		{"full for now", hooks{data: func(*smtp.Conn) error { return refuse(452, smtp.EnhancedCode{4, 3, 1}) }}, Outcome{Class: FailedForNow, Code: 452}},
		{"not these words", hooks{data: func(*smtp.Conn) error { return refuse(554, smtp.EnhancedCode{5, 6, 0}) }}, Outcome{Class: FailedForGood, Code: 554}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := (&post{hooks: tt.hook}).start(t, nil, false)
			m := server.mailer(MailOptions{})
			got := m.Send(t.Context(), letter())
			if got.Class != tt.want.Class || got.Code != tt.want.Code || got.Detail == "" {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if _, mails := server.seen(); strings.Contains(got.Detail, "ana") || len(mails) != 0 {
				t.Errorf("detail %q, %d mails", got.Detail, len(mails))
			}
			server.mu.Lock()
			server.hooks = hooks{}
			server.mu.Unlock()
			if o := m.Send(t.Context(), letter()); o.Class != Accepted {
				t.Errorf("the next one: %+v", o)
			}
		})
	}
}

func TestMailHostile(t *testing.T) {
	cut := func(c *smtp.Conn) error { return errors.Join(c.Conn().Close(), io.EOF) }
	for _, tt := range []struct {
		name string
		make func(until <-chan struct{}) hooks
		wait time.Duration // its time-out; 0: the usual one, which it does not need
		want Outcome
	}{
		{"stalls after the mail", func(until <-chan struct{}) hooks {
			return hooks{data: func(*smtp.Conn) error { <-until; return io.EOF }}
		}, brief, Outcome{Class: Unknown, Detail: "time-out"}},
		{"cuts the line after the mail", func(<-chan struct{}) hooks { return hooks{data: cut} }, 0, Outcome{Class: Unknown, Detail: "the line was cut"}},
		{"stalls before the mail", func(until <-chan struct{}) hooks {
			return hooks{rcpt: func(string) error { <-until; return io.EOF }}
		}, brief, Outcome{Class: FailedForNow, Detail: "time-out"}},
		{"cuts the line before the mail", func(<-chan struct{}) hooks { return hooks{mail: cut} }, 0, Outcome{Class: FailedForNow, Detail: "the line was cut"}},
		{"stalls at the door", func(until <-chan struct{}) hooks {
			return hooks{hello: func(*smtp.Conn) error { <-until; return io.EOF }}
		}, brief, Outcome{Class: FailedForNow, Detail: "time-out"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			until := make(chan struct{})
			server := (&post{hooks: tt.make(until)}).start(t, nil, false)
			t.Cleanup(func() { close(until) })
			if got := server.mailer(MailOptions{Timeout: tt.wait}).Send(t.Context(), letter()); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestMailNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	silent := l.Addr().(*net.TCPAddr)
	m, err := NewMailer(MailOptions{Host: silent.IP.String(), Port: silent.Port, Timeout: brief})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if o := m.Send(t.Context(), letter()); o != (Outcome{Class: FailedForNow, Detail: "time-out"}) {
		t.Errorf("silence: %+v", o)
	}
	l.Close()
	if o := m.Send(t.Context(), letter()); o != (Outcome{Class: FailedForNow, Detail: "the connection was refused"}) {
		t.Errorf("nobody: %+v", o)
	}
}

// The call ends when the caller stops waiting.
func TestMailEndsWithItsContext(t *testing.T) {
	begun, until := make(chan struct{}), make(chan struct{})
	server := (&post{hooks: hooks{data: func(*smtp.Conn) error { close(begun); <-until; return io.EOF }}}).start(t, nil, false)
	t.Cleanup(func() { close(until) })
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	if o := server.mailer(MailOptions{Timeout: time.Hour}).Send(ctx, letter()); o.Class != Unknown {
		t.Errorf("%+v", o)
	}
}

func TestMailTLS(t *testing.T) {
	cert, roots := certificate(t)
	trusted := &tls.Config{RootCAs: roots}
	for _, tt := range []struct {
		name     string
		offered  bool
		implicit bool
		options  MailOptions
		want     Class
		secure   bool
	}{
		{"opportunistic, offered, nobody's certificate", true, false, MailOptions{}, Accepted, true},
		{"opportunistic, not offered", false, false, MailOptions{}, Accepted, false},
		{"opportunistic, nobody's certificate, a password to lose", true, false, MailOptions{Username: "sparkle", Password: "right"}, FailedForNow, false},
		{"required, offered", true, false, MailOptions{TLS: TLSRequired, Config: trusted}, Accepted, true},
		{"required, nobody's certificate", true, false, MailOptions{TLS: TLSRequired}, FailedForNow, false},
		{"required, not offered", false, false, MailOptions{TLS: TLSRequired, Config: trusted}, FailedForNow, false},
		{"none, though offered", true, false, MailOptions{TLS: TLSNone}, Accepted, false},
		{"implicit", true, true, MailOptions{TLS: TLSImplicit, Config: trusted}, Accepted, true},
		{"implicit, nobody's certificate", true, true, MailOptions{TLS: TLSImplicit}, FailedForNow, false},
		{"signed in by STARTTLS", true, false, MailOptions{TLS: TLSRequired, Config: trusted, Username: "sparkle", Password: "right"}, Accepted, true},
		{"signed in, implicit", true, true, MailOptions{TLS: TLSImplicit, Config: trusted, Username: "sparkle", Password: "right"}, Accepted, true},
		{"wrong password", true, false, MailOptions{TLS: TLSRequired, Config: trusted, Username: "sparkle", Password: "wrong"}, FailedForNow, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			offer := &cert
			if !tt.offered {
				offer = nil
			}
			server := &post{}
			if tt.options.Username != "" {
				server.password = "right"
			}
			server.start(t, offer, tt.implicit)
			o := server.mailer(tt.options).Send(t.Context(), letter())
			if o.Class != tt.want {
				t.Fatalf("%+v, want %s", o, tt.want)
			}
			if _, mails := server.seen(); o.Class == Accepted && mails[0].tls != tt.secure {
				t.Errorf("TLS %v, want %v", mails[0].tls, tt.secure)
			}
		})
	}
}

func TestMailerSettings(t *testing.T) {
	for name, o := range map[string]MailOptions{
		"no host": {}, "another TLS": {Host: "post.example", TLS: "maybe"}, "port": {Host: "post.example", Port: 70000}, "hello": {Host: "post.example", Hello: ""},
	} {
		m, err := NewMailer(o)
		if (err == nil) != (name == "hello") {
			t.Errorf("%s: %v", name, err)
		}
		if m != nil && m.options.Port != 587 {
			t.Errorf("port %d", m.options.Port)
		}
	}
}
