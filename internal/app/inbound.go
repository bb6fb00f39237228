package app

import (
	"net/http"
	"net/mail"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/inbound"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/words"
)

// makeInbound puts the addresses other machines call into the operator's mux.
func (a *App) makeInbound(catalogue *words.Catalogue, mux *http.ServeMux) error {
	if err := a.Options.checkInbound(); err != nil {
		return err
	}
	o := inbound.Options{Store: a.Store, Registry: a.Registry, Door: a.Door, Words: catalogue, Log: a.Options.Log, Now: a.Options.Now, Count: a.countError}
	if a.Options.Gateway != "" {
		o.GatewaySecret = a.Options.GatewaySecret
	}
	if a.Options.InboundAddress != "" {
		o.MailAddress, o.MailSecret = a.Options.InboundAddress, a.Options.InboundSecret
		if _, from, err := parseMail(a.Options.Mail); err == nil {
			if address, err := mail.ParseAddress(from); err == nil {
				o.MailFrom = address.Address
			}
		}
	}
	inbound.Routes(mux, o)
	return nil
}

// maxLocal is how long what stands before the @ may be: with the thread behind it
// a mailbox has at most 64 characters (RFC 5321, section 4.5.3.1.1).
const maxLocal = 64 - 1 - notify.ThreadLen

// checkInbound checks what is set for answers to letters.
func (o *Options) checkInbound() error {
	if o.InboundAddress == "" && o.InboundSecret == "" {
		return nil
	}
	address, err := mail.ParseAddress(o.InboundAddress)
	local, _, _ := strings.Cut(o.InboundAddress, "@")
	if err != nil || address.Address != o.InboundAddress || strings.ContainsAny(local, `+"`) || len(local) > maxLocal {
		return sayline.Errorf(sayline.Invalid, "--inbound-address must be like reply@cx.example, with at most %d characters before the @ and no + among them.", maxLocal)
	}
	if _, err := notify.Sign([]string{o.InboundSecret}, "0", o.Now(), nil); err != nil {
		return sayline.Errorf(sayline.Invalid, "--inbound-address needs --inbound-secret: whsec_ and base64.").Because(err)
	}
	return nil
}
