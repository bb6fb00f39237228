package store

import (
	"context"
	"time"
)

// FoundBrand is a brand elsewhere that was found by its discovery document. It
// says nothing of who looked.
type FoundBrand struct {
	Domain    string // ASCII, lower case
	URL       string // where the document was read
	Document  string // JSON
	CheckedAt time.Time
	Until     time.Time // the document's own expires
}

// KeepFound stores a brand that was found, in place of what was known of its
// domain, and forgets those checked longest ago beyond most.
func (s *Store) KeepFound(ctx context.Context, b FoundBrand, most int) error {
	return s.update(ctx, "", byMachine, func(tx *Tx) error {
		if _, err := tx.exec("INSERT INTO found_brand (domain, url, document, checked_at, until_at) VALUES ($1, $2, $3, $4, $5) "+
			"ON CONFLICT (domain) DO UPDATE SET url = excluded.url, document = excluded.document, checked_at = excluded.checked_at, until_at = excluded.until_at",
			b.Domain, b.URL, b.Document, micros(b.CheckedAt), micros(b.Until)); err != nil {
			return err
		}
		_, err := tx.exec("DELETE FROM found_brand WHERE domain IN (SELECT domain FROM found_brand ORDER BY checked_at DESC, domain LIMIT 1000 OFFSET $1)", most)
		return err
	})
}

// DropFound forgets a brand; that there is none is no error.
func (s *Store) DropFound(ctx context.Context, domain string) error {
	return s.update(ctx, "", byMachine, func(tx *Tx) error {
		_, err := tx.exec("DELETE FROM found_brand WHERE domain = $1", domain)
		return err
	})
}

// Found is every brand that was found and whose document is still good at a
// time, by domain.
func (s *Store) Found(ctx context.Context, now time.Time) ([]FoundBrand, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT domain, url, document, checked_at, until_at FROM found_brand WHERE until_at > $1 ORDER BY domain", micros(now))
	if err != nil {
		return nil, s.failed(err)
	}
	defer rows.Close()
	var list []FoundBrand
	for rows.Next() {
		var b FoundBrand
		var checked, until int64
		if err := rows.Scan(&b.Domain, &b.URL, &b.Document, &checked, &until); err != nil {
			return nil, s.failed(err)
		}
		b.CheckedAt, b.Until = fromMicros(checked), fromMicros(until)
		list = append(list, b)
	}
	return list, s.failed(rows.Err())
}
