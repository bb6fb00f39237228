package brandfile

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// explainSyntax says where a file stops being YAML, and why in plain words. The
// parser's own line is often that of the surrounding block, so the place is
// found by reading the file up to each line.
func explainSyntax(src []byte, err error) *Problem {
	lines := bytes.SplitAfter(src, []byte("\n"))
	n := min(parsersLine(err), len(lines))
	if len(src) <= searchSize {
		n = brokenLine(lines)
	}
	line := string(lines[n-1])
	p := &Problem{Line: n, Column: 1 + indentOf(line), Detail: plainly(err.Error(), line)}
	if tab := strings.IndexByte(line, '\t'); tab >= 0 && strings.TrimLeft(line[:tab], " -") == "" {
		p.Column, p.Detail = 1+tab, "expected spaces; a tab stands in the indentation"
	}
	return p
}

// indentOf counts the characters before the first that is no space.
func indentOf(line string) int {
	return utf8.RuneCountInString(line) - utf8.RuneCountInString(strings.TrimLeft(line, " \t"))
}

// Looking for the line costs a parse per guess, so it is done for files of the
// size that people write. After a line is found to break the file, so many more
// are tried, for a list or quote may go on over lines.
const (
	searchSize = 256 << 10
	lookAhead  = 64
)

var lineIn = regexp.MustCompile(`line (\d+):`)

// parsersLine is the line the parser names, which may be one above the fault; 1
// when it names none.
func parsersLine(err error) int {
	if m := lineIn.FindStringSubmatch(err.Error()); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			return max(n, 1)
		}
	}
	return 1
}

// brokenLine is the number of the first line (1 is the first) with which the
// file stops being readable. The whole of lines is not.
func brokenLine(lines [][]byte) int {
	readable := func(n int) bool { return readsAsYAML(bytes.Join(lines[:n], nil)) }
	good, bad := 0, len(lines)
	for {
		for bad-good > 1 {
			if mid := (good + bad) / 2; readable(mid) {
				good = mid
			} else {
				bad = mid
			}
		}
		resumed := 0
		for n := bad + 1; n < len(lines) && n <= bad+lookAhead; n++ {
			if readable(n) {
				resumed = n
				break
			}
		}
		if resumed == 0 {
			return bad
		}
		good, bad = resumed, len(lines)
	}
}

func readsAsYAML(src []byte) bool {
	d := yaml.NewDecoder(bytes.NewReader(src))
	for {
		var n yaml.Node
		if err := d.Decode(&n); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// plainly puts the parser's message into the words of somebody who writes a
// brand file. The parser has no codes to go by; what is not known here is told
// in its own words.
func plainly(message, line string) string {
	_, value, _ := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	for _, known := range []struct{ part, plain string }{
		{"mapping values are not allowed", "expected one “name: value”; put words with a colon in quotes"},
		{"unknown anchor", "expected the value itself; words that begin with * must stand in quotes"},
		{"expected node content", "expected a value, or the closing bracket; words that begin with # must stand in quotes, else they are a comment"},
		{"unexpected end of stream", "expected a closing quote; the one opened here never ends"},
		{"expected ',' or ']'", "expected a comma or a closing ]"},
		{"expected ',' or '}'", "expected a comma or a closing }"},
		{"could not find expected ':'", "expected “name: value”"},
		{"unknown escape character", "expected text; between double quotes a backslash must be written twice"},
		{"exceeded max depth", "expected less nesting"},
		{"expected <document start>", "expected one document; it ended before this line"},
	} {
		if strings.Contains(message, known.part) {
			return known.plain
		}
	}
	switch {
	case value != "" && strings.ContainsAny(value[:1], "@`%"):
		return "expected words; those that begin with " + value[:1] + " must stand in quotes"
	case value != "" && strings.ContainsAny(value[:1], `"'`):
		return "expected nothing behind the closing quote; a quote within quotes is written twice ('') or with a backslash (\\\")"
	case strings.Contains(message, "expected key"), strings.Contains(message, "'-' indicator"):
		return "expected “name: value”, indented like its neighbours, and each bracket or quote closed once"
	}
	return "this is not YAML: " + strings.TrimPrefix(message, "yaml: ")
}
