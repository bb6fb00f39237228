package anywhere

import (
	"encoding/json"
	"net/http"

	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/web"
)

// discovered is a brand's document for a page's client (cx.js, discover).
type discovered struct {
	Domain   string          `json:"domain"`
	URL      string          `json:"url"`
	Document json.RawMessage `json:"document"`
}

// discover finds the document of an address for a page, which can't read other
// sites' headers and pages itself.
func (a *Anywhere) discover(w http.ResponseWriter, r *http.Request, address string) error {
	if err := a.take(a.finds, r); err != nil {
		return err
	}
	base := a.Operator(r)
	d := a.directory(base)
	domain, ok := asciiDomain(address, a.Private)
	target := domain
	if u, web := webAddress(address); web {
		domain, ok = a.hostOf(u.String())
		target = address
	}
	if !ok {
		return a.notFound(w, r, "address", nil)
	}
	x := &Answer{}
	if err := a.findDomain(r.Context(), d, x, domain, target, "", func() error { return a.take(a.looks, r) }); err != nil {
		return err
	}
	if x.Brand == nil {
		return a.notFound(w, r, "not-here", x.None.Contacts)
	}
	if x.Brand.Here {
		doc := a.Document(base, x.Brand.id)
		web.SendJSON(w, r, http.StatusOK, discovered{x.Brand.Domain, doc.Canonical, web.JSON(doc)})
		return nil
	}
	kept, _ := a.learnt.document(x.Brand.Domain)
	web.SendJSON(w, r, http.StatusOK, discovered{kept.Domain, kept.URL, json.RawMessage(kept.Document)})
	return nil
}

// notFound says why there is no document, in a type that clients tell apart.
func (a *Anywhere) notFound(w http.ResponseWriter, r *http.Request, kind string, fallback []string) error {
	title := map[string]string{"not-here": "any_none", "address": "problem_invalid"}[kind]
	status := http.StatusNotFound
	if kind == "address" {
		status = http.StatusBadRequest
	}
	p := cx.Problem{Type: cx.Rel + "/" + kind, Title: a.Words.In(a.language(r)).Say(title), Status: status, Fallback: fallback}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, err := w.Write(web.JSON(p))
	return err
}
