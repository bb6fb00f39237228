package screen_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/screen"
	"pgregory.net/rapid"
)

func TestSaying(t *testing.T) {
	h := newHouse(t)
	a := h.post("sparkle", newKey(), `{"cx":"2026-11","topic":"cant-find-it","lang":"en","context":{"touchpoint":"k7f3","source":"qr"},"more":true,"unknown":{"x":1}}`).want(201)
	doc := read[cx.Accepted](a)
	if a.header.Get("Location") != doc.Receipt || !strings.HasPrefix(doc.Receipt, h.url+"/@sparkle/cx/r/") {
		t.Errorf("Location %q, receipt %q", a.header.Get("Location"), doc.Receipt)
	}
	if doc.Status != cx.Received || doc.SentTo == nil || !strings.HasPrefix(doc.SentTo.Team, "Distribution") || doc.SentTo.LookBy == nil || doc.AnswerBy == nil || doc.OpenUntil == nil {
		t.Errorf("the answer says %s", a.body)
	}
	if len(doc.Reference) != 9 || a.header.Get("Set-Cookie") != "" || a.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("reference %q, headers %v", doc.Reference, a.header)
	}
	r := h.receipt(doc.Receipt)
	if r.Moment.Topic != "cant-find-it" || r.Moment.Context.Touchpoint != "k7f3" || r.Moment.Kind != "problem" || r.Moment.Context.Product != "09506000134352" {
		t.Errorf("kept %+v", r.Moment)
	}
}

func TestBadSubmissions(t *testing.T) {
	h := newHouse(t)
	long := strings.Repeat("ñ", sayline.MaxText+1)
	deep := strings.Repeat(`{"a":`, 17) + "1" + strings.Repeat("}", 17)
	for _, c := range []struct {
		name, key, contentType, body string
		status                       int
		pointer                      string
	}{
		{"no key", "", "application/json", `{"feeling":1}`, 400, ""},
		{"a short key", "abcdefghijklmnopqrstu", "application/json", `{"feeling":1}`, 400, ""},
		{"a key with blanks", strings.Repeat("a b", 10), "application/json", `{"feeling":1}`, 400, ""},
		{"no JSON", newKey(), "application/json", `{`, 400, ""},
		{"twice the same member", newKey(), "application/json", `{"text":"a","text":"b"}`, 400, "/text"},
		{"invalid UTF-8", newKey(), "application/json", "{\"text\":\"\xff\"}", 400, ""},
		{"U+0000", newKey(), "application/json", `{"text":"\u0000"}`, 400, "/text"},
		{"a lone surrogate", newKey(), "application/json", `{"text":"\ud800"}`, 400, "/text"},
		{"too deep", newKey(), "application/json", deep, 400, strings.Repeat("/a", 16)},
		{"a list", newKey(), "application/json", `[]`, 400, ""},
		{"too large", newKey(), "application/json", `{"text":"` + strings.Repeat("x", 200_000) + `"}`, 413, ""},
		{"plain text", newKey(), "text/plain", `hello`, 415, ""},
		{"Latin 1", newKey(), "application/json; charset=iso-8859-1", `{"feeling":1}`, 415, ""},
		{"a photo", newKey(), "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\r\nx\r\n--b--\r\n", 415, ""},
		{"empty", newKey(), "application/json", `{}`, 422, ""},
		{"a character too many", newKey(), "application/json", `{"text":"` + long + `"}`, 422, "/text"},
		{"a feeling of six", newKey(), "application/json", `{"feeling":6}`, 422, "/feeling"},
		{"a feeling of nought", newKey(), "application/json", `{"feeling":0,"text":"x"}`, 422, "/feeling"},
		{"a feeling in words", newKey(), "application/json", `{"feeling":"bad"}`, 422, "/feeling"},
		{"half a position", newKey(), "application/json", `{"feeling":1,"context":{"place":{"lat":1}}}`, 422, "/context/place/lat"},
		{"yesterday", newKey(), "application/json", `{"feeling":1,"occurred_at":"yesterday"}`, 422, "/occurred_at"},
		{"a contact of nobody", newKey(), "application/json", `{"feeling":1,"contact":{"email":"a@b.example"}}`, 422, "/contact"},
	} {
		p := h.call("POST", "/@sparkle/cx/moments", c.body, "Content-Type", c.contentType, "Idempotency-Key", c.key, "Accept-Language", "es").problem(c.status)
		if p.Title == http.StatusText(c.status) {
			t.Errorf("%s: the title %q is not localised", c.name, p.Title)
		}
		if c.pointer != "" && (len(p.Errors) == 0 || p.Errors[0].Pointer != c.pointer) {
			t.Errorf("%s: errors %+v, want one at %s", c.name, p.Errors, c.pointer)
		}
	}
}

// TestWordsAreKept: four thousand characters of anything come back as they went.
func TestWordsAreKept(t *testing.T) {
	h := newHouse(t)
	for _, text := range []string{strings.Repeat("😀", 4000), strings.Repeat("e\u0301", 2000), strings.Repeat("שלום ", 800), " \t\r\nleft as it is \u2028", "</script><!--"} {
		src, _ := json.Marshal(map[string]any{"text": text})
		r := h.receipt(h.said("sparkle", string(src)).Receipt)
		if r.Moment.Text != text {
			t.Errorf("%.40q came back as %.40q", text, r.Moment.Text)
		}
	}
}

func TestUnknownThingsAreKept(t *testing.T) {
	h := newHouse(t)
	r := h.receipt(h.said("sparkle", `{"kind":"sigh","topic":"moon-too-bright","feeling":2,"context":{"touchpoint":"nowhere","gs1":"https://x.example/01/123"}}`).Receipt)
	if m := r.Moment; m.Kind != "sigh" || m.Topic != "moon-too-bright" || m.Context.Touchpoint != "nowhere" || m.Context.GS1 != "https://x.example/01/123" || m.Context.Product != "" {
		t.Errorf("kept %+v", r.Moment)
	}
}

func TestOnceAndOnlyOnce(t *testing.T) {
	h := newHouse(t)
	key, body := newKey(), `{"text":"once"}`
	one := read[cx.Accepted](h.post("sparkle", key, body).want(201))
	two := read[cx.Accepted](h.post("sparkle", `"`+key+`"`, body).want(201))
	if one.ID != two.ID || one.Reference != two.Reference || one.Receipt != two.Receipt || !one.ReceivedAt.Equal(two.ReceivedAt) {
		t.Errorf("a repeat gave %+v after %+v", two, one)
	}
	h.post("sparkle", key, `{"text": "once"}`).problem(422)
	if other := read[cx.Accepted](h.post("granvia", key, body).want(201)); other.Receipt == one.Receipt {
		t.Error("two brands share a receipt")
	}
	h.call("DELETE", one.Receipt, "").want(204)
	h.post("sparkle", key, body).problem(410)
	h.call("GET", one.Receipt, "").problem(404)

	key = newKey()
	ids := make([]string, 20)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() { ids[i] = read[cx.Accepted](h.post("sparkle", key, body).want(201)).ID })
	}
	all.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("twenty at once gave %v", ids)
		}
	}
}

func TestNoReceipt(t *testing.T) {
	h := newHouse(t)
	a := h.post("sparkle", newKey(), `{"feeling":1,"receipt":false}`).want(201)
	if doc := read[cx.Accepted](a); doc.Receipt != "" || a.header.Get("Location") != "" {
		t.Errorf("a receipt nobody wanted: %s", a.body)
	}
}

func TestAPartOfAForm(t *testing.T) {
	h := newHouse(t)
	moment := `{"text":"by part"}`
	body := "--b\r\nContent-Disposition: form-data; name=\"moment\"\r\nContent-Type: application/json\r\n\r\n" + moment + "\r\n--b--\r\n"
	key := newKey()
	one := read[cx.Accepted](h.call("POST", "/@sparkle/cx/moments", body, "Content-Type", "multipart/form-data; boundary=b", "Idempotency-Key", key).want(201))
	two := read[cx.Accepted](h.post("sparkle", key, moment).want(201))
	if one.ID != two.ID {
		t.Error("the digest is of the part, so the same moment alone is the same")
	}
}

// TestPlainForms: what works without a script.
func TestPlainForms(t *testing.T) {
	h := newHouse(t)
	send := func(path string, fields url.Values) *answer {
		return h.call("POST", path, fields.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html")
	}
	key := newKey()
	bad := send("/@sparkle/cx/t/k7f3?ref=A7", url.Values{"key": {key}, "feeling": {"1"}, "text": {"a\r\nb"}, "lang": {"es"}}).want(303)
	again := send("/@sparkle/cx/t/k7f3?ref=A7", url.Values{"text": {"a\r\nb"}, "lang": {"es"}, "feeling": {"1"}, "key": {key}}).want(303)
	other := send("/@sparkle/cx/t/k7f3?ref=A7", url.Values{"key": {key}, "feeling": {"5"}, "lang": {"es"}}).want(303)
	if bad.header.Get("Location") != again.header.Get("Location") {
		t.Error("the same button twice is one moment")
	}
	if bad.header.Get("Location") == other.header.Get("Location") {
		t.Error("another button is another moment")
	}
	r := h.receipt(bad.header.Get("Location"))
	if m := r.Moment; m.Text != "a\nb" || m.Feeling != 1 || m.Lang != "es" || m.Context.Touchpoint != "k7f3" || m.Context.Ref != "" || m.Context.Source != "qr" {
		t.Errorf("kept %+v in %+v", r.Moment, r.Moment.Context)
	}
	if r.OpenUntil == nil {
		t.Error("what a form said is open for more")
	}
	request := send("/@sparkle/cx", url.Values{"key": {newKey()}, "need": {"two pillows"}, "text": {""}, "do": {"need"}}).want(303)
	if m := h.receipt(request.header.Get("Location")).Moment; m.Kind != "request" || m.Text != "two pillows" {
		t.Errorf("a request became %+v", m)
	}
	picked := send("/@sparkle/cx/t/k7f3", url.Values{"key": {newKey()}, "topic": {"cant-find-it", "damaged"}}).want(303)
	if m := h.receipt(picked.header.Get("Location")).Moment; m.Topic != "damaged" {
		t.Errorf("the button pressed gave way to %q", m.Topic)
	}
	api := send("/@sparkle/cx/moments", url.Values{"key": {newKey()}, "touchpoint": {"k7f3"}, "feeling": {"5"}, "ref": {"A7"}}).want(303)
	if m := h.receipt(api.header.Get("Location")).Moment; m.Context.Touchpoint != "k7f3" || m.Context.Ref != "A7" {
		t.Errorf("through the API: %+v", m.Context)
	}
	for name, fields := range map[string]url.Values{"no key": {"feeling": {"1"}}, "a short key": {"key": {"x"}, "feeling": {"1"}}, "U+0000": {"key": {newKey()}, "text": {"\x00"}}} {
		if a := send("/@sparkle/cx", fields).want(400); !strings.Contains(string(a.body), "<h1") {
			t.Errorf("%s: no page for a person: %.200s", name, a.body)
		}
	}
	send("/@sparkle/cx", url.Values{"key": {newKey()}}).want(422)
	h.call("POST", "/@sparkle/cx", "key=%zz", "Content-Type", "application/x-www-form-urlencoded").problem(400)
}

// TestFormKeys: the effective key depends on what was sent, not on its order,
// and no two different forms share one.
func TestFormKeys(t *testing.T) {
	h := newHouse(t, func(o *screen.Options) { o.RateLimitOff = true })
	seen := map[string]string{}
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.StringMatching(`[a-c=&]{0,3}`)
		fields := url.Values{"key": {"0123456789abcdef0123456789abcdef"}, "feeling": {"1"}}
		for range rapid.IntRange(0, 3).Draw(t, "fields") {
			fields.Add(rapid.SampledFrom([]string{"text", "ref", "x"}).Draw(t, "name"), words.Draw(t, "value"))
		}
		sorted := fields.Encode()
		parts := strings.Split(sorted, "&")
		mixed := strings.Join(rapid.Permutation(parts).Draw(t, "order"), "&")
		to := func(body string) string {
			return h.call("POST", "/@sparkle/cx", body, "Content-Type", "application/x-www-form-urlencoded").want(303).header.Get("Location")
		}
		one, two := to(sorted), to(mixed)
		same := url.Values{}
		for k, v := range fields { // the order of one field's values does not count either
			for _, x := range v {
				same.Add(k, x)
			}
		}
		if one != two {
			t.Fatalf("%s and %s are two moments", sorted, mixed)
		}
		canonical := fmt.Sprint(sha256.Sum256([]byte(sortedPairs(fields))))
		if was, ok := seen[one]; ok && was != canonical {
			t.Fatalf("%s shares its moment with another form", sorted)
		}
		seen[one] = canonical
	})
}

// sortedPairs writes fields so that two forms that differ are written differently.
func sortedPairs(f url.Values) string {
	var list []string
	for k, v := range f {
		for _, x := range v {
			list = append(list, url.QueryEscape(k)+"="+url.QueryEscape(x))
		}
	}
	sortStrings(list)
	return strings.Join(list, "&")
}

func TestRateLimit(t *testing.T) {
	h := newHouse(t, func(o *screen.Options) { o.RatePerMinute = 3 })
	h.clock.stand()
	key := newKey()
	h.post("sparkle", key, `{"feeling":1}`).want(201)
	for range 10 {
		h.post("sparkle", key, `{"feeling":1}`).want(201) // a known key never counts
	}
	h.post("sparkle", newKey(), `{"feeling":1}`).want(201)
	h.post("sparkle", newKey(), `{"feeling":1}`).want(201)
	a := h.post("sparkle", newKey(), `{"feeling":1}`)
	a.problem(429)
	if after := a.header.Get("Retry-After"); after == "" || after == "0" {
		t.Errorf("Retry-After %q", after)
	}
	h.post("sparkle", key, `{"feeling":1}`).want(201) // even now
	h.clock.forward(21 * time.Second)
	u := read[cx.Accepted](h.post("sparkle", newKey(), `{"feeling":1}`).want(201)).Receipt
	for range 15 {
		h.call("POST", u+"/messages", `{"text":"more"}`, "Content-Type", "application/json").want(200)
	}
	h.call("POST", u+"/messages", `{"text":"more"}`, "Content-Type", "application/json").problem(429)
	h.call("PATCH", u, `{"more":false}`, "Content-Type", "application/json").problem(429)
	before := h.writes.Load()
	for range 20 {
		h.call("DELETE", u+"x", "").want(404) // nor what is no receipt, which costs nobody a turn to write
	}
	if n := h.writes.Load() - before; n != 0 {
		t.Errorf("what is no receipt was written %d times", n)
	}
	h.call("DELETE", u, "").want(204) // taking back is never refused
}

func TestNobodyHome(t *testing.T) {
	h := newHouse(t)
	h.must(h.store.Close())
	a := h.post("sparkle", newKey(), `{"feeling":1}`)
	p := a.problem(503)
	if len(p.Fallback) == 0 || a.header.Get("Retry-After") == "" {
		t.Errorf("the problem says %+v, Retry-After %q", p, a.header.Get("Retry-After"))
	}
	// The screen is still there to say it on; it will be kept and sent.
	h.call("GET", "/@sparkle/cx/t/k7f3", "", "Accept", "text/html").want(200)
	page := h.call("POST", "/@sparkle/cx", url.Values{"key": {newKey()}, "feeling": {"1"}}.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html").want(503)
	if !strings.Contains(string(page.body), "tel:") {
		t.Errorf("no other way is shown: %.600s", page.body)
	}
}
