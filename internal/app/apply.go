package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/words"
)

// MaxBrandFile is the largest brand file Apply reads, in bytes.
const MaxBrandFile = brandfile.MaxSize

// beside opens the database of a command that runs beside the server. must says
// that it has to be there already: a mistyped folder makes no empty database.
func (o *Options) beside(ctx context.Context, must bool, do func(*store.Store) error) error {
	if must && !o.there() {
		return sayline.Errorf(sayline.NotFound, "There is no database at %s. Say where with --data or --database.", o.DatabaseAddress())
	}
	s, err := store.Open(ctx, store.Options{Database: o.DatabaseAddress(), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.Close())
}

// there says whether the database may be opened without making a new one.
func (o *Options) there() bool {
	if o.Database != "" {
		return true
	}
	_, err := os.Stat(o.DatabaseAddress())
	return err == nil
}

// tell says what would change.
func tell(brand string, changes []brandfile.Change, out io.Writer) error {
	for _, ch := range changes {
		fmt.Fprintln(out, ch)
	}
	fmt.Fprintf(out, "%s: %d changes would be made; nothing was\n", brand, len(changes))
	return nil
}

// Apply creates a brand of its file or changes it: it tells what changes, then
// does all of it or, with dry, nothing.
func Apply(ctx context.Context, o Options, name string, src []byte, dry bool, out io.Writer) error {
	next, err := brandfile.Read(name, src)
	if err != nil {
		return err
	}
	if err := untranslated(next, out); err != nil {
		return err
	}
	if dry && !o.there() {
		b := brands.New(0, next, nil)
		tellOutlook(b, brands.LookAhead(nil, b, time.Now()), false, out)
		return tell(next.ID, brandfile.Diff(nil, next), out)
	}
	return o.beside(ctx, false, func(s *store.Store) error { return change(ctx, s, next, dry, out) })
}

// untranslated says which of a brand's languages have no catalogue here: its own
// words are shown in them, ours in English.
func untranslated(c *sayline.Config, out io.Writer) error {
	catalogue, err := words.New()
	if err != nil {
		return err
	}
	if lacking := catalogue.Lacks("speaker", c.Languages); len(lacking) > 0 {
		fmt.Fprintf(out, "%s: there is no catalogue in %s yet: the brand's words are shown in it, Sayline's own in English\n", c.ID, strings.Join(lacking, ", "))
	}
	return nil
}

func change(ctx context.Context, s *store.Store, next *sayline.Config, dry bool, out io.Writer) error {
	var before *sayline.Config
	version := 0
	stored, err := s.Config(ctx, next.ID)
	switch {
	case err == nil:
		before, version = stored.Config, stored.Version
	case sayline.KindOf(err) != sayline.NotFound:
		return err
	}
	changes := brandfile.Diff(before, next)
	switch {
	case len(changes) == 0:
		fmt.Fprintf(out, "%s: nothing to change (version %d)\n", next.ID, version)
		return nil
	case dry:
		if err := outlook(ctx, s, before, next, out); err != nil {
			return err
		}
		return tell(next.ID, changes, out)
	}
	for _, ch := range changes {
		fmt.Fprintln(out, ch)
	}
	if err := outlook(ctx, s, before, next, out); err != nil {
		return err
	}
	if version, err = s.SaveConfig(ctx, next, version, "apply"); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %d changes made; version %d is in force\n", next.ID, len(changes), version)
	return nil
}

// Export writes a brand's file.
func Export(ctx context.Context, o Options, brand string, out io.Writer) error {
	return o.beside(ctx, true, func(s *store.Store) error {
		stored, err := s.Config(ctx, brand)
		if err != nil {
			return err
		}
		text, err := brandfile.Write(stored.Config)
		if err != nil {
			return err
		}
		_, err = out.Write(text)
		return err
	})
}

// Backup copies a SQLite database, also while a server uses it, into a new file.
func Backup(ctx context.Context, o Options, file string) error {
	return o.beside(ctx, true, func(s *store.Store) error { return s.Backup(ctx, file) })
}
