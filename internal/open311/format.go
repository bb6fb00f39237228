package open311

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/web"
)

// format is how an answer is written.
type format string

const (
	asXML  format = "xml"
	asJSON format = "json"
)

// mediaTypes are the formats' as discovery names them.
var mediaTypes = []string{"text/xml", "application/json"}

// cutFormat takes the format from the end of a path: services/lost.xml.
func cutFormat(path string) (resource string, f format, ok bool) {
	at := strings.LastIndexByte(path, '.')
	if at < 0 {
		return "", "", false
	}
	f = format(path[at+1:])
	return path[:at], f, f == asXML || f == asJSON
}

// document is an answer that both formats can write: the XML has a root, the
// JSON what stands in it.
type document interface{ inJSON() any }

// write makes the body of a document. A character that XML can't have becomes
// U+FFFD there.
func (f format) write(d document) (mediaType string, body []byte) {
	if f == asJSON {
		return "application/json; charset=utf-8", web.JSON(d.inJSON())
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(d); err != nil {
		panic("open311: " + err.Error()) // a mistake in the program: our documents can be written
	}
	b.WriteByte('\n')
	return "text/xml; charset=utf-8", b.Bytes()
}

// send writes an answer that changes now and then; who has it gets 304.
func (a *asking) send(caching string, d document) error {
	mediaType, body := a.format.write(d)
	h := a.w.Header()
	h.Set("Cache-Control", caching)
	h.Set("Vary", "Accept-Language, Accept-Encoding")
	h.Set("Content-Language", a.lang)
	web.SendTagged(a.w, a.r, mediaType, body)
	return nil
}

// errorList is an answer that says what went wrong.
type errorList struct {
	XMLName xml.Name   `xml:"errors"`
	List    []oneError `xml:"error"`
}

type oneError struct {
	Code        int    `xml:"code" json:"code"`
	Description string `xml:"description" json:"description"`
}

func (e errorList) inJSON() any { return e.List }

func sendError(w http.ResponseWriter, r *http.Request, f format, status int, descriptions ...string) {
	var e errorList
	for _, d := range descriptions {
		e.List = append(e.List, oneError{status, d})
	}
	mediaType, body := f.write(e)
	web.Send(w, r, status, mediaType, body)
}

// shape is an error of ours as Open311 has it: a wrong argument is 400 and a key
// that is none 403, and each member at fault is an error of its own. Who names no
// format is told in XML, the one every server has.
func shape(w http.ResponseWriter, r *http.Request, p *cx.Problem) {
	f := asXML
	if _, asked, ok := cutFormat(r.PathValue("path")); ok {
		f = asked
	}
	switch p.Status {
	case http.StatusUnprocessableEntity:
		p.Status = http.StatusBadRequest
	case http.StatusUnauthorized:
		p.Status = http.StatusForbidden
	}
	if len(p.Errors) == 0 {
		sendError(w, r, f, p.Status, p.Detail)
		return
	}
	var each []string
	for _, e := range p.Errors {
		each = append(each, strings.TrimPrefix(strings.TrimPrefix(e.Pointer, "/")+": "+e.Detail, ": "))
	}
	sendError(w, r, f, p.Status, each...)
}
