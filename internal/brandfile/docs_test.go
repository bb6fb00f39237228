package brandfile_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sayline/sayline/internal/brandfile"
)

func page(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/brand-file.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// example is the complete brand in the documentation.
func example(t *testing.T) string {
	t.Helper()
	block := regexp.MustCompile("(?s)```yaml\n(brand: .*?)```").FindStringSubmatch(page(t))
	if block == nil {
		t.Fatal("docs/brand-file.md has no complete example")
	}
	return block[1]
}

func TestDocsExampleIsABrand(t *testing.T) {
	c, err := brandfile.Read("miga.yaml", []byte(example(t)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := brandfile.Write(c)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != example(t) {
		t.Errorf("the example is not canonical:\n%s", got)
	}
}

// The problems the page shows are the ones a person gets.
func TestDocsProblemsAreReal(t *testing.T) {
	src := example(t)
	for old, bad := range map[string]string{
		"    label:\n      en: About a person": "    lable: x\n    label:\n      en: About a person",
		`- gtin: "09506000134352"`:             `- gtin: "09506000134353"`,
		"    to: shops\n    urgency: urgent":   "    to: shop\n    urgency: urgent",
		`    product: "09506000134352"` + "\n": "",
	} {
		if strings.Count(src, old) != 1 {
			t.Fatalf("the example has %q %d times", old, strings.Count(src, old))
		}
		src = strings.Replace(src, old, bad, 1)
	}
	_, err := brandfile.Read("miga.yaml", []byte(src))
	if err == nil {
		t.Fatal("got no problem")
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		if !strings.Contains(page(t), "\n"+line+"\n") {
			t.Errorf("the page does not show\n%s", line)
		}
	}
}

// So are the changes.
func TestDocsChangesAreReal(t *testing.T) {
	src := example(t)
	lovely := "  - when:\n      topic: [lovely]\n    to: shops\n    urgency: none\n"
	for _, change := range [][2]string{
		{"You hear from the baker, the same day.", "You hear from the baker before noon."},
		{"      - id: olavide\n        name: Plaza de Olavide\n        level: shop\n        listed: true\n", ""},
		{"    intended_feeling: hungry", "    tone: Like the smell of bread\n    intended_feeling: hungry"},
		{"        place: calle-luna\n        duty: true\n", "        place: calle-luna\n"},
		{lovely, ""},
		{"routes:\n", "routes:\n" + lovely},
	} {
		if strings.Count(src, change[0]) != 1 {
			t.Fatalf("the example has %q %d times", change[0], strings.Count(src, change[0]))
		}
		src = strings.Replace(src, change[0], change[1], 1)
	}
	var got []string
	for _, c := range brandfile.Diff(read(t, example(t)), read(t, src)) {
		got = append(got, c.String())
	}
	block := regexp.MustCompile("(?s)```\n(brand miga: .*?)\n```").FindStringSubmatch(page(t))
	if block == nil || !slices.Equal(got, strings.Split(block[1], "\n")) {
		t.Errorf("the page should show\n%s", strings.Join(got, "\n"))
	}
}
