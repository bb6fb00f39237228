package atlas

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/web"
)

// The columns of the map as a table (RFC 4180, UTF-8). Those of words come once
// for each of the brand's languages: purpose:en, purpose:es.
var (
	plainColumns = []string{"id", "audiences", "stage", "channel", "place", "product", "owner", "silent", "message", "intended_face", "intended_topic", "opposite_topic", "only_here_words", "topics"}
	wordColumns  = []string{"name", "purpose", "promise", "tone", "only_here", "intended_feeling"}
)

// exportTable is the map as a table.
func (a *Atlas) exportTable(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	var out bytes.Buffer
	writeTable(&out, v.Brand, func(t *sayline.Touchpoint) bool { return sees(v, t) })
	w.Header().Set("Content-Disposition", `attachment; filename="`+v.Brand.ID+`-map.csv"`)
	web.Send(w, r, http.StatusOK, "text/csv; charset=utf-8", out.Bytes())
	return nil
}

// writeTable writes those of a brand's touchpoints that are wanted; out takes everything.
func writeTable(out io.Writer, b *brands.Snapshot, wanted func(*sayline.Touchpoint) bool) {
	_, _ = io.WriteString(out, "\ufeff") // or spreadsheets take it for another encoding
	rows := csv.NewWriter(out)
	rows.UseCRLF = true
	head := slices.Clone(plainColumns)
	for _, name := range wordColumns {
		for _, l := range b.Languages {
			head = append(head, name+":"+l)
		}
	}
	_ = rows.Write(head)
	for i := range b.Touchpoints {
		if t := &b.Touchpoints[i]; wanted(t) {
			_ = rows.Write(tableRow(b, t))
		}
	}
	rows.Flush()
}

func tableRow(b *brands.Snapshot, t *sayline.Touchpoint) []string {
	face, silent := "", ""
	if t.Face > 0 {
		face = strconv.Itoa(t.Face)
	}
	if t.Silent {
		silent = "yes"
	}
	row := []string{t.ID, strings.Join(t.Audiences, " "), t.Stage, t.Channel, t.Place, t.Product, t.Owner, silent, t.Message, face, t.FeelingTopic, t.OppositeTopic, strings.Join(t.OnlyHereWords, ", "), strings.Join(t.Topics, " ")}
	for _, words := range tableWords(t) {
		for _, l := range b.Languages {
			row = append(row, own(b, *words, l))
		}
	}
	for i := range row {
		row[i] = cell2text(row[i])
	}
	return row
}

// cell2text keeps a spreadsheet from reading words as a formula; [text2cell] takes
// it away again.
func cell2text(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r'", rune(s[0])) {
		return "'" + s
	}
	return s
}

func text2cell(s string) string { return strings.TrimPrefix(s, "'") }

// tableWords are the words of a touchpoint, in the order of [wordColumns].
func tableWords(t *sayline.Touchpoint) []*sayline.Text {
	return []*sayline.Text{&t.Name, &t.Purpose, &t.Promise, &t.Tone, &t.OnlyHere, &t.Feeling}
}

// readTable changes a brand's touchpoints as a table says: those it names by id
// are changed in the columns it has, others are added, none is removed. May says
// which are on the map of whoever sends it.
func readTable(c *sayline.Config, src []byte, may func(*sayline.Touchpoint) bool) error {
	rows := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(src, []byte("\ufeff"))))
	rows.FieldsPerRecord = -1
	if first, _, _ := bytes.Cut(src, []byte("\n")); bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		rows.Comma = ';' // as spreadsheets write it where the comma is in the numbers
	}
	head, err := rows.Read()
	if err != nil {
		return tableFault(1, "expected a table with a first line of column names")
	}
	for i := range head {
		head[i] = strings.TrimSpace(head[i])
	}
	if !slices.Contains(head, "id") {
		return tableFault(1, "expected a column called id")
	}
	for {
		cells, err := rows.Read()
		if err == io.EOF {
			return nil
		}
		line, _ := rows.FieldPos(0)
		if err != nil {
			return tableFault(line, "expected cells between commas, words with a comma or a quote in quotes")
		}
		if err := readRow(c, head, cells, line, may); err != nil {
			return err
		}
	}
}

func tableFault(line int, what string) error {
	return &sayline.Error{Kind: sayline.AtFault, Message: fmt.Sprintf("Line %d of the table: %s.", line, what)}
}

// readRow changes or adds one touchpoint.
func readRow(c *sayline.Config, head, cells []string, line int, may func(*sayline.Touchpoint) bool) error {
	id := strings.TrimSpace(cellOf(head, cells, "id"))
	if id == "" {
		return nil // an empty line
	}
	i := slices.IndexFunc(c.Touchpoints, func(t sayline.Touchpoint) bool { return t.ID == id })
	if i < 0 {
		c.Touchpoints = append(c.Touchpoints, sayline.Touchpoint{ID: id, Silent: !slices.Contains(head, "silent")})
		i = len(c.Touchpoints) - 1
	}
	t := &c.Touchpoints[i]
	if !may(t) {
		return tableFault(line, fmt.Sprintf("%q can't be changed or added by you", id))
	}
	for at, name := range head {
		if at >= len(cells) {
			break
		}
		if !setCell(c, t, name, strings.TrimSpace(text2cell(cells[at]))) {
			return tableFault(line, fmt.Sprintf("unknown column %q", name))
		}
	}
	return nil
}

func cellOf(head, cells []string, name string) string {
	if i := slices.Index(head, name); i >= 0 && i < len(cells) {
		return text2cell(cells[i])
	}
	return ""
}

// setCell gives a touchpoint what a cell says; false for a column there is not.
func setCell(c *sayline.Config, t *sayline.Touchpoint, name, value string) bool {
	member, lang, ofLanguage := strings.Cut(name, ":")
	if i := slices.Index(wordColumns, member); i >= 0 {
		if !ofLanguage {
			lang = c.Languages[0]
		}
		words := tableWords(t)[i]
		*words = reworded(*words, lang, c.Languages[0], value)
		return true
	}
	texts := map[string]*string{"stage": &t.Stage, "channel": &t.Channel, "place": &t.Place, "product": &t.Product, "owner": &t.Owner, "message": &t.Message, "intended_topic": &t.FeelingTopic, "opposite_topic": &t.OppositeTopic}
	switch {
	case texts[name] != nil:
		*texts[name] = value
	case name == "audiences":
		t.Audiences = strings.Fields(value)
	case name == "topics":
		t.Topics = strings.Fields(value)
	case name == "only_here_words":
		t.OnlyHereWords = listed(value)
	case name == "silent":
		t.Silent = slices.Contains([]string{"yes", "true", "1", "x"}, strings.ToLower(value))
	case name == "intended_face":
		if n, err := strconv.Atoi(value); value == "" || err == nil {
			t.Face = n
		} else {
			t.Face = -1 // which the brand's own check tells
		}
	default:
		return name == "id"
	}
	return true
}

// tablePage is the data of the import: the table, and what it would do.
type tablePage struct {
	*house.View
	Table   string
	Base    int // version it was looked at on
	Changes []string
	More    int
	Wrong   string
	Looked  bool
}

const (
	maxTable     = 2 << 20
	changesShown = 60
)

func (a *Atlas) tablePage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	p := &tablePage{View: a.NewView(r, v)}
	p.Room, p.Title = "map", p.Say("map_table_title")
	return a.Render(w, r, http.StatusOK, a.table, p)
}

// importTable shows what a table would change, and with the form's "make" does
// it, on the version it was looked at on.
func (a *Atlas) importTable(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := tableForm(w, r)
	if err != nil {
		return err
	}
	p := &tablePage{View: a.NewView(r, v), Table: form.Get("table"), Looked: true}
	p.Room, p.Title, p.Scripts = "map", p.Say("map_table_title"), []string{"map.js"}
	stored, err := a.Store.Config(r.Context(), v.Brand.ID)
	if err != nil {
		return err
	}
	p.Base = stored.Version
	next := *stored.Config
	next.Touchpoints = slices.Clone(next.Touchpoints)
	if err = readTable(&next, []byte(p.Table), func(t *sayline.Touchpoint) bool { return sees(v, t) }); err == nil {
		err = next.Validate()
	}
	if err != nil {
		p.Wrong = faults(err, &next)
		return a.Render(w, r, http.StatusUnprocessableEntity, a.table, p)
	}
	changes := brandfile.Diff(stored.Config, &next)
	if base, _ := strconv.Atoi(form.Get("base")); form.Get("make") != "" && base == stored.Version && len(changes) > 0 {
		if _, err := a.Store.SaveConfig(r.Context(), &next, base, v.Person.ID); err != nil {
			return err
		}
		if err := a.Reload(r.Context(), v.Brand.ID); err != nil {
			return err
		}
		return house.Done(w, r, p.Path("/map"), "map_kept")
	}
	for _, c := range changes {
		p.Changes = append(p.Changes, c.String())
	}
	p.More = max(0, len(p.Changes)-changesShown)
	p.Changes = p.Changes[:min(len(p.Changes), changesShown)]
	return a.Render(w, r, http.StatusOK, a.table, p)
}

// tableForm reads a table that was pasted, or a file that was chosen.
func tableForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxTable)
	if err := r.ParseMultipartForm(maxTable); err != nil && err != http.ErrNotMultipart {
		return nil, sayline.Errorf(sayline.TooLarge, "This table is too large, or can't be read.").Because(err)
	}
	form := r.PostForm
	if r.MultipartForm != nil && len(r.MultipartForm.File["file"]) > 0 {
		f, err := r.MultipartForm.File["file"][0].Open()
		if err != nil {
			return nil, sayline.Errorf(sayline.Invalid, "This file can't be read.").Because(err)
		}
		defer f.Close()
		src, err := io.ReadAll(f)
		if err != nil {
			return nil, sayline.Errorf(sayline.Invalid, "This file can't be read.").Because(err)
		}
		if len(src) > 0 {
			form.Set("table", string(src))
		}
	}
	form.Set("table", strings.ToValidUTF8(form.Get("table"), "\ufffd"))
	return form, nil
}

// faults says what is wrong with a table: at which touchpoint, by its id as it
// stands in the table, and in which column.
func faults(err error, c *sayline.Config) string {
	var list []string
	if e, ok := err.(*sayline.Error); ok {
		for _, f := range e.Fields {
			where := f.Pointer
			if at, column, _ := strings.Cut(strings.TrimPrefix(where, "/touchpoints/"), "/"); at != where {
				if i, err := strconv.Atoi(at); err == nil && i < len(c.Touchpoints) {
					where = house.Join(", ", c.Touchpoints[i].ID, strings.ReplaceAll(column, "/", " "))
				}
			}
			list = append(list, where+": "+f.Detail)
		}
		if len(list) == 0 {
			return e.Message
		}
	}
	return strings.Join(list, "\n")
}
