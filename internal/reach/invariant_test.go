package reach_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/pager"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
)

// TestInvariant11OldLinksNeverSilence: an acknowledgement link of an old episode
// never silences a new one, using one twice does no harm, and looking at one
// changes nothing; whatever happens to the case in between, on both databases.
func TestInvariant11OldLinksNeverSilence(t *testing.T) {
	for name, database := range map[string]func(testing.TB) string{
		"sqlite":   storetest.SQLite,
		"postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, housetest.Options{Database: database(t)})
			for life := range testkit.Size(5, 40) {
				seed := rand.Uint64()
				l := &links{T: t, h: h, nobody: visit(t, h, ""), random: rand.New(rand.NewPCG(seed, 0)), told: fmt.Sprintf("life %d of seed %d", life, seed)}
				l.live()
			}
		})
	}
}

// links is one case's life, with every link anybody was sent of it.
type links struct {
	*testing.T
	h      *housetest.House
	nobody *visitor
	random *rand.Rand
	told   string
	id     string
	sent   []link
}

type link struct {
	person  string
	episode int
	token   string
}

func (l *links) live() {
	l.say()
	for range 14 {
		switch l.random.IntN(7) {
		case 0:
			l.say()
		case 1, 2:
			if err := l.h.Store.Resolve(l.Context(), l.h.Act(sparkle, l.id, "elena"), "done"); err != nil {
				l.Fatal(err)
			}
		case 3:
			l.look(l.any())
		default:
			l.press(l.any())
		}
	}
	if err := l.h.Store.Resolve(l.Context(), l.h.Act(sparkle, l.id, "elena"), "done"); err != nil {
		l.Fatal(err)
	}
	l.h.Clock(l.h.Time().Add(sayline.ReopenWindow + time.Hour)) // the next life is another case
}

// say is one more moment: a closed case comes up again, with links of its own.
func (l *links) say() {
	said := l.h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Context: housetest.At("k7f3")})
	if l.id == "" {
		l.id = said.Moment.Case
	}
	if said.Moment.Case != l.id {
		l.Fatalf("%s: it joined another case", l.told)
	}
	c := theCase(l, l.h, l.id)
	for _, person := range []string{"lucia", "marco"} {
		if !slices.ContainsFunc(l.sent, func(k link) bool { return k.person == person && k.episode == c.Episode }) {
			l.sent = append(l.sent, l.wait(person, c.Episode))
		}
	}
}

// wait is the link of a person's page of an episode.
func (l *links) wait(person string, episode int) (found link) {
	testkit.Eventually(l, fmt.Sprintf("%s: %s was sent something of episode %d", l.told, person, episode), func() bool {
		list, err := l.h.Store.PagesOf(l.Context(), sparkle, l.id)
		if err != nil {
			l.Fatal(err)
		}
		for _, p := range list {
			if p.Person == person && p.Episode == episode {
				found = link{person, episode, pager.ActToken(l.h.Store.ServerKey(), sparkle, p.ID, episode)}
				return true
			}
		}
		return false
	})
	return found
}

func (l *links) any() link { return l.sent[l.random.IntN(len(l.sent))] }

// look opens a link, as a person or a scanner does.
func (l *links) look(k link) {
	before := l.stand()
	l.nobody.do([]string{"GET", "HEAD"}[l.random.IntN(2)], "/act/"+k.token, nil, "text/html")
	if after := l.stand(); after != before {
		l.Fatalf("%s: looking at a link made %s of %s", l.told, after, before)
	}
}

// stand is all of the case that a link could change.
func (l *links) stand() string {
	c := theCase(l, l.h, l.id)
	history, err := l.h.Store.History(l.Context(), sparkle, l.id)
	if err != nil {
		l.Fatal(err)
	}
	acted := 0
	for _, e := range history {
		if e.Status == sayline.StatusAcknowledged || e.Status == sayline.StatusSeen {
			acted++
		}
	}
	return fmt.Sprintf("%s, episode %d, owner %q, %d acts", c.State, c.Episode, c.Owner, acted)
}

// press uses a link once or twice, by the button that stands on a phone or the
// one for who takes it over.
func (l *links) press(k link) {
	did := []string{"on_it", "over"}[l.random.IntN(2)]
	before, was := l.stand(), theCase(l, l.h, l.id)
	status, page, _ := l.nobody.do("POST", "/act/"+k.token, url.Values{"did": {did}}, "text/html")
	now, after := theCase(l, l.h, l.id), l.stand()
	open := was.State == sayline.CaseOpen || was.State == sayline.CaseStalled
	takes := k.episode == was.Episode && (open || did == "over" && was.State == sayline.CaseAcknowledged)
	switch {
	case takes && (now.State != sayline.CaseAcknowledged || now.Owner != k.person || now.Episode != was.Episode):
		l.Fatalf("%s: %s's link of now (%s) made %s of %s", l.told, k.person, did, after, before)
	case !takes && after != before:
		l.Fatalf("%s: %s's link of episode %d (%s) made %s of %s", l.told, k.person, k.episode, did, after, before)
	case k.episode != was.Episode && (status != http.StatusConflict || !strings.Contains(page, "It has come up again since")):
		l.Fatalf("%s: the old link does not tell what changed: %d", l.told, status)
	case k.episode != was.Episode && open && !strings.Contains(page, fmt.Sprintf(".%d.", was.Episode)):
		l.Fatalf("%s: the old link has no button of now", l.told)
	case k.episode == was.Episode && status != http.StatusOK:
		l.Fatalf("%s: answered %d", l.told, status)
	}
	l.nobody.do("POST", "/act/"+k.token, url.Values{"did": {did}}, "text/html")
	if again := l.stand(); again != after {
		l.Fatalf("%s: pressed twice it is %s, not %s", l.told, again, after)
	}
}
