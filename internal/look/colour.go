package look

import (
	"fmt"
	"math"
	"strconv"
)

// rgb is a colour in sRGB, each part 0 to 1.
type rgb struct{ r, g, b float64 }

// parseColour reads #rrggbb; anything else is a calm grey (brands are checked
// before they get here).
func parseColour(hex string) rgb {
	n, err := strconv.ParseUint(hex[min(1, len(hex)):], 16, 32)
	if err != nil || len(hex) != 7 {
		n = 0x555555
	}
	return rgb{float64(n>>16) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}
}

func (c rgb) String() string {
	at := func(x float64) int { return int(math.Round(min(1, max(0, x)) * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", at(c.r), at(c.g), at(c.b))
}

func linear(x float64) float64 {
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

func gamma(x float64) float64 {
	if x <= 0.0031308 {
		return x * 12.92
	}
	return 1.055*math.Pow(x, 1/2.4) - 0.055
}

// luminance is the relative luminance of WCAG 2.2.
func (c rgb) luminance() float64 {
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

// contrast is the contrast ratio of WCAG 2.2, 1 to 21.
func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// lab is a colour in Oklab (Björn Ottosson, 2020): l is the lightness people
// see, a and b the hue and how strong it is.
type lab struct{ l, a, b float64 }

func (c rgb) lab() lab {
	r, g, b := linear(c.r), linear(c.g), linear(c.b)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return lab{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

// rgb gives the colour back, with as much of its strength as sRGB can show.
func (c lab) rgb() rgb {
	for strength := 1.0; strength > 0; strength -= 0.02 {
		if out, ok := (lab{c.l, c.a * strength, c.b * strength}).raw(); ok {
			return out
		}
	}
	grey := gamma(math.Pow(min(1, max(0, c.l)), 3))
	return rgb{grey, grey, grey}
}

func (c lab) raw() (rgb, bool) {
	cube := func(x float64) float64 { return x * x * x }
	l := cube(c.l + 0.3963377774*c.a + 0.2158037573*c.b)
	m := cube(c.l - 0.1055613458*c.a - 0.0638541728*c.b)
	s := cube(c.l - 0.0894841775*c.a - 1.2914855480*c.b)
	r := 4.0767416621*l - 3.3077115913*m + 0.2309699292*s
	g := -1.2684380046*l + 2.6097574011*m - 0.3413193965*s
	b := -0.0041960863*l - 0.7034186147*m + 1.7076147010*s
	const slack = 1e-4
	in := func(x float64) bool { return x >= -slack && x <= 1+slack }
	return rgb{gamma(max(0, r)), gamma(max(0, g)), gamma(max(0, b))}, in(r) && in(g) && in(b)
}

// mix is a with a share of b, 0 to 1, as the eye mixes them, rounded to what is shown.
func mix(a, b rgb, share float64) rgb {
	x, y := a.lab(), b.lab()
	at := func(p, q float64) float64 { return p + (q-p)*share }
	return parseColour(lab{at(x.l, y.l), at(x.a, y.a), at(x.b, y.b)}.rgb().String())
}

// readable moves a colour's lightness, and nothing else, as little as it takes
// to reach a contrast against a ground: down on a light one, up on a dark one.
func readable(c, ground rgb, want float64) rgb {
	step := -0.005
	if ground.luminance() < 0.18 {
		step = 0.005
	}
	for at := c.lab(); contrast(c, ground) < want; {
		if at.l += step; at.l < 0 || at.l > 1 {
			break
		}
		c = parseColour(at.rgb().String()) // as it will be shown
	}
	return c
}

// Reflectance is how much of the light a colour gives back, 0 to 1, to the eye
// or to a scanner's red lamp, whichever is more; white gives back 1.
func Reflectance(hex string) float64 {
	c := parseColour(hex)
	return max(c.luminance(), linear(c.r))
}
