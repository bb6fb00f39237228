package phone

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/web"
)

// deskPath is where whoever took the phone begins.
const deskPath = "/desk?show=team"

// takePage is the data of the PIN's page.
type takePage struct {
	*house.View
	Phone       *sayline.Phone
	Mate        mate
	Others      string // who is responsible instead; "" for nobody
	Wrong       string
	Wait        int // seconds until the next try; 0 for none
	Off         bool
	Least, Most int
}

// takePage asks one of the crew for their PIN.
func (p *Phones) takePage(w http.ResponseWriter, r *http.Request, d *device) error {
	return p.takeForm(w, r, d, http.StatusOK, takePage{})
}

func (p *Phones) takeForm(w http.ResponseWriter, r *http.Request, d *device, status int, page takePage) error {
	page.View = p.NewBrandView(r, d.brand)
	mates := d.mates(page.View)
	i := slices.IndexFunc(mates, func(m mate) bool { return m.ID == r.PathValue("person") })
	if i < 0 {
		return sayline.Errorf(sayline.NotFound, "They are not one of this phone's team.").Keyed("phone_not_crew")
	}
	page.Phone, page.Mate, page.Least, page.Most = d.Phone, mates[i], sayline.PINLeast, sayline.PINMost
	page.Title, page.Scripts = page.Say("phone_pin_title", "name", page.Mate.Name), []string{"phone.js"}
	if found := d.brand.Roster.Who(d.Team, d.Place, page.Now); found.Duty() && found.Person != page.Mate.ID {
		page.Others = page.Names.Person(found.Person)
	}
	return p.Plain(w, r, status, p.plain, "take", page)
}

// Span is how long so many seconds are: 0:30.
func (p takePage) Span(seconds int) string { return fmt.Sprintf("%d:%02d", seconds/60, seconds%60) }

// Keys are the digits of the keypad, as a telephone has them.
func (p takePage) Keys() []int { return []int{1, 2, 3, 4, 5, 6, 7, 8, 9} }

// take puts the phone into the hand of who typed their PIN.
func (p *Phones) take(w http.ResponseWriter, r *http.Request, d *device) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	_, err = p.Auth.Take(w, r, r.PathValue("person"), form.Get("pin"), form.Get("on") != "")
	switch k := sayline.KindOf(err); {
	case web.WantsPage(r) && (k == sayline.Unsigned || k == sayline.TooMany || k == sayline.Forbidden):
		page := takePage{Wrong: p.Sentence(r, err), Off: form.Get("on") == ""}
		if wait, said := web.Wait(err); said {
			page.Wait = int((wait + time.Second - 1) / time.Second)
		}
		return p.takeForm(w, r, d, web.Status(k), page)
	case err != nil:
		return err
	}
	if err := p.Reload(r.Context(), d.Brand); err != nil {
		return err
	}
	http.Redirect(w, r, house.BrandPath(d.Brand, deskPath), http.StatusSeeOther)
	return nil
}

// handOver takes the phone out of the hand it is in, and asks who is next.
func (p *Phones) handOver(w http.ResponseWriter, r *http.Request) error {
	phone, err := p.Auth.HandOver(w, r)
	if sayline.KindOf(err) == sayline.Unsigned {
		http.Redirect(w, r, house.PhonePath, http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	if err := p.Reload(r.Context(), phone.Brand); err != nil {
		return err
	}
	return house.Done(w, r, house.PhonePath, "handed_over")
}
