package sayline

import "slices"

// WorkStep is a step of the work on a request, as its author reads it: "on the
// way", "brought". The last one is the wish fulfilled, and resolves the case.
type WorkStep struct {
	ID    string `json:"id"`
	Label Text   `json:"label"` // empty in [UsualSteps]: the reader's own language has words for those
}

// UsualSteps are those of a request for which a brand names none.
var UsualSteps = []WorkStep{{ID: "on-the-way"}, {ID: "done"}}

// mostSteps is how many a request may have: as many as a phone shows in a row.
const mostSteps = 4

// WorkSteps are the steps of a case of this kind and topic: the topic's own,
// else, for a request, the brand's, else the usual ones. nil when it has none.
func (c *Config) WorkSteps(topic *Topic, kind string) []WorkStep {
	switch {
	case topic != nil && len(topic.Steps) > 0:
		return topic.Steps
	case KnownKind(kind) != "request":
		return nil
	case len(c.Steps) > 0:
		return c.Steps
	}
	return UsualSteps
}

// WorkStepLabel finds a step's words by its id, first among the topic's; nil
// when no step of the brand has it any more, or it is one of the usual.
func (c *Config) WorkStepLabel(topic *Topic, id string) Text {
	lists := [][]WorkStep{c.Steps}
	if topic != nil {
		lists = [][]WorkStep{topic.Steps, c.Steps}
	}
	for _, list := range lists {
		if i := slices.IndexFunc(list, func(s WorkStep) bool { return s.ID == id }); i >= 0 {
			return list[i].Label
		}
	}
	return nil
}

func validateSteps(f *faults, pointer string, steps []WorkStep, languages []string) {
	if len(steps) > mostSteps {
		f.add(pointer, "expected at most %d steps", mostSteps)
	}
	for i, s := range steps {
		at := at(pointer, i)
		if !ValidHandle(s.ID) {
			f.add(at+"/id", handleShape)
		}
		if slices.ContainsFunc(steps[:i], func(before WorkStep) bool { return before.ID == s.ID }) {
			f.add(at+"/id", "expected each once; %q stands twice", s.ID)
		}
		s.Label.require(f, at+"/label", "what the author reads: On the way")
		s.Label.validate(f, at+"/label", languages, 40)
	}
}
