package testkit

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/sayline/sayline"
)

// PushService is a browser maker's push service and the browsers behind it: it
// takes what is pushed, checks who signed it (RFC 8292) and reads it as the
// browser would (RFC 8291).
type PushService struct {
	t      testing.TB
	server *httptest.Server
	public string // the key browsers subscribed to
	done   chan struct{}
	pushes inbox[Push]

	mu       sync.Mutex
	browsers map[string]*ear // by the path of their endpoint
}

type ear struct {
	key  *ecdh.PrivateKey
	auth []byte
	gone int // the status it answers once its subscription ended
}

// Push is one message that came to the service.
type Push struct {
	Endpoint            string
	TTL, Urgency, Topic string
	Subject             string // who signed, as a URI
	Payload             []byte // as the browser reads it
	Taken               bool   // false when a fault turned it away
}

func (p Push) String() string {
	return fmt.Sprintf("push (taken: %t, urgency %q) %.300s", p.Taken, p.Urgency, p.Payload)
}

// NewPushService starts one for browsers that subscribe to a server's public
// VAPID key, base64url.
func NewPushService(t testing.TB, public string) *PushService {
	t.Helper()
	s := &PushService{t: t, public: public, done: make(chan struct{}), browsers: map[string]*ear{}}
	s.server = httptest.NewServer(s)
	t.Cleanup(func() {
		close(s.done)
		s.server.Close()
	})
	return s
}

// Subscribe is a new browser's subscription.
func (s *PushService) Subscribe() sayline.Subscription {
	s.t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	b := &ear{key: key, auth: make([]byte, 16)}
	_, _ = rand.Read(b.auth) // never fails
	path := "/push/" + rand.Text()
	s.mu.Lock()
	s.browsers[path] = b
	s.mu.Unlock()
	return sayline.Subscription{Endpoint: s.server.URL + path, Keys: sayline.SubscriptionKeys{
		Auth: base64.RawURLEncoding.EncodeToString(b.auth), P256dh: base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes())}}
}

// End ends a subscription: from now on it is answered with status, 404 or 410.
func (s *PushService) End(sub sayline.Subscription, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.browsers[strings.TrimPrefix(sub.Endpoint, s.server.URL)].gone = status
}

// ServeHTTP takes one push, or lets it meet its fault.
func (s *PushService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	b := s.browsers[r.URL.Path]
	gone := 0
	if b != nil {
		gone = b.gone
	}
	s.mu.Unlock()
	if b == nil || gone != 0 {
		w.WriteHeader(max(gone, http.StatusNotFound))
		return
	}
	p, err := s.read(b, r)
	if err != nil {
		s.t.Errorf("a push to %s: %v", r.URL.Path, err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	fault := s.pushes.fault()
	p.Taken = fault.takes()
	s.pushes.put(p)
	fault.wait(s.done)
	if fault.HangUp {
		panic(http.ErrAbortHandler)
	}
	for name, values := range fault.Header {
		w.Header()[name] = values
	}
	if fault.Code == 0 {
		fault.Code = http.StatusCreated
	}
	w.WriteHeader(fault.Code)
}

func (s *PushService) read(b *ear, r *http.Request) (p Push, err error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, 4096))
	if err != nil {
		return p, fmt.Errorf("at most 4096 bytes are taken: %w", err)
	}
	if r.Method != http.MethodPost || r.Header.Get("Content-Encoding") != "aes128gcm" {
		return p, fmt.Errorf("%s with content encoding %q", r.Method, r.Header.Get("Content-Encoding"))
	}
	p = Push{Endpoint: s.server.URL + r.URL.Path, TTL: r.Header.Get("TTL"), Urgency: r.Header.Get("Urgency"), Topic: r.Header.Get("Topic")}
	if p.TTL == "" || len(p.Topic) > 32 {
		return p, fmt.Errorf("TTL %q, topic %q", p.TTL, p.Topic)
	}
	if p.Subject, err = s.signer(r.Header.Get("Authorization")); err != nil {
		return p, err
	}
	p.Payload, err = b.decrypt(body)
	return p, err
}

// signer checks the VAPID token and gives its subject.
func (s *PushService) signer(authorization string) (subject string, err error) {
	rest, ok := strings.CutPrefix(authorization, "vapid t=")
	token, key, cut := strings.Cut(rest, ", k=")
	if !ok || !cut || key != s.public {
		return "", fmt.Errorf("not signed by the key browsers subscribed to: %q", key)
	}
	point, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		return "", err
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return "", err
	}
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return "", err
	}
	text, err := signed.Verify(public)
	if err != nil {
		return "", err
	}
	var claims struct {
		Aud, Sub string
		Exp      int64
	}
	if err := json.Unmarshal(text, &claims); err != nil {
		return "", err
	}
	left := time.Until(time.Unix(claims.Exp, 0))
	if claims.Aud != s.server.URL || left <= 0 || left > 24*time.Hour {
		return "", fmt.Errorf("signed for %q, for %v", claims.Aud, left)
	}
	return claims.Sub, nil
}

// decrypt reads one record (RFC 8188) by the keys of RFC 8291, section 3.4.
func (b *ear) decrypt(body []byte) ([]byte, error) {
	if len(body) < 21 || len(body) < 21+int(body[20]) {
		return nil, errors.New("its head is cut short")
	}
	salt, size, theirs := body[:16], binary.BigEndian.Uint32(body[16:20]), body[21:21+int(body[20])]
	record := body[21+int(body[20]):]
	if uint32(len(record)) > size {
		return nil, errors.New("it has more than one record")
	}
	public, err := ecdh.P256().NewPublicKey(theirs)
	if err != nil {
		return nil, err
	}
	shared, err := b.key.ECDH(public)
	if err != nil {
		return nil, err
	}
	info := "WebPush: info\x00" + string(b.key.PublicKey().Bytes()) + string(theirs)
	material, err := hkdf.Key(sha256.New, shared, b.auth, info, 32)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, material, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, material, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, nonce, record, nil)
	if err != nil {
		return nil, err
	}
	text := strings.TrimRight(string(plain), "\x00")
	if !strings.HasSuffix(text, "\x02") {
		return nil, errors.New("it does not end with the last record's mark")
	}
	return []byte(text[:len(text)-1]), nil
}

// Wait returns the next taken push that matches, at once if it came already. No
// push is returned twice. A nil match takes any.
func (s *PushService) Wait(ctx context.Context, match func(Push) bool) Push {
	s.t.Helper()
	return s.pushes.wait(s.t, ctx, "push", func(p Push) bool { return p.Taken && (match == nil || match(p)) })
}

// WaitTry is Wait for one that was turned away.
func (s *PushService) WaitTry(ctx context.Context, match func(Push) bool) Push {
	s.t.Helper()
	return s.pushes.wait(s.t, ctx, "refused push", func(p Push) bool { return !p.Taken && (match == nil || match(p)) })
}

// All returns every push so far, taken or not, in the order of arrival.
func (s *PushService) All() []Push { return s.pushes.all() }

// FailNext lets the next pushes meet these faults, one each.
func (s *PushService) FailNext(faults ...Fault) { s.pushes.failNext(faults...) }

// FailAlways lets every push meet this fault, after those of FailNext; the zero
// Fault ends that.
func (s *PushService) FailAlways(f Fault) { s.pushes.failAlways(f) }
