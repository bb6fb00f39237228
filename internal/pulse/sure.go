package pulse

import "github.com/sayline/sayline/internal/store"

// sure says in a sentence how sure a score is, and where it lies, for whoever
// touches it.
type sure struct {
	Score           string // of 100; "" where too few showed a face
	Text            string
	Low, Wide, Mean string // of 100, for its picture
}

// sure tells of a tally's faces: its score, the 95 % interval and of how many.
func (b *board) sure(t store.Tally) sure {
	mean, in, ok := scored(t)
	if !ok {
		return sure{Text: b.Say("pulse_sure_few", "n", b.Num(t.Felt()), "least", fewest)}
	}
	of100, _ := score(t)
	return sure{Score: b.Num(of100), Low: num(in.low), Wide: num(max(1, in.high-in.low)), Mean: num(mean),
		Text: b.Say("pulse_sure", "score", b.Num(of100), "low", b.Num(int64(in.low+0.5)), "high", b.Num(int64(in.high+0.5)), "n", b.Num(t.Felt()))}
}

// touched is a score to touch, with what is said where there is none.
type touched struct {
	Sure sure
	Few  string
}

// Touch puts a score where it can be touched.
func (b *board) Touch(s sure) touched { return touched{s, b.Say("pulse_too_few")} }
