package app

import (
	"net/http"
	"net/mail"

	"github.com/sayline/sayline/internal/errand"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/notify"
)

// makeErrands has long work done, and who asked for a file told by e-mail when it is
// ready, over a line of its own, so that no alert waits behind it.
func (a *App) makeErrands(h *house.House, mux *http.ServeMux) error {
	o := errand.Options{Base: a.operator}
	if a.Options.Mail != "" {
		settings, from, err := parseMail(a.Options.Mail)
		if err != nil {
			return err
		}
		m, err := notify.NewMailer(settings)
		if err != nil {
			return err
		}
		a.closers = append(a.closers, m.Close)
		sender, err := mail.ParseAddress(from)
		if err != nil {
			return err
		}
		o.Mailer, o.From = m, *sender
	}
	e := errand.New(h, o)
	e.Routes(mux)
	a.loops = append(a.loops, e.Run)
	a.closers = append(a.closers, e.Close)
	return nil
}
