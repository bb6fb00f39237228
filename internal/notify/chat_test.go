package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/sayline/sayline"
)

// chatAddresses are one of each service's, as its people write them down.
var chatAddresses = map[string]string{
	"bark":       "bark://:devicekey@bark.example",
	"discord":    "discord://token-1_2@123456789",
	"googlechat": "googlechat://chat.googleapis.com/v1/spaces/FOO/messages?key=bar&token=baz",
	"gotify":     "gotify://gotify.example/Aaa.bbb.ccc.ddd",
	"ifttt":      "ifttt://key/?events=event1",
	"join":       "join://token:apikey@join?devices=dev1",
	"lark":       "lark://open.larksuite.com/token",
	"mattermost": "mattermost://bot@mattermost.example/token/channel",
	"notifiarr":  "notifiarr://apikey123?channel=123456789",
	"ntfy":       "ntfy://ntfy.example/sayline",
	"opsgenie":   "opsgenie://api.opsgenie.com/0aa5a2b4-5a4a-4a4a-8a4a-0aa5a2b45a4a",
	"pagerduty":  "pagerduty://events.pagerduty.com/eb243592faa24ba2a5511afdf565c889",
	"pushover":   "pushover://shoutrrr:token@user/?devices=device",
	"rocketchat": "rocketchat://rocket.example/tokenA/tokenB/channel",
	"signal":     "signal://signal.example/+12025550170/+12025550171",
	"slack":      "slack://hook:AAAAAAAAA-BBBBBBBBB-123456789123456789123456@webhook",
	"teams":      "teams://11111111-4444-4444-8444-cccccccccccc@22222222-4444-4444-8444-cccccccccccc/33333333012222222222333333333344/44444444-4444-4444-8444-cccccccccccc/V2ESyij_gAljSoUQHvZoZYzlpAoAXExyOl26dlf1xHEx05?host=test.webhook.office.com",
	"telegram":   "telegram://110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw@telegram/?chats=42",
	"wecom":      "wecom://693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa",
	"zulip":      "zulip://bot%40zulip.example:key@zulip.example/?stream=desk&topic=now",
}

// chatAnswer is what each service says to a message it takes.
func chatAnswer(host string) string {
	switch host {
	case "hooks.slack.com", "mattermost.example":
		return "ok"
	case "test.webhook.office.com":
		return "1"
	}
	switch host {
	case "bark.example":
		return `{"code":200}`
	case "gotify.example":
		return `{"id":1}`
	}
	return `{"ok":true,"code":0,"errcode":0,"StatusCode":0,"id":"1","status":1,"success":true,"iden":"x","type":"note","body":"x","title":"x","active":true,"result":{"message_id":1}}`
}

// square is where every chat is: all hosts lead to one server of this test.
type square struct {
	*httptest.Server
	mu    sync.Mutex
	calls []squareCall
	fault func(http.ResponseWriter, *http.Request) bool
}

type squareCall struct {
	host, url, body string
	header          http.Header
}

func newSquare(t *testing.T, timeout time.Duration) (*Chats, *square) {
	s := &square{}
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.ErrorLog = quiet
	s.StartTLS()
	t.Cleanup(s.Close)
	c := NewChats(ChatOptions{AllowPrivate: true, Timeout: timeout})
	t.Cleanup(c.Close)
	c.transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	c.transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.Listener.Addr().String())
	}
	return c, s
}

func (s *square) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	s.mu.Lock()
	s.calls = append(s.calls, squareCall{r.Host, r.URL.String(), string(body), r.Header})
	fault := s.fault
	s.mu.Unlock()
	if fault != nil && fault(w, r) {
		return
	}
	if r.Host == "discord.com" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.WriteHeader(map[bool]int{true: http.StatusCreated, false: http.StatusOK}[strings.HasPrefix(r.Host, "signal")])
	_, _ = io.WriteString(w, chatAnswer(r.Host))
}

func (s *square) all() []squareCall {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

func (s *square) meet(f func(http.ResponseWriter, *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// Each service gets one call, in its own writing, with the words tamed and
// nothing of ours left in it.
func TestEveryChatIsWrittenTo(t *testing.T) {
	for _, service := range sayline.ChatServices {
		t.Run(service, func(t *testing.T) {
			c, s := newSquare(t, 0)
			m := ChatMessage{URL: chatAddresses[service], Text: "Tastes off\nsays @everyone, <!channel>", Link: "https://cx.example/act/tok_en-1"}
			if o := c.Send(t.Context(), m); o.Class != Accepted {
				t.Fatalf("%+v\n%+v", o, s.all())
			}
			calls := s.all()
			if len(calls) != 1 {
				t.Fatalf("%d calls: %+v", len(calls), calls)
			}
			whole := calls[0].url + calls[0].body
			if !strings.Contains(whole, "tok_en-1") || !strings.Contains(whole, "Tastes") {
				t.Errorf("not the message: %s", whole)
			}
			for _, wild := range []string{"@everyone", "<!channel", `\u003c!channel`, markBegin} {
				if strings.Contains(whole, wild) {
					t.Errorf("%s has %q", whole, wild)
				}
			}
		})
	}
}

func TestChatAnswers(t *testing.T) {
	status := func(code int, head ...string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			for i := 0; i+1 < len(head); i += 2 {
				w.Header().Set(head[i], head[i+1])
			}
			w.WriteHeader(code)
			_, _ = io.WriteString(w, `{"ok":false,"error":"why"}`)
			return true
		}
	}
	for name, tt := range map[string]struct {
		service string
		fault   func(http.ResponseWriter, *http.Request) bool
		want    Outcome
	}{
		"the hook is gone":        {"slack", status(410), Outcome{Class: Gone, Code: 410, Detail: "answered 410"}},
		"no such hook":            {"discord", status(404), Outcome{Class: Gone, Code: 404, Detail: "answered 404"}},
		"too many":                {"telegram", status(429, "Retry-After", "7"), Outcome{Class: FailedForNow, Code: 429, RetryAfter: 7 * time.Second, Detail: "answered 429"}},
		"too many, and it waits":  {"discord", status(429, "Retry-After", "60"), Outcome{Class: FailedForNow, Code: 429, RetryAfter: time.Minute, Detail: "answered 429"}},
		"broken":                  {"ntfy", status(500), Outcome{Class: FailedForNow, Code: 500, Detail: "answered 500"}},
		"not allowed":             {"telegram", status(403), Outcome{Class: FailedForGood, Code: 403, Detail: "answered 403"}},
		"sends us elsewhere":      {"gotify", status(302, "Location", "https://elsewhere.example/"), Outcome{Class: FailedForGood, Code: 302, Detail: "answered 302"}},
		"says no with a 200":      {"slack", status(200), Outcome{Class: FailedForGood, Code: 200, Detail: "the chat took it for wrong"}},
		"cuts the line":           {"slack", func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }, Outcome{Class: Unknown, Detail: "the line was cut"}},
		"accepts, and then stall": {"teams", func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true }, Outcome{Class: Unknown, Detail: "time-out"}},
	} {
		t.Run(name, func(t *testing.T) {
			wait := time.Duration(0)
			if tt.want.Detail == "time-out" {
				wait = brief
			}
			c, s := newSquare(t, wait)
			s.meet(tt.fault)
			begin := time.Now()
			if got := c.Send(t.Context(), ChatMessage{URL: chatAddresses[tt.service], Text: "words"}); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if took := time.Since(begin); took > sayline.CallTimeout {
				t.Errorf("it took %v", took)
			}
			if n := len(s.all()); n != 1 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

// A chat that is on this machine is not written to, by whatever service.
func TestChatsAreGuarded(t *testing.T) {
	c := NewChats(ChatOptions{})
	defer c.Close()
	for _, url := range []string{"ntfy://127.0.0.1/x?scheme=http", "gotify://127.0.0.1/Aaa.bbb.ccc.ddd?disabletls=yes", "rocketchat://127.0.0.1/a/b/c",
		"mattermost://127.0.0.1/token?disabletls=yes", "bark://:key@127.0.0.1?scheme=http", "signal://127.0.0.1/+12025550170/+12025550171?disabletls=yes"} {
		if o := c.Send(t.Context(), ChatMessage{URL: url, Text: "words"}); o.Class != FailedForGood || o.Detail != "the address is not a public one" {
			t.Errorf("%s: %+v", url, o)
		}
	}
}

func TestChatsThatAreNone(t *testing.T) {
	c, s := newSquare(t, 0)
	for _, url := range []string{"", "slack", "slack://", "slack://x@y", "smtp://a@b/?from=a@b.example&to=c@d.example", "logger://", "generic://a.example", "matrix://:t@a.example", "telegram://t@telegram/?chats=1,2", "teams+https://a.example", "ntfy://a.example/\x00", "script:///bin/sh"} {
		if o := c.Send(t.Context(), ChatMessage{URL: url, Text: "words"}); o.Class != FailedForGood || o.Detail == "" {
			t.Errorf("%q: %+v", url, o)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if o := c.Send(cancelled, ChatMessage{URL: chatAddresses["ntfy"], Text: "words"}); o.Class != FailedForNow {
		t.Errorf("stopped before: %+v", o)
	}
	if n := len(s.all()); n != 0 {
		t.Errorf("called %d times", n)
	}
}

// What others of the program call by the same transport passes as it is, while
// messages are under way.
func TestTheTapLetsOthersPass(t *testing.T) {
	c, s := newSquare(t, 0)
	hold, arrived := make(chan struct{}), make(chan struct{})
	s.meet(func(http.ResponseWriter, *http.Request) bool { close(arrived); <-hold; return false })
	done := make(chan Outcome)
	go func() { done <- c.Send(t.Context(), ChatMessage{URL: chatAddresses["ntfy"], Text: "words"}) }()
	<-arrived
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { body, _ := io.ReadAll(r.Body); _, _ = w.Write(body) }))
	defer plain.Close()
	for _, words := range []string{"words", markBegin, strings.Repeat("x", 2*maxAnswer)} {
		res, err := http.Post(plain.URL, "text/plain", strings.NewReader(words))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || string(got) != words {
			t.Errorf("%.20q came back as %.20q, %v", words, got, err)
		}
	}
	// Nor is what carries a mark that is nobody's sent anywhere.
	if res, err := http.Post(plain.URL, "text/plain", strings.NewReader(markBegin+strings.Repeat("A", 26))); err == nil {
		res.Body.Close()
		t.Error("a mark of nobody was sent")
	}
	close(hold)
	if o := <-done; o.Class != Accepted {
		t.Errorf("%+v", o)
	}
}

// Many write at once, and each is told of its own.
func TestChatsSideBySide(t *testing.T) {
	c, s := newSquare(t, 0)
	s.meet(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/odd") {
			w.WriteHeader(http.StatusGone)
			return true
		}
		return false
	})
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			url, want := "ntfy://ntfy.example/even", Accepted
			if i%2 == 1 {
				url, want = "ntfy://ntfy.example/odd", Gone
			}
			if o := c.Send(t.Context(), ChatMessage{URL: url, Text: "words"}); o.Class != want {
				t.Errorf("%d: %+v", i, o)
			}
		})
	}
	all.Wait()
	if n := len(s.all()); n != 64 {
		t.Errorf("%d calls", n)
	}
}

// However long a message is, and in whatever letters, each service gets it with
// its link, by one call of ours.
func TestLongChatsKeepTheirLink(t *testing.T) {
	link := "https://cx.example/act/" + strings.Repeat("t", 130)
	for name, words := range map[string]string{"words": strings.Repeat("word ", 400), "letters": strings.Repeat("x", 1499), "wide": strings.Repeat("漢字", 800), "lines": strings.Repeat("a\n", 700), "tamed": strings.Repeat("é@", 2000)} {
		for _, service := range sayline.ChatServices {
			t.Run(service+" "+name, func(t *testing.T) {
				nobodyPasses(t)
				c, s := newSquare(t, 0)
				if o := c.Send(t.Context(), ChatMessage{URL: chatAddresses[service], Text: words, Link: link}); o.Class != Accepted {
					t.Fatalf("%+v", o)
				}
				calls := s.all()
				if len(calls) != 1 || !strings.Contains(calls[0].url+calls[0].body, link[len(link)-130:]) {
					t.Errorf("%d calls: %.900v", len(calls), calls)
				}
			})
		}
	}
}

// What the library sends without our mark passes no guard: it is not sent.
func TestWithoutItsMarkAChatIsNotWrittenTo(t *testing.T) {
	nobodyPasses(t)
	c, s := newSquare(t, 0)
	o := c.Send(t.Context(), ChatMessage{URL: chatAddresses["pagerduty"], Text: "words", Link: "https://cx.example/" + strings.Repeat("x", 2000)})
	if o.Class != FailedForGood || len(s.all()) > 0 {
		t.Errorf("%+v, %d calls", o, len(s.all()))
	}
}

// nobodyPasses fails the test when a request passes the tap.
func nobodyPasses(t *testing.T) {
	next := tapped.next
	tapped.next = passed{t}
	t.Cleanup(func() { tapped.next = next })
}

type passed struct{ t *testing.T }

func (p passed) RoundTrip(r *http.Request) (*http.Response, error) {
	p.t.Errorf("%s was called without a guard", r.URL.Host)
	return nil, http.ErrNotSupported
}

func TestChatTextIsCut(t *testing.T) {
	m := ChatMessage{Text: strings.Repeat("é@", 2000), Link: "https://cx.example/act/1"}
	text := m.text()
	if n := utf8.RuneCountInString(text); n > MaxChat+2 || len(text) > maxChatBytes+4 || !strings.HasSuffix(text, "…\nhttps://cx.example/act/1") {
		t.Errorf("%d characters, ends with %q", n, text[len(text)-40:])
	}
}

// Whatever is written, it arrives as JSON of the very words, without the mark.
func FuzzChatText(f *testing.F) {
	for _, s := range []string{"words", "", "@here <!here>", "\xff\x00", "a\r\nb", markBegin, "\u2028\\\"</script>"} {
		f.Add(s)
	}
	c := NewChats(ChatOptions{AllowPrivate: true})
	var got []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ = io.ReadAll(r.Body)
		_, _ = io.WriteString(w, `{}`)
	}))
	f.Cleanup(server.Close)
	url := "gotify://" + server.Listener.Addr().String() + "/Aaa.bbb.ccc.ddd?disabletls=yes"
	f.Fuzz(func(t *testing.T, words string) {
		got = nil
		m := ChatMessage{URL: url, Text: words, Link: "https://cx.example"}
		if o := c.Send(t.Context(), m); o.Class != Accepted {
			if strings.Contains(words, markBegin) {
				return // nobody's words
			}
			t.Fatalf("%+v", o)
		}
		var body struct{ Message string }
		if err := json.Unmarshal(got, &body); err != nil || !bytes.HasSuffix([]byte(body.Message), []byte("https://cx.example")) || !utf8.ValidString(body.Message) {
			t.Fatalf("%q came as %q, %v", words, got, err)
		}
	})
}
