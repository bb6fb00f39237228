package notify

import (
	"context"
	"encoding/binary"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestPublic(t *testing.T) {
	for _, s := range []string{
		"8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.0.1.1", "198.17.0.1", "223.255.255.255",
		"2600::1", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2600::5efe:8.8.8.8",
	} {
		if !Public(netip.MustParseAddr(s)) {
			t.Errorf("%s is refused", s)
		}
	}
	for _, s := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.8.9.10", "169.254.169.254", "172.16.0.1", "172.31.255.255",
		"192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b:1::1",
		"100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "4000::1",
		"::ffff:0:127.0.0.1", "::ffff:0.0.0.0", "64:ff9b::", "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8", "2002:a9fe:a9fe::1", "2002:808:808::1", "2001:0:808:808::1",
		"2600::5efe:10.0.0.1", "2600::200:5efe:169.254.169.254", "2600::5efe:127.0.0.1", "fe80::5efe:8.8.8.8", "2600::1%eth0",
	} {
		if Public(netip.MustParseAddr(s)) {
			t.Errorf("%s is called", s)
		}
	}
	if Public(netip.Addr{}) {
		t.Error("no address at all is called")
	}
}

// However this machine is written, it is not called.
func TestWebhookRefusesThisMachine(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	defer server.Close()
	port := server.URL[strings.LastIndex(server.URL, ":"):]
	hooks := NewWebhooks(WebhookOptions{})
	defer hooks.Close()
	for _, host := range []string{"127.0.0.1", "localhost", "127.1.2.3", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "[64:ff9b::7f00:1]", "[2002:7f00:1::1]", "[2600::5efe:127.0.0.1]", "[::ffff:7f00:1]"} {
		o := hooks.Post(t.Context(), delivery("http://"+host+port+"/hook"))
		if o.Class != FailedForGood || o.Detail != "the address is not a public one" {
			t.Errorf("%s: %+v", host, o)
		}
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("called %d times", n)
	}
}

// A name server that answers a public address first and a private one next, as
// in DNS rebinding, leads a call nowhere: what was looked at is what is called.
// Here 127.0.0.1 stands for the public host and 127.0.0.2 for the private one.
func TestWebhookIsNotRebound(t *testing.T) {
	var public, private atomic.Int32
	count := func(n *atomic.Int32) http.Handler {
		return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { n.Add(1) })
	}
	outside := httptest.NewServer(count(&public))
	defer outside.Close()
	_, port, _ := net.SplitHostPort(outside.Listener.Addr().String())
	inner, err := net.Listen("tcp", "127.0.0.2:"+port)
	if err != nil {
		t.Fatal(err)
	}
	inside := httptest.NewUnstartedServer(count(&private))
	inside.Listener.Close()
	inside.Listener = inner
	inside.Start()
	defer inside.Close()

	var asked atomic.Int32
	names := nameServer(t, func() netip.Addr {
		if asked.Add(1) == 1 {
			return netip.MustParseAddr("127.0.0.1")
		}
		return netip.MustParseAddr("127.0.0.2")
	})
	allowed := func(a netip.Addr) bool { return a == netip.MustParseAddr("127.0.0.1") }
	hooks := newWebhooks(WebhookOptions{}, guard(allowed, names))
	defer hooks.Close()

	d := delivery("http://hook.example:" + port + "/")
	if o := hooks.Post(t.Context(), d); o.Class != Accepted || public.Load() != 1 || asked.Load() != 1 {
		t.Fatalf("first: %+v, %d calls outside, %d look-ups", o, public.Load(), asked.Load())
	}
	hooks.Close() // the next call needs a new line, and so a new look-up
	if o := hooks.Post(t.Context(), d); o.Class != FailedForGood {
		t.Errorf("rebound: %+v", o)
	}
	if asked.Load() < 2 || private.Load() != 0 {
		t.Errorf("%d look-ups, %d calls inside", asked.Load(), private.Load())
	}
}

// nameServer is a real, if small, one: it answers each question for an IPv4
// address with answer, and has no IPv6 addresses.
func nameServer(t *testing.T, answer func() netip.Addr) *net.Resolver {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { conn.Close(); <-done })
	go func() {
		defer close(done)
		buf := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			_, _ = conn.WriteTo(reply(buf[:n], answer), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// reply answers one DNS question (RFC 1035, section 4).
func reply(query []byte, answer func() netip.Addr) []byte {
	end := 12
	for query[end] != 0 {
		end += int(query[end]) + 1
	}
	end += 5 // the root label, type, class
	out := append([]byte(nil), query[:end]...)
	binary.BigEndian.PutUint16(out[2:], 0x8180)
	copy(out[4:12], []byte{0, 1, 0, 0, 0, 0, 0, 0})
	if binary.BigEndian.Uint16(query[end-4:]) == 1 {
		out[7] = 1
		out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
		out = append(out, answer().AsSlice()...)
	}
	return out
}

func delivery(url string) Delivery {
	return Delivery{
		URL: url, ID: "evt_" + strconv.Itoa(7), At: time.Now(),
		Secrets: []string{DeriveSecret([]byte("key"), "sparkle", "erp", 1), DeriveSecret([]byte("key"), "sparkle", "erp", 0)},
		Body:    (&CloudEvent{ID: "7", Source: "https://sparkle.example/cx", Type: "cx.case.opened"}).AppendJSON(nil),
	}
}
