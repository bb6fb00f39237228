package notify

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"github.com/sayline/sayline"
)

// MaxChat is the longest message in characters, with its link, that is written
// into a chat, maxChatBytes the same in bytes: more than a glance is cut, so that
// no service makes two messages of it, refuses it or loses its end (PagerDuty keeps
// 1,024 characters, WeCom takes 2,048 bytes).
const (
	MaxChat      = 980
	maxChatBytes = 1900
)

// ChatOptions are the settings of [NewChats].
type ChatOptions struct {
	AllowPrivate bool          // chats on this machine and its network too
	Resolver     *net.Resolver // nil: the machine's
	Timeout      time.Duration // of a whole call; default [sayline.CallTimeout]
	Now          func() time.Time
}

// Chats writes into people's chats: Slack, Teams, Telegram, Discord, ntfy and
// the rest of [sayline.ChatServices]. It may be used by many goroutines at once.
//
// What each service wants to be sent, and what its answer means, is the
// library's to know. The call itself is ours, by the way of tap.go.
type Chats struct {
	caller
	now func() time.Time
}

// NewChats makes the way out by chat. Close it at the end.
func NewChats(o ChatOptions) *Chats {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Chats{newCaller(Guard(o.AllowPrivate, o.Resolver), o.Timeout), o.Now}
}

// ChatMessage is what is written into one chat.
type ChatMessage struct {
	URL  string // of the chat, as the library reads it: slack://…, telegram://…
	Text string // people's words in it call nobody and format nothing
	Link string // stands alone on the last line, untouched; "" for none
}

// Send writes one message and says what became of it. It ends within the
// time-out or when ctx does.
func (c *Chats) Send(ctx context.Context, m ChatMessage) Outcome {
	service, err := chatService(m.URL)
	if err != nil {
		return Classify(err, false)
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	call := tapped.expect(ctx, c)
	defer tapped.forget(call)
	verdict := make(chan error, 1)
	go func() {
		defer func() {
			if recover() != nil {
				verdict <- sayline.Errorf(sayline.AtFault, "The chat's library can't write this.")
			}
		}()
		verdict <- service.Send(m.text()+call.mark, nil)
	}()
	select {
	case <-call.made:
		if o := call.end(nil); o.Class != Accepted {
			return o // the library may want to try again by itself: it can't
		}
	case err := <-verdict:
		return call.end(err)
	case <-ctx.Done():
		return call.end(ctx.Err())
	}
	select {
	case err := <-verdict:
		return call.end(err)
	case <-ctx.Done():
		return call.end(nil)
	}
}

// text is the whole message.
func (m *ChatMessage) text() string {
	text := strings.TrimSpace(tame(m.Text))
	letters, bytes := MaxChat-utf8.RuneCountInString(m.Link), maxChatBytes-len(m.Link)
	for at, r := range text {
		if letters--; letters < 0 || at+utf8.RuneLen(r) > bytes {
			text = text[:at] + "…"
			break
		}
	}
	return text + "\n" + m.Link
}

// tame keeps words from being more than words: chats call everybody at an
// @everyone or a <!channel>. A space of no width stands behind what begins such.
func tame(s string) string { return tamer.Replace(strings.ToValidUTF8(s, "\uFFFD")) }

var tamer = strings.NewReplacer("@", "@\u200b", "<", "<\u200b", "\r", "", "\x00", "")

// chatService is the library's for one address. Errors are AtFault.
func chatService(address string) (types.Service, error) {
	wrong := sayline.Errorf(sayline.AtFault, "The chat's address can't be read.")
	if !sayline.ValidChat(address) {
		return nil, wrong
	}
	service, err := (&router.ServiceRouter{}).Locate(address)
	if err != nil {
		return nil, wrong // whose text holds the address: not even for the log
	}
	switch s := service.(type) {
	case interface{ SetHTTPClient(*http.Client) }:
		s.SetHTTPClient(&http.Client{Transport: tapped})
	case interface{ GetHTTPClient() *http.Client }:
		s.GetHTTPClient().Transport = tapped
	}
	return service, nil
}
