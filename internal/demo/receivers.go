package demo

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Outgoing is one thing that left the house and arrived at a receiver.
type Outgoing struct {
	At   time.Time `json:"at"`
	Way  string    `json:"way"` // webhook or e-mail
	To   string    `json:"to"`
	What string    `json:"what"` // the subject, or the event's type
	Body string    `json:"body"`
}

// outbox keeps the newest of what arrived, and tells the feed of each.
type outbox struct {
	feed *feed
	mu   sync.Mutex
	list []Outgoing // oldest first
}

const (
	outboxSize = 24
	bodySize   = 4 << 10
)

func (o *outbox) add(x Outgoing) {
	o.mu.Lock()
	o.list = append(o.list, x)
	if len(o.list) > outboxSize {
		o.list = slices.Delete(o.list, 0, len(o.list)-outboxSize)
	}
	o.mu.Unlock()
	o.feed.tell("left", x)
}

// newest gives what arrived last, oldest first.
func (o *outbox) newest() []Outgoing {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.list)
}

// receivers are a mail server and a webhook endpoint on loopback: what a
// company would have outside of Sayline.
type receivers struct {
	box     *outbox
	mail    *smtp.Server
	mailAt  net.Listener
	hook    *http.Server
	hookAt  net.Listener
	running sync.WaitGroup
}

func startReceivers(box *outbox) (*receivers, error) {
	r := &receivers{box: box}
	var err error
	if r.mailAt, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	if r.hookAt, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, errors.Join(err, r.mailAt.Close())
	}
	r.mail = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &letter{box: box}, nil }))
	r.mail.Domain, r.mail.ReadTimeout, r.mail.WriteTimeout = "localhost", 10*time.Second, 10*time.Second
	r.hook = &http.Server{Handler: http.HandlerFunc(r.receive), ReadHeaderTimeout: 10 * time.Second}
	r.running.Go(func() { _ = r.mail.Serve(r.mailAt) }) // ends with its listener
	r.running.Go(func() { _ = r.hook.Serve(r.hookAt) })
	return r, nil
}

func (r *receivers) stop() {
	_ = r.mail.Close()
	_ = r.hook.Close()
	r.running.Wait()
}

func (r *receivers) mailURL() string {
	return "smtp://" + r.mailAt.Addr().String() + "?from=house@sayline.example&tls=none"
}
func (r *receivers) hookURL(brand string) string {
	return fmt.Sprintf("http://%s/%s", r.hookAt.Addr(), brand)
}

// receive takes a webhook as any system would.
func (r *receivers) receive(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, 64<<10))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	var event struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(body, &event); err != nil {
		http.Error(w, "not an event", http.StatusBadRequest)
		return
	}
	r.box.add(Outgoing{At: time.Now(), Way: "webhook", To: strings.TrimPrefix(req.URL.Path, "/"), What: event.Type, Body: string(body[:min(len(body), bodySize)])})
	w.WriteHeader(http.StatusNoContent)
}

// letter is one SMTP session.
type letter struct {
	box *outbox
	to  []string
}

func (l *letter) Mail(string, *smtp.MailOptions) error { return nil }
func (l *letter) Rcpt(to string, _ *smtp.RcptOptions) error {
	l.to = append(l.to, to)
	return nil
}
func (l *letter) Reset()        { l.to = nil }
func (l *letter) Logout() error { return nil }

func (l *letter) Data(r io.Reader) error {
	m, err := mail.ReadMessage(io.LimitReader(r, 1<<20))
	if err != nil {
		return err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		subject = m.Header.Get("Subject")
	}
	text, err := plain(textproto.MIMEHeader(m.Header), m.Body)
	if err != nil {
		return err
	}
	l.box.add(Outgoing{At: time.Now(), Way: "e-mail", To: strings.Join(l.to, ", "), What: subject, Body: text})
	return nil
}

// plain is what a letter says to who reads plain text: its own words, or those
// of its first part that has any. At most bodySize bytes.
func plain(h textproto.MIMEHeader, body io.Reader) (string, error) {
	kind, params, err := mime.ParseMediaType(cmp.Or(h.Get("Content-Type"), "text/plain"))
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(kind, "multipart/") {
		for parts := multipart.NewReader(body, params["boundary"]); ; {
			part, err := parts.NextRawPart()
			if err == io.EOF {
				return "", nil
			}
			if err != nil {
				return "", err
			}
			if text, err := plain(part.Header, part); err != nil || text != "" {
				return text, err
			}
		}
	}
	if kind != "text/plain" {
		return "", nil
	}
	switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(io.LimitReader(body, bodySize))
	return strings.ToValidUTF8(string(text), ""), err
}
