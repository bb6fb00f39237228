package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// Heard is what a touchpoint heard lately: unhappy moments (of the two worst
// faces), in so many different minutes.
type Heard struct{ Moments, Minutes int }

// Unhappy reads what each touchpoint heard since a time, in the open. It is read
// from the minutes' counts.
func (s *Store) Unhappy(ctx context.Context, brand string, since time.Time) (map[string]Heard, error) {
	rows, err := s.ask(ctx, "SELECT touchpoint, SUM(f1 + f2), COUNT(DISTINCT bucket) FROM count_minute WHERE brand_id = $1 AND lane = '' AND bucket >= $2 AND f1 + f2 > 0 GROUP BY touchpoint", brand, micros(since))
	if err != nil {
		return nil, s.failed(err)
	}
	heard := map[string]Heard{}
	err = eachRow(rows, func(r *sql.Rows) error {
		var id string
		var h Heard
		err := r.Scan(&id, &h.Moments, &h.Minutes)
		heard[id] = h
		return err
	})
	return heard, s.failed(err)
}

// Week is a day some weeks ago, and hours of it, by their starts.
type Week struct {
	Day   int64
	Hours []int64
}

// HeardThen is what a touchpoint heard in the hours of a [Week]; Open says
// whether there was any tap that day.
type HeardThen struct {
	Unhappy int
	Open    bool
}

// UnhappyBefore reads what a touchpoint heard in weeks before, in the open, from
// the hours' and days' counts.
func (s *Store) UnhappyBefore(ctx context.Context, brand, touchpoint string, weeks []Week) ([]HeardThen, error) {
	list := make([]HeardThen, len(weeks))
	for i, w := range weeks {
		var taps int
		if err := s.readers.QueryRowContext(ctx, "SELECT COALESCE(SUM(n), 0) FROM count_day WHERE brand_id = $1 AND lane = '' AND bucket = $2 AND touchpoint = $3", brand, w.Day, touchpoint).Scan(&taps); err != nil {
			return nil, s.failed(err)
		}
		if list[i].Open = taps > 0; !list[i].Open {
			continue
		}
		for _, hour := range w.Hours {
			var n int
			if err := s.readers.QueryRowContext(ctx, "SELECT COALESCE(SUM(f1 + f2), 0) FROM count_hour WHERE brand_id = $1 AND lane = '' AND bucket = $2 AND touchpoint = $3", brand, hour, touchpoint).Scan(&n); err != nil {
				return nil, s.failed(err)
			}
			list[i].Unhappy += n
		}
	}
	return list, nil
}

// Alarm is a touchpoint that was unhappier than it usually is.
type Alarm struct {
	Brand, Touchpoint string
	At, EndedAt       time.Time
	Case              string
	Moments           int // unhappy in ten minutes
	Usual             int // thousandths of a moment in ten minutes
}

// UsualWhole is how many are usual in ten minutes, to the next whole; 0 for
// hardly any.
func (a *Alarm) UsualWhole() int { return (a.Usual + 500) / 1000 }

// AlarmPlan is how an alarm is raised.
type AlarmPlan struct {
	Decision sayline.Decision // whose it is, by which key
	Since    time.Time        // where the ten minutes begin
	Least    int              // unhappy moments that nobody has closed yet
	CoolDown time.Duration    // since the last alarm of the touchpoint ended
	Case     string           // id of a new case
}

// ByAlarm stands where a person would who moved a moment.
const ByAlarm = "alarm"

// RaiseAlarm makes an alarm of what a touchpoint heard. What is in no case yet
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
	var at int64
	err = tx.row("INSERT INTO alarm_now (brand_id, touchpoint, at, ended_at) VALUES ($1, $2, $3, 0) ON CONFLICT (brand_id, touchpoint) DO UPDATE SET at = excluded.at, ended_at = 0 "+
		"WHERE alarm_now.ended_at > 0 AND alarm_now.ended_at <= $4 RETURNING at", []any{a.Brand, a.Touchpoint, micros(tx.now), micros(tx.now.Add(-p.CoolDown))}, &at)
	if err == sql.ErrNoRows {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	a.At, a.Moments = tx.now, n
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
	if _, err := tx.exec("INSERT INTO alarm (brand_id, touchpoint, at, case_id, n, usual, ended_at) VALUES ($1, $2, $3, $4, $5, $6, 0)",
		a.Brand, a.Touchpoint, micros(a.At), a.Case, a.Moments, a.Usual); err != nil {
		return false, err
	}
	tx.event(sayline.Event{Brand: a.Brand, Type: sayline.EventTouchpointAlarm, Case: a.Case, Team: team})
	return true, nil
}

// unhappy finds the unhappy moments of a plan's time that nobody has closed:
// those in no case, and how many are in which.
func (tx *Tx) unhappy(a *Alarm, p AlarmPlan) (loose []*sayline.Moment, cases map[string]int, err error) {
	rows, err := tx.query("SELECT "+momentCols+" FROM moment WHERE brand_id = $1 AND touchpoint = $2 AND moment_id >= $3 AND lane = '' AND feeling IN (1, 2) ORDER BY moment_id", a.Brand, a.Touchpoint, sayline.NewID(p.Since, zeros{}))
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
func (s *Store) FollowAlarm(ctx context.Context, a Alarm, d sayline.Decision) error {
	var n int
	if err := s.readers.QueryRowContext(ctx, "SELECT COUNT(*) FROM moment WHERE brand_id = $1 AND touchpoint = $2 AND moment_id >= $3 AND lane = '' AND feeling IN (1, 2) AND case_id = ''",
		a.Brand, a.Touchpoint, sayline.NewID(a.At, zeros{})).Scan(&n); err != nil || n == 0 {
		return s.failed(err)
	}
	return s.update(ctx, a.Brand, byMachine, func(tx *Tx) error {
		c, err := tx.lockCase(a.Brand, a.Case)
		if err != nil || c.State == sayline.CaseResolved || c.GroupKey == "" || c.GroupKey != d.GroupKey || c.Team != d.Team {
			return err
		}
		loose, _, err := tx.unhappy(&a, AlarmPlan{Since: a.At})
		if err != nil {
			return err
		}
		_, err = tx.gather(loose, d, "") // its slot is locked: no new case is made
		return err
	})
}

// EndAlarm ends a touchpoint's alarm.
func (s *Store) EndAlarm(ctx context.Context, brand, touchpoint string, at time.Time) error {
	return s.update(ctx, brand, byMachine, func(tx *Tx) error {
		for _, table := range []string{"alarm_now", "alarm"} {
			if _, err := tx.exec("UPDATE "+table+" SET ended_at = $1 WHERE brand_id = $2 AND touchpoint = $3 AND at = $4 AND ended_at = 0", micros(tx.now), brand, touchpoint, micros(at)); err != nil {
				return err
			}
		}
		return nil
	})
}

const alarmCols = "touchpoint, at, case_id, n, usual, ended_at"

func (s *Store) alarms(ctx context.Context, brand, where string, args ...any) ([]Alarm, error) {
	rows, err := s.ask(ctx, "SELECT "+alarmCols+" FROM alarm WHERE brand_id = $1 AND "+where, append([]any{brand}, args...)...)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []Alarm
	err = eachRow(rows, func(r *sql.Rows) error {
		a := Alarm{Brand: brand}
		var at, ended int64
		err := r.Scan(&a.Touchpoint, &at, &a.Case, &a.Moments, &a.Usual, &ended)
		a.At, a.EndedAt = fromMicros(at), fromMicros(ended)
		list = append(list, a)
		return err
	})
	return list, s.failed(err)
}

// AlarmsOn reads the alarms of a brand that are not over.
func (s *Store) AlarmsOn(ctx context.Context, brand string) ([]Alarm, error) {
	return s.alarms(ctx, brand, "ended_at = 0 ORDER BY touchpoint")
}

// AlarmOf reads the latest alarm that a case was raised by; nil for none.
func (s *Store) AlarmOf(ctx context.Context, brand, caseID string) (*Alarm, error) {
	list, err := s.alarms(ctx, brand, "case_id = $2 ORDER BY at DESC LIMIT 1", caseID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}
