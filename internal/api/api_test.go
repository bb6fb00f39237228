package api_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/api"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/live"
	"github.com/sayline/sayline/internal/store"
)

// stock is a house with the soda maker in it, and its API.
type stock struct {
	*housetest.House
	t *testing.T
}

func open(t *testing.T) *stock { return openOn(t, "") }

func openOn(t *testing.T, database string) *stock {
	h := housetest.Open(t, housetest.Options{Brand: "sparkle", Database: database}, func(h *housetest.House, mux *http.ServeMux) {
		hub := live.NewHub()
		h.Store.Watch(hub.Publish)
		a := api.New(api.Options{Store: h.Store, Brands: h.Brands, Log: h.Log, Now: h.Time, Random: h.Random, Hub: hub, Source: func(b string) string { return h.URL + "/@" + b + "/cx" },
			Desk: func(b, c string) string { return h.URL + house.BrandPath(b, "/desk/"+c) }})
		a.Routes(mux)
		t.Cleanup(a.Close)
	})
	return &stock{h, t}
}

// key makes a system's key.
func (h *stock) key(name string, teams, lanes []string) string {
	h.t.Helper()
	return h.keyBy("irene", name, teams, lanes)
}

// keyBy is a key that somebody made.
func (h *stock) keyBy(person, name string, teams, lanes []string) string {
	h.t.Helper()
	key := store.SystemKey + name
	if err := h.Store.MakeSystem(h.t.Context(), &store.System{Brand: "sparkle", ID: name, Name: name, Teams: teams, Lanes: lanes, MadeAt: time.Now(), MadeBy: person}, sayline.HashSecret(key)); err != nil {
		h.t.Fatal(err)
	}
	return key
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   map[string]any
}

func (h *stock) call(method, path, key, body string, headers ...string) answer {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.URL+"/b/sparkle/api/v1"+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	a := answer{res.StatusCode, res.Header, nil}
	if len(text) > 0 && json.Unmarshal(text, &a.body) != nil {
		h.t.Fatalf("%s %s was answered %s", method, path, text)
	}
	if a.status >= 400 && !strings.HasPrefix(res.Header.Get("Content-Type"), "application/problem+json") {
		h.t.Errorf("%s %s: the problem is %s", method, path, res.Header.Get("Content-Type"))
	}
	return a
}

func once(n string) []string { return []string{"Idempotency-Key", strings.Repeat("k", 22) + n} }

func (a answer) ids() (list []string) {
	for _, c := range a.body["cases"].([]any) {
		list = append(list, c.(map[string]any)["id"].(string))
	}
	return list
}

// TestWhoAsks: only a good key of this brand opens anything, and what a system may
// not see is like what is not there.
func TestWhoAsks(t *testing.T) {
	h := open(t)
	public := h.Say("sparkle", sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")}).Moment.Case
	private := h.Say("sparkle", sayline.Moment{Topic: "about-a-person", Text: "He shouts.", Feeling: 1, Context: housetest.At("front-door")}).Moment
	outdated := h.keyBy("elena", "outdated", nil, []string{private.Lane}) // made by who is named in the lane no more
	all, theirs, quality, named := h.key("all", nil, nil), h.key("theirs", []string{"distribution"}, nil), h.key("quality", []string{"quality"}, nil), h.key("named", nil, []string{private.Lane})
	for _, bad := range []string{"", "system_wrong", "relay_all"} {
		if a := h.call("GET", "/cases", bad, ""); a.status != 401 || a.header.Get("WWW-Authenticate") == "" {
			t.Errorf("with the key %q: %d", bad, a.status)
		}
	}
	for key, want := range map[string][]string{all: {public}, outdated: {public}, theirs: {public}, quality: nil, named: {public, private.Case}} {
		got := h.call("GET", "/cases", key, "").ids()
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s is shown %v, want %v", key, got, want)
		}
		for _, id := range []string{public, private.Case} {
			for path, body := range map[string]string{"": "", "/note": `{"text":"x"}`, "/acknowledge": `{}`, "/answer": `{"text":"x"}`, "/resolve": `{}`} {
				if slices.Contains(want, id) {
					continue
				}
				method := "POST"
				if path == "" {
					method = "GET"
				}
				if a := h.call(method, "/cases/"+id+path, key, body, once(path)...); a.status != 404 {
					t.Errorf("%s %s%s: %d", key, id, path, a.status)
				}
			}
		}
	}
	c := h.call("GET", "/cases/"+private.Case, named, "").body
	if at, _ := time.Parse(time.RFC3339, c["opened_at"].(string)); at.In(h.Brands.ByID("sparkle").Location()).Hour() != 0 {
		t.Errorf("a private lane tells the time: %v", c["opened_at"])
	}
	if err := h.Store.RevokeSystem(t.Context(), "sparkle", "all"); err != nil {
		t.Fatal(err)
	}
	if a := h.call("GET", "/cases", all, ""); a.status != 401 {
		t.Errorf("revoked, it is answered %d", a.status)
	}
}

// TestPages: a list in pages is the list, and what has not changed is not sent again.
func TestPages(t *testing.T) {
	h := open(t)
	key := h.key("stock", nil, nil)
	var want []string
	for _, topic := range []string{"cant-find-it", "price-looks-wrong", "past-its-date", "damaged", "someone-was-great"} {
		said := h.Say("sparkle", sayline.Moment{Topic: topic, Text: "Words of my own.", Context: housetest.At("k7f3")})
		want = append(want, said.Moment.Case)
	}
	whole := h.call("GET", "/cases", key, "")
	var got []string
	for after, pages := "", 0; ; pages++ {
		a := h.call("GET", "/cases?limit=2&after="+after, key, "")
		got = append(got, a.ids()...)
		next, more := a.body["next"].(string)
		if more != (a.header.Get("Link") != "") || pages > 5 {
			t.Fatalf("page %d leads to %q, Link %q", pages, next, a.header.Get("Link"))
		}
		if after = next; !more {
			break
		}
	}
	if !slices.Equal(got, whole.ids()) {
		t.Errorf("in pages %v, whole %v", got, whole.ids())
	}
	slices.Sort(got)
	slices.Sort(want)
	if want = slices.Compact(want); !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	if a := h.call("GET", "/cases", key, "", "If-None-Match", whole.header.Get("ETag")); a.status != 304 {
		t.Errorf("unchanged it is answered %d", a.status)
	}
	for _, bad := range []string{"?state=lost", "?limit=0", "?limit=x", "?after=x", "?after=9.1.x"} {
		if a := h.call("GET", "/cases"+bad, key, ""); a.status != 422 {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
}

// TestActs: what a system does is done once, told under its name, and read by the author.
func TestActs(t *testing.T) {
	h := open(t)
	key := h.key("Stock", []string{"distribution"}, nil)
	said := h.Say("sparkle", sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
	at := "/cases/" + said.Moment.Case
	for _, bad := range []struct {
		path, body string
		headers    []string
		want       int
	}{
		{"/note", `{"text":"x"}`, nil, 400}, {"/note", `{"text":"x"}`, []string{"Idempotency-Key", "short"}, 400}, {"/note", `[]`, once("a"), 400}, {"/note", `{`, once("a"), 400},
		{"/note", `{}`, once("a"), 422}, {"/note", `{"text":1}`, once("a"), 422}, {"/step", `{"step":"lost"}`, once("a"), 422}, {"/resolve", `{"reason":"bored"}`, once("a"), 422},
		{"/acknowledge", `{"episode":9}`, once("a"), 409}, {"/answer", `{"text":"x","moment":"no-such"}`, once("a"), 404}, {"/note", `{"text":"x"}`, append(once("a"), "Content-Type", "text/plain"), 415},
		{"/lost", `{}`, once("a"), 404},
	} {
		if a := h.call("POST", at+bad.path, key, bad.body, bad.headers...); a.status != bad.want {
			t.Errorf("%s %s: %d %v, want %d", bad.path, bad.body, a.status, a.body["detail"], bad.want)
		}
	}
	for range 2 {
		if a := h.call("POST", at+"/acknowledge", key, `{"episode":1}`, once("1")...); a.status != 200 || a.body["state"] != "acknowledged" || a.body["owner"] != "system:Stock" {
			t.Errorf("acknowledged: %d %v", a.status, a.body)
		}
		if a := h.call("POST", at+"/note", key, `{"text":"ordered"}`, once("2")...); a.status != 200 || len(a.body["messages"].([]any)) != 1 {
			t.Errorf("noted: %d %v", a.status, a.body)
		}
	}
	for range 2 {
		if a := h.call("POST", at+"/answer", key, `{"text":"In tomorrow."}`, once("3")...); a.status != 200 || len(a.body["messages"].([]any)) != 2 {
			t.Errorf("answered: %d %v", a.status, a.body)
		}
	}
	if a := h.call("POST", at+"/answer", key, `{"text":"Something else."}`, once("3")...); a.status != 422 {
		t.Errorf("the same key for something else: %d", a.status)
	}
	r, err := h.Door.Receipt(t.Context(), h.Brands.ByID("sparkle"), said.Secret)
	if err != nil || len(r.Messages) != 1 || r.Messages[0].Text != "In tomorrow." {
		t.Errorf("the author reads %+v (%v)", r.Messages, err)
	}
	if a := h.call("POST", at+"/resolve", key, `{}`, once("4")...); a.status != 200 || a.body["state"] != "resolved" || a.body["reason"] != "done" {
		t.Errorf("resolved: %d %v", a.status, a.body)
	}
	wish := h.Say("sparkle", sayline.Moment{Kind: "request", Text: "A crate, please.", Context: housetest.At("front-door")})
	all := h.key("hotel", nil, nil)
	steps := h.call("GET", "/cases/"+wish.Moment.Case, all, "").body["steps"].([]any)
	for i, s := range steps {
		id := s.(map[string]any)["id"].(string)
		a := h.call("POST", "/cases/"+wish.Moment.Case+"/step", all, `{"step":"`+id+`"}`, once("s"+id)...)
		if last := i == len(steps)-1; a.status != 200 || (a.body["state"] == "resolved") != last {
			t.Errorf("step %s: %d %v", id, a.status, a.body["state"])
		}
	}
	if len(steps) == 0 {
		t.Error("a request has no steps")
	}
}

// TestRate: a system that asks without end is told to wait.
func TestRate(t *testing.T) {
	h := open(t)
	key, other := h.key("busy", nil, nil), h.key("calm", nil, nil)
	for range 2000 {
		if a := h.call("GET", "/cases?limit=1", key, ""); a.status == 429 {
			if a.header.Get("Retry-After") == "" {
				t.Error("nobody says for how long")
			}
			if a := h.call("GET", "/cases", other, ""); a.status != 200 {
				t.Errorf("the other system is answered %d", a.status)
			}
			return
		}
	}
	t.Error("two thousand requests were answered")
}

// TestDescribed holds the description to the routes, and the documents' members
// to what it says.
func TestDescribed(t *testing.T) {
	h := open(t)
	doc := h.call("GET", "/openapi.json", "", "").body
	source, err := os.ReadFile("api.go")
	if err != nil {
		t.Fatal(err)
	}
	var routes []string
	for _, m := range regexp.MustCompile(`"(GET|POST) "\+Base\+"([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
		routes = append(routes, m[1]+" "+api.Base+m[2])
	}
	var described []string
	for path, item := range doc["paths"].(map[string]any) {
		for method := range item.(map[string]any) {
			described = append(described, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(routes)
	slices.Sort(described)
	if !slices.Equal(routes, described) {
		t.Errorf("routes %v, described %v", routes, described)
	}
	id := h.Say("sparkle", sayline.Moment{Topic: "cant-find-it", Text: "No lemon.", Lang: "en", Feeling: 2, Context: housetest.At("k7f3")}).Moment.Case
	c := h.call("GET", "/cases/"+id, h.key("stock", nil, nil), "").body
	schemas := doc["components"].(map[string]any)["schemas"].(map[string]any)
	members := func(name string) map[string]any {
		one := schemas[name].(map[string]any)
		if all, ok := one["allOf"].([]any); ok {
			one = all[len(all)-1].(map[string]any)
		}
		return one["properties"].(map[string]any)
	}
	held := func(what string, value any, described ...map[string]any) {
		t.Helper()
		for member := range maps.Keys(value.(map[string]any)) {
			if !slices.ContainsFunc(described, func(d map[string]any) bool { return d[member] != nil }) {
				t.Errorf("%s has %q, which is not described", what, member)
			}
		}
	}
	held("a case", c, members("case"))
	held("what was said", c["said"].([]any)[0], members("said"))
	key := h.reader("described", store.ForAll)
	held("a moment", h.call("GET", "/moments", key, "").body["moments"].([]any)[0], members("said"), members("moment"))
	figures := h.call("GET", "/figures?by=topic,time", key, "").body
	held("figures", figures, members("figures"))
	held("a tally", figures["all"], members("tally"))
	if err := h.Store.BringVisits(t.Context(), "sparkle", []sayline.Visits{{Day: "2026-01-01", Hour: 9, Kind: "sales", About: sayline.VisitsAtTouchpoint, Subject: "k7f3", N: 1}}); err != nil {
		t.Fatal(err)
	}
	held("how many came", h.call("GET", "/visits", key, "").body["visits"].([]any)[0], members("visits"))
	for _, touchpoint := range h.call("GET", "/touchpoints", key, "").body["touchpoints"].([]any) {
		held("a touchpoint", touchpoint, members("touchpoint"))
	}
}
