package look

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"github.com/sayline/sayline"
)

// TestLogoIsDrawn, whatever its colour looks like: #0b6e4f is no number to the fourth.
func TestLogoIsDrawn(t *testing.T) {
	const star = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><path d="M20 7l6 13-6 13-6-13z" fill="var(--on-brand,#fff)"/><path d="M1 1h2v2z" fill="var(--brand,#0b6e4f)"/></svg>`
	for _, colour := range []string{"#0b6e4f", "#123456", "#7a2e8e"} {
		drawn, err := Icon(&sayline.Brand{Name: "Sparkle", Look: sayline.Look{Color: colour, Logo: star}}, 96, false)
		if err != nil {
			t.Fatal(err)
		}
		bubble, err := Icon(&sayline.Brand{Name: "Sparkle", Look: sayline.Look{Color: colour, Logo: "<svg></svg>"}}, 96, false)
		if err != nil || bytes.Equal(drawn, bubble) {
			t.Errorf("%s: a bubble stands for the logo (%v)", colour, err)
		}
	}
}

// TestFacesAreDrawn: each its own, in its fixed colour.
func TestFacesAreDrawn(t *testing.T) {
	seen := map[string]int{}
	for f := 1; f <= 5; f++ {
		drawn, err := FacePNG(f, 64)
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(bytes.NewReader(drawn))
		if err != nil {
			t.Fatal(err)
		}
		r, g, b, a := m.At(32, 9).RGBA() // within the outline, above the eyes
		if got, want := (rgb{float64(r) / 0xffff, float64(g) / 0xffff, float64(b) / 0xffff}).String(), Feelings[f]; a != 0xffff || got != want {
			t.Errorf("face %d is %s there, want %s", f, got, want)
		}
		if before := seen[string(drawn)]; before > 0 {
			t.Errorf("faces %d and %d look alike", before, f)
		}
		seen[string(drawn)] = f
	}
}

// TestIcon: a mark of the brand's on its colour, whatever the brand has; nothing
// of it where a phone may cut, and no logo that stops the program.
func TestIcon(t *testing.T) {
	const star = `<svg viewBox="0 0 40 40"><rect width="40" height="40" fill="var(--brand,#123456)"/><path d="M20 7l6 13-6 13-6-13z" fill="var(--on-brand,#fff)"/></svg>`
	for name, b := range map[string]*sayline.Brand{
		"logo":            {Name: "Sparkle", Look: sayline.Look{Color: "#0b6e4f", Logo: star}},
		"current":         {Name: "Wide", Look: sayline.Look{Color: "#0b6e4f", Logo: `<svg viewBox="0 0 24 12"><path d="M2 2h20v8H2z" fill="currentColor"/></svg>`}},
		"dashes":          {Name: "Dash", Look: sayline.Look{Color: "#0b6e4f", Logo: `<svg viewBox="0 0 9 9"><path d="M1 1h7v7H1z" stroke="#fff" stroke-dasharray="0.0000001"/></svg>`}},
		"letter":          {Name: "ñandú", Look: sayline.Look{Color: "#0b6e4f"}},
		"unknown letter":  {Name: "مطعم", Look: sayline.Look{Color: "#0b6e4f"}},
		"no shapes":       {Name: "A", Look: sayline.Look{Color: "#0b6e4f", Logo: `<svg></svg>`}},
		"not well formed": {Name: "A", Look: sayline.Look{Color: "#0b6e4f", Logo: `<svg viewBox="x"><path d="M1 z 7 ,q"/><rect width="-" /></svg>`}},
	} {
		for _, safe := range []bool{false, true} {
			p, err := Icon(b, 96, safe)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			m, err := png.Decode(bytes.NewReader(p))
			if err != nil || m.Bounds().Dx() != 96 || m.Bounds().Dy() != 96 {
				t.Fatalf("%s: %v, %v", name, err, m)
			}
			ground, marked := m.At(0, 0), 0
			for y := range 96 {
				for x := range 96 {
					if m.At(x, y) == ground {
						continue
					}
					marked++
					if dx, dy := x-48, y-48; safe && dx*dx+dy*dy > 39*39 {
						t.Fatalf("%s: something is at %d, %d, which may be cut off", name, x, y)
					}
				}
			}
			if r, g, b, _ := ground.RGBA(); r>>8 != 0x0b || g>>8 != 0x6e || b>>8 != 0x4f || marked < 96 {
				t.Errorf("%s: %d pixels of a mark on %v", name, marked, ground)
			}
		}
	}
}

// FuzzIcon: a logo can be anything that looks like SVG.
func FuzzIcon(f *testing.F) {
	for _, s := range []string{`<svg viewBox="0 0 9 9"><path d="M1 1a3 3 0 0 1 9 9z"/></svg>`, `<svg viewBox="0 0 1e9 1"><circle r="1e30"/></svg>`, `<svg><g transform="rotate(3) scale(x)"><polygon points="1,2 3"/></g></svg>`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, logo string) {
		if len(logo) > 2048 || strings.Contains(strings.ToLower(logo), "url(") {
			return
		}
		if _, err := Icon(&sayline.Brand{Name: "A", Look: sayline.Look{Color: "#0b6e4f", Logo: logo}}, 48, false); err != nil {
			t.Error(err)
		}
	})
}
