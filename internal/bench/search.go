package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	searchRounds = 6 // of each, one after the other, so that a busy minute hurts both
	searchAim    = 0.97
)

// measureIndexing measures what keeping the search true costs those who speak: the
// rate of accepts while it works, to that while it has nothing to do. Its place
// among the events is what says how much that is.
func measureIndexing(ctx context.Context, o Options, r *Report, name, database string) (err error) {
	s, at, clean, err := servingOn(ctx, database, func(ctx context.Context, database string) error { return prepare(ctx, database, brand(hooks{})) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop(), clean()) }()
	db, err := raw(at)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, _, err := rush(s.address, sayPath, 64, warmUp); err != nil {
		return err
	}
	const (
		rests = "UPDATE search_place SET seq = 1000000000000"
		works = "UPDATE search_place SET seq = (SELECT MAX(n) FROM brand_seq)"
	)
	var with, without []float64
	for i := range 2 * searchRounds {
		place, rates := rests, &without
		if (i+i/2)%2 == 1 { // off, on, on, off: what grows meanwhile hurts both alike
			place, rates = works, &with
		}
		if _, err := db.ExecContext(ctx, place); err != nil {
			return err
		}
		rate, _, err := rush(s.address, sayPath, 64, max(time.Second, o.Lasting/3))
		if err != nil {
			return err
		}
		*rates = append(*rates, rate)
	}
	ratio := sum(with) / sum(without)
	r.add(row{What: fmt.Sprintf("accepts while the search index works, of those while it rests, %s", name), Got: fmt.Sprintf("%.3f", ratio),
		Detail: perSecond(sum(with)/searchRounds) + " of " + perSecond(sum(without)/searchRounds), Aim: "≥ 0.97", Holds: ratio >= searchAim})
	return nil
}

func sum(list []float64) (n float64) {
	for _, v := range list {
		n += v
	}
	return n
}
