package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// The brand of the pulse's measurements, and its past.
const (
	pastTouchpoints = 200
	pastPlaces      = 20
	pastTopics      = 8 // each touchpoint's own words and 8 taps
	pastTeams       = 5
	pastDays        = 90
	pastCases       = 20 // of how many moments one opens a case

	hoursKept   = 40 * 24 // as the store keeps them
	minutesKept = 48      // hours
)

// pastBrand has two hundred touchpoints in twenty places, eight topics, five teams.
func pastBrand() *sayline.Config {
	c := brand(hooks{})
	c.Trade = "retail"
	for i := range pastTeams {
		id := fmt.Sprintf("team-%d", i)
		c.Teams = append(c.Teams, sayline.Team{ID: id, Name: sayline.Plain(id), Members: []sayline.Membership{{Person: "lucia"}}})
	}
	for i := range pastPlaces {
		id := fmt.Sprintf("place-%d", i)
		c.Places = append(c.Places, sayline.Place{ID: id, Name: sayline.Plain(id), Parent: "madrid", Level: "shop"})
	}
	for i := range pastTouchpoints {
		p := profile{touchpoint: i}
		t := sayline.Touchpoint{ID: p.at(), Name: sayline.Plain(p.at()), Channel: "shelf", Stage: sayline.Stages[i%len(sayline.Stages)], Place: p.place(), Face: 4 + i%2}
		c.Touchpoints = append(c.Touchpoints, t)
	}
	return c
}

// profile is what a moment of the past is counted by.
type profile struct{ touchpoint, topic, lang, source int }

func profileOf(n int) profile {
	return profile{n / 4 / (pastTopics + 1), n / 4 % (pastTopics + 1), n / 2 % 2, n % 2}
}

func (p profile) n() int        { return ((p.touchpoint*(pastTopics+1)+p.topic)*2+p.lang)*2 + p.source }
func (p profile) at() string    { return fmt.Sprintf("t%d", p.touchpoint) }
func (p profile) place() string { return fmt.Sprintf("place-%d", p.touchpoint%pastPlaces) }
func (p profile) team() string  { return fmt.Sprintf("team-%d", p.topic%pastTeams) }
func (p profile) kind() string  { return []string{"problem", "praise"}[p.topic%2] }

// facets are in the order of the roll-ups' columns.
func (p profile) facets() []any {
	topic := ""
	if p.topic > 0 {
		topic = fmt.Sprintf("topic-%d", p.topic)
	}
	return []any{p.at(), p.place(), "customer", p.kind(), topic, p.team(), []string{"qr", "link"}[p.source], []string{"es", "en"}[p.lang]}
}

// tallies are how many and with which feeling, by profile or by anything else.
type tallies[K comparable] map[K]*[6]int64

func (t tallies[K]) add(k K, n [6]int64) {
	if t[k] == nil {
		t[k] = new([6]int64)
	}
	for i := range n {
		t[k][i] += n[i]
	}
}

// past draws and writes what was said in ninety days until now.
type past struct {
	dice   *mathrand.Rand
	at     time.Time
	zone   *time.Location
	n      int // moments
	rows   int // how many of them, the newest, are written one by one too
	hours  *bulk
	days   *bulk
	minute *bulk
	marks  *bulk
	clocks *bulk
	moment *bulk
}

// fillPast gives a prepared brand its past: of n moments the sums as the store
// counts them, hour by hour, and the newest rows of them.
func fillPast(ctx context.Context, database string, at time.Time, n, rows int) (err error) {
	db, err := raw(database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	const facets, faces = "touchpoint, place, audience, kind, topic, team, source, lang, ", "n, f1, f2, f3, f4, f5"
	bulk := func(table, cols string) *bulk {
		return newBulk(ctx, tx, []int{1, 300}[flag(isPostgres(database))], table, cols)
	}
	p := &past{dice: mathrand.New(mathrand.NewPCG(1, pastDays)), at: at.Truncate(time.Hour), zone: zone, n: n, rows: rows,
		hours:  bulk("count_hour", "brand_id, lane, bucket, "+facets+faces),
		days:   bulk("count_day", "brand_id, lane, bucket, "+facets+faces),
		minute: bulk("count_minute", "brand_id, lane, bucket, touchpoint, audience, "+faces),
		marks:  bulk("count_mark", "brand_id, width, bucket, n"),
		clocks: bulk("count_clock", "brand_id, lane, bucket, team, clock, bin, n, kept"),
		moment: bulk("moment", momentColumns),
	}
	if err := p.write(); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "ANALYZE")
	return err
}

// write goes through the hours, the oldest first.
func (p *past) write() error {
	day, ofDay := int64(0), tallies[int]{}
	ofUTC := int64(0)
	hours := pastDays * 24
	written := 0
	for h := range hours {
		start := p.at.Add(time.Duration(h-hours) * time.Hour) // Madrid's hours begin with those of UTC
		until := (p.n * (h + 1)) / hours
		ofHour, err := p.hour(start, written, until)
		if err != nil {
			return err
		}
		written = until
		if d := store.DayStart(start, p.zone); d != day {
			if err := p.flush(p.days, 2, day, ofDay); err != nil {
				return err
			}
			day, ofDay = d, tallies[int]{}
		}
		for k, n := range ofHour {
			ofDay.add(k, *n)
		}
		if hours-h <= hoursKept {
			if err := p.flush(p.hours, 1, store.HourStart(start, p.zone), ofHour); err != nil {
				return err
			}
		}
		if err := p.clock(store.HourStart(start, p.zone), until-(p.n*h)/hours); err != nil {
			return err
		}
		if d := start.Truncate(24 * time.Hour).UnixMicro(); d != ofUTC { // clocks have their marks by days of UTC
			ofUTC = d
			if err := p.marks.add(brandID, 3, d, 1); err != nil {
				return err
			}
		}
	}
	err := p.flush(p.days, 2, day, ofDay)
	for _, b := range []*bulk{p.hours, p.days, p.minute, p.marks, p.clocks, p.moment} {
		err = errors.Join(err, b.flush())
	}
	return err
}

// hour draws the moments from the first to before the last, all in one hour.
func (p *past) hour(start time.Time, first, last int) (tallies[int], error) {
	sums, minutes := tallies[int]{}, tallies[[2]int64]{}
	for i := first; i < last; i++ {
		// A few touchpoints have most of it, as everywhere.
		of := profile{int(pastTouchpoints * math.Pow(p.dice.Float64(), 2)), p.dice.IntN(pastTopics + 1), p.dice.IntN(4) / 3, p.dice.IntN(5) / 4}
		one := [6]int64{1}
		feeling := p.dice.IntN(6)
		if feeling > 0 {
			one[feeling] = 1
		}
		sums.add(of.n(), one)
		at := start.Add(time.Hour * time.Duration(i-first) / time.Duration(last-first))
		if p.at.Sub(start) <= minutesKept*time.Hour {
			minutes.add([2]int64{at.Truncate(time.Minute).UnixMicro(), int64(of.touchpoint)}, one)
		}
		if i >= p.n-p.rows {
			if err := p.moment.add(momentRow(p.dice, at, of, feeling)...); err != nil {
				return nil, err
			}
		}
	}
	for k, n := range minutes {
		if err := p.minute.add(append([]any{brandID, "", k[0], profile{touchpoint: int(k[1])}.at(), "customer"}, numbers(n)...)...); err != nil {
			return nil, err
		}
	}
	return sums, nil
}

// flush writes the sums of a bucket, and its mark.
func (p *past) flush(into *bulk, width int, bucket int64, sums tallies[int]) error {
	if len(sums) == 0 {
		return nil
	}
	for _, k := range slices.Sorted(maps.Keys(sums)) {
		if err := into.add(append(append([]any{brandID, "", bucket}, profileOf(k).facets()...), numbers(sums[k])...)...); err != nil {
			return err
		}
	}
	return p.marks.add(brandID, width, bucket, 1)
}

// clock writes how soon the hour's cases were seen, taken and answered.
func (p *past) clock(hour int64, said int) error {
	for team := range pastTeams {
		for i, name := range []string{store.ClockReach, store.ClockSeen, store.ClockAcknowledge, store.ClockAnswer} {
			bins := map[int]int64{}
			for range min(50, said/pastCases/pastTeams) {
				took := time.Duration(math.Exp(p.dice.NormFloat64()+float64(2*i)) * float64(5*time.Second))
				bins[store.ClockBin(took)]++
			}
			for bin, n := range bins {
				if err := p.clocks.add(brandID, "", hour, fmt.Sprintf("team-%d", team), name, bin, n, n); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func numbers(n *[6]int64) []any { return []any{n[0], n[1], n[2], n[3], n[4], n[5]} }

const momentColumns = "brand_id, moment_id, lane, received_at, occurred_at, open_until, sealed_at, retain_until, kind, feeling, topic, text, lang, audience, " +
	"touchpoint, place, product, lot, ref, source, class, publish, solved, reference, receipt, astray, case_id, episode, version, rule, team, urgency, detail"

// momentRow is a moment as its table has it.
func momentRow(dice *mathrand.Rand, at time.Time, of profile, feeling int) []any {
	f := of.facets()
	text := ""
	if of.topic == 0 {
		for range 8 {
			text += deskWords[dice.IntN(len(deskWords))] + " "
		}
	}
	us := at.UnixMicro()
	return []any{brandID, sayline.NewID(at, dicey{dice}), "", us, us, us, us, at.AddDate(2, 0, 0).UnixMicro(), f[3], feeling, f[4], text, f[7], f[2],
		f[0], f[1], "", "", "", f[6], sayline.Unidentified, 0, "", "", "", 0, "", 0, 1, 0, f[5], sayline.Normal, `{"zone":"Europe/Madrid"}`}
}

// dicey reads random bytes from dice.
type dicey struct{ *mathrand.Rand }

func (d dicey) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(d.Uint32())
	}
	return len(b), nil
}

var _ io.Reader = dicey{}

// bulk writes rows of a table: on PostgreSQL many with one statement, on SQLite,
// which has no way to go, one by one.
type bulk struct {
	ctx         context.Context
	tx          *sql.Tx
	table, cols string
	each        int // columns
	rows        int // at once
	args        []any
	whole       *sql.Stmt // of so many rows as are written at once
}

func newBulk(ctx context.Context, tx *sql.Tx, rows int, table, cols string) *bulk {
	return &bulk{ctx: ctx, tx: tx, rows: rows, table: table, cols: cols, each: 1 + strings.Count(cols, ",")}
}

func (b *bulk) add(row ...any) error {
	if b.args = append(b.args, row...); len(b.args) < b.rows*b.each {
		return nil
	}
	if b.whole == nil {
		var err error
		if b.whole, err = b.tx.PrepareContext(b.ctx, b.text(b.rows)); err != nil {
			return err
		}
	}
	_, err := b.whole.ExecContext(b.ctx, b.args...)
	b.args = b.args[:0]
	return err
}

// flush writes what is left.
func (b *bulk) flush() error {
	if len(b.args) == 0 {
		return nil
	}
	_, err := b.tx.ExecContext(b.ctx, b.text(len(b.args)/b.each), b.args...)
	b.args = nil
	return err
}

func (b *bulk) text(rows int) string {
	values := make([]string, rows)
	for i := range values {
		one := make([]string, b.each)
		for j := range one {
			one[j] = fmt.Sprintf("$%d", i*b.each+j+1)
		}
		values[i] = "(" + strings.Join(one, ", ") + ")"
	}
	return "INSERT INTO " + b.table + " (" + b.cols + ") VALUES " + strings.Join(values, ", ")
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
