package brandfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// MaxSize is the largest brand file, in bytes.
const MaxSize = 4 << 20

// parse makes one tree of nodes of a file. The problem, if any, still lacks the
// file's name: what YAML cannot read has no second problem worth telling.
func parse(src []byte) (*yaml.Node, *Problem) {
	if p := checkBytes(src); p != nil {
		return nil, p
	}
	d := yaml.NewDecoder(bytes.NewReader(src))
	var doc, second yaml.Node
	err := d.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return nil, &Problem{Line: 1, Column: 1, Detail: "expected a brand; the file is empty"}
	}
	if err == nil {
		err = d.Decode(&second)
		if err == nil {
			return nil, &Problem{Line: second.Line, Column: second.Column, Detail: "expected one document; a second one begins here"}
		}
	}
	if !errors.Is(err, io.EOF) {
		return nil, explainSyntax(src, err)
	}
	return doc.Content[0], nil
}

var byteOrderMarks = []struct {
	mark []byte
	name string
}{{[]byte("\xef\xbb\xbf"), "UTF-8"}, {[]byte("\xff\xfe"), "UTF-16"}, {[]byte("\xfe\xff"), "UTF-16"}}

// checkBytes refuses what YAML should not even look at.
func checkBytes(src []byte) *Problem {
	if len(src) > MaxSize {
		return &Problem{Line: 1, Column: 1, Detail: fmt.Sprintf("expected a file of at most 4 MiB, got %d bytes", len(src))}
	}
	for _, b := range byteOrderMarks {
		if bytes.HasPrefix(src, b.mark) {
			return &Problem{Line: 1, Column: 1, Detail: "expected plain UTF-8; the file begins with a byte order mark (" + b.name + "): save it as UTF-8 without BOM"}
		}
	}
	line, column := 1, 1
	for i := 0; i < len(src); {
		c, size := utf8.DecodeRune(src[i:])
		switch {
		case c == utf8.RuneError && size <= 1:
			return &Problem{Line: line, Column: column, Detail: fmt.Sprintf("expected UTF-8; byte 0x%02x here is none: save the file as UTF-8", src[i])}
		case control(c):
			return &Problem{Line: line, Column: column, Detail: fmt.Sprintf("expected text; the control character U+%04X stands here", c)}
		case c == '\n':
			line, column = line+1, 0
		}
		column++
		i += size
	}
	return nil
}

// control says which characters may not stand in YAML as themselves (YAML 1.2,
// production 1).
func control(c rune) bool {
	switch {
	case c == '\t' || c == '\n' || c == '\r' || c == 0x85:
		return false
	case c < 0x20 || c >= 0x7f && c < 0xa0 || c == 0xfffe || c == 0xffff:
		return true
	}
	return false
}
