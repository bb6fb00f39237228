package ways

import "github.com/sayline/sayline/internal/look"

// black is what every scanner reads.
const black = "#000000"

// leastContrast is the difference in reflectance between paper and ink that a
// code is printed with at least: grade A of symbol contrast (ISO/IEC 15415).
const leastContrast = 0.70

// Ink is the colour a code is printed in: the brand's own where scanners read it
// well, else black. Scanners light with red (660 nm), in which red and orange
// inks are nearly white, so a colour must be dark both to the eye and in red.
func Ink(colour string) string {
	if colour != "" && look.Reflectance(colour) <= 1-leastContrast {
		return colour
	}
	return black
}
