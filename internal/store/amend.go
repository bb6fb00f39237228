package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// Amend is what an author adds to, or changes in, an open moment.
type Amend struct {
	Brand   string
	Receipt string                                 // hash of the secret
	Change  func(*sayline.Moment) error            // edits the moment, its id too should it enter a protected lane; an error refuses the amendment
	Decide  func(*sayline.Moment) sayline.Decision // decides again
	CaseID  string                                 // for a case of its own, should it need one
	Device  string                                 // that signs the change, "" for none: this moment's burst goes on
	Pressed time.Time                              // when it was pressed there

	Media   []sayline.Media // photos and voices to add, their files durable
	Planned time.Time       // when those were planned ([Store.PlanMedia])
}

var errSealed = sayline.Errorf(sayline.Conflict, "This is closed and can't be changed any more. You can still write a message.").Keyed("detail_sealed")

// Amend applies an author's additions, decides again, and moves the moment to
// another case where the decision says so. Conflict after the seal.
func (s *Store) Amend(ctx context.Context, a Amend) error {
	_, err := s.AddMedia(ctx, a)
	return err
}

// AddMedia is Amend with photos and voices, of which added became the moment's.
// One whose content the moment has already is left out; when all are, nothing
// happens. After the seal they are taken while the team has asked for more.
func (s *Store) AddMedia(ctx context.Context, a Amend) (added []string, err error) {
	err = s.update(ctx, a.Brand, byPerson, func(tx *Tx) (err error) {
		added, err = tx.amend(&a)
		return err
	})
	if err != nil {
		return nil, err
	}
	return added, nil
}

func (tx *Tx) amend(a *Amend) (added []string, err error) {
	m, c, err := tx.lockMoment(a.Brand, a.Receipt)
	if err != nil {
		return nil, err
	}
	before := *m
	media, err := tx.newMedia(m, a.Media)
	if err != nil || len(a.Media) > 0 && len(media) == 0 {
		return nil, err // all of it is there: a repeat, which the seal does not undo
	}
	if !m.Open(tx.now) {
		asked, err := tx.asked(m, c)
		if err != nil {
			return nil, err
		}
		if !asked || len(a.Media) == 0 {
			return nil, errSealed
		}
	}
	if tx.late(media, a.Planned) {
		return nil, errPlan
	}
	for _, x := range media {
		added = append(added, x.ID)
		if x.Kind == sayline.Photo {
			m.Photos++
		} else {
			m.Voices++
		}
	}
	if err := a.Change(m); err != nil {
		return nil, err
	}
	m.Decision = a.Decide(m)
	if err := tx.becomes(&before, m, c, a.CaseID); err != nil {
		return nil, err
	}
	if a.Device != "" {
		if err := tx.burstGoesOn(m, a.Device, a.Pressed); err != nil {
			return nil, err
		}
	}
	return added, tx.keepMedia(m, media)
}

// becomes writes a moment that was changed and decided again: its counts, its
// case (c is the one it was in), its row.
func (tx *Tx) becomes(before, m *sayline.Moment, c *sayline.Case, caseID string) error {
	tx.countMoment(before, sayline.Zone(before.Zone), -1)
	if err := tx.rehome(before, m, c, caseID); err != nil {
		return err
	}
	if err := tx.replaceMoment(before, m); err != nil {
		return err
	}
	tx.countMoment(m, sayline.Zone(m.Zone), +1)
	if !m.SealedAt.IsZero() {
		if err := tx.dueNow(m); err != nil {
			return err
		}
	}
	tx.event(sayline.Event{Brand: m.Brand, Type: sayline.EventMomentUpdated, Lane: m.Lane, Moment: m.ID, Case: m.Case, Team: m.Decision.Team})
	return nil
}

// asked says whether the team's last word to the author was that it needs more.
func (tx *Tx) asked(m *sayline.Moment, c *sayline.Case) (bool, error) {
	if c == nil {
		return false, nil
	}
	var status string
	err := tx.row("SELECT status FROM history WHERE brand_id = $1 AND (subject = $2 OR subject = $3) ORDER BY at DESC, CASE WHEN status = 'needs_info' THEN 0 ELSE 1 END, n DESC LIMIT 1", []any{m.Brand, m.ID, c.ID}, &status)
	if err == sql.ErrNoRows {
		return false, nil
	}
	return status == sayline.StatusNeedsInfo, err
}

// dueNow lets the alert of a sealed moment go: nothing more will travel with it.
func (tx *Tx) dueNow(m *sayline.Moment) error {
	_, err := tx.exec("UPDATE step SET due_at = $1 WHERE brand_id = $2 AND case_id = $3 AND moment_id = $4 AND state = 'waiting' AND due_at > $5",
		micros(tx.now), m.Brand, m.Case, m.ID, micros(tx.now))
	return err
}

// replaceMoment writes the moment anew. One that enters a protected lane gets an
// id and a time that tell no more than the day.
func (tx *Tx) replaceMoment(before, m *sayline.Moment) error {
	if err := tx.noteChanged(before, m); err != nil {
		return err
	}
	if m.ID != before.ID {
		_, m.Receipt = splitReceipt(m.Receipt) // its URL leads to where it was
		if err := tx.forgetWords(m.Brand, before.ID); err != nil {
			return err
		}
		if _, err := tx.exec("UPDATE idempotency SET moment_id = $1 WHERE brand_id = $2 AND key_hash = $3", m.ID, m.Brand, m.Once); err != nil {
			return err
		}
		for _, text := range []string{
			"UPDATE message SET moment_id = $1 WHERE brand_id = $2 AND moment_id = $3",
			"UPDATE history SET subject = $1 WHERE brand_id = $2 AND subject = $3",
			"UPDATE decision_before SET moment_id = $1 WHERE brand_id = $2 AND moment_id = $3",
			"UPDATE media SET moment_id = $1 WHERE brand_id = $2 AND moment_id = $3",
			"UPDATE author_way SET moment_id = $1 WHERE brand_id = $2 AND moment_id = $3",
		} {
			if _, err := tx.exec(text, m.ID, m.Brand, before.ID); err != nil {
				return err
			}
		}
		// Whoever shows the open stream or keeps what it told has to let go of it.
		tx.event(sayline.Event{Brand: m.Brand, Type: sayline.EventMomentWithdrawn, Lane: before.Lane, Moment: before.ID, Case: before.Case, Team: before.Decision.Team})
	}
	for _, text := range []string{
		"DELETE FROM moment WHERE brand_id = $1 AND moment_id = $2",
		"DELETE FROM moment_contact WHERE brand_id = $1 AND moment_id = $2",
		"DELETE FROM speaker WHERE brand_id = $1 AND moment_id = $2",
	} {
		if _, err := tx.exec(text, m.Brand, before.ID); err != nil {
			return err
		}
	}
	if m.Contact != nil {
		if err := tx.insert(contactTable, [][]any{contactRow(m)}); err != nil {
			return err
		}
		if err := tx.insertSpeakers(m); err != nil {
			return err
		}
	}
	return tx.insert(momentTable, [][]any{momentRow(m)})
}

// rehome lets an amended moment stay with its case or moves it to the one its
// new decision names.
func (tx *Tx) rehome(before, m *sayline.Moment, c *sayline.Case, caseID string) error {
	old, now := &before.Decision, &m.Decision
	if c != nil && !now.OpensCase {
		if spoken, err := tx.spoke(m); err != nil {
			return err
		} else if spoken { // words are always before a person
			m.Decision = *old
		}
	}
	if c != nil && now.OpensCase && now.GroupKey == old.GroupKey && now.Team == old.Team && before.Lane == m.Lane {
		return tx.stay(before, m, c)
	}
	if c != nil && before.Lane == m.Lane {
		if there, err := tx.putThere(before, m); err != nil {
			return err
		} else if there {
			return tx.stay(before, m, c)
		}
	}
	if c == nil && !now.OpensCase {
		return nil
	}
	if err := tx.keepDecision(before, ""); err != nil {
		return err
	}
	m.Case, m.Episode = "", 0
	if c == nil {
		return tx.join(m, before.ID, caseID)
	}
	if err := tx.keepHistory(before, c); err != nil {
		return err
	}
	if err := tx.leave(before, c, "moved"); err != nil {
		return err
	}
	if c.Moments > 0 && c.State != sayline.CaseResolved && now.Team != old.Team {
		if err := tx.followUp(c, c.Episode, sayline.PageOneMoved); err != nil {
			return err
		}
	}
	if before.Lane != m.Lane { // what became private leaves nothing of itself in the open
		if err := tx.forgetCase(c); err != nil {
			return err
		}
	}
	return tx.join(m, before.ID, caseID)
}

// keepDecision keeps the decision that is replaced, and the case it led to; each
// at a time of its own, even of two in one group.
func (tx *Tx) keepDecision(m *sayline.Moment, by string) error {
	d, now := &m.Decision, micros(tx.now)
	_, err := tx.exec("INSERT INTO decision_before (brand_id, moment_id, at, version, rule, team, case_id, by_person) "+
		"SELECT $1, $2, CASE WHEN COALESCE(MAX(at), 0) >= $3 THEN MAX(at) + 1 ELSE $4 END, $5, $6, $7, $8, $9 FROM decision_before WHERE brand_id = $10 AND moment_id = $11",
		m.Brand, m.ID, now, now, d.Version, d.Rule, d.Team, m.Case, by, m.Brand, m.ID)
	return err
}

// spoke says whether the author of a moment has written a message.
func (tx *Tx) spoke(m *sayline.Moment) (bool, error) {
	var n int
	err := tx.row("SELECT COUNT(*) FROM message WHERE brand_id = $1 AND moment_id = $2 AND direction = 'author' AND text <> ''", []any{m.Brand, m.ID}, &n)
	return n > 0, err
}

// stay keeps a moment in its case: its feeling may have changed; a more urgent
// decision, or words added to what is closed already, start a new episode.
func (tx *Tx) stay(before, m *sayline.Moment, c *sayline.Case) error {
	c.Feelings[before.Feeling]--
	c.Feelings[m.Feeling]++
	c.Feelings[0] = 0
	theirs, err := tx.guarding(m)
	if err != nil {
		return err
	}
	c.Guarded = c.Guarded || theirs
	d := &m.Decision
	urgency, raised := d.Urgency, 0
	if grown := d.Raise.Urgency(urgency, c.Moments); grown != urgency {
		urgency, raised = grown, c.Moments
	}
	rises := sayline.MoreUrgent(urgency, c.Urgency)
	if rises {
		c.Urgency, c.Raised = urgency, raised
	}
	if rises || c.State == sayline.CaseResolved && (m.Text != "" && m.Text != before.Text || m.Photos+m.Voices > before.Photos+before.Voices) {
		if err := tx.reopen(c, m.ID); err != nil {
			return err
		}
	}
	if rises {
		c.AckBy, c.AnswerBy = d.Promise(tx.now)
		c.Version, c.Policy, c.AckTime = d.Version, d.Policy, d.AckTime
	}
	m.Case, m.Episode = c.ID, before.Episode
	return tx.saveCase(c)
}

// leave takes a moment out of its case; an empty case closes with the reason.
func (tx *Tx) leave(m *sayline.Moment, c *sayline.Case, reason string) error {
	c.Moments--
	if m.Feeling > 0 {
		c.Feelings[m.Feeling]--
	}
	if c.Moments == 0 && c.State != sayline.CaseResolved {
		if err := tx.resolve(c, "", reason); err != nil {
			return err
		}
		says := sayline.PageTakenBack
		if reason == "moved" {
			says = sayline.PageMoved
		}
		if err := tx.followUp(c, c.Episode, says); err != nil {
			return err
		}
	}
	if reason == "moved" {
		tx.event(sayline.Event{Brand: c.Brand, Type: sayline.EventCaseMoved, Lane: c.Lane, Case: c.ID, Team: c.Team})
	}
	if _, err := tx.exec("UPDATE step SET moment_id = '' WHERE brand_id = $1 AND case_id = $2 AND moment_id = $3", c.Brand, c.ID, m.ID); err != nil {
		return err
	}
	return tx.saveCase(c)
}

// join attaches one moment to the case its decision names, by the same
// casework as intake. What was said about it goes with it: messages know it by
// the id it had before.
func (tx *Tx) join(m *sayline.Moment, before, caseID string) error {
	work := newCasework(tx)
	a := &Accept{Moment: m, CaseID: caseID}
	if err := work.openSlots([]*Accept{a}); err != nil {
		return err
	}
	work.attach(a.slot, m)
	if err := work.write(); err != nil {
		return err
	}
	theirs, err := tx.guarding(m)
	if err == nil && theirs {
		_, err = tx.exec("UPDATE cases SET guarded = 1 WHERE brand_id = $1 AND case_id = $2", m.Brand, m.Case)
	}
	if err != nil {
		return err
	}
	_, err = tx.exec("UPDATE message SET case_id = $1, episode = $2 WHERE brand_id = $3 AND moment_id = $4", m.Case, m.Episode, m.Brand, before)
	return err
}

// keepHistory copies what the author has already read of the case they leave:
// their history is only ever added to.
func (tx *Tx) keepHistory(m *sayline.Moment, c *sayline.Case) error {
	_, err := tx.exec("INSERT INTO history (brand_id, subject, n, at, episode, status, by_person, label) "+
		"SELECT brand_id, $1, ROW_NUMBER() OVER (ORDER BY n) + (SELECT COALESCE(MAX(h.n), 0) FROM history h WHERE h.brand_id = $2 AND h.subject = $3), at, episode, status, by_person, label "+
		"FROM history WHERE brand_id = $4 AND subject = $5 AND episode >= $6",
		m.ID, m.Brand, m.ID, c.Brand, c.ID, m.Episode)
	return err
}
