package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

const (
	goodbye  = time.Second // for QUIT
	maxReply = 200         // bytes kept of the server's last word
)

// line is one connection to the mail server, greeted and signed in.
type line struct {
	client *smtp.Client
	conn   net.Conn // beneath TLS
	spent  bool     // the call ended while it was in use: not for another one
}

// unhurried is a connection whose deadlines are ours alone: they end a call
// whatever it is doing, and the client's own would put them off.
type unhurried struct{ net.Conn }

func (unhurried) SetDeadline(time.Time) error      { return nil }
func (unhurried) SetReadDeadline(time.Time) error  { return nil }
func (unhurried) SetWriteDeadline(time.Time) error { return nil }

// expire ends whatever the line is doing.
func (l *line) expire() { _ = l.conn.SetDeadline(time.Unix(1, 0)) }

// dial opens a line within ctx. The client is made anew for each, for it
// remembers what the last server offered.
func (m *Mailer) dial(call context.Context) (*line, error) {
	l := &line{}
	stop := func() bool { return true }
	connect := func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{Timeout: connectTimeout}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		l.conn = conn
		stop = context.AfterFunc(call, l.expire) // not the client's ctx: that ends with the dialling
		if m.options.TLS != TLSImplicit {
			return unhurried{conn}, nil
		}
		secure := tls.Client(unhurried{conn}, m.options.Config)
		return secure, secure.HandshakeContext(ctx)
	}
	client, err := mail.NewClient(m.options.Host, append(m.client[:len(m.client):len(m.client)], mail.WithDialContextFunc(connect))...)
	if err == nil {
		l.client, err = client.DialToSMTPClientWithContext(call)
	}
	stop()
	if err != nil {
		if l.conn != nil {
			l.conn.Close() // the client leaves it open
		}
		return nil, replied(StageSession, err)
	}
	return l, nil
}

// send sends one mail over the line. begun is true once its content is on the
// way. Errors leave the line unusable.
func (l *line) send(ctx context.Context, msg *mail.Msg) (said string, begun bool, err error) {
	_ = l.conn.SetDeadline(time.Time{})
	stop := context.AfterFunc(ctx, l.expire)
	defer func() { l.spent = !stop() }()
	from, err := msg.GetSender(false)
	if err != nil {
		return "", false, err
	}
	to, err := msg.GetRecipients()
	if err != nil {
		return "", false, err
	}
	if err := l.client.Mail(from); err != nil {
		return "", false, replied(StageSender, err)
	}
	if err := l.client.Rcpt(to[0]); err != nil {
		return "", false, replied(StageRecipient, err)
	}
	w, err := l.client.Data()
	if err != nil {
		return "", false, replied(StageContent, err)
	}
	if _, err := msg.WriteTo(w); err != nil {
		return "", true, replied(StageContent, err)
	}
	if err := w.Close(); err != nil {
		return "", true, replied(StageContent, err)
	}
	if d, ok := w.(*smtp.DataCloser); ok {
		said = oneLine(d.ServerResponse())
	}
	return strings.ToValidUTF8(said[:min(len(said), maxReply)], ""), true, nil
}

// quit says goodbye, briefly.
func (l *line) quit() {
	_ = l.conn.SetDeadline(time.Now().Add(goodbye))
	_ = l.client.Quit()
	l.conn.Close()
}

// replied gives a server's reply its type and stage; other errors stay as they are.
func replied(at Stage, err error) error {
	var reply *textproto.Error
	if !errors.As(err, &reply) {
		return err
	}
	return &ReplyError{Stage: at, Code: reply.Code, Enhanced: enhanced(reply.Msg)}
}

// enhanced reads the status code that a reply's text begins with (RFC 2034);
// zero when it has none.
func enhanced(text string) [3]int {
	words := strings.Fields(text)
	if len(words) == 0 {
		return [3]int{}
	}
	parts := strings.Split(words[0], ".")
	if len(parts) != 3 {
		return [3]int{}
	}
	var code [3]int
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 10)
		if err != nil {
			return [3]int{}
		}
		code[i] = int(n)
	}
	return code
}

// beforeRecipient says whether a line failed before its server had anything to
// say about a mail.
func beforeRecipient(err error) bool {
	var reply *ReplyError
	return !errors.As(err, &reply) || reply.Stage == StageSession || reply.Stage == StageSender
}
