package storetest

import (
	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

var pageBehaviours = []behaviour{}

// page is a demand on one contact of a person.
func (w *world) page(person, channel string) sayline.Page {
	return sayline.Page{ID: w.id(), Person: person, Channel: channel, Address: person + "@sparkle.example", Role: sayline.ForDuty}
}

// fire turns the case's waiting step into pages.
func (w *world) fire(caseID string, pages ...sayline.Page) {
	w.Helper()
	w.must(w.FireSteps(w.ctx(), w.brand, []store.Firing{{Step: w.waiting(caseID), Found: "{}", Pages: pages}}))
}

// waiting is the case's waiting step.
func (w *world) waiting(caseID string) sayline.Step {
	w.Helper()
	for _, s := range w.steps(caseID) {
		if s.State == sayline.StepWaiting {
			return s
		}
	}
	w.Fatalf("no step of %s waits", caseID)
	return sayline.Step{}
}
