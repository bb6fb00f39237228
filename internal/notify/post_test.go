package notify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"math/big"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

var quiet = log.New(io.Discard, "", 0)

// post is a real mail server whose manners the test sets.
type post struct {
	t        *testing.T
	host     string
	port     int
	password string

	mu    sync.Mutex
	hooks hooks
	lines int
	mails []arrived
}

// hooks are a server's manners; those that are nil accept.
type hooks struct {
	hello func(*smtp.Conn) error
	mail  func(*smtp.Conn) error
	rcpt  func(to string) error
	data  func(*smtp.Conn) error // once the whole mail was read
}

type arrived struct {
	raw []byte
	to  string
	tls bool
}

type session struct {
	post *post
	conn *smtp.Conn
	to   string
}

func (p *post) NewSession(c *smtp.Conn) (smtp.Session, error) {
	p.mu.Lock()
	p.lines++
	p.mu.Unlock()
	if hello := p.manners().hello; hello != nil {
		if err := hello(c); err != nil {
			return nil, err
		}
	}
	return &session{post: p, conn: c}, nil
}

// manners are the hooks as they are now.
func (p *post) manners() hooks {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hooks
}

// seen is what the server has had: lines, and mails with whether TLS was spoken.
func (p *post) seen() (lines int, mails []arrived) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lines, slices.Clone(p.mails)
}

func (s *session) AuthMechanisms() []string {
	if s.post.password == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "sparkle" || password != s.post.password {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *session) Mail(string, *smtp.MailOptions) error {
	if mail := s.post.manners().mail; mail != nil {
		return mail(s.conn)
	}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	if rcpt := s.post.manners().rcpt; rcpt != nil {
		return rcpt(to)
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if data := s.post.manners().data; data != nil {
		if err := data(s.conn); err != nil {
			return err
		}
	}
	_, secure := s.conn.TLSConnectionState()
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	s.post.mails = append(s.post.mails, arrived{b, s.to, secure})
	return nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// start serves until the test ends. With a certificate it offers STARTTLS, or is
// TLS from the first byte.
func (p *post) start(t *testing.T, cert *tls.Certificate, implicit bool) *post {
	p.t = t
	server := smtp.NewServer(p)
	server.Domain, server.ErrorLog, server.AllowInsecureAuth = "post.example", quiet, true
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().(*net.TCPAddr)
	p.host, p.port = addr.IP.String(), addr.Port
	if cert != nil {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*cert}}
		if implicit {
			l = tls.NewListener(l, server.TLSConfig)
		}
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		server.Close()
		<-done
	})
	return p
}

func (p *post) mailer(o MailOptions) *Mailer {
	p.t.Helper()
	o.Host, o.Port, o.Hello = p.host, p.port, "sparkle.example"
	m, err := NewMailer(o)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(m.Close)
	return m
}

// certificate makes one for 127.0.0.1 that only the pool given with it trusts.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
