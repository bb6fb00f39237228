package intake

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
)

// PassFor is how long a member may tap for others before they open the screen
// from the house again: a shift.
const PassFor = 12 * time.Hour

// Pass proves that a member of a brand, signed in, taps for somebody who said
// it aloud: PERSON.UNIX-TIME.MAC. It stands behind the # of the screen's address
// and travels as context.staff; it opens nothing and is not stored.
func Pass(serverKey []byte, brand, person string, until time.Time) string {
	text := person + "." + strconv.FormatInt(until.Unix(), 10)
	return text + "." + passMAC(serverKey, brand, text)
}

func passMAC(serverKey []byte, brand, text string) string {
	h := hmac.New(sha256.New, serverKey)
	h.Write([]byte("staff pass\x00" + brand + "\x00" + text))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// vouch notes who passed a moment on: the member whose pass it carries. What is
// sent as staff without one that holds is kept as sent and stays unproved:
// somebody said it all the same.
func (d *Door) vouch(b *brands.Snapshot, m *sayline.Moment, now time.Time) {
	pass := m.Context.Pass
	m.Context.Pass = ""
	if m.Context.Source != "staff" || pass == "" {
		return
	}
	at := strings.LastIndexByte(pass, '.')
	if at < 0 || !hmac.Equal([]byte(pass[at+1:]), []byte(passMAC(d.store.ServerKey(), b.ID, pass[:at]))) {
		return
	}
	person, until, _ := strings.Cut(pass[:at], ".")
	unix, err := strconv.ParseInt(until, 10, 64)
	if err != nil || now.After(time.Unix(unix, 0)) || b.Index.Person(person) == nil {
		return
	}
	m.Context.PassedBy = sayline.ByPerson + person
}
