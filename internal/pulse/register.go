package pulse

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// answerDays is within how many working days a complaint is answered, where a
// register is kept (the usual term of EU complaint handling rules).
const answerDays = 15

var registerColumns = []string{"code", "received_at", "topic", "place", "product", "lot", "words", "lang", "moments", "team", "acknowledged_at", "answered_at", "answer_due", "answered_in_time", "state", "resolved_at", "reason", "case"}

// registerCSV streams the complaints of a period as a register: each with its
// code, its clocks, and whether it was answered within 15 working days.
func (p *Pulse) registerCSV(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	q := p.takeQuery(r, v)
	sheet, err := web.OpenSheet(w, takeName(v, q)+"-register.csv", registerColumns)
	if err != nil {
		return err
	}
	if err := p.Store.EachComplaint(r.Context(), v.Brand.ID, q.Part.Guarded, q.From, q.Until, func(list []store.Complaint) error {
		for _, c := range list {
			if slices.Contains(q.Part.Guarded, c.Audience) {
				continue
			}
			if err := sheet.Row(registered(&c, v, p.Now())...); err != nil {
				return err
			}
		}
		return sheet.Flush()
	}); err != nil {
		return cut(err)
	}
	return sheet.Flush()
}

// registered is a complaint's line.
func registered(c *store.Complaint, v *auth.Viewer, now time.Time) []string {
	zone := v.Brand.Location()
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(zone).Format(time.RFC3339)
	}
	due, verdict := verdictOf(c, v, now)
	return []string{c.Reference, at(c.OpenedAt), c.Topic, c.Place, c.Product, c.Lot, c.Words, c.Lang, strconv.Itoa(c.Said), c.Team, at(c.AcknowledgedAt), at(c.AnsweredAt),
		due.Add(-time.Second).Format(time.DateOnly), verdict, c.State, at(c.ResolvedAt), c.Reason, c.ID}
}

// verdictOf says until when a complaint is to be answered, and whether it was in
// time: "true", "false", or "" while it is still time.
func verdictOf(c *store.Complaint, v *auth.Viewer, now time.Time) (due time.Time, verdict string) {
	due = v.Brand.WorkingDayAfter(c.OpenedAt.In(v.Brand.Location()), answerDays)
	answered := c.AnsweredAt
	if answered.IsZero() && c.State == sayline.CaseResolved {
		answered = c.ResolvedAt
	}
	switch {
	case !answered.IsZero():
		verdict = strconv.FormatBool(answered.Before(due))
	case !now.Before(due):
		verdict = "false"
	}
	return due, verdict
}
