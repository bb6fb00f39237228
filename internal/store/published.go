package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// Published is a moment whose author agreed to have it shown, and what everybody
// may know of what became of it.
type Published struct {
	Moment     *sayline.Moment // without its contact
	Open       bool            // somebody has still to deal with it
	ResolvedAt time.Time       // of its case; zero while open, and where it was nobody's work
	Reply      string          // the latest to all of its case since it joined; "" when there is none
	RepliedAt  time.Time
}

// PublishedQuery asks for published moments outside every private lane, newest
// first. Topics and NotAt are what may be told at all and always count.
type PublishedQuery struct {
	Brand  string
	Topics []string // about one of these; none, and nothing is found
	NotAt  []string // not said at one of these touchpoints
	NotBy  []string // nor by one of these audiences

	WithWords bool // only those that have words

	IDs         []string  // these and no others, whenever they came
	From, Until time.Time // without IDs: received in [From, Until)
	State       string    // "open", "closed", or "" for both
	Skip, Limit int
}

// Published reads what a query asks for.
func (s *Store) Published(ctx context.Context, q PublishedQuery) ([]Published, error) {
	if len(q.Topics) == 0 {
		return nil, nil
	}
	text, args := q.text()
	rows, err := s.readers.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []Published
	err = eachRow(rows, func(r *sql.Rows) error {
		p, err := scanPublished(r, q.Brand)
		list = append(list, p)
		return err
	})
	return list, s.failed(err)
}

// text is the query in SQL. Its first words are what the index of published
// moments is made for.
func (q *PublishedQuery) text() (string, []any) {
	b := newWhere("m.brand_id = ", q.Brand)
	b.text(" AND m.publish = 1 AND m.lane = ''")
	b.among("m.topic IN", q.Topics)
	if len(q.NotAt) > 0 {
		b.among("m.touchpoint NOT IN", q.NotAt)
	}
	if len(q.NotBy) > 0 {
		b.among("m.audience NOT IN", q.NotBy)
	}
	if len(q.IDs) > 0 {
		b.among("m.moment_id IN", q.IDs)
	} else {
		b.and("m.received_at >= ", micros(q.From))
		b.and("m.received_at < ", micros(q.Until))
	}
	if q.WithWords {
		b.text(" AND m.text <> ''")
	}
	switch q.State {
	case "open":
		b.text(" AND " + stillOpen)
	case "closed":
		b.text(" AND NOT (" + stillOpen + ")")
	}
	b.text(" ORDER BY m.received_at DESC, m.moment_id DESC LIMIT ")
	b.arg(q.Limit)
	b.text(" OFFSET ")
	b.arg(q.Skip)
	return publishedSelect + b.String(), b.args
}

// stillOpen: a moment that is nobody's work is not.
const stillOpen = "m.case_id <> '' AND COALESCE(c.state, '') <> '" + sayline.CaseResolved + "'"

// A reply to one author is theirs alone; what was said to all of the case before
// a moment joined it was not said to its author.
var publishedSelect = "SELECT m." + strings.ReplaceAll(momentCols, ", ", ", m.") + ", COALESCE(c.state, ''), COALESCE(c.resolved_at, 0), COALESCE(r.text, ''), COALESCE(r.at, 0) " +
	"FROM moment m LEFT JOIN cases c ON c.brand_id = m.brand_id AND c.case_id = m.case_id AND c.lane = '' " +
	"LEFT JOIN message r ON r.brand_id = c.brand_id AND r.message_id = (SELECT MAX(x.message_id) FROM message x " +
	"WHERE x.brand_id = m.brand_id AND x.case_id = m.case_id AND x.direction = '" + sayline.Reply + "' AND x.moment_id = '' AND x.episode >= m.episode) WHERE "

func scanPublished(r scanner, brand string) (p Published, err error) {
	var state string
	var resolved, replied int64
	p.Moment, err = scanMoment(wider{r, []any{&state, &resolved, &p.Reply, &replied}}, brand)
	if err != nil {
		return p, err
	}
	p.Open = p.Moment.Case != "" && state != sayline.CaseResolved
	if !p.Open {
		p.ResolvedAt = fromMicros(resolved)
	}
	p.RepliedAt = fromMicros(replied)
	return p, nil
}

// wider scans columns behind those of a noun.
type wider struct {
	scanner
	more []any
}

func (w wider) Scan(to ...any) error { return w.scanner.Scan(append(to, w.more...)...) }
