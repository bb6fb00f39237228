package phone

import (
	"net/http"
	"net/url"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
)

// enrolPath is where a code is used; it stands in the query, which no log keeps.
const enrolPath = "/phone/enrol"

// enrolAddress is the link of a code.
func (p *Phones) enrolAddress(r *http.Request, code string) string {
	return p.Operator(r) + enrolPath + "?code=" + url.QueryEscape(code)
}

// enrolPage is the data of a browser about to be a phone.
type enrolPage struct {
	*house.View
	Phone *sayline.Phone
	Where string
	Code  string
}

// enrolPage says what this browser will be. Looking uses nothing up: whatever
// reads links ahead of people enrols no phone.
func (p *Phones) enrolPage(w http.ResponseWriter, r *http.Request) error {
	page := enrolPage{Code: r.URL.Query().Get("code")}
	var b *brands.Snapshot
	var err error
	if page.Phone, b, err = p.Auth.PhoneOfCode(r.Context(), page.Code); err != nil {
		return err
	}
	page.View = p.NewBrandView(r, b)
	page.Title, page.Where = page.Say("phone_enrol_title"), page.Names.Team(page.Phone.Team, page.Phone.Place)
	return p.Plain(w, r, http.StatusOK, p.plain, "enrol", page)
}

func (p *Phones) enrol(w http.ResponseWriter, r *http.Request) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	if _, err := p.Auth.Enrol(w, r, form.Get("code")); err != nil {
		return err
	}
	http.Redirect(w, r, house.PhonePath, http.StatusSeeOther)
	return nil
}
