package screen

import (
	"crypto/sha256"
	"net/http"
	"net/netip"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// relayBudget is how many times what an address may send a relay may: it speaks
// for many people from one address.
const relayBudget = 10

// budget is whom a moment counts against, and from which limit. A relay, known
// by its key, has a budget of its own and its name on the moment; so has a device.
func (s *Screen) budget(r *http.Request, site *brands.Site, sub *intake.Submission, relay *store.RelayKey) (*web.Limiter, netip.Addr) {
	switch {
	case sub.Device != nil:
		return s.things, named(site.ID, sub.Device.ID)
	case relay == nil:
		return s.limit, s.Proxy.Client(r)
	}
	intake.Through(&sub.Moment, relay)
	return s.relays, named(site.ID, relay.ID)
}

// relayOf is the relay whose key a request carries, nil when it carries none, or
// a device's token. Unsigned when it is no good.
func (s *Screen) relayOf(r *http.Request, site *brands.Site) (*store.RelayKey, error) {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if scheme == "" || strings.HasPrefix(key, sayline.DeviceToken) {
		return nil, nil
	}
	if !strings.EqualFold(scheme, "Bearer") {
		return nil, sayline.Errorf(sayline.Unsigned, "A relay signs in with Authorization: Bearer and its key.")
	}
	return s.Door.Relay(r.Context(), site.Snapshot, strings.TrimSpace(key))
}

// named is an address for a limiter, which counts addresses: that of a relay or
// of a device is made of its id.
func named(brand, id string) netip.Addr {
	sum := sha256.Sum256([]byte(brand + "\x00" + id))
	return netip.AddrFrom16([16]byte(sum[:16]))
}

// mayAdd takes one from what may be added to receipts: by an address, or by a
// relay that shows its key.
func (s *Screen) mayAdd(r *http.Request, site *brands.Site) error {
	relay, err := s.relayOf(r, site)
	if err != nil || s.adding == nil {
		return err
	}
	limit, client := s.adding, s.Proxy.Client(r)
	if relay != nil {
		limit, client = s.relayed, named(site.ID, relay.ID)
	}
	wait, ok := limit.Take(client)
	if !ok {
		return web.RetryAfter(sayline.Errorf(sayline.TooMany, tooMuch).Keyed("detail_too_many"), wait)
	}
	return nil
}
