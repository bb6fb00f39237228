package auth

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// A shift phone keeps two cookies: which phone it is, for good, and the hold of
// who has it, which ends. Each is the brand's handle, a dot and a secret.
const (
	phoneCookie = "-phone"
	holdCookie  = "-held"
	phoneLife   = 400 * 24 * time.Hour // as long as browsers keep a cookie (RFC 6265bis, section 5.5)
)

var (
	errNoPhone   = &sayline.Error{Kind: sayline.Unsigned, Key: "phone_none", Message: "This is no shift phone, or it was switched off."}
	errPhoneCode = &sayline.Error{Kind: sayline.NotFound, Key: "phone_code_gone", Message: "This code was used or has ended. Ask for a new one."}
	errNotOfCrew = &sayline.Error{Kind: sayline.NotFound, Key: "phone_not_crew", Message: "They are not one of this phone's team."}
	errPINWrong  = &sayline.Error{Kind: sayline.Unsigned, Key: "pin_wrong", Message: "That PIN does not fit."}
	errPINWait   = &sayline.Error{Kind: sayline.TooMany, Key: "pin_wait", Message: "Too many tries. Please wait a little, then try again."}
	errPINLocked = &sayline.Error{Kind: sayline.Forbidden, Key: "pin_locked", Message: "Too many wrong PINs. Set a new one where you sign in with your password."}
)

// brandSecret reads "brand.secret": what the phone's cookies and codes are.
func (a *Auth) brandSecret(value string) (b *brands.Snapshot, hash string) {
	brand, secret, _ := strings.Cut(value, ".")
	if b = a.brands.ByID(brand); b == nil || secret == "" {
		return nil, ""
	}
	return b, sayline.HashSecret(secret)
}

func (a *Auth) cookie(r *http.Request, name string) string {
	c, err := r.Cookie(cookieName(a.proxies.Secure(r)) + name)
	if err != nil {
		return ""
	}
	return c.Value
}

// NewPhoneCode makes the code that enrols a phone of a brand, and the hash that
// is stored of it.
func (a *Auth) NewPhoneCode(brand string) (code, hash string) {
	secret, hash := a.token()
	return brand + "." + secret, hash
}

// PhoneOfCode is the phone a code enrols; NotFound once it was used or has ended.
func (a *Auth) PhoneOfCode(ctx context.Context, code string) (*sayline.Phone, *brands.Snapshot, error) {
	b, hash := a.brandSecret(code)
	if b == nil {
		return nil, nil, errPhoneCode
	}
	p, err := a.store.PhoneByCode(ctx, b.ID, hash, a.now())
	if sayline.KindOf(err) == sayline.NotFound {
		err = errPhoneCode
	}
	return p, b, err
}

// Enrol makes this browser the phone a code stands for, and signs out whoever
// was signed in on it: from now on it is everybody's of that team.
func (a *Auth) Enrol(w http.ResponseWriter, r *http.Request, code string) (*sayline.Phone, error) {
	b, hash := a.brandSecret(code)
	if b == nil {
		return nil, errPhoneCode
	}
	// Looked at first: what anybody may send costs others no turn to write.
	if _, _, err := a.PhoneOfCode(r.Context(), code); err != nil {
		return nil, err
	}
	secret, tokenHash := a.token()
	p, err := a.store.EnrolPhone(r.Context(), b.ID, hash, tokenHash)
	if sayline.KindOf(err) == sayline.NotFound {
		return nil, errPhoneCode
	}
	if err != nil {
		return nil, err
	}
	if err := a.End(w, r); err != nil {
		return nil, err
	}
	a.setCookie(w, r, phoneCookie, b.ID+"."+secret, phoneLife)
	return p, nil
}

// IsPhone says whether this browser was a shift phone once; [Auth.Phone] says
// whether it is one still.
func (a *Auth) IsPhone(r *http.Request) bool { return a.cookie(r, phoneCookie) != "" }

// Phone is the shift phone this browser is. Unsigned when it is none, or none
// any more.
func (a *Auth) Phone(r *http.Request) (*sayline.Phone, *brands.Snapshot, error) {
	b, hash := a.brandSecret(a.cookie(r, phoneCookie))
	if b == nil {
		return nil, nil, errNoPhone
	}
	p, err := a.store.PhoneByToken(r.Context(), b.ID, hash)
	if sayline.KindOf(err) == sayline.NotFound {
		err = errNoPhone
	}
	return p, b, err
}

// Crew are the people who may take a phone, in the order of its team, each once:
// with the place for which they have it.
func Crew(b *brands.Snapshot, p *sayline.Phone) (people, places []string) {
	t := b.Index.Team(p.Team)
	if t == nil {
		return nil, nil
	}
	seen := map[string]bool{}
	for _, m := range t.Members {
		if place, ok := p.Reaches(b.Index, m); ok && !seen[m.Person] && b.Index.Person(m.Person) != nil {
			seen[m.Person] = true
			people, places = append(people, m.Person), append(places, place)
		}
	}
	return people, places
}

// crewPlace is for which place somebody has the phone; not ok for who is not of
// its team there.
func crewPlace(b *brands.Snapshot, p *sayline.Phone, person string) (place string, ok bool) {
	people, places := Crew(b, p)
	for i, id := range people {
		if id == person {
			return places[i], true
		}
	}
	return "", false
}

// Take puts the phone into the hand of one of its team, who has typed their PIN,
// until they hand it over, their shift ends, or 12 hours. on says that they are
// on duty with it. Who has no PIN gets the same answers as who typed a wrong one,
// after the same time. Errors: Unsigned for a wrong PIN, TooMany for a try that
// came too soon, Forbidden once only a new PIN helps.
func (a *Auth) Take(w http.ResponseWriter, r *http.Request, person, pin string, on bool) (*sayline.Phone, error) {
	p, b, err := a.Phone(r)
	if err != nil {
		return nil, err
	}
	place, ok := crewPlace(b, p, person)
	if !ok {
		return nil, errNotOfCrew
	}
	if err := a.checkPIN(r.Context(), b.ID, person, pin); err != nil {
		return nil, err
	}
	now := a.now()
	h := sayline.Hold{Brand: b.ID, ID: sayline.NewID(now, a.random), Phone: p.ID, Person: person, Until: heldUntil(b, p.Team, place, person, now)}
	h.On = on && b.Roster.Who(p.Team, place, now).Person != person
	secret, hash := a.token()
	if err := a.store.TakePhone(r.Context(), h, place, hash); err != nil {
		return nil, err
	}
	if err := a.endSession(w, r); err != nil {
		return nil, err
	}
	a.setCookie(w, r, holdCookie, b.ID+"."+secret, sayline.HoldMost)
	a.setCookie(w, r, phoneCookie, a.cookie(r, phoneCookie), phoneLife) // browsers forget what is never renewed
	return p, nil
}

// heldUntil is when a phone leaves the hand of who takes it now by itself.
func heldUntil(b *brands.Snapshot, team, place, person string, now time.Time) time.Time {
	until := now.Add(sayline.HoldMost)
	if end, on := b.Roster.ShiftUntil(team, place, person, now); on && end.Before(until) {
		return end
	}
	return until
}

// checkPIN holds a PIN against the stored one, as often and as fast as may be.
func (a *Auth) checkPIN(ctx context.Context, brand, person, pin string) error {
	stored, wait, locked, err := a.store.TryPIN(ctx, brand, person)
	switch {
	case err != nil:
		return err
	case locked:
		return errPINLocked
	case wait > 0:
		return web.RetryAfter(errPINWait, wait)
	}
	done, err := a.turn(ctx)
	if err != nil {
		return err
	}
	defer done()
	none := stored == ""
	if none {
		stored = a.unknown
	}
	if !matches(stored, sayline.PlainPIN(pin)) || none {
		return errPINWrong
	}
	return nil
}

// HandOver takes the phone out of the hand it is in, and signs out who signed in
// on it: the next has nothing of the one before.
func (a *Auth) HandOver(w http.ResponseWriter, r *http.Request) (*sayline.Phone, error) {
	p, _, err := a.Phone(r)
	if err != nil {
		return nil, err
	}
	a.setCookie(w, r, holdCookie, "", -time.Second)
	if err := a.store.PutDownPhone(r.Context(), p.Brand, p.ID); err != nil {
		return nil, err
	}
	return p, a.endSession(w, r)
}

// SetPIN gives the viewer a PIN of their own for the brand's shift phones. AtFault
// when it is none, or the first that others would try.
func (a *Auth) SetPIN(ctx context.Context, v *Viewer, pin string) error {
	pin = sayline.PlainPIN(pin)
	if err := sayline.CheckPIN(pin); err != nil {
		return err
	}
	done, err := a.turn(ctx)
	if err != nil {
		return err
	}
	defer done()
	stored, err := hash(pin, a.random)
	if err != nil {
		return err
	}
	return a.store.SetPIN(ctx, v.Brand.ID, v.Person.ID, stored)
}

// holder is the account of who has this phone in their hand; Unsigned when
// nobody has, or who has is not of its team any more.
func (a *Auth) holder(r *http.Request) (*store.Account, error) {
	b, hash := a.brandSecret(a.cookie(r, holdCookie))
	if b == nil {
		return nil, errUnsigned
	}
	held, err := a.store.HeldBy(r.Context(), b.ID, hash, a.now())
	if sayline.KindOf(err) == sayline.NotFound {
		return nil, errUnsigned
	}
	if err != nil {
		return nil, err
	}
	if _, ok := crewPlace(b, &held.Phone, held.Hold.Person); !ok {
		return nil, errUnsigned
	}
	account, err := a.store.Account(r.Context(), Address(b.Index.Person(held.Hold.Person).Email))
	if sayline.KindOf(err) == sayline.NotFound {
		return nil, errUnsigned
	}
	if err != nil {
		return nil, err
	}
	account.Held = held
	return account, nil
}
