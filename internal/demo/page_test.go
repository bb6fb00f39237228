package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/app"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

// running is a demo that serves until the test ends; set prepares it.
func running(t *testing.T, o Options, set ...func(*Demo)) *Demo {
	t.Helper()
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	o.Days = 1
	d, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range set {
		f(d)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return d
}

// get reads a page as a browser with a cookie jar of its own does.
func get(t *testing.T, client *http.Client, url string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// Who opens /demo holds the manager's phone; another door, another person.
func TestTheDoorsOfTheDemo(t *testing.T) {
	d := running(t, Options{Quiet: true})
	base := d.loopback()
	client := browser(t)
	if res, page := get(t, client, base+"/demo"); res.StatusCode != http.StatusOK || !strings.Contains(page, d.Password) || strings.Contains(page, "class=\"yours\"") {
		t.Fatalf("/demo answered %s", res.Status)
	}
	if _, page := get(t, client, base+"/b/sparkle/desk"); !strings.Contains(page, "Lucía Ortega") {
		t.Error("the desk in the middle is not the manager's")
	}
	sessions := client.Jar.Cookies(mustURL(t, base))
	if get(t, client, base+"/demo"); fmt.Sprint(sessions) != fmt.Sprint(client.Jar.Cookies(mustURL(t, base))) {
		t.Error("opening the page again begins another session")
	}
	for _, e := range entrances(d.App.Registry) {
		for _, s := range e.Screens {
			if res, _ := get(t, client, base+s.Path); res.StatusCode != http.StatusOK {
				t.Errorf("%s answered %s", s.Path, res.Status)
			}
		}
		for _, p := range e.People {
			if _, page := get(t, client, base+p.Path); !strings.Contains(page, p.Name) {
				t.Errorf("%s does not lead to %s", p.Path, p.Name)
			}
		}
	}
	for _, path := range []string{"/demo/as/sparkle/nobody", "/demo/as/nobody/lucia", "/@sparkle/demo"} {
		if res, _ := get(t, client, base+path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s answered %s", path, res.Status)
		}
	}
}

// A demo that other machines reach shows the way to the shelf for their phones.
func TestTheWayForAnotherPhone(t *testing.T) {
	d := running(t, Options{Options: app.Options{Listen: "0.0.0.0:0"}, Quiet: true})
	_, page := get(t, browser(t), d.loopback()+"/demo")
	if want := d.App.URL() + "/@sparkle/cx/t/k7f3"; !strings.Contains(page, want) || !strings.Contains(page, `class="yours"`) {
		t.Errorf("the page does not show %s", want)
	}
}

// What was kept is not lived again: the second start finds the first one's
// brands, people and words, and the same password.
func TestKeptDataIsNotLivedAgain(t *testing.T) {
	folder := t.TempDir()
	var before, after []int64
	var passwords []string
	for range 2 {
		d, err := Open(t.Context(), Options{Options: app.Options{Listen: "127.0.0.1:0", Data: folder}, Days: 1, Quiet: true})
		if err != nil {
			t.Fatal(err)
		}
		passwords = append(passwords, d.Password)
		before, after = after, nil
		for _, b := range d.App.Registry.All() {
			list, err := d.App.Store.LastAt(t.Context(), b.ID, b.Touchpoints[1].ID, 1000)
			if err != nil {
				t.Fatal(err)
			}
			after = append(after, int64(len(list)))
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if fmt.Sprint(before) != fmt.Sprint(after) || passwords[0] != passwords[1] {
		t.Errorf("%v moments and the password %q, then %v and %q", before, passwords[0], after, passwords[1])
	}
}

// At the brands where no visitor works, people answer what is said to them.
func TestThePeopleOfTheBrandsAnswer(t *testing.T) {
	at := 20 * time.Millisecond
	d := running(t, Options{}, func(d *Demo) { d.present.tempo = tempo{at, at, at, at, at, at} })
	w := d.present.people[1]
	if w.brand.ID != "granvia" {
		t.Fatalf("expected the hotel, got %s", w.brand.ID)
	}
	for room := 412; room < 432; room++ { // one in fourteen is done without a word, as in life
		if answered(t, d, w, fmt.Sprint("room ", room)) {
			return
		}
	}
	t.Error("of twenty nobody was answered")
}

// answered asks for pillows in a room and waits until the people are done with it: have
// they written?
func answered(t *testing.T, d *Demo, w *people, room string) bool {
	t.Helper()
	u := utterance{Touchpoint: "room-madrid", Topic: "pillows", Lang: "en", Ref: room}
	var done struct{ ID, Receipt string }
	if err := d.present.post(t.Context(), d.loopback()+"/@granvia/cx/moments", u.document(w.brand.Index.Touchpoint(u.Touchpoint)), &done); err != nil {
		t.Fatal(err)
	}
	m, err := d.App.Store.Moment(t.Context(), "granvia", done.ID)
	if err != nil {
		t.Fatal(err)
	}
	ticks, stop := d.App.Door.Watch("granvia", done.ID)
	defer stop()
	late := time.After(time.Minute)
	for {
		c, err := d.App.Store.Case(t.Context(), "granvia", m.Case)
		if err != nil {
			t.Fatal(err)
		}
		if !c.AnsweredAt.IsZero() || c.State == sayline.CaseResolved {
			return !c.AnsweredAt.IsZero()
		}
		select {
		case <-ticks:
		case <-late:
			t.Fatal("nobody cares")
		}
	}
}

// tap presses what a selector finds on one of the three devices, as a finger
// does: where it is drawn.
func tap(t *testing.T, p *testkit.Page, device, selector string) {
	t.Helper()
	found := fmt.Sprintf(`document.querySelector('#%s iframe').contentDocument.querySelector(%q)`, device, selector)
	p.Until(found)
	at := testkit.Eval[[]float64](p, fmt.Sprintf(`(() => {
		const el = %s, frame = document.querySelector('#%s iframe')
		el.scrollIntoView({ block: 'nearest' })
		const out = frame.getBoundingClientRect(), scale = out.width / frame.offsetWidth, r = el.getBoundingClientRect()
		return [out.x + (r.x + r.width / 2) * scale, out.y + (r.y + r.height / 2) * scale]
	})()`, found, device))
	p.Do(chromedp.MouseClickXY(at[0], at[1]))
}

func legDone(leg string) string {
	return fmt.Sprintf(`document.querySelector('[data-leg=%s]').dataset.state === 'done'`, leg)
}

// in is an expression about one of the devices' pages.
func in(device, expression string) string {
	return fmt.Sprintf(`(doc => %s)(document.querySelector('#%s iframe').contentDocument)`, expression, device)
}

// The whole line on one page: the tap rings in the middle and stands on the
// wall, "I'm on it" turns the left, the answer is read there, everything left by
// webhook and e-mail; then all of it again.
func TestThreePhones(t *testing.T) {
	d := running(t, Options{Quiet: true})
	p := testkit.Browser(t).Page(testkit.Look{Width: 1440, Height: 900, Scale: 1})
	p.Open(d.loopback() + "/demo")
	for round, words := range []string{"restocked tomorrow 8:00", "it is back, third row"} {
		p.Until(in("manager", `doc.querySelector('#live').dataset.state === 'on'`))
		p.Until(in("wall", `doc.querySelector('#live').dataset.state === 'on'`))
		tap(t, p, "shopper", ".chip[value=cant-find-it]")
		p.Until(legDone("tap"))
		tap(t, p, "manager", "#rings .ring .btn.fill")
		p.Until(legDone("take"))
		p.Until(in("manager", `doc.querySelector('#text')`))
		tap(t, p, "manager", "#text")
		p.Until(in("manager", `doc.activeElement.id === 'text'`))
		p.Do(chromedp.KeyEvent(words))
		tap(t, p, "manager", "#send")
		p.Until(legDone("answer"))
		p.Until(in("shopper", fmt.Sprintf(`doc.querySelector('article.theirs').innerText.includes(%q)`, words)))
		for _, ms := range testkit.Eval[[]float64](p, `[...document.querySelectorAll('dd')].map(dd => +dd.dataset.ms)`) {
			if ms <= 0 {
				t.Errorf("round %d: the stopwatch read %v ms", round, ms)
			}
		}
		p.Until(`document.querySelector('#hooks').innerText.includes('cx.case.answered')`)
		p.Until(`document.querySelector('#mails').innerText.includes('lucia@sparkle.example')`)
		if round == 0 {
			p.Click("#again")
			p.Until(`document.querySelector('[data-leg=tap]').dataset.state === 'next' && [...document.querySelectorAll('dd')].every(dd => !dd.firstChild)`)
			p.Until(in("shopper", `doc.querySelector('form.say') && !doc.querySelector('form.say').hidden`))
		}
	}
	for _, problem := range p.Problems() {
		// The phone that was begun again with left its moment closed, and asks once
		// more whether it is: it is.
		if !strings.HasPrefix(problem, "PATCH ") || !strings.HasSuffix(problem, "answered 409") {
			t.Errorf("on the page: %s", problem)
		}
	}
	if list, err := d.App.Store.Cases(t.Context(), store.CasesQuery{Brand: shelfBrand, Scope: store.Scope{{All: true}}, Section: store.Answered, Owner: manager, Limit: 10}); err != nil || len(list) != 1 {
		t.Errorf("%d answered cases (%v), expected the visitor's", len(list), err)
	}
}

// A tap on somebody's own phone does the same, and the page says that its clock
// starts later.
func TestAnotherPhoneAtTheShelf(t *testing.T) {
	d := running(t, Options{Quiet: true})
	chromium := testkit.Browser(t)
	p, phone := chromium.Page(testkit.Desktop), chromium.Page(testkit.Phone)
	p.Open(d.loopback() + "/demo")
	p.Until(in("manager", `doc.querySelector('#live').dataset.state === 'on'`))
	p.Until(in("wall", `doc.querySelector('#live').dataset.state === 'on'`))
	phone.Open(d.loopback() + "/@sparkle/cx/t/k7f3")
	phone.Click(".chip[value=cant-find-it]")
	p.Until(legDone("tap"))
	p.Until(`document.querySelector('#fine').innerText.includes('another phone')`)
	tap(t, p, "manager", "#rings .ring .btn.fill")
	p.Until(legDone("take"))
	phone.Until(`document.querySelectorAll('.steps li.on').length >= 3`)
	p.MustBeClean()
	phone.MustBeClean()
}

// The page is whole at every width, and nothing of it is wider than the screen.
func TestThePageFits(t *testing.T) {
	d := running(t, Options{Options: app.Options{Listen: "0.0.0.0:0"}, Quiet: true})
	p := testkit.Browser(t).Page(testkit.Desktop)
	for _, look := range []testkit.Look{{Width: 360, Height: 740, Scale: 1, Touch: true}, {Width: 820, Height: 1180, Scale: 1}, {Width: 1440, Height: 900, Scale: 1}, {Width: 1920, Height: 1080, Scale: 1}} {
		p.Show(look)
		p.Open(d.loopback() + "/demo")
		if wide := testkit.Eval[float64](p, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
			t.Errorf("at %d the page is %v px too wide", look.Width, wide)
		}
		for _, device := range []string{"shopper", "manager", "wall"} {
			if look.Width < 640 {
				p.Click(fmt.Sprintf("[data-show=%s]", device))
			}
			p.Until(fmt.Sprintf(`(() => { const f = document.querySelector('#%s iframe'), r = f.getBoundingClientRect(), g = f.parentElement.getBoundingClientRect()
				return getComputedStyle(f).visibility === 'visible' && Math.abs(r.width - g.width) < 4 && r.height > 150 })()`, device))
		}
	}
	p.MustBeClean()
}
