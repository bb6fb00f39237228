package errand

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/pulse"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// Formats of a file that is taken out.
const (
	asCSV   = "csv"
	asLines = "jsonl"
)

// exportSpec is what an export is asked for.
type exportSpec struct {
	Format      string
	Filter      string    // as an address of the pulse has it
	From, Until time.Time // when it was asked for: a file is of one time, whenever it is written
}

// query is what of the moments is taken out: what the page at the same address shows.
func (s *exportSpec) query(b *brands.Snapshot) store.SaidQuery {
	values, _ := url.ParseQuery(s.Filter) // of a filter's own writing
	return store.SaidQuery{Brand: b.ID, From: s.From, Until: s.Until, Part: pulse.ParseFilter(values, b).Part(b)}
}

// byteOrder begins a sheet, so that office software reads it as UTF-8.
const byteOrder = "\ufeff"

// writer writes moments in a format.
type writer struct {
	to    *bufio.Writer
	sheet *csv.Writer // nil for JSON lines
	zone  *time.Location
}

func newWriter(to io.Writer, format string, zone *time.Location) (*writer, error) {
	w := &writer{to: bufio.NewWriterSize(to, 64<<10), zone: zone}
	if format != asCSV {
		return w, nil
	}
	if _, err := w.to.WriteString(byteOrder); err != nil {
		return nil, err
	}
	w.sheet = csv.NewWriter(w.to)
	return w, w.sheet.Write(pulse.TakenColumns())
}

func (w *writer) write(m *sayline.Moment, c *sayline.Case) error {
	if w.sheet == nil {
		_, err := w.to.Write(web.JSON(pulse.Taken(m, c, w.zone)))
		return err
	}
	cells := pulse.TakenCells(m, c, w.zone)
	for i := range cells {
		cells[i] = web.Harmless(cells[i])
	}
	return w.sheet.Write(cells)
}

func (w *writer) end() error {
	if w.sheet != nil {
		w.sheet.Flush()
		if err := w.sheet.Error(); err != nil {
			return err
		}
	}
	return w.to.Flush()
}

// take writes a view to a file and keeps it. A process that dies leaves nothing of
// it; another begins anew.
func (e *Errand) take(ctx context.Context, one *sayline.Errand) error {
	var spec exportSpec
	if err := json.Unmarshal([]byte(one.Spec), &spec); err != nil {
		return sayline.Errorf(sayline.Internal, "What was asked for can't be read.").Because(err)
	}
	b := e.Brands.ByID(one.Brand)
	if b == nil {
		return sayline.Errorf(sayline.Unavailable, "The brand is not read yet.")
	}
	file, err := os.CreateTemp("", "export-*")
	if err != nil {
		return sayline.Errorf(sayline.Unavailable, "There is no room for the file.").Because(err)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	w, err := newWriter(file, spec.Format, b.Location())
	if err != nil {
		return err
	}
	one.Done, one.Wrong = 0, 0
	if err := e.Store.EachSaid(ctx, spec.query(b), func(list []*sayline.Moment, cases map[string]*sayline.Case) error {
		for _, m := range list {
			if err := w.write(m, cases[m.Case]); err != nil {
				return err
			}
		}
		one.Done += len(list)
		return e.Store.NoteErrand(ctx, one)
	}); err != nil {
		return err
	}
	if err := w.end(); err != nil {
		return sayline.Errorf(sayline.Unavailable, "There is no room for the file.").Because(err)
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	one.Total = one.Done
	return e.put(ctx, one, file, size, mediaType(spec.Format))
}

// put hands over a file, and says meanwhile that it is still being worked on: a
// store far away may take longer than a lease.
func (e *Errand) put(ctx context.Context, one *sayline.Errand, file io.ReaderAt, size int64, kind string) error {
	ctx, stop := context.WithCancel(ctx)
	var beats sync.WaitGroup
	beats.Go(func() {
		beat := time.NewTicker(perBeat)
		defer beat.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-beat.C:
				if e.Store.NoteErrand(ctx, one) != nil {
					stop() // another has it
					return
				}
			}
		}
	})
	err := e.Files.Put(ctx, fileOf(one), file, size, kind)
	stop()
	beats.Wait()
	return err
}

const perBeat = 10 * time.Second

// formatOf is the format of an export's file.
func formatOf(one *sayline.Errand) string { return strings.TrimPrefix(path.Ext(one.Name), ".") }

func mediaType(format string) string {
	if format == asCSV {
		return "text/csv; charset=utf-8"
	}
	return "application/jsonl; charset=utf-8"
}
