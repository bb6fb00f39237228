package web

import (
	"encoding/csv"
	"io"
	"net/http"
	"strings"
	"time"
)

// Sheet is a CSV file on its way to somebody, row by row: what it costs does not
// grow with its length. Programs that show it run nothing that stands in it.
type Sheet struct {
	csv *csv.Writer
	ctl *http.ResponseController
	row []string
}

// OpenSheet begins the file with the names of its columns. A mark says that it
// is UTF-8, so that office software reads it so.
func OpenSheet(w http.ResponseWriter, name string, columns []string) (*Sheet, error) {
	attach(w, "text/csv; charset=utf-8", name)
	s := &Sheet{csv: csv.NewWriter(w), ctl: http.NewResponseController(w)}
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, err
	}
	return s, s.csv.Write(columns)
}

// attach says what a file is and what it is called.
func attach(w http.ResponseWriter, mediaType, name string) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
}

// Row writes a row.
func (s *Sheet) Row(cells ...string) error {
	s.row = s.row[:0]
	for _, c := range cells {
		s.row = append(s.row, Harmless(c))
	}
	return s.csv.Write(s.row)
}

// Flush sends what was written, to a reader who takes it.
func (s *Sheet) Flush() error {
	s.csv.Flush()
	if err := s.csv.Error(); err != nil {
		return err
	}
	return push(s.ctl)
}

// Harmless is a cell that no spreadsheet takes for a formula: what begins like
// one gets a ' before it (OWASP, CSV injection). Numbers stay numbers.
func Harmless(cell string) string {
	if cell == "" || !strings.ContainsAny(cell[:1], "=+-@\t\r\n") && !strings.HasPrefix(cell, "＝") && !strings.HasPrefix(cell, "＋") && !strings.HasPrefix(cell, "－") && !strings.HasPrefix(cell, "＠") {
		return cell
	}
	return "'" + cell
}

// Lines is a file of JSON lines on its way to somebody.
type Lines struct {
	w   http.ResponseWriter
	ctl *http.ResponseController
}

// OpenLines begins the file.
func OpenLines(w http.ResponseWriter, name string) *Lines {
	attach(w, "application/jsonl; charset=utf-8", name)
	return &Lines{w, http.NewResponseController(w)}
}

// Line writes a value.
func (l *Lines) Line(v any) error {
	_, err := l.w.Write(JSON(v))
	return err
}

// Flush sends what was written, to a reader who takes it.
func (l *Lines) Flush() error { return push(l.ctl) }

// push sends on what was written, unless the reader has stood still.
func push(ctl *http.ResponseController) error {
	if err := ctl.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return err
	}
	return ctl.Flush()
}
