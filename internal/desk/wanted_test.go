package desk_test

import (
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

// TestWanted: what is asked for by product and shop, for the team of the region
// and for managers; nothing of it for other teams.
func TestWanted(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	for i := range 3 {
		m := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
		if i == 0 {
			continue
		}
		if err := h.Store.AskToBeTold(t.Context(), sparkle, sayline.ReceiptKey(m.Secret), "phone", "{}"); err != nil {
			t.Fatal(err)
		}
	}
	v := visit(t, h, lucia)
	_, page := v.get("/b/sparkle/desk")
	mustHold(t, page, `href="/b/sparkle/wanted"`)
	_, page = v.get("/b/sparkle/wanted?days=7")
	mustHold(t, page, "Sparkle Lemon 330 ml", "Mercado Calle Mayor", "Asked for 3 times", "2 want to be told")
	status, file := v.get("/b/sparkle/wanted.csv?days=7")
	if lines := strings.Split(strings.TrimSpace(file), "\n"); status != 200 || len(lines) != 2 || !strings.HasPrefix(lines[0], "gtin,product,place_id,place,times,last") || !strings.Contains(lines[1], ",Mercado Calle Mayor,3,") {
		t.Errorf("the file is %q", file)
	}
	_, page = visit(t, h, tomas).get("/b/sparkle/wanted")
	mustHold(t, page, "Sparkle Lemon 330 ml")
	for _, who := range []string{vicent, nacho} {
		if _, page := visit(t, h, who).get("/b/sparkle/wanted"); strings.Contains(page, "Mercado Calle Mayor") {
			t.Errorf("%s reads what was asked for elsewhere", who)
		}
	}
	stored, err := h.Store.Config(t.Context(), sparkle)
	if err != nil {
		t.Fatal(err)
	}
	for i := range stored.Config.People {
		stored.Config.People[i].Language = "" // the browser's
	}
	if _, err := h.Store.SaveConfig(t.Context(), stored.Config, stored.Version, "test"); err != nil {
		t.Fatal(err)
	}
	if err := h.Keeper.Reload(t.Context(), sparkle); err != nil {
		t.Fatal(err)
	}
	b := testkit.Browser(t)
	for _, look := range []testkit.Look{testkit.Phone, testkit.Desktop.AtNight(), testkit.Phone.In("ar")} {
		p := h.Page(b, look, lucia)
		p.Open(h.URL + "/b/sparkle/wanted")
		p.Until(`document.querySelector(".wantlist tbody tr")`)
		housetest.Audit(t, p, "wanted")
		p.MustBeClean()
	}
}
