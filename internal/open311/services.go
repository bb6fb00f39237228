package open311

import (
	"encoding/xml"
	"slices"
	"strconv"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
)

type serviceList struct {
	XMLName xml.Name  `xml:"services"`
	List    []service `xml:"service"`
}

func (l serviceList) inJSON() any { return l.List }

// service is a topic of the brand's.
type service struct {
	Code        string `xml:"service_code" json:"service_code"`
	Name        string `xml:"service_name" json:"service_name"`
	Description string `xml:"description" json:"description"`
	Metadata    bool   `xml:"metadata" json:"metadata"` // it has a definition
	Type        string `xml:"type" json:"type"`         // realtime: its id is given at once
	Keywords    string `xml:"keywords" json:"keywords"`
	Group       string `xml:"group" json:"group"`
}

func (b *Bridge) services(a *asking, _ string) error {
	l := serviceList{List: []service{}}
	for _, t := range a.site.OpenTopics() {
		name := a.name(t.Label)
		l.List = append(l.List, service{t.ID, name, name, true, "realtime", t.Kind, a.words.Say("page_" + t.Kind)})
	}
	return a.send("public, max-age=300", l)
}

// serviceOf is the topic a service_code names; NotFound for what is none, or not
// everybody's.
func serviceOf(site *brands.Site, code string) (*sayline.Topic, error) {
	list := site.OpenTopics()
	i := slices.IndexFunc(list, func(t *sayline.Topic) bool { return t.ID == code })
	if i < 0 {
		return nil, sayline.Errorf(sayline.NotFound, "There is no service with this service_code.")
	}
	return list[i], nil
}

type definition struct {
	XMLName    xml.Name    `xml:"service_definition" json:"-"`
	Code       string      `xml:"service_code" json:"service_code"`
	Attributes []attribute `xml:"attributes>attribute" json:"attributes"`
}

// attribute is something that may be said beside the words: all are optional.
type attribute struct {
	Variable    bool    `xml:"variable" json:"variable"`
	Code        string  `xml:"code" json:"code"`
	Type        string  `xml:"datatype" json:"datatype"`
	Required    bool    `xml:"required" json:"required"`
	TypeHint    string  `xml:"datatype_description" json:"datatype_description"`
	Order       int     `xml:"order" json:"order"`
	Description string  `xml:"description" json:"description"`
	Values      []value `xml:"values>value" json:"values"`
}

type value struct {
	Key  string `xml:"key" json:"key"`
	Name string `xml:"name" json:"name"`
}

func (d *definition) inJSON() any { return d }

// Attributes of every service, and what agrees to publish.
const (
	publishCode = "publish"
	feelingCode = "feeling"
	yes         = "yes"
	no          = "no"
)

func (b *Bridge) definition(a *asking, code string) error {
	t, err := serviceOf(a.site, code)
	if err != nil {
		return err
	}
	publish := attribute{Variable: true, Code: publishCode, Type: "singlevaluelist", Order: 1, Description: a.words.Say("open311_publish"),
		Values: []value{{no, a.words.Say("open311_publish_no")}, {yes, a.words.Say("open311_publish_yes")}}}
	feeling := attribute{Variable: true, Code: feelingCode, Type: "singlevaluelist", Order: 2, Description: a.words.Say("faces_label")}
	for f := 1; f <= 5; f++ {
		n := strconv.Itoa(f)
		feeling.Values = append(feeling.Values, value{n, a.words.Say("face_" + n)})
	}
	return a.send("public, max-age=300", &definition{Code: t.ID, Attributes: []attribute{publish, feeling}})
}
