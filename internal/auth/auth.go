package auth

import (
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// Options is what signing in needs.
type Options struct {
	Store   *store.Store
	Brands  *brands.Registry
	Now     func() time.Time
	Random  io.Reader // safe for concurrent use; crypto/rand.Reader is
	Proxies web.Proxies
	// PerMinute is how often one address, and one account, may try a password.
	// 0 is the default, 10; less than 0 is no limit, for load tests.
	PerMinute int
}

// Auth knows who is signed in.
type Auth struct {
	store   *store.Store
	brands  *brands.Registry
	now     func() time.Time
	random  io.Reader
	proxies web.Proxies
	limit   *web.Limiter
	unknown string        // a password nobody has: who has no account is checked against it
	turns   chan struct{} // a hash takes 19 MiB: so many at once
}

const (
	triesPerMinute = 10
	hashesAtOnce   = 4
)

// New makes the house's door.
func New(o Options) (*Auth, error) {
	a := &Auth{store: o.Store, brands: o.Brands, now: o.Now, random: o.Random, proxies: o.Proxies, turns: make(chan struct{}, hashesAtOnce)}
	switch {
	case o.PerMinute == 0:
		a.limit = web.NewLimiter(triesPerMinute, o.Now, o.Random)
	case o.PerMinute > 0:
		a.limit = web.NewLimiter(o.PerMinute, o.Now, o.Random)
	}
	// What no password comes to, but checking one against it costs the same.
	nobodys := phc{cost, make([]byte, saltBytes), make([]byte, hashBytes)}
	for _, part := range [][]byte{nobodys.salt, nobodys.hash} {
		if _, err := io.ReadFull(o.Random, part); err != nil {
			return nil, err
		}
	}
	a.unknown = nobodys.String()
	return a, nil
}

// Address is an e-mail address as accounts are known by: people type capitals
// and blanks.
func Address(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

var errWrong = &sayline.Error{Kind: sayline.Unsigned, Key: "auth_wrong", Message: "That address and password don't belong together."}

// SignIn checks an address and a password. An unknown address gets the same
// answer as a wrong password, after the same time. Errors: Unsigned when they
// don't belong together, TooMany when the address or the account was tried too often.
func (a *Auth) SignIn(r *http.Request, email, password string) (*store.Account, error) {
	email = Address(email)
	if err := a.try(r, email); err != nil {
		return nil, err
	}
	account, err := a.store.Account(r.Context(), email)
	stored := a.unknown
	switch {
	case err == nil:
		stored = account.Password
	case sayline.KindOf(err) != sayline.NotFound:
		return nil, err
	}
	done, err := a.turn(r.Context())
	if err != nil {
		return nil, err
	}
	defer done()
	if !matches(stored, password) || account == nil {
		return nil, errWrong
	}
	return account, nil
}

// try counts an attempt against the address it comes from and against the
// account, which many addresses may try at once.
func (a *Auth) try(r *http.Request, email string) error {
	if a.limit == nil {
		return nil
	}
	for _, who := range []netip.Addr{a.proxies.Client(r), accountAddr(email)} {
		if wait, ok := a.limit.Take(who); !ok {
			return web.RetryAfter(&sayline.Error{Kind: sayline.TooMany, Key: "auth_too_many", Message: "That was tried too often. Please wait a minute."}, wait)
		}
	}
	return nil
}

// accountAddr stands for an account in the limiter, which counts addresses and
// looks at the first 64 bits of them: one of the private range, by a hash, where
// nobody else is met by accident.
func accountAddr(email string) netip.Addr {
	b := sha256.Sum256([]byte("account " + email))
	b[0] = 0xfd
	return netip.AddrFrom16([16]byte(b[:16]))
}

// turn waits for one of the few turns to hash, so that many sign-ins at once
// cost time, not memory.
func (a *Auth) turn(ctx context.Context) (done func(), err error) {
	select {
	case a.turns <- struct{}{}:
		return func() { <-a.turns }, nil
	case <-ctx.Done():
		return nil, sayline.Errorf(sayline.Unavailable, "Too many people are signing in at once. Please try again in a moment.").Because(ctx.Err())
	}
}

// Hash makes what is stored of a new password. AtFault when it is too short.
func (a *Auth) Hash(ctx context.Context, password string) (string, error) {
	if err := CheckStrength(password); err != nil {
		return "", err
	}
	done, err := a.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return hash(password, a.random)
}

// signedIn is the account of a request, read once; nil when nobody is.
type signedIn struct {
	account *store.Account
	err     error
}

// Load reads who is signed in before next runs, so that whatever asks afterwards
// need not; and refuses what another site sends in somebody's name.
func (a *Auth) Load(next http.Handler) http.Handler {
	load := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(withAccount(r.Context(), a.read(r))))
	})
	return http.NewCrossOriginProtection().Handler(load)
}

func (a *Auth) read(r *http.Request) *signedIn {
	if account, err := a.holder(r); sayline.KindOf(err) != sayline.Unsigned {
		return &signedIn{account, err}
	}
	hash := a.sessionHash(r)
	if hash == "" {
		return &signedIn{err: errUnsigned}
	}
	account, err := a.store.Session(r.Context(), hash, a.now())
	if sayline.KindOf(err) == sayline.NotFound {
		err = errUnsigned
	}
	return &signedIn{account, err}
}

var errUnsigned = &sayline.Error{Kind: sayline.Unsigned, Key: "auth_please", Message: "Please sign in."}

// Account is who is signed in; Unsigned when nobody is. Who has a shift phone is
// asked anew each time: while a page is open it may go into another hand.
func (a *Auth) Account(r *http.Request) (*store.Account, error) {
	s, ok := r.Context().Value(accountKey{}).(*signedIn)
	if !ok || s.account != nil && s.account.Held != nil {
		s = a.read(r)
	}
	return s.account, s.err
}

// Viewer is who is signed in, at a brand. Unsigned when nobody is; NotFound when
// there is no such brand, or none that knows them: the two look the same.
func (a *Auth) Viewer(r *http.Request, brand string) (*Viewer, error) {
	account, err := a.Account(r)
	if err != nil {
		return nil, err
	}
	b := a.brands.ByID(brand)
	if b == nil || !isOf(account, b) {
		return nil, errNoBrand
	}
	return NewViewer(account, b), nil
}

var errNoBrand = &sayline.Error{Kind: sayline.NotFound, Key: "auth_no_brand", Message: "There is no such brand here, or you are not one of its people."}

// BrandsOf are the brands an account is one of the people of, by handle.
func (a *Auth) BrandsOf(account *store.Account) []*brands.Snapshot {
	var list []*brands.Snapshot
	for _, b := range a.brands.All() {
		if isOf(account, b) {
			list = append(list, b)
		}
	}
	return list
}

// isOf says whether an account is one of a brand's people: by a shift phone, of
// the phone's brand alone.
func isOf(account *store.Account, b *brands.Snapshot) bool {
	return person(b, account.Email) != nil && (account.Held == nil || account.Held.Phone.Brand == b.ID)
}

// person finds who of a brand has the address, however it is capitalised.
func person(b *brands.Snapshot, email string) *sayline.Person {
	if p := b.Index.ByEmail(email); p != nil {
		return p
	}
	for i := range b.People {
		if strings.EqualFold(b.People[i].Email, email) {
			return &b.People[i]
		}
	}
	return nil
}
