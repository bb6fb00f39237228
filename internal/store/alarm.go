package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// What an alarm can be about.
const (
	AboutTouchpoint = "touchpoint"
	AboutPlace      = "place"   // several touchpoints of it together
	AboutLot        = "lot"     // of a product
	AboutPromise    = "promise" // a team's: the share of cases somebody is on in time
)

// Alarm is something that was unhappier than it usually is, or a promise that is
// kept less often.
type Alarm struct {
	Brand, About string
	Subject      string // touchpoint, place or team; GTIN/lot
	At, EndedAt  time.Time
	Case         string // "" for a promise
	Moments      int    // unhappy in the window; of a promise, how many were kept
	Of           int    // of a promise, of how many
	Usual        int    // thousandths of a moment in the window; of a promise, of a share
}

// UsualWhole is how many are usual in the window, to the next whole; 0 for
// hardly any.
func (a *Alarm) UsualWhole() int { return (a.Usual + 500) / 1000 }

// Lot is the product and the lot an alarm is about.
func (a *Alarm) Lot() LotID {
	gtin, lot, _ := strings.Cut(a.Subject, "/")
	return LotID{gtin, lot}
}

// LotID is a lot of a product.
type LotID struct{ GTIN, Lot string }

// Subject is the lot as an alarm's subject.
func (l LotID) Subject() string { return l.GTIN + "/" + l.Lot }

// Among are the moments an alarm is raised from: of some touchpoints, or of a lot;
// of no guarded audience.
type Among struct {
	Touchpoints []string
	Lot         LotID
	Guarded     []string
}

// unhappy writes which moments those are: of the two worst faces, of a lot
// problems too, for who says what is wrong with a thing rarely touches one.
func (m *Among) unhappy(b *where) {
	b.text(" AND lane = ''")
	unguarded(b, m.Guarded)
	if m.Lot.Lot != "" {
		b.and("lot <> '' AND lot = ", m.Lot.Lot)
		b.and("product = ", m.Lot.GTIN)
		b.text(unhappyLot)
		return
	}
	b.among("touchpoint IN", m.Touchpoints)
	b.text(" AND feeling IN (1, 2)")
}

const unhappyLot = " AND (feeling IN (1, 2) OR kind = 'problem')"

// AlarmPlan is how an alarm is raised.
type AlarmPlan struct {
	Among
	Decision sayline.Decision // whose it is, by which key
	Since    time.Time        // where the window begins
	Least    int              // unhappy moments that nobody has closed yet
	CoolDown time.Duration    // since the last alarm of the subject ended
	Case     string           // id of a new case
}

// ByAlarm stands where a person would who moved a moment.
const ByAlarm = "alarm"

// RaiseAlarm makes an alarm of what was heard. What is in no case yet
// joins the case of the plan's key, made where there is none; a case that has
// most of it already becomes urgent instead. One alarm at a time: raised is false
// where another process was first, one has just ended, or people have closed it.
func (s *Store) RaiseAlarm(ctx context.Context, a *Alarm, p AlarmPlan) (raised bool, err error) {
	err = s.update(ctx, a.Brand, byMachine, func(tx *Tx) (err error) {
		raised, err = tx.raiseAlarm(a, p)
		return err
	})
	if sayline.KindOf(err) == sayline.Conflict {
		return false, nil
	}
	return raised && err == nil, err
}

func (tx *Tx) raiseAlarm(a *Alarm, p AlarmPlan) (bool, error) {
	loose, cases, err := tx.unhappy(a, p)
	if err != nil {
		return false, err
	}
	most, n := "", len(loose)
	for id, count := range cases {
		if n += count; most == "" || count > cases[most] || count == cases[most] && id < most {
			most = id
		}
	}
	if n < p.Least {
		return false, nil
	}
	if first, err := tx.firstAlarm(a, p.CoolDown); err != nil || !first {
		return false, err
	}
	a.Moments = n
	team := p.Decision.Team
	if cases[most] > len(loose) {
		a.Case = most
		team, err = tx.urge(a.Brand, most)
	} else if a.Case, err = tx.gather(loose, p.Decision, p.Case); a.Case == "" && err == nil {
		err = errClosed // they went elsewhere meanwhile
	}
	if err != nil {
		return false, err
	}
	if err := tx.keepAlarm(a); err != nil {
		return false, err
	}
	tx.event(sayline.Event{Brand: a.Brand, Type: sayline.EventTouchpointAlarm, Case: a.Case, Team: team})
	return true, nil
}

// firstAlarm says whether an alarm is the only one of its subject, and sets its
// time. The one row of each is the lock by which one process raises it.
func (tx *Tx) firstAlarm(a *Alarm, coolDown time.Duration) (bool, error) {
	var at int64
	err := tx.row("INSERT INTO alarm_now (brand_id, about, subject, at, ended_at) VALUES ($1, $2, $3, $4, 0) ON CONFLICT (brand_id, about, subject) DO UPDATE SET at = excluded.at, ended_at = 0 "+
		"WHERE alarm_now.ended_at > 0 AND alarm_now.ended_at <= $5 RETURNING at", []any{a.Brand, a.About, a.Subject, micros(tx.now), micros(tx.now.Add(-coolDown))}, &at)
	if err == sql.ErrNoRows {
		return false, nil
	}
	a.At = tx.now
	return err == nil, err
}

func (tx *Tx) keepAlarm(a *Alarm) error {
	_, err := tx.exec("INSERT INTO alarm (brand_id, about, subject, at, case_id, n, total, usual, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)",
		a.Brand, a.About, a.Subject, micros(a.At), a.Case, a.Moments, a.Of, a.Usual)
	return err
}

// RaisePromise makes an alarm of a promise that is kept less often. It is a fact
// about a team's work, not a demand on a person: it has no case, and pages nobody.
func (s *Store) RaisePromise(ctx context.Context, a *Alarm, coolDown time.Duration) (raised bool, err error) {
	err = s.update(ctx, a.Brand, byMachine, func(tx *Tx) error {
		if raised, err = tx.firstAlarm(a, coolDown); err != nil || !raised {
			return err
		}
		tx.event(a.changed())
		return tx.keepAlarm(a)
	})
	return raised && err == nil, err
}

// unhappy finds the unhappy moments of a plan's time that nobody has closed:
// those in no case, and how many are in which.
func (tx *Tx) unhappy(a *Alarm, p AlarmPlan) (loose []*sayline.Moment, cases map[string]int, err error) {
	b := newWhere("brand_id = ", a.Brand)
	b.and("moment_id >= ", sayline.NewID(p.Since, zeros{}))
	p.unhappy(b)
	rows, err := tx.query("SELECT "+momentCols+" FROM moment WHERE "+b.String()+" ORDER BY moment_id", b.args...)
	if err != nil {
		return nil, nil, err
	}
	cases = map[string]int{}
	if err := eachRow(rows, func(r *sql.Rows) error {
		m, err := scanMoment(r, a.Brand)
		if err == nil && m.Case == "" {
			loose = append(loose, m)
		} else if err == nil {
			cases[m.Case]++
		}
		return err
	}); err != nil {
		return nil, nil, err
	}
	for id := range cases {
		var state string
		if err := tx.row("SELECT state FROM cases WHERE brand_id = $1 AND case_id = $2", []any{a.Brand, id}, &state); err != nil {
			return nil, nil, err
		}
		if state == sayline.CaseResolved {
			delete(cases, id)
		}
	}
	return loose, cases, nil
}

// urge makes an open case urgent, in a new episode where it was less. It gives
// the case's team.
func (tx *Tx) urge(brand, id string) (team string, err error) {
	c, err := tx.lockCase(brand, id)
	switch {
	case err != nil:
		return "", err
	case c.State == sayline.CaseResolved:
		return "", errClosed
	case !sayline.MoreUrgent(sayline.Urgent, c.Urgency):
		return c.Team, nil
	}
	c.Urgency, c.Raised = sayline.Urgent, 0
	if err := tx.reopen(c, ""); err != nil {
		return "", err
	}
	return c.Team, tx.saveCase(c)
}

// gather joins moments that were nobody's work to the case of a decision, and
// gives its id; "" when all of them are somewhere else meanwhile.
func (tx *Tx) gather(loose []*sayline.Moment, d sayline.Decision, id string) (string, error) {
	var joining []*Accept
	for _, m := range loose {
		// Their authors may be adding to them, and the device folding presses into them.
		n, err := tx.exec("UPDATE moment SET moment_id = moment_id WHERE brand_id = $1 AND moment_id = $2 AND case_id = ''", m.Brand, m.ID)
		if err != nil {
			return "", err
		}
		if n == 0 {
			continue
		}
		if err := tx.keepDecision(m, ByAlarm); err != nil {
			return "", err
		}
		tx.countMoment(m, sayline.Zone(m.Zone), -1)
		m.Decision = d
		tx.countMoment(m, sayline.Zone(m.Zone), +1)
		joining = append(joining, &Accept{Moment: m, CaseID: id})
	}
	work, in := newCasework(tx), ""
	if err := work.openSlots(joining); err != nil {
		return "", err
	}
	for _, a := range joining {
		work.attach(a.slot, a.Moment)
		in = a.Moment.Case
	}
	if err := work.write(); err != nil {
		return "", err
	}
	for _, a := range joining {
		m := a.Moment
		if _, err := tx.exec("UPDATE moment SET case_id = $1, episode = $2, team = $3, urgency = $4 WHERE brand_id = $5 AND moment_id = $6", m.Case, m.Episode, d.Team, d.Urgency, m.Brand, m.ID); err != nil {
			return "", err
		}
		if _, err := tx.exec("UPDATE message SET case_id = $1, episode = $2 WHERE brand_id = $3 AND moment_id = $4", m.Case, m.Episode, m.Brand, m.ID); err != nil {
			return "", err
		}
		tx.event(sayline.Event{Brand: m.Brand, Type: sayline.EventMomentUpdated, Moment: m.ID, Case: m.Case, Team: d.Team})
	}
	return in, nil
}

// FollowAlarm joins what goes on being said to the alarm's case, as long as that
// is open.
func (s *Store) FollowAlarm(ctx context.Context, a Alarm, p AlarmPlan) error {
	b := newWhere("brand_id = ", a.Brand)
	b.and("moment_id >= ", sayline.NewID(a.At, zeros{}))
	p.unhappy(b)
	b.text(" AND case_id = ''")
	var n int
	if err := s.readers.QueryRowContext(ctx, "SELECT COUNT(*) FROM moment WHERE "+b.String(), b.args...).Scan(&n); err != nil || n == 0 {
		return s.failed(err)
	}
	d := p.Decision
	p.Since = a.At
	return s.update(ctx, a.Brand, byMachine, func(tx *Tx) error {
		c, err := tx.lockCase(a.Brand, a.Case)
		if err != nil || c.State == sayline.CaseResolved || c.GroupKey == "" || c.GroupKey != d.GroupKey || c.Team != d.Team {
			return err
		}
		loose, _, err := tx.unhappy(&a, p)
		if err != nil {
			return err
		}
		_, err = tx.gather(loose, d, "") // its slot is locked: no new case is made
		return err
	})
}

// EndAlarm ends an alarm.
func (s *Store) EndAlarm(ctx context.Context, a Alarm) error {
	return s.update(ctx, a.Brand, byMachine, func(tx *Tx) error {
		for _, table := range []string{"alarm_now", "alarm"} {
			if _, err := tx.exec("UPDATE "+table+" SET ended_at = $1 WHERE brand_id = $2 AND about = $3 AND subject = $4 AND at = $5 AND ended_at = 0", micros(tx.now), a.Brand, a.About, a.Subject, micros(a.At)); err != nil {
				return err
			}
		}
		tx.event(a.changed())
		return nil
	})
}

// changed is the event of an alarm that began without a case, or ended; of a promise
// it says whose, so that the team's own pages hear of it.
func (a *Alarm) changed() sayline.Event {
	e := sayline.Event{Brand: a.Brand, Type: sayline.EventAlarmChanged}
	if a.About == AboutPromise {
		e.Team = a.Subject
	}
	return e
}

const alarmCols = "about, subject, at, case_id, n, total, usual, ended_at"

func (s *Store) alarms(ctx context.Context, brand, where string, args ...any) ([]Alarm, error) {
	rows, err := s.ask(ctx, "SELECT "+alarmCols+" FROM alarm WHERE brand_id = $1 AND "+where, append([]any{brand}, args...)...)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []Alarm
	err = eachRow(rows, func(r *sql.Rows) error {
		a := Alarm{Brand: brand}
		var at, ended int64
		err := r.Scan(&a.About, &a.Subject, &at, &a.Case, &a.Moments, &a.Of, &a.Usual, &ended)
		a.At, a.EndedAt = fromMicros(at), fromMicros(ended)
		list = append(list, a)
		return err
	})
	return list, s.failed(err)
}

// AlarmsOn reads the alarms of a brand that are not over.
func (s *Store) AlarmsOn(ctx context.Context, brand string) ([]Alarm, error) {
	return s.alarms(ctx, brand, "ended_at = 0 ORDER BY about, subject")
}

// AlarmOf reads the latest alarm that a case was raised by; nil for none.
func (s *Store) AlarmOf(ctx context.Context, brand, caseID string) (*Alarm, error) {
	list, err := s.alarms(ctx, brand, "case_id = $2 ORDER BY at DESC LIMIT 1", caseID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}
