package testkit_test

import (
	"context"
	"errors"
	"net"
	netsmtp "net/smtp"
	"net/textproto"
	"strconv"
	"testing"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/sayline/sayline/internal/testkit"
)

// sendPlain sends the smallest possible mail with the standard library.
func sendPlain(address, to, subject string) error {
	body := "From: a@sayline.test\r\nTo: " + to + "\r\nSubject: " + subject + "\r\n\r\nhello\r\n"
	return netsmtp.SendMail(address, nil, "a@sayline.test", []string{to}, []byte(body))
}

func TestSMTPReadsMailAsAProgramDoes(t *testing.T) {
	server := testkit.SMTP(t)
	host, portText, err := net.SplitHostPort(server.Address())
	if err != nil {
		t.Fatal(err)
	}
	port, _ := strconv.Atoi(portText)
	client, err := gomail.NewClient(host, gomail.WithPort(port), gomail.WithTLSPolicy(gomail.NoTLS),
		gomail.WithSMTPAuth(gomail.SMTPAuthPlainNoEnc), gomail.WithUsername("sayline"), gomail.WithPassword("secret"))
	if err != nil {
		t.Fatal(err)
	}
	msg := gomail.NewMsg()
	if err := errors.Join(msg.From("line@sayline.test"), msg.To("mara@sparkle.test")); err != nil {
		t.Fatal(err)
	}
	msg.Subject("Nobody is on it: «Sparkle Limón»")
	msg.SetBodyString(gomail.TypeTextPlain, "Falta el refresco en la estantería 4, tan largo que la línea se parte en dos cuando viaja por el correo.\n")
	msg.AddAlternativeString(gomail.TypeTextHTML, "<p>estantería 4</p>")
	if err := client.DialAndSendWithContext(t.Context(), msg); err != nil {
		t.Fatal(err)
	}
	mail := server.Wait(t.Context(), func(m testkit.Mail) bool { return m.To[0] == "mara@sparkle.test" })
	if mail.Subject != "Nobody is on it: «Sparkle Limón»" {
		t.Errorf("subject %q", mail.Subject)
	}
	if want := "Falta el refresco en la estantería 4, tan largo que la línea se parte en dos cuando viaja por el correo.\n"; mail.Text != want {
		t.Errorf("text %q, want %q", mail.Text, want)
	}
	if mail.HTML != "<p>estantería 4</p>" || mail.User != "sayline" || mail.From != "line@sayline.test" {
		t.Errorf("html %q, user %q, from %q", mail.HTML, mail.User, mail.From)
	}
}

func TestSMTPFaults(t *testing.T) {
	server := testkit.SMTP(t)
	server.FailNext(testkit.Fault{Code: 451}, testkit.Fault{HangUp: true}, testkit.Fault{HangUp: true, Keep: true})

	var reply *textproto.Error
	if err := sendPlain(server.Address(), "one@sparkle.test", "later"); !errors.As(err, &reply) || reply.Code != 451 {
		t.Errorf("first: %v, want a reply of 451", err)
	}
	if err := sendPlain(server.Address(), "one@sparkle.test", "lost"); err == nil {
		t.Error("second: the server should have hung up")
	}
	if err := sendPlain(server.Address(), "one@sparkle.test", "taken unknown to its sender"); err == nil {
		t.Error("third: the server should have hung up")
	}
	if err := sendPlain(server.Address(), "one@sparkle.test", "fine"); err != nil {
		t.Errorf("fourth: %v", err)
	}
	for _, want := range []string{"taken unknown to its sender", "fine"} {
		if got := server.Wait(t.Context(), nil).Subject; got != want {
			t.Errorf("taken: %q, want %q", got, want)
		}
	}
	if got := server.WaitTry(t.Context(), nil).Subject; got != "later" {
		t.Errorf("turned away: %q", got)
	}
	if n := len(server.All()); n != 4 {
		t.Errorf("%d mails in all, want 4", n)
	}
}

// A wait ends at its deadline with a failure that tells what came instead.
func TestWaitNamesWhatCameInstead(t *testing.T) {
	inner := &recorder{TB: t}
	server := testkit.SMTP(inner)
	if err := sendPlain(server.Address(), "one@sparkle.test", "something else"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	done := make(chan struct{})
	go func() { // Fatalf ends its goroutine
		defer close(done)
		server.Wait(ctx, func(m testkit.Mail) bool { return m.Subject == "the answer" })
	}()
	<-done
	if len(inner.failures) != 1 || !contains(inner.failures[0], "something else") {
		t.Errorf("failures: %q, want one that names the mail that came", inner.failures)
	}
}
