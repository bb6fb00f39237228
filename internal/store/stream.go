package store

import (
	"context"

	"github.com/sayline/sayline"
)

// PublicMoments reads the newest moments everybody may see, newest first, of
// one touchpoint or ("") of all; those before one already shown.
func (s *Store) PublicMoments(ctx context.Context, brand, touchpoint, before string, limit int) ([]*sayline.Moment, error) {
	var p Part
	if touchpoint != "" {
		p.Touchpoints = []string{touchpoint}
	}
	return s.MomentsOfPart(ctx, brand, p, before, limit)
}

// MomentsOfPart reads the newest public moments of a part, newest first, those
// before one already shown; none of a guarded audience.
func (s *Store) MomentsOfPart(ctx context.Context, brand string, p Part, before string, limit int) ([]*sayline.Moment, error) {
	b := newWhere("brand_id = ", brand)
	s.public(b, &p)
	if before != "" {
		b.and("moment_id < ", before)
	}
	b.text(" ORDER BY moment_id DESC LIMIT ")
	b.arg(limit)
	return s.moments(ctx, brand, "SELECT "+momentCols+" FROM moment WHERE "+b.String(), b.args...)
}

// public writes which moments are of a part, of those that everybody may see.
func (s *Store) public(b *where, p *Part) {
	b.text(" AND lane = ''")
	b.among("audience NOT IN", []string{alwaysGuarded})
	s.ofPart(b, p, mostRead+1)
}

// ofPart writes which moments are of a part; of those with its words the newest
// so many, 0 for all.
func (s *Store) ofPart(b *where, p *Part, newest int) {
	for _, in := range []struct {
		text string
		list []string
	}{{"audience NOT IN", p.Guarded}, {"touchpoint IN", p.Touchpoints}, {"place IN", p.Places}, {"audience IN", p.Audiences}, {"topic IN", p.Topics}, {"team IN", p.Teams}} {
		if len(in.list) > 0 {
			b.among(in.text, in.list)
		}
	}
	s.single(b, p, newest)
	p.named(b)
	if len(p.Feelings) > 0 {
		b.text(" AND feeling IN (-1")
		for _, f := range p.Feelings {
			b.text(", ")
			b.arg(f)
		}
		b.text(")")
	}
}

// named writes what is counted under another name than the row has: kinds and
// sources that are not known, and languages by their primary subtag.
func (p *Part) named(b *where) {
	if len(p.Kinds) > 0 {
		b.text(" AND (")
		b.text("1 = 0")
		for _, k := range p.Kinds {
			b.text(" OR kind = ")
			b.arg(k)
			if k == sayline.KnownKind("") {
				b.text(" OR kind NOT IN (''")
				for _, known := range sayline.Kinds {
					b.text(", ")
					b.arg(known)
				}
				b.text(")")
			}
		}
		b.text(")")
	}
	if len(p.Sources) > 0 {
		b.among("source IN", p.Sources)
	}
	switch p.Imported {
	case ImportedOnly:
		b.and("source = ", sayline.SourceImport)
	case ImportedNot:
		b.and("source <> ", sayline.SourceImport)
	}
	if len(p.Langs) > 0 {
		b.text(" AND (1 = 0")
		for _, lang := range p.Langs {
			b.text(" OR LOWER(lang) = ")
			b.arg(lang)
			b.text(" OR LOWER(lang) LIKE ")
			b.arg(lang + "-%")
		}
		b.text(")")
	}
}

// single writes what no roll-up answers.
func (s *Store) single(b *where, p *Part, newest int) {
	if p.Product != "" {
		b.and("product <> '' AND product = ", p.Product)
	}
	if p.Lot != "" {
		b.and("lot <> '' AND lot = ", p.Lot)
	}
	if p.Words == "" {
		return
	}
	a := askedFor(p.Words)
	if len(a.words) == 0 {
		b.text(" AND 1 = 0")
		return
	}
	b.text(" AND moment_id IN (SELECT d.moment_id FROM search_words t JOIN search_moment d ON d.n = t.rowid WHERE " + s.engine.searchMatch())
	brand := b.args[0].(string)
	b.arg(s.engine.searchFor([]clause{openly(brand, p.Guarded, scopeWord(brand, ""), looseWord(brand))}, nil, a))
	b.text(s.engine.searchEnd())
	if newest > 0 {
		b.text(" ORDER BY t.rowid DESC LIMIT ")
		b.arg(newest)
	}
	b.text(")")
}

// NamelessOfPart reads how many of the newest public moments of a part, at most
// so many, came without anything that leads to a person, and how many there were.
func (s *Store) NamelessOfPart(ctx context.Context, brand string, p Part, newest int) (nameless, of int, err error) {
	b := newWhere("brand_id = ", brand)
	s.public(b, &p)
	b.text(" ORDER BY moment_id DESC LIMIT ")
	b.arg(newest)
	err = s.readers.QueryRowContext(ctx, "SELECT COUNT(*) FILTER (WHERE class = 'unidentified'), COUNT(*) FROM (SELECT class FROM moment WHERE "+b.String()+") AS newest", b.args...).Scan(&nameless, &of)
	return nameless, of, s.failed(err)
}

// PublicCases reads those of some cases that are in no private lane, by id.
func (s *Store) PublicCases(ctx context.Context, brand string, ids []string) (map[string]*sayline.Case, error) {
	found := map[string]*sayline.Case{}
	if len(ids) == 0 {
		return found, nil
	}
	b := newWhere("brand_id = ", brand)
	b.text(" AND lane = '' AND case_id IN (")
	for i, id := range ids {
		if i > 0 {
			b.text(", ")
		}
		b.arg(id)
	}
	b.text(")")
	list, err := s.cases(ctx, brand, "SELECT "+caseCols+" FROM cases WHERE "+b.String(), b.args...)
	for _, c := range list {
		found[c.ID] = c
	}
	return found, err
}
