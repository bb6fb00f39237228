package screen

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/sayline/sayline"
)

// gift is the one thing that is asked after a tap: what is missing.
type gift struct {
	Field    string // topic, place, product or lot
	Question string
	Choices  []choice
	Search   string // what is searched for by name: its label; "" where all choices are shown
	Query    string
	Near     bool
	None     bool // searched, and nothing found
}

// choice is one button of a gift.
type choice struct{ ID, Label, Hint string }

// shownAtOnce is how many choices stand there without a search; mostFound how
// many a search shows.
const (
	shownAtOnce = 8
	mostFound   = 8
)

// newGift decides what is asked: after a face the topics, else what the topic
// needs and nobody has said. nil when nothing is missing.
func newGift(v *voice, q url.Values, m *sayline.Moment) *gift {
	if m.Bare() && m.Feeling > 0 {
		if g := topicGift(v, m); g != nil {
			return g
		}
	}
	topic := v.site.Index.Topic(m.Topic)
	if topic == nil {
		return nil
	}
	var list []findable
	g := &gift{Query: clean(q.Get("q"), sayline.MaxShort)}
	switch {
	case slices.Contains(topic.Needs, "place") && m.Context.Place == "":
		g.Field, g.Question, g.Search, g.Near = "place", v.W.Say("gift_place"), v.W.Say("place_name"), true
		list = places(v)
	case slices.Contains(topic.Needs, "product") && m.Context.Product == "" && m.Context.Lot == "":
		g.Field, g.Question, g.Search = "product", v.W.Say("gift_product"), v.W.Say("product_name")
		list = products(v)
	}
	if len(list) == 0 {
		return nil
	}
	g.choose(v, list, q)
	return g
}

// wantsLot says whether a photo of the printed lot is what is missing: a plain
// barcode was scanned, which names the product alone, and something about that
// product is wrong.
func wantsLot(v *voice, m *sayline.Moment) bool {
	topic := v.site.Index.Topic(m.Topic)
	return m.Context.GS1 != "" && m.Context.Product != "" && m.Context.Lot == "" &&
		topic != nil && topic.Kind == "problem" && slices.Contains(topic.Needs, "product")
}

// choose fills in the choices: all where they are few, else what was searched
// for, nearest first where somebody said where they are.
func (g *gift) choose(v *voice, list []findable, q url.Values) {
	few := len(list) <= shownAtOnce
	here, located := position(q)
	if few && !(g.Near && located) {
		g.Search = ""
	}
	if !few && g.Query == "" && !located {
		return
	}
	found := find(list, g.Query, here, located)
	g.None = len(found) == 0
	for _, f := range found[:min(len(found), mostFound)] {
		c := choice{ID: f.id, Label: f.name, Hint: f.hint}
		if located && f.located {
			c.Hint = away(v, f.metres)
		}
		g.Choices = append(g.Choices, c)
	}
}

func away(v *voice, metres float64) string {
	if metres < 950 {
		return v.W.Say("away_m", "n", strconv.Itoa(max(100, int(metres+50)/100*100))) // no finer than it was told
	}
	return v.W.Say("away_km", "n", strconv.FormatFloat(metres/1000, 'f', max(0, 1-int(metres/10_000)), 64))
}

// topicGift are the touchpoint's topics, those first that fit the face.
func topicGift(v *voice, m *sayline.Moment) *gift {
	g := &gift{Field: "topic", Question: v.W.Say("gift_topic")}
	var rest []choice
	for _, id := range v.touchpoint.Topics {
		t := v.site.Index.Topic(id)
		if t == nil {
			continue
		}
		c := choice{ID: id, Label: v.name(t.Label)}
		if (t.Kind == "praise") == (m.Feeling > 3) {
			g.Choices = append(g.Choices, c)
		} else {
			rest = append(rest, c)
		}
	}
	if g.Choices = append(g.Choices, rest...); len(g.Choices) == 0 {
		return nil
	}
	return g
}

// places are those a speaker may be offered, with what lies above them as a hint.
func places(v *voice) []findable {
	var list []findable
	for i := range v.site.Places {
		p := &v.site.Places[i]
		if !p.Listed {
			continue
		}
		f := findable{id: p.ID, name: v.name(p.Name), lat: p.Lat, long: p.Long, located: p.Lat != 0 || p.Long != 0}
		if above := v.site.Index.Place(p.Parent); above != nil {
			f.hint = v.name(above.Name)
		}
		f.also = append(f.also, f.hint)
		for _, words := range p.Name {
			f.also = append(f.also, words)
		}
		list = append(list, f)
	}
	return list
}

func products(v *voice) []findable {
	var list []findable
	for i := range v.site.Products {
		p := &v.site.Products[i]
		f := findable{id: p.GTIN, name: v.name(p.Name), also: []string{p.GTIN}}
		for _, words := range p.Name {
			f.also = append(f.also, words)
		}
		list = append(list, f)
	}
	return list
}
