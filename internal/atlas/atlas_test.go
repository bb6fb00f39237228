package atlas_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/atlas"
	"github.com/sayline/sayline/internal/desk"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/pulse"
	"github.com/sayline/sayline/internal/testkit"
)

const (
	elena = "elena@sparkle.example" // the owner
	paco  = "paco@sparkle.example"  // of the yard
)

func open(t *testing.T, o housetest.Options) *housetest.House {
	change := o.Change
	o.Brand = "sparkle"
	o.Change = func(c *sayline.Config) {
		for i := range c.People {
			c.People[i].Language = "" // as the browser says
		}
		if change != nil {
			change(c)
		}
	}
	return housetest.Open(t, o, func(h *housetest.House, mux *http.ServeMux) {
		pulse.New(h.House).Routes(mux)
		desk.New(h.House).Routes(mux)
		atlas.New(h.House).Routes(mux)
	})
}

// shoot keeps a picture of a screen where SAYLINE_PICTURES names a folder.
func shoot(p *testkit.Page, name string) {
	if dir := os.Getenv("SAYLINE_PICTURES"); dir != "" {
		p.FullScreenshot(dir + "/" + name + ".png")
	}
}

// says waits until an element says all of this.
func says(p *testkit.Page, selector string, words ...string) {
	for _, w := range words {
		p.Until(fmt.Sprintf(`(document.querySelector(%q)?.textContent || "").replace(/\s+/g, " ").includes(%q)`, selector, w))
	}
}

// moment is somebody saying something at a touchpoint.
func moment(touchpoint string, feeling int, topic, text string) sayline.Moment {
	return sayline.Moment{Feeling: feeling, Topic: topic, Text: text, Context: housetest.At(touchpoint)}
}

// TestMapFromTheBrandToTheWord: what was felt stands on the cards, live; a card
// opens its panel with the words said there, and leads to them; it moves by key;
// it is edited in place; a silent one gets a voice.
func TestMapFromTheBrandToTheWord(t *testing.T) {
	h := open(t, housetest.Options{Change: func(c *sayline.Config) {
		c.Rivals = []string{"Fizzco"}
		for i := range c.Touchpoints {
			if c.Touchpoints[i].ID == "k7f3" {
				c.Touchpoints[i].FeelingTopic, c.Touchpoints[i].OppositeTopic = "love-this-one", "cant-find-it"
				c.Touchpoints[i].OnlyHereWords = []string{"back on the shelf"}
			}
		}
	}})
	for range 6 {
		h.Say("sparkle", moment("k7f3", 1, "cant-find-it", ""))
	}
	h.Say("sparkle", moment("k7f3", 2, "", "Fizzco is always there."))
	h.Say("sparkle", moment("k7f3", 5, "love-this-one", "You told me it was back on the shelf!"))
	p := h.Page(testkit.Browser(t), testkit.Desktop, elena)
	p.Open(h.URL + "/b/sparkle/map")
	says(p, ".m-message", "A little brightness, always within reach.")
	says(p, `[data-id="k7f3"]`, "Shelf 14", "14", "8", "Distribution", "meant Good", "carries the message")
	p.Until(`document.querySelector('[data-id="k7f3"]').classList.contains("worse") && document.querySelector('[data-id="phone"]').classList.contains("silent")`)
	p.Until(`document.querySelector("#live").dataset.state === "on"`)
	p.MustLetEverybodyIn("the map")
	housetest.Audit(t, p, "the map")

	h.Say("sparkle", moment("k7f3", 1, "cant-find-it", ""))
	p.Until(`document.querySelector('[data-id="k7f3"] .m-n').textContent === "9"`)
	p.Press(`document.querySelector("#tp-k7f3").click()`)
	says(p, "#panel", "Shelf 14", "feels worse than intended", "Fizzco is always there.", "Fizzco 1", "1 mention it unprompted", "2 with words were read", "the brand would stand at", "Love this one 1", "Can't find it 7")
	p.MustLetEverybodyIn("a touchpoint")
	shoot(p, "map-panel")

	// By key: into the next stage, and under another audience.
	p.Press(`document.querySelector("#tp-k7f3").focus()`)
	p.Press(`document.querySelector("#tp-k7f3").dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", shiftKey: true, bubbles: true}))`)
	p.Until(`document.querySelector('[data-id="k7f3"]').closest("td").dataset.column === "uses" && document.activeElement.id === "tp-k7f3" && document.querySelector('[data-id="k7f3"]').dataset.stage === "uses"`)
	says(p, "#aloud", "Shelf 14: Customers, Uses")
	if at := h.Brands.ByID("sparkle").Index.Touchpoint("k7f3"); at.Stage != "uses" {
		t.Errorf("it stands at %s", at.Stage)
	}
	stored, err := h.Store.Config(t.Context(), "sparkle")
	if err != nil || stored.By != "elena" {
		t.Errorf("the version is by %q, %v", stored.By, err)
	}

	// In place, in another language; and what somebody else changed meanwhile stays.
	p.Open(h.URL + "/b/sparkle/map?t=phone&lang=es")
	p.Press(`document.querySelector("#m-form [name=promise]").value = "Una persona, en tres tonos."; document.querySelector("#m-form [name=owner]").value = "quality"; document.querySelector("#m-save").click()`)
	says(p, "#notice", "Kept.")
	at := h.Brands.ByID("sparkle").Index.Touchpoint("phone")
	if at.Promise["es"] != "Una persona, en tres tonos." || at.Promise["en"] != "A person within three rings, by name." || at.Owner != "quality" {
		t.Errorf("the promise is %v, of %s", at.Promise, at.Owner)
	}
	p.Press(`document.querySelector("#m-form [name=was]").value = "of before"; document.querySelector("#m-save").click()`)
	says(p, "body", "Somebody changed this touchpoint meanwhile")
	p.Problems() // the browser notes the 409

	p.Open(h.URL + "/b/sparkle/map?t=phone")
	p.Click("#m-listen")
	says(p, "#notice", "It has a voice now")
	if h.Brands.ByID("sparkle").Index.Touchpoint("phone").Silent {
		t.Error("it is still silent")
	}
	p.Open(h.URL + "/b/sparkle/map/todo")
	says(p, "main", "Shelf 14", "feels worse than intended", "Coverage: of what every touchpoint")
	p.MustLetEverybodyIn("to do")
	p.Open(h.URL + "/b/sparkle/map?show=voice&q=zzzz")
	says(p, ".m-none", "Nothing on the map is like that.")
	p.Show(testkit.Phone.In("ar"))
	p.Open(h.URL + "/b/sparkle/map?by=channel&show=voice")
	says(p, "main", "صامتة")
	housetest.Audit(t, p, "the map on a phone in Arabic")
	shoot(p, "map-phone-ar")
	p.MustBeClean()
}

// get reads a page of the brand as somebody.
func get(t *testing.T, h *housetest.House, c *http.Client, path string) (status int, body string) {
	t.Helper()
	res, err := c.Get(h.URL + "/b/sparkle" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// TestMapIsForWhoLeads: everybody of the brand looks, those who lead change;
// a private lane shows to who sees it or sets up, without a number; a table is
// looked at before it is made.
func TestMapIsForWhoLeads(t *testing.T) {
	h := open(t, housetest.Options{})
	get := func(c *http.Client, path string) (int, string) { return get(t, h, c, path) }
	for range 7 {
		h.Say("sparkle", moment("locker", 1, "something-isnt-right", "nobody may know of the forklift"))
	}
	owner, worker := h.Client(elena), h.Client(paco)
	if code, body := get(worker, "/map?t=locker"); code != http.StatusNotFound || strings.Contains(body, "forklift") {
		t.Errorf("a private touchpoint answers %d", code)
	}
	if code, body := get(worker, "/map"); code != http.StatusOK || strings.Contains(body, "tp-locker") || strings.Contains(body, `draggable`) || strings.Contains(body, "/map/add") {
		t.Errorf("who does not lead: %d", code)
	}
	if code, body := get(owner, "/map?t=locker"); code != http.StatusOK || !strings.Contains(body, "in confidence") || strings.Contains(body, "forklift") || strings.Contains(body, "7 moments") {
		t.Errorf("the owner at a private touchpoint: %d", code)
	}
	for _, path := range []string{"add", "at/k7f3", "at/k7f3/move", "at/k7f3/listen", "at/k7f3/remove", "table"} {
		res, err := worker.PostForm(h.URL+"/b/sparkle/map/"+path, url.Values{"stage": {"leaves"}})
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusNotFound {
			t.Errorf("who does not lead may %s: %s", path, res.Status)
		}
	}
	_, table := get(owner, "/map/table.csv")
	if !strings.HasPrefix(table, "\ufeffid,audiences,") || !strings.Contains(table, "\r\nk7f3,") {
		t.Errorf("the table begins with %q", table[:40])
	}
	send := func(fields map[string]string) string {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		for k, v := range fields {
			if err := form.WriteField(k, v); err != nil {
				t.Fatal(err)
			}
		}
		form.Close()
		res, err := owner.Post(h.URL+"/b/sparkle/map/table", form.FormDataContentType(), &body)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		return fmt.Sprint(res.StatusCode, " ", string(b))
	}
	part := "id,owner,name:en,stage,channel\nk7f3,quality,Shelf fourteen,decides,shelf\nlate-night,,Late at night,needs,phone\n"
	if got := send(map[string]string{"table": part}); !strings.HasPrefix(got, "200") || !strings.Contains(got, "Shelf fourteen") || !strings.Contains(got, "touchpoint late-night: new") {
		t.Errorf("looking at it: %s", got)
	}
	if h.Brands.ByID("sparkle").Index.Touchpoint("late-night") != nil {
		t.Error("looking made it")
	}
	if got := send(map[string]string{"table": part, "make": "1", "base": "1"}); !strings.HasPrefix(got, "303") {
		t.Errorf("making it: %.200s", got)
	}
	if at := h.Brands.ByID("sparkle").Index; at.Touchpoint("late-night") == nil || at.Touchpoint("k7f3").Owner != "quality" || at.Touchpoint("k7f3").Promise.Empty() {
		t.Error("it is not made, or not only that")
	}
	if got := send(map[string]string{"table": "id,owner\nk7f3,nobody\n"}); !strings.HasPrefix(got, "422") || !strings.Contains(got, "k7f3, owner: expected the id of a team") {
		t.Errorf("a team there is not: %.200s", got)
	}
}

// TestFinderAndBefore: the trade's list against what is there, put on the map by
// a tap or many at once; what people speak of is proposed; the map under a name
// stands beside the map of later.
func TestFinderAndBefore(t *testing.T) {
	h := open(t, housetest.Options{Change: func(c *sayline.Config) { c.Trade = "" }})
	for _, words := range []string{"The parking was full", "No light in the parking lot", "Your car park is a maze", "The cloakroom was shut", "Cloakrooms are dirty", "Cloakroom, please"} {
		h.Say("sparkle", moment("front-door", 2, "", words))
	}
	p := h.Page(testkit.Browser(t), testkit.Desktop, elena)
	p.Open(h.URL + "/b/sparkle/map/finder")
	says(p, "main", "Choose what the brand does")
	p.Press(`document.querySelector("[name=trade][value=retail]").click()`)
	p.Until(`document.querySelectorAll(".m-typical").length >= 40`)
	says(p, "#typical-phone-greeting", "Phone greeting")
	says(p, ".m-spoken-of", "Parking", "Cloakroom", "3 moments")
	p.Until(`document.querySelector("#typical-phone-greeting.there") && !document.querySelector("#typical-parking.there")`)
	p.MustLetEverybodyIn("the finder")
	housetest.Audit(t, p, "the finder")
	shoot(p, "map-finder")
	p.Press(`document.querySelector('#typical-newsletter button').click()`)
	p.Until(`!!document.querySelector("#typical-newsletter.there")`)
	p.Press(`for (const id of ["parking", "old-microsite", "job-rejection"]) { const box = document.querySelector("#pick-" + id); if (box) box.checked = true }; document.querySelector("#m-put").click()`)
	p.Until(`!!document.querySelector("#typical-parking.there") && !document.querySelector("#pick-job-rejection")`)
	b := h.Brands.ByID("sparkle")
	if at := b.Index.Touchpoint("parking"); b.Trade != "retail" || at == nil || !at.Silent || at.Promise["es"] != "Sitio libre y luz de noche." || at.Audience() != "customer" {
		t.Errorf("of %q is %+v", b.Trade, at)
	}

	for range 6 {
		h.Say("sparkle", moment("k7f3", 1, "", ""))
	}
	p.Open(h.URL + "/b/sparkle/map/compare")
	says(p, "main", "Keep a before, to see an after")
	p.Press(`document.querySelector("[name=name]").value = "before the refresh"; document.querySelector("#m-snap").click()`)
	says(p, ".m-compare", "before the refresh", "Now")
	for range 30 {
		h.Say("sparkle", moment("k7f3", 5, "", ""))
	}
	p.Open(h.URL + "/b/sparkle/map/compare")
	says(p, `[data-id="k7f3"]`, "Shelf 14", "0", "83", "+83 ±16", "mended: feels worse than intended")
	p.MustLetEverybodyIn("before and after")
	list, err := h.Store.Snapshots(t.Context(), "sparkle")
	if err != nil || len(list) != 1 || list[0].Touchpoints["locker"].N != 0 {
		t.Fatalf("kept are %d, %v", len(list), err)
	}
	p.Open(h.URL + "/b/sparkle/map?against=" + list[0].ID)
	says(p, `[data-id="k7f3"] .m-diff.good`, "+83")

	// On a phone the table moves and not the page, and the tab of the page is in sight.
	p.Show(testkit.Phone.In("es"))
	for path, main := range map[string]string{"compare": ".m-compare", "todo": ".m-owners"} {
		p.Open(h.URL + "/b/sparkle/map/" + path)
		p.Until(`!!document.querySelector("` + main + `")`)
		housetest.Audit(t, p, path+" on a phone")
		p.Until(`(r => r.left >= 0 && r.right <= innerWidth)(document.querySelector(".m-bar .seg [aria-current]").getBoundingClientRect())`)
	}
	p.MustBeClean()
}
