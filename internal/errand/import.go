package errand

import (
	"context"
	"encoding/json"
	"io"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/past"
	"github.com/sayline/sayline/internal/store"
)

// importSpec is what an import is asked for: which column is what, and that lines
// which can't be read are left out.
type importSpec struct {
	Mapping past.Mapping
	Columns []string
}

func specOf(one *sayline.Errand) (spec importSpec, err error) {
	if err = json.Unmarshal([]byte(one.Spec), &spec); err != nil {
		err = sayline.Errorf(sayline.Internal, "What was asked for can't be read.").Because(err)
	}
	return spec, err
}

// bad is a line that can't be read, and why.
type bad struct {
	Line    int
	Key     string // of the sentence; "" where there is only Message
	Message string
}

// badOf says what is wrong with a row.
func badOf(r past.Row) bad {
	b := bad{Line: r.Line, Message: r.Err.Error()}
	if ours, ok := r.Err.(*sayline.Error); ok {
		b.Key, b.Message = ours.Key, ours.Message
	}
	return b
}

const mostBad = 100 // lines that are told

// bring reads an errand's file and stores what it says, lot by lot. What was read by
// a process that died is read again and not stored twice.
func (e *Errand) bring(ctx context.Context, one *sayline.Errand) error {
	spec, err := specOf(one)
	if err != nil {
		return err
	}
	b := e.Brands.ByID(one.Brand)
	if b == nil {
		return sayline.Errorf(sayline.Unavailable, "The brand is not read yet.")
	}
	file, err := e.Files.Get(ctx, fileOf(one))
	if err != nil {
		return err
	}
	defer file.Close()
	in := &inflow{errand: e, one: one, past: one.Done, zone: b.Zone, kept: b.RetainFor(sayline.Unidentified)}
	one.Wrong = 0
	sheet, err := past.Open(file)
	if err != nil {
		return err
	}
	rows, err := past.NewReader(sheet, b.Config, b.Index, spec.Mapping, e.Now())
	if err != nil {
		return err
	}
	for {
		row, err := rows.Next()
		if err == io.EOF {
			return in.flush(ctx)
		}
		if err == nil {
			err = in.add(ctx, row)
		}
		if err != nil {
			return err
		}
	}
}

// pastOf hands rows that were read to the store.
func pastOf(r past.Row) store.Past { return store.Past{Moment: r.Moment, Key: r.Key} }
