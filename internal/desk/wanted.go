package desk

import (
	"cmp"
	"context"
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
)

// Periods of the wanted list, in days.
var wantedDays = []int{7, 30, 90}

// wantedPage is the wanted list: product × place × times asked.
type wantedPage struct {
	*house.View
	Tabs  []tab
	Rows  []wantedRow
	Total int
	CSV   string // address of the list as a file
}

// wantedRow is one product at one place.
type wantedRow struct {
	Product, Place string
	GTIN, PlaceID  string
	Times          int
	Waiting        int // how many of them want to be told
	Last           time.Time
	Share          int // of the most wanted, in hundredths
}

// wantedTopics are those that ask for a product at a place: "can't find it".
func wantedTopics(b *sayline.Config) []string {
	var list []string
	for _, t := range b.Topics {
		if t.Lane == "" && slices.Contains(t.Needs, "product") && slices.Contains(t.Needs, "place") {
			list = append(list, t.ID)
		}
	}
	return list
}

// HasWanted says whether the brand has anything that could be wanted.
func (p *page) HasWanted() bool { return len(wantedTopics(p.Viewer.Brand.Config)) > 0 }

// wanted reads the list of some days: of the viewer's own teams and places, or
// of the whole brand for managers.
func (d *Desk) wanted(ctx context.Context, v *house.View, days int) ([]wantedRow, error) {
	at := v.Now.AddDate(0, 0, 1-days)
	since := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
	all, err := d.Store.WantedSince(ctx, v.Viewer.Brand.ID, wantedTopics(v.Viewer.Brand.Config), since)
	if err != nil {
		return nil, err
	}
	rows := map[[2]string]*wantedRow{}
	for _, w := range all {
		if !v.Viewer.MayAct(&sayline.Case{Brand: v.Viewer.Brand.ID, Team: w.Team, Place: w.Place}) {
			continue
		}
		r := rows[[2]string{w.Product, w.Place}]
		if r == nil {
			r = &wantedRow{Product: v.Names.Product(w.Product), Place: cmp.Or(v.Names.Place(w.Place), v.Say("wanted_nowhere")), GTIN: w.Product, PlaceID: w.Place}
			rows[[2]string{w.Product, w.Place}] = r
		}
		r.Times += w.Times
		r.Waiting += w.Waiting
		if w.Last.After(r.Last) {
			r.Last = w.Last
		}
	}
	list := make([]wantedRow, 0, len(rows))
	for _, r := range rows {
		list = append(list, *r)
	}
	slices.SortFunc(list, func(a, b wantedRow) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), b.Last.Compare(a.Last), cmp.Compare(a.GTIN+a.PlaceID, b.GTIN+b.PlaceID))
	})
	for i := range list {
		list[i].Share = max(1, 100*list[i].Times/list[0].Times)
	}
	return list, nil
}

// daysOf is the period asked for, a month when none is.
func daysOf(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("days"))
	if err != nil || !slices.Contains(wantedDays, n) {
		return 30
	}
	return n
}

func (d *Desk) wantedPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	days := daysOf(r)
	p := wantedPage{View: d.NewView(r, v)}
	p.Room, p.Title = "desk", p.Say("wanted_title")
	p.CSV = p.Path("/wanted.csv") + "?days=" + strconv.Itoa(days)
	for _, n := range wantedDays {
		p.Tabs = append(p.Tabs, tab{p.Count("wanted_days", n), p.Path("/wanted") + "?days=" + strconv.Itoa(n), n == days})
	}
	var err error
	if p.Rows, err = d.wanted(r.Context(), p.View, days); err != nil {
		return err
	}
	for _, row := range p.Rows {
		p.Total += row.Times
	}
	return d.Render(w, r, http.StatusOK, d.wantedPages, p)
}

// wantedFile is the list as comma-separated values.
func (d *Desk) wantedFile(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	view := d.NewView(r, v)
	list, err := d.wanted(r.Context(), view, daysOf(r))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="wanted-`+v.Brand.ID+`.csv"`)
	out := csv.NewWriter(w)
	if err := out.Write([]string{"gtin", "product", "place_id", "place", "times", "last", "to_tell"}); err != nil {
		return err
	}
	for _, row := range list {
		if err := out.Write([]string{plain(row.GTIN), plain(row.Product), plain(row.PlaceID), plain(row.Place), strconv.Itoa(row.Times), row.Last.In(v.Brand.Location()).Format(time.RFC3339), strconv.Itoa(row.Waiting)}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// plain keeps a spreadsheet from taking somebody's words for a formula
// (owasp.org/www-community/attacks/CSV_Injection).
func plain(cell string) string {
	if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r") {
		return "'" + cell
	}
	return cell
}
