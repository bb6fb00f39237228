package desk

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
)

// pageSize is how many cases a page of the list has.
const pageSize = 40

// Whose cases the list shows.
const (
	showMine = "mine"
	showTeam = "team"
	showAll  = "all"
)

// list is a page of cases, as the left side of the desk.
type list struct {
	Fallen []fallen
	Muted  []muted
	Show   string // mine, team or all
	Done   bool   // the resolved ones
	Narrow narrowing
	Tabs   []tab
	Rows   []row
	N      int    // how many there are, as far as is counted
	Count  string // the same in figures; "" where nobody counts
	More   string // address of the next page; "" at the end
	First  bool   // nothing is left out above
	query  url.Values
}

// Query is how the list is, for the addresses of what stands in it.
func (l *list) Query() string {
	if len(l.query) == 0 {
		return ""
	}
	return "?" + l.query.Encode()
}

// Key changes when the list is narrowed otherwise.
func (l *list) Key() string { return "list " + l.query.Encode() }

// tab is one way to look at the list.
type tab struct {
	Name, Path string
	Here       bool
}

// row is a case in the list.
type row struct {
	*sayline.Case
	Group   string // heading above it, where it differs from the one before
	Title   string
	About   string
	Feeling int
	Href    string
	Here    bool      // it is the one that is open
	Picked  bool      // chosen, with others
	Lane    string    // name of the private lane; "" in the open
	Due     time.Time // the clock that runs; zero for none
	State   string    // in words, where no clock runs
}

// groups are the headings of the sections.
var groups = [...]string{store.WaitingCritical: "desk_waiting", store.WaitingUrgent: "desk_waiting", store.WaitingNormal: "desk_waiting",
	store.Taken: "desk_taken", store.WaitingQuiet: "desk_rest", store.Answered: "desk_rest", store.Resolved: "desk_done"}

// mostCounted is where the number of cases in a list ends: 1,000+.
const mostCounted = 1000

// list reads a page of the list the query asks for.
func (d *Desk) list(r *http.Request, v *house.View, q url.Values, open *sayline.Case) (*list, error) {
	l := &list{Show: q.Get("show"), Done: q.Get("done") != "", query: url.Values{}}
	if l.Show != showMine && l.Show != showTeam && l.Show != showAll {
		l.Show = showMine
		if len(v.Viewer.Teams) == 0 {
			l.Show = showAll
		}
	} else {
		l.query.Set("show", l.Show)
	}
	if l.Done {
		l.query.Set("done", "1")
	}
	known, err := d.carried(r.Context(), v.Viewer)
	if err != nil {
		return nil, err
	}
	l.narrow(v, q, known)
	if l.Narrow.Text != "" {
		l.Narrow.filter.Words, err = d.Store.CasesWorded(r.Context(), store.Search{Brand: v.Viewer.Brand.ID, Scope: v.Viewer.All(), Text: l.Narrow.Text})
		if err != nil {
			return nil, err
		}
	}
	l.tabs(v)
	l.chips(v)
	if err := d.saved(r, v, l); err != nil {
		return nil, err
	}
	muted, err := d.muted(r.Context(), v)
	if err != nil {
		return nil, err
	}
	l.Muted = muted
	if l.Fallen, err = d.fallen(r.Context(), v); err != nil {
		return nil, err
	}
	return l, d.fill(r.Context(), v, l, parseCursor(q.Get("after")), open)
}

// fill reads the rows from a cursor.
func (d *Desk) fill(ctx context.Context, v *house.View, l *list, at cursor, open *sayline.Case) error {
	l.First = at.id == ""
	found, next, err := d.find(ctx, v, l, at)
	if err != nil {
		return err
	}
	if err := d.count(ctx, v, l, next == nil && l.First, len(found)); err != nil {
		return err
	}
	firsts, err := d.firstOf(ctx, v.Viewer.Brand.ID, untitled(found))
	if err != nil {
		return err
	}
	group := ""
	for _, f := range found {
		r := l.row(v, f, firsts[f.ID])
		r.Here = open != nil && r.ID == open.ID
		if g := groups[f.section]; g != group {
			group, r.Group = g, v.Say(g)
		}
		l.Rows = append(l.Rows, r)
	}
	if next != nil {
		more := cloneValues(l.query)
		more.Set("after", next.String())
		l.More = v.Path("/desk") + "?" + more.Encode()
	}
	return nil
}

// untitled are the cases whose first words are their title.
func untitled(found []found) (list []*sayline.Case) {
	for _, f := range found {
		if f.Topic == "" {
			list = append(list, f.Case)
		}
	}
	return list
}

// count says how many cases there are. What a person is responsible for is not
// in the rows, so that of it only a whole list can be counted.
func (d *Desk) count(ctx context.Context, v *house.View, l *list, whole bool, here int) error {
	switch {
	case whole:
		l.N, l.Count = here, v.Num(int64(here))
		return nil
	case l.Show == showMine:
		return nil
	}
	q := store.CasesQuery{Brand: v.Viewer.Brand.ID, Filter: l.Narrow.filter}
	l.aim(v, &q)
	n, err := d.Store.CountCases(ctx, q, l.Narrow.in, mostCounted)
	l.N, l.Count = n, capped(v, n, mostCounted)
	return err
}

// tabs are mine, team and all, those that differ for this viewer.
func (l *list) tabs(v *house.View) {
	names := []string{showMine, showTeam, showAll}
	if v.Viewer.Role == sayline.Member {
		names = names[:2]
	}
	if len(v.Viewer.Teams) == 0 {
		names = []string{showMine, showAll}
	}
	for _, name := range names {
		q := cloneValues(l.query)
		q.Set("show", name)
		l.Tabs = append(l.Tabs, tab{v.Say("desk_" + name), v.Path("/desk") + "?" + q.Encode(), name == l.Show})
	}
}

// DoneToggle is the list of the resolved cases, or the way back from it.
func (l *list) DoneToggle(v *house.View) tab {
	q := cloneValues(l.query)
	if l.Done {
		q.Del("done")
		return tab{v.Say("desk_show_open"), v.Path("/desk") + "?" + q.Encode(), true}
	}
	q.Set("done", "1")
	return tab{v.Say("desk_show_done"), v.Path("/desk") + "?" + q.Encode(), false}
}

func cloneValues(q url.Values) url.Values {
	c := url.Values{}
	for k, list := range q {
		c[k] = list
	}
	return c
}

// cursor is the last row shown.
type cursor struct {
	section store.Section
	at      time.Time
	id      string
}

func (c cursor) String() string {
	return strconv.Itoa(int(c.section)) + "." + strconv.FormatInt(c.at.UnixMicro(), 10) + "." + c.id
}

// parseCursor reads what String writes; anything else is the beginning.
func parseCursor(s string) cursor {
	parts := strings.SplitN(s, ".", 3)
	if len(parts) != 3 {
		return cursor{}
	}
	section, err := strconv.Atoi(parts[0])
	at, err2 := strconv.ParseInt(parts[1], 10, 64)
	if cmp.Or(err, err2) != nil || section < 0 || section > int(store.Resolved) || parts[2] == "" {
		return cursor{}
	}
	return cursor{store.Section(section), time.UnixMicro(at).UTC(), parts[2]}
}

// found is a case and the section it was found in.
type found struct {
	*sayline.Case
	section store.Section
}

// mostReads bounds how often a page reads on past cases that are not the viewer's.
const mostReads = 12

// find reads the sections in order from a cursor until the page is full. next is
// where it goes on; nil at the end.
func (d *Desk) find(ctx context.Context, v *house.View, l *list, at cursor) (page []found, next *cursor, err error) {
	reads := 0
	for _, s := range l.Narrow.in {
		if s < at.section {
			continue
		}
		q := store.CasesQuery{Brand: v.Viewer.Brand.ID, Section: s, Filter: l.Narrow.filter, Limit: pageSize + 1}
		if s == at.section {
			q.AfterAt, q.AfterID = at.at, at.id
		}
		keep := l.aim(v, &q)
		for more := true; more; reads++ {
			cases, err := d.Store.Cases(ctx, q)
			if err != nil {
				return nil, nil, err
			}
			more = len(cases) == q.Limit
			for _, c := range cases {
				if len(page) == pageSize || reads == mostReads {
					last := cursor{s, q.AfterAt, q.AfterID}
					return page, &last, nil
				}
				q.AfterAt, q.AfterID = s.At(c), c.ID
				if keep(c) {
					page = append(page, found{c, s})
				}
			}
		}
	}
	return page, nil, nil
}

// aim sets whose cases a query reads, and gives what the query can't say. Mine
// is what I am on, and what waits for whoever is on duty while that is me.
func (l *list) aim(v *house.View, q *store.CasesQuery) (keep func(*sayline.Case) bool) {
	keep = func(*sayline.Case) bool { return true }
	switch l.Show {
	case showAll:
		q.Scope = v.Viewer.All()
		return keep
	case showTeam:
		q.Scope = v.Viewer.Team()
		return keep
	}
	switch q.Section {
	case store.Taken, store.Answered, store.Resolved:
		q.Scope, q.Owner = v.Viewer.All(), v.Viewer.Person.ID
		return keep
	}
	q.Scope = v.Viewer.Team()
	if v.Viewer.Brand.LastResort == v.Viewer.Person.ID {
		q.Scope = v.Viewer.All()
	}
	return func(c *sayline.Case) bool { return responsible(v.Viewer, c, v.Now) }
}

// responsible says whether a case waits for this very person now.
func responsible(v *auth.Viewer, c *sayline.Case, now time.Time) bool {
	return v.Brand.Roster.Who(c.Team, c.Place, now).Person == v.Person.ID
}

// row describes a case for the list; first is the moment that opened it, where
// its words are the title.
func (l *list) row(v *house.View, f found, first *sayline.Moment) row {
	c := f.Case
	r := row{Case: c, Feeling: house.MainFeeling(c.Feelings), Href: v.Path("/desk/") + c.ID + l.Query()}
	r.Title = v.Names.Title(c, first)
	r.About = house.Join(" · ", v.Count("moments", max(c.Moments, 0)), v.Names.Team(c.Team, c.Place))
	if c.Lane != "" {
		r.Lane = v.Names.Lane(c.Lane)
	}
	switch {
	case f.section <= store.WaitingNormal && c.Lane == "":
		r.Due = c.AckBy
	case c.Lane != "":
		r.State = v.Day(c.LastAt)
	case f.section == store.Taken:
		r.State = v.Names.Person(c.Owner)
	case f.section == store.Answered:
		r.State = v.Say("desk_answered")
	default:
		r.State = v.At(c.LastAt)
	}
	return r
}
