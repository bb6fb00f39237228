package intake

import (
	"cmp"
	"context"
	"encoding/json"
	"hash/fnv"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
)

// Receipt is what a moment's author may know of it: their own moment, what
// became of it, the replies to them or to all of the case. Nothing of anybody else.
type Receipt struct {
	Moment   sayline.Moment
	Case     *sayline.Case // nil when it is nobody's work
	Status   string        // "" while it has reached nobody
	History  []sayline.HistoryEntry
	Messages []sayline.Message
	Media    []*sayline.Media
	Shown    map[string][]*sayline.Media // with the replies, by the message
	Together int                         // moments in the case, this one included
	OnDuty   bool
	DutyAt   time.Time
	Version  int64 // changes whenever anything above does
}

// Receipt opens a receipt by its secret. A wrong one is NotFound like any unknown.
func (d *Door) Receipt(ctx context.Context, b *brands.Snapshot, secret string) (*Receipt, error) {
	m, err := d.store.MomentByReceipt(ctx, b.ID, sayline.ReceiptKey(secret))
	if err != nil {
		return nil, err
	}
	r := &Receipt{Moment: *m}
	if r.History, err = d.store.History(ctx, b.ID, m.ID); err != nil {
		return nil, err
	}
	if r.Messages, err = d.store.MessagesTo(ctx, b.ID, m.ID, m.Case); err != nil {
		return nil, err
	}
	r.Messages = slices.DeleteFunc(r.Messages, func(x sayline.Message) bool {
		return x.Moment == "" && x.Case == m.Case && x.Episode < m.Episode // said to all before this one joined
	})
	if err := d.shown(ctx, b.ID, r); err != nil {
		return nil, err
	}
	if m.Shows() {
		if r.Media, err = d.store.MediaOf(ctx, b.ID, m.ID); err != nil {
			return nil, err
		}
	}
	if m.Case != "" {
		if err := d.readCase(ctx, b, r); err != nil {
			return nil, err
		}
	}
	r.OnDuty, r.DutyAt = onDuty(b, m.Decision, d.now())
	r.Status = status(r)
	r.Version = version(r)
	return r, nil
}

func (d *Door) readCase(ctx context.Context, b *brands.Snapshot, r *Receipt) error {
	c, err := d.store.Case(ctx, b.ID, r.Moment.Case)
	if err != nil {
		return err
	}
	lines, err := d.store.History(ctx, b.ID, c.ID)
	if err != nil {
		return err
	}
	for _, h := range lines {
		if h.Episode >= r.Moment.Episode && r.reads(h) {
			r.History = append(r.History, h)
		}
	}
	slices.SortStableFunc(r.History, func(a, b sayline.HistoryEntry) int { return a.At.Compare(b.At) })
	r.Case, r.Together = c, c.Moments
	return nil
}

// reads says whether a line of the case's history is for this author: an answer
// to all that was given before a person put the moment into the case is not.
func (r *Receipt) reads(h sayline.HistoryEntry) bool {
	return h.Status != sayline.StatusAnswered || slices.ContainsFunc(r.Messages, func(m sayline.Message) bool { return m.At.Equal(h.At) })
}

// status is how far the case has come for this author.
func status(r *Receipt) string {
	c := r.Case
	if c == nil {
		return ""
	}
	var replied, worked, asked time.Time // the latest of this episode
	for _, x := range r.Messages {
		switch {
		case x.Case != c.ID || x.Episode != c.Episode:
		case x.Direction == sayline.FromAuthor:
			asked = time.Time{}
		case x.Asks:
			asked = x.At
		default:
			replied = x.At
		}
	}
	for _, h := range r.History {
		if h.Status == sayline.StatusInProgress && h.Episode == c.Episode {
			worked = h.At
		}
	}
	switch {
	case c.State == sayline.CaseResolved && c.Reason == "done":
		return sayline.StatusResolved
	case c.State == sayline.CaseResolved:
		return sayline.StatusClosed
	case asked.After(replied) && asked.After(worked):
		return sayline.StatusNeedsInfo
	case worked.After(replied):
		return sayline.StatusInProgress
	case !replied.IsZero():
		return sayline.StatusAnswered
	case !c.AcknowledgedAt.IsZero():
		return sayline.StatusAcknowledged
	case !c.SeenAt.IsZero():
		return sayline.StatusSeen
	case !c.ReachedAt.IsZero():
		return sayline.StatusReceived
	}
	return ""
}

// version is a fingerprint of everything the receipt shows.
func version(r *Receipt) int64 {
	h := fnv.New64a()
	enc := json.NewEncoder(h)
	_ = enc.Encode(r.Moment) // a hash never fails to take bytes
	_ = enc.Encode(r.History)
	_ = enc.Encode(r.Messages)
	_ = enc.Encode(r.Media)
	_ = enc.Encode(r.Shown)
	_ = enc.Encode([]any{r.Status, r.Together, r.OnDuty, r.DutyAt})
	return int64(h.Sum64() >> 1)
}

// Export is everything stored about a moment, for its author, under the
// protocol's names. Who of the brand did something is said as a role. Photos and
// voices, the author's and then those of the replies to them, are given apart,
// after a few seconds' wait for what is not clean yet; a reply names its own.
func (d *Door) Export(ctx context.Context, b *brands.Snapshot, secret string) (map[string]any, []*sayline.Media, error) {
	r, err := d.Receipt(ctx, b, secret)
	if err != nil {
		return nil, nil, err
	}
	files, err := d.awaitAll(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	m, c := &r.Moment, &r.Moment.Context
	place := map[string]any{"id": c.Place}
	if c.Located {
		place["lat"], place["long"] = c.Lat, c.Long
	}
	doc := map[string]any{
		"id": m.ID, "reference": m.Reference, "brand": m.Brand, "class": m.Class, "status": cmp.Or(r.Status, sayline.StatusReceived),
		"received_at": stamp(m.ReceivedAt), "occurred_at": stamp(m.OccurredAt), "open_until": stamp(m.OpenUntil), "sealed_at": stamp(m.SealedAt), "retain_until": stamp(m.RetainUntil),
		"kind": m.Kind, "feeling": m.Feeling, "topic": m.Topic, "text": m.Text, "lang": m.Lang, "audience": m.Audience, "publish": m.Publish,
		"solved": m.Solved, "feeling_after": m.After, "private": m.Lane != "",
		"context": map[string]any{"touchpoint": c.Touchpoint, "place": place, "product": c.Product, "lot": c.Lot, "serial": c.Serial, "expiry": c.Expiry, "gs1": c.GS1, "ref": c.Ref, "source": c.Source},
		"sent_to": map[string]any{"team": m.Decision.Team, "place": m.Decision.Place, "urgency": m.Decision.Urgency},
	}
	if m.Contact != nil {
		doc["contact"] = m.Contact
	}
	history, messages := []any{}, []any{}
	for _, h := range r.History {
		history = append(history, map[string]any{"status": h.Status, "at": stamp(h.At), "label": h.Label})
	}
	for _, x := range r.Messages {
		from := "author"
		if x.Direction == sayline.Reply {
			from = "team"
		}
		message := map[string]any{"from": from, "text": x.Text, "lang": x.Lang, "at": stamp(x.At), "solved": x.Solved}
		if shown := r.Shown[x.ID]; len(shown) > 0 {
			ids := make([]string, len(shown))
			for i, m := range shown {
				ids[i] = m.ID
			}
			message["media"] = ids
		}
		messages = append(messages, message)
	}
	doc["history"], doc["messages"] = history, messages
	if doc["told_by"], err = d.toldBy(ctx, m); err != nil {
		return nil, nil, err
	}
	return doc, files, nil
}

// toldBy is all that is stored of the ways by which an author is told: the
// browsers they asked with, and letters to the address they left.
func (d *Door) toldBy(ctx context.Context, m *sayline.Moment) (list []map[string]any, err error) {
	ways, err := d.store.Tellings(ctx, m.Brand, m.ID)
	list = []map[string]any{}
	for _, t := range ways {
		way := map[string]any{"channel": t.Channel, "status": t.Status, "due_at": stamp(t.DueAt), "told_at": stamp(t.ToldAt), "attempts": t.Attempts, "outcome": t.Outcome, "detail": t.Detail}
		if t.Keys != "" {
			way["subscription"] = json.RawMessage(t.Keys)
		}
		list = append(list, way)
	}
	return list, err
}

// stamp is a time as a document has it; nil for one that never was.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// onDuty says whether somebody is on duty for a decision's team and place now,
// and if not, when somebody will be.
func onDuty(b *brands.Snapshot, d sayline.Decision, now time.Time) (bool, time.Time) {
	if b.Roster.Who(d.Team, d.Place, now).Duty() {
		return true, time.Time{}
	}
	return false, b.Roster.Next(d.Team, d.Place, now)
}
