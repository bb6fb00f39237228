package look

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestContrastIsWCAG checks the formula against pairs published with WCAG's own tools.
func TestContrastIsWCAG(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{{"#000000", "#ffffff", 21}, {"#777777", "#ffffff", 4.48}, {"#0000ff", "#ffffff", 8.59}, {"#ff0000", "#000000", 5.25}} {
		if got := contrast(parseColour(c.a), parseColour(c.b)); math.Abs(got-c.want) > 0.01 {
			t.Errorf("%s on %s: %.2f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}

// TestEveryBrandIsReadable: whatever colour a brand has, its words, lines and
// focus rings can be read, by day and by night.
func TestEveryBrandIsReadable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		colour := fmt.Sprintf("#%06x", rapid.Uint32Range(0, 0xffffff).Draw(t, "colour"))
		day, dark := Of(colour)
		for _, p := range [][2]string{
			{day.On, day.Fill}, {dark.On, dark.Fill}, {day.Mark, "#faf8f4"}, {day.Mark, "#ffffff"}, {day.Mark, day.Wash},
			{dark.Mark, "#131311"}, {dark.Mark, "#1d1d1a"}, {dark.Mark, dark.Wash},
			{"#1c1b19", day.Wash}, {"#f3f0e9", dark.Wash}, {"#635f57", day.Wash}, {"#aaa59a", dark.Wash}, // ink and soft words
		} {
			if got := contrast(parseColour(p[0]), parseColour(p[1])); got < textContrast {
				t.Fatalf("%s: %s on %s has %.2f", colour, p[0], p[1], got)
			}
		}
	})
}

func TestOklabThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hex := fmt.Sprintf("#%06x", rapid.Uint32Range(0, 0xffffff).Draw(t, "colour"))
		if got := parseColour(hex).lab().rgb().String(); got != hex {
			t.Fatalf("%s came back as %s", hex, got)
		}
	})
}
