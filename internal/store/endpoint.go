package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sayline/sayline"
)

// EndpointPlace is where a webhook endpoint stands in its brand's events.
type EndpointPlace struct {
	Seq   int64     // everything up to it was tried
	OffAt time.Time // it answered 410; zero while on
}

// addEndpoint makes an endpoint that hears of what comes after now; one that is
// there already stays where it stands.
func (tx *Tx) addEndpoint(brand, endpoint string) error {
	_, err := tx.exec("INSERT INTO endpoint (brand_id, endpoint, seq, lease_by, lease_until, off_at) SELECT $1, $2, COALESCE(MAX(n), 0), '', 0, 0 FROM brand_seq WHERE brand_id = $3 ON CONFLICT (brand_id, endpoint) DO NOTHING",
		brand, endpoint, brand)
	return err
}

// LeaseEndpoint makes this process (who) the endpoint's only sender until then.
// ok is false while another one is.
func (s *Store) LeaseEndpoint(ctx context.Context, brand, endpoint, who string, until time.Time) (place EndpointPlace, ok bool, err error) {
	err = s.update(ctx, brand, byMachine, func(tx *Tx) error {
		var off int64
		err := tx.row("UPDATE endpoint SET lease_by = $1, lease_until = $2 WHERE brand_id = $3 AND endpoint = $4 AND (lease_until < $5 OR lease_by = $6) RETURNING seq, off_at",
			[]any{who, micros(until), brand, endpoint, micros(tx.now), who}, &place.Seq, &off)
		if errors.Is(err, sql.ErrNoRows) {
			ok = false
			return nil
		}
		ok, place.OffAt = true, fromMicros(off)
		return err
	})
	if err != nil {
		return EndpointPlace{}, false, err // and touch nothing: it may be written yet
	}
	return place, ok, nil
}

// Delivery is what came of sending one event to one endpoint.
type Delivery struct {
	Endpoint string
	Seq      int64
	State    string // DeliveryDone, DeliveryRetry, DeliveryFailed
	Attempts int
	FirstAt  time.Time
	LastAt   time.Time
	NextAt   time.Time
	Outcome  string
	Detail   string
	Took     time.Duration
}

// States of a delivery.
const (
	DeliveryDone   = "done"
	DeliveryRetry  = "retry"
	DeliveryFailed = "failed"
)

var deliveryTable = newTable("delivery", "brand_id text, endpoint text, seq bigint, state text, attempts bigint, first_at bigint, last_at bigint, next_at bigint, outcome text, detail text, took bigint",
	"ON CONFLICT (brand_id, endpoint, seq) DO UPDATE SET state = excluded.state, attempts = excluded.attempts, last_at = excluded.last_at, next_at = excluded.next_at, outcome = excluded.outcome, detail = excluded.detail, took = excluded.took")

// SaveDeliveries logs a lot of deliveries and moves the endpoint's place to seq.
// Only who holds the lease may move it; held is false when somebody else does,
// or when the endpoint was set back meanwhile.
func (s *Store) SaveDeliveries(ctx context.Context, brand, endpoint, who string, seq int64, off bool, list []Delivery) (held bool, err error) {
	err = s.update(ctx, brand, byMachine, func(tx *Tx) error {
		rows := make([][]any, len(list))
		for i, d := range list {
			rows[i] = []any{brand, endpoint, d.Seq, d.State, d.Attempts, micros(d.FirstAt), micros(d.LastAt), micros(d.NextAt), d.Outcome, d.Detail, d.Took.Microseconds()}
		}
		if err := tx.insert(deliveryTable, rows); err != nil {
			return err
		}
		if off {
			if _, err := tx.exec("UPDATE endpoint SET off_at = $1 WHERE brand_id = $2 AND endpoint = $3", micros(tx.now), brand, endpoint); err != nil {
				return err
			}
		}
		n, err := tx.exec("UPDATE endpoint SET seq = $1 WHERE brand_id = $2 AND endpoint = $3 AND lease_by = $4", seq, brand, endpoint, who)
		held = n > 0
		return err
	})
	if err != nil {
		return false, err
	}
	return held, nil
}

// Replay sets an endpoint back (or on) to just before an event, and switches it
// on again. Whoever is its sender loses the lease and begins there.
func (s *Store) Replay(ctx context.Context, brand, endpoint string, from int64) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		n, err := tx.exec("UPDATE endpoint SET seq = $1, off_at = 0, lease_by = '', lease_until = 0 WHERE brand_id = $2 AND endpoint = $3", from-1, brand, endpoint)
		if err == nil && n == 0 {
			err = sayline.Errorf(sayline.NotFound, "There is no such endpoint.")
		}
		return err
	})
}

const deliveryCols = "endpoint, seq, state, attempts, first_at, last_at, next_at, outcome, detail, took"

// DueDeliveries reads an endpoint's deliveries that are to be tried again by now.
func (s *Store) DueDeliveries(ctx context.Context, brand, endpoint string, now time.Time, limit int) ([]Delivery, error) {
	return s.deliveries(ctx, "SELECT "+deliveryCols+" FROM delivery WHERE state = 'retry' AND next_at <= $1 AND brand_id = $2 AND endpoint = $3 ORDER BY next_at LIMIT $4", micros(now), brand, endpoint, limit)
}

// Deliveries is the brand's delivery log, newest first.
func (s *Store) Deliveries(ctx context.Context, brand, endpoint string, limit int) ([]Delivery, error) {
	return s.deliveries(ctx, "SELECT "+deliveryCols+" FROM delivery WHERE brand_id = $1 AND endpoint = $2 ORDER BY seq DESC LIMIT $3", brand, endpoint, limit)
}

func (s *Store) deliveries(ctx context.Context, text string, args ...any) ([]Delivery, error) {
	rows, err := s.ask(ctx, text, args...)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []Delivery
	err = eachRow(rows, func(r *sql.Rows) error {
		var d Delivery
		var at [3]int64
		var took int64
		err := r.Scan(&d.Endpoint, &d.Seq, &d.State, &d.Attempts, &at[0], &at[1], &at[2], &d.Outcome, &d.Detail, &took)
		d.FirstAt, d.LastAt, d.NextAt, d.Took = fromMicros(at[0]), fromMicros(at[1]), fromMicros(at[2]), time.Duration(took)*time.Microsecond
		list = append(list, d)
		return err
	})
	return list, s.failed(err)
}

// EndpointPlace reads where an endpoint stands.
func (s *Store) EndpointPlace(ctx context.Context, brand, endpoint string) (EndpointPlace, error) {
	var p EndpointPlace
	var off int64
	err := s.readers.QueryRowContext(ctx, "SELECT seq, off_at FROM endpoint WHERE brand_id = $1 AND endpoint = $2", brand, endpoint).Scan(&p.Seq, &off)
	p.OffAt = fromMicros(off)
	return p, s.failed(err)
}
