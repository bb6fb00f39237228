package store

import (
	"context"
	"slices"
	"strings"

	"github.com/sayline/sayline"
)

// knownBy are the digests an identified speaker is known by: what they proved,
// else the address or number they left. Nobody is ever known by less.
func knownBy(c *sayline.MomentContact) []string {
	if c == nil {
		return nil
	}
	if p := c.Proved; p != nil && p.Member != "" {
		return []string{sayline.HashSecret("proved\x00" + p.By + "\x00" + p.Member)}
	}
	var keys []string
	if c.Email != "" {
		keys = append(keys, sayline.HashSecret("email\x00"+strings.ToLower(strings.TrimSpace(c.Email))))
	}
	if digits := strings.Map(onlyDigits, c.Phone); len(digits) >= leastPhone {
		keys = append(keys, sayline.HashSecret("phone\x00"+digits))
	}
	return keys
}

// leastPhone is how many digits make a number somebody's.
const leastPhone = 8

func onlyDigits(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}

var speakerTable = newTable("speaker", "brand_id text, who text, moment_id text", "ON CONFLICT (brand_id, who, moment_id) DO NOTHING")

// insertSpeakers notes who said some moments, of those who said who they are. In
// a private lane nobody is known by what they said elsewhere.
func (tx *Tx) insertSpeakers(moments ...*sayline.Moment) error {
	var rows [][]any
	for _, m := range moments {
		for _, who := range knownBy(m.Contact) {
			if m.Lane == "" {
				rows = append(rows, []any{m.Brand, who, m.ID})
			}
		}
	}
	return tx.insert(speakerTable, rows)
}

// Earlier reads the other moments of an identified speaker, in the open, the
// newest first: those they themselves said with the same proof or address.
func (s *Store) Earlier(ctx context.Context, m *sayline.Moment, limit int) ([]*sayline.Moment, error) {
	if m.Lane != "" || m.Class != sayline.Identified {
		return nil, nil
	}
	var found []*sayline.Moment
	for _, who := range knownBy(m.Contact) {
		list, err := s.moments(ctx, m.Brand, "SELECT "+of("m", momentCols)+" FROM speaker s JOIN moment m ON m.brand_id = s.brand_id AND m.moment_id = s.moment_id "+
			"WHERE s.brand_id = $1 AND s.who = $2 AND m.moment_id < $3 AND m.lane = '' ORDER BY m.moment_id DESC LIMIT $4", m.Brand, who, m.ID, limit)
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
	}
	slices.SortFunc(found, func(a, b *sayline.Moment) int { return strings.Compare(b.ID, a.ID) })
	found = slices.CompactFunc(found, func(a, b *sayline.Moment) bool { return a.ID == b.ID })
	return found[:min(len(found), limit)], nil
}
