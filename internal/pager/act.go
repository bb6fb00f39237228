package pager

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/sayline/sayline"
)

// ActToken is what a page's link carries, so that its person can act without
// signing in: HMAC(server key, brand, page, episode) behind what it is of. It is
// never stored, and says nothing of who they are. It is good for its own episode
// and no other: a link of an old one can show what changed, and nothing more.
func ActToken(serverKey []byte, brand, page string, episode int) string {
	of := brand + "." + page + "." + strconv.Itoa(episode)
	return of + "." + base64.RawURLEncoding.EncodeToString(actMAC(serverKey, of))
}

// actMAC is 128 bits of it: enough that nobody guesses one, and short in an SMS.
func actMAC(serverKey []byte, of string) []byte {
	m := hmac.New(sha256.New, serverKey)
	m.Write([]byte("act\n" + of))
	return m.Sum(nil)[:16]
}

// ActRef is what a token is of.
type ActRef struct {
	Brand, Page string
	Episode     int
}

// maxActToken is longer than any token of ours.
const maxActToken = 160

// ReadActToken says what a token is of; ok only for one we made. Comparing takes
// the same time however much of it is right.
func ReadActToken(serverKey []byte, token string) (ref ActRef, ok bool) {
	at := strings.LastIndexByte(token, '.')
	if at < 0 || len(token) > maxActToken {
		return ref, false
	}
	mac, err := base64.RawURLEncoding.Strict().DecodeString(token[at+1:])
	if err != nil || !hmac.Equal(mac, actMAC(serverKey, token[:at])) {
		return ref, false
	}
	part := strings.Split(token[:at], ".")
	if len(part) != 3 {
		return ref, false
	}
	episode, err := strconv.Atoi(part[2])
	return ActRef{part[0], part[1], episode}, err == nil
}

// actURL is where a page's person acts without signing in; "" for one that asks
// nothing of them, and where nobody says where we are.
func (p *Pager) actURL(page *sayline.Page) string {
	if p.ActURL == nil {
		return ""
	}
	return p.ActURL(ActToken(p.Store.ServerKey(), page.Brand, page.ID, page.Episode))
}

// asks says whether a page's person is asked to take the case.
func (l *letter) asks() bool { return l.page.Role != sayline.ForAlso && !l.silent }
