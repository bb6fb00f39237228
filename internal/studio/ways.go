package studio

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/gs1"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/ways"
	"github.com/sayline/sayline/internal/words"
)

// choice is which touchpoints are meant: all that match every member that is set.
type choice struct {
	Search, Channel, Audience, Place string
}

func readChoice(q url.Values) choice {
	return choice{strings.TrimSpace(q.Get("q")), q.Get("channel"), q.Get("audience"), q.Get("place")}
}

// Query writes the choice into an address again.
func (c choice) Query() template.URL {
	return template.URL(url.Values{"q": {c.Search}, "channel": {c.Channel}, "audience": {c.Audience}, "place": {c.Place}}.Encode())
}

// of are the touchpoints meant.
func (c choice) of(view *house.View) []*sayline.Touchpoint {
	b := view.Brand()
	var list []*sayline.Touchpoint
	for i := range b.Touchpoints {
		t := &b.Touchpoints[i]
		names := strings.ToLower(view.Names.Touchpoint(t.ID) + " " + view.Names.Place(t.Place) + " " + t.ID)
		if strings.Contains(names, strings.ToLower(c.Search)) && (c.Channel == "" || c.Channel == t.Channel) &&
			(c.Audience == "" || c.Audience == t.Audience()) && (c.Place == "" || b.Index.Under(t.Place, c.Place)) {
			list = append(list, t)
		}
	}
	return list
}

// option is something to choose.
type option struct {
	ID, Name string
	On       bool
}

// chooser is the form that chooses touchpoints.
type chooser struct {
	choice
	Channels, Audiences, Places []option
	Chosen                      int
}

func newChooser(view *house.View, c choice) chooser {
	b := view.Brand()
	f := chooser{choice: c}
	have := func(of func(*sayline.Touchpoint) string) func(string) bool {
		return func(id string) bool {
			return slices.ContainsFunc(b.Touchpoints, func(t sayline.Touchpoint) bool { return of(&t) == id })
		}
	}
	channel := have(func(t *sayline.Touchpoint) string { return t.Channel })
	for _, id := range sayline.Channels {
		if channel(id) {
			f.Channels = append(f.Channels, option{id, view.Say("channel_" + id), id == c.Channel})
		}
	}
	audiences := slices.Clone(sayline.StandardAudiences)
	for _, a := range b.Audiences {
		if !slices.Contains(audiences, a.ID) {
			audiences = append(audiences, a.ID)
		}
	}
	audience := have((*sayline.Touchpoint).Audience)
	for _, id := range audiences {
		name := view.Names.Audience(id)
		if name == "" {
			name = view.Say("audience_customer")
		}
		if audience(id) {
			f.Audiences = append(f.Audiences, option{id, name, id == c.Audience})
		}
	}
	for _, p := range b.Places {
		f.Places = append(f.Places, option{p.ID, view.Names.Place(p.ID), p.ID == c.Place})
	}
	return f
}

// waysPage is every touchpoint with what suits it.
type waysPage struct {
	*house.View
	chooser
	List []way
}

func (s *Studio) waysPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	view := s.NewView(r, v)
	view.Room, view.Title = "studio", view.Say("ways_title")
	c := readChoice(r.URL.Query())
	p := waysPage{View: view, chooser: newChooser(view, c)}
	list := c.of(view)
	p.Chosen = len(list)
	book := s.Book(r, v.Brand)
	for _, t := range list[:min(len(list), mostListed)] {
		p.List = append(p.List, newWay(view, book, t))
	}
	return s.Render(w, r, http.StatusOK, s.ways, p)
}

// mostListed is how many touchpoints one page names.
const mostListed = 300

func newWay(view *house.View, b *ways.Book, t *sayline.Touchpoint) way {
	address := b.Screen(t.ID)
	return way{ID: t.ID, Name: view.Names.Touchpoint(t.ID), Place: view.Names.Place(t.Place), Channel: t.Channel, Silent: t.Silent, Private: ways.Private(t),
		Address: address, Letters: ways.Break(address), Fits: ways.Fitting(t)}
}

// wayPage is all ways into one touchpoint.
type wayPage struct {
	*house.View
	way
	Order     []ways.Way // what suits it first
	Lang      string
	Langs     []option
	Seconds   []option
	Levels    []ways.Level
	Black     bool // scanners can't read the brand's colour
	Sheets    []ways.Way
	Snippet   string
	Sites     []string
	Signature ways.Signed
	Said      ways.Said
	AfterCall string
	Topics    []option
	Fill      ways.Fill
	ReplyLink string
	Reply     string
	Record    string // an NFC tag's, hex
	TagBytes  int
	TagFits   string
	At        string // the location's GS1 address
	Kiosk     string
}

// everyWay is what can be offered, in the order it stands where nothing suits better.
var everyWay = []ways.Way{ways.Link, ways.Code, ways.Poster, ways.Button, ways.Signature, ways.Spoken, ways.Reply, ways.Tag, ways.Refs, ways.Barcode, ways.Kiosk}

// copied is a text that can be copied, and what the button says.
type copied struct{ Text, Say, Done string }

func newCopy(view *house.View, text string) copied {
	return copied{text, view.Say("way_copy"), view.Say("way_copied")}
}

// Copy is a text with its button.
func (p wayPage) Copy(text string) copied     { return newCopy(p.View, text) }
func (p productPage) Copy(text string) copied { return newCopy(p.View, text) }

// cardOf is the card a way stands on: all sheets share one.
func cardOf(w ways.Way) ways.Way {
	if slices.Contains(ways.Sheets, w) {
		return ways.Poster
	}
	return w
}

func (s *Studio) wayPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	t := v.Brand.Index.Touchpoint(r.PathValue("touchpoint"))
	if t == nil {
		return errNoTouchpoint
	}
	view := s.NewView(r, v)
	b, q := s.Book(r, v.Brand), r.URL.Query()
	p := wayPage{View: view, way: newWay(view, b, t), Levels: ways.Levels, Black: ways.Ink(v.Brand.Look.Color) != v.Brand.Look.Color, Sites: v.Brand.Sites}
	view.Room, view.Title, view.Scripts = "studio", p.Name, []string{"ways.js"}
	var err error
	if p.QR, err = house.NewQR(p.Address, view.Say("qr_of", "name", p.Name)); err != nil {
		return err
	}
	for _, x := range slices.Concat(p.Fits, everyWay) {
		if card := cardOf(x); !slices.Contains(p.Order, card) {
			p.Order = append(p.Order, card)
		}
	}
	p.Sheets = sheetsFor(t)
	p.Lang = languageOf(v.Brand, q.Get("lang"), view.Tag)
	p.Langs, p.Seconds = s.languages(view, p.Lang), s.languages(view, "")
	p.Snippet, p.Signature, p.Said, p.AfterCall = b.Snippet(t, p.Lang), b.Signature(t, p.Lang), b.Spoken(p.Address, p.Lang), b.AfterCall(t.ID, p.Lang)
	p.Fill = ways.Fill{Topic: q.Get("topic"), Text: house.Cut(q.Get("text"), mostFilled), Ref: house.Cut(q.Get("ref"), sayline.MaxShort)}
	for _, id := range topicsOf(v.Brand, t) {
		p.Topics = append(p.Topics, option{id, view.Names.Topic(id), id == p.Fill.Topic})
	}
	p.ReplyLink, p.Reply = b.Link(t.ID, p.Fill), b.ReplyTo(t.ID, p.Lang, p.Fill)
	p.tag(b.Link(t.ID, ways.Fill{}))
	p.At, p.Kiosk = b.At(t), b.Link(t.ID, ways.Fill{Kiosk: true})
	return s.Render(w, r, http.StatusOK, s.way, p)
}

// mostFilled is how many characters of somebody's words a link carries.
const mostFilled = 280

func (p *wayPage) tag(address string) {
	message := ways.NDEF(address)
	p.Record, p.TagBytes, p.TagFits = hexOf(message), len(message), ways.TagFor(message)
}

// sheetsFor are the sheets of a touchpoint. Where the brand's own people speak,
// the staff room's stands first, and there is nothing for guests' walls.
func sheetsFor(t *sayline.Touchpoint) []ways.Way {
	if !ways.Ours(t) {
		return ways.Sheets
	}
	return []ways.Way{ways.Staff, ways.Sticker, ways.Receipt, ways.Tent}
}

// topicsOf are the topics somebody may mean at a touchpoint: its chips, else all
// that are everybody's.
func topicsOf(b *brands.Snapshot, t *sayline.Touchpoint) []string {
	if len(t.Topics) > 0 {
		return t.Topics
	}
	var list []string
	for _, x := range b.Topics {
		if x.Lane == "" {
			list = append(list, x.ID)
		}
	}
	return list
}

// languageOf is the first of the wanted that the brand has, else its own first.
func languageOf(b *brands.Snapshot, wanted ...string) string {
	for _, l := range wanted {
		if slices.Contains(b.Languages, l) {
			return l
		}
	}
	return b.Language()
}

// languages are the brand's, by their own names.
func (s *Studio) languages(view *house.View, chosen string) []option {
	var list []option
	for _, l := range view.Brand().Languages {
		name := strings.ToUpper(l)
		if own := s.Words.In(l); own.Tag == words.Base(l) {
			name = own.Say("language")
		}
		list = append(list, option{l, name, l == chosen})
	}
	return list
}

var errNoTouchpoint = sayline.Errorf(sayline.NotFound, "There is no such touchpoint.")

// productPage composes a product's address.
type productPage struct {
	*house.View
	Link     gs1.Link
	Products []sayline.Product
	Label    *ways.Label
	QR       house.QR
	Wrong    string
	RawQuery template.URL // what was composed, for its files
}

func (s *Studio) productPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	view := s.NewView(r, v)
	view.Room, view.Title, view.Scripts = "studio", view.Say("product_title"), []string{"ways.js"}
	p := productPage{View: view, Products: v.Brand.Products, Link: readLink(r.URL.Query())}
	status := http.StatusOK
	if p.Link != (gs1.Link{}) {
		label, err := s.Book(r, v.Brand).Product(p.Link)
		if err != nil {
			p.Wrong, status = fault(view, err), http.StatusUnprocessableEntity
			return s.Render(w, r, status, s.product, p)
		}
		p.Label = label
		p.RawQuery = template.URL(url.Values{"gtin": {p.Link.GTIN}, "lot": {p.Link.Lot}, "serial": {p.Link.Serial}, "expiry": {p.Link.Expiry}}.Encode())
		if p.QR, err = house.NewQR(label.Address, view.Say("qr_of", "name", view.Names.Product(label.Link.GTIN))); err != nil {
			return err
		}
	}
	return s.Render(w, r, status, s.product, p)
}

// readLink reads the composer's form; a date may come from a calendar (2027-12-31).
func readLink(q url.Values) gs1.Link {
	get := func(name string) string { return strings.TrimSpace(q.Get(name)) }
	l := gs1.Link{GTIN: strings.NewReplacer(" ", "", "-", "").Replace(get("gtin")), Lot: get("lot"), Serial: get("serial"), Expiry: strings.ReplaceAll(get("expiry"), "-", "")}
	if len(l.Expiry) == len("20271231") {
		l.Expiry = l.Expiry[2:]
	}
	return l
}
