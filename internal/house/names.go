package house

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/words"
)

// Names is what a brand calls its things, in the reader's language, else in the
// brand's own. What is no longer in the brand's configuration shows as it was sent.
type Names struct {
	b      *brands.Snapshot
	tongue *words.Tongue
}

// NewNames makes the names of a brand for a reader.
func NewNames(b *brands.Snapshot, t *words.Tongue) Names { return Names{b, t} }

func (n Names) in(t sayline.Text) string { return t.In(n.tongue.Tag, n.b.Language()) }

// Text is the brand's own words in the reader's language.
func (n Names) Text(t sayline.Text) string { return n.in(t) }

// Topic is a topic's label; "" for none.
func (n Names) Topic(id string) string {
	if t := n.b.Index.Topic(id); t != nil {
		return n.in(t.Label)
	}
	return id
}

// Place is a place's name; "" for none.
func (n Names) Place(id string) string {
	if p := n.b.Index.Place(id); p != nil {
		return n.in(p.Name)
	}
	return id
}

// Product is a product's name, else its GTIN; "" for none.
func (n Names) Product(gtin string) string {
	if p := n.b.Index.Product(gtin); p != nil {
		return n.in(p.Name)
	}
	return gtin
}

// Touchpoint is a touchpoint's name; "" for none.
func (n Names) Touchpoint(id string) string {
	if t := n.b.Index.Touchpoint(id); t != nil {
		return n.in(t.Name)
	}
	return id
}

// Where is where something was said: "Shelf 14, Calle Mayor".
func (n Names) Where(c *sayline.Context) string {
	touchpoint, place := n.Touchpoint(c.Touchpoint), n.Place(c.Place)
	if strings.Contains(touchpoint, place) { // "Dock 3, unloading" says where it stands
		place = ""
	}
	return Join(n.tongue.Say("list_comma"), touchpoint, place)
}

// Team is a team's name with the part of the tree it was asked for: "Distribution, Madrid".
func (n Names) Team(id, place string) string {
	name := id
	if t := n.b.Index.Team(id); t != nil {
		name = n.in(t.Name)
	}
	return Join(n.tongue.Say("list_comma"), name, n.Place(place))
}

// Person is somebody's name; "" for nobody.
func (n Names) Person(id string) string {
	if p := n.b.Index.Person(id); p != nil {
		return p.Name
	}
	if name, ok := strings.CutPrefix(id, store.BySystem); ok {
		return name
	}
	return id
}

// Lane is a private lane's name.
func (n Names) Lane(id string) string {
	if l := n.b.Index.Lane(id); l != nil {
		return n.in(l.Label)
	}
	return id
}

// Audience is who speaks, in the reader's words; "" for a customer, who is
// meant where nothing is said.
func (n Names) Audience(id string) string {
	if id == sayline.StandardAudiences[0] || id == "" {
		return ""
	}
	if a := n.b.Index.Audience(id); a != nil && !a.Label.Empty() {
		return n.in(a.Label)
	}
	if key := "audience_" + id; n.tongue.Has(key) {
		return n.tongue.Say(key)
	}
	return id
}

// Kind is a kind of moment in the reader's words.
func (n Names) Kind(kind string) string { return n.tongue.Say("kind_" + sayline.KnownKind(kind)) }

// firstWords is how many characters of somebody's words stand for them in a title.
const firstWords = 64

// Said is a moment in one line: its topic, else its words, else its face.
func (n Names) Said(m *sayline.Moment) string {
	switch {
	case m.Topic != "":
		return n.Topic(m.Topic)
	case strings.TrimSpace(m.Text) != "":
		return n.tongue.Say("quoted", "words", Cut(m.Text, firstWords))
	case m.Feeling >= 1 && m.Feeling <= 5:
		return n.tongue.Say(FaceKey(m.Feeling))
	}
	return n.Kind(m.Kind)
}

// FaceKey is the catalogue key of a feeling's name.
func FaceKey(feeling int) string { return "face_" + string(rune('0'+feeling)) }

// Title names a case: its topic or the first words said in it, then the lot or
// the product it is about. first may be nil when nothing is left in it.
func (n Names) Title(c *sayline.Case, first *sayline.Moment) string {
	what := n.Topic(c.Topic)
	if what == "" && first != nil {
		what = n.Said(first)
	}
	if what == "" {
		what = n.Kind(c.Kind)
	}
	about := n.Product(c.Product)
	if c.Lot != "" {
		about = n.tongue.Say("lot", "lot", c.Lot)
	}
	return Join(" · ", what, about, c.Ref)
}

// Raised says which moment made a case more urgent by its number: "third from
// lot AB-123"; "" when none did.
func (n Names) Raised(c *sayline.Case) string {
	if c.Raised == 0 {
		return ""
	}
	nth := n.tongue.Say("nth", "n", strconv.Itoa(c.Raised))
	if key := "nth_" + strconv.Itoa(c.Raised); n.tongue.Has(key) {
		nth = n.tongue.Say(key)
	}
	switch {
	case c.Lot != "":
		return n.tongue.Say("raised_lot", "nth", nth, "lot", n.tongue.Say("lot", "lot", c.Lot))
	case c.Product != "":
		return n.tongue.Say("raised_product", "nth", nth, "product", n.Product(c.Product))
	case c.Place != "":
		return n.tongue.Say("raised_place", "nth", nth, "place", n.Place(c.Place))
	}
	return n.tongue.Say("raised_same", "nth", nth)
}

// Alarm says why a case was raised by itself: "9 unhappy at Gate B14 restroom in 10
// minutes, usually 1"; "" when it wasn't.
func (n Names) Alarm(a *store.Alarm) string {
	if a == nil {
		return ""
	}
	return n.b.SayAlarm(n.tongue, a)
}

// WorkStep is a step of the work on a request, as its author reads it too.
func (n Names) WorkStep(topic, id string) string {
	if label := n.b.WorkStepLabel(n.b.Index.Topic(topic), id); !label.Empty() {
		return n.in(label)
	}
	if key := "work_" + id; n.tongue.Has(key) {
		return n.tongue.Say(key)
	}
	return strings.ReplaceAll(id, "-", " ")
}

// Cut shortens words to so many characters, at a blank where there is one near.
func Cut(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	cut := string(runes[:most-1])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)*2/3 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,.;:") + "…"
}

// Join puts together what is not empty.
func Join(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}

// MainFeeling is the face that stands for a case: the mean of what was felt in
// it, to the next face; 0 when nobody said one.
func MainFeeling(feelings [6]int) int {
	n, sum := 0, 0
	for i, f := range feelings[1:] {
		n += f
		sum += (i + 1) * f
	}
	if n <= 0 {
		return 0
	}
	return min(5, max(1, (2*sum+n)/(2*n)))
}
