package main

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline/cx"
)

// listing is what is shown of a moment, or a service.
type listing struct {
	Code   string `json:"service_code,omitempty" xml:"service_code,omitempty"`
	Name   string `json:"service_name,omitempty" xml:"service_name,omitempty"`
	ID     string `json:"service_request_id,omitempty" xml:"service_request_id,omitempty"`
	Status string `json:"status,omitempty" xml:"status,omitempty"`
	Words  string `json:"description,omitempty" xml:"description,omitempty"`
	Time   string `json:"requested_datetime,omitempty" xml:"requested_datetime,omitempty"`
	moment string
}

// publish lists a moment whose author agreed.
func (g *grown) publish(id, said string) {
	var m cx.Moment
	if json.Unmarshal([]byte(said), &m) != nil || !m.Publish && g.flaw != "O03" {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.public = append(g.public, listing{m.Topic, "", "311-" + id[len(id)-8:], "open", m.Text, time.Now().UTC().Format(time.RFC3339), id})
}

// forget takes it off the list.
func (g *grown) forget(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.flaw != "O04" {
		g.public = slices.DeleteFunc(g.public, func(l listing) bool { return l.moment == id })
	}
}

func (g *grown) open311(w http.ResponseWriter, r *http.Request) {
	path, inXML := strings.CutSuffix(strings.TrimSuffix(r.PathValue("path"), ".json"), ".xml")
	if r.Method == http.MethodPost {
		status := 400
		if g.flaw == "O05" {
			status = 200
		}
		writeList(w, status, inXML, "errors", "error", []listing{{Words: "service_code is needed"}})
		return
	}
	g.mu.Lock()
	list := slices.Clone(g.public)
	g.mu.Unlock()
	switch id, one := strings.CutPrefix(path, "requests/"); {
	case path == "services":
		list = []listing{{Code: "waiting", Name: "Waiting"}}
		if inXML && g.flaw == "O01" {
			list = append(list, listing{Code: "late", Name: "Late"})
		}
		writeList(w, 200, inXML, "services", "service", list)
		return
	case one && g.flaw == "O02":
		list = nil
	case one:
		list = slices.DeleteFunc(list, func(l listing) bool { return l.ID != id })
	}
	writeList(w, 200, inXML, "service_requests", "request", list)
}

func writeList(w http.ResponseWriter, status int, inXML bool, root, each string, list []listing) {
	if !inXML {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(append([]listing{}, list...))
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	e := xml.NewEncoder(w)
	start := xml.StartElement{Name: xml.Name{Local: root}}
	_ = e.EncodeToken(start)
	for _, l := range list {
		_ = e.EncodeElement(l, xml.StartElement{Name: xml.Name{Local: each}})
	}
	_ = e.EncodeToken(start.End())
	_ = e.Flush()
}
