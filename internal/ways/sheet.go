package ways

import (
	"embed"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/look"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

//go:embed sheets
var sheetFiles embed.FS

var sheetPages = template.Must(template.New("").ParseFS(sheetFiles, "sheets/*.html"))

// perSheet is how many stickers go on a sheet: two by four of 99.1 × 67.7 mm,
// the label stock sold as L7165.
const perSheet = 8

// MostCopies is how many of the same sticker are made at once.
const MostCopies = 200

// document is a file of sheets.
type document struct {
	Plain  bool
	Sheet  Way
	Lang   string
	Dir    string
	Title  string
	Print  string // the button's words
	Style  template.HTML
	Script template.HTML
	Sheets [][]face // one face each, stickers several
}

// printScript is behind the one button of a document on screen.
const printScript = `document.querySelector('button').onclick=()=>print()`

// check refuses what could not be printed, and fills in what was not said.
func (b *Book) check(o *Order) error {
	if !slices.Contains(Sheets, o.Sheet) {
		return sayline.Errorf(sayline.Invalid, "There is no sheet %q.", string(o.Sheet))
	}
	if len(o.Langs) == 0 {
		o.Langs = []string{b.Language()}
	}
	for _, l := range o.Langs {
		if !slices.Contains(b.Languages, l) {
			return sayline.Errorf(sayline.Invalid, "Expected one of the brand's languages, got %q.", l)
		}
	}
	if len(o.Langs) > 2 {
		return sayline.Errorf(sayline.Invalid, "A sheet has one or two languages.")
	}
	o.Copies = max(o.Copies, 1)
	if o.Copies > MostCopies {
		return sayline.Errorf(sayline.Invalid, "At most %d copies.", MostCopies)
	}
	return nil
}

// Document writes an order as one print-ready HTML file that needs nothing else:
// a page box per sheet, in exact millimetres, with the fonts of the machine that
// prints it, which shape every script it can show. each is called before each
// item and ends the work by an error; it may be nil. Errors: [sayline.Invalid]
// for what can't be printed, [sayline.NotFound] for a touchpoint that isn't there.
func (b *Book) Document(w io.Writer, o Order, each func(done int) error) error {
	if err := b.check(&o); err != nil {
		return err
	}
	tongue := b.Words.In(o.Langs[0])
	style, script := b.SheetStyle(o.Sheet), printScript
	d := document{Plain: o.Plain, Sheet: o.Sheet, Lang: o.Langs[0], Dir: words.Direction(o.Langs[0]), Title: b.Line(nil, "invitation", o.Langs[0]), Print: tongue.Say("way_print"),
		Style: template.HTML("<style>" + style + "</style>"), Script: template.HTML("<script>" + script + "</script>")}
	for i, item := range o.Items {
		if each != nil {
			if err := each(i); err != nil {
				return err
			}
		}
		f, err := b.face(o, item)
		if err != nil {
			return err
		}
		if o.Sheet != Sticker {
			d.Sheets = append(d.Sheets, []face{f})
			continue
		}
		for range o.Copies {
			if n := len(d.Sheets); n == 0 || len(d.Sheets[n-1]) == perSheet {
				d.Sheets = append(d.Sheets, nil)
			}
			last := &d.Sheets[len(d.Sheets)-1]
			*last = append(*last, f)
		}
	}
	return sheetPages.ExecuteTemplate(w, "document", d)
}

// pages are the paper of each sheet.
var pages = map[Way]string{Receipt: "80mm 150mm"}

// SheetStyle is the whole style of a document: the same for all of a brand's
// sheets of a kind, so that a page may allow it by its hash.
func (b *Book) SheetStyle(sheet Way) string {
	css, err := sheetFiles.ReadFile("sheets/sheets.css")
	if err != nil {
		panic("ways: " + err.Error()) // embedded: cannot be missing
	}
	day, _ := look.Of(b.Look.Color)
	size := pages[sheet]
	if size == "" {
		size = "210mm 297mm"
	}
	var s strings.Builder
	s.WriteString(":root{--brand:" + day.Fill + ";--on-brand:" + day.On + ";--fill:" + day.Fill + ";--on:" + day.On + ";--mark:" + day.Mark + ";--wash:" + day.Wash + ";--code:" + Ink(b.Look.Color) + "}@page{size:" + size + ";margin:0}")
	s.WriteString(web.SqueezeCSS(string(css)))
	for pt := 4; pt <= mostPoints; pt++ {
		n := strconv.Itoa(pt)
		s.WriteString(".s" + n + "{font-size:" + n + "pt}")
	}
	return s.String()
}

// mostPoints is the largest size of any words.
const mostPoints = 92

// SheetPolicy is what a document may do when it is shown as a page.
func (b *Book) SheetPolicy(sheet Way) web.Policy {
	return web.Policy{Styles: []string{web.Hash(b.SheetStyle(sheet))}, Scripts: []string{web.Hash(printScript)}, Images: []string{"data:"}, Frames: []string{"'self'"}}
}
