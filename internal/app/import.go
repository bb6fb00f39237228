package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/past"
	"github.com/sayline/sayline/internal/store"
)

// ImportOrder is what `sayline import` is asked for.
type ImportOrder struct {
	Brand, File string
	Change      func(*past.Mapping) error // sets what was said on the command line over what was guessed
	Dry, Skip   bool                      // only read; leave out the lines that can't be read
}

// Import brings past feedback of a CSV file in: all of it, or with Skip all that
// can be read, else nothing and every line that can't, with why.
func Import(ctx context.Context, o Options, order ImportOrder, out io.Writer) error {
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
		source := past.Source{File: file, Brand: stored.Config, Now: time.Now()}
		if err := source.Guess(); err != nil {
			return err
		}
		if err := order.Change(&source.Mapping); err != nil {
			return err
		}
		describe(&source, out)
		check, err := source.Check(ctx, nil)
		if err != nil {
			return err
		}
		for _, bad := range check.Bad {
			fmt.Fprintf(out, "%s:%d: %s\n", order.File, bad.Line, bad.Err)
		}
		if more := check.Wrong - len(check.Bad); more > 0 {
			fmt.Fprintf(out, "… and %d more\n", more)
		}
		if check.Wrong > 0 && !order.Skip {
			return sayline.Errorf(sayline.AtFault, "%d of %d lines can't be imported; nothing was. Mend them, or leave them out with --skip.", check.Wrong, check.Wrong+check.Good)
		}
		if order.Dry {
			fmt.Fprintf(out, "%d would be imported; nothing was\n", check.Good)
			return nil
		}
		one, err := bring(ctx, s, stored.Config, &source, &sayline.Errand{Name: filepath.Base(order.File), Total: check.Good, Wrong: check.Wrong})
		if one != nil {
			fmt.Fprintf(out, "%d imported, %d were there already\n", one.Fresh, one.Done-one.Fresh)
		}
		return err
	})
}

// byImport is who brought in what came by the command: no person's id has a blank.
const byImport = "sayline import"

// bring stores what a file says as an errand of the house, that can be undone there
// like one of a page; nil where there is none. Its Done are the lines that could be read.
func bring(ctx context.Context, s *store.Store, b *sayline.Config, source *past.Source, one *sayline.Errand) (*sayline.Errand, error) {
	if err := begin(ctx, s, b, one, sayline.ErrandImport); err != nil {
		return nil, err
	}
	_, err := source.Import(ctx, func(ctx context.Context, list []past.Said) (int, error) {
		before := one.Fresh
		one.Done += len(list)
		err := s.ImportErrand(ctx, one, b.Zone, b.RetainFor(sayline.Unidentified), pastOf(list))
		return one.Fresh - before, err
	}, nil)
	return one, end(ctx, s, one, err)
}

// begin stores an errand that this command is at work on.
func begin(ctx context.Context, s *store.Store, b *sayline.Config, one *sayline.Errand, kind string) error {
	one.Brand, one.ID, one.Kind, one.Person, one.State, one.Spec = b.ID, sayline.NewID(time.Now(), rand.Reader), kind, byImport, sayline.ErrandWorking, "{}"
	return s.MakeErrand(ctx, one)
}

// end stores what became of an errand: what came in can be undone though the command
// was stopped.
func end(ctx context.Context, s *store.Store, one *sayline.Errand, err error) error {
	state := sayline.ErrandReady
	if err != nil {
		state = sayline.ErrandFailed
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ending)
	defer cancel()
	return errors.Join(err, s.EndErrand(ctx, one, state))
}

// ending is how long the end of an errand may take to be stored.
const ending = 10 * time.Second

// pastOf hands rows that were read to the store.
func pastOf(list []past.Said) []store.Past {
	rows := make([]store.Past, len(list))
	for i, said := range list {
		rows[i] = store.Past{Moment: said.Moment, Key: said.Key}
	}
	return rows
}

// describe tells what is taken for what.
func describe(s *past.Source, out io.Writer) {
	if s.Mapping.Tool != "" {
		fmt.Fprintf(out, "it looks like an export of %s\n", s.Mapping.ToolName())
	}
	for _, member := range past.Members {
		if c := *s.Mapping.Column(member); c != "" {
			fmt.Fprintf(out, "%-10s ← %s\n", member, c)
		}
	}
}
