package studio

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
)

// made is a relay's key, and the secret that signs what its callback gets, shown
// once on the page that answers.
type made struct{ Name, Key, Secret string }

const (
	maxRelayName = 60
	maxCallback  = 2000
)

// makeRelay makes a relay and its key: 160 random bits, of which only the hash
// is kept.
func (s *Studio) makeRelay(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	name := strings.TrimSpace(form.Get("name"))
	if n := utf8.RuneCountInString(name); n == 0 || n > maxRelayName {
		return sayline.Errorf(sayline.AtFault, "A relay has a name of at most %d characters.", maxRelayName)
	}
	callback := strings.TrimSpace(form.Get("callback"))
	if callback != "" && !mayCall(callback) {
		return sayline.Errorf(sayline.AtFault, "A callback is an https address without a password.")
	}
	var random [20]byte
	if _, err := io.ReadFull(s.Random, random[:]); err != nil {
		return err
	}
	key := "relay_" + sayline.EncodeSecret(random[:])
	relay := &store.RelayKey{Brand: v.Brand.ID, ID: sayline.NewID(s.Now(), s.Random), Name: name, MadeAt: s.Now().UTC().Truncate(time.Microsecond), MadeBy: v.Person.ID, Callback: callback}
	if err := s.Store.MakeRelay(r.Context(), relay, sayline.HashSecret(key)); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	just := &made{Name: name, Key: key}
	if callback != "" {
		just.Secret = notify.DeriveSecret(s.Store.ServerKey(), v.Brand.ID, relay.Endpoint(), 0)
	}
	return s.showRoomWith(w, r, v, func(p *roomPage) { p.Made = just })
}

// mayCall says whether an address can be a callback: https; http only to this
// machine, where a server that was told to sends to private addresses, too.
// Where a name leads is looked at whenever it is called.
func mayCall(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || len(address) > maxCallback {
		return false
	}
	host := u.Hostname()
	return u.Scheme == "https" || u.Scheme == "http" && (host == "localhost" || host == "127.0.0.1" || host == "::1")
}

// relay is one relay with what came of calling it back.
type relay struct {
	*store.RelayKey
	Calls *calls // nil when nobody is called
}

func (s *Studio) relays(ctx context.Context, view *house.View) ([]relay, error) {
	keys, err := s.Store.Relays(ctx, view.Brand().ID)
	if err != nil {
		return nil, err
	}
	list := make([]relay, len(keys))
	for i, k := range keys {
		list[i].RelayKey = k
		if k.Callback == "" || !k.RevokedAt.IsZero() {
			continue
		}
		if list[i].Calls, err = s.calls(ctx, view, k.Endpoint()); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// revokeRelay ends a relay's key.
func (s *Studio) revokeRelay(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	if err := s.Store.RevokeRelay(r.Context(), v.Brand.ID, r.PathValue("relay")); err != nil {
		return err
	}
	http.Redirect(w, r, house.BrandPath(v.Brand.ID, "/studio")+"#relays", http.StatusSeeOther)
	return nil
}
