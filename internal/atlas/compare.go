package atlas

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
)

// comparePage is the data of two maps beside each other.
type comparePage struct {
	*mapPage
	Snapshots    []*sayline.MapSnapshot
	From, To     string // ids; "" is now
	FromName     string
	ToName       string
	Score, Cover [2]string // of the whole brand, before and after
	Rows         []compared
	None         bool // there is nothing to compare with
}

// compared is a touchpoint before and after.
type compared struct {
	ID, Name      string
	Before, After string // scores; "" where too few said
	Diff, Sure    string // the change, and half of the 95 % interval around it
	Better, Worse bool   // clearly
	N             [2]string
	Opened        []string // gaps
	Closed        []string
	New, Gone     bool
	by            int64 // how much it changed
}

// Then is a brand's whole map at a time, with the days before it, as a snapshot keeps it.
func Then(ctx context.Context, s *store.Store, b *brands.Snapshot, now time.Time) (m sayline.MapThen, days int, err error) {
	days = periods[0]
	pic, err := pictureOf(ctx, s, b, dayAfter(now.In(b.Location()), 1), days)
	if err != nil {
		return m, days, err
	}
	var c coverage
	for i := range b.Touchpoints {
		c.add(&b.Touchpoints[i], pic.at[b.Touchpoints[i].ID])
	}
	return thenOf(b, pic, &c), days, nil
}

// then is the map as it is now, as a snapshot keeps it.
func (p *mapPage) then() sayline.MapThen { return thenOf(p.Brand(), p.picture, &p.Coverage) }

func thenOf(b *brands.Snapshot, pic *picture, c *coverage) sayline.MapThen {
	m := sayline.MapThen{Score: pic.brand.Feelings, Coverage: c.Score(), Touchpoints: map[string]sayline.TouchpointThen{}}
	for i := range b.Touchpoints {
		t := &b.Touchpoints[i]
		if t.Lane != "" {
			continue
		}
		f := pic.at[t.ID]
		m.Touchpoints[t.ID] = sayline.TouchpointThen{Name: t.Name, N: f.N, Feelings: f.Feelings, Gaps: gapsOf(t, f)}
	}
	return m
}

// keep keeps the map as it is under a name.
func (a *Atlas) keep(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	name := house.Cut(strings.TrimSpace(form.Get("name")), sayline.MaxSnapshotName)
	if name == "" {
		return errNoName
	}
	p, err := a.board(r.Context(), a.NewView(r, v), parseQuery(nil, v.Brand))
	if err != nil {
		return err
	}
	s := &sayline.MapSnapshot{Brand: v.Brand.ID, ID: sayline.NewID(a.Now(), a.Random), Name: name, By: v.Person.ID, At: a.Now(), Version: v.Brand.Version, Days: p.Query.Days, MapThen: p.then()}
	if err := a.Store.KeepSnapshot(r.Context(), s); err != nil {
		return err
	}
	return house.Done(w, r, p.Path("/map/compare"), "map_snapped")
}

// drop lets go of a snapshot.
func (a *Atlas) drop(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	if err := a.Store.DropSnapshot(r.Context(), v.Brand.ID, r.PathValue("snapshot")); err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/map/compare"), "")
}

func (a *Atlas) comparePage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	base, err := a.board(r.Context(), a.NewView(r, v), parseQuery(nil, v.Brand))
	if err != nil {
		return err
	}
	p := &comparePage{mapPage: base, From: r.URL.Query().Get("from"), To: r.URL.Query().Get("to")}
	p.Room, p.Title, p.Scripts = "map", p.Say("map_compare_title"), []string{"map.js"}
	if p.Snapshots, err = a.Store.Snapshots(r.Context(), v.Brand.ID); err != nil {
		return err
	}
	if p.None = len(p.Snapshots) == 0; p.None {
		return a.Render(w, r, http.StatusOK, a.compare, p)
	}
	from, to := p.find(p.From), p.find(p.To)
	if from == nil {
		from = p.Snapshots[0]
		p.From = from.ID
	}
	before, after := from.MapThen, base.then()
	p.FromName, p.ToName = from.Name, p.Say("map_now")
	if to != nil {
		after, p.ToName = to.MapThen, to.Name
	} else {
		p.To = ""
	}
	p.beside(before, after)
	return a.Render(w, r, http.StatusOK, a.compare, p)
}

func (p *comparePage) find(id string) *sayline.MapSnapshot {
	if i := slices.IndexFunc(p.Snapshots, func(s *sayline.MapSnapshot) bool { return s.ID == id }); i >= 0 {
		return p.Snapshots[i]
	}
	return nil
}

// beside puts two maps side by side, what changed most first.
func (p *comparePage) beside(before, after sayline.MapThen) {
	for i, m := range []sayline.MapThen{before, after} {
		p.Cover[i] = p.Percent(m.Coverage)
		if of100, ok := scored(m.Score); ok {
			p.Score[i] = p.Num(of100)
		}
	}
	ids := map[string]bool{}
	for id := range before.Touchpoints {
		ids[id] = true
	}
	for id := range after.Touchpoints {
		ids[id] = true
	}
	for id := range ids {
		was, had := before.Touchpoints[id]
		is, has := after.Touchpoints[id]
		p.Rows = append(p.Rows, p.row(id, was, is, had, has))
	}
	slices.SortFunc(p.Rows, func(a, b compared) int {
		return cmp.Or(cmp.Compare(max(b.by, -b.by), max(a.by, -a.by)), cmp.Compare(len(b.Closed)+len(b.Opened), len(a.Closed)+len(a.Opened)), cmp.Compare(a.Name, b.Name))
	})
}

func (p *comparePage) row(id string, was, is sayline.TouchpointThen, had, has bool) compared {
	name := is.Name
	if !has {
		name = was.Name
	}
	c := compared{ID: id, Name: p.Names.Text(name), New: !had, Gone: !has, N: [2]string{p.Num(was.N), p.Num(is.N)}}
	if b, ok := scored(was.Feelings); ok {
		c.Before = p.Num(b)
	}
	if a, ok := scored(is.Feelings); ok {
		c.After = p.Num(a)
	}
	if d, ok := changeOf(was.Feelings, is.Feelings); ok {
		c.by, c.Diff, c.Sure, c.Better, c.Worse = d.by, p.Signed(d.by), p.Num(int64(math.Ceil(d.half))), d.better(), d.worse()
	}
	if had && has {
		c.Closed, c.Opened = without(was.Gaps, is.Gaps), without(is.Gaps, was.Gaps)
	}
	return c
}

// scored is the mean of some faces of 100; ok is false where too few said one.
func scored(feelings [6]int64) (of100 int64, ok bool) {
	f := felt{Tally: store.Tally{Feelings: feelings}}
	mean, _ := f.Of100()
	return int64(mean + 0.5), f.enough()
}

// changed is how much a score rose, as the two rounded ones beside it say, and half of
// the 95 % interval around that: as of what came of an opportunity. Days that are in both
// make it surer than that.
type changed struct {
	by         int64
	rose, half float64
}

func (d changed) better() bool { return d.rose-d.half > 0 }
func (d changed) worse() bool  { return d.rose+d.half < 0 }

// changeOf is the change from some faces to others; ok is false where too few said one.
func changeOf(before, after [6]int64) (d changed, ok bool) {
	was, had := scored(before)
	is, has := scored(after)
	e := effect{Before: felt{Tally: store.Tally{Feelings: before}}, After: felt{Tally: store.Tally{Feelings: after}}}
	d.by = is - was
	d.rose, d.half = e.change()
	return d, had && has
}

// without is a list without what stands in another.
func without(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(other, s) })
}

// against puts the difference to a snapshot on the cards.
func (a *Atlas) against(ctx context.Context, p *mapPage) error {
	list, err := a.Store.Snapshots(ctx, p.Brand().ID)
	if err != nil {
		return err
	}
	for _, s := range list {
		p.Snapshots = append(p.Snapshots, choice{s.ID, s.Name, s.ID == p.Query.Against})
		if s.ID != p.Query.Against {
			continue
		}
		for i := range p.Rows {
			for j := range p.Rows[i].Cells {
				for k := range p.Rows[i].Cells[j].Cards {
					p.differ(&p.Rows[i].Cells[j].Cards[k], s.Touchpoints)
				}
			}
		}
	}
	return nil
}

func (p *mapPage) differ(c *card, before map[string]sayline.TouchpointThen) {
	was, had := before[c.ID]
	if c.New = !had && !c.Private; !had {
		return
	}
	if d, ok := changeOf(was.Feelings, p.picture.at[c.ID].Feelings); ok && d.by != 0 {
		c.Diff, c.Rose, c.Fell = p.Signed(d.by), d.better(), d.worse()
	}
}

// Tab says whether one of the ways to look is this page's.
func (p *comparePage) Tab(name string) bool { return name == "compare" }
