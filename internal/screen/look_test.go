package screen

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
	soft, nightSoft := parseColour(softDay), parseColour(softNight)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.Uint32Range(0, 0xffffff).Draw(t, "colour")
		brand := parseColour(fmt.Sprintf("#%06x", c))
		day, dark := byDay(brand), byNight(brand)
		for _, p := range []struct {
			what string
			a, b rgb
			want float64
		}{
			{"words on the fill by day", day.on, day.fill, textContrast}, {"words on the fill by night", dark.on, dark.fill, textContrast},
			{"marks on paper", day.mark, paper, textContrast}, {"marks on the wash", day.mark, day.wash, textContrast}, {"marks on a card", day.mark, card, textContrast},
			{"marks on the night", dark.mark, nightPaper, textContrast}, {"marks on a night card", dark.mark, nightCard, textContrast}, {"marks on the night's wash", dark.mark, dark.wash, textContrast},
			{"ink on the wash", ink, day.wash, 7}, {"ink on the night's wash", nightInk, dark.wash, 7},
			{"soft words on the wash", soft, day.wash, textContrast}, {"soft words on the night's wash", nightSoft, dark.wash, textContrast},
		} {
			if got := contrast(parseColour(p.a.String()), parseColour(p.b.String())); got < p.want {
				t.Fatalf("%s of #%06x: %s on %s has %.2f, want %.1f", p.what, c, p.a, p.b, got, p.want)
			}
		}
	})
}

// softDay and softNight are --soft of screen.css; TestSheetAndPaletteAgree holds them together.
const softDay, softNight = "#635f57", "#aaa59a"

func TestOklabThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hex := fmt.Sprintf("#%06x", rapid.Uint32Range(0, 0xffffff).Draw(t, "colour"))
		if got := parseColour(hex).lab().rgb().String(); got != hex {
			t.Fatalf("%s came back as %s", hex, got)
		}
	})
}
