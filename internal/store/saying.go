package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// Saying is what one moment says, in words.
type Saying struct {
	Moment  string
	Text    string
	Lang    string // BCP 47, as declared
	Feeling int    // the face that was touched; 0 for none
	Class   string // see [sayline.Unidentified]
}

// SayingsOfPart reads the newest public moments with words of a part that came in
// [from, until), newest first; none of a guarded audience. Imported ones came
// when they were imported: they are left out where the part doesn't ask for them.
func (s *Store) SayingsOfPart(ctx context.Context, brand string, p Part, from, until time.Time, limit int) (list []Saying, err error) {
	if p.Imported == ImportedToo {
		p.Imported = ImportedNot
	}
	b := newWhere("brand_id = ", brand)
	s.public(b, &p)
	b.text(" AND text <> ''")
	b.and("moment_id >= ", sayline.NewID(from, zeros{}))
	b.and("moment_id < ", sayline.NewID(until, zeros{}))
	b.text(" ORDER BY moment_id DESC LIMIT ")
	b.arg(limit)
	rows, err := s.readers.QueryContext(ctx, "SELECT moment_id, text, lang, feeling, class FROM moment WHERE "+b.String(), b.args...)
	if err != nil {
		return nil, s.failed(err)
	}
	err = eachRow(rows, func(r *sql.Rows) error {
		var x Saying
		err := r.Scan(&x.Moment, &x.Text, &x.Lang, &x.Feeling, &x.Class)
		list = append(list, x)
		return err
	})
	return list, s.failed(err)
}
