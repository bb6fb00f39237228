package pulse

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/sayline/sayline/internal/ask"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// books are what can be asked for, brand by brand, as long as a brand stays as it is.
type books struct {
	mu      sync.Mutex
	byBrand map[string]bookOf
}

type bookOf struct {
	brand *brands.Snapshot
	book  *ask.Book
}

func (b *books) of(s *brands.Snapshot, c *words.Catalogue) *ask.Book {
	b.mu.Lock()
	defer b.mu.Unlock()
	if kept, ok := b.byBrand[s.ID]; ok && kept.brand == s {
		return kept.book
	}
	book := ask.NewBook(s, c)
	if b.byBrand == nil {
		b.byBrand = map[string]bookOf{}
	}
	b.byBrand[s.ID] = bookOf{s, book}
	return book
}

// byAsked is the name of the sentence in an address.
const byAsked = "q"

// asked is the query of an address with what its sentence asks for besides. A
// time takes the place of the page's, one place that of another; what is not
// understood is searched for.
func (p *Pulse) asked(r *http.Request, b *brands.Snapshot) (query, ask.Reading) {
	at := p.Now().In(b.Location())
	reading := p.books.of(b, p.Words).Read(r.URL.Query().Get(byAsked), at)
	q := parseQuery(r.URL.Query(), b)
	v := q.Values()
	if reading.Times() {
		for _, name := range []string{ByPeriod, ByFrom, ByTo} {
			v.Del(name)
		}
	}
	for _, x := range reading.Values() {
		if q.many(x.Name) {
			v.Add(x.Name, x.Value)
		} else {
			v.Set(x.Name, x.Value)
		}
	}
	if reading.Rest != "" {
		v.Set(ByWords, reading.Rest)
	}
	q = parseQuery(v, b)
	q.Touchpoints = within(q.Touchpoints, q.Place, b)
	return q, reading
}

// within are those of the touchpoints that stand at a place or below it: of all
// restrooms those of Terminal 2. Where none do, they are meant as they are.
func within(touchpoints []string, place string, b *brands.Snapshot) []string {
	there := slices.DeleteFunc(slices.Clone(touchpoints), func(id string) bool { return !b.Index.Under(b.Index.Touchpoint(id).Place, place) })
	if len(there) == 0 {
		return touchpoints
	}
	return there
}

// ask answers a sentence with the page it asks for.
func (p *Pulse) ask(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q, reading := p.asked(r, v.Brand)
	to := q.Values()
	if len(reading.Guesses) > 0 {
		to.Set(byGuess, r.URL.RawQuery)
	}
	path := p.NewView(r, v).Path("/pulse")
	if len(to) > 0 {
		path += "?" + to.Encode()
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// byGuess is the name of what was asked, with slips in it, in the address of the page
// that answers. It narrows nothing: it is there to tell what was taken for what.
const byGuess = "asked"

// guessed tells which words of a sentence were taken for others, and leads to the
// same sentence with those words as they were typed.
type guessed struct{ Text, Href string }

// guessed reads what a page's address says was asked; nil for nothing.
func (p *Pulse) guessed(v *house.View, asked string) *guessed {
	q, err := url.ParseQuery(asked)
	if err != nil || q.Get(byAsked) == "" {
		return nil
	}
	sentence := q.Get(byAsked)
	reading := p.books.of(v.Brand(), p.Words).Read(sentence, v.Now)
	if len(reading.Guesses) == 0 {
		return nil
	}
	for _, g := range reading.Guesses {
		sentence = strings.Replace(sentence, g.Typed, `"`+g.Typed+`"`, 1)
	}
	q.Set(byAsked, sentence)
	return &guessed{guessesOf(v.Voice, reading), v.Path("/pulse/ask") + "?" + q.Encode()}
}

// guessesOf says what was taken for what, in one line.
func guessesOf(v house.Voice, r ask.Reading) string {
	var list []string
	for _, g := range r.Guesses {
		list = append(list, v.Say("asking_guess", "typed", g.Typed, "read", g.Read))
	}
	return strings.Join(list, " ")
}

// understood is what a sentence was read as, while it is being typed.
type understood struct {
	Chips   []string  `json:"chips"` // in words
	Options []askable `json:"options"`
	Hint    string    `json:"hint,omitempty"` // what was taken for what, or what happens with what was not understood
}

// askable is a name that the last words could go on to.
type askable struct {
	Label string `json:"label"`
	About string `json:"about"`
	Name  string `json:"name"`
	Value string `json:"value"`
	Text  string `json:"text"` // what stands before it
}

// mostAskable is how many names are offered.
const mostAskable = 7

// reads says what a sentence is read as so far, and how it could go on.
func (p *Pulse) reads(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	_, reading := p.asked(r, v.Brand)
	b := p.stage(p.NewView(r, v).Tongue, v.Brand, plain).board
	out := understood{Chips: []string{}, Options: []askable{}}
	for _, part := range reading.Parts {
		out.Chips = append(out.Chips, b.partChips(part.Values)...)
	}
	if reading.Rest != "" {
		out.Chips = append(out.Chips, b.Say("asking_words", "words", reading.Rest))
	}
	if len(reading.Parts) == 0 && reading.Rest != "" {
		out.Hint = b.Say("asking_nothing")
	} else if len(reading.Guesses) > 0 {
		out.Hint = guessesOf(b.Voice, reading)
	}
	for _, s := range p.books.of(v.Brand, p.Words).Suggest(r.URL.Query().Get(byAsked), mostAskable) {
		out.Options = append(out.Options, askable{s.Label, b.Say("pulse_by_" + s.Name), s.Name, s.Value.Value, strings.TrimSuffix(s.Text, s.Label)})
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, err := w.Write(web.JSON(out))
	return err
}

// partChips say what one part of a sentence means: its time, or its values with
// "or" between them.
func (b *board) partChips(values []ask.Value) (list []string) {
	q := query{Filter: Filter{Period: today}}
	for _, x := range values {
		switch x.Name {
		case ByPeriod:
			q.Period = x.Value
		case ByFrom:
			q.Period, q.From = Dates, x.Value
		case ByTo:
			q.To = x.Value
		}
	}
	if slices.ContainsFunc(values, func(x ask.Value) bool { return x.Name == ByPeriod || x.Name == ByFrom }) {
		return []string{b.Say("filter_"+q.key(), b.spanFacts(q.Filter)...)}
	}
	var labels []string
	for _, x := range values {
		labels = append(labels, b.filterLabel(x.Name, x.Value))
	}
	return []string{b.Say("filter_"+values[0].Name, "what", strings.Join(labels, b.Say("filter_or")))}
}
