package inbound

import (
	"cmp"
	"context"
	"crypto/hmac"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/web"
)

// MailPath is where answers to letters are handed on to us.
const MailPath = "/inbound/mail"

// Limits of what is handed on.
const (
	maxMail    = 12 << 20 // bytes, with what is attached and not read
	maxReading = 4        // letters in memory at once
	maxAnswers = 30       // of one author in an hour: more is no person
)

// mailbox takes what authors answered to letters, and gives their words to the
// moments the letters were about.
type mailbox struct {
	Options
	reading chan struct{}
}

// Taken is what the caller is told became of a letter.
type Taken struct {
	State       string `json:"state"`                 // kept or ignored
	Because     string `json:"because,omitempty"`     // of an ignored one
	Attachments int    `json:"attachments,omitempty"` // how many there were: none is taken
	Cut         bool   `json:"cut,omitempty"`         // there were more words than a message may have
}

// States of [Taken].
const (
	mailKept    = "kept"
	mailIgnored = "ignored"
)

// take takes one letter. The same letter again does no harm.
func (m *mailbox) take(w http.ResponseWriter, r *http.Request) error {
	l, err := m.read(w, r)
	if err != nil {
		return err
	}
	if l.auto {
		web.SendJSON(w, r, http.StatusOK, Taken{State: mailIgnored, Because: "It was written by a machine."})
		return nil
	}
	b, moment := m.thread(l.to)
	if b == nil {
		return sayline.Errorf(sayline.NotFound, "No address of this letter is one that a letter of ours was to be answered to.")
	}
	told, err := m.keep(r.Context(), b, moment, l)
	if err != nil {
		return err
	}
	web.SendJSON(w, r, http.StatusOK, told)
	return nil
}

// read reads the letter of a call, once it is known to be signed.
func (m *mailbox) read(w http.ResponseWriter, r *http.Request) (*letter, error) {
	select {
	case m.reading <- struct{}{}:
		defer func() { <-m.reading }()
	default:
		return nil, sayline.Errorf(sayline.Unavailable, "Too many letters at once. Please hand it on again.")
	}
	kind, _, err := web.MediaType(r)
	if err != nil {
		return nil, err
	}
	body, err := web.ReadBody(w, r, maxMail)
	if err != nil {
		return nil, err
	}
	if !notify.Verify(m.MailSecret, r.Header, body, m.Now()) {
		return nil, sayline.Errorf(sayline.Unsigned, "This is not signed with the secret of inbound mail, or was signed too long ago.")
	}
	var l *letter
	switch kind {
	case "application/json":
		l, err = readJSON(body)
	case "message/rfc822":
		l, err = readMail(body)
	default:
		return nil, sayline.Errorf(sayline.WrongType, "Expected application/json or message/rfc822.")
	}
	if err != nil {
		return nil, err
	}
	l.id = cmp.Or(l.id, r.Header.Get("Webhook-Id"))
	return l, nil
}

// thread finds the brand and the moment by an address of a letter.
func (m *mailbox) thread(to string) (*brands.Snapshot, string) {
	local, host, _ := strings.Cut(m.MailAddress, "@")
	address := regexp.MustCompile(`(?i)` + regexp.QuoteMeta(local) + `\+([0-9a-z]{` + strconv.Itoa(notify.ThreadLen) + `})@` + regexp.QuoteMeta(host))
	for _, found := range address.FindAllStringSubmatch(to, -1) {
		thread := strings.ToLower(found[1])
		moment := notify.ThreadMoment(thread)
		if moment == "" {
			continue
		}
		for _, b := range m.Registry.All() {
			if hmac.Equal([]byte(thread), []byte(notify.Thread(m.Store.ServerKey(), b.ID, moment))) {
				return b, moment
			}
		}
	}
	return nil, ""
}

// keep gives the words to their moment.
func (m *mailbox) keep(ctx context.Context, b *brands.Snapshot, moment string, l *letter) (told Taken, err error) {
	said, err := m.Store.Moment(ctx, b.ID, moment)
	if sayline.KindOf(err) == sayline.NotFound {
		return told, sayline.Errorf(sayline.Gone, "What this letter is about was taken back, or is kept no longer.")
	}
	if err != nil {
		return told, err
	}
	if err := m.bearable(ctx, b, said); err != nil {
		return told, err
	}
	tongue := m.Words.In(cmp.Or(said.Lang, b.Language()))
	own := ownWords(l.text, m.MailFrom, m.MailAddress)
	if own == "" && !strings.Contains(l.subject, tongue.Say("letter_answer", "brand", b.Name)) {
		own = clean(l.subject) // some write all they have to say above the letter
	}
	if own == "" {
		return told, sayline.Errorf(sayline.AtFault, "There are no words in this letter, besides what it quotes.")
	}
	told = Taken{State: mailKept, Attachments: l.attachments}
	note := ""
	if l.attachments > 0 {
		note = "\n\n" + tongue.Say("letter_no_attachments")
	}
	if room := sayline.MaxText - len([]rune(note)); len([]rune(own)) > room {
		own, told.Cut = string([]rune(own)[:room-1])+"…", true
	}
	return told, m.Door.SayByLetter(ctx, b, moment, l.id, own+note)
}

// bearable refuses what no person writes: a machine that answers a machine.
func (m *mailbox) bearable(ctx context.Context, b *brands.Snapshot, said *sayline.Moment) error {
	list, err := m.Store.MessagesTo(ctx, b.ID, said.ID, said.Case)
	if err != nil {
		return err
	}
	n := 0
	for _, x := range list {
		if x.Direction == sayline.FromAuthor && x.At.After(m.Now().Add(-time.Hour)) {
			n++
		}
	}
	if n >= maxAnswers {
		return sayline.Errorf(sayline.TooMany, "There were too many letters about this within the hour.")
	}
	return nil
}
