package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/past"
	"github.com/sayline/sayline/internal/store"
)

// mostTold is how many lines that can't be read are told.
const mostTold = 100

// ImportVisits brings in how many came, of a CSV file: all of it, or nothing and each
// line that can't be read, with why.
func ImportVisits(ctx context.Context, o Options, order ImportOrder, out io.Writer) error {
	file, err := os.Open(order.File)
	if err != nil {
		return sayline.Errorf(sayline.Invalid, "%s can't be opened.", order.File).Because(err)
	}
	defer file.Close()
	return o.beside(ctx, true, func(s *store.Store) error {
		stored, err := s.Config(ctx, order.Brand)
		if err != nil {
			return err
		}
		good, wrong, err := past.Visits(file, stored.Config, sayline.NewIndex(stored.Config), time.Now())
		if err != nil {
			return err
		}
		for _, bad := range wrong[:min(len(wrong), mostTold)] {
			fmt.Fprintf(out, "%s:%d: %s\n", order.File, bad.Line, bad.Err)
		}
		if more := len(wrong) - mostTold; more > 0 {
			fmt.Fprintf(out, "… and %d more\n", more)
		}
		switch {
		case len(wrong) > 0:
			return sayline.Errorf(sayline.AtFault, "%d of %d lines can't be brought in; nothing was. Mend them and try again.", len(wrong), len(wrong)+len(good))
		case len(good) == 0:
			return sayline.Errorf(sayline.Invalid, "There is no line in %s but the first.", order.File)
		case order.Dry:
			fmt.Fprintf(out, "%d lines would be brought in; nothing was\n", len(good))
			return nil
		}
		one := &sayline.Errand{Name: filepath.Base(order.File), Total: len(good)}
		if err := begin(ctx, s, stored.Config, one, sayline.ErrandVisits); err != nil {
			return err
		}
		if err := end(ctx, s, one, s.VisitsErrand(ctx, one, good)); err != nil {
			return err
		}
		fmt.Fprintf(out, "%d lines brought in\n", len(good))
		return nil
	})
}
