package screen

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// tellMe is the button by which a browser asks to be told of an answer.
type tellMe struct {
	Label  string
	Key    string // browsers subscribe to it
	Worker string // path of the service worker that shows what comes
}

// newTellMe offers it while there is something to wait for; nil where nobody
// could be told, as at a kiosk.
func (s *Screen) newTellMe(v *answerView, rec *intake.Receipt) *tellMe {
	m := &rec.Moment
	over := []string{sayline.StatusResolved, sayline.StatusClosed, sayline.StatusWithdrawn}
	if s.PushKey == "" || m.Context.Source == "kiosk" || slices.Contains(over, rec.Status) {
		return nil
	}
	label := "tell_me"
	if topic := v.site.Index.Topic(m.Topic); topic != nil && slices.Contains(topic.Needs, "product") && slices.Contains(topic.Needs, "place") {
		label = "tell_me_back" // a product that is missing somewhere: the wanted list counts who waits
	}
	return &tellMe{Label: v.W.Say(label), Key: s.PushKey, Worker: v.Base + "/tell.js?lang=" + v.W.Tag}
}

// push keeps a browser that wants to be told, by a Web Push subscription as it
// made it. It says nothing of who they are.
func (s *Screen) push(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	private(w)
	o, err := s.readJSON(w, r, site)
	if err != nil {
		return err
	}
	keys := o.Object("keys")
	sub := sayline.Subscription{Endpoint: o.Text("endpoint"), Keys: sayline.SubscriptionKeys{Auth: keys.Text("auth"), P256dh: keys.Text("p256dh")}}
	if err := o.Err("detail_push", "This browser can’t be told anything."); err != nil {
		return err
	}
	if s.PushKey == "" {
		return sayline.Errorf(sayline.NotFound, "There is no such thing here.")
	}
	if err := s.Door.AskToBeTold(r.Context(), site.Snapshot, r.PathValue("secret"), &sub); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// told are what may become of a moment that its author is told of.
var told = []string{sayline.StatusAnswered, sayline.StatusNeedsInfo, sayline.StatusResolved, sayline.StatusClosed}

// tellWorker is the service worker of one receipt: its scope lies under the
// receipt's address, so it knows where to lead to and nobody has to tell it. It
// has the sentences; what is pushed says only which.
func (s *Screen) tellWorker(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	lang := language(r, site, "")
	tongue := s.Words.In(lang)
	says := map[string]string{}
	for _, status := range told {
		says[status] = tongue.Say("news_" + status)
	}
	base := path(site, "/cx")
	head, err := json.Marshal(map[string]any{"name": site.Name, "lang": lang, "dir": words.Direction(lang), "icon": base + "/icon/192.png", "says": says})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Service-Worker-Allowed", base)
	h.Set("Cache-Control", "no-cache")
	web.SendTagged(w, r, "text/javascript; charset=utf-8", []byte("const BRAND="+string(head)+";\n"+s.teller))
	return nil
}
