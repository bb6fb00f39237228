package e2e

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/store"
)

// civic is an app that speaks Open311 and nothing else of ours, in one format.
type civic struct {
	*house
	base, format string
}

// civicAnswer is what the app gets.
type civicAnswer struct {
	status int
	header http.Header
	body   string
}

// civicRequest is a request as both formats have it.
type civicRequest struct {
	ID        string   `json:"service_request_id" xml:"service_request_id"`
	Status    string   `json:"status" xml:"status"`
	Notes     string   `json:"status_notes" xml:"status_notes"`
	Name      string   `json:"service_name" xml:"service_name"`
	Code      string   `json:"service_code" xml:"service_code"`
	Words     string   `json:"description" xml:"description"`
	Requested string   `json:"requested_datetime" xml:"requested_datetime"`
	Updated   string   `json:"updated_datetime" xml:"updated_datetime"`
	Address   string   `json:"address" xml:"address"`
	AddressID string   `json:"address_id" xml:"address_id"`
	Lat       *float64 `json:"lat" xml:"lat"`
	Long      *float64 `json:"long" xml:"long"`
	Notice    string   `json:"service_notice" xml:"service_notice"`
	Receipt   string   `json:"receipt" xml:"receipt"`
	Token     string   `json:"token" xml:"token"`
}

func (c *civic) call(method, path string, form url.Values, headers ...string) civicAnswer {
	c.t.Helper()
	at, query, _ := strings.Cut(path, "?")
	address := c.base + "/" + at + "." + c.format
	if query != "" {
		address += "?" + query
	}
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, address, body)
	c.must(err)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	c.must(err)
	defer res.Body.Close()
	all, err := io.ReadAll(res.Body)
	c.must(err)
	want := map[string]string{"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}[c.format]
	if got := res.Header.Get("Content-Type"); got != want && res.StatusCode != http.StatusNoContent && res.StatusCode != http.StatusNotModified {
		c.t.Errorf("%s %s is %s", method, path, got)
	}
	if res.Header.Get("Access-Control-Allow-Origin") != "*" {
		c.t.Errorf("%s is not open to every origin", path)
	}
	return civicAnswer{res.StatusCode, res.Header, string(all)}
}

// read takes an answer's list of requests apart.
func (c *civic) read(a civicAnswer) []civicRequest {
	c.t.Helper()
	if a.status != http.StatusOK {
		c.t.Fatalf("%d %s", a.status, a.body)
	}
	var list []civicRequest
	if c.format == "json" {
		c.must(json.Unmarshal([]byte(a.body), &list))
		return list
	}
	var doc struct {
		XMLName xml.Name       `xml:"service_requests"`
		List    []civicRequest `xml:"request"`
	}
	c.must(xml.Unmarshal([]byte(a.body), &doc))
	return doc.List
}

func (c *civic) requests(query string) []civicRequest {
	return c.read(c.call("GET", "requests?"+query, nil))
}

func (c *civic) report(form url.Values, headers ...string) civicRequest {
	c.t.Helper()
	list := c.read(c.call("POST", "requests", form, headers...))
	if len(list) != 1 || len(list[0].ID) != 32 || !strings.Contains(list[0].Notice, list[0].Receipt) {
		c.t.Fatalf("accepted as %+v", list)
	}
	return list[0]
}

// refused: an error in Open311's shape, in the format asked for.
func (c *civic) refused(status int, a civicAnswer) {
	c.t.Helper()
	type one struct {
		Code        int    `json:"code" xml:"code"`
		Description string `json:"description" xml:"description"`
	}
	var list []one
	if c.format == "json" {
		c.must(json.Unmarshal([]byte(a.body), &list))
	} else {
		var doc struct {
			XMLName xml.Name `xml:"errors"`
			List    []one    `xml:"error"`
		}
		c.must(xml.Unmarshal([]byte(a.body), &doc))
		list = doc.List
	}
	if a.status != status || len(list) == 0 || list[0].Code != status || list[0].Description == "" {
		c.t.Errorf("%d %s, want %d", a.status, a.body, status)
	}
}

// An app of a city says something to a brand and follows it, in both formats, on
// both databases; it reads what may be shown and nothing else.
func TestOpen311(t *testing.T) {
	engines(t, func(t *testing.T, database string) {
		h := open(t, database, "sparkle")
		for _, format := range []string{"xml", "json"} {
			c := &civic{h, h.at("sparkle", "/open311/v2"), format}
			c.isFound()
			c.roundTrip()
			c.namesNobody()
			c.refuses()
		}
		(&civic{h, h.at("sparkle", "/open311/v2"), "json"}).pages()
	})
}

// isFound: the brand's own documents lead to the endpoint, its services are the
// public topics, and each has its definition.
func (c *civic) isFound() {
	c.t.Helper()
	found, err := (&cx.Client{}).Discover(c.t.Context(), c.at("sparkle", ""))
	c.must(err)
	if found.Identifiers == nil || found.Identifiers.Open311 != c.base || !slices.Contains(found.Conformance, "open311") {
		c.t.Fatalf("the brand says %+v", found.Identifiers)
	}
	doc := c.call("GET", "discovery", nil)
	for _, want := range []string{c.base, "http://wiki.open311.org/GeoReport_v2", "text/xml", "application/json", "production", "20"} {
		if doc.status != 200 || !strings.Contains(doc.body, want) {
			c.t.Errorf("discovery does not say %s: %s", want, doc.body)
		}
	}
	services := c.call("GET", "services", nil, "Accept-Language", "es").body
	if !strings.Contains(services, "No lo encuentro") || !strings.Contains(services, "realtime") {
		c.t.Errorf("services: %s", services)
	}
	public := c.Registry.ByID("sparkle").OpenTopics()
	for _, topic := range c.Registry.ByID("sparkle").Topics {
		shown := slices.ContainsFunc(public, func(t *sayline.Topic) bool { return t.ID == topic.ID })
		if has := strings.Contains(services, ">"+topic.ID+"<") || strings.Contains(services, `"`+topic.ID+`"`); has != shown {
			c.t.Errorf("%s is a service: %v, want %v", topic.ID, has, shown)
		}
		if a := c.call("GET", "services/"+topic.ID, nil); shown && (a.status != 200 || !strings.Contains(a.body, "publish")) {
			c.t.Errorf("%s: %d %s", topic.ID, a.status, a.body)
		} else if !shown {
			c.refused(404, a)
		}
	}
}

// roundTrip is a request's life: reported, repeated, listed, answered, closed, taken back.
func (c *civic) roundTrip() {
	c.t.Helper()
	words := "No lemon <left> & \"nothing\" else, " + c.format
	form := url.Values{"service_code": {"cant-find-it"}, "description": {words}, "lat": {"40.416834"}, "long": {"-3.703791"}, "address_id": {"k7f3"}, "attribute[publish]": {"yes"}, "jurisdiction_id": {"sparkle.example"}}
	key := "open311-" + c.format + "-0123456789abcdef"
	said := c.report(form, "Idempotency-Key", key)
	if again := c.report(form, "Idempotency-Key", key); again != said {
		c.t.Errorf("repeated: %+v, first %+v", again, said)
	}
	form.Set("description", "else")
	c.refused(400, c.call("POST", "requests", form, "Idempotency-Key", key))
	_, secret, _ := strings.Cut(said.Receipt, "/cx/r/")
	m, err := c.Store.MomentByReceipt(c.t.Context(), "sparkle", sayline.ReceiptKey(secret))
	c.must(err)
	if m.Text != words || m.Context.Source != "api" || m.Context.Touchpoint != "k7f3" || m.Class != sayline.Unidentified || !m.Publish || m.Case == "" {
		c.t.Errorf("kept %+v", m)
	}
	for _, part := range []string{m.ID, strings.ReplaceAll(m.ID, "-", ""), secret, m.Reference} {
		if strings.Contains(said.ID, part) || strings.Contains(part, said.ID) {
			c.t.Errorf("the id %s tells %s", said.ID, part)
		}
	}
	one := func() civicRequest {
		c.t.Helper()
		list := c.read(c.call("GET", "requests/"+said.ID, nil))
		if len(list) != 1 {
			c.t.Fatalf("%d are found", len(list))
		}
		return list[0]
	}
	r := one()
	if r.ID != said.ID || r.Status != "open" || r.Code != "cant-find-it" || r.Name == "" || r.Words != words || r.Notes != "" || r.AddressID != "k7f3" || r.Address == "" ||
		r.Lat == nil || *r.Lat != 40.417 || *r.Long != -3.704 || r.Requested != m.ReceivedAt.UTC().Format(time.RFC3339) || r.Updated != r.Requested {
		c.t.Errorf("shown as %+v", r)
	}
	if list := c.requests("service_code=cant-find-it&status=open&page_size=1"); len(list) != 1 || list[0].ID != said.ID {
		c.t.Errorf("listed: %+v", list)
	}
	if list := c.read(c.call("GET", "tokens/"+said.ID, nil)); len(list) != 1 || list[0].ID != said.ID || list[0].Token != said.ID {
		c.t.Errorf("token: %+v", list)
	}
	c.answerAll("sparkle", said.Receipt, "Tomorrow <at> 8:00.")
	if r := one(); r.Status != "open" || r.Notes != "Tomorrow <at> 8:00." {
		c.t.Errorf("answered: %+v", r)
	}
	act := store.Act{Brand: "sparkle", Case: m.Case, Person: c.Registry.ByID("sparkle").People[0].ID, Way: "desk", Zone: time.UTC}
	c.must(c.Store.Resolve(c.t.Context(), act, "done"))
	if r := one(); r.Status != "closed" || r.Updated < r.Requested {
		c.t.Errorf("resolved: %+v", r)
	}
	if list := c.requests("status=closed&service_code=cant-find-it"); !slices.ContainsFunc(list, func(r civicRequest) bool { return r.ID == said.ID }) {
		c.t.Errorf("closed: %+v", list)
	}
	c.must((&cx.Client{}).Answer(said.Receipt).Withdraw(c.t.Context()))
	c.refused(404, c.call("GET", "requests/"+said.ID, nil))
	c.refused(404, c.call("GET", "tokens/"+said.ID, nil))
}

// namesNobody: without the author's word nothing is shown, and never who they
// are; nothing private and nothing of employees is there at all.
func (c *civic) namesNobody() {
	c.t.Helper()
	person := url.Values{"service_code": {"cant-find-it"}, "description": {"I am known"}, "email": {"ana@mail.example"}, "first_name": {"Ana"}, "last_name": {"Ruiz"}, "phone": {"+34600123987"}, "address_string": {"Calle Mayor 5, 3 B"}, "attribute[publish]": {"yes"}}
	known := c.report(person)
	person.Del("attribute[publish]")
	silent := c.report(person)
	body := c.call("GET", "requests?service_request_id="+known.ID+","+silent.ID+",nonsense", nil)
	if list := c.read(body); len(list) != 1 || list[0].ID != known.ID || list[0].Words != "I am known" || list[0].Lat != nil && *list[0].Lat == 0 {
		c.t.Errorf("shown: %+v", list)
	}
	for _, private := range []string{"ana@", "Ruiz", "600123987", "Mayor", "/cx/r/"} {
		if strings.Contains(body.body, private) {
			c.t.Errorf("%s is shown in %s", private, body.body)
		}
	}
	c.refused(404, c.call("GET", "requests/"+silent.ID, nil))

	before, private := len(c.requests("")), 0
	for i, t := range c.Registry.ByID("sparkle").Touchpoints {
		topic := "cant-find-it"
		if len(t.Topics) > 0 {
			topic = t.Topics[0]
		}
		if own := slices.ContainsFunc(t.Audiences, func(a string) bool { return a == "employee" || a == "vendor" }); t.Lane == "" && !own && c.Registry.ByID("sparkle").Index.Topic(topic).Lane == "" {
			continue
		}
		_, err := (&cx.Client{}).Say(c.t.Context(), c.discovery(), cx.Moment{Topic: topic, Text: "in confidence", Publish: true, Context: &cx.Context{Touchpoint: t.ID}})
		c.must(err)
		private++
		if list := c.requests(""); len(list) != before {
			c.t.Fatalf("%d: what was said at %s is shown", i, t.ID)
		}
	}
	if private == 0 {
		c.t.Error("the example has nothing private: this sees nothing")
	}
}

func (c *civic) discovery() *cx.Discovery {
	found, err := (&cx.Client{}).Discover(c.t.Context(), c.at("sparkle", ""))
	c.must(err)
	return found.Discovery
}

// refuses: what can't be is told as Open311 tells it.
func (c *civic) refuses() {
	c.t.Helper()
	for path, status := range map[string]int{
		"requests?start_date=yesterday": 400, "requests?start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z": 400, "requests?status=lost": 400, "requests?page=0": 400,
		"requests?page_size=1001": 400, "requests?service_code=nonsense": 404, "services/nonsense": 404, "requests/nonsense": 404, "requests/" + strings.Repeat("0", 32): 404, "tokens/12": 404, "nothing": 404, "requests/": 404, "requests/a/b": 404,
	} {
		c.refused(status, c.call("GET", path, nil))
	}
	ok := url.Values{"service_code": {"cant-find-it"}, "lat": {"1"}, "long": {"1"}}
	with := func(name, value string) url.Values {
		f := url.Values{}
		for k, v := range ok {
			f[k] = v
		}
		f.Set(name, value)
		return f
	}
	c.refused(400, c.call("POST", "requests", url.Values{"description": {"what?"}}))
	c.refused(404, c.call("POST", "requests", with("service_code", "nonsense")))
	c.refused(400, c.call("POST", "requests", with("lat", "91")))
	c.refused(400, c.call("POST", "requests", with("description", strings.Repeat("a", sayline.MaxText+1))))
	c.refused(403, c.call("POST", "requests", with("api_key", "nonsense")))
	c.refused(400, c.call("POST", "requests", ok, "Idempotency-Key", "short"))
	c.refused(415, c.call("POST", "requests", ok, "Content-Type", "application/json"))
	c.refused(405, c.call("DELETE", "requests", nil))
	c.refused(405, c.call("POST", "services", ok))
	relay := "relay_" + strings.Repeat(c.format, 8)
	c.must(c.Store.MakeRelay(c.t.Context(), &store.RelayKey{Brand: "sparkle", ID: "r-" + c.format, Name: "City of Madrid", MadeAt: time.Now(), MadeBy: "elena"}, sayline.HashSecret(relay)))
	said := c.report(with("api_key", relay))
	_, secret, _ := strings.Cut(said.Receipt, "/cx/r/")
	if m, err := c.Store.MomentByReceipt(c.t.Context(), "sparkle", sayline.ReceiptKey(secret)); err != nil || m.Context.PassedBy != "relay:City of Madrid" {
		c.t.Errorf("passed on by %+v, %v", m, err)
	}
	if a := c.call("OPTIONS", "requests", nil); a.status != 204 || !strings.Contains(a.header.Get("Access-Control-Allow-Methods"), "POST") {
		c.t.Errorf("preflight: %+v", a)
	}
	list := c.call("GET", "services", nil)
	if a := c.call("GET", "services", nil, "If-None-Match", list.header.Get("ETag")); a.status != 304 {
		c.t.Errorf("asked again: %d", a.status)
	}
}

// pages: a list comes in pages that lead from one to the next and miss nothing.
func (c *civic) pages() {
	c.t.Helper()
	for range 5 {
		c.report(url.Values{"service_code": {"cant-find-it"}, "description": {"page"}, "attribute[publish]": {"yes"}})
	}
	var all, paged []string
	for _, r := range c.requests("") {
		all = append(all, r.ID)
	}
	next := c.base + "/requests.json?page_size=2"
	for range 100 {
		_, path, _ := strings.Cut(next, "/requests.json?")
		a := c.call("GET", "requests?"+path, nil)
		list := c.read(a)
		if len(list) > 2 {
			c.t.Fatalf("%d on a page", len(list))
		}
		for _, r := range list {
			paged = append(paged, r.ID)
		}
		link := a.header.Get("Link")
		if link == "" {
			break
		}
		next = strings.TrimSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
		if !strings.HasPrefix(next, c.base+"/requests.json?") {
			c.t.Fatalf("the next page is %s", link)
		}
	}
	if len(all) < 5 || !slices.Equal(all, paged) {
		c.t.Errorf("%d in all, %d on pages", len(all), len(paged))
	}
}
