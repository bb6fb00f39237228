package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"io"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter says how often one address may do something. It keeps no address,
// only a hash under a key that lives in memory and changes every hour, and it
// forgets who has been quiet for a while.
type Limiter struct {
	rate   rate.Limit
	burst  int
	most   int // entries of one generation, before it is ended early
	clock  func() time.Time
	random io.Reader

	mu      sync.Mutex
	key     [32]byte
	keyedAt time.Time
	// Two generations: who is seen moves to the young one; the old one is
	// dropped whole, so forgetting costs nothing.
	young, old map[visitor]*rate.Limiter
	bornAt     time.Time
}

type visitor [16]byte

const (
	keyLife    = time.Hour
	generation = 2 * time.Minute // longer than a bucket needs to fill up
	mostKept   = 100_000         // about 15 MB
)

// NewLimiter allows perMinute for each address, all of them at once if need be.
// The clock says when; random makes the keys.
func NewLimiter(perMinute int, clock func() time.Time, random io.Reader) *Limiter {
	return &Limiter{rate: rate.Limit(float64(perMinute) / 60), burst: perMinute, most: mostKept, clock: clock, random: random}
}

// Take takes one from the address's allowance. Where there is none left, ok is
// false and wait says when there will be.
func (l *Limiter) Take(client netip.Addr) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	b := l.bucket(client, now)
	if b.AllowN(now, 1) {
		return 0, true
	}
	lacking := 1 - b.TokensAt(now)
	return time.Duration(lacking / float64(l.rate) * float64(time.Second)), false
}

// GiveBack returns one, for what turned out not to count.
func (l *Limiter) GiveBack(client netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	l.bucket(client, now).AllowN(now, -1)
}

func (l *Limiter) bucket(client netip.Addr, now time.Time) *rate.Limiter {
	if l.young == nil || now.Sub(l.keyedAt) >= keyLife {
		if _, err := io.ReadFull(l.random, l.key[:]); err != nil {
			panic("web: the source of randomness failed: " + err.Error())
		}
		l.keyedAt, l.bornAt = now, now
		l.young, l.old = map[visitor]*rate.Limiter{}, nil
	}
	if now.Sub(l.bornAt) >= generation || len(l.young) >= l.most {
		l.young, l.old, l.bornAt = map[visitor]*rate.Limiter{}, l.young, now
	}
	v := l.visitor(client)
	b := l.young[v]
	if b == nil {
		if b = l.old[v]; b == nil {
			b = rate.NewLimiter(l.rate, l.burst)
		}
		l.young[v] = b
	}
	return b
}

// visitor is the keyed hash of an address; of IPv6 the network, because one
// household has 2^64 of them.
func (l *Limiter) visitor(client netip.Addr) (v visitor) {
	if client.Is6() {
		if p, err := client.Prefix(64); err == nil {
			client = p.Addr()
		}
	}
	mac := hmac.New(sha256.New, l.key[:])
	b, _ := client.MarshalBinary() // never fails
	mac.Write(b)
	copy(v[:], mac.Sum(nil))
	return v
}
