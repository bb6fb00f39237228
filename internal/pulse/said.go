package pulse

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/phrase"
	"github.com/sayline/sayline/internal/words"
)

// entry is one moment of the stream.
type entry struct {
	ID         string
	Feeling    int
	Guess      int    // how the words feel, where nobody touched a face
	Topic      string // its label; "" for none
	TopicID    string
	Words      string
	Lang, Dir  string // of the words
	Said       string // in one line, where there are no words
	Where      string
	Place      string // where that is, unless the touchpoint's name says so
	Team       string // whom it goes to; "" where it needs nobody
	TeamID     string
	State      string // what came of it; "" while nobody has looked
	Touchpoint string
	At         time.Time
	Time       string
}

// entryView is an entry with the board it stands on.
type entryView struct {
	*board
	Entry *entry
}

// EntryOf puts an entry on its board.
func (b *board) EntryOf(e *entry) entryView { return entryView{b, e} }

// Entries are the stream, newest first.
func (b *board) Entries() []entryView {
	list := make([]entryView, len(b.Said))
	for i := range b.Said {
		list[i] = entryView{b, &b.Said[i]}
	}
	return list
}

// said reads the newest of the stream: of a period of days or hours what came in
// it; now and today whatever came last, for a stream is never empty of an early morning.
func (s *stage) said(ctx context.Context, n int) error {
	list, err := s.newest(ctx, n)
	if err != nil {
		return err
	}
	s.board.Said, err = s.entries(ctx, list)
	return err
}

func (s *stage) newest(ctx context.Context, n int) ([]*sayline.Moment, error) {
	before := ""
	if s.period.past() {
		before = sayline.NewID(s.period.until, bytes.NewReader(make([]byte, 16)))
	}
	list, err := s.Store.MomentsOfPart(ctx, s.brand, s.of, before, n)
	if s.period.Name == now || s.period.Name == today {
		return list, err
	}
	return slices.DeleteFunc(list, func(m *sayline.Moment) bool { return m.ReceivedAt.Before(s.period.from) }), err
}

// entries describes public moments, with what came of them.
func (s *stage) entries(ctx context.Context, list []*sayline.Moment) ([]entry, error) {
	var ids []string
	for _, m := range list {
		if m.Case != "" {
			ids = append(ids, m.Case)
		}
	}
	cases, err := s.Store.PublicCases(ctx, s.brand, ids)
	if err != nil {
		return nil, err
	}
	entries := make([]entry, len(list))
	for i, m := range list {
		entries[i] = s.entry(m, cases[m.Case])
	}
	return entries, nil
}

// mostWords is how many characters of somebody's words the stream shows.
const mostWords = 240

func (s *stage) entry(m *sayline.Moment, c *sayline.Case) entry {
	b := s.board
	e := entry{ID: m.ID, Feeling: m.Feeling, Words: house.Cut(strings.TrimSpace(m.Text), mostWords), Lang: m.Lang,
		Where: b.Names.Where(&m.Context), Touchpoint: m.Context.Touchpoint, At: m.ReceivedAt, Time: b.At(m.ReceivedAt)}
	if t := b.Brand.Index.Topic(m.Topic); t != nil {
		e.Topic, e.TopicID = b.Names.Topic(m.Topic), m.Topic
	}
	if place := m.Context.Place; b.Brand.Index.Place(place) != nil && !strings.Contains(b.Names.Touchpoint(m.Context.Touchpoint), b.Names.Place(place)) {
		e.Place = place
	}
	switch {
	case e.Words != "":
		if m.Feeling == 0 {
			e.Guess = phrase.Feel(m.Text, m.Lang)
		}
		e.Dir = "auto"
		if m.Lang != "" {
			e.Dir = words.Direction(m.Lang)
		}
	case e.Topic != "":
		e.Said, e.Topic = e.Topic, ""
	case m.Topic != "": // no topic of the brand's, or no longer
		e.Said = m.Topic
	case m.Feeling > 0:
		e.Said = b.FaceName(m.Feeling)
	default:
		e.Said = b.Names.Kind(m.Kind)
	}
	if c != nil {
		e.Team, e.TeamID = b.Names.Team(c.Team, c.Place), c.Team
		e.State = state(b, c)
	}
	return e
}

// state says what came of a case, in a word or two.
func state(b *board, c *sayline.Case) string {
	switch {
	case c.State == sayline.CaseResolved:
		return b.Say("pulse_closed")
	case !c.AnsweredAt.IsZero():
		return b.Say("pulse_answered")
	case c.State == sayline.CaseAcknowledged:
		return b.Say("pulse_on_it")
	case !c.SeenAt.IsZero():
		return b.Say("pulse_seen")
	}
	return ""
}
