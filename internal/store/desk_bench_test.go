package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/testkit"
)

// deskCases is how many cases the lists are measured on.
const deskCases = 100_000

// fullDesk is a desk that has been worked at for long: most cases are resolved,
// a fifth is open in every way.
func fullDesk(tb testing.TB, database string, n int) *Store {
	tb.Helper()
	ctx, now := context.Background(), time.Now()
	s, err := Open(ctx, Options{Database: database, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	var work sync.WaitGroup
	for w := range 64 {
		work.Go(func() {
			dice := mathrand.New(mathrand.NewPCG(uint64(w), 1))
			for range n / 64 {
				if err := s.Accept(ctx, benchCase(dice, now)); err != nil {
					tb.Error(err)
					return
				}
			}
		})
	}
	work.Wait()
	if err := s.update(ctx, "sparkle", byMachine, func(tx *Tx) error {
		for _, text := range []string{
			"UPDATE cases SET state = 'resolved', resolved_at = last_at + 1, owner = 'lucia' WHERE f1 = 0 AND moments > 0",
			"UPDATE cases SET state = 'acknowledged', acknowledged_at = last_at + 1, owner = 'omar' WHERE urgency = 'normal' AND state = 'open'",
		} {
			if _, err := tx.exec(text); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		tb.Fatal(err)
	}
	if s.engine.shared() { // PostgreSQL does it by itself, later
		if _, err := s.readers.Exec("ANALYZE"); err != nil {
			tb.Fatal(err)
		}
	}
	for {
		done, err := s.IndexWords(ctx, "sparkle")
		if err != nil {
			tb.Fatal(err)
		}
		if done == 0 {
			return s
		}
	}
}

var benchWords = []string{"lost", "broken", "shelf", "empty", "metal", "taste", "queue", "door", "lamp", "cold", "sticky", "floor", "the", "is", "and", "again", "passport", "umbrella", "receipt", "late"}

func benchCase(dice *mathrand.Rand, now time.Time) *Accept {
	at := now.Add(-time.Duration(dice.IntN(90*24)) * time.Hour)
	text := ""
	for range 8 {
		text += benchWords[dice.IntN(len(benchWords))] + " "
	}
	m := &sayline.Moment{
		Brand: "sparkle", ID: sayline.NewID(at, rand.Reader), ReceivedAt: at, OccurredAt: at, OpenUntil: at, SealedAt: at, RetainUntil: now.AddDate(2, 0, 0),
		Kind: "problem", Feeling: 1 + dice.IntN(5), Topic: fmt.Sprintf("topic-%d", dice.IntN(20)), Text: fmt.Sprintf("%s n%d", text, dice.IntN(5000)), Audience: "customer",
		Class: sayline.Unidentified, Once: sayline.HashSecret(rand.Text()), Reference: rand.Text()[:8],
		Context:  sayline.Context{Touchpoint: fmt.Sprintf("k%d", dice.IntN(500)), Place: "p", Product: fmt.Sprintf("%013d", dice.IntN(200)), Lot: fmt.Sprintf("L%d", dice.IntN(2000))},
		Decision: sayline.Decision{Version: 1, Rule: 1, Team: fmt.Sprintf("team-%d", dice.IntN(30)), Place: fmt.Sprintf("place-%d", dice.IntN(300)), Urgency: []string{"critical", "urgent", "normal", "quiet"}[dice.IntN(4)], Within: time.Minute, Answer: time.Hour, OpensCase: true},
	}
	return &Accept{Moment: m, Digest: "d", CaseID: sayline.NewID(at, rand.Reader)}
}

// BenchmarkDeskLists measures a page of each list, with its count, on a hundred
// thousand cases.
func BenchmarkDeskLists(b *testing.B) {
	for name, database := range map[string]func() string{
		"sqlite":   func() string { return filepath.Join(b.TempDir(), "s.db") },
		"postgres": func() string { return testkit.Postgres(b) },
	} {
		b.Run(name, func(b *testing.B) {
			s := fullDesk(b, database(), deskCases)
			for _, l := range deskLists() {
				b.Run(l.name, func(b *testing.B) {
					before := processorTime(b)
					for b.Loop() {
						if err := l.read(s); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(processorTime(b)-before)/float64(time.Millisecond)/float64(b.N), "cpu-ms/op")
				})
			}
		})
	}
}

// processorTime is what this process has used of a processor: what a read costs
// also while others are busy. PostgreSQL's own is not in it.
func processorTime(tb testing.TB) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

type deskList struct {
	name string
	read func(*Store) error
}

func deskLists() []deskList {
	all := Scope{{All: true}}
	team := Scope{{Teams: []TeamScope{{Team: "team-3"}}}}
	list := func(name string, sc Scope, sec Section, f Filter) deskList {
		return deskList{name, func(s *Store) error {
			q := CasesQuery{Brand: "sparkle", Scope: sc, Section: sec, Filter: f, Limit: 41}
			if _, err := s.Cases(context.Background(), q); err != nil {
				return err
			}
			_, err := s.CountCases(context.Background(), q, []Section{sec}, 1000)
			return err
		}}
	}
	worded := func(name, words string) deskList {
		return deskList{name, func(s *Store) error {
			found, err := s.CasesWorded(context.Background(), Search{Brand: "sparkle", Scope: all, Text: words})
			if err != nil {
				return err
			}
			return list(name, all, Resolved, Filter{Words: found}).read(s)
		}}
	}
	find := func(name, words string, sc Scope) deskList {
		return deskList{name, func(s *Store) error {
			q := Search{Brand: "sparkle", Scope: sc, Text: words, Limit: 31}
			if _, err := s.SearchMoments(context.Background(), q); err != nil {
				return err
			}
			_, _, err := s.CountFound(context.Background(), q, MostFound)
			return err
		}}
	}
	return []deskList{
		list("waiting", all, WaitingUrgent, Filter{}),
		list("waiting-team", team, WaitingUrgent, Filter{}),
		list("waiting-lot", all, WaitingUrgent, Filter{Lot: "L77"}),
		list("done", all, Resolved, Filter{}),
		list("done-team", team, Resolved, Filter{}),
		list("done-topic", all, Resolved, Filter{Topic: "topic-3"}),
		list("done-place", all, Resolved, Filter{Places: []string{"place-3", "place-4"}}),
		list("done-product", all, Resolved, Filter{Product: "0000000000007"}),
		list("done-lot", all, Resolved, Filter{Lot: "L77"}),
		list("done-lot-team", all, Resolved, Filter{Lot: "L77", Teams: []string{"team-3"}}),
		list("done-touchpoint", all, Resolved, Filter{Touchpoint: "k77"}),
		worded("done-words", "metal n77"),
		worded("done-common-words", "the metal"),
		list("done-nothing", all, Resolved, Filter{Lot: "none", Topic: "topic-3"}),
		find("search-rare", "metal n77 ", all),
		find("search-common", "metal door", all),
		find("search-everything", "the", all),
		find("search-head", "n7", all),
		find("search-team", "metal door", team),
		find("search-reference", "ABCDEFGH", all),
	}
}
