package screen

import (
	"cmp"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/intake"
)

// promised is what who speaks here is promised: spans by the clock, or, where
// they are counted in opening hours and it is closed for a part of them, until when.
func (v *voice) promised(c sayline.Context) string {
	p := v.site.Promised(v.touchpoint)
	open := v.site.Index.Opening(v.touchpoint.ID, cmp.Or(c.Place, v.touchpoint.Place))
	say := func(span sayline.Duration) string {
		d := time.Duration(span)
		if end := open.Add(v.now, d); p.InHours && end.After(v.now.Add(d)) {
			return v.W.By(v.now, end)
		}
		return v.W.Within(d)
	}
	return v.W.Say("promise", "look", say(p.Acknowledge), "answer", say(p.Answer))
}

// answerNote is by when an answer is promised, and when that is over, that it is
// late: who waits is told the truth.
func (v *answerView) answerNote(rec *intake.Receipt) []string {
	by := rec.Case.AnswerBy
	switch {
	case by.After(v.now):
		return []string{v.W.Say("promise_answer", "answer", v.W.By(v.now, by))}
	case !by.IsZero() && rec.Moment.Lane == "":
		return []string{v.W.Say("promise_late", "when", v.W.Stamp(v.now, by))}
	}
	return nil
}
