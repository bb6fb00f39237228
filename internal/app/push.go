package app

import (
	"cmp"
	"net/mail"
	"strings"

	"github.com/sayline/sayline/internal/notify"
)

// makePusher makes the way out to browsers. from is the address e-mail comes
// from, "" when there is none.
func (a *App) makePusher(from string) *notify.Pusher {
	public, private := a.Store.VAPID()
	return notify.NewPusher(notify.PushOptions{Public: public, Private: private, Subject: a.pushSubject(from), AllowPrivate: a.Options.AllowPrivateTargets, Now: a.Options.Now})
}

// pushSubject is who push services write to when what we send troubles them:
// our public address, else a mailbox somebody reads. Apple's refuses a name of
// this machine, so without either it is not told anything it could believe.
func (a *App) pushSubject(from string) string {
	if strings.HasPrefix(a.Options.PublicURL, "https://") {
		return a.operator
	}
	if address, err := mail.ParseAddress(from); err == nil {
		from = address.Address
	}
	return cmp.Or(from, a.Options.SecurityContact, "nobody@localhost")
}
