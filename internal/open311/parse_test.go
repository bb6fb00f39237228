package open311

import (
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/brands"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// soda is the soda maker of the examples.
func soda(t testing.TB) *brands.Site {
	t.Helper()
	src, err := examples.File("sparkle")
	if err != nil {
		t.Fatal(err)
	}
	config, err := brandfile.Read("sparkle.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	return &brands.Site{Snapshot: brands.New(1, config, nil), Base: "https://sparkle.example"}
}

func kindOf(t *testing.T, err error, want sayline.Kind, what string) {
	t.Helper()
	if sayline.KindOf(err) != want {
		t.Errorf("%s: %v, want %q", what, err, want)
	}
}

func TestServicesAreThePublicTopics(t *testing.T) {
	site := soda(t)
	var codes []string
	for _, topic := range site.OpenTopics() {
		if topic.Lane != "" {
			t.Errorf("%s is in a lane", topic.ID)
		}
		codes = append(codes, topic.ID)
	}
	if len(codes) == 0 {
		t.Fatal("there are none")
	}
	for i := range site.Touchpoints {
		p := &site.Touchpoints[i]
		if !brands.Inside(p) {
			continue
		}
		for _, id := range p.Topics {
			if _, err := serviceOf(site, id); err == nil && !publicElsewhere(site, id) {
				t.Errorf("%s is said at %s alone, and is a service", id, p.ID)
			}
		}
	}
	for _, code := range []string{"", "nonsense", strings.ToUpper(codes[0])} {
		_, err := serviceOf(site, code)
		kindOf(t, err, sayline.NotFound, code)
	}
}

func publicElsewhere(site *brands.Site, topic string) bool {
	for i := range site.Touchpoints {
		p := &site.Touchpoints[i]
		for _, id := range p.Topics {
			if id == topic && !brands.Inside(p) {
				return true
			}
		}
	}
	return false
}

func TestAReportBecomesAMoment(t *testing.T) {
	site := soda(t)
	form := url.Values{
		"service_code": {"cant-find-it"}, "description": {"Nothing\r\nleft"}, "lat": {"40.41683"}, "long": {"-3.70379"}, "address_string": {" Gran Vía 1 "},
		"first_name": {"Ana"}, "last_name": {"Ruiz"}, "email": {"ana@mail.example"}, "phone": {"+34 600"}, "device_id": {"tt222111"}, "account_id": {"123456"},
		"media_url": {"https://pictures.example/1.jpg"}, "attribute[publish]": {"yes"}, "attribute[feeling][]": {"2"}, "attribute[unknown]": {"x"},
	}
	m, err := readReport(site, form)
	if err != nil {
		t.Fatal(err)
	}
	want := sayline.MomentContact{Name: "Ana Ruiz", Email: "ana@mail.example", Phone: "+34 600"}
	if m.Contact == nil || *m.Contact != want || m.Class != sayline.Identified {
		t.Errorf("from %+v", m.Contact)
	}
	c := m.Context
	if m.Topic != "cant-find-it" || m.Text != "Nothing\nleft" || !m.Publish || m.Feeling != 2 || !c.Located || c.Lat != 40.41683 || c.Long != -3.70379 ||
		c.Ref != "Gran Vía 1" || c.Source != "api" || c.Touchpoint != site.Index.FrontDoor().ID {
		t.Errorf("%+v", m)
	}
	m, err = readReport(site, url.Values{"service_code": {"cant-find-it"}, "device_id": {"tt222111"}})
	if err != nil || m.Class != sayline.Unidentified || m.Contact != nil || m.Publish {
		t.Errorf("a device is nobody: %+v, %v", m, err)
	}
	m, err = readReport(site, url.Values{"service_code": {"cant-find-it"}, "address_id": {"k7f3"}})
	if err != nil || m.Context.Touchpoint != "k7f3" {
		t.Errorf("at a touchpoint: %+v, %v", m, err)
	}
}

func TestReportsThatCantBe(t *testing.T) {
	site := soda(t)
	inside := ""
	for i := range site.Touchpoints {
		if brands.Inside(&site.Touchpoints[i]) {
			inside = site.Touchpoints[i].ID
		}
	}
	if inside == "" {
		t.Fatal("the example has nothing private")
	}
	_, err := readReport(site, url.Values{})
	kindOf(t, err, sayline.Invalid, "no service_code")
	_, err = readReport(site, url.Values{"service_code": {"nonsense"}})
	kindOf(t, err, sayline.NotFound, "no such service")
	for _, bad := range []string{"lat=91&long=0", "lat=NaN&long=0", "lat=1", "long=1", "lat=1e400&long=1", "lat=Inf&long=1", "lat=0&long=181", "address_id=nowhere",
		"address_id=" + inside, "attribute[publish]=perhaps", "attribute[feeling]=0", "attribute[feeling]=6", "attribute[feeling]=good"} {
		form, err := readForm("service_code=cant-find-it&"+bad, "")
		if err != nil {
			t.Fatal(err)
		}
		_, err = readReport(site, form)
		kindOf(t, err, sayline.AtFault, bad)
	}
	for _, bad := range []string{"a=%zz", "a;b", "%"} {
		_, err := readForm(bad, "")
		kindOf(t, err, sayline.Invalid, bad)
		_, err = readForm("", bad)
		kindOf(t, err, sayline.Invalid, bad)
	}
	form, err := readForm("service_code=x", "api_key=k1&service_code=y")
	if err != nil || form.Get("api_key") != "k1" || form.Get("service_code") != "x" {
		t.Errorf("%v, %v", form, err)
	}
}

func TestQueriesAreBounded(t *testing.T) {
	day := 24 * time.Hour
	for query, want := range map[string]asked{
		"":                                     {from: now.Add(-90 * day), until: now.Add(time.Second), page: 1, size: 1000},
		"start_date=2026-01-01T00:00:00Z":      {from: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), until: time.Date(2026, 4, 1, 0, 0, 1, 0, time.UTC), page: 1, size: 1000},
		"end_date=2026-04-01T02:00:00%2B02:00": {from: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), until: time.Date(2026, 4, 1, 0, 0, 1, 0, time.UTC), page: 1, size: 1000},
		"start_date=2026-11-22T00:00:00+01:00&end_date=2026-11-22T12:00:00.5Z":     {from: time.Date(2026, 11, 21, 23, 0, 0, 0, time.UTC), until: now.Add(time.Second), page: 1, size: 1000},
		"status=open&page=3&page_size=50":                                          {from: now.Add(-90 * day), until: now.Add(time.Second), page: 3, size: 50, status: "open"},
		"status=open,closed":                                                       {from: now.Add(-90 * day), until: now.Add(time.Second), page: 1, size: 1000},
		"status=closed&status=closed&service_code=":                                {from: now.Add(-90 * day), until: now.Add(time.Second), page: 1, size: 1000, status: "closed"},
		"service_code=a,%20b&service_code=c&jurisdiction_id=city.gov&api_key=1234": {from: now.Add(-90 * day), until: now.Add(time.Second), page: 1, size: 1000, codes: []string{"a", "b", "c"}},
		"service_request_id=1,2&start_date=nonsense&status=x":                      {ids: []string{"1", "2"}, page: 1, size: 1000},
	} {
		got, err := readAsked(query, now)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if !got.from.Equal(want.from) || !got.until.Equal(want.until) || got.page != want.page || got.size != want.size || got.status != want.status ||
			strings.Join(got.codes, "|") != strings.Join(want.codes, "|") || strings.Join(got.ids, "|") != strings.Join(want.ids, "|") {
			t.Errorf("%s: %+v, want %+v", query, got, want)
		}
	}
	for _, bad := range []string{"start_date=yesterday", "start_date=2026-11-22", "end_date=2026-13-01T00:00:00Z", "start_date=2026-01-02T00:00:00Z&end_date=2026-01-01T00:00:00Z",
		"start_date=2026-01-01T00:00:00Z&end_date=2026-04-01T00:00:01Z", "status=resolved", "page=0", "page=1001", "page=-1", "page_size=1001", "page_size=many", "page=99999999999999999999",
		"service_request_id=" + strings.Repeat("1,", 1001), "start_date=0001-01-01T00:00:00Z"} {
		_, err := readAsked(bad, now)
		kindOf(t, err, sayline.AtFault, bad)
	}
	_, err := readAsked("status=%zz", now)
	kindOf(t, err, sayline.Invalid, "no query")
}

func FuzzReport(f *testing.F) {
	site := soda(f)
	for _, seed := range []string{"service_code=cant-find-it&lat=40.4&long=-3.7&description=gone", "service_code=cant-find-it&attribute[publish]=yes&attribute[feeling][]=5&email=a%40b.example",
		"service_code=cant-find-it&address_id=k7f3&address_string=%F0%9F%8D%8B", "service_code=%00&lat=NaN&long=Inf", "&&==;%", "service_code=cant-find-it&description=%ff%fe"} {
		f.Add(seed, "api_key=k")
	}
	f.Fuzz(func(t *testing.T, body, query string) {
		form, err := readForm(body, query)
		if err != nil {
			kindOf(t, err, sayline.Invalid, body)
			return
		}
		m, err := readReport(site, form)
		if err != nil {
			return
		}
		c := m.Context
		if c.Located && (c.Lat < -90 || c.Lat > 90 || c.Long < -180 || c.Long > 180 || c.Lat != c.Lat || c.Long != c.Long) {
			t.Errorf("located at %v, %v", c.Lat, c.Long)
		}
		if (m.Contact != nil) != (m.Class == sayline.Identified) || m.Feeling < 0 || m.Feeling > 5 || c.Source != "api" {
			t.Errorf("%+v", m)
		}
		if p := site.Index.Touchpoint(c.Touchpoint); p == nil || !site.Public(p) {
			t.Errorf("said at %q", c.Touchpoint)
		}
		if m.Publish && chosen(form, publishCode) != yes {
			t.Error("nobody agreed to publish it")
		}
		if err := m.Validate(); err == nil && !utf8.ValidString(m.Text) {
			t.Errorf("kept %q", m.Text)
		}
	})
}

func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"", "start_date=2026-01-01T00:00:00Z&end_date=2026-02-01T00:00:00+01:00", "status=open,closed&page=2&page_size=10", "service_request_id=a,b,,c", "end_date=9999-12-31T23:59:59Z", "%&;="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		a, err := readAsked(query, now)
		if err != nil {
			return
		}
		if a.page < 1 || a.page > mostPage || a.size < 1 || a.size > mostRows || len(a.ids) > mostRows {
			t.Errorf("%+v", a)
		}
		if width := a.until.Sub(a.from); len(a.ids) == 0 && (width <= 0 || width > span+time.Second) {
			t.Errorf("%q spans %v", query, width)
		}
	})
}
