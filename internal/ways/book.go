package ways

import (
	"net/url"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/gs1"
	"github.com/sayline/sayline/internal/words"
)

// Book is a brand at its public address, with the words of all languages: what
// every way in is made of.
type Book struct {
	*sayline.Config
	Index *sayline.Index
	Codes *Codes
	Words *words.Catalogue
	Base  string // https://sparkle.example or https://house.example/@sparkle, without a slash at its end
}

// Fill is what a link fills in on the screen it leads to; nothing of it sends.
type Fill struct {
	Topic string // a topic's id
	Lang  string // BCP 47
	Text  string
	Ref   string // an order, a seat, a room
	Kiosk bool   // the screen that resets itself
}

// Screen is the address of a touchpoint's screen: the short one that is printed.
// The front door's is the brand's own /cx.
func (b *Book) Screen(touchpoint string) string {
	if t := b.Index.FrontDoor(); t != nil && t.ID == touchpoint {
		return b.Base + "/cx"
	}
	return b.Base + "/cx/t/" + url.PathEscape(b.Codes.Of(touchpoint))
}

// Link is a touchpoint's screen with something filled in.
func (b *Book) Link(touchpoint string, f Fill) string {
	address := b.Screen(touchpoint)
	var query []string
	if f.Kiosk {
		query = append(query, "kiosk")
		if !strings.Contains(address, "/cx/t/") { // a kiosk at the front door still says where it stands
			address += "/t/" + url.PathEscape(touchpoint)
		}
	}
	for _, q := range [][2]string{{"topic", f.Topic}, {"lang", f.Lang}, {"ref", f.Ref}, {"text", f.Text}} {
		if q[1] != "" {
			query = append(query, q[0]+"="+strings.ReplaceAll(url.QueryEscape(q[1]), "+", "%20"))
		}
	}
	if len(query) == 0 {
		return address
	}
	return address + "?" + strings.Join(query, "&")
}

// At is the GS1 address of a touchpoint's location: its place's GLN, with the
// touchpoint as the extension. "" where the place has no GLN.
func (b *Book) At(t *sayline.Touchpoint) string {
	place := b.Index.Place(t.Place)
	if place == nil || place.GLN == "" {
		return ""
	}
	l := gs1.Link{GLN: place.GLN}
	if len(t.ID) <= gs1.MaxText {
		l.Extension = t.ID
	}
	return l.Canonical(b.Base + "/cx")
}

// Ours says whether the brand's own people speak at a touchpoint.
func Ours(t *sayline.Touchpoint) bool { return t.Audience() == "employee" }

// Private says whether what is said at a touchpoint is for few: it has a lane of
// its own, or is the brand's own people's. It is in no public list.
func Private(t *sayline.Touchpoint) bool { return t.Lane != "" || Ours(t) }

// Letters is an address as people read it: without its scheme.
func Letters(address string) string {
	return strings.TrimPrefix(strings.TrimPrefix(address, "https://"), "http://")
}

// Break cuts an address where a line may end: after each slash, point and dash.
func Break(address string) []string {
	address = Letters(address)
	var list []string
	start := 0
	for i := range len(address) {
		if strings.IndexByte("/.-?&=", address[i]) >= 0 {
			list = append(list, address[start:i+1])
			start = i + 1
		}
	}
	if start < len(address) || len(list) == 0 {
		list = append(list, address[start:])
	}
	return list
}
