package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// Accept is one moment on its way in, decided already. The store adds its case.
type Accept struct {
	Moment *sayline.Moment
	Digest string // SHA-256 of the body
	CaseID string // for a case of its own, should it need one

	Media   []sayline.Media // its photos and voices, their files durable
	Planned time.Time       // when those were planned ([Store.PlanMedia])

	Replay bool // the same key with the same digest was there: nothing was stored; Moment.ID is the first one's

	err  error
	slot *slot
}

// The answers for a key that is known.
var (
	errOtherDigest = &sayline.Error{Kind: sayline.AtFault, Message: "This key was used for something else. Make a new key for each moment.", Fields: []sayline.Fault{{Pointer: "", Detail: "the Idempotency-Key belongs to another body"}}}
	errWithdrawn   = sayline.Errorf(sayline.Gone, "This was taken back. To say it again, make a new key.").Keyed("detail_withdrawn")
)

// Accept stores a moment with everything it causes, in one transaction: key,
// case and slot, step, counts, events. When it returns without error, all of it
// is on disk. Errors: AtFault for a key with another digest, Gone for a withdrawn
// one, Unavailable when the line is full or the database away.
func (s *Store) Accept(ctx context.Context, a *Accept) error {
	m := a.Moment // no time finer than the rows hold: it is read again to be counted out
	m.ReceivedAt, m.OccurredAt = m.ReceivedAt.Truncate(time.Microsecond), m.OccurredAt.Truncate(time.Microsecond)
	return s.write(ctx, m.Brand, byPerson, &job{accept: a, size: 600 + len(a.Moment.Text) + 300*len(a.Media)})
}

var (
	idempotencyTable = newTable("idempotency", "brand_id text, key_hash text, digest text, moment_id text, at bigint, gone bigint",
		"ON CONFLICT (brand_id, key_hash) DO NOTHING RETURNING brand_id, key_hash")
	slotTable = newTable("case_slot", "brand_id text, group_key text, case_id text, state text, urgency text, episode bigint, resolved_at bigint",
		"ON CONFLICT (brand_id, group_key) DO UPDATE SET case_id = case_slot.case_id RETURNING brand_id, group_key, case_id, state, urgency, episode, resolved_at")
	slotState = newTable("case_slot", "brand_id text, group_key text, case_id text, state text, urgency text, episode bigint, resolved_at bigint",
		"ON CONFLICT (brand_id, group_key) DO UPDATE SET case_id = excluded.case_id, state = excluded.state, urgency = excluded.urgency, episode = excluded.episode, resolved_at = excluded.resolved_at")
	momentTable  = newTable("moment", momentTyped, "")
	contactTable = newTable("moment_contact", "brand_id text, moment_id text, contact text", "")
	stepTable    = newTable("step", "brand_id text, case_id text, episode bigint, loop bigint, n bigint, moment_id text, due_at bigint, fired_at bigint, state text, found text", "")
)

const momentTyped = "brand_id text, moment_id text, lane text, received_at bigint, occurred_at bigint, open_until bigint, sealed_at bigint, retain_until bigint, " +
	"kind text, feeling bigint, topic text, text text, lang text, audience text, touchpoint text, place text, product text, lot text, ref text, source text, " +
	"class text, publish bigint, solved text, reference text, receipt text, astray bigint, case_id text, episode bigint, version bigint, rule bigint, team text, urgency text, detail text, relay text"

// acceptAll is the transaction for all moments of a group, table by table and
// each in the order of its keys, so that two processes never wait in a ring.
func (tx *Tx) acceptAll(accepts []*Accept) error {
	if len(accepts) == 0 {
		return nil
	}
	for _, a := range accepts {
		a.err, a.Replay, a.slot = nil, false, nil
	}
	accepts = slices.DeleteFunc(slices.Clone(accepts), func(a *Accept) bool {
		if tx.late(a.Media, a.Planned) {
			a.err = errPlan
		}
		return a.err != nil
	})
	fresh, err := tx.claimKeys(accepts)
	if err != nil || len(fresh) == 0 {
		return err
	}
	return tx.takeIn(fresh)
}

// takeIn writes moments whose keys are claimed, with the work they make.
func (tx *Tx) takeIn(fresh []*Accept) error {
	work := newCasework(tx)
	if err := work.openSlots(fresh); err != nil {
		return err
	}
	for _, a := range fresh {
		work.attach(a.slot, a.Moment)
	}
	if err := work.write(); err != nil {
		return err
	}
	return tx.insertMoments(fresh)
}

// claimKeys inserts the idempotency keys and gives the accepts whose key is
// new. The others get what their key already stands for.
func (tx *Tx) claimKeys(accepts []*Accept) (fresh []*Accept, err error) {
	type key struct{ brand, hash string }
	byKey := make(map[key]*Accept, len(accepts))
	var known []*Accept
	order := make([]*Accept, 0, len(accepts))
	for _, a := range accepts {
		k := key{a.Moment.Brand, a.Moment.Once}
		if byKey[k] != nil {
			known = append(known, a) // the same tap twice in one group
			continue
		}
		byKey[k] = a
		order = append(order, a)
	}
	slices.SortFunc(order, func(x, y *Accept) int {
		return cmp.Or(cmp.Compare(x.Moment.Brand, y.Moment.Brand), cmp.Compare(x.Moment.Once, y.Moment.Once))
	})
	rows := make([][]any, len(order))
	for i, a := range order {
		rows[i] = []any{a.Moment.Brand, a.Moment.Once, a.Digest, a.Moment.ID, micros(tx.now.Truncate(24 * time.Hour)), 0} // the day is enough to forget by, and tells less
	}
	isNew, err := tx.claim(idempotencyTable, rows)
	if err != nil {
		return nil, err
	}
	claimed := make(map[*Accept]bool, len(order))
	for i, a := range order {
		claimed[a] = isNew[i]
	}
	for _, a := range accepts {
		if claimed[a] {
			fresh = append(fresh, a)
		} else if byKey[key{a.Moment.Brand, a.Moment.Once}] == a {
			known = append(known, a)
		}
	}
	for _, a := range known {
		if err := tx.repeat(a); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

// repeat answers an accept whose key is known. That of a folded press stands for
// another key.
func (tx *Tx) repeat(a *Accept) error {
	const stored = "SELECT digest, moment_id, gone FROM idempotency WHERE brand_id = $1 AND key_hash = $2"
	var digest, moment, other string
	var gone int
	err := tx.row(stored, []any{a.Moment.Brand, a.Moment.Once}, &digest, &moment, &gone)
	if first, folded := strings.CutPrefix(moment, standsFor); err == nil && folded {
		moment = ""
		if err = tx.row(stored, []any{a.Moment.Brand, first}, &other, &moment, &gone); err == sql.ErrNoRows {
			err = nil // forgotten a day before this one
		}
	}
	switch {
	case err != nil:
		return err
	case gone != 0:
		a.err = errWithdrawn
	case digest != a.Digest:
		a.err = errOtherDigest
	default:
		a.Replay = true
		a.Moment.ID = moment
	}
	return nil
}

func (tx *Tx) insertMoments(fresh []*Accept) error {
	moments := make([][]any, len(fresh))
	var contacts [][]any
	for i, a := range fresh {
		m := a.Moment
		moments[i] = momentRow(m)
		if m.Contact != nil {
			contacts = append(contacts, contactRow(m))
		}
		tx.countMoment(m, sayline.Zone(m.Zone), +1)
		tx.event(sayline.Event{Brand: m.Brand, Type: sayline.EventMomentReceived, Lane: m.Lane, Moment: m.ID, Case: m.Case, Team: m.Decision.Team})
	}
	if err := tx.insert(momentTable, moments); err != nil {
		return err
	}
	if err := tx.insert(contactTable, contacts); err != nil {
		return err
	}
	if len(contacts) > 0 {
		identified := make([]*sayline.Moment, len(fresh))
		for i, a := range fresh {
			identified[i] = a.Moment
		}
		if err := tx.insertSpeakers(identified...); err != nil {
			return err
		}
	}
	for _, a := range fresh {
		if err := tx.keepMedia(a.Moment, a.Media); err != nil {
			return err
		}
	}
	return nil
}

func contactRow(m *sayline.Moment) []any {
	text, _ := json.Marshal(m.Contact) // strings only: cannot fail
	return []any{m.Brand, m.ID, string(text)}
}

// detail is what of a moment is never filtered by.
type detail struct {
	Serial  string         `json:"serial,omitempty"`
	Expiry  string         `json:"expiry,omitempty"`
	GS1     string         `json:"gs1,omitempty"`
	Lat     *float64       `json:"lat,omitempty"`
	Long    *float64       `json:"long,omitempty"`
	Zone    string         `json:"zone,omitempty"` // its buckets are counted in
	Guarded bool           `json:"guarded,omitempty"`
	Facts   []sayline.Fact `json:"facts,omitempty"`
	Also    []string       `json:"also,omitempty"`
	Place   string         `json:"place,omitempty"` // the team is asked for
	Within  int64          `json:"within,omitempty"`
	Answer  int64          `json:"answer,omitempty"`
	Key     string         `json:"key,omitempty"` // cases join by
	NoPages bool           `json:"no_pages,omitempty"`
	Passed  string         `json:"passed,omitempty"` // by whom
	After   int            `json:"after,omitempty"`
	Photos  int            `json:"photos,omitempty"`
	Voices  int            `json:"voices,omitempty"`
	Raise   sayline.Raise  `json:"raise,omitzero"` // by the number of moments
	Once    string         `json:"once"`
}

func momentRow(m *sayline.Moment) []any {
	c, d := &m.Context, &m.Decision
	det := detail{Passed: c.PassedBy, Serial: c.Serial, Expiry: c.Expiry, GS1: c.GS1, Facts: d.Facts, Also: d.Also, Place: d.Place,
		Within: int64(d.Within / time.Second), Answer: int64(d.Answer / time.Second), Key: d.GroupKey, NoPages: !d.Pages, Zone: m.Zone, Guarded: m.Guarded, After: m.After, Photos: m.Photos, Voices: m.Voices, Once: m.Once}
	if d.Raise.At > 0 {
		det.Raise = sayline.Raise{At: d.Raise.At, To: d.Raise.To} // its words were looked for
	}
	if c.Located {
		det.Lat, det.Long = &c.Lat, &c.Long
	}
	located, hash := splitReceipt(m.Receipt)
	text, _ := json.Marshal(det) // finite numbers and strings only: cannot fail
	return []any{m.Brand, m.ID, m.Lane, micros(m.ReceivedAt), micros(m.OccurredAt), micros(m.OpenUntil), micros(m.SealedAt), micros(m.RetainUntil),
		m.Kind, m.Feeling, m.Topic, m.Text, m.Lang, m.Audience, c.Touchpoint, c.Place, c.Product, c.Lot, c.Ref, c.Source,
		m.Class, flag(m.Publish), m.Solved, m.Reference, hash, flag(located == "" && hash != ""), m.Case, m.Episode, d.Version, d.Rule, d.Team, d.Urgency, string(text), c.Relay}
}

// KnownKey says whether an idempotency key was used before.
func (s *Store) KnownKey(ctx context.Context, brand, keyHash string) (bool, error) {
	var n int
	err := s.readers.QueryRowContext(ctx, "SELECT COUNT(*) FROM idempotency WHERE brand_id = $1 AND key_hash = $2", brand, keyHash).Scan(&n)
	return n > 0, s.failed(err)
}
