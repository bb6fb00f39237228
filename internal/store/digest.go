package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// MostDigests is how many digests a brand sends.
const MostDigests = 100

const (
	digestAsked = 7 * 24 * time.Hour  // how long an address may take to say yes
	digestOver  = 30 * 24 * time.Hour // how long it is shown that one was ended
)

const digestCols = "digest_id, address, lang, every, weekday, hour, made_at, made_by, confirmed_at, ended_at, slot_at, due_at, attempts, sent_at, outcome, detail, refused_at"

func scanDigest(r scanner, brand string) (*sayline.Digest, error) {
	d := &sayline.Digest{Brand: brand}
	var at [7]int64
	err := r.Scan(&d.ID, &d.Address, &d.Language, &d.Every, &d.Weekday, &d.Hour, &at[0], &d.MadeBy, &at[1], &at[2], &at[3], &at[4], &d.Attempts, &at[5], &d.Outcome, &d.Detail, &at[6])
	for i, t := range []*time.Time{&d.MadeAt, &d.ConfirmedAt, &d.EndedAt, &d.SlotAt, &d.DueAt, &d.SentAt, &d.RefusedAt} {
		*t = fromMicros(at[i])
	}
	return d, err
}

// MakeDigest stores a digest; its address is asked at once whether it wants it.
// Errors: Conflict when the address has such a one or said no, or the brand enough of them.
func (s *Store) MakeDigest(ctx context.Context, d *sayline.Digest) error {
	return s.update(ctx, d.Brand, byPerson, func(tx *Tx) error {
		var same, all, refused int
		if err := tx.row("SELECT COUNT(*) FILTER (WHERE ended_at = 0 AND LOWER(address) = LOWER($1) AND every = $2), COUNT(*) FILTER (WHERE ended_at = 0), COUNT(*) FILTER (WHERE refused_at > 0 AND LOWER(address) = LOWER($3)) FROM digest WHERE brand_id = $4",
			[]any{d.Address, d.Every, d.Address, d.Brand}, &same, &all, &refused); err != nil {
			return err
		}
		switch {
		case refused > 0:
			return sayline.Errorf(sayline.Conflict, "That address said no. Only it can undo that, by the link in the letter it has.").Keyed("digest_refused")
		case same > 0:
			return sayline.Errorf(sayline.Conflict, "That address has this digest already.").Keyed("digest_twice")
		case all >= MostDigests:
			return sayline.Errorf(sayline.Conflict, "A brand sends at most %d digests.", MostDigests).Keyed("digest_enough")
		}
		_, err := tx.exec("INSERT INTO digest (brand_id, digest_id, address, lang, every, weekday, hour, made_at, made_by, confirmed_at, ended_at, slot_at, due_at, lease_until, attempts, sent_at, outcome, detail) "+
			"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0, $10, 0, 0, 0, '', '')",
			d.Brand, d.ID, d.Address, d.Language, d.Every, int(d.Weekday), d.Hour, micros(tx.now), d.MadeBy, micros(tx.now))
		return err
	})
}

// Digests are a brand's, the newest first, those that ended lately too.
func (s *Store) Digests(ctx context.Context, brand string) ([]*sayline.Digest, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT "+digestCols+" FROM digest WHERE brand_id = $1 ORDER BY made_at DESC, digest_id", brand)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []*sayline.Digest
	err = eachRow(rows, func(r *sql.Rows) error {
		d, err := scanDigest(r, brand)
		list = append(list, d)
		return err
	})
	return list, s.failed(err)
}

// Digest reads one.
func (s *Store) Digest(ctx context.Context, brand, id string) (*sayline.Digest, error) {
	d, err := scanDigest(s.readers.QueryRowContext(ctx, "SELECT "+digestCols+" FROM digest WHERE brand_id = $1 AND digest_id = $2", brand, id), brand)
	if err != nil {
		return nil, s.failed(err)
	}
	return d, nil
}

// ConfirmDigest records that its address wants it, and when the first one should
// arrive. Said twice it is once; one that ended stays so.
func (s *Store) ConfirmDigest(ctx context.Context, brand, id string, slot time.Time) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		_, err := tx.exec("UPDATE digest SET confirmed_at = $1, slot_at = $2, due_at = $3, attempts = 0, outcome = '', detail = '' WHERE brand_id = $4 AND digest_id = $5 AND confirmed_at = 0 AND ended_at = 0",
			micros(tx.now), micros(slot), micros(slot), brand, id)
		return err
	})
}

// RefuseDigest ends it for its address, which nobody asks again.
func (s *Store) RefuseDigest(ctx context.Context, brand, id string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		now := micros(tx.now)
		_, err := tx.exec("UPDATE digest SET refused_at = $1, ended_at = CASE WHEN ended_at = 0 THEN $2 ELSE ended_at END, due_at = 0 WHERE brand_id = $3 AND digest_id = $4 AND refused_at = 0", now, now, brand, id)
		return err
	})
}

// ResumeDigest undoes that its address said no: it is sent from a time on, and the
// address may be asked others.
func (s *Store) ResumeDigest(ctx context.Context, brand, id string, slot time.Time) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		n, err := tx.exec("UPDATE digest SET confirmed_at = $1, ended_at = 0, slot_at = $2, due_at = $3, attempts = 0, outcome = '', detail = '' WHERE brand_id = $4 AND digest_id = $5 AND refused_at > 0",
			micros(tx.now), micros(slot), micros(slot), brand, id)
		if err != nil || n == 0 {
			return err
		}
		_, err = tx.exec("UPDATE digest SET refused_at = 0 WHERE brand_id = $1 AND LOWER(address) = (SELECT LOWER(o.address) FROM digest o WHERE o.brand_id = $2 AND o.digest_id = $3)", brand, brand, id)
		return err
	})
}

// EndDigest stops it for who asked for it.
func (s *Store) EndDigest(ctx context.Context, brand, id string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error {
		_, err := tx.exec("UPDATE digest SET ended_at = $1, due_at = 0 WHERE brand_id = $2 AND digest_id = $3 AND ended_at = 0", micros(tx.now), brand, id)
		return err
	})
}

// NextDigest is when the next one is to be sent, or asked about; zero when none is.
func (s *Store) NextDigest(ctx context.Context) (time.Time, error) {
	var at int64
	err := s.askOne(ctx, "SELECT COALESCE(MIN(CASE WHEN lease_until > due_at THEN lease_until ELSE due_at END), 0) FROM digest WHERE due_at > 0", nil, &at)
	return fromMicros(at), s.failed(err)
}

// LeaseDigests takes those that are due, so that one process at a time sends each,
// at most limit. A lease that ran out is taken anew: the same letter has the same
// Message-ID, and whoever has both is shown one.
func (s *Store) LeaseDigests(ctx context.Context, limit int) ([]*sayline.Digest, error) {
	var taken []*sayline.Digest
	err := s.update(ctx, "", byMachine, func(tx *Tx) error {
		taken = nil
		now := micros(tx.now)
		rows, err := tx.query("UPDATE digest SET lease_until = $1, attempts = attempts + 1 WHERE (brand_id, digest_id) IN "+
			"(SELECT brand_id, digest_id FROM digest WHERE due_at > 0 AND due_at <= $2 AND lease_until <= $3 ORDER BY due_at LIMIT $4 "+tx.engine.skipLocked()+") "+
			"RETURNING brand_id, "+digestCols, micros(tx.now.Add(sayline.Lease)), now, now, limit)
		if err != nil {
			return err
		}
		return eachRow(rows, func(r *sql.Rows) error {
			var brand string
			d, err := scanDigest(branded{r, &brand}, "")
			d.Brand = brand
			taken = append(taken, d)
			return err
		})
	})
	if err != nil {
		return nil, err // and touch nothing: it may be written yet
	}
	return taken, nil
}

// branded is a row whose first column is its brand.
type branded struct {
	scanner
	brand *string
}

func (b branded) Scan(into ...any) error { return b.scanner.Scan(append([]any{b.brand}, into...)...) }

// DigestReport is what came of sending one.
type DigestReport struct {
	Digest  *sayline.Digest
	Sent    bool
	Next    time.Time     // the slot after this one; zero keeps the slot
	Again   time.Duration // to be tried again after that, with the same slot; 0 for not
	Gone    bool          // there is no such address: it is over
	Outcome string
	Detail  string
}

// ReportDigest stores what came of it, unless its address said something meanwhile
// that makes it another.
func (s *Store) ReportDigest(ctx context.Context, r DigestReport) error {
	d := r.Digest
	return s.update(ctx, d.Brand, byMachine, func(tx *Tx) error {
		slot, due, attempts, sent, ended := micros(d.SlotAt), int64(0), d.Attempts, micros(d.SentAt), int64(0)
		switch {
		case r.Gone:
			ended = micros(tx.now)
		case r.Again > 0:
			due = micros(tx.now.Add(r.Again))
		case !r.Next.IsZero():
			slot, due, attempts = micros(r.Next), micros(r.Next), 0
		}
		if r.Sent {
			sent = micros(tx.now)
		}
		_, err := tx.exec("UPDATE digest SET lease_until = 0, slot_at = $1, due_at = $2, attempts = $3, sent_at = $4, ended_at = $5, outcome = $6, detail = $7 "+
			"WHERE brand_id = $8 AND digest_id = $9 AND due_at = $10 AND ended_at = 0", slot, due, attempts, sent, ended, r.Outcome, r.Detail, d.Brand, d.ID, micros(d.DueAt))
		return err
	})
}
