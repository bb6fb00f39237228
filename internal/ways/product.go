package ways

import (
	"strings"

	"github.com/sayline/sayline/internal/gs1"
)

// Label is what a label printer needs of a product's Digital Link.
type Label struct {
	Link    gs1.Link
	Address string
	Element string // the element string as it is printed under a code: (01)… (17)… (10)… (21)…
	Module  string // module widths that shops' scanners read, GS1 General Specifications 5.12.3.1
}

// Product composes a product's or place's Digital Link at the brand's address.
// GTINs of 8, 12 and 13 digits are filled up to 14. Errors are [sayline.Invalid]
// and say which key is wrong, and which check digit would be right.
func (b *Book) Product(l gs1.Link) (*Label, error) {
	path, query, _ := strings.Cut(l.Canonical(""), "?")
	values := map[string][]string{}
	if query != "" {
		values["17"] = []string{l.Expiry}
	}
	l, err := gs1.Parse(path, values)
	if err != nil {
		return nil, err
	}
	return &Label{Link: l, Address: l.Canonical(b.Base + "/cx"), Element: element(l), Module: "0.396–0.990 mm"}, nil
}

// element writes a link's keys in the order of a label: those of fixed length
// first, so that no separator is needed before the last.
func element(l gs1.Link) string {
	var b strings.Builder
	for _, p := range [][2]string{{"01", l.GTIN}, {"17", l.Expiry}, {"22", l.Variant}, {"10", l.Lot}, {"21", l.Serial}, {"414", l.GLN}, {"254", l.Extension}} {
		if p[1] != "" {
			b.WriteString("(" + p[0] + ")" + p[1])
		}
	}
	return b.String()
}
