package proof

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/sayline/sayline"
)

// Type is the header a proof carries, so that no other token of the same key
// is taken for one (RFC 8725, section 3.11).
const Type = "cx-proof+jwt"

const (
	leeway  = time.Minute // clocks differ
	longest = 24 * time.Hour
	most    = 8192 // bytes of a token
)

// claims are those of a proof beside the registered ones.
type claims struct {
	Name string `json:"name"`
	Tier string `json:"tier"`
}

// algorithms are what a token may be signed with at all.
var algorithms = []jose.SignatureAlgorithm{sayline.ES256, sayline.RS256, sayline.EdDSA}

// Verify reads a proof made for a brand and says what it proves. Errors are
// AtFault and name /contact/proof; why, they tell in words for an engineer, and
// nothing of the token.
func Verify(b *sayline.Brand, token string, now time.Time) (*sayline.Proved, error) {
	if len(token) > most {
		return nil, fault("it is longer than %d bytes", most)
	}
	t, err := jwt.ParseSigned(token, algorithms)
	if err != nil || len(t.Headers) != 1 {
		return nil, fault("expected a JWT signed with ES256, RS256 or EdDSA")
	}
	head := t.Headers[0]
	if typ, _ := head.ExtraHeaders[jose.HeaderType].(string); !strings.EqualFold(typ, Type) {
		return nil, fault("expected the header typ to be %s", Type)
	}
	voucher, key := find(b, head.KeyID)
	if voucher == nil {
		return nil, fault("its kid names no key of this brand")
	}
	public, algorithm, err := key.Key()
	if err != nil || head.Algorithm != algorithm {
		return nil, fault("its key is for %s", algorithm)
	}
	var registered jwt.Claims
	var more claims
	if err := t.Claims(public, &registered, &more); err != nil {
		return nil, fault("its signature does not hold")
	}
	if why := bounded(b, voucher, &registered, now); why != "" {
		return nil, fault("%s", why)
	}
	p := &sayline.Proved{By: voucher.ID, Name: more.Name, Member: registered.Subject, Tier: more.Tier}
	for _, s := range []string{p.Name, p.Member, p.Tier} {
		if utf8.RuneCountInString(s) > sayline.MaxShort || strings.ContainsRune(s, 0) {
			return nil, fault("expected name, sub and tier of at most %d characters", sayline.MaxShort)
		}
	}
	if cmp.Or(p.Name, p.Member) == "" {
		return nil, fault("expected at least name or sub")
	}
	return p, nil
}

// find is the key a token names, and whose it is.
func find(b *sayline.Brand, kid string) (*sayline.Voucher, *sayline.VoucherKey) {
	for i := range b.Vouchers {
		v := &b.Vouchers[i]
		if j := slices.IndexFunc(v.Keys, func(k sayline.VoucherKey) bool { return k.ID == kid }); j >= 0 {
			return v, &v.Keys[j]
		}
	}
	return nil, nil
}

// bounded says which bound of a token does not hold, or "".
func bounded(b *sayline.Brand, v *sayline.Voucher, c *jwt.Claims, now time.Time) string {
	switch {
	case c.Issuer != v.Issuer:
		return "its iss is not the issuer its key belongs to"
	case !slices.ContainsFunc(b.ProofAudiences(), c.Audience.Contains):
		return "its aud does not name this brand"
	case c.Expiry == nil || c.IssuedAt == nil:
		return "expected exp and iat"
	case now.After(c.Expiry.Time().Add(leeway)):
		return "it has run out (exp)"
	case c.IssuedAt.Time().After(now.Add(leeway)):
		return "it is from the future (iat)"
	case c.NotBefore != nil && c.NotBefore.Time().After(now.Add(leeway)):
		return "it is not valid yet (nbf)"
	case c.Expiry.Time().Sub(c.IssuedAt.Time()) > longest:
		return "expected exp at most a day after iat"
	}
	return ""
}

func fault(format string, args ...any) error {
	detail := sayline.Errorf("", format, args...).Message
	return &sayline.Error{Kind: sayline.AtFault, Key: "detail_proof", Message: "This proof of who you are can't be taken.",
		Fields: []sayline.Fault{{Pointer: "/contact/proof", Detail: detail}}}
}
