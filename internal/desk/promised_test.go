package desk_test

import (
	"testing"
	"time"

	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

// TestPromiseThatFalls: it comes up on the open desk of the team and of who leads, in
// one sentence with its picture; nobody else's shows it; it goes when it is over.
func TestPromiseThatFalls(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	b := testkit.Browser(t)
	theirs, other := h.Page(b, testkit.Phone, lucia), h.Page(b, testkit.Phone, "ana@sparkle.example")
	for _, p := range []*testkit.Page{theirs, other} {
		p.Open(h.URL + "/b/sparkle/desk")
		p.Until(isLive)
	}
	a := store.Alarm{Brand: sparkle, About: store.AboutPromise, Subject: "distribution", Moments: 4, Of: 12, Usual: 900}
	if raised, err := h.Store.RaisePromise(t.Context(), &a, time.Hour); err != nil || !raised {
		t.Fatalf("raised %v (%v)", raised, err)
	}
	theirs.Until(`document.querySelector("#fallen-distribution summary")?.textContent.includes("kept 33 % of its promises in 3 hours (4 of 12), usually 90 %")`)
	theirs.Click("#fallen-distribution summary")
	theirs.Until(`document.querySelector("#fallen-distribution[open] .alarmpic").checkVisibility()`)
	theirs.MustLetEverybodyIn("a desk with a promise that falls")
	housetest.Audit(t, theirs, "a desk with a promise that falls")
	other.Open(h.URL + "/b/sparkle/desk?show=team")
	if testkit.Eval[bool](other, `!!document.querySelector(".fallen")`) {
		t.Error("another team is told")
	}
	if err := h.Store.EndAlarm(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	theirs.Until(`!document.querySelector(".fallen")`)
	theirs.MustBeClean()
	other.MustBeClean()
}
