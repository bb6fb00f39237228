package screen_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/screen"
	"github.com/sayline/sayline/internal/testkit"
)

// telling is a house that tells browsers, and the push service they have.
func telling(t *testing.T) (*house, *testkit.PushService) {
	h := newHouse(t, func(o *screen.Options) { o.PushKey = pushKey })
	return h, testkit.NewPushService(t, pushKey)
}

const pushKey = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"

// TestReceiptTakesASubscription: any nameless author's browser, by the receipt
// alone; never a wrong one's, and nothing that no browser made.
func TestReceiptTakesASubscription(t *testing.T) {
	h, service := telling(t)
	u := h.said("sparkle", `{"topic":"cant-find-it"}`).Receipt
	post := func(url string, sub sayline.Subscription) *answer {
		body, _ := json.Marshal(sub)
		return h.call("POST", url+"/push", string(body), "Content-Type", "application/json")
	}
	for range 2 { // twice is once
		post(u, service.Subscribe()).want(http.StatusNoContent)
	}
	post(u[:len(u)-1]+"x", service.Subscribe()).want(http.StatusNotFound)
	broken := service.Subscribe()
	broken.Keys.P256dh = broken.Keys.Auth
	post(u, broken).want(http.StatusUnprocessableEntity)
	h.call("POST", u+"/push", `{}`, "Content-Type", "application/json").want(http.StatusUnprocessableEntity)
	for range sayline.MaxTellings - 2 {
		post(u, service.Subscribe()).want(http.StatusNoContent)
	}
	post(u, service.Subscribe()).want(http.StatusConflict)

	var kept struct {
		ToldBy []struct {
			Channel      string
			Subscription sayline.Subscription
		} `json:"told_by"`
	}
	if err := json.Unmarshal(h.call("GET", u+"/export", "").want(200).body, &kept); err != nil || len(kept.ToldBy) != sayline.MaxTellings || kept.ToldBy[0].Channel != sayline.ByPush || kept.ToldBy[0].Subscription.Endpoint == "" {
		t.Errorf("the export has %+v, %v", kept, err)
	}
	h.reply(u, "Restocked tomorrow.")
	list, err := h.store.LeaseTellings(t.Context(), 100)
	if err != nil || len(list) != sayline.MaxTellings {
		t.Errorf("%d are to be told, %v", len(list), err)
	}
	h.call("DELETE", u, "").want(http.StatusNoContent)
	post(u, service.Subscribe()).want(http.StatusNotFound)
}

// TestDiscoveryNamesTheWaysBack: only those that really work.
func TestDiscoveryNamesTheWaysBack(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*screen.Options)
		want   []string
	}{
		"the receipt alone": {func(*screen.Options) {}, []string{"receipt"}},
		"all":               {func(o *screen.Options) { o.PushKey, o.Mail = pushKey, true }, []string{"receipt", "webpush", "email"}},
	} {
		h := newHouse(t, tt.change)
		var d cx.Discovery
		if err := json.Unmarshal(h.call("GET", h.url+"/@sparkle/.well-known/cx", "").want(200).body, &d); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(d.ReplyChannels, tt.want) || (d.PushKey != "") != slices.Contains(tt.want, "webpush") {
			t.Errorf("%s: %v, key %q", name, d.ReplyChannels, d.PushKey)
		}
	}
	h := newHouse(t)
	u := h.said("sparkle", `{"topic":"cant-find-it"}`).Receipt
	if html := h.call("GET", u, "", "Accept", "text/html").want(200).body; strings.Contains(string(html), `data-act="tell"`) {
		t.Error("what can't be done is offered")
	}
	h.call("POST", u+"/push", `{"endpoint":"https://push.example/a","keys":{"auth":"BTBZMqHH6r4Tts7J_aSIgg","p256dh":"`+pushKey+`"}}`, "Content-Type", "application/json").want(http.StatusNotFound)
}

// TestTellMe: the button asks once, nothing is registered before it, what comes
// is a sentence in the speaker's language, and it leads to the receipt.
func TestTellMe(t *testing.T) {
	h, service := telling(t)
	p := testkit.Browser(t).Page(small360.In("es"))
	sub := service.Subscribe()
	found := allowed(t, p, h.url, sub)
	u := h.said("sparkle", `{"topic":"cant-find-it","lang":"es"}`).Receipt
	p.Open(u + "?lang=es")
	p.Until(`document.querySelector('[data-act=tell]') && !document.querySelector('[data-act=tell]').hidden`)
	if label := p.Text("[data-act=tell]"); label != "Avísame cuando vuelva" {
		t.Errorf("it says %q", label)
	}
	if n := testkit.Await[int](p, `navigator.serviceWorker.getRegistrations().then(r => r.length)`); n != 0 {
		t.Errorf("%d workers before anybody asked", n)
	}
	keep(p, "tell-before")
	p.Press(`document.querySelector("[data-act=tell]").click()`)
	p.Until(`document.querySelector('[data-act=tell]').textContent === 'Te avisaremos.'`)
	h.call("POST", u+"/messages", `{"text":"Ni en la otra."}`, "Content-Type", "application/json").want(http.StatusOK)
	p.Until(`document.querySelector('.answer').textContent.includes('Ni en la otra.')`) // the page is drawn anew, and still says it
	p.Until(`document.querySelector('[data-act=tell]').textContent === 'Te avisaremos.'`)
	keep(p, "tell-after")
	h.reply(u, "Mañana a las 8:00.")
	list, err := h.store.LeaseTellings(t.Context(), 10)
	if err != nil || len(list) != 1 || !strings.Contains(list[0].Keys, sub.Endpoint) {
		t.Fatalf("to be told: %+v, %v", list, err)
	}
	id := <-found
	eventually(p, `navigator.serviceWorker.getRegistration(new URL(`+string(quote(u))+`).pathname + '/tell').then(r => r?.active?.state === 'activated')`) // a push before that wakes nobody
	p.Do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{Origin: h.url, RegistrationID: id, Data: `{"status":"answered"}`})
		return err
	}))
	shown := `navigator.serviceWorker.getRegistration(new URL(` + string(quote(u)) + `).pathname + '/tell').then(r => r.getNotifications())`
	eventually(p, shown+`.then(n => n.length === 1)`)
	if got := testkit.Await[string](p, shown+`.then(n => n[0].title + ': ' + n[0].body + ' ' + (n[0].tag === `+string(quote(u))+`))`); got != "Sparkle: Hay una respuesta para ti. true" {
		t.Errorf("it shows %q", got)
	}
	p.Open(u + "?lang=es")
	p.Until(`document.querySelector('[data-act=tell]').textContent === 'Te avisaremos.'`)
	p.MustLetEverybodyIn("asked to be told")
	p.MustBeClean()
}

// TestTellMeAfterTheTap: the touch screen offers it as soon as it turned.
func TestTellMeAfterTheTap(t *testing.T) {
	h, _ := telling(t)
	for name, look := range map[string]testkit.Look{"en": small360, "ar-night": small360.AtNight().In("ar")} {
		p := testkit.Browser(t).Page(look)
		p.Open(h.url + "/@sparkle/cx/t/k7f3")
		p.Click(`.chip[value=cant-find-it]`)
		p.Until(`document.querySelector('[data-act=tell]') && !document.querySelector('[data-act=tell]').hidden`)
		if height := testkit.Eval[float64](p, `document.querySelector('[data-act=tell]').getBoundingClientRect().height`); height < 48 {
			t.Errorf("it is %v high", height)
		}
		keep(p, "sent-"+name)
		p.MustLetEverybodyIn("sent")
	}
}

func quote(s string) []byte { b, _ := json.Marshal(s); return b }

// keep keeps a picture where SAYLINE_SHOTS says.
func keep(p *testkit.Page, name string) {
	if dir := os.Getenv("SAYLINE_SHOTS"); dir != "" {
		p.FullScreenshot(dir + "/" + name + ".png")
	}
}

// allowed lets a page notify and has it subscribe at a service of this test: the
// one behind a headless browser needs its maker's servers. The worker is real. The
// channel gives the registrations there come to be.
func allowed(t *testing.T, p *testkit.Page, url string, sub sayline.Subscription) <-chan serviceworker.RegistrationID {
	t.Helper()
	text, _ := json.Marshal(sub)
	found := make(chan serviceworker.RegistrationID, 100)
	p.Do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		if _, err := cdp.Call(ctx, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `PushManager.prototype.subscribe = async o => {
			if (!o.userVisibleOnly || o.applicationServerKey !== '` + pushKey + `') throw new Error('refused')
			return { toJSON: () => (` + string(text) + `) } }`}); err != nil {
			return err
		}
		info, err := cdp.Call(ctx, tab, target.GetTargetInfo, target.GetTargetInfoParams{})
		if err != nil {
			return err
		}
		if _, err := cdp.Call(ctx, tab, browser.SetPermission, browser.SetPermissionParams{Origin: url, BrowserContextID: info.TargetInfo.BrowserContextID,
			Permission: &browser.PermissionDescriptor{Name: "notifications"}, Setting: browser.PermissionSettingGranted}); err != nil {
			return err
		}
		if err := chromedp.Listen(p.Ctx(), func(event any) {
			if e, ok := event.(*serviceworker.EventWorkerRegistrationUpdated); ok {
				for _, r := range e.Registrations {
					if strings.HasSuffix(r.ScopeURL, "/tell") && !r.IsDeleted {
						found <- r.RegistrationID
					}
				}
			}
		}); err != nil {
			return err
		}
		_, err = cdp.Call(ctx, tab, serviceworker.Enable, cdp.Empty{})
		return err
	}))
	return found
}
