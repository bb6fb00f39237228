package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/sayline/sayline"
)

// How long files may wait for the moment they belong to, and how much of that
// a moment may use.
const (
	mediaPlanFor = time.Hour
	mediaPlanUse = 30 * time.Minute
)

// Jobs done on media, one after the other.
const (
	JobClean      = "clean"
	JobTranscribe = "transcribe"
)

// MediaLease is how long a job on media may take before another takes it over.
const MediaLease = 5 * time.Minute

var (
	mediaTable = newTable("media", "brand_id text, media_id text, moment_id text, message_id text, n bigint, kind text, state text, type text, bytes bigint, width bigint, height bigint, span bigint, "+
		"transcript text, lang text, wordless bigint, digest text, job text, due_at bigint, attempts bigint", "")
	eraseTable = newTable("media_erase", "brand_id text, media_id text, due_at bigint, passes bigint",
		"ON CONFLICT (brand_id, media_id) DO UPDATE SET due_at = excluded.due_at, passes = excluded.passes")
)

const mediaCols = "media_id, moment_id, message_id, n, kind, state, type, bytes, width, height, span, transcript, lang, wordless, digest"

func scanMedia(r scanner, brand string, more ...any) (*sayline.Media, error) {
	m := &sayline.Media{Brand: brand}
	var span, wordless int64
	err := r.Scan(append([]any{&m.ID, &m.Moment, &m.Message, &m.N, &m.Kind, &m.State, &m.Type, &m.Bytes, &m.Width, &m.Height, &span, &m.Transcript, &m.Lang, &wordless, &m.Digest}, more...)...)
	m.Duration, m.Wordless = time.Duration(span)*time.Microsecond, wordless != 0
	return m, err
}

// PlanMedia notes that files are about to be put under these ids. Whatever
// becomes of this process, they are deleted unless a moment takes them over
// within half an hour. It gives when that was noted.
func (s *Store) PlanMedia(ctx context.Context, brand string, ids []string) (planned time.Time, err error) {
	err = s.update(ctx, brand, byPerson, func(tx *Tx) error {
		planned = tx.now
		return tx.eraseFiles(brand, ids, tx.now.Add(mediaPlanFor))
	})
	if err != nil {
		return time.Time{}, err
	}
	return planned, nil
}

// DropMedia says that planned files are not needed after all.
func (s *Store) DropMedia(ctx context.Context, brand string, ids []string) error {
	return s.update(ctx, brand, byPerson, func(tx *Tx) error { return tx.eraseFiles(brand, ids, tx.now) })
}

func (tx *Tx) eraseFiles(brand string, ids []string, at time.Time) error {
	rows := make([][]any, len(ids))
	for i, id := range ids {
		rows[i] = []any{brand, id, micros(at), 0}
	}
	return tx.insert(eraseTable, rows)
}

// errPlan is said when files waited too long for their moment.
var errPlan = sayline.Errorf(sayline.Unavailable, "This took too long. Please send it again.")

// late says whether files that were planned may be gone by now.
func (tx *Tx) late(media []sayline.Media, planned time.Time) bool {
	return len(media) > 0 && tx.now.Sub(planned) > mediaPlanUse
}

// keepMedia takes planned files over for a moment, their work to be done at once.
func (tx *Tx) keepMedia(m *sayline.Moment, media []sayline.Media) error {
	if len(media) == 0 {
		return nil
	}
	rows := make([][]any, len(media))
	for i := range media {
		x := &media[i]
		x.Brand, x.Moment = m.Brand, m.ID
		rows[i] = []any{x.Brand, x.ID, x.Moment, x.Message, x.N, x.Kind, sayline.MediaRaw, x.Type, x.Bytes, x.Width, x.Height, x.Duration.Microseconds(), "", "", 0, x.Digest, JobClean, micros(tx.now), 0}
		if _, err := tx.exec("DELETE FROM media_erase WHERE brand_id = $1 AND media_id = $2", x.Brand, x.ID); err != nil {
			return err
		}
	}
	tx.event(sayline.Event{Brand: m.Brand, Type: sayline.EventMediaMade, Lane: m.Lane, Moment: m.ID, Case: m.Case, Team: m.Decision.Team})
	return tx.insert(mediaTable, rows)
}

// newMedia are those whose content the moment doesn't have yet, with their
// places after those it has.
func (tx *Tx) newMedia(m *sayline.Moment, media []sayline.Media) ([]sayline.Media, error) {
	if len(media) == 0 {
		return nil, nil
	}
	rows, err := tx.query("SELECT kind, digest, n FROM media WHERE brand_id = $1 AND moment_id = $2", m.Brand, m.ID)
	if err != nil {
		return nil, err
	}
	known, last := map[[2]string]bool{}, 0
	if err := eachRow(rows, func(r *sql.Rows) error {
		var kind, digest string
		var n int
		err := r.Scan(&kind, &digest, &n)
		known[[2]string{kind, digest}], last = true, max(last, n)
		return err
	}); err != nil {
		return nil, err
	}
	var fresh []sayline.Media
	for _, x := range media {
		k := [2]string{x.Kind, x.Digest}
		if known[k] {
			continue
		}
		known[k] = true
		last++
		x.N = last
		fresh = append(fresh, x)
	}
	return fresh, nil
}

// forgetMedia erases a moment's media: its rows now, its files very soon.
func (tx *Tx) forgetMedia(m *sayline.Moment) error {
	if !m.Shows() {
		return nil
	}
	if _, err := tx.exec("INSERT INTO media_erase (brand_id, media_id, due_at, passes) SELECT brand_id, media_id, $1, 0 FROM media WHERE brand_id = $2 AND moment_id = $3",
		micros(tx.now), m.Brand, m.ID); err != nil {
		return err
	}
	_, err := tx.exec("DELETE FROM media WHERE brand_id = $1 AND moment_id = $2", m.Brand, m.ID)
	return err
}

// MediaOf reads a moment's media, in their order.
func (s *Store) MediaOf(ctx context.Context, brand, moment string) ([]*sayline.Media, error) {
	rows, err := s.readers.QueryContext(ctx, "SELECT "+mediaCols+" FROM media WHERE brand_id = $1 AND moment_id = $2 AND message_id = '' ORDER BY n", brand, moment)
	if err != nil {
		return nil, s.failed(err)
	}
	var list []*sayline.Media
	err = eachRow(rows, func(r *sql.Rows) error {
		m, err := scanMedia(r, brand)
		list = append(list, m)
		return err
	})
	return list, s.failed(err)
}

// MediaOfMoments reads the media of some moments, each moment's in their order.
func (s *Store) MediaOfMoments(ctx context.Context, brand string, moments []string) (map[string][]*sayline.Media, error) {
	found := map[string][]*sayline.Media{}
	err := s.inLots(ctx, "SELECT "+mediaCols+" FROM media WHERE brand_id = $1 AND moment_id", brand, unique(moments), func(r *sql.Rows) error {
		m, err := scanMedia(r, brand)
		list := append(found[m.Moment], m)
		for i := len(list) - 1; i > 0 && list[i].N < list[i-1].N; i-- {
			list[i], list[i-1] = list[i-1], list[i]
		}
		found[m.Moment] = list
		return err
	})
	return found, err
}

// Media reads one photo or voice with the case its moment is in ("" when it is
// in none): whoever shows it asks who may see that.
func (s *Store) Media(ctx context.Context, brand, id string) (m *sayline.Media, caseID string, err error) {
	m, err = scanMedia(s.readers.QueryRowContext(ctx, "SELECT "+of("x", mediaCols)+", y.case_id, y.lane FROM media x JOIN moment y ON y.brand_id = x.brand_id AND y.moment_id = x.moment_id "+
		"WHERE x.brand_id = $1 AND x.media_id = $2", brand, id), brand, &caseID, new(string))
	if err != nil {
		return nil, "", s.failed(err)
	}
	return m, caseID, nil
}

// TakesMedia says whether a receipt's moment takes photos and voices: nil, or
// NotFound, or Conflict when it is closed and has none, so that it can't be a
// repeat either. What is true when they come, the transaction decides.
func (s *Store) TakesMedia(ctx context.Context, brand, receipt string) error {
	m, err := s.MomentByReceipt(ctx, brand, receipt)
	if err != nil || m.Open(s.now()) || m.Shows() {
		return err
	}
	lines, err := s.History(ctx, brand, m.ID)
	if err != nil {
		return err
	}
	if m.Case != "" {
		of, err := s.History(ctx, brand, m.Case)
		if err != nil {
			return err
		}
		lines = append(lines, of...)
	}
	last := sayline.HistoryEntry{}
	for _, h := range lines {
		if h.At.After(last.At) || h.At.Equal(last.At) && last.Status != sayline.StatusNeedsInfo { // the question is the last of what its writer did at once
			last = h
		}
	}
	if last.Status != sayline.StatusNeedsInfo {
		return errSealed
	}
	return nil
}
