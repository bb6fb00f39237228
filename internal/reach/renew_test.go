package reach_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

func renewal(old sayline.Subscription, fresh *sayline.Subscription) url.Values {
	form := url.Values{"old": {old.Endpoint}, "old_auth": {old.Keys.Auth}, "old_p256dh": {old.Keys.P256dh}}
	if fresh != nil {
		form.Set("endpoint", fresh.Endpoint)
		form.Set("auth", fresh.Keys.Auth)
		form.Set("p256dh", fresh.Keys.P256dh)
	}
	return form
}

// TestABrowserRenewsItself: with the keys it had, signed in or not; nobody does it
// without them; one that gets no other address is broken, and its person told.
func TestABrowserRenewsItself(t *testing.T) {
	h := open(t, housetest.Options{})
	service := phones(t, h)
	old, k := phone(t, h, service, "lucia", "Pixel 9")
	fresh := service.Subscribe()
	v := visit(t, h, "")
	guess := old
	guess.Keys.Auth = fresh.Keys.Auth
	for _, form := range []url.Values{renewal(guess, &fresh), renewal(guess, nil), renewal(fresh, &old), {}} {
		if status, body, _ := v.do("POST", "/house/renew", form, "application/json"); status != http.StatusNotFound || strings.Contains(body, "Sparkle") {
			t.Errorf("%v was answered %d %s", form, status, body)
		}
	}
	nowhere := sayline.Subscription{Endpoint: "ftp://push.example/1", Keys: fresh.Keys}
	if status, _, _ := v.do("POST", "/house/renew", renewal(old, &nowhere), "application/json"); status < 400 {
		t.Errorf("an address of no service was answered %d", status)
	}
	if status, _, _ := v.do("POST", "/house/renew", renewal(old, &fresh), "application/json"); status != http.StatusNoContent {
		t.Fatalf("answered %d", status)
	}
	id := sayline.ContactID(sayline.ByPush, fresh.Endpoint)
	found := false
	for _, now := range known(t, h, "lucia") {
		found = found || now.ID == id && now.Label == "Pixel 9" && now.Usable()
		if now.ID == k.ID {
			t.Error("the old address is kept")
		}
	}
	if !found {
		t.Fatalf("she is reached by %+v", known(t, h, "lucia"))
	}
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
	service.Wait(t.Context(), func(p testkit.Push) bool { return p.Endpoint == fresh.Endpoint })

	testkit.Eventually(t, "what came of it is written down: it would heal her browser", func() bool {
		list, err := h.Store.PagesOf(t.Context(), sparkle, said.Moment.Case)
		return err == nil && slices.ContainsFunc(list, func(p sayline.Page) bool { return p.Address == id && p.State == sayline.PageAccepted })
	})
	status, body, _ := v.do("POST", "/house/renew", renewal(fresh, nil), "application/json")
	var told struct{ Title, Body, URL string }
	if err := json.Unmarshal([]byte(body), &told); err != nil || status != http.StatusOK || !strings.Contains(told.Title, "Pixel 9") || !strings.HasSuffix(told.URL, "/b/sparkle/me") {
		t.Errorf("the browser shows %d %s", status, body)
	}
	for _, now := range known(t, h, "lucia") {
		if now.ID == id && now.State != sayline.ContactBroken {
			t.Errorf("it is %+v", now)
		}
	}
	h.Mail.Wait(t.Context(), func(m testkit.Mail) bool { return m.To[0] == lucia && strings.Contains(m.Subject, "Pixel 9") })
}
