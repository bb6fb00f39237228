package reach

import (
	"net/http"
	"slices"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/web"
)

// renew is what a browser's worker tells when its maker's service gave it another
// address, or took the one it had and gave none. Nobody may be signed in then: the
// keys of the old subscription are the proof, which but for the house only this
// browser has. With a new address the contact goes on as it is; without one it
// is broken at once, its person is told by their other contacts, and here.
func (s *Reach) renew(w http.ResponseWriter, r *http.Request) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	old := sayline.Subscription{Endpoint: form.Get("old"), Keys: sayline.SubscriptionKeys{Auth: form.Get("old_auth"), P256dh: form.Get("old_p256dh")}}
	var fresh *sayline.Subscription
	if form.Get("endpoint") != "" {
		fresh = &sayline.Subscription{Endpoint: form.Get("endpoint"), Keys: sayline.SubscriptionKeys{Auth: form.Get("auth"), P256dh: form.Get("p256dh")}}
		if err := fresh.Validate(); err != nil {
			return err
		}
	}
	list, err := s.Store.RenewBrowser(r.Context(), old, fresh)
	if err != nil {
		return err
	}
	for i, k := range list {
		if slices.ContainsFunc(list[:i], func(x sayline.KnownContact) bool { return x.Brand == k.Brand }) {
			continue
		}
		if err := s.Reload(r.Context(), k.Brand); err != nil {
			return err
		}
	}
	if b := s.Brands.ByID(list[0].Brand); fresh == nil && b != nil {
		lang := b.Language()
		if p := b.Index.Person(list[0].Person); p != nil && p.Language != "" {
			lang = p.Language
		}
		tongue := s.Words.In(lang)
		web.SendJSON(w, r, http.StatusOK, map[string]string{"title": tongue.Say("note_broken_title", "brand", b.Name, "contact", list[0].Name()), "body": tongue.Say("note_broken"),
			"lang": lang, "tag": "contact", "url": s.Operator(r) + house.BrandPath(b.ID, MePath)})
		return nil
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
