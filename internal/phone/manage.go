package phone

import (
	"net/http"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
)

// listPage is the data of the brand's shift phones.
type listPage struct {
	*house.View
	Phones []owned
	Teams  []choice
	Places []choice
	Fresh  *fresh // a code just made
}

// owned is one phone as its managers see it.
type owned struct {
	sayline.Phone
	Where string
	Hold  *sayline.Hold // the latest; nil when nobody ever had it
	Held  bool          // it has not ended
}

// choice is something to choose by its name.
type choice struct{ ID, Name string }

// fresh is a code just made: what is shown once.
type fresh struct {
	Name, Link string
	QR         house.QR
}

func (p *Phones) listPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	return p.list(w, r, v, nil)
}

func (p *Phones) list(w http.ResponseWriter, r *http.Request, v *auth.Viewer, made *fresh) error {
	page := listPage{View: p.NewView(r, v), Fresh: made}
	page.Title = page.Say("phones_title")
	phones, err := p.Store.Phones(r.Context(), v.Brand.ID)
	if err != nil {
		return err
	}
	holders, err := p.Store.Holders(r.Context(), v.Brand.ID)
	if err != nil {
		return err
	}
	for _, phone := range phones {
		o := owned{Phone: phone, Where: page.Names.Team(phone.Team, phone.Place)}
		if h, ok := holders[phone.ID]; ok {
			o.Hold, o.Held = &h, h.Until.After(page.Now)
		}
		page.Phones = append(page.Phones, o)
	}
	for _, t := range v.Brand.Teams {
		page.Teams = append(page.Teams, choice{t.ID, page.Names.Team(t.ID, "")})
	}
	for _, at := range v.Brand.Places {
		page.Places = append(page.Places, choice{at.ID, page.Names.Place(at.ID)})
	}
	return p.Render(w, r, http.StatusOK, p.manage, page)
}

// make makes a phone and shows the code that enrols it, once: as a link and as a
// code to scan with the phone itself.
func (p *Phones) make(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	phone := sayline.Phone{Brand: v.Brand.ID, ID: sayline.NewID(p.Now(), p.Random), Name: strings.TrimSpace(form.Get("name")), Team: form.Get("team"), Place: form.Get("place"), MadeBy: v.Person.ID}
	if err := phone.Validate(v.Brand.Index); err != nil {
		return err
	}
	code, hash := p.Auth.NewPhoneCode(v.Brand.ID)
	if err := p.Store.MakePhone(r.Context(), phone, hash); err != nil {
		return err
	}
	return p.showCode(w, r, v, phone.Name, code)
}

// recode makes another code for a phone: one that was not used in time, or for
// the device that takes the place of a lost one.
func (p *Phones) recode(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	phones, err := p.Store.Phones(r.Context(), v.Brand.ID)
	if err != nil {
		return err
	}
	for _, phone := range phones {
		if phone.ID != r.PathValue("phone") {
			continue
		}
		code, hash := p.Auth.NewPhoneCode(v.Brand.ID)
		if err := p.Store.RecodePhone(r.Context(), v.Brand.ID, phone.ID, hash); err != nil {
			return err
		}
		return p.showCode(w, r, v, phone.Name, code)
	}
	return sayline.Errorf(sayline.NotFound, "There is no such phone here.")
}

func (p *Phones) showCode(w http.ResponseWriter, r *http.Request, v *auth.Viewer, name, code string) error {
	link := p.enrolAddress(r, code)
	qr, err := house.NewQR(link, name)
	if err != nil {
		return err
	}
	return p.list(w, r, v, &fresh{name, link, qr})
}

// revoke ends a phone and whatever somebody does with it, at once.
func (p *Phones) revoke(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	if err := p.Store.RevokePhone(r.Context(), v.Brand.ID, r.PathValue("phone"), v.Person.ID); err != nil {
		return err
	}
	if err := p.Reload(r.Context(), v.Brand.ID); err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/phones"), "phone_revoked")
}
