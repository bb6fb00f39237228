package past

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sayline/sayline"
)

// Reader makes moments of a sheet's rows.
type Reader struct {
	sheet   *Sheet
	brand   *sayline.Config
	index   *sayline.Index
	mapping Mapping
	at      map[string]int // member → its column
	zone    *time.Location
	front   *sayline.Touchpoint // where rows without a touchpoint belong
	points  map[string]*sayline.Touchpoint
	topics  map[string]*sayline.Topic
	now     time.Time
}

// Row is one row read.
type Row struct {
	Line   int
	Key    string // what tells it from all others: a hash
	Moment *sayline.Moment
	Err    error // why it can't be a moment; then Moment is nil
}

// NewReader reads a sheet for a brand. Errors name what is wrong with the mapping.
func NewReader(s *Sheet, b *sayline.Config, ix *sayline.Index, m Mapping, now time.Time) (*Reader, error) {
	r := &Reader{sheet: s, brand: b, index: ix, mapping: m, at: map[string]int{}, zone: b.Location(), now: now, points: map[string]*sayline.Touchpoint{}, topics: map[string]*sayline.Topic{}}
	for _, member := range Members {
		if c := *r.mapping.Column(member); c != "" {
			i := slices.Index(s.Columns, c)
			if i < 0 {
				return nil, sayline.Errorf(sayline.AtFault, "The file has no column %q.", c)
			}
			r.at[member] = i
		}
	}
	if m.Text+m.Title+m.Rating == "" {
		return nil, sayline.Errorf(sayline.AtFault, "Say which column has the words, or the rating.")
	}
	if m.At == "" {
		return nil, sayline.Errorf(sayline.AtFault, "Say which column has the date.")
	}
	if m.Zone != "" {
		zone, err := time.LoadLocation(m.Zone)
		if err != nil {
			return nil, sayline.Errorf(sayline.AtFault, "Expected a time zone such as Europe/Madrid, got %q.", m.Zone)
		}
		r.zone = zone
	}
	if r.front = ix.FrontDoor(); m.Default != "" {
		r.front = ix.Touchpoint(m.Default)
	}
	if r.front == nil || r.front.Lane != "" {
		return nil, sayline.Errorf(sayline.AtFault, "Choose a touchpoint that is not private.")
	}
	for i := range b.Touchpoints {
		t := &b.Touchpoints[i]
		name(r.points, t, t.ID, t.Name)
	}
	for i := range b.Topics {
		t := &b.Topics[i]
		name(r.topics, t, t.ID, t.Label)
	}
	return r, nil
}

// name enters something under its id and all its names; the first one keeps a name.
func name[T any](all map[string]*T, thing *T, id string, text sayline.Text) {
	for _, n := range append([]string{id}, texts(text)...) {
		if k := plain(n); k != "" && all[k] == nil {
			all[k] = thing
		}
	}
}

func texts(t sayline.Text) []string {
	var list []string
	for _, s := range t {
		list = append(list, s)
	}
	slices.Sort(list)
	return list
}

// Next reads a row; its error is io.EOF at the end, or of the file.
func (r *Reader) Next() (Row, error) {
	cells, line, err := r.sheet.Next()
	if err != nil && (cells == nil && line == 0) {
		return Row{}, err
	}
	row := Row{Line: line, Err: err}
	if err == nil {
		row.Moment, row.Key, row.Err = r.moment(cells)
	}
	if row.Err != nil {
		row.Moment = nil
	}
	return row, nil
}

func (r *Reader) moment(cells []string) (*sayline.Moment, string, error) {
	get := func(member string) string {
		if i, ok := r.at[member]; ok && i < len(cells) {
			return strings.TrimSpace(cells[i])
		}
		return ""
	}
	for _, c := range cells {
		if !utf8.ValidString(c) || strings.ContainsRune(c, 0) {
			return nil, "", errText
		}
	}
	at, err := parseWhen(get("at"), r.zone, r.mapping.DayFirst)
	switch {
	case err != nil:
		return nil, "", err
	case at.After(r.now):
		return nil, "", errAhead
	case at.Before(r.now.Add(-r.brand.RetainFor(sayline.Unidentified))):
		return nil, "", errOld
	}
	m := &sayline.Moment{Brand: r.brand.ID, Text: get("text"), Lang: get("lang"), Class: sayline.Unidentified, ReceivedAt: at.UTC().Truncate(time.Microsecond)}
	if title := get("title"); title != "" && title != m.Text {
		m.Text = strings.TrimSpace(title + "\n" + m.Text)
	}
	if m.Feeling, err = r.mapping.Scale.Feeling(get("rating")); err != nil {
		return nil, "", err
	}
	t := r.front
	if name := get("touchpoint"); name != "" {
		if t = r.points[plain(name)]; t == nil {
			return nil, "", errPlace
		}
	}
	m.Audience, m.Context = t.Audience(), sayline.Context{Touchpoint: t.ID, Place: t.Place, Product: cmp.Or(get("product"), t.Product)}
	if topic := r.topics[plain(get("topic"))]; topic != nil {
		m.Topic = topic.ID
		if topic.Lane != "" {
			return nil, "", errPrivate
		}
	}
	m.Kind = kind(m, r.index.Topic(m.Topic))
	switch {
	case t.Lane != "":
		return nil, "", errPrivate
	case m.Feeling == 0 && m.Text == "" && m.Topic == "":
		return nil, "", errNothing
	case utf8.RuneCountInString(m.Text) > sayline.MaxText:
		return nil, "", errLong
	}
	if len(m.Lang) > 35 {
		m.Lang = ""
	}
	return m, r.key(cells, get("key")), m.Validate()
}

// kind is its topic's, else what its feeling says.
func kind(m *sayline.Moment, topic *sayline.Topic) string {
	switch {
	case topic != nil:
		return topic.Kind
	case m.Feeling > 3:
		return "praise"
	case m.Feeling == 1, m.Feeling == 2:
		return "problem"
	}
	return sayline.KnownKind("")
}

// key tells a row from all others of its tool: by its own id, else by all it says.
func (r *Reader) key(cells []string, own string) string {
	h := sha256.New()
	parts := cells
	if own != "" {
		parts = []string{own}
	}
	for _, p := range append([]string{r.brand.ID, r.mapping.Tool}, parts...) {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}
