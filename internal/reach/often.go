package reach

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"net/netip"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// Of codes and tests, which cost the operator something and may go to a stranger,
// so many go out in a day: for an account, to an address, and at a brand, which may
// have all its people register on one day.
const (
	dayOfAccount = 30
	dayOfAddress = 10
	dayOfBrand   = 500 // and a few for each of its people
	dayOfPerson  = 3
)

// tooMany are the sentences for who wants one more in a day.
var tooMany = map[string]*sayline.Error{
	store.MostOfAccount: {Kind: sayline.TooMany, Key: "reach_day_account", Message: "That is as many codes and tests as you can send in a day. Please try again tomorrow."},
	store.MostOfAddress: {Kind: sayline.TooMany, Key: "reach_day_address", Message: "That is as many codes and tests as go there in a day. Please try again tomorrow."},
	store.MostOfBrand:   {Kind: sayline.TooMany, Key: "reach_day_brand", Message: "That is as many codes and tests as go out here in a day. Please try again tomorrow."},
}

// mayCall bounds how often an account has us call somebody. A browser is called at
// its maker's, and nobody pays for it or hears of it: of those, only so many a minute.
func (s *Reach) mayCall(ctx context.Context, v *auth.Viewer, k *sayline.KnownContact) error {
	if err := s.notSoOften(v); err != nil || k.Channel == sayline.ByPush {
		return err
	}
	c := store.ContactCall{Brand: v.Brand.ID, ID: sayline.NewID(s.Now(), s.Random), Account: auth.Address(v.Account.Email), Address: s.addressHash(k)}
	over, wait, err := s.Store.CountContactCall(ctx, c, store.ContactCalls{Account: dayOfAccount, Address: dayOfAddress, Brand: dayOfBrand + dayOfPerson*len(v.Brand.People)})
	if err == nil && over != "" {
		err = web.RetryAfter(tooMany[over], wait)
	}
	return err
}

// addressHash stands for an address: the same number by SMS and by voice is one,
// however it is written.
func (s *Reach) addressHash(k *sayline.KnownContact) string {
	address := strings.ToLower(strings.TrimSpace(k.Address))
	switch k.Channel {
	case sayline.BySMS, sayline.ByVoice:
		address = strings.Map(digit, address)
	case sayline.ByEmail:
		if a, err := mail.ParseAddress(address); err == nil {
			address = a.Address
		}
	}
	m := hmac.New(sha256.New, s.Store.ServerKey())
	fmt.Fprintf(m, "contact call\n%s", address)
	return hex.EncodeToString(m.Sum(nil))
}

// notSoOften bounds it within a minute.
func (s *Reach) notSoOften(v *auth.Viewer) error {
	sum := sha256.Sum256([]byte("contact " + v.Account.Email))
	sum[0] = 0xfd // the limiter counts addresses: one of the private range stands for an account
	if wait, ok := s.calls.Take(netip.AddrFrom16([16]byte(sum[:16]))); !ok {
		return web.RetryAfter(&sayline.Error{Kind: sayline.TooMany, Key: "reach_too_often", Message: "That was a lot of codes and tests. Please wait a minute."}, wait)
	}
	return nil
}
