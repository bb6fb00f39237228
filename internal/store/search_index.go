package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/sayline/sayline"
)

// What is searched is written behind the accepts, from the events: nobody who
// says something waits for it. It is taken away with what it was made of, in
// the same transaction.

// searchLot is how many moments are indexed in one write, so that people's
// writes never wait long behind it.
const searchLot = 48

// IndexWords brings what can be searched of a brand a step nearer to what was
// said, and gives how many events are dealt with; 0 when there are no more.
func (s *Store) IndexWords(ctx context.Context, brand string) (int, error) {
	at, err := s.searchPlace(ctx, brand)
	if err != nil {
		return 0, err
	}
	events, err := s.Events(ctx, brand, at, relayBatch)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	ids := map[string]bool{}
	n := 0
	for ; n < len(events) && len(ids) < searchLot; n++ {
		switch e := &events[n]; e.Type {
		case sayline.EventMomentReceived, sayline.EventMomentImported, sayline.EventMomentUpdated, sayline.EventAuthorSpoke, sayline.EventMediaReady:
			ids[e.Moment] = true
		}
	}
	delete(ids, "")
	entries, err := s.searchEntries(ctx, brand, slices.Sorted(maps.Keys(ids)))
	if err != nil {
		return 0, err
	}
	last := events[n-1].Seq
	return n, s.update(ctx, brand, byMachine, func(tx *Tx) error { return tx.index(brand, at, last, entries) })
}

// searchPlace is up to which event a brand's moments are indexed.
func (s *Store) searchPlace(ctx context.Context, brand string) (at int64, err error) {
	err = s.askOne(ctx, "SELECT COALESCE(MAX(seq), 0) FROM search_place WHERE brand_id = $1", []any{brand}, &at)
	return at, s.failed(err)
}

// searchEntry is one moment as it is searched; caseID is "" where it is nobody's
// work. Without words it is not.
type searchEntry struct {
	moment, touchpoint, caseID string
	words                      []string
}

// searchEntries reads what of some moments is searched: their words and their
// authors' further ones, what was spoken, the reference and what they are about,
// and who said so by name.
func (s *Store) searchEntries(ctx context.Context, brand string, ids []string) ([]searchEntry, error) {
	moments, err := s.MomentsByID(ctx, brand, ids)
	if err != nil {
		return nil, err
	}
	more := map[string][]string{}
	add := func(r *sql.Rows) error {
		var id, text string
		err := r.Scan(&id, &text)
		more[id] = append(more[id], text)
		return err
	}
	for _, text := range []string{
		"SELECT moment_id, text FROM message WHERE direction = 'author' AND brand_id = $1 AND moment_id",
		"SELECT moment_id, transcript FROM media WHERE transcript <> '' AND brand_id = $1 AND moment_id",
		"SELECT moment_id, contact FROM moment_contact WHERE brand_id = $1 AND moment_id",
	} {
		if err := s.inLots(ctx, text, brand, unique(ids), add); err != nil {
			return nil, err
		}
	}
	var list []searchEntry
	for _, id := range ids {
		e := searchEntry{moment: id}
		if m := moments[id]; m != nil {
			e.caseID, e.touchpoint, e.words = m.Case, m.Context.Touchpoint, wordsOf(m, spoken(more[id]))
		}
		list = append(list, e)
	}
	return list, nil
}

// wordsOf are the words a moment is found by: those everybody is shown, those
// only who works on it is, and where it belongs. What is nobody's work is not
// searched where it has no word, or is private: then there is no page to read it on.
func wordsOf(m *sayline.Moment, more []string) []string {
	words := searchWords(m.Text, m.Context.Product, m.Context.Lot)
	switch {
	case m.Case != "":
		for _, w := range searchWords(append([]string{m.Context.Ref, m.Reference, strings.ReplaceAll(m.Reference, "-", "")}, more...)...) {
			words = append(words, insideWord(w))
		}
		words = append(words, scopeWord(m.Brand, m.Lane))
	case len(words) == 0 || m.Lane != "":
		return nil
	default:
		words = append(words, looseWord(m.Brand))
	}
	if m.Lane == "" && handle(m.Audience) {
		words = append(words, audienceWord(m.Brand, m.Audience))
	}
	return words
}

// spoken are further texts of a moment; a contact's are its members.
func spoken(texts []string) []string {
	var list []string
	for _, t := range texts {
		var c sayline.MomentContact
		if json.Unmarshal([]byte(t), &c) == nil {
			list = append(list, c.Name, c.Email, c.Phone, c.Member)
			continue
		}
		list = append(list, t)
	}
	return list
}

// index writes entries, if the brand's place is still where they were read from;
// else another process was faster.
func (tx *Tx) index(brand string, from, to int64, entries []searchEntry) error {
	var at int64
	if err := tx.row("INSERT INTO search_place (brand_id, seq) VALUES ($1, 0) ON CONFLICT (brand_id) DO UPDATE SET seq = search_place.seq RETURNING seq", []any{brand}, &at); err != nil || at != from {
		return err
	}
	for i := range entries {
		if err := tx.indexOne(brand, &entries[i]); err != nil {
			return err
		}
	}
	_, err := tx.exec("UPDATE search_place SET seq = $1 WHERE brand_id = $2", to, brand)
	return err
}

// indexOne writes one moment's entry anew. A moment that is gone has none: its
// row is held until the commit, so that it can't go meanwhile.
func (tx *Tx) indexOne(brand string, e *searchEntry) error {
	if err := tx.forgetWords(brand, e.moment); err != nil || len(e.words) == 0 {
		return err
	}
	var caseID string
	err := tx.row("SELECT case_id FROM moment WHERE brand_id = $1 AND moment_id = $2 "+tx.engine.keptRow(), []any{brand, e.moment}, &caseID)
	if err == sql.ErrNoRows || err == nil && caseID != e.caseID {
		return nil // what became of it comes with a later event
	}
	if err != nil {
		return err
	}
	if e.touchpoint != "" && e.caseID != "" {
		if _, err := tx.exec("INSERT INTO case_touchpoint (brand_id, case_id, touchpoint) VALUES ($1, $2, $3) ON CONFLICT (brand_id, case_id, touchpoint) DO NOTHING", brand, e.caseID, e.touchpoint); err != nil {
			return err
		}
	}
	for n := searchNumber(e.moment); ; n++ {
		free, err := tx.exec("INSERT INTO search_moment (n, brand_id, moment_id) VALUES ($1, $2, $3) ON CONFLICT (n) DO NOTHING", n, brand, e.moment)
		if err != nil {
			return err
		}
		if free == 1 {
			_, err = tx.exec(tx.engine.searchInsert(), n, strings.Join(e.words, " "))
			return err
		}
	}
}

// searchNumber is where a moment stands in what is searched: the milliseconds in
// its id (a UUIDv7, RFC 9562, section 5.7), then 15 bits of chance, so that two
// rarely ask for the same. What comes first in time has the smaller number.
func searchNumber(moment string) int64 {
	b, err := hex.DecodeString(strings.ReplaceAll(moment, "-", ""))
	if err != nil || len(b) < 16 {
		return 0
	}
	var n int64
	for _, x := range b[:6] {
		n = n<<8 | int64(x)
	}
	return n<<15 | int64(b[14]&0x7f)<<8 | int64(b[15])
}

// forgetWords takes a moment out of what is searched.
func (tx *Tx) forgetWords(brand, moment string) error {
	var n int64
	err := tx.row("SELECT n FROM search_moment WHERE brand_id = $1 AND moment_id = $2", []any{brand, moment}, &n)
	if err == sql.ErrNoRows {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.exec("DELETE FROM search_words WHERE rowid = $1", n); err != nil {
		return err
	}
	_, err = tx.exec("DELETE FROM search_moment WHERE n = $1", n)
	return err
}
