package testkit

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// MailServer is a real SMTP server of this test. It speaks plain SMTP on the
// loopback address, takes mail with or without a sign-in, and keeps it.
type MailServer struct {
	t       testing.TB
	address string
	done    chan struct{} // closed when the test ends: nothing is held any longer
	mails   inbox[Mail]
}

// SMTP starts a mail server.
func SMTP(t testing.TB) *MailServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &MailServer{t: t, address: l.Addr().String(), done: make(chan struct{})}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &mailSession{server: m, conn: c}, nil
	}))
	server.Domain = "mail.test"
	server.AllowInsecureAuth = true
	server.EnableSMTPUTF8 = true
	server.ErrorLog = log.New(io.Discard, "", 0) // a fault's hang-up is not news
	served := make(chan struct{})
	go func() {
		defer close(served)
		server.Serve(l)
	}()
	t.Cleanup(func() {
		close(m.done)
		server.Close()
		<-served
	})
	return m
}

// Address is the server's host and port.
func (m *MailServer) Address() string { return m.address }

// URL is the server as a URL, smtp://127.0.0.1:PORT.
func (m *MailServer) URL() string { return "smtp://" + m.address }

// Wait returns the next taken mail that matches, at once if it came already. No
// mail is returned twice. A nil match takes any. It fails the test when ctx, or
// a minute, ends first.
func (m *MailServer) Wait(ctx context.Context, match func(Mail) bool) Mail {
	m.t.Helper()
	return m.mails.wait(m.t, ctx, "mail", func(c Mail) bool { return c.Taken && (match == nil || match(c)) })
}

// WaitTry is Wait for a mail that was turned away.
func (m *MailServer) WaitTry(ctx context.Context, match func(Mail) bool) Mail {
	m.t.Helper()
	return m.mails.wait(m.t, ctx, "refused mail", func(c Mail) bool { return !c.Taken && (match == nil || match(c)) })
}

// All returns every mail so far, taken or not, in the order of arrival.
func (m *MailServer) All() []Mail { return m.mails.all() }

// FailNext lets the next mails meet these faults after their last line, one each.
func (m *MailServer) FailNext(faults ...Fault) { m.mails.failNext(faults...) }

// FailAlways lets every mail meet this fault, after those of FailNext; the zero
// Fault ends that.
func (m *MailServer) FailAlways(f Fault) { m.mails.failAlways(f) }

// mailSession is one connection to the server; it may bring several mails.
type mailSession struct {
	server *MailServer
	conn   *smtp.Conn
	user   string
	from   string
	to     []string
}

func (s *mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth takes any name and password; the mail tells the name.
func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, _ string) error {
		s.user = user
		return nil
	}), nil
}

func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

// Data takes the mail that r brings, or lets it meet its fault.
func (s *mailSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	mail, err := readMail(raw)
	if err != nil {
		s.server.t.Errorf("a mail cannot be read: %v\n%s", err, raw)
		return &smtp.SMTPError{Code: 554, Message: "this mail cannot be read"}
	}
	fault := s.server.mails.fault()
	mail.User, mail.From, mail.To = s.user, s.from, s.to
	mail.At, mail.Taken = time.Now(), fault.takes()
	s.server.mails.put(mail)
	fault.wait(s.server.done)
	if fault.HangUp {
		return s.conn.Conn().Close()
	}
	if fault.Code != 0 {
		return &smtp.SMTPError{Code: fault.Code, EnhancedCode: smtp.EnhancedCode{fault.Code / 100, 0, 0},
			Message: fmt.Sprintf("the test answers %d", fault.Code)}
	}
	return nil
}

func (s *mailSession) Reset() { s.from, s.to = "", nil }

func (s *mailSession) Logout() error { return nil }
