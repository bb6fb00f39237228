package studio

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/ways"
)

func hexOf(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

// attach sends a file to keep.
func attach(w http.ResponseWriter, mediaType, name string, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, err := w.Write(body)
	return err
}

// codeFile is a touchpoint's code in a format and size of one's choosing.
func (s *Studio) codeFile(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	t := v.Brand.Index.Touchpoint(r.PathValue("touchpoint"))
	if t == nil {
		return errNoTouchpoint
	}
	q := r.URL.Query()
	return s.sendCode(w, r, v, s.Book(r, v.Brand).Link(t.ID, ways.Fill{Ref: q.Get("ref")}), v.Brand.ID+"-"+t.ID, ways.Q)
}

// productFile is a product's code.
func (s *Studio) productFile(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	label, err := s.Book(r, v.Brand).Product(readLink(r.URL.Query()))
	if err != nil {
		return err
	}
	return s.sendCode(w, r, v, label.Address, v.Brand.ID+"-"+label.Link.GTIN, ways.M)
}

// sendCode draws an address as the query asks: level, mm, px, colour, letters.
func (s *Studio) sendCode(w http.ResponseWriter, r *http.Request, v *auth.Viewer, address, name string, level ways.Level) error {
	q := r.URL.Query()
	code, err := ways.Encode(address, ways.Level(cmp.Or(q.Get("level"), string(level))))
	if err != nil {
		return err
	}
	p, err := readPrint(q, v.Brand.Look.Color)
	if err != nil {
		return err
	}
	var body []byte
	mediaType := ""
	format := r.PathValue("format")
	switch format {
	case "svg":
		mediaType = "image/svg+xml"
		body, err = code.SVG(p)
	case "png":
		mediaType = "image/png"
		body, err = code.PNG(p)
	case "pdf":
		mediaType = "application/pdf"
		body, err = code.PDF(p, s.Now())
	default:
		return sayline.Errorf(sayline.NotFound, "There is no such format.")
	}
	if err != nil {
		return err
	}
	return attach(w, mediaType, name+"."+format, body)
}

func readPrint(q url.Values, colour string) (ways.Print, error) {
	p := ways.Print{MM: qrMillimetres, Letters: q.Get("letters") != ""}
	if q.Get("colour") != "" {
		p.Colour = colour
	}
	if mm := q.Get("mm"); mm != "" {
		n, err := strconv.ParseFloat(mm, 64)
		if err != nil {
			return p, sayline.Errorf(sayline.Invalid, "Expected a width in millimetres.")
		}
		p.MM = n
	}
	if px := q.Get("px"); px != "" {
		n, err := strconv.Atoi(px)
		if err != nil {
			return p, sayline.Errorf(sayline.Invalid, "Expected a width in pixels.")
		}
		p.Pixels = n
	}
	return p, nil
}

// tagFile is the message of an NFC tag, for a programmer that takes files.
func (s *Studio) tagFile(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	t := v.Brand.Index.Touchpoint(r.PathValue("touchpoint"))
	if t == nil {
		return errNoTouchpoint
	}
	return attach(w, "application/octet-stream", v.Brand.ID+"-"+t.ID+".ndef", ways.NDEF(s.Book(r, v.Brand).Link(t.ID, ways.Fill{})))
}

// sheetPage is one sheet, ready to print.
func (s *Studio) sheetPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	t := v.Brand.Index.Touchpoint(r.PathValue("touchpoint"))
	if t == nil {
		return errNoTouchpoint
	}
	q := r.URL.Query()
	o := ways.Order{Sheet: ways.Way(r.PathValue("sheet")), Langs: readLangs(q), Copies: 1, Plain: q.Get("plain") != "", Items: []ways.Item{{Touchpoint: t.ID, Ref: q.Get("ref")}}}
	if o.Sheet == ways.Sticker {
		o.Copies = stickersOnASheet
	}
	b := s.Book(r, v.Brand)
	var doc bytes.Buffer
	if err := b.Document(&doc, o, nil); err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", b.SheetPolicy(o.Sheet).String())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err := w.Write(doc.Bytes())
	return err
}

// stickersOnASheet fill it.
const stickersOnASheet = 8

// readLangs are the one or two languages of a sheet; the same twice is one.
func readLangs(q url.Values) []string {
	var list []string
	for _, name := range []string{"lang", "second"} {
		if l := q.Get(name); l != "" && !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	return list
}
