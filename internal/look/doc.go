// Package look is how a brand appears: its one colour made readable on every
// ground by day and by night ([Of]), its mark or monogram ([Mark]), and the
// faces of the feelings, drawn as one family ([Face]).
//
// colour.go is the arithmetic: sRGB, Oklab and the contrast of WCAG 2.2.
package look
