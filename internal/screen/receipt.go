package screen

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/media"
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
	web.SendTagged(w, r, "application/json", web.JSON(receiptDoc(v, r.PathValue("secret"), rec)))
	return nil
}

// export gives an author all that is stored about what they said, photos and
// voices as data in it: whoever keeps the file keeps everything.
func (s *Screen) export(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	private(w)
	all, list, err := s.Door.Export(r.Context(), site.Snapshot, r.PathValue("secret"))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Disposition", `attachment; filename="answer.json"`)
	if len(list) == 0 {
		web.SendJSON(w, r, http.StatusOK, all)
		return nil
	}
	h.Set("Content-Type", "application/json")
	return s.exportMedia(w, r, all, list)
}

// exportMedia writes the document with its media last, one file after the
// other: none is ever whole in memory.
func (s *Screen) exportMedia(w http.ResponseWriter, r *http.Request, all map[string]any, list []*sayline.Media) error {
	open := func(v any) string { return strings.TrimSuffix(string(bytes.TrimSpace(web.JSON(v))), "}") }
	if _, err := io.WriteString(w, open(all)+`,"media":[`); err != nil {
		return err
	}
	for i, m := range list {
		if i > 0 {
			if _, err := io.WriteString(w, ","); err != nil {
				return err
			}
		}
		d := cx.Media{ID: m.ID, Kind: m.Kind, Type: m.Type, State: m.State, Width: m.Width, Height: m.Height, Seconds: m.Duration.Seconds(), Transcript: m.Transcript, Lang: m.Lang}
		if _, err := io.WriteString(w, open(d)+`,"data":"`); err != nil {
			return err
		}
		if err := s.exportFile(w, r, m); err != nil {
			return err // cut off: the document isn't whole, and says so by that
		}
		if _, err := io.WriteString(w, `"}`); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "]}\n")
	return err
}

// exportFile writes a file as base64; nothing for one that isn't there to be shown.
func (s *Screen) exportFile(w io.Writer, r *http.Request, m *sayline.Media) error {
	if m.State != sayline.MediaClean {
		return nil
	}
	file, err := s.Door.Files().Get(r.Context(), media.KeysOf(m.Brand, m.ID).Clean)
	if err != nil {
		return err
	}
	defer file.Close()
	to := base64.NewEncoder(base64.StdEncoding, w)
	if _, err := io.Copy(to, file); err != nil {
		return err
	}
	return to.Close()
}
