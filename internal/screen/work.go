package screen

import (
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/intake"
)

// work are the steps of a request in the brand's words; nil for what is none.
func (v *answerView) work(rec *intake.Receipt) []step {
	c, ix := rec.Case, v.site.Index
	var list []step
	for _, w := range v.site.WorkSteps(ix.Topic(c.Topic), c.Kind) {
		var at time.Time
		for _, h := range rec.History {
			if h.Status == sayline.StatusInProgress && h.Episode == c.Episode && h.Label == w.ID {
				at = h.At
			}
		}
		list = append(list, v.when(&rec.Moment, v.stepLabel(c.Topic, w.ID), at))
	}
	return list
}

// lastStep is the latest step of the work on a request in its case's episode.
func lastStep(rec *intake.Receipt) (last sayline.HistoryEntry) {
	for _, h := range rec.History {
		if h.Status == sayline.StatusInProgress && h.Episode == rec.Case.Episode {
			last = h
		}
	}
	return last
}

// topicOf is what a receipt's case is about, else its moment.
func topicOf(rec *intake.Receipt) string {
	if rec.Case != nil {
		return rec.Case.Topic
	}
	return rec.Moment.Topic
}

// stepLabel is a step of the work on a request as its author reads it: in the
// brand's words, else in ours, else as it was called.
func (v *voice) stepLabel(topic, id string) string {
	if label := v.site.WorkStepLabel(v.site.Index.Topic(topic), id); !label.Empty() {
		return v.name(label)
	}
	if key := "work_" + id; v.W.Has(key) {
		return v.W.Say(key)
	}
	return strings.ReplaceAll(id, "-", " ")
}
