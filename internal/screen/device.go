package screen

import (
	"net/http"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/web"
)

// signer is the device that signs a request (RFC 6750: Authorization: Bearer);
// nil for everybody else, relays
// among them. Unsigned for a token that is not, or no longer, one.
func (s *Screen) signer(w http.ResponseWriter, r *http.Request, site *brands.Site) (*sayline.Device, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || !strings.HasPrefix(token, sayline.DeviceToken) {
		return nil, nil
	}
	dev, err := s.Door.Device(r.Context(), site.Snapshot, strings.TrimSpace(token))
	if sayline.KindOf(err) == sayline.Unsigned {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	}
	return dev, err
}

// deviceDoc is what a device is told when it is set up, and whenever it reports.
type deviceDoc struct {
	Name       string    `json:"name"`
	Touchpoint string    `json:"touchpoint"`
	PIN        string    `json:"pin"`  // for staff, to leave the kiosk
	Idle       int       `json:"idle"` // seconds until a kiosk goes back to its start
	Page       string    `json:"page"` // changes when a kiosk's page does
	Now        time.Time `json:"now"`
}

// device takes what a device reports of itself, which also sets it up: who has
// the token is told what it is.
func (s *Screen) device(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	private(w)
	o, err := s.readJSON(w, r, site)
	if err != nil {
		return err
	}
	dev, err := s.signer(w, r, site)
	if err == nil && dev == nil {
		w.Header().Set("WWW-Authenticate", "Bearer")
		err = sayline.Errorf(sayline.Unsigned, "A device signs with its token: Authorization: Bearer …").Keyed("detail_no_device")
	}
	if err != nil {
		return err
	}
	beat := sayline.Beat{Version: o.Text("version"), Battery: -1}
	beat.Queue, _ = o.Int("queue")
	if level, said := o.Int("battery"); said {
		beat.Battery = level
	}
	if err := o.Err("", "This report can't be read."); err != nil {
		return err
	}
	if err := s.Door.Heard(r.Context(), dev, beat); err != nil {
		return err
	}
	web.SendJSON(w, r, http.StatusOK, deviceDoc{Name: dev.Name, Touchpoint: dev.Touchpoint, PIN: s.Door.PIN(dev), Idle: int(dev.Idle / time.Second),
		Page: s.kioskTag(site), Now: s.Now().In(site.Location()).Truncate(time.Second)})
	return nil
}
