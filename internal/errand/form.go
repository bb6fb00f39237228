package errand

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/past"
)

// mostFile is how large a file may be that is sent by a form: some half a million
// reviews. What is larger comes in by the command.
const mostFile = 64 << 20

var (
	errNoFile = &sayline.Error{Kind: sayline.Invalid, Key: "import_no_file", Message: "Please choose a CSV file."}
	errLarge  = &sayline.Error{Kind: sayline.Invalid, Key: "import_large", Message: "This file is larger than 64 MB. Bring it in with sayline import, or in parts."}
)

// received is a file that was sent, on this machine and nameless.
type received struct {
	*os.File
	Name string
	Size int64
}

// receive reads the one file of a form to its end. Close it.
func receive(w http.ResponseWriter, r *http.Request) (*received, error) {
	r.Body = http.MaxBytesReader(w, r.Body, mostFile+1<<20)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, errNoFile
	}
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return nil, errNoFile
		}
		if err != nil {
			return nil, sizeOr(err)
		}
		_, facts, _ := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
		if part.FormName() != "file" || facts["filename"] == "" {
			continue
		}
		file, err := os.CreateTemp("", "import-*")
		if err != nil {
			return nil, sayline.Errorf(sayline.Unavailable, "There is no room for the file.").Because(err)
		}
		_ = os.Remove(file.Name()) // where a system can't, it is left to it
		size, err := io.Copy(file, io.LimitReader(part, mostFile+1))
		if err == nil && size > mostFile {
			err = errLarge
		}
		if err != nil {
			file.Close()
			return nil, sizeOr(err)
		}
		return &received{file, nameOf(facts["filename"]), size}, nil
	}
}

func sizeOr(err error) error {
	var large *http.MaxBytesError
	var ours *sayline.Error
	switch {
	case errors.As(err, &ours):
		return err
	case errors.As(err, &large):
		return errLarge
	}
	return sayline.Errorf(sayline.Invalid, "This ended before it was complete. Please send it again.").Because(err)
}

const maxName = 120 // characters of a file's name

// nameOf is a file's name as it is shown.
func nameOf(s string) string {
	s = strings.ToValidUTF8(path.Base(strings.ReplaceAll(s, `\`, "/")), "")
	if r := []rune(s); utf8.RuneCountInString(s) > maxName {
		s = string(r[:maxName])
	}
	return s
}

// mappingOf reads which column is what from a form, over what was guessed.
func mappingOf(q url.Values, guessed past.Mapping, columns []string) past.Mapping {
	if !q.Has("at") {
		return guessed
	}
	m := past.Mapping{Scale: guessed.Scale, DayFirst: q.Get("order") != "month", Zone: strings.TrimSpace(q.Get("zone")), Default: q.Get("default"), Tool: strings.TrimSpace(q.Get("tool"))}
	for _, member := range past.Members {
		if c := q.Get(member); slices.Contains(columns, c) {
			*m.Column(member) = c
		}
	}
	if s := past.Scale(q.Get("scale")); slices.Contains(past.Scales, s) {
		m.Scale = s
	}
	return m
}

// source opens an errand's file to be looked at. Close the file.
func (e *Errand) source(ctx context.Context, one *sayline.Errand, spec importSpec) (*past.Source, io.Closer, error) {
	b := e.Brands.ByID(one.Brand)
	if b == nil {
		return nil, nil, sayline.Errorf(sayline.Unavailable, "The brand is not read yet.")
	}
	file, err := e.Files.Get(ctx, fileOf(one))
	if err != nil {
		return nil, nil, err
	}
	return &past.Source{File: file, Brand: b.Config, Mapping: spec.Mapping, Columns: spec.Columns, Now: e.Now()}, file, nil
}
