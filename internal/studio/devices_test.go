package studio_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
)

// TestDevices: a device is made by an owner, its token is shown once, one that
// has been silent for an hour stands out, and a revoked one is no more.
func TestDevices(t *testing.T) {
	h := open(t, housetest.Options{Brand: "sparkle"}, "")
	owner := h.Client("elena@sparkle.example")
	form := url.Values{"name": {"Aisle tablet"}, "touchpoint": {"k7f3"}, "idle": {"6"}}
	status, body, _ := read(owner.PostForm(h.URL+"/b/sparkle/studio/devices", form))(t)
	_, token, found := strings.Cut(body, `id="device-token" translate="no">`)
	token, _, _ = strings.Cut(token, "<")
	if status != http.StatusOK || !found || !strings.HasPrefix(token, sayline.DeviceToken) || !strings.Contains(body, "/cx/t/k7f3?kiosk#"+token) {
		t.Fatalf("status %d, token %q", status, token)
	}
	dev, err := h.Store.DeviceByToken(t.Context(), "sparkle", sayline.HashSecret(token))
	if err != nil || dev.Name != "Aisle tablet" || dev.Idle != 6*time.Second || dev.MadeBy == "" {
		t.Fatalf("kept %+v, %v", dev, err)
	}
	if _, body, _ := read(owner.Get(h.URL + "/b/sparkle/studio"))(t); strings.Contains(body, token) || !strings.Contains(body, "Aisle tablet") || strings.Contains(body, `data-silent="true"`) {
		t.Error("the token is shown twice, or the device not at all, or silent at once")
	}
	if d := *dev; !d.Silent(d.MadeAt.Add(sayline.DeviceSilent)) {
		t.Error("a device never heard of is not missed")
	}
	for _, wrong := range []url.Values{{"name": {" "}, "touchpoint": {"k7f3"}, "idle": {"6"}}, {"name": {"x"}, "touchpoint": {"nowhere"}, "idle": {"6"}}, {"name": {"x"}, "touchpoint": {"k7f3"}, "idle": {"99"}}} {
		if status, _, _ := read(owner.PostForm(h.URL+"/b/sparkle/studio/devices", wrong))(t); status != http.StatusUnprocessableEntity {
			t.Errorf("%v was answered %d", wrong, status)
		}
	}
	if status, _, _ := read(h.Client("tomas@sparkle.example").PostForm(h.URL+"/b/sparkle/studio/devices", form))(t); status != http.StatusNotFound {
		t.Errorf("who is no owner was answered %d", status)
	}
	if status, _, _ := read(owner.PostForm(h.URL+"/b/sparkle/studio/devices/"+dev.ID+"/revoke", nil))(t); status != http.StatusSeeOther {
		t.Errorf("revoking was answered %d", status)
	}
	if _, err := h.Store.DeviceByToken(t.Context(), "sparkle", sayline.HashSecret(token)); sayline.KindOf(err) != sayline.Unsigned {
		t.Errorf("revoked it is %v", err)
	}
}
