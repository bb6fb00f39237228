package storetest

import (
	"math/rand/v2"
	"sync"

	"github.com/sayline/sayline"
)

var shapeRandomBehaviours = []behaviour{
	{"whatever several people and their customers do to cases at once, everything stays true", shapedAtOnce},
}

// shapedAtOnce lets four hands, through two processes, say, take, hand over, join,
// split, add, take back and close at random. What the suite's oracle finds
// afterwards is the test: counts, keys, slots, steps, words.
func shapedAtOnce(w *world) {
	other := &house{Store: OpenStore(w.T, w.url, w.clock.Now), url: w.url, clock: w.clock, plain: w.plain, fresh: w.fresh}
	var all sync.WaitGroup
	for hand := range 4 {
		mine := &world{tester: w.tester, T: w.T, house: w.house, brand: w.brand, random: w.random}
		if hand%2 == 1 {
			mine.house = other
		}
		all.Go(func() {
			random := rand.New(rand.NewPCG(7, uint64(hand)))
			var said []*sayline.Moment
			for range 60 {
				mine.shapeOnce(random, &said)
			}
		})
	}
	all.Wait()
}

func (w *world) shapeOnce(random *rand.Rand, said *[]*sayline.Moment) {
	keys := []string{"a", "b", "c", ""}
	if len(*said) < 3 || random.IntN(3) == 0 {
		a := w.tap(keys[random.IntN(len(keys))], feeling(1+random.IntN(5)), urgency([]string{sayline.Normal, sayline.Urgent, sayline.Quiet}[random.IntN(3)]))
		if err := w.Accept(w.ctx(), a); err != nil {
			w.Errorf("not accepted: %v", err)
			return
		}
		*said = append(*said, a.Moment)
		return
	}
	pick := func() *sayline.Moment { return (*said)[random.IntN(len(*said))] }
	m, n := pick(), pick()
	now, err := w.Moment(w.ctx(), w.brand, m.ID)
	if sayline.KindOf(err) == sayline.NotFound {
		return // taken back
	}
	w.fine(err)
	to, err := w.Moment(w.ctx(), w.brand, n.ID)
	if err != nil {
		to = now
	}
	act := w.act(now.Case, "lucia")
	switch random.IntN(9) {
	case 0, 1:
		w.fine(w.Merge(w.ctx(), act, to.Case))
	case 2:
		w.fine(w.Split(w.ctx(), act, []string{m.ID}, w.id()))
	case 3, 4:
		team := []string{"crew", "others"}[random.IntN(2)]
		_, err := w.handOver(now.Case, team, keyOf(team, keys[random.IntN(len(keys))]))
		w.fine(err)
	case 5:
		w.fine(w.amend(m, func(m *sayline.Moment) {
			m.Feeling, m.Decision.GroupKey = 1+random.IntN(5), keyOf(m.Decision.Team, keys[random.IntN(len(keys))])
		}))
	case 6:
		w.fine(w.AddMessage(w.ctx(), act, &sayline.Message{ID: w.id(), Direction: sayline.Reply, Text: "words", Moment: []string{"", m.ID}[random.IntN(2)]}))
	case 7:
		w.fine(w.Withdraw(w.ctx(), w.brand, m.Receipt))
	case 8:
		w.fine(w.Resolve(w.ctx(), act, "done"))
	}
}

// keyOf is a key of a team's own, as the route makes them: no two teams have one in
// common. What is said is the crew's.
func keyOf(team, key string) string {
	if key == "" || team == "crew" {
		return key
	}
	return team + "|" + key
}

// fine lets pass what may be refused because somebody else was there first.
func (w *world) fine(err error) {
	w.Helper()
	switch sayline.KindOf(err) {
	case "", sayline.Conflict, sayline.NotFound, sayline.AtFault:
	default:
		w.Errorf("%v", err)
	}
}
