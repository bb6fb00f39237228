package brandfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sayline/sayline"
)

// Problem is one thing wrong in a brand file.
type Problem struct {
	File    string
	Line    int    // 1 is the first
	Column  int    // in characters, 1 is the first
	Pointer string // RFC 6901, into the file as it is written (with its nested places); "" is the whole file
	Detail  string // what was expected, for the person who writes the file
}

func (p Problem) String() string {
	where := fmt.Sprintf("%s:%d:%d: ", p.File, p.Line, p.Column)
	if p.Pointer != "" {
		where += p.Pointer + ": "
	}
	return where + p.Detail
}

// Problems is everything wrong in a brand file, in the order of its lines. It
// unwraps to a [sayline.Error] of kind AtFault with the same members at fault.
type Problems []Problem

// Error is one line for each problem: file:line:column: what was expected.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

func (ps Problems) Unwrap() error {
	e := sayline.Errorf(sayline.AtFault, "The brand file can't be used like this.")
	for _, p := range ps {
		e.Fields = append(e.Fields, sayline.Fault{Pointer: p.Pointer, Detail: fmt.Sprintf("line %d: %s", p.Line, p.Detail)})
	}
	return e
}

// maxProblems is how many are told; a file with more has one cause for most.
const maxProblems = 200

// inOrder sorts problems by place, drops doubles, and cuts a flood.
func (ps Problems) inOrder() Problems {
	slices.SortFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.Pointer, b.Pointer), strings.Compare(a.Detail, b.Detail))
	})
	ps = slices.Compact(ps)
	if more := len(ps) - maxProblems; more > 0 {
		last := ps[maxProblems-1]
		last.Pointer, last.Detail = "", fmt.Sprintf("… and at least %d more; mend those above first", more+1)
		ps = append(ps[:maxProblems-1], last)
	}
	return ps
}
