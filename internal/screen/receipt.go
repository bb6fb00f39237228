package screen

import (
	"net/http"

	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/web"
)

// receipt shows a receipt: people get a page, clients JSON, watchers a stream.
func (s *Screen) receipt(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	private(w)
	secret := r.PathValue("secret")
	wants := web.Wants(r, "application/json", "text/html", "text/event-stream")
	if wants == "text/event-stream" {
		return s.stream(w, r, site, secret)
	}
	rec, err := s.Door.Receipt(r.Context(), site.Snapshot, secret)
	if err != nil {
		return err
	}
	if wants == "text/html" {
		return s.answerPage(w, r, site, secret, rec)
	}
	return s.sendReceipt(w, r, site, rec)
}

// private keeps an answer from everybody in between.
func private(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Vary", "Accept-Language, Accept-Encoding, Accept")
}

// sendReceipt writes a receipt for a client, 304 where it has it already.
func (s *Screen) sendReceipt(w http.ResponseWriter, r *http.Request, site *brands.Site, rec *intake.Receipt) error {
	v := s.voiceFor(r, site, &rec.Moment)
	w.Header().Set("Content-Language", v.Lang)
	web.SendTagged(w, r, "application/json", web.JSON(receiptDoc(v, rec)))
	return nil
}

// export gives an author all that is stored about what they said.
func (s *Screen) export(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	private(w)
	all, err := s.Door.Export(r.Context(), site.Snapshot, r.PathValue("secret"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="answer.json"`)
	web.SendJSON(w, r, http.StatusOK, all)
	return nil
}
