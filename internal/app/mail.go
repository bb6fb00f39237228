package app

import (
	"net/url"
	"strconv"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/notify"
)

// mailers is how many e-mails are under way at once.
const mailers = 4

// parseMail reads smtp://user:password@host:port?from=…&tls=…
func parseMail(s string) (o notify.MailOptions, from string, err error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || u.Query().Get("from") == "" {
		return o, "", sayline.Errorf(sayline.Invalid, "--mail must be like smtp://user:password@mail.example:587?from=house@brand.example.")
	}
	o.Host, o.Username, o.TLS = u.Hostname(), u.User.Username(), u.Query().Get("tls")
	o.Password, _ = u.User.Password()
	if u.Scheme == "smtps" {
		o.TLS = notify.TLSImplicit
	}
	if p := u.Port(); p != "" {
		if o.Port, err = strconv.Atoi(p); err != nil {
			return o, "", sayline.Errorf(sayline.Invalid, "--mail has a port that is no number: %q.", p)
		}
	}
	return o, u.Query().Get("from"), nil
}
