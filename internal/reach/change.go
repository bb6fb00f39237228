package reach

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/notify"
)

// done goes back to the page, as it is now.
func (s *Reach) done(w http.ResponseWriter, r *http.Request, v *auth.Viewer, said string) error {
	if err := s.Reload(r.Context(), v.Brand.ID); err != nil {
		return err
	}
	return house.Done(w, r, house.BrandPath(v.Brand.ID, MePath), said)
}

var errShared = &sayline.Error{Kind: sayline.Forbidden, Key: "reach_shared", Message: "This is a shift phone: it rings for whoever has it. Add a phone of your own."}

// addPhone registers the browser somebody has in their hand, and pushes it the
// code its worker gives back.
func (s *Reach) addPhone(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	if _, _, err := s.Auth.Phone(r); err == nil { // it goes from hand to hand, and would ring for one of them
		return errShared
	}
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	sub := sayline.Subscription{Endpoint: form.Get("endpoint"), Keys: sayline.SubscriptionKeys{Auth: form.Get("auth"), P256dh: form.Get("p256dh")}}
	if err := sub.Validate(); err != nil {
		return err
	}
	keys, err := json.Marshal(sub)
	if err != nil {
		return err
	}
	id := sayline.ContactID(sayline.ByPush, sub.Endpoint)
	k := s.own(v, sayline.Contact{Channel: sayline.ByPush, Address: id}, form.Get("label"))
	k.ID, k.Keys = id, string(keys)
	return s.register(w, r, v, k)
}

// add registers a contact by its address.
func (s *Reach) add(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	c := sayline.Contact{Channel: form.Get("channel"), Address: strings.TrimSpace(form.Get("address"))}
	if !slices.Contains(addable, c.Channel) || !slices.Contains(s.caller.Channels(), c.Channel) {
		return &sayline.Error{Kind: sayline.AtFault, Key: "reach_no_way", Message: "Nobody is reached like that here."}
	}
	if err := c.Validate(); err != nil {
		return err
	}
	if slices.ContainsFunc(v.Brand.Known(v.Person.ID), func(k sayline.KnownContact) bool { return k.Contact == c && !k.Own() }) {
		return &sayline.Error{Kind: sayline.Conflict, Key: "reach_there", Message: "You are reached like that already."}
	}
	return s.register(w, r, v, s.own(v, c, form.Get("label")))
}

// maxLabel is how long a contact's name may be, in letters.
const maxLabel = 60

func (s *Reach) own(v *auth.Viewer, c sayline.Contact, label string) sayline.KnownContact {
	letters := []rune(strings.Join(strings.Fields(label), " "))
	return sayline.KnownContact{Brand: v.Brand.ID, Person: v.Person.ID, ID: sayline.ContactID(c.Channel, c.Address), Contact: c,
		Label: string(letters[:min(len(letters), maxLabel)]), Account: auth.Address(v.Account.Email), State: sayline.ContactOK}
}

func (s *Reach) register(w http.ResponseWriter, r *http.Request, v *auth.Viewer, k sayline.KnownContact) error {
	if err := s.mayCall(r.Context(), v, &k); err != nil {
		return err
	}
	code, err := s.code()
	if err != nil {
		return err
	}
	if err := s.Store.AddContact(r.Context(), k, s.codeHash(&k, code), s.Now().Add(codeFor)); err != nil {
		return err
	}
	return s.done(w, r, v, s.send(r.Context(), v, &k, code, "contact_added"))
}

// again sends another code.
func (s *Reach) again(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	k, err := s.theirs(r, v)
	if err != nil {
		return err
	}
	if err := s.mayCall(r.Context(), v, k); err != nil {
		return err
	}
	code, err := s.code()
	if err != nil {
		return err
	}
	if err := s.Store.NewCode(r.Context(), v.Brand.ID, v.Person.ID, k.ID, s.codeHash(k, code), s.Now().Add(codeFor)); err != nil {
		return err
	}
	return s.done(w, r, v, s.send(r.Context(), v, k, code, "contact_added"))
}

// send sends a code and says what came of it: what went well, else that it did not.
func (s *Reach) send(ctx context.Context, v *auth.Viewer, k *sayline.KnownContact, code, well string) (said string) {
	if o := s.caller.SendCode(ctx, v.Brand, k, code); o.Class != notify.Accepted {
		return "contact_untested"
	}
	return well
}

// code is six digits nobody guesses in the five tries they have.
func (s *Reach) code() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(s.Random, b[:]); err != nil {
		return "", sayline.Errorf(sayline.Internal, "Something went wrong on our side.").Because(err)
	}
	n := new(big.Int).Mod(new(big.Int).SetBytes(b[:]), big.NewInt(1_000_000))
	return fmt.Sprintf("%06d", n), nil
}

// codeHash is what is stored of a code: nothing that who reads the database could type.
func (s *Reach) codeHash(k *sayline.KnownContact, code string) string {
	m := hmac.New(sha256.New, s.Store.ServerKey())
	fmt.Fprintf(m, "contact code\n%s\n%s\n%s\n%s", k.Brand, k.Person, k.ID, code)
	return hex.EncodeToString(m.Sum(nil))
}

// theirs is the contact a form is about, as it is stored: a browser gives its code
// back before the brand was read again. NotFound when it is none of the viewer's.
func (s *Reach) theirs(r *http.Request, v *auth.Viewer) (*sayline.KnownContact, error) {
	b, err := s.now(r.Context(), v.Brand)
	if err != nil {
		return nil, err
	}
	for _, k := range b.Known(v.Person.ID) {
		if k.ID == r.PathValue("contact") {
			return &k, nil
		}
	}
	return nil, sayline.Errorf(sayline.NotFound, "That is no contact of yours.")
}

// verify takes a code back: typed by its person, or given back by their browser.
func (s *Reach) verify(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	k, err := s.theirs(r, v)
	if err != nil {
		return err
	}
	code := strings.Map(digit, form.Get("code"))
	if err := s.Store.VerifyContact(r.Context(), v.Brand.ID, v.Person.ID, k.ID, s.codeHash(k, code)); err != nil {
		return err
	}
	return s.done(w, r, v, "contact_verified")
}

// digit reads the digits of any script, and leaves the rest out.
func digit(r rune) rune {
	for _, zero := range []rune{'0', '٠', '۰', '０'} {
		if r >= zero && r <= zero+9 {
			return '0' + r - zero
		}
	}
	return -1
}

// test really sends, and says what came of it.
func (s *Reach) test(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	k, err := s.theirs(r, v)
	if err != nil {
		return err
	}
	if k.Own() && k.VerifiedAt.IsZero() {
		return &sayline.Error{Kind: sayline.Conflict, Key: "reach_code_first", Message: "Type the code that was sent there first."}
	}
	if err := s.mayCall(r.Context(), v, k); err != nil {
		return err
	}
	if o := s.caller.SendTest(r.Context(), v.Brand, k); o.Class != notify.Accepted {
		return s.done(w, r, v, "contact_untested")
	}
	return s.done(w, r, v, "contact_tested")
}

// urgent has a contact used only for what is urgent, or for all again.
func (s *Reach) urgent(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	return s.arrange(w, r, v, func(list []sayline.KnownContact, i int) { list[i].Urgent = form.Get("urgent") != "" })
}

// up has a contact used before the one it came after.
func (s *Reach) up(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	return s.arrange(w, r, v, func(list []sayline.KnownContact, i int) {
		if i > 0 {
			list[i-1], list[i] = list[i], list[i-1]
		}
	})
}

func (s *Reach) arrange(w http.ResponseWriter, r *http.Request, v *auth.Viewer, change func([]sayline.KnownContact, int)) error {
	list := slices.Clone(v.Brand.Known(v.Person.ID))
	i := slices.IndexFunc(list, func(k sayline.KnownContact) bool { return k.ID == r.PathValue("contact") })
	if i < 0 {
		return sayline.Errorf(sayline.NotFound, "That is no contact of yours.")
	}
	change(list, i)
	for i := range list {
		list[i].Rank = i + 1
	}
	if err := s.Store.ArrangeContacts(r.Context(), v.Brand.ID, v.Person.ID, list); err != nil {
		return err
	}
	return s.done(w, r, v, "contact_saved")
}

func (s *Reach) remove(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	k, err := s.theirs(r, v)
	if err != nil {
		return err
	}
	if err := s.Store.RemoveContact(r.Context(), v.Brand.ID, v.Person.ID, k.ID); err != nil {
		return err
	}
	return s.done(w, r, v, "contact_removed")
}

// quiet sets the hours in which what can wait does not ring.
func (s *Reach) quiet(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	form, err := house.Form(w, r)
	if err != nil {
		return err
	}
	q := sayline.QuietHours{}
	if form.Get("on") != "" {
		if q, err = readQuiet(form); err != nil {
			return err
		}
	}
	if err := s.Store.SetQuiet(r.Context(), v.Brand.ID, v.Person.ID, q); err != nil {
		return err
	}
	return s.done(w, r, v, "contact_saved")
}

func readQuiet(form url.Values) (q sayline.QuietHours, err error) {
	q.Zone = strings.TrimSpace(form.Get("zone"))
	if q.From, err = minute(form.Get("from")); err != nil {
		return q, err
	}
	if q.Until, err = minute(form.Get("until")); err != nil {
		return q, err
	}
	return q, q.Validate()
}

// minute reads a time of the day, "22:00", as minutes after midnight.
func minute(s string) (int, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, &sayline.Error{Kind: sayline.AtFault, Key: "detail_quiet", Message: "These are not quiet hours."}
	}
	return t.Hour()*60 + t.Minute(), nil
}

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }
