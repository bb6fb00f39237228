package desk_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/testkit"
)

// sendFiles posts a form with files, as a browser without a script does.
func (v *visitor) sendFiles(path string, fields url.Values, files map[string][]byte) (int, string) {
	v.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range fields {
		for _, s := range values {
			if err := w.WriteField(name, s); err != nil {
				v.t.Fatal(err)
			}
		}
	}
	for name, content := range files {
		kind := map[string]string{"photo": "image/jpeg", "voice": "audio/webm"}[name]
		p, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + name + `"; filename="x"`}, "Content-Type": {kind}})
		if err != nil {
			v.t.Fatal(err)
		}
		_, _ = p.Write(content)
	}
	w.Close()
	req, err := http.NewRequest("POST", v.h.URL+path, &b)
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Accept", "text/html")
	return v.do(req)
}

// TestAnswerWithPhotoAndVoice: to one author, who gets both once they are clean;
// the other author of the case and other desks don't; with the moment they go.
func TestAnswerWithPhotoAndVoice(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	voice, err := os.ReadFile(filepath.Join("..", "media", "testdata", "voice.webm"))
	if err != nil {
		t.Fatal(err)
	}
	first := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
	second := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
	at := "/b/sparkle/desk/" + first.Moment.Case
	if status, page := visit(t, h, lucia).sendFiles(at+"/answer", url.Values{"to": {first.Moment.ID}, "text": {""}}, map[string][]byte{"photo": shelf(t), "voice": voice}); status != 200 {
		t.Fatalf("%d: %s", status, page)
	}
	var shown []*sayline.Media
	testkit.Eventually(t, "the photo and the voice are clean", func() bool {
		r, err := h.Door.Receipt(t.Context(), h.Brands.ByID(sparkle), first.Secret)
		if err != nil || len(r.Messages) != 1 {
			t.Fatal(r, err)
		}
		shown = r.Shown[r.Messages[0].ID]
		if len(shown) != 2 {
			t.Fatalf("the author is shown %v", shown)
		}
		return shown[0].State == sayline.MediaClean && shown[1].State == sayline.MediaClean
	})
	doc, files, err := h.Door.Export(t.Context(), h.Brands.ByID(sparkle), first.Secret)
	if err != nil || len(files) != 2 || files[0].ID != shown[0].ID || files[1].ID != shown[1].ID {
		t.Errorf("the author's export holds %v (%v)", files, err)
	}
	if text := fmt.Sprint(doc["messages"]); !strings.Contains(text, shown[0].ID+" "+shown[1].ID) {
		t.Errorf("the exported reply names %s", text)
	}
	if _, files, err := h.Door.Export(t.Context(), h.Brands.ByID(sparkle), second.Secret); err != nil || len(files) != 0 {
		t.Errorf("the other author's export holds %v (%v)", files, err)
	}
	for _, m := range shown {
		if _, err := h.Door.OwnMedia(t.Context(), h.Brands.ByID(sparkle), first.Secret, m.ID); err != nil {
			t.Errorf("its author: %v", err)
		}
		if _, err := h.Door.OwnMedia(t.Context(), h.Brands.ByID(sparkle), second.Secret, m.ID); sayline.KindOf(err) != sayline.NotFound {
			t.Errorf("the other author: %v", err)
		}
		for who, want := range map[string]int{lucia: 200, vicent: 404} {
			if status, _ := visit(t, h, who).get(at + "/media/" + m.ID); status != want {
				t.Errorf("%s gets %d, want %d", who, status, want)
			}
		}
	}
	_, page := visit(t, h, lucia).get(at)
	photo, other := shown[0], shown[1] // of one millisecond there is no first
	if photo.Kind != sayline.Photo {
		photo, other = other, photo
	}
	mustHold(t, page, "/media/"+photo.ID+"/thumb", "/media/"+other.ID)
	if err := h.Door.Withdraw(t.Context(), h.Brands.ByID(sparkle), first.Secret); err != nil {
		t.Fatal(err)
	}
	if status, _ := visit(t, h, lucia).get(at + "/media/" + shown[0].ID); status != 404 {
		t.Errorf("taken back, it is still there: %d", status)
	}
}

// TestAskForMore: the author reads a question and may send photos again; their
// answer comes back, prominently.
func TestAskForMore(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	b := h.Brands.ByID(sparkle)
	said := h.Say(sparkle, sayline.Moment{Text: "It is broken", Kind: "problem", Feeling: 1, Context: housetest.At("front-door")})
	at := "/b/sparkle/desk/" + said.Moment.Case
	v := visit(t, h, tomas)
	_, page := v.post(at+"/answer", url.Values{"text": {"Which machine is it?"}, "do": {"ask"}})
	mustHold(t, page, "Asked. What they send comes back here.", "The author was asked for more", "Asks for more")
	r, err := h.Door.Receipt(t.Context(), b, said.Secret)
	if err != nil || r.Status != sayline.StatusNeedsInfo {
		t.Fatalf("the author's status is %q (%v)", r.Status, err)
	}
	if err := h.Door.MayAdd(t.Context(), b, said.Secret); err != nil {
		t.Errorf("no photo may be added: %v", err)
	}
	if r, err = h.Door.Say(t.Context(), b, said.Secret, sayline.Message{Text: "The one by the lift"}, 0); err != nil || r.Status == sayline.StatusNeedsInfo {
		t.Errorf("after the answer it is %q (%v)", r.Status, err)
	}
	_, page = v.get(at)
	mustHold(t, page, "The one by the lift")
	if strings.Contains(page, "The author was asked for more") {
		t.Error("it still waits for the author")
	}
	v.post(at+"/answer", url.Values{"text": {"Mended."}})
	if _, err := h.Door.Say(t.Context(), b, said.Secret, sayline.Message{Solved: "yes"}, 5); err != nil {
		t.Fatal(err)
	}
	_, page = v.get(at)
	mustHold(t, page, `class="verdict yes"`, "1 says: solved", "Felt before: Awful; after: Wonderful.")
	if _, err := h.Door.Say(t.Context(), b, said.Secret, sayline.Message{Solved: "no", Text: "Broken again"}, 0); err != nil {
		t.Fatal(err)
	}
	_, page = v.get(at)
	mustHold(t, page, `class="verdict no"`, "1 says: not solved", "Broken again")
}

// TestHints: stated, useful, and never in the way.
func TestHints(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Lang: "es", Text: "No está", Context: housetest.At("k7f3")})
	at := "/b/sparkle/desk/" + said.Moment.Case
	v := visit(t, h, lucia)
	for text, wants := range map[string][]string{
		"Unfortunately, DEAR  Customer, it is gone":        {"“dear customer” is not how we speak", "“unfortunately” is not how we speak", "When?"},
		"La botella ya esta en el estante, muchas gracias": {"Nothing to add"},
		"We will have it for you tomorrow":                 {"They wrote in Spanish"},
		"Restocked at 8:00":                                {"Nothing to add"},
		strings.Repeat("8:00 ", 200):                       {"characters: long for a phone"},
		"inconveniences":                                   {"When?"},
	} {
		_, page := v.post(at+"/answer", url.Values{"text": {text}, "do": {"look"}})
		mustHold(t, page, wants...)
		if text == "inconveniences" && strings.Contains(page, "is not how we speak") {
			t.Error("a part of a word is taken for it")
		}
	}
	list, err := h.Store.Messages(t.Context(), sparkle, said.Moment.Case)
	if err != nil || len(list) != 0 {
		t.Fatalf("looking it over sent %v (%v)", list, err)
	}
	v.post(at+"/answer", url.Values{"text": {"Unfortunately, dear customer"}})
	if list, err = h.Store.Messages(t.Context(), sparkle, said.Moment.Case); err != nil || len(list) != 1 {
		t.Errorf("a hint held it up: %v (%v)", list, err)
	}
	if status, _ := visit(t, h, vicent).post(at+"/hints", url.Values{"text": {"x"}}); status != 404 {
		t.Errorf("who may not see the case asks for hints: %d", status)
	}
}

// TestReadyAnswers: the topic's first, in the author's language, filled in; kept
// ones are their keeper's, or everybody's.
func TestReadyAnswers(t *testing.T) {
	h := openDesk(t, housetest.Options{Change: func(c *sayline.Config) {
		c.Answers = []sayline.ReadyAnswer{
			{ID: "thanks", Text: sayline.Text{"en": "Thank you{name}."}},
			{ID: "back", Topics: []string{"cant-find-it"}, Text: sayline.Text{"en": "{product} is back {time}.", "es": "Hola {name}, {product} vuelve a {place}."}},
			{ID: "other", Topics: []string{"damaged"}, Text: sayline.Text{"en": "Oh no."}},
		}
	}})
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Lang: "es", Text: "No está", Context: housetest.At("k7f3")})
	at := "/b/sparkle/desk/" + said.Moment.Case
	v := visit(t, h, lucia)
	_, page := v.get(at)
	first, second := strings.Index(page, "Hola, Sparkle Limón 330 ml vuelve a Mercado Calle Mayor."), strings.Index(page, "Thank you.")
	if first < 0 || second < first || strings.Contains(page, "Oh no.") {
		t.Errorf("the topic's stands at %d, the general one at %d", first, second)
	}
	_, page = v.get(at + "?ready=back")
	mustHold(t, between(page, `<textarea id="text"`, "</textarea>"), "Hola, Sparkle Limón")
	_, page = v.post(at+"/ready", url.Values{"text": {"Mine alone"}, "keep": {"all"}}) // a member keeps for themselves
	mustHold(t, page, "Kept as a ready answer.", "Mine alone")
	visit(t, h, tomas).post(at+"/ready", url.Values{"text": {"For all of us"}, "keep": {"all"}})
	_, page = visit(t, h, marco).get(at)
	mustHold(t, page, "For all of us")
	if strings.Contains(page, "Mine alone") {
		t.Error("somebody else's own is offered")
	}
}

// TestReadyAnswersOfALane: what a manager writes in a private lane is kept for
// themselves alone, whatever they ask for.
func TestReadyAnswersOfALane(t *testing.T) {
	h := openDesk(t, housetest.Options{Change: func(c *sayline.Config) {
		c.People[slices.IndexFunc(c.People, func(p sayline.Person) bool { return p.ID == "irene" })].Role = sayline.Manager
	}})
	open := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")}).Moment.Case
	lane := h.Say(sparkle, sayline.Moment{Topic: "about-a-person", Context: housetest.At("front-door")}).Moment.Case
	v, all := visit(t, h, irene), `name="keep" value="all"`
	_, page := v.get("/b/sparkle/desk/" + open)
	mustHold(t, page, all)
	if _, page = v.get("/b/sparkle/desk/" + lane); strings.Contains(page, all) || !strings.Contains(page, `value="mine"`) {
		t.Error("the lane's words are offered to everybody")
	}
	v.post("/b/sparkle/desk/"+lane+"/ready", url.Values{"text": {"We spoke with Hugo."}, "keep": {"all"}})
	for person, want := range map[string]int{"irene": 1, "carmen": 0, "lucia": 0} {
		kept, err := h.Store.ReadyFor(t.Context(), sparkle, person)
		if err != nil || len(kept) != want || want == 1 && kept[0].Shared {
			t.Errorf("%s is offered %+v, %v", person, kept, err)
		}
	}
}

// TestMention: who is named in a note is told on their screen and by mail,
// though they are not on duty and somebody is on it; only who may see the case
// can be named.
func TestMention(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
	at := "/b/sparkle/desk/" + said.Moment.Case
	p := h.Page(testkit.Browser(t), testkit.Desktop, marco)
	p.Open(h.URL + "/b/sparkle/desk")
	p.Until(isLive)
	v := visit(t, h, lucia)
	v.post(at+"/on-it", url.Values{})
	p.Until(`!document.querySelector(".ring")`)
	_, page := v.post(at+"/note", url.Values{"text": {"@Marco do you have the van? mail me@vicent.example, @Vicent and @nobody"}})
	mustHold(t, page, "names Marco")
	ring := p.Text(".ring")
	if !strings.Contains(ring, "names you in a note") || !strings.Contains(ring, "do you have the van?") || strings.Contains(ring, "I’m on it") {
		t.Errorf("he is told %q", ring)
	}
	h.Mail.Wait(t.Context(), func(m testkit.Mail) bool {
		return strings.HasPrefix(m.To[0], "marco@") && strings.Contains(m.Text, "do you have the van?")
	})
	named, err := h.Store.Mentions(t.Context(), sparkle, said.Moment.Case)
	if err != nil || len(named) != 1 {
		t.Fatal(named, err)
	}
	for _, ids := range named {
		if len(ids) != 1 || ids[0] != "marco" {
			t.Errorf("named are %v", ids)
		}
	}
	_, list := v.get(at + "/people")
	if strings.Contains(list, "vicent") || !strings.Contains(list, "marco") {
		t.Errorf("she may name %s", list)
	}
	p.MustBeClean()
}

// TestComposeOnThePhone: a mention is completed, a hint comes, a ready answer is
// edited, a photo goes along, and a colleague is seen writing.
func TestComposeOnThePhone(t *testing.T) {
	h := openDesk(t, housetest.Options{Change: func(c *sayline.Config) {
		c.Answers = []sayline.ReadyAnswer{{ID: "back", Topics: []string{"cant-find-it"}, Text: sayline.Text{"en": "It is back tomorrow."}}}
	}})
	photo := filepath.Join(t.TempDir(), "shelf.jpg")
	if err := os.WriteFile(photo, shelf(t), 0o600); err != nil {
		t.Fatal(err)
	}
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Text: "Third week!", Lang: "en", Feeling: 2, Context: housetest.At("k7f3")})
	at := h.URL + "/b/sparkle/desk/" + said.Moment.Case
	b := testkit.Browser(t)
	p, colleague := h.Page(b, testkit.Phone, lucia), h.Page(b, testkit.Desktop, marco)
	p.Open(at)
	p.Until(isLive)
	colleague.Open(at)
	colleague.Until(isLive)
	p.Until(`document.querySelector("#present").textContent === "Marco Ruiz is looking too"`)
	p.Do(chromedp.SendKeys(chromedp.CSS("#text"), "Unfortunately it is gone"))
	// Who rests for eight seconds no longer writes: she goes on until she is seen.
	testkit.Eval[any](p, `window.goingOn = setInterval(() => document.querySelector("#text").dispatchEvent(new Event("input", { bubbles: true })), 1000), 0`)
	colleague.Until(`document.querySelector("#present").textContent.includes("is writing an answer")`)
	testkit.Eval[any](p, `clearInterval(window.goingOn), 0`)
	p.Until(`[...document.querySelectorAll("#hints li")].some(l => l.textContent.includes("not how we speak"))`)
	shots(t, p, "hint-phone")
	testkit.Eval[any](p, `document.querySelector("#text").value = "", 0`)
	p.Click("#ready summary")
	shots(t, p, "ready-phone")
	p.Click("#ready [data-ready]")
	p.Until(`document.querySelector("#text").value === "It is back tomorrow." && document.activeElement.id === "text"`)
	p.Do(chromedp.SetUploadFiles(chromedp.CSS("#photo"), []string{photo}))
	p.Until(`document.querySelector("#attached img")?.naturalWidth > 0`)
	shots(t, p, "photo-phone")
	p.Press(`document.querySelector("#send").click()`)
	p.Until(`document.querySelector(".say.me .media img")?.naturalWidth > 100 && document.querySelector("#text").value === "" && !document.querySelector("#attached li")`)
	shots(t, p, "sent-phone")
	p.Do(chromedp.SendKeys(chromedp.CSS("#text"), "@mar"))
	p.Until(`document.querySelector("#people li[aria-selected=true] b")?.textContent === "Marco Ruiz"`)
	p.Do(chromedp.KeyEvent("\t"))
	p.Until(`document.querySelector("#text").value === "@Marco Ruiz "`)
	p.Do(chromedp.SendKeys(chromedp.CSS("#text"), "the van?"))
	p.Press(`document.querySelector("#tonote").click()`)
	p.Until(`document.querySelector(".say.note small")?.textContent.includes("names Marco Ruiz")`)
	p.MustBeClean()
	colleague.MustBeClean()
}

// shots keeps a picture where somebody wants to look at it.
func shots(t *testing.T, p *testkit.Page, name string) {
	t.Helper()
	if dir := os.Getenv("SAYLINE_SCREENSHOTS"); dir != "" {
		p.Screenshot(filepath.Join(dir, name+".png"))
	}
}
