package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

const (
	foundMoments = 1_000_000
	foundAim     = 100 * time.Millisecond
)

// aWord is what somebody said in the last ninety days; one in five made no work.
func aWord(dice *mathrand.Rand, now time.Time) *store.Accept {
	a := oldCase(dice, now)
	a.Moment.Decision.GroupKey = fmt.Sprintf("k%d", dice.IntN(20_000)) // many join one case
	if dice.IntN(5) == 0 {
		a.Moment.Decision = sayline.Decision{Version: 1, Urgency: sayline.None}
	}
	a.CaseID = sayline.NewID(a.Moment.ReceivedAt, rand.Reader)
	return a
}

// fillFound says a million things, all of which can be searched.
func fillFound(ctx context.Context, database string) (err error) {
	if err := prepare(ctx, database, deskBrand()); err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Options{Database: database, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.CreateAccount(ctx, store.Account{Email: "omar@sparkle.example", Name: "Omar"}); err != nil {
		return err
	}
	if err := s.CreateSession(ctx, sayline.HashSecret(session+"-omar"), "omar@sparkle.example", time.Now().Add(2*time.Hour)); err != nil {
		return err
	}
	now := time.Now()
	return settle(ctx, s, database, foundMoments, func(dice *mathrand.Rand) *store.Accept { return aWord(dice, now) })
}

// measureFound measures the search of a brand to which a million things were said.
func measureFound(ctx context.Context, o Options, r *Report, name, database string) (err error) {
	s, _, clean, err := servingOn(ctx, database, fillFound)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop(), clean()) }()
	for _, a := range deskSearches() {
		took, err := s.ask(a)
		if err != nil {
			return err
		}
		p50 := took.at(0.5)
		r.add(row{What: fmt.Sprintf("search, whole page, %s, %d million moments: %s", name, foundMoments/1_000_000, a.name), Got: "p50 " + millis(p50),
			Detail: "p99 " + millis(took.at(0.99)), Aim: "p50 ≤ 100 ms", Holds: p50 <= foundAim})
	}
	return nil
}
