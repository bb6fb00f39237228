package screen

import (
	"net/http"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// cameDoc is what came of what was said at a touchpoint, in each of the brand's
// languages: the only answer a kiosk's speaker gets.
type cameDoc struct {
	Status  string            `json:"status,omitempty"` // resolved or answered; "" when there is nothing to tell
	At      *time.Time        `json:"at,omitempty"`
	Moments int               `json:"moments,omitempty"`
	Topic   map[string]string `json:"topic,omitempty"` // what it was about
	Line    map[string]string `json:"line,omitempty"`  // "Cleaned 14:40, after nine of you"
}

// came tells what came of it: once, or as it happens.
func (s *Screen) came(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	t := site.Index.Touchpoint(r.PathValue("id"))
	if t == nil {
		return sayline.Errorf(sayline.NotFound, "There is no such touchpoint.")
	}
	if web.Wants(r, "application/json", "text/event-stream") == "text/event-stream" {
		return s.cameStream(w, r, site, t)
	}
	doc, err := s.cameDoc(r, site, t)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-cache")
	web.SendTagged(w, r, "application/json", web.JSON(doc))
	return nil
}

func (s *Screen) cameDoc(r *http.Request, site *brands.Site, t *sayline.Touchpoint) (*cameDoc, error) {
	done, err := s.Door.Came(r.Context(), site.Snapshot, t.ID)
	if err != nil {
		return nil, err
	}
	doc := &cameDoc{}
	if done == nil || done.Moments == 0 {
		return doc, nil
	}
	at := done.At.In(site.Location()).Truncate(time.Second)
	doc.Status, doc.At, doc.Moments = done.Status, &at, done.Moments
	doc.Topic, doc.Line = map[string]string{}, map[string]string{}
	topic := site.Index.Topic(done.Topic)
	for _, lang := range site.Languages {
		v := &voice{s.Words.In(lang), lang, site, t, s.Now().In(site.Location())}
		if topic != nil {
			doc.Topic[lang] = v.name(topic.Label)
		}
		doc.Line[lang] = v.cameLine(done, topic)
	}
	return doc, nil
}

// cameLine says it: the topic's own word for what was done, else the touchpoint's
// or the brand's, else ours.
func (v *voice) cameLine(done *store.Done, topic *sayline.Topic) string {
	word := ""
	if topic != nil {
		word = inLanguage(topic.Done, v.Lang, v.site.Language())
	}
	switch {
	case done.Status == sayline.StatusAnswered:
		word = v.W.Say("came_answered")
	case word == "":
		word = v.Line("done")
	}
	return v.W.Count("came", done.Moments, "done", word, "time", v.W.Stamp(v.now, done.At), "count", spelled(v.W.Say("numbers"), done.Moments))
}

// spelled is a small number in letters, from a list that begins with two; larger
// ones stay in digits.
func spelled(list string, n int) any {
	if names := strings.Split(list, "|"); n >= 2 && n-2 < len(names) {
		return names[n-2]
	}
	return n
}

// cameStream tells it as it happens, for as long as a receipt's stream lasts.
func (s *Screen) cameStream(w http.ResponseWriter, r *http.Request, site *brands.Site, t *sayline.Touchpoint) error {
	release, ok := s.streams.Take()
	if !ok {
		return web.RetryAfter(sayline.Errorf(sayline.Unavailable, "Too many are watching right now. Please ask again in a while."), 15*time.Second)
	}
	defer release()
	ticks, stop := s.Door.WatchBrand(site.ID)
	defer stop()
	out, err := web.OpenStream(w)
	if err != nil {
		return nil // who asked has left
	}
	end := time.NewTimer(s.StreamFor)
	defer end.Stop()
	beat := time.NewTicker(streamBeat)
	defer beat.Stop()
	for told := ""; ; {
		if doc, err := s.cameDoc(r, site, t); err == nil { // else the database is away; the next look tells
			body := web.JSON(doc)
			if tag := web.Tag(body); tag != told {
				if told = tag; out.Event("", "came", body) != nil {
					return nil
				}
			}
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-s.done:
			return nil
		case <-end.C:
			out.Event("", "end", []byte("{}"))
			return nil
		case <-ticks:
		case <-beat.C:
			if out.Beat() != nil {
				return nil
			}
		}
	}
}
