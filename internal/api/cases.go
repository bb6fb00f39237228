package api

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// caseDoc is a case as a system reads it. Of a private lane every time is the
// day's.
type caseDoc struct {
	ID             string       `json:"id"`
	URL            string       `json:"url"` // on the desk
	Team           string       `json:"team"`
	Place          string       `json:"place,omitempty"`
	Lane           string       `json:"lane,omitempty"`
	Topic          string       `json:"topic,omitempty"`
	Kind           string       `json:"kind"`
	Product        string       `json:"product,omitempty"`
	Lot            string       `json:"lot,omitempty"`
	Ref            string       `json:"ref,omitempty"`
	State          string       `json:"state"`
	Urgency        string       `json:"urgency"`
	Episode        int          `json:"episode"`
	Owner          string       `json:"owner,omitempty"`
	Reason         string       `json:"reason,omitempty"`
	Merged         string       `json:"merged_into,omitempty"`
	Moments        int          `json:"moments"`
	Feelings       [5]int       `json:"feelings"` // from awful to wonderful
	OpenedAt       time.Time    `json:"opened_at"`
	LastAt         time.Time    `json:"last_at"`
	AcknowledgeBy  time.Time    `json:"acknowledge_by,omitzero"`
	AnswerBy       time.Time    `json:"answer_by,omitzero"`
	AcknowledgedAt time.Time    `json:"acknowledged_at,omitzero"`
	AnsweredAt     time.Time    `json:"answered_at,omitzero"`
	ResolvedAt     time.Time    `json:"resolved_at,omitzero"`
	Steps          []stepDoc    `json:"steps,omitempty"`    // of the work on a request
	Said           []saidDoc    `json:"said,omitempty"`     // the newest first; in a case that is read by itself
	Messages       []messageDoc `json:"messages,omitempty"` // oldest first; likewise
}

type stepDoc struct {
	ID   string `json:"id"`
	Done bool   `json:"done"`
}

// saidDoc is a moment: never who said it.
type saidDoc struct {
	ID         string    `json:"id"`
	At         time.Time `json:"at"`
	Kind       string    `json:"kind"`
	Feeling    int       `json:"feeling,omitempty"`
	Topic      string    `json:"topic,omitempty"`
	Text       string    `json:"text,omitempty"`
	Lang       string    `json:"lang,omitempty"`
	Touchpoint string    `json:"touchpoint,omitempty"`
	Place      string    `json:"place,omitempty"`
	Product    string    `json:"product,omitempty"`
	Lot        string    `json:"lot,omitempty"`
	Ref        string    `json:"ref,omitempty"`
	Solved     string    `json:"solved,omitempty"`
}

type messageDoc struct {
	ID        string    `json:"id"`
	At        time.Time `json:"at"`
	Direction string    `json:"direction"` // reply, note or author
	Moment    string    `json:"moment,omitempty"`
	Text      string    `json:"text"`
	By        string    `json:"by,omitempty"`
}

func (c *call) saidDoc(m *sayline.Moment) saidDoc {
	x := &m.Context
	return saidDoc{m.ID, c.told(m.ReceivedAt, m.Lane), sayline.KnownKind(m.Kind), m.Feeling, m.Topic, m.Text, m.Lang, x.Touchpoint, x.Place, x.Product, x.Lot, x.Ref, m.Solved}
}

// guards says whether a moment is of an audience of which none shows by itself.
func (c *call) guards(m *sayline.Moment) bool { return slices.Contains(c.brand.Guarded(), m.Audience) }

// told is a time as a system may know it.
func (c *call) told(t time.Time, lane string) time.Time {
	if lane == "" || t.IsZero() {
		return t
	}
	return time.UnixMicro(store.DayStart(t, c.brand.Location())).UTC()
}

func (a *API) doc(c *call, k *sayline.Case) *caseDoc {
	at := func(t time.Time) time.Time { return c.told(t, k.Lane) }
	return &caseDoc{ID: k.ID, URL: a.Desk(k.Brand, k.ID), Team: k.Team, Place: k.Place, Lane: k.Lane, Topic: k.Topic, Kind: sayline.KnownKind(k.Kind), Product: k.Product, Lot: k.Lot, Ref: k.Ref,
		State: k.State, Urgency: k.Urgency, Episode: k.Episode, Owner: k.Owner, Reason: k.Reason, Merged: k.Merged, Moments: k.Moments, Feelings: [5]int(k.Feelings[1:]),
		OpenedAt: at(k.OpenedAt), LastAt: at(k.LastAt), AcknowledgeBy: at(k.AckBy), AnswerBy: at(k.AnswerBy), AcknowledgedAt: at(k.AcknowledgedAt), AnsweredAt: at(k.AnsweredAt), ResolvedAt: at(k.ResolvedAt)}
}

// page is a part of a list.
type page struct {
	Cases []*caseDoc `json:"cases"`
	Next  string     `json:"next,omitempty"` // the value of after for the next page; "" at the end
}

const (
	usualPage = 50
	mostPage  = 200
	mostSaid  = 100
)

// states are the sections of the desk a state is read from, in their order.
var states = map[string][]store.Section{
	"open":         {store.WaitingCritical, store.WaitingUrgent, store.WaitingNormal, store.WaitingQuiet},
	"acknowledged": {store.Taken, store.Answered},
	"resolved":     {store.Resolved},
	"":             {store.WaitingCritical, store.WaitingUrgent, store.WaitingNormal, store.Taken, store.WaitingQuiet, store.Answered},
}

// list gives a page of the cases a system may see, in the order of the desk.
func (a *API) list(c *call) error {
	q := c.r.URL.Query()
	sections, ok := states[q.Get("state")]
	if !ok {
		return fault("state", "expected open, acknowledged or resolved")
	}
	limit, err := limitOf(q, mostPage)
	if err != nil {
		return err
	}
	from, at, id, err := readCursor(q.Get("after"), sections)
	if err != nil {
		return err
	}
	p := page{Cases: []*caseDoc{}}
	for i := from; i < len(sections); i++ {
		ask := store.CasesQuery{Brand: c.brand.ID, Scope: c.system.Scope(), Section: sections[i], Limit: limit - len(p.Cases) + 1}
		if i == from {
			ask.AfterAt, ask.AfterID = at, id
		}
		found, err := a.Store.Cases(c.r.Context(), ask)
		if err != nil {
			return err
		}
		for _, k := range found {
			if len(p.Cases) == limit {
				p.Next = cursor(i, at, id)
				break
			}
			p.Cases = append(p.Cases, a.doc(c, k))
			from, at, id = i, sections[i].At(k), k.ID
		}
		if p.Next != "" {
			p.Next = cursor(from, at, id)
			break
		}
	}
	if err := a.onlyReadable(c, &p); err != nil {
		return err
	}
	c.link(p.Next)
	web.SendTagged(c.w, c.r, "application/json", web.JSON(p))
	return nil
}

// onlyReadable leaves out of a page what its reader may not read: it may be shorter
// than was asked for, and still have a next one.
func (a *API) onlyReadable(c *call, p *page) error {
	all := map[string]*sayline.Case{}
	for _, d := range p.Cases {
		all[d.ID] = nil
	}
	left, err := a.readable(c.r.Context(), c, all)
	p.Cases = slices.DeleteFunc(p.Cases, func(d *caseDoc) bool { _, is := left[d.ID]; return !is })
	return err
}

// limitOf is how long a page is asked to be.
func limitOf(q url.Values, most int) (int, error) {
	text := q.Get("limit")
	if text == "" {
		return usualPage, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, fault("limit", "expected a number from 1 to "+strconv.Itoa(most))
	}
	return n, nil
}

// link leads to the next page, if there is one.
func (c *call) link(next string) {
	if next == "" {
		return
	}
	values := c.r.URL.Query()
	values.Set("after", next)
	c.w.Header().Set("Link", "<"+(&url.URL{Path: c.r.URL.Path, RawQuery: values.Encode()}).String()+`>; rel="next"`)
}

// A cursor is where the last page ended: section, order and id.
func cursor(section int, at time.Time, id string) string {
	return strconv.Itoa(section) + "." + strconv.FormatInt(at.UnixMicro(), 10) + "." + id
}

func readCursor(text string, sections []store.Section) (section int, at time.Time, id string, err error) {
	if text == "" {
		return 0, time.Time{}, "", nil
	}
	parts := strings.SplitN(text, ".", 3)
	if len(parts) == 3 && parts[2] != "" {
		n, bad := strconv.Atoi(parts[0])
		micros, worse := strconv.ParseInt(parts[1], 10, 64)
		if bad == nil && worse == nil && n >= 0 && n < len(sections) {
			return n, time.UnixMicro(micros).UTC(), parts[2], nil
		}
	}
	return 0, time.Time{}, "", fault("after", "expected the value of next of a page before")
}

func fault(parameter, detail string) error {
	e := sayline.Errorf(sayline.AtFault, "Something in it isn't right.")
	e.Fields = []sayline.Fault{{Pointer: "/" + parameter, Detail: detail}}
	return e
}

// readable leaves out of some cases those in which a small audience said something,
// for who does not work on them.
func (a *API) readable(ctx context.Context, c *call, cases map[string]*sayline.Case) (map[string]*sayline.Case, error) {
	if c.system.MayWork() {
		return cases, nil
	}
	guarded, err := a.Store.GuardedCases(ctx, c.brand.ID, c.brand.Guarded(), slices.Collect(maps.Keys(cases)))
	maps.DeleteFunc(cases, func(id string, _ *sayline.Case) bool { return guarded[id] })
	return cases, err
}

// the finds a case a system may see; any other is NotFound, like none.
func (a *API) the(c *call) (*sayline.Case, error) {
	k, err := a.Store.Case(c.r.Context(), c.brand.ID, c.r.PathValue("case"))
	if err != nil {
		return nil, err
	}
	if !c.system.MayAct(k) {
		return nil, errNothing
	}
	left, err := a.readable(c.r.Context(), c, map[string]*sayline.Case{k.ID: k})
	if err == nil && left[k.ID] == nil {
		err = errNothing
	}
	return k, err
}

func (a *API) read(c *call) error {
	k, err := a.the(c)
	if err != nil {
		return err
	}
	return a.send(c, k)
}

// send gives a case with what was said in it.
func (a *API) send(c *call, k *sayline.Case) error {
	d := a.doc(c, k)
	said, err := a.Store.MomentsOf(c.r.Context(), k.Brand, k.ID, mostSaid)
	if err != nil {
		return err
	}
	for _, m := range said {
		d.Said = append(d.Said, c.saidDoc(m))
	}
	messages, err := a.Store.Messages(c.r.Context(), k.Brand, k.ID)
	if err != nil {
		return err
	}
	for _, m := range messages {
		d.Messages = append(d.Messages, messageDoc{m.ID, c.told(m.At, k.Lane), m.Direction, m.Moment, m.Text, m.By})
	}
	history, err := a.Store.History(c.r.Context(), k.Brand, k.ID)
	if err != nil {
		return err
	}
	for _, s := range c.steps(k) {
		d.Steps = append(d.Steps, stepDoc{s.ID, slices.ContainsFunc(history, func(h sayline.HistoryEntry) bool {
			return h.Status == sayline.StatusInProgress && h.Episode == k.Episode && h.Label == s.ID
		})})
	}
	web.SendTagged(c.w, c.r, "application/json", web.JSON(d))
	return nil
}

func (c *call) steps(k *sayline.Case) []sayline.WorkStep {
	return c.brand.WorkSteps(c.brand.Index.Topic(k.Topic), k.Kind)
}
