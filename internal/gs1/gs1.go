// Package gs1 reads the addresses printed on products and places: GS1 Digital
// Links whose stem is the brand's touch screen, so that one code is the
// product's barcode and its way to say something.
//
//	…/cx/01/GTIN[/22/VARIANT][/10/LOT][/21/SERIAL][?17=YYMMDD]
//	…/cx/414/GLN[/254/EXTENSION]
//
// Start with [Parse] (a request to our own stem); [ParseURL] reads a link that
// somebody sent us, of any host; [FromBarcode] the digits under a plain barcode;
// [Link.Canonical] writes a link again. [CutSerial] takes the serial number out
// of a link before it is logged or stored.
//
// Sources: GS1 Digital Link Standard, URI Syntax 1.4 (order of keys, encoding);
// GS1 General Specifications, section 3 (lengths), 7.9 (check digit), 7.11
// (character set 82), 7.12 (dates).
package gs1

import (
	"net/url"
	"strings"

	"github.com/sayline/sayline"
)

// Application identifiers this package knows.
const (
	aiGTIN      = "01"
	aiVariant   = "22"
	aiLot       = "10"
	aiSerial    = "21"
	aiExpiry    = "17"
	aiGLN       = "414"
	aiExtension = "254"
)

// Link is what a Digital Link says: a product (GTIN set) or a place (GLN set),
// never both. Empty members were not said.
type Link struct {
	GTIN      string // 14 digits
	Variant   string // of the product, 1 to 20 characters of set 82
	Lot       string // likewise
	Serial    string // likewise; see [CutSerial]
	Expiry    string // YYMMDD; DD 00 is the month's end
	GLN       string // 13 digits
	Extension string // of the GLN: a shelf, a room; 1 to 20 characters of set 82
}

// maxURL is the longest link [ParseURL] reads, in bytes.
const maxURL = 2000

// Parse reads the path (percent-encoded as it came, see [url.URL.EscapedPath])
// and query of a request to the stem: /cx/01/…, or /01/… with the stem already
// cut. Other members of the query are left alone. Errors are [sayline.Invalid]
// and say what was wrong, without repeating a serial number.
func Parse(path string, query url.Values) (Link, error) {
	segments := split(path)
	if len(segments) > 0 && segments[0] == "cx" {
		segments = segments[1:]
	}
	return parse(segments, query)
}

// ParseURL reads a link of any host and any stem (https://id.example/some/01/…),
// as it is sent along with a moment. Errors as of [Parse].
func ParseURL(raw string) (Link, error) {
	if len(raw) > maxURL {
		return Link{}, wrong("A GS1 Digital Link is at most %d characters long; this one has %d.", maxURL, len(raw))
	}
	u, err := url.Parse(raw)
	if err != nil {
		return Link{}, wrong("This is not an address.").Because(err)
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return Link{}, wrong("A GS1 Digital Link begins with https:// and a host.")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Link{}, wrong("The part after the question mark can't be read.").Because(err)
	}
	segments := split(u.EscapedPath())
	return parse(segments[stem(segments):], query)
}

// stem is how many segments stand before the primary key: the first place from
// which the rest reads as a link; else the first that looks like a key, so that
// the error speaks of it.
func stem(segments []string) int {
	looksLike := -1
	for i, s := range segments {
		if s != aiGTIN && s != aiGLN || i+1 == len(segments) {
			continue
		}
		if _, err := parse(segments[i:], nil); err == nil {
			return i
		}
		if looksLike < 0 {
			looksLike = i
		}
	}
	return max(looksLike, 0)
}

// split cuts a path into segments; a slash at its end says nothing.
func split(path string) []string {
	path = strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// parse reads key and value by turns, the primary key first.
func parse(segments []string, query url.Values) (Link, error) {
	var l Link
	if len(segments) < 2 {
		return Link{}, wrong("A GS1 Digital Link names a product (/01/…) or a place (/414/…).")
	}
	value, err := unescape(segments[0], segments[1])
	if err != nil {
		return Link{}, err
	}
	switch key := segments[0]; key {
	case aiGTIN:
		if l.GTIN, err = gtin(value); err == nil {
			err = l.qualify(segments[2:], []qualifier{{aiVariant, &l.Variant}, {aiLot, &l.Lot}, {aiSerial, &l.Serial}})
		}
	case aiGLN:
		if l.GLN, err = gln(value); err == nil {
			err = l.qualify(segments[2:], []qualifier{{aiExtension, &l.Extension}})
		}
	default:
		err = wrong("Key %s is neither a product (01) nor a place (414).", short(key))
	}
	if err == nil && l.GTIN != "" {
		l.Expiry, err = expiry(query[aiExpiry])
	}
	if err != nil {
		return Link{}, err
	}
	return l, nil
}

// qualifier is a key that may follow a primary key, and where its value goes.
type qualifier struct {
	key   string
	value *string
}

// qualify reads the keys after the primary one. Each may stand once, in the
// order of allowed.
func (l *Link) qualify(segments []string, allowed []qualifier) error {
	next := 0
	for ; len(segments) > 0; segments = segments[2:] {
		key := segments[0]
		at := -1
		for i, q := range allowed {
			if q.key == key {
				at = i
			}
		}
		switch {
		case at < 0:
			return wrong("Key %s can't stand here.", short(key))
		case len(segments) == 1:
			return wrong("Key %s has no value.", key)
		case *allowed[at].value != "":
			return wrong("Key %s stands twice.", key)
		case at < next:
			return wrong("Key %s stands before key %s in a GS1 Digital Link, not after it.", key, allowed[next-1].key)
		}
		value, err := unescape(key, segments[1])
		if err != nil {
			return err
		}
		if err := text(key, value); err != nil {
			return err
		}
		*allowed[at].value, next = value, at+1
	}
	return nil
}

// Canonical writes the link after a base without a slash at its end, such as
// https://sparkle.example/cx: keys in their order, values percent-encoded.
// Parsing it again gives the same link. Without a GTIN or GLN it is the base.
func (l Link) Canonical(base string) string {
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(base, "/"))
	pairs := [][2]string{{aiGTIN, l.GTIN}, {aiVariant, l.Variant}, {aiLot, l.Lot}, {aiSerial, l.Serial}}
	if l.GTIN == "" {
		pairs = [][2]string{{aiGLN, l.GLN}, {aiExtension, l.Extension}}
	}
	for _, p := range pairs {
		if p[1] != "" {
			b.WriteString("/" + p[0] + "/")
			escape(&b, p[1])
		}
	}
	if l.Expiry != "" {
		b.WriteString("?" + aiExpiry + "=" + l.Expiry)
	}
	return b.String()
}

// WithoutSerial is the link of any piece of the same lot: what may be stored of
// an author who did not say who they are.
func (l Link) WithoutSerial() Link {
	l.Serial = ""
	return l
}

func wrong(format string, args ...any) *sayline.Error {
	return sayline.Errorf(sayline.Invalid, format, args...)
}
