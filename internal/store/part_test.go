package store_test

import (
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

// TestWordsOfAView: a moment joins an open view by the words everybody is shown, as
// a search finds it; not by its room or its reference, which only who works on it is.
func TestWordsOfAView(t *testing.T) {
	m := &sayline.Moment{Text: "Tastes of metal", Reference: "K7Q3-F9MX", Context: sayline.Context{Ref: "room 412", Lot: "AB-123", Product: "09506000134352"}}
	for words, want := range map[string]bool{"metal": true, "tast": true, "AB-123": true, "09506000134352": true, "metal glass": false, "412": false, "K7Q3-F9MX": false, "k7q3f9mx": false, "...": false} {
		p := store.Part{Words: words}
		if p.Has(m) != want {
			t.Errorf("by %q: %v", words, !want)
		}
	}
}
