package check

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline/cx"
)

func open311Checks() []check {
	return []check{
		{"O01", "the services are the same in JSON and XML, and their codes strings", o01},
		{"O02", "what its author agreed to show is listed, the same in JSON and XML, under an id that is a string", o02},
		{"O03", "what its author did not agree to show is not listed", o03},
		{"O04", "what is taken back is listed no longer", o04},
		{"O05", "a report of no service is refused (400), in JSON and in XML", o05},
		{"O06", "a report becomes a request", func(context.Context, *probe) error {
			return hand("send one with an Open311 app and look: from there it could not be taken back")
		}},
	}
}

// record is a service or a request of GeoReport v2: what both formats say of it.
type record struct {
	Code   string `json:"service_code" xml:"service_code"`
	Name   string `json:"service_name" xml:"service_name"`
	ID     string `json:"service_request_id" xml:"service_request_id"`
	Status string `json:"status" xml:"status"`
	Words  string `json:"description" xml:"description"`
	Time   string `json:"requested_datetime" xml:"requested_datetime"`
}

// georeport is where the brand's endpoint answers a path.
func (p *probe) georeport(path string) (string, error) {
	if p.doc.Identifiers == nil || p.doc.Identifiers.Open311 == "" {
		return "", errors.New("identifiers.open311 is missing")
	}
	return strings.TrimSuffix(p.doc.Identifiers.Open311, "/") + "/" + path, nil
}

// inJSON reads a list.
func (p *probe) inJSON(ctx context.Context, path string) (list []record, err error) {
	at, err := p.georeport(path + ".json")
	if err != nil {
		return nil, err
	}
	a, err := p.ask(ctx, call{url: at})
	if err != nil {
		return nil, err
	}
	if err := a.want(200); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(a.body, &list); err != nil || a.kind() != "application/json" {
		return nil, fmt.Errorf("%s.json is no list with strings for ids: %s", path, a)
	}
	return list, nil
}

// bridge reads a list in both formats, and says whether they agree.
func (p *probe) bridge(ctx context.Context, path string) ([]record, error) {
	list, err := p.inJSON(ctx, path)
	if err != nil {
		return nil, err
	}
	at, err := p.georeport(path + ".xml")
	if err != nil {
		return nil, err
	}
	a, err := p.ask(ctx, call{url: at})
	if err != nil {
		return nil, err
	}
	if err := a.want(200); err != nil {
		return nil, err
	}
	var doc struct {
		Services []record `xml:"service"`
		Requests []record `xml:"request"`
	}
	if err := xml.Unmarshal(a.body, &doc); err != nil || a.kind() != "text/xml" && a.kind() != "application/xml" {
		return nil, fmt.Errorf("%s.xml is no XML: %s", path, a)
	}
	if !slices.Equal(append(doc.Services, doc.Requests...), list) {
		return nil, fmt.Errorf("%s is another list in XML than in JSON", path)
	}
	return list, nil
}

func o01(ctx context.Context, p *probe) error {
	list, err := p.bridge(ctx, "services")
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return errors.New("there are no services")
	}
	for _, s := range list {
		if s.Code == "" || s.Name == "" {
			return fmt.Errorf("a service has no code or no name: %+v", s)
		}
	}
	return nil
}

// listed says a moment of the brand's first service and finds it, waiting a
// little where it should be there.
func (p *probe) listed(ctx context.Context, publish bool) (*cx.Accepted, string, *record, error) {
	if p.doc.API == nil {
		return nil, "", nil, hand("there is no api.submit to say something by")
	}
	services, err := p.inJSON(ctx, "services")
	if err != nil {
		return nil, "", nil, err
	}
	if len(services) == 0 {
		return nil, "", nil, hand("there are no services")
	}
	text := mark + "listed " + p.key()[:8]
	said, err := p.say(ctx, fmt.Sprintf(`{"topic":%q,"text":%q,"publish":%t}`, services[0].Code, text, publish))
	if err != nil {
		return nil, "", nil, err
	}
	for end := p.o.Now().Add(10 * time.Second); ; {
		found, err := p.find(ctx, text)
		if err != nil || found != nil || !publish || p.o.Now().After(end) {
			return said, text, found, err
		}
		select {
		case <-ctx.Done():
			return nil, "", nil, ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
}

func (p *probe) find(ctx context.Context, text string) (*record, error) {
	list, err := p.bridge(ctx, "requests")
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].Words == text {
			return &list[i], nil
		}
	}
	return nil, nil
}

func o02(ctx context.Context, p *probe) error {
	said, text, found, err := p.listed(ctx, true)
	if err != nil {
		return err
	}
	switch {
	case found == nil:
		return errors.New("it is not listed")
	case found.ID == "" || found.Status != "open" && found.Status != "closed":
		return fmt.Errorf("it is listed as %+v", *found)
	case strings.Contains(said.Receipt, found.ID):
		return errors.New("its id is the receipt's secret")
	}
	if _, err := time.Parse(time.RFC3339, found.Time); err != nil {
		return fmt.Errorf("requested_datetime is %q", found.Time)
	}
	one, err := p.bridge(ctx, "requests/"+found.ID)
	if err != nil {
		return err
	}
	if len(one) != 1 || one[0].Words != text || one[0].ID != found.ID {
		return fmt.Errorf("by its id it is %+v", one)
	}
	return nil
}

func o03(ctx context.Context, p *probe) error {
	_, _, found, err := p.listed(ctx, false)
	if err == nil && found != nil {
		err = errors.New("it is listed")
	}
	return err
}

func o04(ctx context.Context, p *probe) error {
	said, text, found, err := p.listed(ctx, true)
	if err != nil {
		return err
	}
	if found == nil {
		return hand("what was agreed to is not listed at all")
	}
	a, err := p.change(ctx, http.MethodDelete, said.Receipt, "")
	if err != nil {
		return err
	}
	if err := a.want(204); err != nil {
		return err
	}
	if found, err = p.find(ctx, text); err == nil && found != nil {
		err = errors.New("it is still listed")
	}
	return err
}

func o05(ctx context.Context, p *probe) error {
	at, err := p.georeport("requests.")
	if err != nil {
		return err
	}
	for _, format := range []string{"json", "xml"} {
		a, err := p.ask(ctx, call{method: http.MethodPost, url: at + format, body: "description=x", kind: "application/x-www-form-urlencoded"})
		if err != nil {
			return err
		}
		if err := a.want(400); err != nil {
			return fmt.Errorf("%s: %w", format, err)
		}
		var list []struct{ Description string }
		var doc struct {
			List []struct {
				Description string `xml:"description"`
			} `xml:"error"`
		}
		if format == "json" && (json.Unmarshal(a.body, &list) != nil || len(list) == 0 || list[0].Description == "") ||
			format == "xml" && (xml.Unmarshal(a.body, &doc) != nil || len(doc.List) == 0 || doc.List[0].Description == "") {
			return fmt.Errorf("%s: no error is described: %s", format, a)
		}
	}
	return nil
}
