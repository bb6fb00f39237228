package store

import (
	"slices"

	"github.com/sayline/sayline"
)

// louder raises a case by a word in what its author adds, as if it had been said
// at first: open, a new episode. With whom the case is stays as it is.
func (tx *Tx) louder(m *sayline.Moment, c *sayline.Case, a AuthorSays) (bool, error) {
	if a.Message.Text == "" || a.Message.Solved == "yes" {
		return false, nil
	}
	heard := *m
	heard.Text = a.Message.Text
	d := a.Decide(&heard)
	word := slices.ContainsFunc(d.Facts, func(f sayline.Fact) bool { return f.Field == sayline.FactRaised })
	if !word || !sayline.MoreUrgent(d.Urgency, c.Urgency) {
		return false, nil
	}
	c.Urgency, c.Raised = d.Urgency, 0
	if err := tx.reopen(c, m.ID); err != nil {
		return false, err
	}
	c.AckBy, c.AnswerBy = d.Promise(tx.now)
	c.Version, c.Policy, c.AckTime = d.Version, "", 0
	if d.Team == c.Team { // handed over, it climbs as usual
		c.Policy, c.AckTime = d.Policy, d.AckTime
	}
	return true, nil
}
