package errand

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"slices"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/pulse"
	"github.com/sayline/sayline/internal/store"
)

// forget writes files anew that hold what is gone since: withdrawn words are in no
// copy for longer than this takes.
func (e *Errand) forget(ctx context.Context) {
	for ctx.Err() == nil {
		one, err := e.Store.LeaseGone(ctx)
		if err == nil && one == nil {
			return
		}
		if err == nil {
			err = e.leaveOut(ctx, one)
		}
		switch {
		case err == nil:
		case sayline.KindOf(err) == sayline.Conflict: // somebody dropped it meanwhile
			e.lost(ctx, one)
		default: // its lease runs out, and it is taken up again
			e.complain(ctx, "what is gone can't be left out of a file", err)
			return
		}
	}
}

// leaveOut writes one file without what is gone; where too much is, it begins anew.
func (e *Errand) leaveOut(ctx context.Context, one *sayline.Errand) error {
	gone, err := e.Store.GoneOf(ctx, one)
	if err != nil {
		return err
	}
	if len(gone) > store.MostGone {
		e.drop(ctx, one)
		defer e.raise()
		return e.Store.BeginAnew(ctx, one)
	}
	from, err := e.Files.Get(ctx, fileOf(one))
	if err != nil {
		return err
	}
	defer from.Close()
	file, err := os.CreateTemp("", "export-*")
	if err != nil {
		return sayline.Errorf(sayline.Unavailable, "There is no room for the file.").Because(err)
	}
	defer os.Remove(file.Name())
	defer file.Close()
	kept, err := sift(ctx, from, file, formatOf(one), func(id, _ string) bool { return gone[id] })
	if err != nil {
		return err
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if err := e.put(ctx, one, file, size, mediaType(formatOf(one))); err != nil {
		return err
	}
	return e.Store.LeftOut(ctx, one, kept, len(gone))
}

// sift copies a file without the moments that are to be left out, and says how many
// are in it.
func sift(ctx context.Context, from io.Reader, to io.Writer, format string, leave func(id, audience string) bool) (kept int, err error) {
	out := bufio.NewWriterSize(to, 64<<10)
	if format == asCSV {
		kept, err = siftSheet(ctx, from, out, leave)
	} else {
		kept, err = siftLines(ctx, from, out, leave)
	}
	if err == nil {
		err = out.Flush()
	}
	return kept, err
}

func siftLines(ctx context.Context, from io.Reader, out *bufio.Writer, leave func(id, audience string) bool) (kept int, err error) {
	for in := bufio.NewReaderSize(from, 64<<10); ctx.Err() == nil; {
		line, err := in.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return kept, nil
		}
		var of struct{ ID, Audience string }
		if err == nil {
			err = json.Unmarshal(line, &of)
		}
		if err != nil { // half a line, too
			return kept, err
		}
		if leave(of.ID, of.Audience) {
			continue
		}
		kept++
		if _, err := out.Write(line); err != nil {
			return kept, err
		}
	}
	return kept, ctx.Err()
}

func siftSheet(ctx context.Context, from io.Reader, out *bufio.Writer, leave func(id, audience string) bool) (kept int, err error) {
	in := bufio.NewReader(from)
	mark, err := in.Peek(len(byteOrder))
	if err == nil && bytes.Equal(mark, []byte(byteOrder)) {
		_, err = in.Discard(len(byteOrder))
	}
	if err != nil {
		return 0, err
	}
	columns := pulse.TakenColumns()
	id, audience := slices.Index(columns, "id"), slices.Index(columns, "audience")
	if _, err := out.WriteString(byteOrder); err != nil {
		return 0, err
	}
	sheet, rows := csv.NewWriter(out), csv.NewReader(in)
	rows.ReuseRecord, rows.FieldsPerRecord = true, len(columns)
	for head := true; ctx.Err() == nil; head = false {
		cells, err := rows.Read()
		if err == io.EOF {
			sheet.Flush()
			return kept, sheet.Error()
		}
		if err != nil {
			return kept, err
		}
		if !head {
			if leave(cells[id], cells[audience]) {
				continue
			}
			kept++
		}
		if err := sheet.Write(cells); err != nil {
			return kept, err
		}
	}
	return kept, ctx.Err()
}
