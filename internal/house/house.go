package house

import (
	"context"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/live"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/summary"
	"github.com/sayline/sayline/internal/ways"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// Options is what the house is made of.
type Options struct {
	Store   *store.Store
	Brands  *brands.Registry
	Auth    *auth.Auth
	Words   *words.Catalogue
	Streams *live.Streams
	Log     *slog.Logger
	Now     func() time.Time
	Random  io.Reader // safe for concurrent use
	// Operator is the operator's public address for a request, such as
	// https://house.example, without a slash at its end.
	Operator func(*http.Request) string
	// Public is a brand's own public address, such as https://sparkle.example,
	// without a slash at its end: what is printed and said. May be nil: its place
	// under the operator's.
	Public func(r *http.Request, brand string) string
	// Reload reads a brand anew now, so that who changed it sees the change.
	Reload func(ctx context.Context, brand string) error
	Count  func(sayline.Kind) // counts errors; may be nil
	Files  media.Files        // where photos and voices are; nil where there are none
	Door   *intake.Door       // through which what the brand's people write goes
	Spool  *media.Spool       // where what they send lands; nil where only words are taken

	Summaries *summary.Service // sums up what is said, for brands that want it; nil where the operator names none
}

// House is the frame and what all its rooms share.
type House struct {
	Options
	errors web.Errors
	assets *web.Assets
	layout *template.Template
	pages  *template.Template
	dress  sync.Map // colour → the style element of it and its hash
	icons  icons
	rooms  []Room
}

// Room is a place in the navigation.
type Room struct {
	Name string // its key: nav_NAME, and the icon's name
	Path string // below /b/BRAND
	May  func(*auth.Viewer) bool
	// Count is a number to show beside it; may be nil.
	Count func(context.Context, *auth.Viewer) (int, error)
}

// New makes the house.
func New(o Options) (*House, error) {
	h := &House{Options: o}
	if h.Files == nil {
		h.Files = media.Nowhere{}
	}
	h.assets = loadAssets()
	h.layout = h.parseLayout()
	h.pages = h.Templates(files, "templates/account.html", "templates/fault.html")
	h.errors = web.Errors{Log: o.Log, Count: o.Count, Fill: h.fill, Page: h.faultPage}
	return h, nil
}

// AddRoom puts a room into the navigation, after those that are there.
func (h *House) AddRoom(r Room) { h.rooms = append(h.rooms, r) }

// Routes are the paths of the frame itself.
func (h *House) Routes(mux *http.ServeMux) {
	mux.Handle("GET /house/a/{name}", h.errors.Handle(h.assets.Serve))
	mux.Handle("GET "+workerPath, h.errors.Handle(h.worker))
	mux.Handle("GET /house/manifest/{name}", h.errors.Handle(h.manifest))
	mux.Handle("GET /house/icon/{name}", h.errors.Handle(h.icon))
	mux.Handle("GET /sign-in", h.Handle(h.signInPage))
	mux.Handle("POST /sign-in", h.Handle(h.signIn))
	mux.Handle("POST /sign-out", h.Handle(h.signOut))
	mux.Handle("GET "+auth.JoinPath, h.Handle(h.joinPage))
	mux.Handle("POST "+auth.JoinPath, h.Handle(h.join))
	mux.Handle("POST /b/{brand}/duty", h.InBrand(h.duty))
	mux.Handle("/b/", h.Handle(nowhere))
	mux.Handle("GET /b/{brand}/live", h.InBrand(h.stream))
	mux.Handle("POST /b/{brand}/rings/{page}", h.InBrand(h.rang))
}

// Handle wraps a handler of the house: who is signed in is read, what another
// site sends is refused, and errors become pages. On a brand's own address
// there is no house.
func (h *House) Handle(f web.Handler) http.Handler {
	return h.Auth.Load(h.errors.Handle(func(w http.ResponseWriter, r *http.Request) error {
		if brands.FromContext(r.Context()) != nil {
			return sayline.Errorf(sayline.NotFound, "There is nothing here.")
		}
		web.Secure(w.Header())
		w.Header().Set("Cache-Control", "no-store")
		return f(w, r)
	}))
}

// nowhere answers every path below the brands that leads to no room.
func nowhere(http.ResponseWriter, *http.Request) error { return errNotYours }

// BrandHandler is a handler for one of a brand's people.
type BrandHandler func(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error

// InBrand is Handle for a path below /b/{brand}: it runs only for the brand's
// people; whoever is not signed in is asked to, and comes back.
func (h *House) InBrand(f BrandHandler) http.Handler {
	return h.Handle(func(w http.ResponseWriter, r *http.Request) error {
		v, err := h.Auth.Viewer(r, r.PathValue("brand"))
		if sayline.KindOf(err) == sayline.Unsigned && r.Method == http.MethodGet && web.WantsPage(r) {
			to := signInPath(r.URL.RequestURI())
			if h.Auth.IsPhone(r) {
				to = PhonePath
			}
			http.Redirect(w, r, to, http.StatusSeeOther)
			return nil
		}
		if err != nil {
			return err
		}
		if v.Phone != nil && !onPhone(r) {
			return errNotYours
		}
		return f(w, r, v)
	})
}

// PhonePath is where a shift phone asks who has it.
const PhonePath = "/phone"

// onPhone says whether a path below a brand is for a shift phone too: work on
// cases is, what somebody sets up for themselves or the brand is not.
func onPhone(r *http.Request) bool {
	room, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, BrandPath(r.PathValue("brand"), "/")), "/")
	return slices.Contains([]string{"desk", "live", "rings", "duty", "say"}, room)
}

// errNotYours is the answer to a room somebody may not enter: like one that is
// not there.
var errNotYours = &sayline.Error{Kind: sayline.NotFound, Key: "fault_not_yours", Message: "There is nothing here that you may see."}

// Only lets those in who may; for others the room is not there.
func Only(may func(*auth.Viewer) bool, f BrandHandler) BrandHandler {
	return func(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
		if !may(v) {
			return errNotYours
		}
		return f(w, r, v)
	}
}

// Home is where somebody begins at a brand: the first room they may enter.
func (h *House) Home(v *auth.Viewer) string {
	for _, room := range h.rooms {
		if room.May(v) {
			return BrandPath(v.Brand.ID, room.Path)
		}
	}
	return "/"
}

// BrandPath is the path of something of a brand in the house.
func BrandPath(brand, path string) string { return "/b/" + brand + path }

// TouchAddress is the address of a touchpoint's screen that works from here and
// now: at the operator's host, whether or not the brand's own domain leads here yet.
func (h *House) TouchAddress(r *http.Request, b *brands.Snapshot, touchpoint string) string {
	base := h.Operator(r) + "/@" + b.ID + "/cx"
	if t := b.Index.FrontDoor(); t != nil && t.ID == touchpoint {
		return base
	}
	return base + "/t/" + touchpoint
}

// Book is a brand at its own public address: what its ways in are made of.
func (h *House) Book(r *http.Request, b *brands.Snapshot) *ways.Book {
	base := h.Operator(r) + "/@" + b.ID
	if h.Public != nil {
		base = h.Public(r, b.ID)
	}
	return &ways.Book{Config: b.Config, Index: b.Index, Codes: b.Codes, Words: h.Words, Base: base}
}

// streamFor is how long a page's stream lasts before it comes again, so that
// whoever may no longer see something soon does not.
const streamFor = 15 * time.Minute
