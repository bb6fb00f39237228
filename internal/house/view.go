package house

import (
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/look"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// View is what every page of the house has. A page's own data embeds it.
type View struct {
	Voice
	Names   Names
	Viewer  *auth.Viewer // nil where nobody needs to be signed in
	Room    string       // which of the navigation's places this is
	Title   string
	Stream  string   // path of the page's events; "" for a page that stands still
	Scripts []string // assets after house.js
	Notice  string   // what just happened, from the address; see [Said]
	Wide    bool     // without the frame: a wall

	house *House
	brand *brands.Snapshot // of a page of a brand for nobody in particular
	r     *http.Request
}

// NewView begins a page for one of a brand's people, or (nil) for anybody.
func (h *House) NewView(r *http.Request, v *auth.Viewer) *View {
	view := &View{Viewer: v, house: h, r: r}
	tongue, zone := h.tongue(r, v), time.UTC
	if v != nil {
		zone = v.Brand.Location()
		view.Names = NewNames(v.Brand, tongue)
	}
	view.Voice = Voice{tongue, h.Now().In(zone)}
	if key := r.URL.Query().Get(Said); slices.Contains(notices, key) {
		view.Notice = tongue.Say("notice_" + key)
	}
	return view
}

// NewBrandView begins a page of a brand for whoever looks: in its colour and
// zone, with its names, and nobody signed in.
func (h *House) NewBrandView(r *http.Request, b *brands.Snapshot) *View {
	view := h.NewView(r, nil)
	view.brand, view.Names, view.Now = b, NewNames(b, view.Tongue), view.Now.In(b.Location())
	return view
}

// Said is the query's name of what just happened, after a form; notices are what it may be.
const Said = "said"

var notices = []string{"asked", "ready_kept", "ready_gone", "answered", "noted", "resolved", "step", "on_it", "on_duty", "off_duty", "joined", "signed_out", "invited", "replayed", "handed", "merged", "split", "learned", "kept", "pin_set", "handed_over", "phone_revoked",
	"roster_changed", "swap_asked", "ask_taken", "ask_ended", "later", "muted", "unmuted", "bulk", "public", "view_kept", "view_dropped", "routed", "calendar_revoked", "digest_asked", "digest_ended",
	"map_moved", "map_listens", "map_kept", "map_added", "map_removed", "map_found", "map_snapped"}

// tongue is the language of a person's own choosing, else their browser's.
func (h *House) tongue(r *http.Request, v *auth.Viewer) *words.Tongue {
	have := h.Words.Languages("house")
	if v != nil && v.Person.Language != "" {
		if l, ok := web.MatchLanguage(v.Person.Language, have); ok {
			return h.Words.In(l)
		}
	}
	// English first: what is spoken where somebody's language is not there.
	i := slices.Index(have, "en")
	have = append([]string{"en"}, slices.Delete(slices.Clone(have), i, i+1)...)
	return h.Words.In(web.Language(r, have))
}

// Path is the path of something of the page's brand.
func (v *View) Path(path string) string { return BrandPath(v.Viewer.Brand.ID, path) }

// Here is the page's own path and query, to come back to.
func (v *View) Here() string { return v.r.URL.RequestURI() }

// Asset is where an asset of the house is served.
func (v *View) Asset(name string) string { return v.house.assets.Path(name) }

// Brand is the page's brand.
func (v *View) Brand() *brands.Snapshot {
	if v.Viewer == nil {
		return v.brand
	}
	return v.Viewer.Brand
}

// Mark is the brand's mark.
func (v *View) Mark() template.HTML { return look.Mark(&v.Brand().Brand) }

// MarkOf is another brand's mark.
func (v *View) MarkOf(b *brands.Snapshot) template.HTML { return look.Mark(&b.Brand) }

// Face draws a feeling.
func (v *View) Face(feeling int) template.HTML { return look.Face(feeling) }

// FaceName says a feeling.
func (v *View) FaceName(feeling int) string {
	if feeling < 1 || feeling > 5 {
		return v.Say("face_none")
	}
	return v.Say(FaceKey(feeling))
}

// NavItem is a place one may go.
type NavItem struct {
	Name, Path string
	Here       bool
	Count      string // beside it; "" for nothing
}

// mostCounted is where a number in the navigation ends: 99+.
const mostCounted = 100

// Nav are the rooms the viewer may enter.
func (v *View) Nav() ([]NavItem, error) {
	var list []NavItem
	for _, room := range v.house.rooms {
		if !room.May(v.Viewer) {
			continue
		}
		item := NavItem{Name: room.Name, Path: v.Path(room.Path), Here: room.Name == v.Room}
		if room.Count != nil {
			n, err := room.Count(v.r.Context(), v.Viewer)
			if err != nil {
				return nil, err
			}
			switch {
			case n >= mostCounted:
				item.Count = "99+"
			case n > 0:
				item.Count = v.Num(int64(n))
			}
		}
		list = append(list, item)
	}
	return list, nil
}

// NavName is a room's name.
func (v *View) NavName(room string) string { return v.Say("nav_" + room) }

// OtherBrands are the other brands the viewer is one of the people of.
func (v *View) OtherBrands() []*brands.Snapshot {
	return slices.DeleteFunc(v.house.Auth.BrandsOf(v.Viewer.Account), func(b *brands.Snapshot) bool { return b.ID == v.Viewer.Brand.ID })
}

// HomeOf is where the viewer begins at another brand.
func (v *View) HomeOf(b *brands.Snapshot) string {
	return v.house.Home(auth.NewViewer(v.Viewer.Account, b))
}

// Initials stand for the viewer where there is no room for their name.
func (v *View) Initials() string { return Initials(v.Viewer.Person.Name) }

// Initials stand for somebody where there is no room for their name.
func Initials(name string) string {
	letters := ""
	for _, word := range strings.Fields(name) {
		first, _ := utf8.DecodeRuneInString(word)
		letters += string(unicode.ToUpper(first))
		if utf8.RuneCountInString(letters) == 2 {
			break
		}
	}
	return letters
}

// ClientWords are the words the scripts say, as JSON.
func (v *View) ClientWords() string {
	say := map[string]string{}
	for _, key := range []string{"live_on", "live_catching", "live_off", "live_signed_out", "clock_left", "clock_over", "ring_alert", "not_sent", "face_none"} {
		if v.Has(key) { // a page in a language the house has not reads none of them
			say[key] = v.Say(key)
		}
	}
	return string(web.JSON(say))
}

// LanguageName is a language in the reader's own words.
func (v *View) LanguageName(tag string) string {
	if name := display.Languages(language.Make(v.Tag)).Name(language.Make(tag)); name != "" {
		return name
	}
	return tag
}

// ServerTime is now, so that clocks on the page run as ours do.
func (v *View) ServerTime() string { return ISO(v.Now) }
