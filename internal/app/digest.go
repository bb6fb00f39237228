package app

import (
	"net/http"

	"github.com/sayline/sayline/internal/digest"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/notify"
)

// makeDigests has what a brand's day or week came to go out by e-mail, over a line
// of its own, so that no alert waits behind it.
func (a *App) makeDigests(h *house.House, mux *http.ServeMux) error {
	o := digest.Options{Base: a.operator}
	if a.Options.Mail != "" {
		settings, from, err := parseMail(a.Options.Mail)
		if err != nil {
			return err
		}
		m, err := notify.NewMailer(settings)
		if err != nil {
			return err
		}
		o.Mailer, o.From = m, from
		a.closers = append(a.closers, m.Close)
	}
	d, err := digest.New(h, o)
	if err != nil {
		return err
	}
	d.Routes(mux)
	a.loops = append(a.loops, d.Run)
	return nil
}
