package past

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/sayline/sayline"
)

// Source is a file with how it is to be read. It is read from its beginning as
// often as needed, and never held in memory.
type Source struct {
	File    io.ReadSeeker
	Brand   *sayline.Config
	Mapping Mapping
	Columns []string
	Now     time.Time

	index *sayline.Index
}

// Result is what became of a file's rows.
type Result struct {
	Good, Wrong int
	Fresh       int   // of the good, those that were not there before
	Bad         []Row // the first of the wrong
	First, Last time.Time
}

const (
	mostBad = 100 // wrong lines that are listed
	lot     = 200 // rows handed over at once
)

// Guess reads the first line and says which column is what.
func (s *Source) Guess() error {
	sheet, err := s.open()
	if err != nil {
		return err
	}
	s.Columns, s.Mapping = sheet.Columns, Guess(sheet.Columns)
	return nil
}

func (s *Source) open() (*Sheet, error) {
	if _, err := s.File.Seek(0, io.SeekStart); err != nil {
		return nil, sayline.Errorf(sayline.Internal, "The file can't be read again.").Because(err)
	}
	return Open(s.File)
}

// Preview reads the first rows.
func (s *Source) Preview(n int) (list []Row, err error) {
	err = s.rows(context.Background(), func(r Row) error {
		list = append(list, r)
		if len(list) == n {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return list, err
}

var errEnough = errors.New("enough")

// Check reads all rows and writes nothing. progress, which may be nil, is told
// how many were read.
func (s *Source) Check(ctx context.Context, progress func(int)) (*Result, error) {
	r := new(Result)
	err := s.rows(ctx, func(row Row) error {
		r.note(row)
		if progress != nil && (r.Good+r.Wrong)%lot == 0 {
			progress(r.Good + r.Wrong)
		}
		return nil
	})
	return r, err
}

func (r *Result) note(row Row) {
	if row.Err != nil {
		if r.Wrong++; len(r.Bad) < mostBad {
			r.Bad = append(r.Bad, row)
		}
		return
	}
	r.Good++
	at := row.Moment.ReceivedAt
	if r.First.IsZero() || at.Before(r.First) {
		r.First = at
	}
	if at.After(r.Last) {
		r.Last = at
	}
}

// Said is one thing that was said, and what tells it from all others.
type Said struct {
	Moment *sayline.Moment
	Key    string
}

// Import hands all good rows over, lot by lot; keep gives how many were new.
func (s *Source) Import(ctx context.Context, keep func(ctx context.Context, list []Said) (int, error), progress func(int)) (*Result, error) {
	r := new(Result)
	var list []Said
	flush := func() error {
		fresh, err := keep(ctx, list)
		r.Fresh += fresh
		list = list[:0]
		if progress != nil {
			progress(r.Good + r.Wrong)
		}
		return err
	}
	err := s.rows(ctx, func(row Row) error {
		if r.note(row); row.Err != nil {
			return nil
		}
		if list = append(list, Said{row.Moment, row.Key}); len(list) == lot {
			return flush()
		}
		return nil
	})
	if err == nil && len(list) > 0 {
		err = flush()
	}
	return r, err
}

// rows reads the file from its beginning.
func (s *Source) rows(ctx context.Context, each func(Row) error) error {
	sheet, err := s.open()
	if err != nil {
		return err
	}
	if s.index == nil {
		s.index = sayline.NewIndex(s.Brand)
	}
	reader, err := NewReader(sheet, s.Brand, s.index, s.Mapping, s.Now)
	if err != nil {
		return err
	}
	for {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = each(row)
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}
