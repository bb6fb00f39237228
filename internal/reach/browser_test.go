package reach_test

import (
	"context"
	"encoding/json"
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
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

// The looks the screens are seen in.
var (
	small = testkit.Look{Width: 360, Height: 740, Scale: 2, Touch: true}
	large = testkit.Look{Width: 1440, Height: 900, Scale: 1}
)

// TestScreensAreWhole: "How we reach you" and the page of a link, on a phone and
// on a desk, by day and by night, from the left and from the right: no fault of
// theirs, and nothing that keeps anybody out. SAYLINE_SHOTS keeps pictures there.
func TestScreensAreWhole(t *testing.T) {
	shots := os.Getenv("SAYLINE_SHOTS")
	for lang, looks := range map[string]map[string]testkit.Look{
		"en": {"phone": small, "desk-night": large.AtNight()}, "es": {"desk": large}, "ar": {"phone-night": small.AtNight()},
	} {
		h := open(t, housetest.Options{Change: func(c *sayline.Config) {
			for i := range c.People {
				c.People[i].Language = lang
			}
		}})
		service := phones(t, h)
		phone(t, h, service, "elena", "Pixel 9 · Chrome")
		sub, k := phone(t, h, service, "elena", "Old tablet")
		service.End(sub, 410)
		sub, k2 := phone(t, h, service, "marco", "Phone")
		service.End(sub, 410)
		visit(t, h, marco).post("/b/sparkle/me/"+k2.ID+"/test", nil)
		v := visit(t, h, elena)
		v.must("/b/sparkle/me/"+k.ID+"/test", nil, "contact_untested")
		v.must("/b/sparkle/me/contacts", map[string][]string{"channel": {"email"}, "address": {"elena@home.example"}, "label": {"At home"}}, "contact_added")
		said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "Third week without lemon. I walk past this shelf every day.", Context: housetest.At("k7f3")})
		_, token := shown(t, h, said.Moment.Case, "lucia")
		b := testkit.Browser(t)
		for name, look := range looks {
			p := h.Page(b, look.In(lang), elena)
			see := func(what, path, ready string) {
				p.Open(h.URL + path)
				p.Until(ready)
				if shots != "" {
					p.FullScreenshot(shots + "/" + what + "-" + lang + "-" + name + ".png")
				}
				housetest.Audit(t, p, what+" "+lang+" "+name)
				p.MustBeClean()
			}
			see("me", "/b/sparkle/me", `document.querySelector("#live").dataset.state === "on"`)
			see("act", "/act/"+token, `!!document.querySelector("#act-take")`)
		}
	}
}

// fakeBrowserMaker has the tab subscribe with a service of this test: the one
// behind a headless browser needs its maker's servers. The worker is real, and so
// is all that is sent.
func fakeBrowserMaker(p *testkit.Page, sub sayline.Subscription) {
	text, _ := json.Marshal(sub)
	p.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `{
			const kept = () => localStorage.getItem('test-sub'), sub = { endpoint: ` + string(jsonString(sub.Endpoint)) + `, toJSON: () => (` + string(text) + `) }
			PushManager.prototype.subscribe = async o => { if (!o.userVisibleOnly || !o.applicationServerKey) throw new Error('refused'); localStorage.setItem('test-sub', '1'); return sub }
			PushManager.prototype.getSubscription = async () => kept() ? sub : null
		}`})
		return err
	}))
}

func jsonString(s string) []byte {
	b, _ := json.Marshal(s)
	return b
}

// device is a browser whose worker is told things by hand, as its maker's service
// would.
type device struct {
	t     *testing.T
	p     *testkit.Page
	url   string
	found chan serviceworker.RegistrationID

	worker context.Context
}

func allow(t *testing.T, p *testkit.Page, url string) *device {
	d := &device{t: t, p: p, url: url, found: make(chan serviceworker.RegistrationID, 100)}
	p.Do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
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
					d.found <- r.RegistrationID
				}
			}
		}); err != nil {
			return err
		}
		_, err = cdp.Call(ctx, tab, serviceworker.Enable, cdp.Empty{})
		return err
	}))
	return d
}

// push delivers what the service decrypted to the worker.
func (d *device) push(p testkit.Push) {
	d.t.Helper()
	id := <-d.found
	d.found <- id
	d.p.Do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{Origin: d.url, RegistrationID: id, Data: string(p.Payload)})
		return err
	}))
}

// listen notes what the worker shows, in the order it does. The browser's own list
// forgets what it has not drawn yet when it is asked at once.
func (d *device) listen() {
	d.t.Helper()
	var worker *target.Info
	testkit.Eventually(d.t, "a worker runs", func() bool {
		all, err := chromedp.Targets(d.p.Ctx())
		if err != nil {
			d.t.Fatal(err)
		}
		i := slices.IndexFunc(all, func(t *target.Info) bool {
			return t.Type == "service_worker" && strings.HasSuffix(t.URL, "/house/sw.js")
		})
		if i >= 0 {
			worker = all[i]
		}
		return i >= 0
	})
	var end context.CancelFunc
	d.worker, end = chromedp.NewContext(d.p.Ctx(), chromedp.WithTargetID(worker.TargetID))
	d.t.Cleanup(end)
	inWorker[any](d, `(() => {
		self.stood = []
		const show = registration.showNotification.bind(registration)
		registration.showNotification = async (title, o) => { await show(title, o); stood.push({ title, body: o.body, tag: o.tag, silent: !!o.silent, actions: o.actions.map(a => a.action), data: o.data }) }
	})()`)
}

func inWorker[T any](d *device, expression string) T {
	d.t.Helper()
	got, err := chromedp.Run(d.worker, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		d.t.Fatalf("in the worker: %v", err)
	}
	return got
}

// click presses a button of what was shown last. The browser's own click can't be
// made from outside; the worker hears an event with the same in it.
func (d *device) click(action string) {
	d.t.Helper()
	inWorker[any](d, `(() => {
		const e = new Event('notificationclick')
		Object.assign(e, { action: '`+action+`', notification: { data: stood.at(-1).data, close() {} }, waitUntil() {} })
		dispatchEvent(e)
	})()`)
}

// changes tells the worker that its subscription is another; with none after it,
// its service gives no other.
func (d *device) changes(old, fresh sayline.Subscription) {
	d.t.Helper()
	was, _ := json.Marshal(old)
	now := "null"
	if fresh.Endpoint != "" {
		text, _ := json.Marshal(fresh)
		now = "{ toJSON: () => (" + string(text) + ") }"
	}
	inWorker[any](d, `(() => {
		registration.pushManager.subscribe = async () => { throw new Error('refused') }
		const e = new Event('pushsubscriptionchange')
		Object.assign(e, { oldSubscription: { toJSON: () => (`+string(was)+`) }, newSubscription: `+now+`, waitUntil() {} })
		dispatchEvent(e)
	})()`)
}

// notification is what stands on the device.
type notification struct {
	Title, Body, Tag string
	Silent           bool
	Actions          []string
}

// shows waits until a notification with the title is the last that was shown.
func (d *device) shows(title string) (last notification) {
	d.t.Helper()
	testkit.Eventually(d.t, "it shows "+title, func() bool {
		all := inWorker[[]notification](d, `stood`)
		if len(all) == 0 {
			return false
		}
		last = all[len(all)-1]
		return strings.Contains(last.Title, title)
	})
	return last
}

// TestAPhoneRingsAndActs: somebody registers the phone in their hand; its worker
// gives the code back by itself; a tap at the shelf comes up on it, confirmed as
// delivered; a colleague who is on it replaces it silently.
func TestAPhoneRingsAndActs(t *testing.T) {
	h := open(t, housetest.Options{})
	service := phones(t, h)
	p := h.Page(testkit.Browser(t), small, lucia)
	sub := service.Subscribe()
	fakeBrowserMaker(p, sub)
	d := allow(t, p, h.URL)
	p.Open(h.URL + "/b/sparkle/me")
	p.Until(`!document.querySelector("#phone-ring").hidden && document.querySelector("#live").dataset.state === "on"`)
	p.Click("#phone-ring")
	hello := service.Wait(t.Context(), nil)
	p.Until(`[...document.querySelectorAll(".contact")].some(c => c.textContent.includes("Waits for its code"))`)
	d.listen()
	d.push(hello)
	d.shows("Sparkle reaches you here now")
	p.Until(`[...document.querySelectorAll(".contact")].some(c => c.textContent.includes("Works") && !c.querySelector(".here").hidden)`)
	p.Until(`document.querySelector("#phone-ring").hidden && !document.querySelector("[data-phone=here]").hidden`)

	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "Third week!", Context: housetest.At("k7f3")})
	ring := service.Wait(t.Context(), nil)
	d.push(ring)
	if n := d.shows("Can't find it"); !strings.Contains(n.Body, "“Third week!”") || len(n.Actions) == 0 || n.Actions[0] != "on_it" || n.Silent {
		t.Errorf("it shows %+v", n)
	}
	id := sayline.ContactID(sayline.ByPush, sub.Endpoint)
	testkit.Eventually(t, "it is known that it came up", func() bool {
		list, err := h.Store.PagesOf(t.Context(), sparkle, said.Moment.Case)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			if p.Address == id {
				return !p.DeliveredAt.IsZero()
			}
		}
		return false
	})
	d.click("on_it")
	if n := d.shows("You are on it."); !n.Silent || len(n.Actions) != 0 || !strings.Contains(n.Body, "Can't find it") {
		t.Errorf("after the button it shows %+v", n)
	}
	if c := theCase(t, h, said.Moment.Case); c.State != sayline.CaseAcknowledged || c.Owner != "lucia" {
		t.Errorf("after the button it is %+v", c)
	}
	d.push(service.Wait(t.Context(), nil)) // what the house itself sends of that
	if err := h.Store.Acknowledge(t.Context(), h.Act(sparkle, said.Moment.Case, "marco"), 0); err != nil {
		t.Fatal(err)
	}
	d.push(service.Wait(t.Context(), nil))
	if n := d.shows("Marco"); !n.Silent || len(n.Actions) != 0 || !strings.Contains(n.Title, "is on it.") {
		t.Errorf("afterwards it shows %+v", n)
	}

	// Its maker's service gives it another address, and then takes that away.
	fresh := service.Subscribe()
	d.changes(sub, fresh)
	renewed := sayline.ContactID(sayline.ByPush, fresh.Endpoint)
	testkit.Eventually(t, "it is called by its new address", func() bool {
		k, err := h.Store.Contact(t.Context(), sparkle, "lucia", renewed)
		return err == nil && k.Usable()
	})
	d.changes(fresh, sayline.Subscription{})
	if n := d.shows("can’t reach you by"); n.Body == "" {
		t.Errorf("without an address it shows %+v", n)
	}
}
