package sayline_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rows is the house from the foundation up. A room may import the rooms of the
// rows before its own and its own sub-packages, never a neighbour in its row
// and nothing that comes later. The root package is "".
var rows = [][]string{
	{"", "cx", "docs/schema", "examples"},
	{"internal/words", "internal/past", "internal/route", "internal/duty", "internal/calendar", "internal/phrase", "internal/gs1", "internal/notify", "internal/proof", "internal/summary", "internal/live",
		"internal/web", "internal/media", "internal/store", "internal/brandfile", "internal/look"},
	{"internal/ways"},
	{"internal/brands"},
	{"internal/auth", "internal/intake", "internal/pager", "internal/darkroom", "internal/feeds", "internal/site", "internal/search", "internal/alarm", "internal/ask"},
	{"internal/house"},
	{"internal/screen", "internal/anywhere", "internal/signpost", "internal/open311", "internal/inbound", "internal/desk", "internal/reach", "internal/phone", "internal/roster", "internal/pulse", "internal/atlas", "internal/studio"},
	{"internal/digest", "internal/api", "internal/errand"},
	{"internal/app"},
	{"internal/demo", "internal/bench"},
	{"cmd/sayline"},
}

// only narrows what a room may import further than its row does: the root and
// these.
var only = map[string][]string{
	"cmd/sayline": {"", "cx", "internal/past", "internal/app", "internal/demo", "internal/bench"}, // flags in, options out
}

// Rooms for tests: nothing that people run imports them. Besides these, a
// package whose name ends in "test", such as storetest, is for the tests of
// others too; it keeps to its room's row.
var testRooms = []string{"internal/testkit", "e2e", "docs"}

// upwards lists what a test of a room may bring from further up, with the reason.
var upwards = map[string]string{
	"internal/house internal/desk": "a frame is tried with a room in it",
}

// long lists the functions that may have more than 80 lines, with the reason.
var long = map[string]string{}

const module = "github.com/sayline/sayline"

// source is one Go file of the module.
type source struct {
	path string // slash-separated, from the module's root
	*ast.File
}

func (s source) pkg() string  { return strings.TrimPrefix(path.Dir("/"+s.path), "/") }
func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// imports are the module's own packages that the file imports, "" for the root.
func (s source) imports() []string {
	var own []string
	for _, spec := range s.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		if name == module || strings.HasPrefix(name, module+"/") {
			own = append(own, strings.TrimPrefix(strings.TrimPrefix(name, module), "/"))
		}
	}
	return own
}

// sources reads every Go file of the module.
func sources(t *testing.T) (files *token.FileSet, all []source) {
	t.Helper()
	files = token.NewFileSet()
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() && name != "." {
			_, otherModule := os.Stat(filepath.Join(name, "go.mod"))
			if base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || otherModule == nil {
				return fs.SkipDir
			}
		}
		if entry.IsDir() || !strings.HasSuffix(base, ".go") {
			return nil
		}
		file, err := parser.ParseFile(files, name, nil, parser.ParseComments)
		all = append(all, source{filepath.ToSlash(name), file})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files, all
}

// packages groups sources by package directory.
func packages(all []source) map[string][]source {
	grouped := map[string][]source{}
	for _, s := range all {
		grouped[s.pkg()] = append(grouped[s.pkg()], s)
	}
	return grouped
}

// place finds a package's room and the index of its row; -1 for a room for
// tests, ok false for none.
func place(pkg string) (room string, row int, ok bool) {
	for i, rooms := range rows {
		for _, r := range rooms {
			if pkg == r || (r != "" && strings.HasPrefix(pkg, r+"/")) {
				return r, i, true
			}
		}
	}
	for _, r := range testRooms {
		if pkg == r || strings.HasPrefix(pkg, r+"/") {
			return r, -1, true
		}
	}
	return "", 0, false
}

// forTests says whether a package is there for tests only.
func forTests(pkg string) bool {
	_, row, _ := place(pkg)
	return row == -1 || strings.HasSuffix(pkg, "test")
}

// forbidden says why a file must not import a package, or "".
func forbidden(s source, imported string) string {
	fromRoom, fromRow, placed := place(s.pkg())
	toRoom, toRow, known := place(imported)
	servesTests := s.isTest() || forTests(s.pkg())
	switch {
	case !placed:
		return "" // told once, for the package
	case !known:
		return "it has no place in rows"
	case fromRoom == "e2e", fromRoom == "docs":
		return ""
	case forTests(imported) && toRoom != "e2e":
		if servesTests {
			return ""
		}
		return "it is for tests only"
	case toRoom == "e2e":
		return "it is the end of the line"
	case fromRoom == "internal/testkit" && imported != "":
		return "the testkit knows nothing of the house but its nouns"
	case fromRoom == "internal/testkit", fromRoom == toRoom:
		return ""
	case s.isTest() && upwards[fromRoom+" "+toRoom] != "":
		return ""
	case toRow > fromRow:
		return "it is a row further up"
	case toRow == fromRow && !s.isTest(): // a test may bring its neighbours
		return "it is a neighbour in the same row"
	}
	if allowed, narrowed := only[fromRoom]; narrowed && !slices.Contains(allowed, toRoom) {
		return "beside the root, this room imports only " + strings.Join(allowed[1:], ", ")
	}
	return ""
}

func TestArrowsPointDown(t *testing.T) {
	_, all := sources(t)
	for pkg := range packages(all) {
		if _, _, ok := place(pkg); !ok {
			t.Errorf("%s has no place: give it one in rows, or make it part of a room", pkg)
		}
	}
	arrows := 0
	for _, s := range all {
		for _, imported := range s.imports() {
			arrows++
			if why := forbidden(s, imported); why != "" {
				t.Errorf("%s must not import %q: %s", s.path, imported, why)
			}
		}
	}
	if arrows == 0 {
		t.Error("no import was read: this test sees nothing")
	}
}

// The rules above are themselves tried on arrows that nobody should draw.
func TestForbiddenArrowsAreFound(t *testing.T) {
	for _, arrow := range []struct {
		from, to string
		ok       bool
	}{
		{"internal/store/moment.go", "", true},
		{"internal/store/moment.go", "internal/intake", false},
		{"internal/store/moment.go", "internal/route", false},
		{"internal/store/moment_test.go", "internal/route", true},
		{"internal/store/moment_test.go", "internal/app", false},
		{"internal/store/moment_test.go", "internal/testkit", true},
		{"internal/store/moment.go", "internal/testkit", false},
		{"internal/store/storetest/suite.go", "internal/testkit", true},
		{"internal/store/storetest/suite.go", "internal/store", true},
		{"internal/store/moment.go", "internal/store/storetest", false},
		{"internal/app/app.go", "internal/pager", true},
		{"internal/pager/pager.go", "internal/app", false},
		{"internal/bench/bench.go", "internal/app", true},
		{"cmd/sayline/main.go", "internal/app", true},
		{"cmd/sayline/main.go", "internal/store", false},
		{"moment.go", "cx", false},
		{"e2e/scene01_test.go", "internal/app", true},
		{"internal/app/app_test.go", "e2e", false},
		{"internal/testkit/page.go", "internal/app", false},
		{"internal/app/app.go", "internal/nowhere", false},
	} {
		if why := forbidden(source{path: arrow.from}, arrow.to); (why == "") != arrow.ok {
			t.Errorf("%s → %q: %q", arrow.from, arrow.to, why)
		}
	}
}

func TestEveryPackageHasItsGuidedTour(t *testing.T) {
	_, all := sources(t)
	for pkg, files := range packages(all) {
		if slices.ContainsFunc(files, func(s source) bool { return !s.isTest() }) {
			files = slices.DeleteFunc(files, source.isTest)
		}
		var tours []string
		for _, s := range files {
			if s.Doc == nil {
				continue
			}
			tours = append(tours, s.path)
			if text := s.Doc.Text(); len(text) < 80 || !strings.HasSuffix(strings.TrimSpace(text), ".") {
				t.Errorf("%s: the package comment is not a tour, not even a sentence or two: %q", s.path, text)
			}
		}
		if len(tours) != 1 {
			t.Errorf("package %q has its comment in %d files, want exactly one: %q", pkg, len(tours), tours)
		}
	}
}

func TestNamesSayWhatIsInside(t *testing.T) {
	empty := []string{"util", "utils", "common", "helper", "helpers", "manager", "service", "services", "misc"}
	_, all := sources(t)
	for pkg, files := range packages(all) {
		for _, name := range []string{path.Base(pkg), files[0].Name.Name} {
			if slices.Contains(empty, strings.TrimSuffix(name, "_test")) {
				t.Errorf("%s: the name %q says nothing", pkg, name)
			}
		}
	}
}

func TestFunctionsAreShort(t *testing.T) {
	files, all := sources(t)
	unused := maps.Clone(long)
	for _, s := range all {
		if lines := files.File(s.Pos()).LineCount(); lines > 400 && !s.isTest() {
			t.Logf("%s has %d lines", s.path, lines) // worth a look, not a failure
		}
		for _, decl := range s.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || s.isTest() {
				continue
			}
			lines := files.Position(f.End()).Line - files.Position(f.Pos()).Line + 1
			name := s.pkg() + "." + f.Name.Name
			if _, listed := long[name]; lines > 80 && !listed {
				t.Errorf("%s: %s has %d lines, at most 80 are read at a glance", files.Position(f.Pos()), f.Name.Name, lines)
			} else if lines > 80 {
				delete(unused, name)
			}
		}
	}
	for name := range unused {
		t.Errorf("%s is listed as long and is not: strike it", name)
	}
}

// onePostgres is where the SQL of PostgreSQL alone lives.
const onePostgres = "internal/store/postgres.go"

// dialect is SQL that one of the two databases does not read, or reads
// differently, and the clock, which is an input here.
var dialect = regexp.MustCompile(`(?i)\bnow\s*\(|\bcurrent_timestamp\b|\bany\s*\(|\bilike\b|::|\bdistinct\s+on\b|\blateral\b`)

// sqlWords tell a statement from other text.
var sqlWords = regexp.MustCompile(`\b(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|FROM|WHERE|VALUES|RETURNING|JOIN|ORDER BY|ON CONFLICT|SET)\b`)

func TestSQLIsOneText(t *testing.T) {
	files, all := sources(t)
	statements := 0
	for _, s := range all {
		if s.pkg() != "internal/store" || s.isTest() || s.path == onePostgres {
			continue
		}
		ast.Inspect(s.File, func(n ast.Node) bool {
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			if err != nil || !sqlWords.MatchString(text) {
				return true
			}
			statements++
			if found := dialect.FindString(text); found != "" {
				t.Errorf("%s: SQL with %q, which the two databases do not read the same", files.Position(literal.Pos()), found)
			}
			return true
		})
	}
	migrations, err := filepath.Glob("internal/store/migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range migrations {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		statements++
		if found := dialect.FindString(string(text)); found != "" {
			t.Errorf("%s: SQL with %q, which the two databases do not read the same", name, found)
		}
	}
	if statements < 2 {
		t.Errorf("%d SQL statements were read: this test sees nothing", statements)
	}
}
