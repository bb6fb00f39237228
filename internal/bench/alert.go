package bench

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

const (
	openCases = 50 // that most taps join
	newEvery  = 20 // of so many taps one opens a case of its own, which rings

	stepsAtOnce = 10_000
	stepsAim    = 2 * time.Second
)

// ringing says taps of which most join the open cases. One of twenty is about
// something else, says which, and has to ring.
func ringing(i int) []byte {
	ref, text := fmt.Sprintf("shelf-%d", i%openCases), ""
	if i%newEvery == newEvery-1 {
		ref, text = fmt.Sprintf("alone-%d", i), mark(i)
	}
	return fmt.Appendf(nil, `{"cx":"2026-11","topic":"cant-find-it","text":%q,"lang":"en","context":{"touchpoint":"k7f3","source":"qr","ref":%q},"class":"unidentified","more":true,"receipt":true}`, text, ref)
}

// mark is what a tap that has to ring says, and its page after it.
func mark(i int) string { return fmt.Sprintf("tap %d.", i) }

// measurePages measures from the tap to the call of the provider of the person
// on duty: a webhook of their own, on this machine.
func measurePages(ctx context.Context, o Options, r *Report, name, database string) (err error) {
	h, err := listen(`"said":["`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	s, clean, err := serving(ctx, database, hooks{duty: h.url()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop(), clean()) }()
	const rate, measured = 1000, 1_000_000 // the first of those that are measured: a round number
	w := row{What: fmt.Sprintf("tap → provider called, %s, %d/s, %d rules, %d open cases", name, rate, rules, openCases)}
	if _, err := paceOf(s.address, sayPath, 200, warmUp, ringing); err != nil {
		return r.behind(w, "p99 ≤ 50 ms", err)
	}
	list, err := paceOf(s.address, sayPath, rate, o.Lasting, func(i int) []byte { return ringing(i + measured) })
	if err != nil {
		return r.behind(w, "p99 ≤ 50 ms", err)
	}
	var rang []said
	for _, m := range list {
		if m.nth%newEvery == newEvery-1 {
			rang = append(rang, said{id: mark(m.nth + measured), at: m.at})
		}
	}
	took, missing := h.wait(rang, patience)
	w.Got, w.Detail = quantiles(took), fmt.Sprintf("slowest %s; %d rang", millis(took.at(1)), len(took))
	w.Aim, w.Holds = "p99 ≤ 50 ms", took.at(0.99) <= 50*time.Millisecond && missing == 0
	if missing > 0 {
		w.Detail += fmt.Sprintf("; %d of %d had not", missing, len(rang))
	}
	r.add(w)
	return nil
}

// fillSteps stores cases of their own, each with its first step far ahead.
func fillSteps(ctx context.Context, database string) (err error) {
	// One page of each is for a contact; after the first few they are bundled, and
	// leave when this has long been measured.
	if err := prepare(ctx, database, brand(hooks{duty: "http://127.0.0.1:9/"})); err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Options{Database: database, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return acceptMany(ctx, s, stepsAtOnce, func(*mathrand.Rand) *store.Accept {
		at := time.Now()
		m := &sayline.Moment{
			Brand: brandID, ID: sayline.NewID(at, rand.Reader), ReceivedAt: at, OccurredAt: at, OpenUntil: at, SealedAt: at, RetainUntil: at.AddDate(2, 0, 0),
			Kind: "problem", Topic: "cant-find-it", Audience: "customer", Class: sayline.Unidentified, Once: sayline.HashSecret(rand.Text()), Reference: rand.Text()[:8],
			Context: sayline.Context{Touchpoint: "k7f3", Place: "calle-mayor", Product: "09506000134352"},
			Decision: sayline.Decision{Version: 1, Rule: rules + 1, Team: "distribution", Place: "madrid", Urgency: sayline.Normal, Within: time.Minute, Answer: time.Hour,
				Pause: time.Hour, OpensCase: true, Pages: true},
		}
		return &store.Accept{Moment: m, Digest: "d", CaseID: sayline.NewID(at, rand.Reader)}
	})
}

// measureSteps has ten thousand steps fall due in one second, and measures until
// the last has fired: its pages are made, and its next step waits.
func measureSteps(ctx context.Context, o Options, r *Report, name, database string) (err error) {
	s, at, clean, err := servingOn(ctx, database, fillSteps)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop(), clean()) }()
	db, err := raw(at)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	before, err := s.processor()
	if err != nil {
		return err
	}
	due := time.Now().Add(2500 * time.Millisecond) // the pager looks each second by itself
	if _, err := db.ExecContext(ctx, "UPDATE step SET due_at = $1", due.UnixMicro()); err != nil {
		return err
	}
	took, err := untilFired(ctx, db, due)
	if err != nil {
		return err
	}
	after, err := s.processor()
	if err != nil {
		return err
	}
	w := row{What: fmt.Sprintf("%d steps due in the same second, until all have fired, %s", stepsAtOnce, name), Got: fmt.Sprintf("%.2f s", took.Seconds()),
		Detail: fmt.Sprintf("%.0f steps/s", stepsAtOnce/took.Seconds()), Aim: "≤ 2 s", Holds: took <= stepsAim}
	if after > before {
		w.Detail += fmt.Sprintf("; %.1f s of a processor in the server", (after - before).Seconds())
	}
	r.add(w)
	return nil
}

// untilFired looks again and again until no step waits that was due then.
func untilFired(ctx context.Context, db *sql.DB, due time.Time) (time.Duration, error) {
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for limit := due.Add(2 * time.Minute); ; <-look.C {
		var first int64
		if err := db.QueryRowContext(ctx, "SELECT COALESCE(MIN(due_at), 0) FROM step WHERE state = 'waiting'").Scan(&first); err != nil {
			return 0, err
		}
		now := time.Now()
		if first == 0 || first > due.UnixMicro() {
			return now.Sub(due), nil
		}
		if now.After(limit) {
			return 0, errors.New("steps that are due have not fired in two minutes")
		}
	}
}
