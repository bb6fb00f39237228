package store

import (
	"context"
	"testing"

	"github.com/sayline/sayline/internal/testkit"
)

// However many people speak, the pager gets its turn: with the next group.
func TestMachinesGetTheirTurn(t *testing.T) {
	readsEngines(t, func(t *testing.T, h *readsHouse) {
		w := h.writerOf("sparkle")
		busy, letGo := make(chan struct{}), make(chan struct{})
		const taps = 2*groupJobs + 50
		answers := make(chan error, taps+1)
		go func() {
			answers <- h.update(context.Background(), "sparkle", byPerson, func(*Tx) error {
				close(busy)
				<-letGo
				return nil
			})
		}()
		<-busy
		for i := range taps {
			a := tap(i)
			a.Moment.Text = "" // so that a group is full by its jobs
			go func() { answers <- h.Accept(context.Background(), a) }()
		}
		testkit.Eventually(t, "everybody is in line", func() bool { return len(w.people) == taps })
		turn, before := make(chan error, 1), 0
		go func() {
			turn <- h.update(context.Background(), "sparkle", byMachine, func(tx *Tx) error {
				return tx.row("SELECT COUNT(*) FROM moment", nil, &before)
			})
		}()
		testkit.Eventually(t, "the machine is in line", func() bool { return len(w.machine) == 1 })
		close(letGo)
		if err := <-turn; err != nil {
			t.Fatal(err)
		}
		if before == 0 || before > groupJobs {
			t.Errorf("before the machine came %d of %d taps", before, taps)
		}
		for range taps + 1 {
			if err := <-answers; err != nil {
				t.Error(err)
			}
		}
	})
}
