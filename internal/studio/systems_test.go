package studio_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
)

// TestSystems: an owner makes a key for some teams, shown once, and revokes it;
// no lane is given away by who is not named in it.
func TestSystems(t *testing.T) {
	h := open(t, housetest.Options{Brand: "sparkle"}, "")
	owner := h.Client("elena@sparkle.example")
	lane := h.Brands.ByID("sparkle").Lanes[0].ID
	status, body, _ := read(owner.PostForm(h.URL+"/b/sparkle/studio/systems", url.Values{"name": {"Stock"}, "team": {"distribution", "lost"}, "lane": {lane}}))(t)
	key := regexp.MustCompile(`system_[0-9a-z]{32}`).FindString(body)
	if status != 200 || key == "" {
		t.Fatalf("%d, no key is shown", status)
	}
	system, err := h.Store.SystemByKey(t.Context(), "sparkle", sayline.HashSecret(key))
	if err != nil || system.Name != "Stock" || !slices.Equal(system.Teams, []string{"distribution"}) || len(system.Lanes) != 0 || system.MadeBy != "elena" {
		t.Fatalf("%+v, %v", system, err)
	}
	if _, body, _ = read(owner.Get(h.URL + "/b/sparkle/studio"))(t); strings.Contains(body, key) || !strings.Contains(body, "<b>Stock</b>") {
		t.Error("the key is shown again, or its system is not")
	}
	if status, _, _ := read(h.Client("tomas@sparkle.example").PostForm(h.URL+"/b/sparkle/studio/systems", url.Values{"name": {"Mine"}}))(t); status != http.StatusNotFound {
		t.Errorf("a manager makes keys: %d", status)
	}
	if status, _, _ := read(owner.PostForm(h.URL+"/b/sparkle/studio/systems", url.Values{"name": {" "}}))(t); status != http.StatusUnprocessableEntity {
		t.Errorf("without a name: %d", status)
	}
	if status, body, _ := read(owner.PostForm(h.URL+"/b/sparkle/studio/systems", url.Values{"name": {"Till"}, "team": {"lost"}}))(t); status != http.StatusUnprocessableEntity || strings.Contains(body, "system_") {
		t.Errorf("for no team that there is: %d", status)
	}
	if status, _, _ := read(owner.PostForm(h.URL+"/b/sparkle/studio/systems/"+system.ID+"/revoke", nil))(t); status != http.StatusSeeOther {
		t.Errorf("revoking: %d", status)
	}
	if _, err := h.Store.SystemByKey(t.Context(), "sparkle", sayline.HashSecret(key)); sayline.KindOf(err) != sayline.Unsigned {
		t.Errorf("a revoked key: %v", err)
	}
}
