package phrase_test

import (
	"math/rand/v2"
	"testing"

	"github.com/sayline/sayline/internal/phrase"
)

// BenchmarkDay is what a view of the pulse reads at most: 3,000 texts of now and
// 6,000 before.
func BenchmarkDay(b *testing.B) {
	dice := rand.New(rand.NewPCG(1, 1))
	texts := make([]phrase.Text, 9000)
	for i := range texts {
		texts[i] = phrase.Text{Text: sentence(dice), Lang: "en"}
	}
	for b.Loop() {
		now := phrase.Count(texts[:3000])
		now.Top(3, 8)
		now.Rising(phrase.Count(texts[3000:]), 3, 5)
	}
}
