package screen_test

import (
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/testkit"
)

// TestStaffTapsForAGuest: the pass leaves the address, travels with the tap, and
// the answer is shown as a code that the guest takes along.
func TestStaffTapsForAGuest(t *testing.T) {
	h := newHouse(t)
	p := testkit.Browser(t).Page(small360)
	at := h.url + "/@granvia/cx/t/room-madrid?staff"
	p.Open(at + "#staff=" + intake.Pass(h.store.ServerKey(), "granvia", "beatriz", h.clock.now().Add(time.Hour)))
	if s := testkit.Eval[string](p, `location.href + document.querySelector('.staff').checkVisibility()`); s != at+"true" {
		t.Errorf("the page is at %s", s)
	}
	p.Click(".chip")
	p.Until(`document.querySelector('.forguest')`)
	u := testkit.Eval[string](p, `document.querySelector('.answer').dataset.receipt`)
	m := h.moment(u)
	if m.Context.PassedBy != "person:beatriz" || m.Context.Source != "staff" || m.Class != sayline.Unidentified {
		t.Errorf("kept: %+v", m.Context)
	}
	p.Click(".forguest summary")
	if wide := testkit.Eval[int](p, `document.querySelector('.code').getBoundingClientRect().width`); wide < 200 {
		t.Errorf("the code is %d pixels wide", wide)
	}
	// Who has no pass has told it all the same.
	if m := h.moment(h.said("granvia", `{"topic":"towels","context":{"touchpoint":"room-madrid","source":"staff","staff":"beatriz.99999999999.x"}}`).Receipt); m.Context.PassedBy != "" {
		t.Errorf("believed: %+v", m.Context)
	}
	mustBeAllButClean(t, p)
}
