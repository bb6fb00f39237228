package studio

import (
	"net/http"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
)

// firstPage is the first touchpoint as its owner first sees it.
type firstPage struct {
	*house.View
	Name    string
	Address string
	Letters []string
	QR      house.QR
	Heard   *sayline.Moment // the first moment; nil while nobody has spoken
}

// first shows the QR code of the front door and waits for the first moment. The
// page's own stream has it read again when one arrives.
func (s *Studio) firstPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	t := v.Brand.Index.FrontDoor()
	view := s.NewView(r, v)
	view.Room, view.Title = "studio", view.Say("first_title")
	address := s.TouchAddress(r, v.Brand, t.ID)
	code, err := house.NewQR(address, view.Say("qr_of", "name", view.Names.Touchpoint(t.ID)))
	if err != nil {
		return err
	}
	list, err := s.Store.PublicMoments(r.Context(), v.Brand.ID, "", "", 1)
	if err != nil {
		return err
	}
	p := firstPage{View: view, Name: view.Names.Touchpoint(t.ID), Address: address, Letters: house.Letters(address), QR: code}
	if len(list) > 0 {
		p.Heard = list[0]
	}
	return s.Render(w, r, http.StatusOK, s.first, p)
}
