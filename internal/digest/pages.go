package digest

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// Routes are the paths of digests. GET only shows; POST acts.
func (d *Digest) Routes(mux *http.ServeMux) {
	owner := func(f house.BrandHandler) http.Handler { return d.InBrand(house.Only(may, f)) }
	mux.Handle("GET /b/{brand}/digests", owner(d.page))
	mux.Handle("GET /b/{brand}/digests/look", owner(d.look))
	mux.Handle("POST /b/{brand}/digests", owner(d.make))
	mux.Handle("POST /b/{brand}/digests/{digest}/end", owner(d.end))
	mux.Handle("GET "+LinkPath+"{token}", d.Handle(d.linkPage))
	mux.Handle("POST "+LinkPath+"{token}", d.Handle(d.answered))
}

// digestsPage is who is written to, and how the letter looks.
type digestsPage struct {
	*house.View
	Mail            bool
	List            []*sayline.Digest
	Times           []string
	Weekdays, Hours []numbered
	Langs           []string
	Every, Lang     string
}

// numbered is one to choose of a row.
type numbered struct {
	N    int
	Name string
}

func (d *Digest) page(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	p := &digestsPage{View: d.NewView(r, v), Mail: d.Mailer != nil, Times: sayline.DigestTimes, Langs: d.Words.Languages("digest")}
	p.Room, p.Title = "studio", p.Say("digests_title")
	p.Every, p.Lang = d.asked(r, v)
	for i := 1; i <= 7; i++ {
		p.Weekdays = append(p.Weekdays, numbered{i % 7, p.Say("weekday_" + strconv.Itoa(i%7))})
	}
	for h := range 24 {
		p.Hours = append(p.Hours, numbered{h, p.Clock(time.Date(2000, 1, 1, h, 0, 0, 0, time.UTC))})
	}
	var err error
	if p.List, err = d.Store.Digests(r.Context(), v.Brand.ID); err != nil {
		return err
	}
	return d.Render(w, r, http.StatusOK, d.room, p)
}

// asked is which letter is looked at: weekly, in the brand's language, unless said.
func (d *Digest) asked(r *http.Request, v *auth.Viewer) (every, lang string) {
	every, lang = r.URL.Query().Get("every"), r.URL.Query().Get("lang")
	if !slices.Contains(sayline.DigestTimes, every) {
		every = sayline.DigestWeekly
	}
	return every, d.tongue(v.Brand, &sayline.Digest{Language: lang}).Tag
}

// When is how often it is sent: "every Monday at 8:00".
func (p *digestsPage) When(d *sayline.Digest) string {
	return p.Say("digests_when_"+d.Every, "weekday", p.Say("weekday_"+strconv.Itoa(int(d.Weekday))), "time", p.Clock(time.Date(2000, 1, 1, d.Hour, 0, 0, 0, time.UTC)))
}

// Last is when the last one went out.
func (p *digestsPage) Last(d *sayline.Digest) string {
	if d.SentAt.IsZero() || d.ConfirmedAt.IsZero() {
		return ""
	}
	return p.Say("digests_last", "time", p.At(d.SentAt))
}

// Trouble says whether the last try came to nothing.
func (p *digestsPage) Trouble(d *sayline.Digest) bool {
	return d.Outcome != "" && d.Outcome != string(notify.Accepted)
}

// State is how it stands, in a word or two.
func (p *digestsPage) State(d *sayline.Digest) string {
	switch {
	case d.Outcome == string(notify.Gone):
		return p.Say("digests_gone")
	case !d.RefusedAt.IsZero():
		return p.Say("digests_refused")
	case !d.EndedAt.IsZero():
		return p.Say("digests_ended")
	case p.Trouble(d):
		return p.Say("digests_trouble")
	case d.ConfirmedAt.IsZero():
		return p.Say("digests_asked")
	}
	return p.Say("digests_next", "time", p.Tongue.When(p.Now, d.SlotAt))
}

// look is the letter as it would be sent now.
func (d *Digest) look(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	every, lang := d.asked(r, v)
	one := &sayline.Digest{Brand: v.Brand.ID, ID: "look", Every: every, Language: lang}
	l, err := d.letter(r.Context(), v.Brand, one, d.Now())
	if err != nil {
		return err
	}
	l.Stop, l.House = "#", "#"
	page, err := l.shown()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", web.Policy{Styles: []string{"'unsafe-inline'"}, Images: []string{"data:"}, Frames: []string{"'self'"}}.String())
	web.Send(w, r, http.StatusOK, "text/html; charset=utf-8", []byte(page))
	return nil
}

// Of addresses that are asked, so many in a day: by one account, of one address,
// and by one brand.
var aDay = store.ContactCalls{Account: 30, Address: 5, Brand: store.MostDigests}

var errOften = &sayline.Error{Kind: sayline.TooMany, Key: "digest_often", Message: "That is as many addresses as can be asked for now. Please try again later."}

// make asks an address whether it wants a digest.
func (d *Digest) make(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	if d.Mailer == nil {
		return sayline.Errorf(sayline.Conflict, "E-mail is not set up here.").Keyed("studio_mail_off")
	}
	number := func(name string) int {
		n, err := strconv.Atoi(form.Get(name))
		if err != nil {
			n = -1
		}
		return n
	}
	one := &sayline.Digest{Brand: v.Brand.ID, ID: sayline.NewID(d.Now(), d.Random), Address: strings.TrimSpace(form.Get("address")), Language: d.tongue(v.Brand, &sayline.Digest{Language: form.Get("lang")}).Tag,
		Every: form.Get("every"), Weekday: time.Weekday(number("weekday")), Hour: number("hour"), MadeBy: v.Person.ID}
	if err := one.Validate(); err != nil {
		return err
	}
	if err := d.mayAsk(r.Context(), v, one); err != nil {
		return err
	}
	if err := d.Store.MakeDigest(r.Context(), one); err != nil {
		return err
	}
	d.raise()
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/digests"), "digest_asked")
}

// mayAsk bounds how many addresses are asked, for each may be a stranger's.
func (d *Digest) mayAsk(ctx context.Context, v *auth.Viewer, one *sayline.Digest) error {
	account := auth.Address(v.Account.Email)
	sum := sha256.Sum256([]byte("digest " + account))
	sum[0] = 0xfd // the limiter counts addresses: one of the private range stands for an account
	if wait, ok := d.often.Take(netip.AddrFrom16([16]byte(sum[:16]))); !ok {
		return web.RetryAfter(errOften, wait)
	}
	m := hmac.New(sha256.New, d.Store.ServerKey())
	fmt.Fprintf(m, "contact call\n%s", auth.Address(one.Address))
	over, wait, err := d.Store.CountContactCall(ctx, store.ContactCall{Brand: v.Brand.ID, ID: one.ID, Account: account, Address: hex.EncodeToString(m.Sum(nil))}, aDay)
	if err == nil && over != "" {
		err = web.RetryAfter(errOften, wait)
	}
	return err
}

// end stops one for who asked for it.
func (d *Digest) end(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	if err := d.Store.EndDigest(r.Context(), v.Brand.ID, r.PathValue("digest")); err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, "/digests"), "digest_ended")
}

// linkedPage is what an address sees behind its link.
type linkedPage struct {
	*house.View
	Heading, What, Do, Button, Action string
}

var errNowhere = &sayline.Error{Kind: sayline.NotFound, Key: "act_nowhere", Message: "This link leads nowhere."}

// linked finds what a token is of.
func (d *Digest) linked(r *http.Request) (*sayline.Digest, error) {
	brand, id, ok := readToken(d.Store.ServerKey(), r.PathValue("token"))
	if !ok || d.Brands.ByID(brand) == nil {
		return nil, errNowhere
	}
	one, err := d.Store.Digest(r.Context(), brand, id)
	if sayline.KindOf(err) == sayline.NotFound {
		return nil, errNowhere
	}
	return one, err
}

func (d *Digest) linkPage(w http.ResponseWriter, r *http.Request) error {
	one, err := d.linked(r)
	if err != nil {
		return err
	}
	return d.showLink(w, r, one)
}

// showLink says how it stands, and what may be done about it: nothing is done by
// looking, for mail programs look too.
func (d *Digest) showLink(w http.ResponseWriter, r *http.Request, one *sayline.Digest) error {
	b := d.Brands.ByID(one.Brand)
	p := &linkedPage{View: d.NewBrandView(r, b), Action: r.URL.Path}
	p.Voice.Tongue = d.tongue(b, one)
	when := (&digestsPage{View: p.View}).When(one)
	switch {
	case !one.RefusedAt.IsZero():
		p.Heading, p.What, p.Do, p.Button = p.Say("digest_is_over"), p.Say("digest_refused_what", "brand", b.Name), "again", p.Say("digest_again_button")
	case !one.EndedAt.IsZero():
		p.Heading, p.What = p.Say("digest_is_over"), p.Say("digest_over_what", "brand", b.Name)
	case one.ConfirmedAt.IsZero():
		p.Heading, p.What, p.Do, p.Button = p.Say("digest_ask_subject", "brand", b.Name), p.Say("digest_ask_"+one.Every, "brand", b.Name), "yes", p.Say("digest_yes_button")
	default:
		p.Heading, p.What, p.Do, p.Button = p.Say("digest_is_on"), p.Say("digest_on_what", "brand", b.Name, "when", when), "no", p.Say("digest_stop_button")
	}
	p.Title = cmp.Or(p.Heading, b.Name)
	w.Header().Set("X-Robots-Tag", "noindex, nofollow")
	return d.Plain(w, r, http.StatusOK, d.link, "link", p)
}

const mostSent = 8 << 10 // bytes of an answer, which may come as multipart too (RFC 8058, section 3.2)

// answered does what an address says; what is said twice is once. Who posts what
// RFC 8058 has a mail program post, ends it.
func (d *Digest) answered(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, mostSent)
	if err := r.ParseMultipartForm(mostSent); err != nil && err != http.ErrNotMultipart {
		return sayline.Errorf(sayline.Invalid, "This form can't be read.").Because(err)
	}
	form := r.PostForm
	one, err := d.linked(r)
	if err != nil {
		return err
	}
	switch {
	case form.Get("do") == "yes":
		err = d.Store.ConfirmDigest(r.Context(), one.Brand, one.ID, one.Next(d.Now(), d.Brands.ByID(one.Brand).Location()))
	case form.Get("do") == "no", form.Get("List-Unsubscribe") == "One-Click":
		err = d.Store.RefuseDigest(r.Context(), one.Brand, one.ID)
	case form.Get("do") == "again":
		err = d.Store.ResumeDigest(r.Context(), one.Brand, one.ID, one.Next(d.Now(), d.Brands.ByID(one.Brand).Location()))
	default:
		err = sayline.Errorf(sayline.Invalid, "Please say yes or no.")
	}
	if err != nil {
		return err
	}
	d.raise()
	if one, err = d.Store.Digest(r.Context(), one.Brand, one.ID); err != nil {
		return err
	}
	return d.showLink(w, r, one)
}
