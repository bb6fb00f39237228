package notify

import (
	"cmp"
	"context"
	"crypto/tls"
	"strings"
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/wneessen/go-mail"
)

// How a mail server is spoken to.
const (
	TLSOpportunistic = "opportunistic" // STARTTLS if it is offered
	TLSRequired      = "required"      // STARTTLS, or nothing is sent
	TLSImplicit      = "implicit"      // TLS from the first byte (port 465)
	TLSNone          = "none"
)

// TLSModes are the values of [MailOptions.TLS].
var TLSModes = []string{TLSOpportunistic, TLSRequired, TLSImplicit, TLSNone}

// keepLine is how long a line to the mail server is kept for the next mail.
const keepLine = 30 * time.Second

// MailOptions are the settings of [NewMailer].
type MailOptions struct {
	Host     string
	Port     int              // default 587, with TLSImplicit 465
	TLS      string           // see [TLSModes]; default opportunistic
	Username string           // "" to send without signing in
	Password string           // never sent without TLS, but to this machine
	Hello    string           // our own name for EHLO; default the machine's
	Timeout  time.Duration    // of a whole call; default [sayline.CallTimeout]
	Config   *tls.Config      // nil: the machine's roots, the Host's name
	Now      func() time.Time // for the Date of a mail; nil: time.Now
}

// Mailer sends mail over one line, kept between mails: a worker has its own.
type Mailer struct {
	options MailOptions
	client  []mail.Option

	mu   sync.Mutex
	line *line       // nil when none is kept
	idle *time.Timer // lets go of it
}

// NewMailer makes a way out by e-mail; it connects with the first mail. Errors
// are [sayline.AtFault] and say which setting is wrong. Close it at the end.
func NewMailer(o MailOptions) (*Mailer, error) {
	o.TLS = cmp.Or(o.TLS, TLSOpportunistic)
	o.Timeout = cmp.Or(o.Timeout, sayline.CallTimeout)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Port == 0 {
		o.Port = 587
		if o.TLS == TLSImplicit {
			o.Port = 465
		}
	}
	o.Config = o.config()
	client, err := o.client()
	if err != nil {
		return nil, err
	}
	m := &Mailer{options: o, client: client}
	m.idle = time.AfterFunc(keepLine, m.Close)
	m.idle.Stop()
	return m, nil
}

// Send sends one mail and says what became of it. It ends within the time-out or
// when ctx does. ProviderID is the server's last word ("queued as …").
func (m *Mailer) Send(ctx context.Context, letter Mail) Outcome {
	msg, err := letter.message(m.options.Now())
	if err != nil {
		return Classify(err, false)
	}
	ctx, cancel := context.WithTimeout(ctx, m.options.Timeout)
	defer cancel()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.idle.Stop()
	kept := m.line != nil
	said, begun, err := m.send(ctx, msg)
	if err != nil && kept && !begun && beforeRecipient(err) && ctx.Err() == nil {
		// The server had let go of the line we kept; nothing was lost on it.
		said, begun, err = m.send(ctx, msg)
	}
	if err != nil {
		return Classify(err, begun)
	}
	m.idle.Reset(keepLine)
	return Outcome{Class: Accepted, ProviderID: said}
}

// send uses the kept line or a new one, and keeps it unless something went
// wrong. begun says whether the server may have had the whole mail.
func (m *Mailer) send(ctx context.Context, msg *mail.Msg) (said string, begun bool, err error) {
	if m.line == nil {
		if m.line, err = m.dial(ctx); err != nil {
			return "", false, err
		}
	}
	said, begun, err = m.line.send(ctx, msg)
	if err != nil || m.line.spent {
		m.line.conn.Close()
		m.line = nil
	}
	return said, begun, err
}

// Close says goodbye to the server if a line is kept. A later Send opens another.
func (m *Mailer) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.idle.Stop()
	if m.line != nil {
		m.line.quit()
		m.line = nil
	}
}

// config is how TLS is spoken.
func (o *MailOptions) config() *tls.Config {
	if o.Config != nil {
		c := o.Config.Clone()
		c.ServerName = cmp.Or(c.ServerName, o.Host)
		return c
	}
	return &tls.Config{
		ServerName: o.Host,
		MinVersion: tls.VersionTLS12,
		// Without STARTTLS it would go in the clear; a certificate that can't be
		// checked is still better. A password is only for who can prove their name.
		InsecureSkipVerify: o.TLS == TLSOpportunistic && o.Username == "",
	}
}

// client are the client's settings.
func (o *MailOptions) client() ([]mail.Option, error) {
	policy, ok := map[string]mail.TLSPolicy{
		TLSOpportunistic: mail.TLSOpportunistic,
		TLSRequired:      mail.TLSMandatory,
		TLSImplicit:      mail.TLSOpportunistic, // the line is TLS before the client has it
		TLSNone:          mail.NoTLS,
	}[o.TLS]
	if !ok {
		return nil, sayline.Errorf(sayline.AtFault, "Expected one of %s for the mail server's TLS, got %q.", strings.Join(TLSModes, ", "), o.TLS)
	}
	if o.Host == "" || o.Port < 1 || o.Port > 65535 {
		return nil, sayline.Errorf(sayline.AtFault, "Expected the mail server's host and a port from 1 to 65535.")
	}
	list := []mail.Option{mail.WithPort(o.Port), mail.WithTimeout(o.Timeout), mail.WithTLSConfig(o.Config), mail.WithTLSPolicy(policy)}
	if o.Hello != "" {
		list = append(list, mail.WithHELO(o.Hello))
	}
	if o.Username != "" {
		list = append(list, mail.WithUsername(o.Username), mail.WithPassword(o.Password),
			mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthPlain, mail.SMTPAuthLogin, mail.SMTPAuthCramMD5))
	}
	if _, err := mail.NewClient(o.Host, list...); err != nil {
		return nil, sayline.Errorf(sayline.AtFault, "The mail server's settings can't be used.").Because(err)
	}
	return list, nil
}
