package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

const deviceCols = "device_id, name, touchpoint, token, idle, made_at, made_by, revoked_at, revoked_by, last_at, beat_at, queue, version, battery, burst_key, burst_first, burst_last"

func scanDevice(r scanner, brand string) (*sayline.Device, error) {
	d := sayline.Device{Brand: brand}
	var idle int64
	var at [6]int64
	err := r.Scan(&d.ID, &d.Name, &d.Touchpoint, &d.Token, &idle, &at[0], &d.MadeBy, &at[1], &d.RevokedBy, &at[2], &at[3], &d.Beat.Queue, &d.Beat.Version, &d.Beat.Battery,
		&d.Burst.Key, &at[4], &at[5])
	d.Idle = time.Duration(idle) * time.Microsecond
	for i, t := range []*time.Time{&d.MadeAt, &d.RevokedAt, &d.LastAt, &d.Beat.At, &d.Burst.First, &d.Burst.Last} {
		*t = fromMicros(at[i])
	}
	return &d, err
}

// errDevice is said to whoever signs with a token that is not, or no longer, one.
var errDevice = sayline.Errorf(sayline.Unsigned, "This device is not known here, or was switched off.").Keyed("detail_no_device")

// MakeDevice stores a device that [sayline.Device.Validate] has completed, with
// its ID and the hash of its token; who made it and when is kept for good.
func (s *Store) MakeDevice(ctx context.Context, d sayline.Device) error {
	return s.update(ctx, d.Brand, byPerson, func(tx *Tx) error {
		tx.event(sayline.Event{Brand: d.Brand, Type: sayline.EventDeviceMade, Person: d.MadeBy})
		_, err := tx.exec("INSERT INTO device ("+"brand_id, "+deviceCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, '', 0, 0, 0, '', -1, '', 0, 0)",
			d.Brand, d.ID, d.Name, d.Touchpoint, d.Token, d.Idle.Microseconds(), micros(tx.now), d.MadeBy)
		return err
	})
}

// RevokeDevice ends a device's token. Its row stays: who ended it and when.
// NotFound when there is none, or it was revoked before.
func (s *Store) RevokeDevice(ctx context.Context, brand, id, person string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		n, err := tx.exec("UPDATE device SET revoked_at = $1, revoked_by = $2 WHERE brand_id = $3 AND device_id = $4 AND revoked_at = 0", micros(tx.now), person, brand, id)
		if err == nil && n == 0 {
			err = sql.ErrNoRows
		}
		tx.event(sayline.Event{Brand: brand, Type: sayline.EventDeviceRevoked, Person: person})
		return err
	})
}

// Devices reads a brand's devices, those in use first, then by their age.
func (s *Store) Devices(ctx context.Context, brand string) ([]sayline.Device, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT "+deviceCols+" FROM device WHERE brand_id = $1 ORDER BY CASE WHEN revoked_at = 0 THEN 0 ELSE 1 END, revoked_at DESC, device_id", brand)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []sayline.Device
	err = eachRow(rows, func(r *sql.Rows) error {
		d, err := scanDevice(r, brand)
		list = append(list, *d)
		return err
	})
	return list, s.failed(err)
}

// DeviceByToken finds a device that is in use by the hash of its token. Unsigned
// when there is none.
func (s *Store) DeviceByToken(ctx context.Context, brand, tokenHash string) (*sayline.Device, error) {
	d, err := scanDevice(s.readers.QueryRowContext(ctx, "SELECT "+deviceCols+" FROM device WHERE brand_id = $1 AND token = $2 AND revoked_at = 0", brand, tokenHash), brand)
	if err == sql.ErrNoRows {
		return nil, errDevice
	}
	if err != nil {
		return nil, s.failed(err)
	}
	return d, nil
}

// HearDevice keeps what a device reports of itself. Unsigned when it was revoked.
func (s *Store) HearDevice(ctx context.Context, brand, id string, b sayline.Beat) error {
	return s.update(ctx, brand, byMachine, func(tx *Tx) error {
		n, err := tx.exec("UPDATE device SET last_at = $1, beat_at = $2, queue = $3, version = $4, battery = $5 WHERE brand_id = $6 AND device_id = $7 AND revoked_at = 0",
			micros(tx.now), micros(tx.now), b.Queue, b.Version, b.Battery, brand, id)
		if err == nil && n == 0 {
			err = errDevice
		}
		return err
	})
}
