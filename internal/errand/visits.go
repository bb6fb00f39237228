package errand

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/past"
)

// visitsPage is one file of how many came: what it would bring, or what became of it.
type visitsPage struct {
	*house.View
	*sayline.Errand
	Good        int64
	First, Last string // days
	Rows        []sayline.Visits
	Wrongs      []bad
	Trouble     string // why nothing of it can be read
}

// uploadVisits keeps a file of how many came, to be looked at.
func (e *Errand) uploadVisits(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	file, err := receive(w, r)
	if err != nil {
		return err
	}
	defer file.Close()
	return e.keep(w, r, v, file, sayline.ErrandVisits, "{}")
}

// visitsIn reads an errand's file.
func (e *Errand) visitsIn(ctx context.Context, one *sayline.Errand) (good []sayline.Visits, wrong []past.VisitLine, err error) {
	b := e.Brands.ByID(one.Brand)
	if b == nil {
		return nil, nil, sayline.Errorf(sayline.Unavailable, "The brand is not read yet.")
	}
	file, err := e.Files.Get(ctx, fileOf(one))
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	return past.Visits(file, b.Config, b.Index, e.Now())
}

func (e *Errand) visitsPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer, one *sayline.Errand) error {
	p := &visitsPage{View: e.NewView(r, v), Errand: one}
	p.Room, p.View.Title, p.Scripts = "studio", one.Name, []string{"ways.js"}
	if one.State != sayline.ErrandDraft {
		return e.Render(w, r, http.StatusOK, e.visits, p)
	}
	good, wrong, err := e.visitsIn(r.Context(), one)
	if kind := sayline.KindOf(err); kind == sayline.Invalid || kind == sayline.AtFault {
		b := badOf(past.Row{Err: err})
		p.Trouble, err = p.Why(b), nil
	}
	if err != nil {
		return err
	}
	p.Good, p.Rows = int64(len(good)), good[:min(len(good), previewed)]
	for _, v := range good {
		if p.First == "" || v.Day < p.First {
			p.First = v.Day
		}
		p.Last = max(p.Last, v.Day)
	}
	if p.Good > 0 {
		p.First, p.Last = p.day(p.First), p.day(p.Last)
	}
	for _, l := range wrong[:min(len(wrong), mostBad)] {
		p.Wrongs = append(p.Wrongs, badOf(past.Row{Line: l.Line, Err: l.Err}))
	}
	return e.Render(w, r, http.StatusOK, e.visits, p)
}

// Brand is the page's brand; the errand has its handle only.
func (p *visitsPage) Brand() *brands.Snapshot { return p.View.Brand() }

// Startable says whether all of it can come in.
func (p *visitsPage) Startable() bool { return p.Good > 0 && len(p.Wrongs) == 0 }

// Came is how many lines came in.
func (p *visitsPage) Came() int64 { return int64(p.Fresh) }

// StateName says how it stands.
func (p *visitsPage) StateName() string { return p.Say("errand_" + p.State) }

// Why says what is wrong with a line.
func (p *visitsPage) Why(b bad) string {
	if b.Key != "" && p.Has(b.Key) {
		return p.Say(b.Key)
	}
	return b.Message
}

func (p *visitsPage) day(day string) string {
	at, _ := time.Parse(time.DateOnly, day) // checked before
	return p.Date(at)
}

// Day, Hour and Where say when and of what somebody counted.
func (p *visitsPage) Day(v sayline.Visits) string { return p.day(v.Day) }

func (p *visitsPage) Hour(v sayline.Visits) string {
	if v.Hour == sayline.WholeDay {
		return p.Say("visits_whole")
	}
	return fmt.Sprintf("%02d:00", v.Hour)
}

func (p *visitsPage) Where(v sayline.Visits) string {
	switch v.About {
	case sayline.VisitsAtTouchpoint:
		return p.Names.Touchpoint(v.Subject)
	case sayline.VisitsAtPlace:
		return p.Names.Place(v.Subject)
	}
	return p.Say("measures_anywhere")
}

// startVisits has all of it brought in; nothing, where a line can't be read.
func (e *Errand) startVisits(w http.ResponseWriter, r *http.Request, one *sayline.Errand) error {
	good, wrong, err := e.visitsIn(r.Context(), one)
	if err != nil {
		return err
	}
	if len(wrong) > 0 || len(good) == 0 {
		return &sayline.Error{Kind: sayline.Invalid, Key: "visits_mend", Message: "Nothing comes in while a line can't be read: mend the file and send it again."}
	}
	one.Total, one.Done = len(good), 0
	return e.turn(w, r, one, sayline.ErrandDraft, sayline.ErrandWaiting, "/imports/"+one.ID)
}

// bringVisits stores what a file says, all of it or nothing.
func (e *Errand) bringVisits(ctx context.Context, one *sayline.Errand) error {
	good, wrong, err := e.visitsIn(ctx, one)
	if err != nil {
		return err
	}
	if len(wrong) > 0 { // the brand has changed since somebody looked
		one.Wrong = len(wrong)
		return wrong[0].Err
	}
	return e.Store.VisitsErrand(ctx, one, good)
}
