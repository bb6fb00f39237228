package past

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/sayline/sayline"
)

// Sheet is a CSV file read row by row: a file of any length costs one row.
type Sheet struct {
	Columns []string // of the first line, without blanks around them
	csv     *csv.Reader
}

// look is how much of a file is looked at for its delimiter.
const look = 64 << 10

// mostColumns is how many columns a file may have.
const mostColumns = 500

// Open reads the first line. The file may be UTF-8 or, with its mark, UTF-16;
// its cells may be parted by commas, semicolons or tabs.
func Open(file io.Reader) (*Sheet, error) {
	in := bufio.NewReaderSize(transform.NewReader(file, unicode.BOMOverride(transform.Nop)), look)
	head, err := in.Peek(look)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, sayline.Errorf(sayline.Invalid, "The file can't be read.").Because(err)
	}
	s := &Sheet{csv: csv.NewReader(in)}
	s.csv.Comma, s.csv.LazyQuotes, s.csv.FieldsPerRecord, s.csv.ReuseRecord = delimiter(head), true, -1, true
	first, err := s.csv.Read()
	if err != nil {
		return nil, sayline.Errorf(sayline.Invalid, "The file has no first line with the names of its columns.")
	}
	if len(first) > mostColumns {
		return nil, sayline.Errorf(sayline.Invalid, "The file has more than %d columns.", mostColumns)
	}
	for _, name := range first {
		if !utf8.ValidString(name) {
			return nil, sayline.Errorf(sayline.Invalid, "The file is not UTF-8: save it as UTF-8 and try again.")
		}
		s.Columns = append(s.Columns, strings.TrimSpace(name))
	}
	return s, nil
}

// delimiter is what parts the cells of the first line: what stands in it most,
// outside of quotes.
func delimiter(head []byte) rune {
	counts := map[byte]int{}
	quoted := false
	for _, b := range head {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '\n':
			goto counted
		case bytes.IndexByte([]byte(",;\t"), b) >= 0:
			counts[b]++
		}
	}
counted:
	best := byte(',')
	for _, b := range []byte(";\t") {
		if counts[b] > counts[best] {
			best = b
		}
	}
	return rune(best)
}

// Next is the next row's cells and its line; io.EOF at the end. The cells are
// good until the next call. An error that is not io.EOF is of this row alone.
func (s *Sheet) Next() (cells []string, line int, err error) {
	cells, err = s.csv.Read()
	if err == io.EOF {
		return nil, 0, io.EOF
	}
	if err != nil {
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return nil, wrong.StartLine, errQuotes
		}
		return nil, 0, errors.Join(errUnreadable, err)
	}
	line, _ = s.csv.FieldPos(0)
	return cells, line, nil
}

// What can be wrong with a row, each with the key of its sentence.
var (
	errUnreadable = &sayline.Error{Kind: sayline.Invalid, Key: "past_unreadable", Message: "The file can't be read any further."}
	errQuotes     = &sayline.Error{Kind: sayline.Invalid, Key: "past_quotes", Message: "The quotes of this line don't match."}
	errText       = &sayline.Error{Kind: sayline.Invalid, Key: "past_utf8", Message: "This line is not UTF-8."}
	errLong       = &sayline.Error{Kind: sayline.Invalid, Key: "past_long", Message: "The words are longer than 4,000 characters."}
	errNothing    = &sayline.Error{Kind: sayline.Invalid, Key: "past_nothing", Message: "There are neither words nor a feeling in this line."}
	errWhen       = &sayline.Error{Kind: sayline.Invalid, Key: "past_when", Message: "The date can't be read."}
	errAhead      = &sayline.Error{Kind: sayline.Invalid, Key: "past_ahead", Message: "The date is in the future."}
	errOld        = &sayline.Error{Kind: sayline.Invalid, Key: "past_old", Message: "This is older than the brand keeps what is said."}
	errFeeling    = &sayline.Error{Kind: sayline.Invalid, Key: "past_feeling", Message: "The rating does not fit its scale."}
	errPlace      = &sayline.Error{Kind: sayline.Invalid, Key: "past_touchpoint", Message: "There is no such touchpoint."}
	errPrivate    = &sayline.Error{Kind: sayline.Invalid, Key: "past_private", Message: "Nothing is imported into a private lane."}
)

// Broken says whether an error ends the file, and not only its line.
func Broken(err error) bool { return errors.Is(err, errUnreadable) }
