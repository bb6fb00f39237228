package errand

import (
	"context"
	"encoding/json"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/past"
	"github.com/sayline/sayline/internal/store"
)

// inflow gathers rows to lots and stores them.
type inflow struct {
	errand *Errand
	one    *sayline.Errand
	past   int // rows that a process before has stored
	read   int
	lot    []store.Past
	bad    []bad
	zone   string
	kept   time.Duration
}

func (in *inflow) add(ctx context.Context, row past.Row) error {
	in.read++
	if row.Err != nil {
		if in.one.Wrong++; len(in.bad) < mostBad {
			in.bad = append(in.bad, badOf(row))
		}
	} else if in.read > in.past {
		in.lot = append(in.lot, pastOf(row))
	}
	if in.read <= in.past || in.read%store.ImportLot != 0 {
		return ctx.Err()
	}
	return in.flush(ctx)
}

// flush stores the lot and how far it is, together.
func (in *inflow) flush(ctx context.Context) error {
	report, err := json.Marshal(in.bad)
	if err != nil {
		return err
	}
	in.one.Report, in.one.Done = string(report), max(in.read, in.past)
	if len(in.lot) == 0 {
		return in.errand.Store.NoteErrand(ctx, in.one)
	}
	if err := in.errand.Store.ImportErrand(ctx, in.one, in.zone, in.kept, in.lot); err != nil {
		return err
	}
	in.lot = in.lot[:0]
	return ctx.Err()
}

// undo takes back what an import brought, lot by lot.
func (e *Errand) undo(ctx context.Context, one *sayline.Errand) error {
	if one.Kind == sayline.ErrandVisits {
		return e.Store.UndoVisits(ctx, one)
	}
	for {
		n, err := e.Store.UndoErrand(ctx, one)
		if err != nil || n == 0 {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}
