package screen

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/sayline/sayline/internal/look"
	"github.com/sayline/sayline/internal/words"
	"github.com/sayline/sayline/internal/words/wordstest"
)

// TestEveryWordIsThere: templates and code say nothing the catalogues lack.
func TestEveryWordIsThere(t *testing.T) {
	c, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	set, err := parsePages(files)
	if err != nil {
		t.Fatal(err)
	}
	wordstest.Templates(t, c, set)
	wordstest.Code(t, c, ".")
	for _, l := range c.Languages("speaker") {
		for _, made := range []string{"face_1", "face_2", "face_3", "face_4", "face_5", "solved_was_yes", "solved_was_no", "reason_done", "reason_nothing-to-do", "reason_duplicate", "reason_elsewhere",
			"problem_invalid", "problem_at_fault", "problem_unsigned", "problem_forbidden", "problem_not_found", "problem_conflict", "problem_gone", "problem_too_large", "problem_wrong_type", "problem_too_many", "problem_unavailable", "problem_internal"} {
			if !c.In(l).Has(made) {
				t.Errorf("%s lacks %s", l, made)
			}
		}
	}
}

func sheet(t *testing.T) string {
	t.Helper()
	all := ""
	for _, name := range []string{"screen.css", "answer.css"} {
		b, err := os.ReadFile("assets/" + name)
		if err != nil {
			t.Fatal(err)
		}
		all += string(b)
	}
	return all
}

// TestSheetAndPaletteAgree: the grounds a brand's palette is computed against
// (internal/look) are the ones the style sheet paints, and faces can be told
// from their ground.
func TestSheetAndPaletteAgree(t *testing.T) {
	css := sheet(t)
	day, night, _ := strings.Cut(css, "@media (prefers-color-scheme:dark)")
	token := func(css, name string) string {
		m := regexp.MustCompile(`--` + name + `: (#[0-9a-f]{3,6});`).FindStringSubmatch(css)
		if m == nil {
			t.Fatalf("no --%s", name)
		}
		hex := m[1]
		if len(hex) == 4 {
			hex = "#" + strings.Repeat(hex[1:2], 2) + strings.Repeat(hex[2:3], 2) + strings.Repeat(hex[3:4], 2)
		}
		return hex
	}
	const paper, nightPaper = "#faf8f4", "#131311"
	for _, c := range [][3]string{{"paper", paper, nightPaper}, {"card", "#ffffff", "#1d1d1a"}, {"ink", "#1c1b19", "#f3f0e9"}, {"soft", "#635f57", "#aaa59a"}} {
		if got := token(day, c[0]); got != c[1] {
			t.Errorf("--%s by day is %s, computed against %s", c[0], got, c[1])
		}
		if got := token(night, c[0]); got != c[2] {
			t.Errorf("--%s by night is %s, computed against %s", c[0], got, c[2])
		}
	}
	for _, f := range []string{"f1", "f2", "f3", "f4", "f5"} {
		// The features are drawn in the ground's colour: 3 to 1 (WCAG 2.2, 1.4.11).
		if got := look.Contrast(token(day, f), paper); got < 3 {
			t.Errorf("--%s by day has %.2f against paper", f, got)
		}
		if got := look.Contrast(token(night, f), nightPaper); got < 3 {
			t.Errorf("--%s by night has %.2f against paper", f, got)
		}
	}
}

// TestSheetIsReady: what people need on every page is in the sheet, and sides
// are logical, so that it turns around for who reads from the right.
func TestSheetIsReady(t *testing.T) {
	css := sheet(t)
	if !strings.Contains(css, "prefers-reduced-motion") || !strings.Contains(css, "focus-visible") {
		t.Error("motion or focus is forgotten")
	}
	if bad := regexp.MustCompile(`(margin|padding|border)-(left|right)|(^|[;{ ])(left|right):|text-align: (left|right)`).FindString(css); bad != "" {
		t.Errorf("%q does not turn around", bad)
	}
}
