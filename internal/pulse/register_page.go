package pulse

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
)

// mostRegistered is how many complaints a page has; the file has all.
const mostRegistered = 500

// registerPage is the register as it is read and printed.
type registerPage struct {
	*house.View
	Rows           []complaintRow
	Time           string // what time it is of
	More           bool   // there are more than the page has
	CSV            string
	Late, Answered int
	Due            int // still to be answered in time
}

// complaintRow is one complaint in the reader's words.
type complaintRow struct {
	Code, Case, At, What, Words, Where, Team string
	OnIt, Answered, Due, State               string
	Verdict                                  string // see [verdictOf]
}

var errFull = errors.New("enough")

// register shows the complaints of a period, each with its code, its clocks and
// whether it was answered within 15 working days, to be printed.
func (p *Pulse) register(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q := p.takeQuery(r, v)
	page := &registerPage{View: p.NewView(r, v)}
	page.Room, page.Title = "pulse", page.Say("register_title")
	page.CSV = page.Path("/pulse/register.csv")
	if r.URL.RawQuery != "" {
		page.CSV += "?" + r.URL.RawQuery
	}
	zone := v.Brand.Location()
	page.Time = page.Say("register_time", "from", page.Date(q.From.In(zone)), "to", page.Date(q.Until.In(zone).Add(-time.Second)))
	err := p.Store.EachComplaint(r.Context(), v.Brand.ID, q.Part.Guarded, q.From, q.Until, func(list []store.Complaint) error {
		for i := range list {
			if slices.Contains(q.Part.Guarded, list[i].Audience) {
				continue
			}
			if len(page.Rows) == mostRegistered {
				page.More = true
				return errFull
			}
			page.add(&list[i], v)
		}
		return nil
	})
	if err != nil && !errors.Is(err, errFull) {
		return err
	}
	return p.Render(w, r, http.StatusOK, p.complaints, page)
}

// add enters one complaint.
func (p *registerPage) add(c *store.Complaint, v *auth.Viewer) {
	due, verdict := verdictOf(c, v, p.Now)
	switch verdict {
	case "true":
		p.Answered++
	case "false":
		p.Late++
	default:
		p.Due++
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return p.At(t)
	}
	p.Rows = append(p.Rows, complaintRow{Code: c.Reference, Case: c.ID, At: at(c.OpenedAt), What: p.Names.Title(c.Case, nil), Words: house.Cut(strings.TrimSpace(c.Words), mostWords),
		Where: p.Names.Place(c.Place), Team: p.Names.Team(c.Team, ""), OnIt: at(c.AcknowledgedAt), Answered: at(c.AnsweredAt), Due: p.Date(due.Add(-time.Second)), State: p.Say("register_" + c.State), Verdict: verdict})
}
