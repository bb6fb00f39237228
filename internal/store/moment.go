package store

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

const momentCols = "moment_id, lane, received_at, occurred_at, open_until, sealed_at, retain_until, kind, feeling, topic, text, lang, audience, " +
	"touchpoint, place, product, lot, ref, source, class, publish, solved, reference, receipt, astray, case_id, episode, version, rule, team, urgency, detail, relay"

func scanMoment(r scanner, brand string) (*sayline.Moment, error) {
	m := sayline.Moment{Brand: brand}
	c, d := &m.Context, &m.Decision
	var at [5]int64
	var publish, astray int
	var text string
	if err := r.Scan(&m.ID, &m.Lane, &at[0], &at[1], &at[2], &at[3], &at[4], &m.Kind, &m.Feeling, &m.Topic, &m.Text, &m.Lang, &m.Audience,
		&c.Touchpoint, &c.Place, &c.Product, &c.Lot, &c.Ref, &c.Source, &m.Class, &publish, &m.Solved, &m.Reference, &m.Receipt, &astray,
		&m.Case, &m.Episode, &d.Version, &d.Rule, &d.Team, &d.Urgency, &text, &c.Relay); err != nil {
		return nil, err
	}
	for i, t := range []*time.Time{&m.ReceivedAt, &m.OccurredAt, &m.OpenUntil, &m.SealedAt, &m.RetainUntil} {
		*t = fromMicros(at[i])
	}
	m.Publish = publish != 0
	if m.Receipt != "" && astray == 0 {
		m.Receipt = m.ID + "~" + m.Receipt
	}
	var det detail
	if err := json.Unmarshal([]byte(text), &det); err != nil {
		return nil, err
	}
	c.Serial, c.Expiry, c.GS1, c.PassedBy = det.Serial, det.Expiry, det.GS1, det.Passed
	if det.Lat != nil && det.Long != nil {
		c.Lat, c.Long, c.Located = *det.Lat, *det.Long, true
	}
	d.Facts, d.Also, d.Place, d.GroupKey = det.Facts, det.Also, det.Place, det.Key
	d.Within, d.Answer = time.Duration(det.Within)*time.Second, time.Duration(det.Answer)*time.Second
	d.Raise = det.Raise
	d.OpensCase = m.Case != ""
	d.Pages = d.OpensCase && !det.NoPages
	m.Zone, m.Guarded, m.After, m.Once, m.Photos, m.Voices = det.Zone, det.Guarded, det.After, det.Once, det.Photos, det.Voices
	return &m, nil
}

// Moment reads one moment, with its contact.
func (s *Store) Moment(ctx context.Context, brand, id string) (*sayline.Moment, error) {
	return s.momentWhere(ctx, brand, "moment_id = $2", id)
}

// MomentByReceipt finds the moment a receipt opens, by its [sayline.ReceiptKey].
func (s *Store) MomentByReceipt(ctx context.Context, brand, receipt string) (*sayline.Moment, error) {
	m, err := byReceipt(brand, receipt, s.now(), func(text string, args ...any) scanner { return s.readers.QueryRowContext(ctx, text, args...) })
	if err != nil {
		return nil, s.failed(err)
	}
	return m, s.failed(s.readContact(ctx, m))
}

// splitReceipt gives the id and the hash of a receipt's key. Without an id it is
// one that is found by its hash: its moment has got another id since.
func splitReceipt(receipt string) (id, hash string) {
	id, hash, ok := strings.Cut(receipt, "~")
	if !ok {
		return "", receipt
	}
	return id, hash
}

// byReceipt looks where the receipt says, then among those gone astray. Whatever
// is wrong with a receipt, the same two look-ups are made.
func byReceipt(brand, receipt string, now time.Time, row func(string, ...any) scanner) (*sayline.Moment, error) {
	id, hash := splitReceipt(receipt)
	m, err := scanMoment(row(receiptHere, brand, id), brand)
	if err == nil && hash != "" && m.Followed(now) && subtle.ConstantTimeCompare([]byte(m.Receipt), []byte(id+"~"+hash)) == 1 {
		return m, nil
	}
	if err != nil && err != sql.ErrNoRows {
		return nil, err
	}
	m, err = scanMoment(row(receiptAstray, brand, hash), brand)
	if err == nil && !m.Followed(now) {
		return nil, sql.ErrNoRows
	}
	return m, err
}

const (
	receiptHere   = "SELECT " + momentCols + " FROM moment WHERE brand_id = $1 AND moment_id = $2"
	receiptAstray = "SELECT " + momentCols + " FROM moment WHERE brand_id = $1 AND receipt = $2 AND astray = 1"
)

func (s *Store) momentWhere(ctx context.Context, brand, where, arg string) (*sayline.Moment, error) {
	m, err := scanMoment(s.readers.QueryRowContext(ctx, "SELECT "+momentCols+" FROM moment WHERE brand_id = $1 AND "+where, brand, arg), brand)
	if err != nil {
		return nil, s.failed(err)
	}
	return m, s.failed(s.readContact(ctx, m))
}

func (s *Store) readContact(ctx context.Context, m *sayline.Moment) error {
	if m.Class != sayline.Identified {
		return nil
	}
	var text string
	err := s.readers.QueryRowContext(ctx, "SELECT contact FROM moment_contact WHERE brand_id = $1 AND moment_id = $2", m.Brand, m.ID).Scan(&text)
	if err == sql.ErrNoRows {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), &m.Contact)
}

// MomentsOf reads a case's moments, newest first, at most limit.
func (s *Store) MomentsOf(ctx context.Context, brand, caseID string, limit int) ([]*sayline.Moment, error) {
	return s.moments(ctx, brand, "SELECT "+momentCols+" FROM moment WHERE brand_id = $1 AND case_id = $2 ORDER BY moment_id DESC LIMIT $3", brand, caseID, limit)
}

// LastAt reads the newest public moments of a touchpoint, newest first.
func (s *Store) LastAt(ctx context.Context, brand, touchpoint string, limit int) ([]*sayline.Moment, error) {
	return s.moments(ctx, brand, "SELECT "+momentCols+" FROM moment WHERE brand_id = $1 AND touchpoint = $2 AND lane = '' ORDER BY moment_id DESC LIMIT $3", brand, touchpoint, limit)
}

// Latest reads the newest moments everybody may see, newest first, with who said
// them: a change of the route is tried on them.
func (s *Store) Latest(ctx context.Context, brand string, limit int) ([]*sayline.Moment, error) {
	list, err := s.PublicMoments(ctx, brand, "", "", limit)
	for i := 0; err == nil && i < len(list); i++ {
		err = s.failed(s.readContact(ctx, list[i]))
	}
	return list, err
}

func (s *Store) moments(ctx context.Context, brand, text string, args ...any) ([]*sayline.Moment, error) {
	rows, err := s.readers.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []*sayline.Moment
	err = eachRow(rows, func(r *sql.Rows) error {
		m, err := scanMoment(r, brand)
		list = append(list, m)
		return err
	})
	return list, s.failed(err)
}

// lockMoment finds a moment by its receipt inside a write, its case locked
// before it (the order every write keeps). One that another process has just
// moved is looked for again.
func (tx *Tx) lockMoment(brand, receipt string) (*sayline.Moment, *sayline.Case, error) {
	return tx.lockFound(func() (*sayline.Moment, error) { return byReceipt(brand, receipt, tx.now, tx.scanner) })
}

// lockNamed is lockMoment by the moment's id.
func (tx *Tx) lockNamed(brand, id string) (*sayline.Moment, *sayline.Case, error) {
	return tx.lockFound(func() (*sayline.Moment, error) { return scanMoment(tx.scanner(receiptHere, brand, id), brand) })
}

func (tx *Tx) lockFound(find func() (*sayline.Moment, error)) (*sayline.Moment, *sayline.Case, error) {
	for range 3 {
		m, c, same, err := tx.lockWithCase(find)
		if err != nil || same {
			return m, c, err
		}
	}
	return nil, nil, sayline.Errorf(sayline.Conflict, "It has just been moved. Please try again.")
}

// lockWithCase locks a moment and the case it was in; same is false when by then
// it was in another, or had another id.
func (tx *Tx) lockWithCase(find func() (*sayline.Moment, error)) (m *sayline.Moment, c *sayline.Case, same bool, err error) {
	before, err := find()
	if err != nil {
		return nil, nil, false, err
	}
	brand := before.Brand
	if before.Case != "" {
		if c, err = tx.lockCase(brand, before.Case); err != nil {
			return nil, nil, false, err
		}
	}
	if _, err := tx.exec("UPDATE moment SET moment_id = moment_id WHERE brand_id = $1 AND moment_id = $2", brand, before.ID); err != nil {
		return nil, nil, false, err
	}
	if m, err = find(); err != nil {
		return nil, nil, false, err
	}
	if m.Case != before.Case || m.ID != before.ID {
		return nil, nil, false, nil
	}
	if m.Class == sayline.Identified {
		var contact string
		err := tx.row("SELECT contact FROM moment_contact WHERE brand_id = $1 AND moment_id = $2", []any{brand, m.ID}, &contact)
		if err == nil {
			err = json.Unmarshal([]byte(contact), &m.Contact)
		}
		if err != nil && err != sql.ErrNoRows {
			return nil, nil, false, err
		}
	}
	return m, c, true, nil
}
