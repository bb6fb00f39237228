package storetest

import (
	"crypto/rand"
	"fmt"
	"testing"
)

// behaviours are what a store does, noun by noun, in the order of a moment's life.
var behaviours = []struct {
	noun string
	list []behaviour
}{
	{"accept", acceptBehaviours},
	{"case", caseBehaviours},
	{"comeback", comebackBehaviours},
	{"mute", muteBehaviours},
	{"calm", calmBehaviours},
	{"shape", shapeBehaviours},
	{"shape at once", shapeRandomBehaviours},
	{"alarm", alarmBehaviours},
	{"map", mapBehaviours},
	{"opportunity", opportunityBehaviours},
	{"wanted", wantedBehaviours},
	{"answer", answerBehaviours},
	{"system", systemBehaviours},
	{"author", authorBehaviours},
	{"tell", tellBehaviours},
	{"media", mediaBehaviours},
	{"page", pageBehaviours},
	{"once", onceBehaviours},
	{"endpoint", endpointBehaviours},
	{"duty", dutyBehaviours},
	{"contact", contactBehaviours},
	{"roster", rosterBehaviours},
	{"device", deviceBehaviours},
	{"phone", phoneBehaviours},
	{"config", configBehaviours},
	{"account", accountBehaviours},
	{"found", foundBehaviours},
	{"relay", relayBehaviours},
	{"published", publishedBehaviours},
	{"past", pastBehaviours},
	{"event", eventBehaviours},
	{"isolation", isolationBehaviours},
	{"retention", retentionBehaviours},
	{"search", searchBehaviours},
	{"opened", openedBehaviours},
	{"visits", visitBehaviours},
}

// behaviour is one thing a store does, told in a sentence.
type behaviour struct {
	says string
	test func(*world)
}

// Run tries every behaviour. database gives the address of a fresh, empty
// database each time it is called: a file's path or a PostgreSQL URL.
func Run(t *testing.T, database func(testing.TB) string) { run(t, database, "") }

// RunNoun tries those of one noun.
func RunNoun(t *testing.T, noun string, database func(testing.TB) string) { run(t, database, noun) }

func run(t *testing.T, database func(testing.TB) string, only string) {
	h := openHouse(t, database)
	brands := 0
	for _, noun := range behaviours {
		if only != "" && noun.noun != only {
			continue
		}
		t.Run(noun.noun, func(t *testing.T) {
			for _, b := range noun.list {
				brands++
				w := &world{house: h, brand: fmt.Sprintf("brand-%d", brands), random: rand.Reader}
				t.Run(b.says, func(t *testing.T) {
					w.tester, w.T = t, t
					b.test(w)
					w.whole()
				})
			}
		})
	}
}
