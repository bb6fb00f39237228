package desk

// verdict is what authors said of the answer: solved or not, and how they felt
// before and after.
type verdict struct {
	Yes, No       int
	Before, After int    // faces, of the latest who said one
	Words         string // the latest's, where they wrote some with it
}

// Any says whether anybody said so.
func (v verdict) Any() bool { return v.Yes+v.No > 0 }

// verdict counts the authors' words on it; the latest's face and words stand for
// them.
func (w *work) verdict() (sum verdict) {
	for i := len(w.authors) - 1; i >= 0; i-- {
		m := w.authors[i]
		switch m.Solved {
		case "yes":
			sum.Yes++
		case "no":
			sum.No++
		default:
			continue
		}
		if m.After > 0 {
			sum.Before, sum.After = m.Feeling, m.After
		}
	}
	for _, e := range w.Entries {
		if e.Kind == entryAuthor && e.Solved == "no" {
			sum.Words = e.Words
		}
	}
	return sum
}
