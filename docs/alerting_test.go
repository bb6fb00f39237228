package docs_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	testDeclared  = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	testNamed     = regexp.MustCompile("`(Test\\w+)`")
	invariantsRow = regexp.MustCompile(`(?m)^\| (\d+) \| .* \|$`)
)

// declaredTests are the names of all tests of the module.
func declaredTests(t *testing.T) map[string]bool {
	t.Helper()
	declared := map[string]bool{}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		src, err := os.ReadFile(name)
		for _, m := range testDeclared.FindAllSubmatch(src, -1) {
			declared[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return declared
}

// TestEveryInvariantHasItsTest: each of the 21 stands in the table with a test
// that bears its number, and every test named there is one.
func TestEveryInvariantHasItsTest(t *testing.T) {
	declared := declaredTests(t)
	page, err := os.ReadFile("alerting.md")
	if err != nil {
		t.Fatal(err)
	}
	has := map[string]bool{}
	for _, row := range invariantsRow.FindAllStringSubmatch(string(page), -1) {
		for _, m := range testNamed.FindAllStringSubmatch(row[0], -1) {
			if !declared[m[1]] {
				t.Errorf("invariant %s: there is no test %s", row[1], m[1])
			}
			if n := fmt.Sprintf("%02s", row[1]); strings.Contains(m[1], "Invariant"+n) || strings.Contains(m[1], "And"+n) {
				has[row[1]] = true
			}
		}
	}
	for i := range 21 {
		if n := fmt.Sprint(i + 1); !has[n] {
			t.Errorf("invariant %s has no test of its number", n)
		}
	}
}

var (
	deathRow     = regexp.MustCompile(`(?m)^\| (\d+) \| ([^|]+) \|.*\| ([^|]+) \|$`)
	pointNamed   = regexp.MustCompile(`(?m)^\s(\w+)\s+Point = "([^"]+)"`)
	inTheCallRow = "in the call" // the one place that is the receiver's and no point of ours
)

// TestEveryDeathHasItsTest: each point at which the program lets itself be
// killed stands in the table of deaths with a test that is one, no row is of a
// place that is no more, and somebody kills it there.
func TestEveryDeathHasItsTest(t *testing.T) {
	declared := declaredTests(t)
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	_, table, _ := strings.Cut(read("docs/alerting.md"), "## When a process dies")
	table, _, _ = strings.Cut(table, "\n## ")
	rowOf := map[string]string{}
	for i, row := range deathRow.FindAllStringSubmatch(table, -1) {
		if row[1] != fmt.Sprint(i+1) {
			t.Errorf("row %d of the deaths is numbered %s", i+1, row[1])
		}
		places := strings.Split(row[2], ", ")
		tests := testNamed.FindAllStringSubmatch(row[3], -1)
		if len(tests) != len(places) {
			t.Errorf("row %s: %d places and %d tests", row[1], len(places), len(tests))
		}
		for _, m := range tests {
			if !declared[m[1]] {
				t.Errorf("row %s: there is no test %s", row[1], m[1])
			}
		}
		for _, place := range places {
			rowOf[place] = row[1]
		}
	}
	points := pointNamed.FindAllStringSubmatch(read("internal/store/point.go"), -1)
	if len(points) < 6 || rowOf[inTheCallRow] == "" {
		t.Errorf("%d points were read, and %v: this test sees nothing", len(points), rowOf)
	}
	killed := read("internal/pager/point_test.go") + read("internal/pager/point_calls_test.go")
	delete(rowOf, inTheCallRow)
	for _, p := range points {
		if rowOf[p[2]] == "" {
			t.Errorf("the table of deaths has no row for %q", p[2])
		}
		if !strings.Contains(killed, "store."+p[1]) {
			t.Errorf("nobody is killed at %s", p[1])
		}
		delete(rowOf, p[2])
	}
	for place, row := range rowOf {
		t.Errorf("row %s: %q is no point of the program", row, place)
	}
}
