package anywhere

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/gs1"
)

// Answer is what became of a sentence. Exactly one of Brand, Choice and None is
// set, or none of them where no brand was said.
type Answer struct {
	Words  string // what is to be said, byte for byte
	Brand  *Brand // the one that was meant
	Open   string // its screen, with the words filled in
	Sure   bool   // it may be opened without asking
	Choice []*Brand
	Near   bool   // the choice is of names that are only nearly what was said
	None   *None  // not here yet
	Said   string // the name, where nobody is called that
	Code   string // a plain barcode that nobody here knows
}

// None is a brand without a screen: its domain, and its own contact addresses
// (tel:, mailto:, https:), which may be none.
type None struct {
	Domain, Name string
	Contacts     []string
}

// Question is what somebody asks for.
type Question struct {
	Say   string // a sentence, or a name
	Code  string // what was scanned: an address, or the digits of a barcode
	Words string // what is to be said, where it was said before
}

func (q *Question) empty() bool { return strings.TrimSpace(q.Say+q.Code) == "" }

// Find answers a question for a reader of a language. Nothing of it is kept but,
// where an address was said that has a valid document, that document. The first
// look at a domain nobody asked for lately goes to allow, which may refuse it.
func (a *Anywhere) Find(ctx context.Context, base string, q Question, lang string, allow func() error) (*Answer, error) {
	d := a.directory(base)
	sentence := q.Say
	if q.Code != "" {
		sentence = q.Code
	}
	r := read(sentence, d, a.Private)
	answer := &Answer{Words: r.words, Said: r.said}
	if q.Code != "" {
		answer.Words = strings.TrimSpace(q.Say)
	}
	answer.Words = cmp.Or(answer.Words, strings.TrimSpace(q.Words))
	switch {
	case r.address != "":
		return answer, a.findAddress(ctx, d, answer, r.address, lang, allow)
	case r.domain != "":
		return answer, a.findDomain(ctx, d, answer, r.domain, r.domain, lang, allow)
	case len(r.named) == 1:
		answer.found(r.named[0], lang, r.named[0].Vouched)
	case len(r.named) > 1:
		answer.Choice = r.named
	case len(r.near) > 0:
		answer.Choice, answer.Near = r.near, true
	default:
		a.findCode(base, answer, sentence, lang)
	}
	return answer, nil
}

// found is the one brand; sure where nobody has to look at its address first.
func (x *Answer) found(b *Brand, lang string, sure bool) {
	if b.Screen == "" { // level 0, with other ways only
		x.None = &None{Domain: b.Domain, Name: b.Name, Contacts: usable(b.Fallback)}
		return
	}
	x.Brand, x.Open, x.Sure = b, b.Open(x.Words, lang), sure
}

// findDomain finds the brand of an address that was said. A name with letters
// beyond ASCII is shown before it is opened: it may look like another.
func (a *Anywhere) findDomain(ctx context.Context, d *directory, x *Answer, domain, target, lang string, allow func() error) error {
	plain := !strings.Contains(domain, "xn--")
	if b := d.domain(domain); b != nil {
		x.found(b, lang, plain || b.Vouched)
		return nil
	}
	if contacts, absent := a.learnt.none(domain, a.Now()); absent {
		x.None = &None{Domain: domain, Contacts: contacts}
		return nil
	}
	if err := allow(); err != nil {
		return err
	}
	b, err := a.lookUp(ctx, domain, target)
	if err != nil {
		return err
	}
	if b == nil {
		contacts, _ := a.learnt.none(domain, a.Now())
		x.None = &None{Domain: domain, Contacts: contacts}
		return nil
	}
	x.found(b, lang, plain)
	return nil
}

// findAddress finds the brand of a code that was scanned. A code of the brand's
// own screen opens just there; a product's opens its screen for that product.
func (a *Anywhere) findAddress(ctx context.Context, d *directory, x *Answer, address, lang string, allow func() error) error {
	for _, b := range d.all { // of this server, by whatever of its addresses
		if under(address, b.Screen) {
			x.Brand, x.Open, x.Sure = b, address, true
			return nil
		}
	}
	host, ok := a.hostOf(address)
	if !ok {
		x.Said = cut(address, maxName)
		return nil
	}
	if err := a.findDomain(ctx, d, x, host, address, lang, allow); err != nil || x.Brand == nil {
		return err
	}
	switch link, err := gs1.ParseURL(address); {
	case under(address, x.Brand.Screen):
		x.Open = address
	case err == nil && strings.Contains(x.Brand.Template, "{/path*}"):
		x.Open = link.Canonical(x.Brand.Screen)
	}
	return nil
}

// under says whether an address is a screen's or below it.
func under(address, screen string) bool {
	return screen != "" && (address == screen || strings.HasPrefix(address, screen+"/") || strings.HasPrefix(address, screen+"?"))
}

// findCode finds the brands of this server that make the product of a plain barcode.
func (a *Anywhere) findCode(base string, x *Answer, q, lang string) {
	link, err := gs1.FromBarcode(strings.TrimSpace(q))
	if err != nil {
		return
	}
	x.Said, x.Code = "", link.GTIN
	for _, s := range a.Brands.All() {
		if s.Index.Product(link.GTIN) != nil {
			b := a.own(base, s)
			b.Screen, b.Template = link.Canonical(b.Screen), ""
			x.Choice = append(x.Choice, b)
		}
	}
	if len(x.Choice) == 1 {
		x.found(x.Choice[0], lang, true)
		x.Choice = nil
	}
}

// known is a directory and what it was made of.
type known struct {
	base   string
	own    []*brands.Snapshot
	learnt []*Brand
	*directory
}

// directory is all brands known here, those of this server as a visitor of base
// reaches them. It is made anew when any of them has changed.
func (a *Anywhere) directory(base string) *directory {
	own, others := a.Brands.All(), a.learnt.brands()
	if k := a.known.Load(); k != nil && k.base == base && slices.Equal(k.own, own) && slices.Equal(k.learnt, others) {
		return k.directory
	}
	var here []*Brand
	for _, s := range own {
		b := a.own(base, s)
		here = append(here, b)
		for _, domain := range s.Domains {
			if domain != b.Domain {
				alias := *b
				alias.Domain = domain
				here = append(here, &alias)
			}
		}
	}
	k := &known{base, own, others, newDirectory(here, others)}
	a.known.Store(k)
	return k.directory
}

// own is a brand of this server.
func (a *Anywhere) own(base string, s *brands.Snapshot) *Brand {
	home := a.BrandURL(base, s.ID)
	b := &Brand{Domain: s.ID, Name: s.Name, Also: []string{s.ID}, Languages: s.Languages, Color: s.Look.Color,
		Screen: home + "/cx", Template: home + "/cx{/path*}{?topic,lang,text,ref}", Vouched: true, Here: true, id: s.ID}
	if len(s.Domains) > 0 {
		b.Domain = s.Domains[0]
	}
	if s.LegalName != "" {
		b.Also = append(b.Also, s.LegalName)
	}
	return b
}
