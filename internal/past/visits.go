package past

import (
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sayline/sayline"
)

// VisitLine is a line of a file of visits.
type VisitLine struct {
	Line   int
	Visits sayline.Visits
	Err    error // why it can't be read
}

// visitColumns are what the columns of such a file are called.
var visitColumns = map[string][]string{
	"date":       {"date", "day", "fecha", "día", "datum", "data", "tag", "jour", "التاريخ", "اليوم", "日期", "日付"},
	"hour":       {"hour", "hora", "stunde", "heure", "ora", "الساعة", "小时", "時"},
	"touchpoint": {"touchpoint", "punto de contacto", "نقطة التواصل"},
	"place":      {"place", "location", "store", "shop", "branch", "lugar", "tienda", "sucursal", "filiale", "magasin", "negozio", "loja", "المكان", "الفرع"},
	"kind":       {"kind", "type", "tipo", "art", "النوع"},
	"count":      {"count", "number", "visits", "visitors", "n", "número", "visitas", "anzahl", "nombre", "العدد"},
}

var (
	errVisitDate  = &sayline.Error{Kind: sayline.Invalid, Key: "visits_no_date", Message: "No column is called date."}
	errVisitN     = &sayline.Error{Kind: sayline.Invalid, Key: "visits_no_count", Message: "No column is called count."}
	errVisitBoth  = &sayline.Error{Kind: sayline.Invalid, Key: "visits_both", Message: "Give a touchpoint or a place, not both."}
	errVisitHour  = &sayline.Error{Kind: sayline.Invalid, Key: "visits_hour", Message: "The hour is none from 0 to 23."}
	errVisitCount = &sayline.Error{Kind: sayline.Invalid, Key: "visits_count", Message: "The count is no whole number from 0 to a thousand millions."}
	errVisitPoint = &sayline.Error{Kind: sayline.Invalid, Key: "past_touchpoint", Message: "There is no such touchpoint."}
	errVisitsMany = &sayline.Error{Kind: sayline.Invalid, Key: "visits_many", Message: "These are more than 20,000 lines. Bring them in parts."}
	errVisitPlace = &sayline.Error{Kind: sayline.Invalid, Key: "visits_place", Message: "There is no such place."}
)

// Visits reads a whole file of visits: those that are good and, of those that are
// not, each with its line and why. An error is of the file.
func Visits(file io.Reader, b *sayline.Config, ix *sayline.Index, now time.Time) (good []sayline.Visits, wrong []VisitLine, err error) {
	sheet, err := Open(file)
	if err != nil {
		return nil, nil, err
	}
	r := &visitReader{brand: b, at: map[string]int{}, points: map[string]*sayline.Touchpoint{}, places: map[string]*sayline.Place{}}
	if err := r.columns(sheet.Columns); err != nil {
		return nil, nil, err
	}
	lines, err := r.lines(sheet)
	if err != nil {
		return nil, nil, err
	}
	check := sayline.NewVisitCheck(b, ix, now)
	for _, l := range lines {
		if !r.clocked && !r.hours() { // every date at midnight is a date
			l.Visits.Hour = sayline.WholeDay
		}
		if l.Err == nil {
			l.Err = check.Next(&l.Visits)
		}
		if l.Err != nil {
			wrong = append(wrong, l)
		} else {
			good = append(good, l.Visits)
		}
	}
	return good, wrong, nil
}

// lines reads all of them: there are no more than can be brought at once.
func (r *visitReader) lines(sheet *Sheet) (list []VisitLine, err error) {
	for {
		cells, line, err := sheet.Next()
		if err == io.EOF {
			return list, nil
		}
		if err != nil && cells == nil && line == 0 {
			return nil, err
		}
		if len(list) == sayline.MostVisitLines {
			return nil, errVisitsMany
		}
		l := VisitLine{Line: line, Err: err}
		if err == nil {
			l.Visits, l.Err = r.read(cells)
		}
		list = append(list, l)
	}
}

// visitReader makes visits of a file's rows.
type visitReader struct {
	brand  *sayline.Config
	at     map[string]int // column → where it is
	points map[string]*sayline.Touchpoint
	places map[string]*sayline.Place

	clocked bool // some date says when on its day, other than midnight
}

// hours says whether there is a column of hours.
func (r *visitReader) hours() bool { _, ok := r.at["hour"]; return ok }

// columns finds which is which by their names.
func (r *visitReader) columns(names []string) error {
	for column, called := range visitColumns {
		for _, name := range called {
			if i := slices.IndexFunc(names, func(c string) bool { return plain(c) == plain(name) }); i >= 0 {
				r.at[column] = i
				break
			}
		}
	}
	if _, ok := r.at["date"]; !ok {
		return errVisitDate
	}
	if _, ok := r.at["count"]; !ok {
		return errVisitN
	}
	for i := range r.brand.Touchpoints {
		t := &r.brand.Touchpoints[i]
		name(r.points, t, t.ID, t.Name)
	}
	for i := range r.brand.Places {
		p := &r.brand.Places[i]
		name(r.places, p, p.ID, p.Name)
	}
	return nil
}

func (r *visitReader) read(cells []string) (v sayline.Visits, err error) {
	get := func(column string) string {
		if i, ok := r.at[column]; ok && i < len(cells) {
			return strings.TrimSpace(cells[i])
		}
		return ""
	}
	for _, c := range cells {
		if !utf8.ValidString(c) || strings.ContainsRune(c, 0) {
			return v, errText
		}
	}
	at, err := parseWhen(get("date"), r.brand.Location(), true)
	if err != nil {
		return v, err
	}
	at = at.In(r.brand.Location())
	v.Day, v.Hour, v.Kind = at.Format(time.DateOnly), sayline.WholeDay, sayline.KnownVisitKind(get("kind"))
	if strings.Contains(get("date"), ":") && !r.hours() {
		v.Hour = at.Hour()
		r.clocked = r.clocked || at.Hour()+at.Minute() > 0
	}
	if hour := get("hour"); hour != "" {
		if v.Hour, err = parseHour(hour); err != nil {
			return v, err
		}
	}
	if v.N, err = parseCount(get("count")); err != nil {
		return v, err
	}
	point, place := get("touchpoint"), get("place")
	switch {
	case point != "" && place != "":
		return v, errVisitBoth
	case point != "":
		t := r.points[plain(point)]
		if t == nil {
			return v, errVisitPoint
		}
		v.About, v.Subject = sayline.VisitsAtTouchpoint, t.ID
	case place != "":
		p := r.places[plain(place)]
		if p == nil {
			return v, errVisitPlace
		}
		v.About, v.Subject = sayline.VisitsAtPlace, p.ID
	default:
		v.About = sayline.VisitsAnywhere
	}
	return v, nil
}

// parseHour reads 14 and 14:00.
func parseHour(s string) (int, error) {
	s = strings.TrimSuffix(s, ":00")
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 23 {
		return 0, errVisitHour
	}
	return n, nil
}

var grouped = regexp.MustCompile(`^\d{1,3}([., ’']\d{3})+$`)

// parseCount reads a whole number; its thousands may be parted.
func parseCount(s string) (int64, error) {
	if grouped.MatchString(s) {
		s = strings.NewReplacer(".", "", ",", "", " ", "", "’", "", "'", "").Replace(s)
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > sayline.MostVisits {
		return 0, errVisitCount
	}
	return n, nil
}
