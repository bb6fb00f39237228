package pulse

import (
	"net/http"
	"strconv"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// taken is one moment as it is taken out: what the stream shows, and what came
// of it. Never who said it.
type taken struct {
	ID             string `json:"id"`
	At             string `json:"at"`
	Kind           string `json:"kind"`
	Feeling        int    `json:"feeling,omitempty"`
	Topic          string `json:"topic,omitempty"`
	Words          string `json:"words,omitempty"`
	Lang           string `json:"lang,omitempty"`
	Audience       string `json:"audience,omitempty"`
	Touchpoint     string `json:"touchpoint,omitempty"`
	Place          string `json:"place,omitempty"`
	Product        string `json:"product,omitempty"`
	Lot            string `json:"lot,omitempty"`
	Source         string `json:"source,omitempty"`
	Case           string `json:"case,omitempty"`
	Team           string `json:"team,omitempty"`
	State          string `json:"state,omitempty"`
	AcknowledgedAt string `json:"acknowledged_at,omitempty"`
	AnsweredAt     string `json:"answered_at,omitempty"`
	ResolvedAt     string `json:"resolved_at,omitempty"`
}

var takenColumns = []string{"id", "at", "kind", "feeling", "topic", "words", "lang", "audience", "touchpoint", "place", "product", "lot", "source", "case", "team", "state", "acknowledged_at", "answered_at", "resolved_at"}

func (t *taken) cells() []string {
	feeling := ""
	if t.Feeling > 0 {
		feeling = strconv.Itoa(t.Feeling)
	}
	return []string{t.ID, t.At, t.Kind, feeling, t.Topic, t.Words, t.Lang, t.Audience, t.Touchpoint, t.Place, t.Product, t.Lot, t.Source, t.Case, t.Team, t.State, t.AcknowledgedAt, t.AnsweredAt, t.ResolvedAt}
}

func takeOf(m *sayline.Moment, c *sayline.Case, zone *time.Location) *taken {
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(zone).Format(time.RFC3339)
	}
	x := &m.Context
	t := &taken{ID: m.ID, At: at(m.ReceivedAt), Kind: sayline.KnownKind(m.Kind), Feeling: m.Feeling, Topic: m.Topic, Words: m.Text, Lang: m.Lang, Audience: m.Audience,
		Touchpoint: x.Touchpoint, Place: x.Place, Product: x.Product, Lot: x.Lot, Source: x.Source}
	if c != nil {
		t.Case, t.Team, t.State, t.AcknowledgedAt, t.AnsweredAt, t.ResolvedAt = c.ID, c.Team, c.State, at(c.AcknowledgedAt), at(c.AnsweredAt), at(c.ResolvedAt)
	}
	return t
}

// takeQuery is what the page at the same address shows, from its first moment to
// its last. Of guarded audiences no single moment leaves.
func (p *Pulse) takeQuery(r *http.Request, v *auth.Viewer) store.SaidQuery {
	f := ParseFilter(r.URL.Query(), v.Brand)
	span := f.between(p.Now().In(v.Brand.Location()))
	return store.SaidQuery{Brand: v.Brand.ID, From: span.from, Until: span.until, Part: f.Part(v.Brand)}
}

// mostAtOnce is how many moments are taken out while somebody waits, unless they
// say so; a larger view is written to a file that waits for them.
const mostAtOnce = 20_000

// toFile leads to where a large view is written to a file.
func (p *Pulse) toFile(w http.ResponseWriter, r *http.Request, v *auth.Viewer, format string) (led bool, err error) {
	if r.URL.Query().Get("at") == "once" {
		return false, nil
	}
	f := ParseFilter(r.URL.Query(), v.Brand)
	q := store.CountsQuery{Brand: v.Brand.ID, Zone: v.Brand.Location(), Of: f.Part(v.Brand)}
	q.From, q.Until, q.Level = f.Span(p.Now().In(q.Zone))
	c, err := p.Store.Counts(r.Context(), q, store.Split{})
	n := int64(0)
	for _, x := range c.List {
		n += x.N
	}
	if err != nil || n <= mostAtOnce {
		return false, err
	}
	values := f.Values()
	values.Set("format", format)
	http.Redirect(w, r, house.BrandPath(v.Brand.ID, "/exports?")+values.Encode(), http.StatusSeeOther)
	return true, nil
}

// takeCSV streams what a page shows as CSV.
func (p *Pulse) takeCSV(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	if led, err := p.toFile(w, r, v, "csv"); led || err != nil {
		return err
	}
	q := p.takeQuery(r, v)
	sheet, err := web.OpenSheet(w, takeName(v, q)+".csv", takenColumns)
	if err != nil {
		return err
	}
	if err := p.Store.EachSaid(r.Context(), q, func(list []*sayline.Moment, cases map[string]*sayline.Case) error {
		for _, m := range list {
			if err := sheet.Row(takeOf(m, cases[m.Case], v.Brand.Location()).cells()...); err != nil {
				return err
			}
		}
		return sheet.Flush()
	}); err != nil {
		return cut(err)
	}
	return sheet.Flush()
}

// takeLines streams it as JSON, a moment a line.
func (p *Pulse) takeLines(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	if led, err := p.toFile(w, r, v, "jsonl"); led || err != nil {
		return err
	}
	q := p.takeQuery(r, v)
	lines := web.OpenLines(w, takeName(v, q)+".jsonl")
	if err := p.Store.EachSaid(r.Context(), q, func(list []*sayline.Moment, cases map[string]*sayline.Case) error {
		for _, m := range list {
			if err := lines.Line(takeOf(m, cases[m.Case], v.Brand.Location())); err != nil {
				return err
			}
		}
		return lines.Flush()
	}); err != nil {
		return cut(err)
	}
	return lines.Flush()
}

// cut ends a file that could not be written to its end so that whoever takes it
// sees that it is broken: half a file would pass for a whole one.
func cut(error) error { panic(http.ErrAbortHandler) }

func takeName(v *auth.Viewer, q store.SaidQuery) string {
	zone := v.Brand.Location()
	return v.Brand.ID + "-" + q.From.In(zone).Format(time.DateOnly) + "-" + q.Until.In(zone).Add(-time.Second).Format(time.DateOnly)
}
