package reach_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/desk"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/pager"
	"github.com/sayline/sayline/internal/reach"
	"github.com/sayline/sayline/internal/testkit"
	"github.com/sayline/sayline/internal/words"
	"github.com/sayline/sayline/internal/words/wordstest"
)

const (
	sparkle = "sparkle"
	elena   = "elena@sparkle.example"        // owner
	lucia   = "lucia@sparkle.example"        // on duty for Distribution in Madrid
	marco   = "marco@sparkle.example"        // of Distribution in Madrid
	nacho   = "nacho@rubio-machines.example" // of another company
)

// open is a house with a desk and the soda maker in it, whose people read English.
func open(t testing.TB, o housetest.Options) *housetest.House {
	o.Brand = sparkle
	change := o.Change
	o.Change = func(c *sayline.Config) {
		for i := range c.People {
			c.People[i].Language = "en"
		}
		if change != nil {
			change(c)
		}
	}
	return housetest.Open(t, o, func(h *housetest.House, mux *http.ServeMux) {
		desk.New(h.House).Routes(mux)
		reach.New(h.House, h.Pager).Routes(mux)
	})
}

// visitor is somebody's plain HTTP client.
type visitor struct {
	t testing.TB
	h *housetest.House
	c *http.Client
}

func visit(t testing.TB, h *housetest.House, email string) *visitor {
	return &visitor{t, h, h.Client(email)}
}

func (v *visitor) do(method, path string, form url.Values, accept string) (status int, body string, to string) {
	v.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = v.h.URL + path
	}
	req, err := http.NewRequest(method, path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", accept)
	res, err := v.c.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return res.StatusCode, string(b), res.Header.Get("Location")
}

func (v *visitor) get(path string) (status int, body string) {
	v.t.Helper()
	status, body, _ = v.do("GET", path, nil, "text/html")
	return status, body
}

func (v *visitor) post(path string, form url.Values) (status int, to string) {
	v.t.Helper()
	status, _, to = v.do("POST", path, form, "text/html")
	return status, to
}

func (v *visitor) must(path string, form url.Values, said string) {
	v.t.Helper()
	if status, to := v.post(path, form); status != http.StatusSeeOther || !strings.Contains(to, "said="+said) {
		v.t.Fatalf("POST %s was answered %d, to %s, want %s", path, status, to, said)
	}
}

func known(t testing.TB, h *housetest.House, person string) []sayline.KnownContact {
	t.Helper()
	return h.Brands.ByID(sparkle).Known(person)
}

var sixDigits = regexp.MustCompile(`\d{6}`)

// TestAContactIsVerifiedBeforeItIsUsed: an address somebody adds gets a code and
// nothing else until the code came back from it.
func TestAContactIsVerifiedBeforeItIsUsed(t *testing.T) {
	h := open(t, housetest.Options{})
	v := visit(t, h, lucia)
	const me = "/b/sparkle/me"
	v.must(me+"/contacts", url.Values{"channel": {"email"}, "address": {"lucia@home.example"}, "label": {" At  home "}}, "contact_added")
	mail := h.Mail.Wait(t.Context(), func(m testkit.Mail) bool { return m.To[0] == "lucia@home.example" })
	code := sixDigits.FindString(mail.Subject)
	list := known(t, h, "lucia")
	k := list[len(list)-1]
	if k.Label != "At home" || k.Usable() || code == "" {
		t.Fatalf("it is %+v, the mail %q", k, mail.Subject)
	}
	if _, page := v.get(me); !strings.Contains(page, "At home") || !strings.Contains(page, "Waits for its code") {
		t.Error("the page does not show that it waits")
	}
	if status, _ := v.post(me+"/"+k.ID+"/test", nil); status != http.StatusConflict {
		t.Errorf("a test before the code was answered %d", status)
	}
	if status, _ := v.post(me+"/"+k.ID+"/code", url.Values{"code": {"000000"}}); code != "000000" && status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong code was answered %d", status)
	}
	if status, _ := visit(t, h, marco).post(me+"/"+k.ID+"/code", url.Values{"code": {code}}); status != http.StatusNotFound {
		t.Errorf("somebody else's right code was answered %d", status)
	}
	v.must(me+"/"+k.ID+"/again", nil, "contact_added")
	mail = h.Mail.Wait(t.Context(), func(m testkit.Mail) bool { return m.To[0] == "lucia@home.example" })
	code = sixDigits.FindString(mail.Subject)
	typed := strings.NewReplacer("0", "٠", "1", "١", "2", "٢").Replace(" " + code[:3] + " " + code[3:])
	v.must(me+"/"+k.ID+"/code", url.Values{"code": {typed}}, "contact_verified")
	if list = known(t, h, "lucia"); !list[len(list)-1].Usable() {
		t.Error("verified it is not used")
	}
	v.must(me+"/"+k.ID+"/test", nil, "contact_tested")
	h.Mail.Wait(t.Context(), func(m testkit.Mail) bool {
		return m.To[0] == "lucia@home.example" && strings.HasPrefix(m.Subject, "A test")
	})
	v.must(me+"/"+k.ID+"/urgent", url.Values{"urgent": {"1"}}, "contact_saved")
	v.must(me+"/"+k.ID+"/up", nil, "contact_saved")
	if list = known(t, h, "lucia"); !list[len(list)-2].Urgent || list[len(list)-2].ID != k.ID {
		t.Errorf("arranged they are %+v", list)
	}
	h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "None left", Context: housetest.At("k7f3")})
	h.Mail.Wait(t.Context(), func(m testkit.Mail) bool {
		return m.To[0] == "lucia@home.example" && strings.Contains(m.Text, "None left")
	})
	v.must(me+"/"+k.ID+"/remove", nil, "contact_removed")
	if _, page := v.get(me); strings.Contains(page, "At home") {
		t.Error("taken away it is still there")
	}
}

// TestWhatIsNoContactIsRefused: addresses nobody has, ways that are not set up,
// other people's contacts, and too much of it.
func TestWhatIsNoContactIsRefused(t *testing.T) {
	h := open(t, housetest.Options{})
	v := visit(t, h, lucia)
	for name, k := range map[string]struct {
		path string
		form url.Values
		want int
	}{
		"no address":          {"/contacts", url.Values{"channel": {"email"}, "address": {"not an address"}}, 422},
		"no such way":         {"/contacts", url.Values{"channel": {"pigeon"}, "address": {"x"}}, 422},
		"push by hand":        {"/contacts", url.Values{"channel": {"push"}, "address": {"x"}}, 422},
		"there already":       {"/contacts", url.Values{"channel": {"email"}, "address": {lucia}}, 409},
		"no browser":          {"/phone", url.Values{"endpoint": {"nowhere"}}, 422},
		"nobody's":            {"/0123/test", nil, 404},
		"nobody's, up":        {"/0123/up", nil, 404},
		"quiet all day":       {"/quiet", url.Values{"on": {"1"}, "from": {"10:00"}, "until": {"10:00"}, "zone": {"Europe/Madrid"}}, 422},
		"quiet nowhere":       {"/quiet", url.Values{"on": {"1"}, "from": {"10:00"}, "until": {"11:00"}, "zone": {"Mars"}}, 422},
		"quiet at no o'clock": {"/quiet", url.Values{"on": {"1"}, "from": {"ten"}, "until": {"11:00"}, "zone": {"UTC"}}, 422},
	} {
		if status, _ := v.post("/b/sparkle/me"+k.path, k.form); status != k.want {
			t.Errorf("%s: %d, want %d", name, status, k.want)
		}
	}
	last := 0
	for i := range 12 {
		last, _ = v.post("/b/sparkle/me/contacts", url.Values{"channel": {"email"}, "address": {string(rune('a'+i)) + "@home.example"}})
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("after a dozen codes: %d", last)
	}
	if status, _ := visit(t, h, "").get("/b/sparkle/me"); status != http.StatusSeeOther {
		t.Errorf("who is not signed in: %d", status)
	}
}

// TestQuietHoursAreKept, and offered as they are.
func TestQuietHoursAreKept(t *testing.T) {
	h := open(t, housetest.Options{})
	v := visit(t, h, lucia)
	v.must("/b/sparkle/me/quiet", url.Values{"on": {"1"}, "from": {"21:30"}, "until": {"06:15"}, "zone": {"Europe/Madrid"}}, "contact_saved")
	if q := h.Brands.ByID(sparkle).Quiet("lucia"); q.From != 21*60+30 || q.Until != 6*60+15 {
		t.Errorf("quiet %+v", q)
	}
	if _, page := v.get("/b/sparkle/me"); !strings.Contains(page, `value="21:30"`) || !strings.Contains(page, `value="06:15"`) {
		t.Error("the page does not show them")
	}
	v.must("/b/sparkle/me/quiet", url.Values{"from": {"21:30"}, "until": {"06:15"}, "zone": {"Europe/Madrid"}}, "contact_saved")
	if !h.Brands.ByID(sparkle).Quiet("lucia").None() {
		t.Error("ended they go on")
	}
}

// phone has a person's browser registered and verified.
func phone(t testing.TB, h *housetest.House, s *testkit.PushService, person, label string) (sayline.Subscription, sayline.KnownContact) {
	t.Helper()
	sub := s.Subscribe()
	keys, err := json.Marshal(sub)
	if err != nil {
		t.Fatal(err)
	}
	id := sayline.ContactID(sayline.ByPush, sub.Endpoint)
	k := sayline.KnownContact{Brand: sparkle, Person: person, ID: id, Contact: sayline.Contact{Channel: sayline.ByPush, Address: id}, Keys: string(keys), Label: label, Account: person + "@sparkle.example"}
	if err := h.Store.AddContact(t.Context(), k, "hash", time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := h.Store.VerifyContact(t.Context(), sparkle, person, id, "hash"); err != nil {
		t.Fatal(err)
	}
	if err := h.Keeper.Reload(t.Context(), sparkle); err != nil {
		t.Fatal(err)
	}
	return sub, k
}

func phones(t testing.TB, h *housetest.House) *testkit.PushService {
	public, _ := h.Store.VAPID()
	return testkit.NewPushService(t, public)
}

// TestAdminsSeeWhoIsReachedBadly, without an address; others do not.
func TestAdminsSeeWhoIsReachedBadly(t *testing.T) {
	h := open(t, housetest.Options{})
	service := phones(t, h)
	sub, k := phone(t, h, service, "marco", "Pixel")
	service.End(sub, http.StatusGone)
	v := visit(t, h, marco)
	v.must("/b/sparkle/me/"+k.ID+"/test", nil, "contact_untested")
	if _, page := v.get("/b/sparkle/me"); strings.Contains(page, `id="badly"`) || !strings.Contains(page, "It is not used any more") || !strings.Contains(page, "1 doesn’t work") {
		t.Error("a member sees others, or not their own")
	}
	_, page := visit(t, h, elena).get("/b/sparkle/me")
	_, list, found := strings.Cut(page, `id="badly"`)
	if !found || !strings.Contains(list, "Marco") || !strings.Contains(list, "Phone or browser: gone since") || strings.Contains(list, k.ID) || strings.Contains(list, "Pixel") {
		t.Errorf("the owner sees %.900s", list)
	}
}

// shown is a page of one of lucia's colleagues, with its token.
func shown(t testing.TB, h *housetest.House, caseID, person string) (page sayline.Page, token string) {
	t.Helper()
	testkit.Eventually(t, person+" has a page of "+caseID, func() bool {
		list, err := h.Store.PagesOf(t.Context(), sparkle, caseID)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			if p.Person == person && p.Channel == sayline.ByEmail {
				page, token = p, pager.ActToken(h.Store.ServerKey(), sparkle, p.ID, p.Episode)
			}
		}
		return token != ""
	})
	return page, token
}

func theCase(t testing.TB, h *housetest.House, id string) *sayline.Case {
	t.Helper()
	c, err := h.Store.Case(t.Context(), sparkle, id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestActWithoutSigningIn: the link in the letter shows the moment and one
// button; looking changes nothing, whoever looks; pressing takes the case.
func TestActWithoutSigningIn(t *testing.T) {
	h := open(t, housetest.Options{})
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "Third week!", Context: housetest.At("k7f3")})
	mail := h.Mail.Wait(t.Context(), func(m testkit.Mail) bool { return m.To[0] == lucia })
	link := regexp.MustCompile(regexp.QuoteMeta(h.URL) + `/act/\S+`).FindString(mail.Text)
	if link == "" || !strings.Contains(mail.HTML, link) {
		t.Fatalf("no link in %s", mail.Text)
	}
	nobody := visit(t, h, "")
	for range 3 {
		status, page := nobody.get(link)
		for _, want := range []string{"Third week!", "Can&#39;t find it", "I’m on it", "Nobody is on it yet."} {
			if status != http.StatusOK || !strings.Contains(page, want) {
				t.Fatalf("%d: no %q in %s", status, want, page)
			}
		}
		nobody.do("HEAD", link, nil, "")
	}
	if c := theCase(t, h, said.Moment.Case); c.State != sayline.CaseOpen || !c.SeenAt.IsZero() {
		t.Fatalf("looking made it %+v", c)
	}
	for range 2 { // twice does no harm
		status, page, _ := nobody.do("POST", link, url.Values{"did": {"on_it"}}, "text/html")
		if status != http.StatusOK || !strings.Contains(page, "You are on it.") {
			t.Fatalf("%d: %s", status, page)
		}
	}
	c := theCase(t, h, said.Moment.Case)
	if c.State != sayline.CaseAcknowledged || c.Owner != "lucia" || c.SeenAt.IsZero() {
		t.Errorf("it is %+v", c)
	}
	p, token := shown(t, h, said.Moment.Case, "lucia")
	if p.State != sayline.PageActed || p.ActedAt.IsZero() || p.OpenedAt.IsZero() {
		t.Errorf("its page is %+v", p)
	}
	for _, wrong := range []string{"x", token + "x", strings.Replace(token, ".1.", ".2.", 1), strings.Replace(token, "sparkle", "granvia", 1)} {
		if status, _ := nobody.get("/act/" + wrong); status != http.StatusNotFound {
			t.Errorf("%s was answered %d", wrong, status)
		}
		if status, _ := nobody.post("/act/"+wrong, url.Values{"did": {"on_it"}}); status != http.StatusNotFound {
			t.Errorf("POST %s was answered %d", wrong, status)
		}
	}
}

// TestActFromANotification is what the worker is told: who is on it, what changed,
// and the button of now.
func TestActFromANotification(t *testing.T) {
	h := open(t, housetest.Options{})
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
	_, hers := shown(t, h, said.Moment.Case, "lucia")
	page, his := shown(t, h, said.Moment.Case, "marco")
	worker := visit(t, h, "")
	act := func(token, did string) (status int, o struct {
		Title, Body, Act, Open string
		Buttons                []pager.Button
	}) {
		t.Helper()
		status, body, _ := worker.do("POST", "/act/"+token, url.Values{"did": {did}}, "application/json")
		if body != "" {
			if err := json.Unmarshal([]byte(body), &o); err != nil {
				t.Fatalf("%v: %s", err, body)
			}
		}
		return status, o
	}
	for _, did := range []string{"shown", "opened"} {
		if status, _ := act(his, did); status != http.StatusNoContent {
			t.Errorf("%s was answered %d", did, status)
		}
	}
	if p, err := h.Store.Page(t.Context(), sparkle, page.ID); err != nil || p.DeliveredAt.IsZero() || p.OpenedAt.IsZero() || p.State != sayline.PageOpened {
		t.Errorf("his page is %+v (%v)", p, err)
	}
	if status, o := act(hers, "on_it"); status != http.StatusOK || o.Title != "You are on it." || o.Act != "" {
		t.Errorf("%d %+v", status, o)
	}
	if status, o := act(his, "on_it"); status != http.StatusOK || !strings.HasPrefix(o.Title, "Luc") || len(o.Buttons) != 1 || o.Buttons[0] != (pager.Button{Do: "over", Say: "I’m on it now"}) || o.Act != "/act/"+his {
		t.Errorf("%d %+v", status, o)
	}
	if c := theCase(t, h, said.Moment.Case); c.Owner != "lucia" {
		t.Errorf("it was taken from her by a stale button: %s", c.Owner)
	}
	if status, o := act(his, "over"); status != http.StatusOK || o.Title != "You are on it." {
		t.Errorf("%d %+v", status, o)
	}
	if status, o := act(his, "not_ours"); status != http.StatusOK || o.Open != h.URL+"/act/"+his+"?whose" {
		t.Errorf("%d %+v", status, o)
	}
	if err := h.Store.Resolve(t.Context(), h.Act(sparkle, said.Moment.Case, "marco"), "done"); err != nil {
		t.Fatal(err)
	}
	if status, o := act(hers, "on_it"); status != http.StatusOK || o.Title != "It is closed." || o.Act != "" || len(o.Buttons) > 0 {
		t.Errorf("%d %+v", status, o)
	}
}

// TestNotOursHandsItOver: without signing in, to the team its person names; what
// was sent before is of an old episode then, and of no use.
func TestNotOursHandsItOver(t *testing.T) {
	h := open(t, housetest.Options{})
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
	_, token := shown(t, h, said.Moment.Case, "lucia")
	nobody := visit(t, h, "")
	status, to := nobody.post("/act/"+token, url.Values{"did": {"not_ours"}})
	if status != http.StatusSeeOther || to != "/act/"+token+"?whose" {
		t.Fatalf("%d to %s", status, to)
	}
	_, page := nobody.get(to)
	if !strings.Contains(page, "Whose is it?") || !strings.Contains(page, `value="quality"`) || strings.Contains(page, `value="distribution"`) {
		t.Fatalf("it asks %s", page)
	}
	if status, _ := nobody.post("/act/"+token, url.Values{"did": {"not_ours"}, "team": {"nobody"}}); status != http.StatusSeeOther || theCase(t, h, said.Moment.Case).Team != "distribution" {
		t.Errorf("given to nobody: %d", status)
	}
	status, page, _ = nobody.do("POST", "/act/"+token, url.Values{"did": {"not_ours"}, "team": {"quality"}}, "text/html")
	if c := theCase(t, h, said.Moment.Case); status != http.StatusOK || !strings.Contains(page, "It is with Quality") || c.Team != "quality" || c.Episode != 2 || c.State != sayline.CaseOpen {
		t.Fatalf("%d %+v %s", status, c, page)
	}
	for _, form := range []url.Values{{"did": {"on_it"}}, {"did": {"not_ours"}, "team": {"service"}}} {
		if status, _ := nobody.post("/act/"+token, form); status != http.StatusConflict {
			t.Errorf("the old link answered %v with %d", form, status)
		}
	}
	if c := theCase(t, h, said.Moment.Case); c.Team != "quality" || c.State != sayline.CaseOpen {
		t.Errorf("the old link made it %+v", c)
	}
}

// TestActOfAPrivateCase shows nothing of it, and can be taken all the same.
func TestActOfAPrivateCase(t *testing.T) {
	h := open(t, housetest.Options{})
	said := h.Say(sparkle, sayline.Moment{Topic: "something-isnt-right", Text: "Hugo shouts", Context: housetest.At("k7f3")})
	c := theCase(t, h, said.Moment.Case)
	if c.Lane == "" {
		t.Fatalf("%q is not private", said.Moment.Topic)
	}
	see := h.Brands.ByID(sparkle).Index.Lane(c.Lane).See[0]
	_, token := shown(t, h, c.ID, see)
	status, page := visit(t, h, "").get("/act/" + token)
	if status != http.StatusOK || !strings.Contains(page, "Something private for you") {
		t.Errorf("%d %s", status, page)
	}
	for _, secret := range []string{"Hugo", "Shelf", "colleague", said.Moment.Topic} {
		if strings.Contains(page, secret) {
			t.Errorf("%q is told: %s", secret, page)
		}
	}
	if status, _ := visit(t, h, "").post("/act/"+token, url.Values{"did": {"on_it"}}); status != http.StatusOK || theCase(t, h, c.ID).Owner != see {
		t.Errorf("%d", status)
	}
}

// TestActEndsWithTheRight: who left the brand, or the team, acts no more.
func TestActEndsWithTheRight(t *testing.T) {
	h := open(t, housetest.Options{})
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
	_, token := shown(t, h, said.Moment.Case, "marco")
	stored, err := h.Store.Config(t.Context(), sparkle)
	if err != nil {
		t.Fatal(err)
	}
	for i := range stored.Config.Teams {
		team := &stored.Config.Teams[i]
		var rest []sayline.Membership
		for _, m := range team.Members {
			if m.Person != "marco" {
				rest = append(rest, m)
			}
		}
		team.Members = rest
	}
	if _, err := h.Store.SaveConfig(t.Context(), stored.Config, 1, "elena"); err != nil {
		t.Fatal(err)
	}
	if err := h.Keeper.Reload(t.Context(), sparkle); err != nil {
		t.Fatal(err)
	}
	nobody := visit(t, h, "")
	status, page, _ := nobody.do("POST", "/act/"+token, url.Values{"did": {"on_it"}}, "text/html")
	if status != http.StatusOK || !strings.Contains(page, "It is no longer with you.") || strings.Contains(page, "act-take") || theCase(t, h, said.Moment.Case).State != sayline.CaseOpen {
		t.Errorf("%d %s", status, page)
	}
}

// TestActLinksGrowOld: after two weeks one shows nothing and acts no more.
func TestActLinksGrowOld(t *testing.T) {
	h := open(t, housetest.Options{})
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "Third week!", Context: housetest.At("k7f3")})
	_, token := shown(t, h, said.Moment.Case, "lucia")
	h.Clock(time.Now().Add(15 * 24 * time.Hour))
	status, page, _ := visit(t, h, "").do("POST", "/act/"+token, url.Values{"did": {"on_it"}}, "text/html")
	if status != http.StatusOK || strings.Contains(page, "Third week!") || !strings.Contains(page, "too old") || theCase(t, h, said.Moment.Case).Owner == "lucia" {
		t.Errorf("%d %s", status, page)
	}
}

// TestSigningOutEndsTheRinging on that browser, at every brand.
func TestSigningOutEndsTheRinging(t *testing.T) {
	h := open(t, housetest.Options{})
	public, _ := h.Store.VAPID()
	sub := testkit.NewPushService(t, public).Subscribe()
	v := visit(t, h, lucia)
	v.must("/b/sparkle/me/phone", url.Values{"endpoint": {sub.Endpoint}, "auth": {sub.Keys.Auth}, "p256dh": {sub.Keys.P256dh}}, "contact_added")
	before := len(known(t, h, "lucia"))
	if status, _ := v.post("/sign-out", url.Values{"device": {sayline.ContactID(sayline.ByPush, sub.Endpoint)}}); status != http.StatusSeeOther {
		t.Fatal(status)
	}
	if err := h.Keeper.Reload(t.Context(), sparkle); err != nil {
		t.Fatal(err)
	}
	if got := len(known(t, h, "lucia")); got != before-1 {
		t.Errorf("%d contacts, before it were %d", got, before)
	}
}

func TestWords(t *testing.T) {
	w, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	wordstest.Code(t, w, ".")
	for _, set := range reach.Templates(open(t, housetest.Options{}).House) {
		wordstest.Templates(t, w, set)
	}
}

// TestActOfAnotherCompany: once its case went on to others, the link of another
// company's person tells that and no more: not what is said there, nor who is on it.
func TestActOfAnotherCompany(t *testing.T) {
	h := open(t, housetest.Options{})
	said := h.Say(sparkle, sayline.Moment{Topic: "kept-my-coin", Text: "It kept my coin.", Context: housetest.At("vending")})
	id := said.Moment.Case
	_, token := shown(t, h, id, "nacho")
	nobody := visit(t, h, "")
	if _, page := nobody.get("/act/" + token); !strings.Contains(page, "It kept my coin.") {
		t.Fatalf("before it is handed on: %s", page)
	}
	rest := h.Brands.ByID(sparkle).CatchAll().To
	if status, _, _ := nobody.do("POST", "/act/"+token, url.Values{"did": {"not_ours"}, "team": {rest}}, "text/html"); status != http.StatusOK {
		t.Fatal(status)
	}
	if _, err := h.Door.Say(t.Context(), h.Brands.ByID(sparkle), said.Secret, sayline.Message{Text: "My number is 600100200."}, 0); err != nil {
		t.Fatal(err)
	}
	if err := h.Store.Acknowledge(t.Context(), h.Act(sparkle, id, "elena"), 0); err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"GET", "POST"} {
		status, page, _ := nobody.do(method, "/act/"+token, url.Values{"did": {"on_it"}}, "text/html")
		if !strings.Contains(page, "It is no longer with you.") || strings.Contains(page, "act-take") {
			t.Errorf("%s %d %s", method, status, page)
		}
		for _, theirs := range []string{"coin.", "600100200", "Elena"} {
			if strings.Contains(page, theirs) {
				t.Errorf("%s tells %q", method, theirs)
			}
		}
	}
	if _, answer, _ := nobody.do("POST", "/act/"+token, url.Values{"did": {"on_it"}}, "application/json"); strings.Contains(answer, "Elena") || strings.Contains(answer, "coin.") {
		t.Errorf("its phone is told %s", answer)
	}
}
