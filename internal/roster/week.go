package roster

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/duty"
	"github.com/sayline/sayline/internal/feeds"
	"github.com/sayline/sayline/internal/house"
)

// weekDays is how many days a page of the roster shows.
const weekDays = 7

// weekPage is the data of the week.
type weekPage struct {
	*house.View
	Head                []cell // the days, by the brand's clock
	Rows                []row
	Holes               int // of all rows
	Teams               []choice
	Team                string // shown alone; "" for all
	Title2              string // the week in words
	Before, After, This string // addresses
	Made                []made
	Asked               []asked
	Lead                bool
	More                bool     // rows were left out
	Calendar            *address // of the team shown alone
	Kept                []kept   // calendars kept elsewhere
}

// choice is something to choose by its name.
type choice struct{ ID, Name string }

// row is one team at one place.
type row struct {
	duty.Post
	Name, Where string
	Zone        string // of its clock, where that is not the brand's
	Cells       []cell
	Steady      *piece // one answer for all of the week; nil where there are several
	Holes       int
}

// mostRows is how many rows are shown at once; the choice of a team finds the others.
const mostRows = 60

func (p *Roster) weekPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	page := weekPage{View: p.NewView(r, v), Lead: v.MayLead()}
	page.Title = page.Say("week_title")
	monday := weekOf(r.URL.Query().Get("week"), page.Now)
	page.choose(r.URL.Query().Get("team"))
	page.paths(monday)
	days := midnights(monday, weekDays, page.Now.Location())
	page.Head = split(nil, days, page.Now)
	for i := range page.Head {
		page.Head[i].tell(page.View, page.Now.Location())
	}
	anchored := false
	for _, post := range page.posts(days[0], days[weekDays]) {
		if len(page.Rows) == mostRows {
			page.More = true
			break
		}
		rw := page.row(post, monday)
		for i := range rw.Cells {
			c := &rw.Cells[i]
			c.Anchor = c.Today && rw.Steady == nil && !anchored
			anchored = anchored || c.Anchor
		}
		page.Holes += rw.Holes
		page.Rows = append(page.Rows, rw)
	}
	var err error
	if page.Made, err = p.made(r, page.View, days[0], days[weekDays]); err != nil {
		return err
	}
	if page.Asked, err = p.asked(r, page.View, func(s *sayline.Swap) bool {
		return page.Lead && s.From.Before(days[weekDays]) && s.Until.After(days[0])
	}); err != nil {
		return err
	}
	if err := p.calendars(r, &page); err != nil {
		return err
	}
	if page.Lead && page.Team != "" {
		page.Scripts = []string{"ways.js"} // copies
		if page.Calendar, err = p.address(r, page.View, feeds.OfTeam, page.Team); err != nil {
			return err
		}
	}
	return p.Render(w, r, http.StatusOK, p.week, &page)
}

// weekOf reads a week as ISO 8601 writes it (2026-W49) and gives its Monday;
// anything else is the week now.
func weekOf(s string, now time.Time) time.Time {
	y, n := now.ISOWeek()
	var wantY, wantN int
	if _, err := fmt.Sscanf(s, "%4d-W%2d", &wantY, &wantN); err == nil && wantY > 1900 && wantY < 9000 && wantN >= 1 && wantN <= 53 {
		y, n = wantY, wantN
	}
	fourth := time.Date(y, 1, 4, 0, 0, 0, 0, time.UTC) // always in the first week
	return fourth.AddDate(0, 0, -int(fourth.Weekday()+6)%7+7*(n-1))
}

// weekName is a day's week as an address has it.
func weekName(day time.Time) string {
	y, n := day.ISOWeek()
	return fmt.Sprintf("%04d-W%02d", y, n)
}

// choose keeps to one team, of those the viewer sees.
func (p *weekPage) choose(team string) {
	for _, t := range p.Viewer.Brand.Teams {
		if p.Lead || slices.Contains(p.Viewer.Teams, t.ID) {
			p.Teams = append(p.Teams, choice{t.ID, p.Names.Team(t.ID, "")})
			if t.ID == team {
				p.Team = team
			}
		}
	}
}

func (p *weekPage) paths(monday time.Time) {
	to := func(day time.Time) string {
		q := url.Values{"week": {weekName(day)}}
		if p.Team != "" {
			q.Set("team", p.Team)
		}
		return p.Path("/roster?") + q.Encode()
	}
	p.Before, p.After, p.This = to(monday.AddDate(0, 0, -weekDays)), to(monday.AddDate(0, 0, weekDays)), to(p.Now)+"#today"
	_, n := monday.ISOWeek()
	p.Title2 = p.Say("week_of", "n", n, "from", dayName(p.View, monday), "until", dayName(p.View, monday.AddDate(0, 0, weekDays-1)))
}

// Week is the week shown, as an address has it.
func (p *weekPage) Week() string { return weekName(p.Head[0].Day) }

// dayName is a day with its month: 30 November.
func dayName(v *house.View, day time.Time) string {
	return v.Say("week_day", "day", day.Day(), "month", v.Say(fmt.Sprintf("month_%d", int(day.Month()))))
}

// DayOf is a day's name in the head of the table.
func (p *weekPage) DayOf(c cell) string {
	return p.Say(fmt.Sprintf("weekday_%d", int(c.Day.Weekday())))
}

// DateOf is a day's date in the head of the table.
func (p *weekPage) DateOf(c cell) string { return dayName(p.View, c.Day) }

// posts are the rows of the week: where a plan stands, and where work may come in
// and nobody has it at some time.
func (p *weekPage) posts(from, until time.Time) []duty.Post {
	roster := p.Viewer.Brand.Roster
	sees := func(post duty.Post) bool {
		if p.Team != "" {
			return post.Team == p.Team
		}
		return p.Lead || slices.Contains(p.Viewer.Teams, post.Team)
	}
	var list []duty.Post
	for _, post := range roster.Posts() {
		if sees(post) {
			list = append(list, post)
		}
	}
	for _, post := range roster.Needs() {
		if sees(post) && !slices.Contains(list, post) && p.bare(post, from, until) {
			list = append(list, post)
		}
	}
	order := map[string]int{}
	for i, t := range p.Viewer.Brand.Teams {
		order[t.ID] = i
	}
	slices.SortStableFunc(list, func(a, b duty.Post) int { return order[a.Team] - order[b.Team] })
	return list
}

// bare says whether a place where work may come in has a hole.
func (p *weekPage) bare(post duty.Post, from, until time.Time) bool {
	return len(p.Viewer.Brand.Roster.Holes(post.Team, post.Place, from, until)) > 0
}

// around is how far beyond the week a timeline is read, so that what lies at its
// ends is seen whole.
const around = 48 * time.Hour

// row is a team's week at a place, by the clock there.
func (p *weekPage) row(post duty.Post, monday time.Time) row {
	b := p.Viewer.Brand
	zone := b.ZoneAt(b.Index, post.Place)
	rw := row{Post: post, Name: p.Names.Team(post.Team, ""), Where: p.Names.Place(post.Place)}
	if zone.String() != p.Now.Location().String() {
		rw.Zone = p.Say("week_zone", "zone", zone.String(), "time", p.Now.In(zone).Format("15:04"))
	}
	days := midnights(monday, weekDays, zone)
	line := b.Roster.Timeline(post.Team, post.Place, days[0].Add(-around), days[weekDays].Add(around))
	rw.Cells = split(line, days, p.Now)
	for i := range rw.Cells {
		c := &rw.Cells[i]
		c.tell(p.View, zone)
		for _, piece := range c.Pieces {
			p.describe(piece, post)
			if piece.Hole && (piece.Begins || i == 0) {
				rw.Holes++ // once, however many days it lasts
			}
		}
	}
	rw.steady(p.View)
	return rw
}

// steady sees whether the whole week has one answer, which is said once.
func (rw *row) steady(v *house.View) {
	first := rw.Cells[0].Pieces[0]
	for _, c := range rw.Cells {
		if len(c.Pieces) != 1 || c.Pieces[0].Interval != first.Interval {
			return
		}
	}
	first.Time, first.Begins, rw.Steady = v.Say("week_all_week"), true, first
}

// describe names who has a piece, how they came to it, and what is wrong with it.
func (p *weekPage) describe(piece *piece, post duty.Post) {
	b := p.Viewer.Brand
	piece.Name, piece.How = p.Names.Person(piece.Person), how(p.View, piece.Interval)
	if piece.Hole {
		piece.Name = p.Say("week_nobody")
	}
	piece.Me = piece.Person == p.Viewer.Person.ID && !piece.Hole
	if !piece.Hole && piece.Place != post.Place {
		piece.Upstairs = p.Names.Place(piece.Place)
		if piece.Place == "" {
			piece.Upstairs = p.Say("week_brand")
		}
	}
	if !piece.Hole && (piece.Begins || piece.Whole) && unreachable(b, piece.Person) {
		piece.Quiet = p.Say("week_unreachable")
	}
	if !p.Lead || !piece.Until.After(p.Now) {
		return
	}
	q := url.Values{"team": {post.Team}, "place": {post.Place}, "from": {local(b, post.Place, later(piece.From, p.Now))}, "until": {local(b, post.Place, piece.ends())}}
	if !piece.Hole {
		q.Set("instead", piece.Person)
	}
	piece.Href = p.Path("/roster/change?") + q.Encode()
}

// entry is a piece with the page that says it.
type entry struct {
	*house.View
	Piece *piece
}

// EntryOf puts a piece beside its page.
func (p *weekPage) EntryOf(of *piece) entry { return entry{p.View, of} }

// ends is where a piece ends, or a day after it began when it goes on for long.
func (p *piece) ends() time.Time {
	return sooner(p.Until, p.From.Add(time.Duration(p.X+p.Wide)*time.Minute+24*time.Hour))
}

// how says by which source somebody has a duty.
func how(v *house.View, iv duty.Interval) string {
	switch {
	case !iv.Duty() && iv.Person != "":
		return v.Say("week_goes_to", "name", v.Names.Person(iv.Person))
	case iv.Instead != "":
		return v.Say("week_instead", "name", v.Names.Person(iv.Instead))
	case iv.Source == "":
		return ""
	}
	return v.Say("week_source_" + iv.Source)
}

// unreachable says whether only an open page reaches somebody.
func unreachable(b *brands.Snapshot, person string) bool {
	return len(b.Contacts(person, sayline.Urgent)) == 0
}

// made is an override in force, as it is listed.
type made struct {
	sayline.Override
	Line string
}

// made are the overrides of a week that the viewer may see and take back.
func (p *Roster) made(r *http.Request, v *house.View, from, until time.Time) ([]made, error) {
	if !v.Viewer.MayLead() {
		return nil, nil
	}
	list, err := p.Store.Overrides(r.Context(), v.Viewer.Brand.ID, from)
	if err != nil {
		return nil, err
	}
	var shown []made
	for _, o := range list {
		if o.From.Before(until) {
			shown = append(shown, made{o, overrideLine(v, &o)})
		}
	}
	return shown, nil
}

// overrideLine says an override in a sentence.
func overrideLine(v *house.View, o *sayline.Override) string {
	return v.Say("week_made_"+o.Kind, "name", v.Names.Person(o.Person), "instead", v.Names.Person(o.Instead),
		"post", v.Names.Team(o.Team, o.Place), "time", stretch(v, o.Place, o.From, o.Until), "by", v.Names.Person(o.By))
}

// stretch is a stretch of time at a place, by the clock there: Friday 4
// December, 23:00–07:00.
func stretch(v *house.View, place string, from, until time.Time) string {
	day, clocks := dayAndHours(v, place, from, until)
	return v.Say("week_stretch", "day", day, "hours", clocks)
}

// dayAndHours are the two halves of a stretch: the day it begins on, and its
// hours, with the day it ends on when that is not the next at most.
func dayAndHours(v *house.View, place string, from, until time.Time) (day, clocks string) {
	b := v.Brand()
	zone := b.ZoneAt(b.Index, place)
	from, until = from.In(zone), until.In(zone)
	if until.Sub(from) <= 24*time.Hour {
		return weekday(v, from), hours(from, until)
	}
	return weekday(v, from), v.Say("week_long", "from", clock(from), "day", weekday(v, until), "until", clock(until))
}

// weekday is a day with its name: Friday 4 December.
func weekday(v *house.View, t time.Time) string {
	return v.Say("week_weekday", "weekday", v.Say(fmt.Sprintf("weekday_%d", int(t.Weekday()))), "date", dayName(v, t))
}
