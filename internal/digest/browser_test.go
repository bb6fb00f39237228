package digest_test

import (
	"net/http"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

// TestPages: the studio's page and the one behind the link let everybody in, in
// Arabic on a phone too; the letter in it is a picture of what would be sent.
func TestPages(t *testing.T) {
	h := &house{t: t}
	h.House = housetest.Open(t, housetest.Options{Brand: sparkle, Now: monday, Change: func(c *sayline.Config) {
		for i := range c.People {
			c.People[i].Language = ""
		}
	}}, func(x *housetest.House, mux *http.ServeMux) {
		h.Digest = furnish(t, x)
		h.Routes(mux)
	})
	h.week()
	h.ask("week", "ar")
	link := linkIn.FindString(h.sent(1)[0].Text)
	p := h.Page(testkit.Browser(t), testkit.Desktop, elena)
	look := func(state string) {
		t.Helper()
		p.MustLetEverybodyIn(state)
		housetest.Audit(t, p, state)
	}
	p.Open(h.URL + "/b/sparkle/digests?every=day")
	p.Until(`!!document.querySelector(".digest-look").contentDocument?.querySelector("h1")`)
	look("who gets digests")
	p.Show(testkit.Phone.In("ar"))
	p.Open(h.URL + "/b/sparkle/digests")
	look("who gets digests, on a phone")
	p.Open(h.URL + link)
	look("asked for a digest")
	p.Click("button[value=yes]")
	p.Until(`!document.querySelector("button[value=yes]") && !!document.querySelector("button[value=no]")`)
	look("a digest that comes")
	p.MustBeClean()
}
