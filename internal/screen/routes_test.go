package screen_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/screen"
)

func TestDiscovery(t *testing.T) {
	h := newHouse(t)
	a := h.call("GET", "/@sparkle/.well-known/cx", "").want(200)
	d := read[cx.Discovery](a)
	if d.CX != cx.Version || d.Brand.Name != "Sparkle" || d.Screen != h.url+"/@sparkle/cx" || !d.Expires.After(time.Now()) || len(d.Domains) == 0 {
		t.Errorf("%s", a.body)
	}
	if len(d.Accepts) != 3 || d.Accepts[0].Media != "text" || d.Accepts[1].MaxCount != 4 || d.Accepts[2].MaxSeconds != 180 || !slices.Equal(d.ReplyChannels, []string{"receipt"}) || !slices.Contains(d.Conformance, "media") || d.Limits.MomentsPerMinute != screen.DefaultRate {
		t.Errorf("it names what it does not do: %s", a.body)
	}
	if a.header.Get("Set-Cookie") != "" || len(a.body) > 64<<10 || a.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("headers %v, %d bytes", a.header, len(a.body))
	}
	h.call("GET", "/@sparkle/.well-known/cx", "", "If-None-Match", a.header.Get("ETag")).want(304)
	for _, u := range []string{d.Canonical, d.Screen, d.API.OpenAPI, strings.TrimSuffix(d.API.Touchpoints, "{?q,lat,long,product}")} {
		h.call("GET", u, "").want(200)
	}
	h.call("GET", h.url+"/@nobody/.well-known/cx", "").want(404)
	h.call("GET", h.url+"/.well-known/cx", "").problem(404)
}

// TestPrivateThingsAreNotTold: what employees and vendors can say, and private
// lanes, are in no public list.
func TestPrivateThingsAreNotTold(t *testing.T) {
	h := newHouse(t)
	for _, b := range h.reg.All() {
		list := *read[[]cx.Touchpoint](h.call("GET", "/@"+b.ID+"/cx/touchpoints", "").want(200))
		if len(list) == 0 {
			t.Errorf("%s lists nothing", b.ID)
		}
		for _, p := range list {
			tp := b.Index.Touchpoint(p.ID)
			if !tp.Listed || tp.Lane != "" || tp.Audience() == "employee" || tp.Audience() == "vendor" {
				t.Errorf("%s tells of %s", b.ID, p.ID)
			}
			if p.URL != h.url+"/@"+b.ID+"/cx/t/"+p.ID {
				t.Errorf("URL %s", p.URL)
			}
		}
		open := map[string]bool{} // what somebody of the outside can say
		for _, tp := range b.Touchpoints {
			if tp.Lane == "" && !slices.Contains([]string{"employee", "vendor", "partner"}, tp.Audience()) {
				for _, id := range tp.Topics {
					open[id] = true
				}
			}
		}
		told := 0
		for _, topic := range read[cx.Discovery](h.call("GET", "/@"+b.ID+"/.well-known/cx", "")).Topics {
			if !open[topic.ID] {
				t.Errorf("%s tells everybody that its own people can say %s", b.ID, topic.ID)
			}
			if _, untagged := topic.Label[""]; untagged {
				t.Errorf("%s: a label without its language", topic.ID)
			}
			told++
		}
		if told == len(b.Topics) {
			t.Errorf("%s: all %d topics are told; nothing was put to the test", b.ID, told)
		}
	}
}

func TestFindingTouchpoints(t *testing.T) {
	h := newHouse(t)
	get := func(query string) []cx.Touchpoint {
		return *read[[]cx.Touchpoint](h.call("GET", "/@sparkle/cx/touchpoints"+query, "").want(200))
	}
	all := get("")
	if got := get("?q=" + strings.ToUpper(strings.Fields(all[0].Name)[0])); len(got) == 0 || len(got) > len(all) {
		t.Errorf("by name: %v", got)
	}
	if got := get("?q=nothingatallhascalledthis"); len(got) != 0 {
		t.Errorf("by no name: %v", got)
	}
	if got := get("?product=00000000000000"); len(got) != 0 {
		t.Errorf("of no product: %v", got)
	}
	if got := get("?lat=40.415&long=-3.707"); len(got) == 0 {
		t.Error("nothing near the Calle Mayor")
	}
}

func TestCORS(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/@sparkle/cx/moments", "/@sparkle/.well-known/cx", "/@sparkle/cx", "/@sparkle/cx/r/abc/messages"} {
		a := h.call("OPTIONS", path, "", "Origin", "https://other.example", "Access-Control-Request-Method", "POST").want(204)
		for name, want := range map[string]string{
			"Access-Control-Allow-Origin": "*", "Access-Control-Max-Age": "86400", "Access-Control-Allow-Methods": "GET, HEAD, POST, PATCH, DELETE",
			"Access-Control-Allow-Headers":  "Idempotency-Key, Content-Type, Accept-Language, If-None-Match, Last-Event-ID",
			"Access-Control-Expose-Headers": "Location, Retry-After, ETag, Content-Language", "Access-Control-Allow-Credentials": "",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

func TestWrongMethods(t *testing.T) {
	h := newHouse(t)
	a := h.call("PUT", "/@sparkle/cx/moments", "")
	a.problem(405)
	if allow := a.header.Get("Allow"); allow != "POST, OPTIONS" {
		t.Errorf("Allow %q", allow)
	}
	if allow := h.call("DELETE", "/@sparkle/cx", "").want(405).header.Get("Allow"); allow != "GET, POST, HEAD, OPTIONS" {
		t.Errorf("Allow %q", allow)
	}
	h.call("GET", "/@sparkle/cx/nothing", "").problem(404)
	h.call("GET", "/@sparkle/cx/nothing", "", "Accept", "text/html").want(404)
}

// openAPI is the document, with a function that checks a value against one of
// its schemas.
func openAPI(t *testing.T, h *house) (map[string]any, func(schema string, body []byte)) {
	t.Helper()
	body := h.call("GET", "/@sparkle/cx/openapi.json", "").want(200).body
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("http://openapi.example/doc.json", doc); err != nil {
		t.Fatal(err)
	}
	return doc.(map[string]any), func(schema string, body []byte) {
		t.Helper()
		sch, err := c.Compile("http://openapi.example/doc.json#/components/schemas/" + schema)
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if err := sch.Validate(v); err != nil {
			t.Errorf("%s: %v in %s", schema, err, body)
		}
	}
}

var route = regexp.MustCompile(`\{"(GET|POST|PATCH|DELETE) (/[^"]*)", `)

// TestOpenAPIIsTrue: it names exactly the routes there are, and real answers
// are what it says.
func TestOpenAPIIsTrue(t *testing.T) {
	h := newHouse(t)
	doc, check := openAPI(t, h)
	if url := doc["servers"].([]any)[0].(map[string]any)["url"]; url != h.url+"/@sparkle" {
		t.Errorf("the server is %v", url)
	}
	src, err := os.ReadFile("screen.go")
	if err != nil {
		t.Fatal(err)
	}
	var have, want []string
	for _, m := range route.FindAllStringSubmatch(string(src), -1) {
		want = append(want, strings.ToLower(m[1])+" "+strings.ReplaceAll(m[2], "{path...}", "{path}"))
	}
	for path, ops := range doc["paths"].(map[string]any) {
		for method := range maps.Keys(ops.(map[string]any)) {
			if method != "parameters" {
				have = append(have, method+" "+path)
			}
		}
	}
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("the document has\n%v\nthe program\n%v", have, want)
	}

	check("Discovery", h.call("GET", "/@sparkle/.well-known/cx", "").body)
	for _, p := range *read[[]json.RawMessage](h.call("GET", "/@sparkle/cx/touchpoints", "")) {
		check("Touchpoint", p)
	}
	moment := []byte(`{"cx":"2026-11","kind":"problem","feeling":1,"topic":"cant-find-it","text":"…","lang":"en","context":{"touchpoint":"k7f3","gs1":"https://sparkle.example/cx/01/09506000134352/10/AB-123","place":{"lat":40.4,"long":-3.7,"accuracy":50},"ref":"room 412","source":"qr"},"audience":"customer","occurred_at":"2026-11-22T10:00:00+01:00","class":"unidentified","more":true,"receipt":true,"publish":false}`)
	check("Moment", moment)
	a := h.post("sparkle", newKey(), string(moment)).want(201)
	check("Accepted", a.body)
	u := read[cx.Accepted](a).Receipt
	h.reply(u, "on its way")
	check("Words", []byte(`{"solved":true,"feeling":5}`))
	check("Receipt", h.call("POST", u+"/messages", `{"solved":true,"feeling":5}`, "Content-Type", "application/json").want(200).body)
	h.resolve(u, "done")
	check("Receipt", h.call("GET", u, "").want(200).body)
	check("Problem", h.post("sparkle", newKey(), `{"text":7}`).want(422).body)
	check("Accepted", h.post("sparkle", newKey(), `{"feeling":5,"receipt":false}`).want(201).body)
}

func TestGS1(t *testing.T) {
	h := newHouse(t)
	html := []string{"Accept", "text/html", "Accept-Language", "en"}
	known := h.call("GET", "/@sparkle/cx/01/09506000134352/10/AB-123/21/SERIAL9?17=271231", "", html...).want(200)
	if s := string(known.body); !strings.Contains(s, "AB-123") || strings.Contains(s, "SERIAL9") {
		t.Error("the lot is shown, the serial is cut")
	}
	h.call("GET", "/@sparkle/cx/01/09506000134376", "", html...).want(200) // valid, unknown
	bad := h.call("GET", "/@sparkle/cx/01/09506000134351", "", html...).want(400)
	if s := string(bad.body); !strings.Contains(s, `name="key"`) || !strings.Contains(s, "can’t be read") {
		t.Errorf("a wrong check digit gets the general screen: %.200s", s)
	}
	gone := h.call("GET", "/@sparkle/cx/t/no-such-shelf", "", html...).want(404)
	if !strings.Contains(string(gone.body), `name="key"`) {
		t.Error("a touchpoint that is no more gets the general screen")
	}
	r := h.receipt(h.said("sparkle", `{"feeling":1,"context":{"gs1":"https://sparkle.example/cx/01/09506000134352/10/AB-123/21/SERIAL9"}}`).Receipt)
	if c := r.Moment.Context; c.Product != "09506000134352" || c.Lot != "AB-123" || strings.Contains(c.GS1, "SERIAL9") {
		t.Errorf("kept %+v", c)
	}
	r = h.receipt(h.said("sparkle", `{"feeling":1,"context":{"gs1":"https://sparkle.example/cx/01/09506000134351/10/AB-123"}}`).Receipt)
	if c := r.Moment.Context; c.Product != "" || c.GS1 == "" {
		t.Errorf("a wrong check digit is kept without a product: %+v", c)
	}
	for _, p := range h.reg.ByID("sparkle").Places {
		if p.GLN != "" {
			h.call("GET", "/@sparkle/cx/414/"+p.GLN, "", html...).want(200)
		}
	}
	h.call("GET", "/@sparkle/cx/414/1234567890123", "", html...).want(400)
}

func TestStatusesAreTheProtocols(t *testing.T) {
	for ours, theirs := range map[string]string{sayline.StatusReceived: cx.Received, sayline.StatusSeen: cx.Seen, sayline.StatusAcknowledged: cx.Acknowledged, sayline.StatusInProgress: cx.InProgress,
		sayline.StatusNeedsInfo: cx.NeedsInfo, sayline.StatusAnswered: cx.Answered, sayline.StatusResolved: cx.Resolved, sayline.StatusClosed: cx.Closed, sayline.StatusWithdrawn: cx.Withdrawn} {
		if ours != theirs {
			t.Errorf("%s is %s in the protocol", ours, theirs)
		}
	}
}
