// Package inbound hears what other machines tell by a signed call.
//
//   - gateway.go: the operator's SMS and voice gateway tells what became of a page
//     it was handed, and that its person pressed 1.
//   - mail.go: the operator's mail server hands on what authors answered to the
//     letters they got; letter.go reads such an answer, html.go one that is a page
//     only, own.go finds in it what its author wrote themselves.
package inbound

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// Options is what these answers need from outside.
type Options struct {
	Store    *store.Store
	Registry *brands.Registry
	Door     *intake.Door
	Words    *words.Catalogue
	Log      *slog.Logger
	Now      func() time.Time
	Count    func(sayline.Kind)

	GatewaySecret string // shared with the gateway; "" has none
	MailSecret    string // shared with who hands on letters; "" has nobody
	MailAddress   string // the address letters are answered to, reply@cx.example
	MailFrom      string // the address our letters come from: it stands above what is quoted of them
}

// Routes puts the addresses of what is set up into a mux.
func Routes(mux *http.ServeMux, o Options) {
	errors := &web.Errors{Log: o.Log, Count: o.Count}
	if o.GatewaySecret != "" {
		mux.Handle("POST /gateway/{brand}/{page}", errors.Handle(o.gateway))
	}
	if o.MailSecret != "" {
		m := &mailbox{Options: o, reading: make(chan struct{}, maxReading)}
		mux.Handle("POST "+MailPath, errors.Handle(m.take))
	}
}
