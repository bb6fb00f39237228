package reach

import (
	"context"
	"embed"
	"html/template"
	"net/http"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/pager"
	"github.com/sayline/sayline/internal/web"
)

//go:embed templates/*.html
var files embed.FS

// Caller calls contacts; [pager.Pager] is the one.
type Caller interface {
	Channels() []string
	SendCode(ctx context.Context, b *brands.Snapshot, k *sayline.KnownContact, code string) notify.Outcome
	SendTest(ctx context.Context, b *brands.Snapshot, k *sayline.KnownContact) notify.Outcome
	Standing(ctx context.Context, brand, page string) (*pager.Standing, error)
}

// Reach is the room. It is not in the navigation: who is signed in finds it
// behind their own name.
type Reach struct {
	*house.House
	caller Caller
	calls  *web.Limiter // of codes and tests, which cost others something
	me     *template.Template
	act    *template.Template
}

// callsPerMinute is how many codes and tests an account may send.
const callsPerMinute = 6

// New furnishes the room.
func New(h *house.House, caller Caller) *Reach {
	return &Reach{House: h, caller: caller, calls: web.NewLimiter(callsPerMinute, h.Now, h.Random),
		me: h.Templates(files, "templates/me.html"), act: h.Templates(files, "templates/act.html")}
}

// ActPath is where a page's token leads.
const ActPath = "/act/"

// MePath is where somebody sees how they are reached, below /b/BRAND.
const MePath = "/me"

// Routes are the room's paths. GET only shows; POST acts.
func (s *Reach) Routes(mux *http.ServeMux) {
	own := func(f house.BrandHandler) http.Handler { return s.InBrand(house.Only(ownDevice, f)) }
	mux.Handle("GET /b/{brand}/me", own(s.mePage))
	mux.Handle("POST /b/{brand}/me/phone", own(s.addPhone))
	mux.Handle("POST /b/{brand}/me/contacts", own(s.add))
	mux.Handle("POST /b/{brand}/me/quiet", own(s.quiet))
	mux.Handle("POST /b/{brand}/me/{contact}/code", own(s.verify))
	mux.Handle("POST /b/{brand}/me/{contact}/again", own(s.again))
	mux.Handle("POST /b/{brand}/me/{contact}/test", own(s.test))
	mux.Handle("POST /b/{brand}/me/{contact}/urgent", own(s.urgent))
	mux.Handle("POST /b/{brand}/me/{contact}/up", own(s.up))
	mux.Handle("POST /b/{brand}/me/{contact}/remove", own(s.remove))
	mux.Handle("POST /house/renew", s.Handle(s.renew))
	mux.Handle("GET "+ActPath+"{token}", s.Handle(s.actPage))
	mux.Handle("POST "+ActPath+"{token}", s.Handle(s.acted))
}

// ownDevice says whether somebody is here by a device of their own: what goes
// from hand to hand shows nobody's contacts.
func ownDevice(v *auth.Viewer) bool { return v.Phone == nil }

// codeFor is how long a code is good.
const codeFor = 15 * time.Minute
