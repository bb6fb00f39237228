package reach_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

// TestSoManyCodesADay: to one address, whoever asks and whatever they take away in
// between; for one account; and at one brand. Who wants one more is told plainly.
func TestSoManyCodesADay(t *testing.T) {
	h := open(t, housetest.Options{})
	at := time.Now()
	l, m := visit(t, h, lucia), visit(t, h, marco)
	const me = "/b/sparkle/me"
	refused := func(v *visitor, address, why string) {
		t.Helper()
		status, page, _ := v.do("POST", me+"/contacts", url.Values{"channel": {"email"}, "address": {address}}, "text/html")
		if status != http.StatusTooManyRequests || !strings.Contains(page, why) {
			t.Errorf("one more to %s is answered %d without %q", address, status, why)
		}
	}
	for i := range 10 {
		at = at.Add(time.Minute)
		h.Clock(at)
		v := []*visitor{l, m}[i%2]
		v.must(me+"/contacts", url.Values{"channel": {"email"}, "address": {[]string{"A.Stranger@home.example", "Dear <a.stranger@home.example>"}[i%2]}}, "contact_added")
		h.Mail.Wait(t.Context(), func(m testkit.Mail) bool { return strings.EqualFold(m.To[0], "a.stranger@home.example") })
	}
	at = at.Add(time.Minute)
	h.Clock(at)
	refused(l, "a.stranger@home.example", "as go there in a day")
	m.must(me+"/contacts", url.Values{"channel": {"email"}, "address": {"marco@home.example"}}, "contact_added")
	count := func(account string, n int) {
		t.Helper()
		for range n {
			c := store.ContactCall{Brand: sparkle, ID: sayline.NewID(at, h.Random), Account: account, Address: "x"}
			if over, _, err := h.Store.CountContactCall(t.Context(), c, store.ContactCalls{Account: 10_000, Address: 10_000, Brand: 10_000}); err != nil || over != "" {
				t.Fatal(over, err)
			}
		}
	}
	count(lucia, 25)
	refused(l, "lucia@home.example", "as you can send in a day")
	count("somebody@sparkle.example", 500+3*len(h.Brands.ByID(sparkle).People))
	refused(m, "marco.too@home.example", "as go out here in a day")
	h.Clock(at.Add(store.ContactDay))
	l.must(me+"/contacts", url.Values{"channel": {"email"}, "address": {"lucia@home.example"}}, "contact_added")
}
