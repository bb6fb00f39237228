package sayline

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
)

// Voucher is one of the brand's own systems, an app or a members' area, that
// vouches for who somebody is: it signs a proof with a key whose public half
// stands here. Whoever comes with a proof is known before they say a word.
type Voucher struct {
	ID     string       `json:"id"`     // handle
	Name   Text         `json:"name"`   // as the team reads it: "proved by the Gran Vía app"
	Issuer string       `json:"issuer"` // the proof's iss, an https address
	Keys   []VoucherKey `json:"keys"`   // several while one is exchanged for the next
}

// VoucherKey is the public half of a key, by the id a proof names it with.
type VoucherKey struct {
	ID     string `json:"kid"`
	Public string `json:"public_key"` // PEM, "PUBLIC KEY": EC P-256, Ed25519, or RSA from 2048 bits
}

// Algorithms of proofs (JWA, RFC 7518 and RFC 8037). The key alone decides
// which: a proof can't choose.
const (
	ES256 = "ES256"
	RS256 = "RS256"
	EdDSA = "EdDSA"
)

const minRSA = 2048 // bits

// Key reads the public key and the one algorithm it verifies.
func (k VoucherKey) Key() (key crypto.PublicKey, algorithm string, err error) {
	block, rest := pem.Decode([]byte(k.Public))
	if block == nil || block.Type != "PUBLIC KEY" || len(rest) > 1 {
		return nil, "", errors.New("expected one PEM block “PUBLIC KEY”")
	}
	if key, err = x509.ParsePKIXPublicKey(block.Bytes); err != nil {
		return nil, "", errors.New("expected a public key in PEM")
	}
	switch p := key.(type) {
	case *ecdsa.PublicKey:
		if p.Curve == elliptic.P256() {
			return key, ES256, nil
		}
	case *rsa.PublicKey:
		if p.N.BitLen() >= minRSA {
			return key, RS256, nil
		}
	case ed25519.PublicKey:
		return key, EdDSA, nil
	}
	return nil, "", fmt.Errorf("expected EC P-256, Ed25519, or RSA from %d bits", minRSA)
}

// Proved is what a proof said of an identified author, once its signature was
// verified. The proof itself is not kept: it would let whoever reads it speak
// in the author's name.
type Proved struct {
	By     string `json:"by"` // the voucher's id
	Name   string `json:"name,omitempty"`
	Member string `json:"member,omitempty"` // their number with the brand
	Tier   string `json:"tier,omitempty"`   // such as gold
}

// Voucher is the brand's system of an id; nil where there is none.
func (b *Brand) Voucher(id string) *Voucher {
	for i := range b.Vouchers {
		if b.Vouchers[i].ID == id {
			return &b.Vouchers[i]
		}
	}
	return nil
}

// ProofAudiences are what a proof's aud may name: the brand's domains, or its
// handle.
func (b *Brand) ProofAudiences() []string { return append([]string{b.ID}, b.Domains...) }

func (b *Brand) validateVouchers(f *faults) {
	ids, kids, issuers := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i, v := range b.Vouchers {
		at := at("/vouchers", i)
		if !ValidHandle(v.ID) || ids[v.ID] {
			f.add(at+"/id", handleShape+", and no two alike")
		}
		v.Name.require(f, at+"/name", "the name your teams know it by")
		v.Name.validate(f, at+"/name", b.Languages, 80)
		if u, err := url.Parse(v.Issuer); err != nil || u.Scheme != "https" || u.Host == "" || issuers[v.Issuer] {
			f.add(at+"/issuer", "expected an https address, and no two alike")
		}
		ids[v.ID], issuers[v.Issuer] = true, true
		if len(v.Keys) == 0 {
			f.add(at+"/keys", "expected at least one key")
		}
		for j, k := range v.Keys {
			if k.ID == "" || len(k.ID) > MaxShort || kids[k.ID] {
				f.add(sub(at, "keys", j)+"/kid", "expected the key's id, and no two alike")
			}
			kids[k.ID] = true
			if _, _, err := k.Key(); err != nil {
				f.add(sub(at, "keys", j)+"/public_key", "%s", err.Error())
			}
		}
	}
}
