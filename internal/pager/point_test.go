package pager

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
)

// A process is ended at each point at which one may die with the work half done,
// and another goes on with what it finds. docs/alerting.md has the table; each of
// its rows is a test here.

// passing ends this process at its point: no goodbye, nothing flushed. Where
// who waited has been told before, they are.
func (c *child) passing(told <-chan struct{}) func(store.Point, string) {
	return func(at store.Point, with string) {
		if at != c.At || !slices.Contains(strings.Fields(with), c.With) {
			return
		}
		if at == store.BeforeWake && c.Say+c.Take != "" {
			<-told
		}
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // it comes at once
	}
}

// people are those who speak and act in a child. What they were told stands on
// its standard output.
func (c *child) people(ctx context.Context, door *intake.Door, s *store.Store, registry *brands.Registry, told chan<- struct{}) {
	if c.Say != "" {
		a, err := door.Accept(ctx, registry.ByID("sparkle"), spoken(c.Say))
		if err != nil {
			fmt.Fprintln(os.Stderr, "said:", err)
			return
		}
		fmt.Println(a.Secret, a.Moment.ID)
	}
	if c.Take != "" {
		if err := s.Acknowledge(ctx, hers(c.Take), 0); err != nil {
			fmt.Fprintln(os.Stderr, "taken:", err)
			return
		}
		fmt.Println("taken")
	}
	close(told)
}

// spoken is what somebody says under a key, the same each time.
func spoken(key string) intake.Submission {
	return intake.Submission{Key: key, Digest: sha256.Sum256([]byte(key)), Moment: sayline.Moment{Topic: "cant-find-it", Context: sayline.Context{Touchpoint: "k7f3", Source: "qr"}}}
}

// hers is Lucía's act on a case.
func hers(caseID string) store.Act {
	return store.Act{Brand: "sparkle", Case: caseID, Person: "lucia", Way: "desk", Zone: time.UTC}
}

// stage is a house in which processes die, one scene after another. Beside those
// of [sparkle] there is Sofía, who is asked by one way only, as the topic says.
type stage struct {
	*house
	clock *handClock
	stop  []func() // of those that went on in the scene before
	cases []string // of it
}

func setStage(t *testing.T, database string) *stage {
	s := &stage{clock: &handClock{}}
	s.house = serve(t, database, func(h *house, c *sayline.Config) {
		h.now = s.clock.Now
		c.Webhooks = []sayline.Webhook{{ID: "crm", URL: h.hook.URL() + "?crm", Types: []string{sayline.EventMomentReceived}}}
		c.People = append(c.People, sayline.Person{ID: "sofia", Name: "Sofía", Email: "sofia@sparkle.example",
			Contacts: []sayline.Contact{{Channel: sayline.ByEmail, Address: "sofia@sparkle.example"}, herSMS}})
		c.Teams = append(c.Teams, sayline.Team{ID: "care", Name: sayline.Plain("Care"), Members: []sayline.Membership{{Person: "sofia", Duty: true}}})
		for _, by := range []string{sayline.ByEmail, sayline.BySMS} {
			c.Topics = append(c.Topics, sayline.Topic{ID: "by-" + by, Kind: "problem", Label: sayline.Plain(by)})
			c.Policies = append(c.Policies, sayline.Policy{ID: "only-" + by, Steps: []sayline.PolicyStep{{Ask: []string{sayline.AskDuty}, By: []string{by}, Wait: sayline.Duration(sayline.NormalStep)}}})
			c.Routes = append([]sayline.Rule{{When: sayline.Match{Topics: []string{"by-" + by}}, To: "care", Policy: "only-" + by}}, c.Routes...)
		}
	})
	return s
}

// clear ends a scene: those who went on stop, and its cases are closed.
func (s *stage) clear(t *testing.T) {
	t.Helper()
	for _, stop := range s.stop {
		stop()
	}
	s.stop = nil
	for _, id := range s.cases {
		if err := s.store.Resolve(t.Context(), hers(id), "done"); err != nil {
			t.Error(err)
		}
	}
	s.cases = nil
	db := storetest.Plain(t, s.database)
	for _, fault := range storetest.Audit(t.Context(), db, "sparkle") {
		t.Error(fault)
	}
}

// hears has somebody say something that is a case of its own.
func (s *stage) hears(m sayline.Moment) *sayline.Moment {
	m.Context.Ref = secret()
	said := s.say(m)
	s.cases = append(s.cases, said.Case)
	return said
}

// missing is what somebody says that asks everybody.
var missing = sayline.Moment{Topic: "cant-find-it"}

// dies runs a child until it has killed itself, and gives what it told before.
func (s *stage) dies(t *testing.T, c child) (told string) {
	t.Helper()
	var out bytes.Buffer
	s.dead(t, s.begin(t, &c, &out))
	return strings.TrimSpace(out.String())
}

func (s *stage) begin(t *testing.T, c *child, out io.Writer) *exec.Cmd {
	t.Helper()
	c.Database, c.Mail, c.Gateway = s.database, s.mail.Address(), s.hook.URL()+"?gateway"
	c.Ahead += time.Until(s.clock.Now())
	return c.start(t, out)
}

// dead waits for a child's end, which is a kill.
func (s *stage) dead(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	late := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Signal(syscall.SIGTERM) })
	defer late.Stop()
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("it never came to its point: %v", err)
	}
}

// goOn lets others take over, so much later: on PostgreSQL two at once.
func (s *stage) goOn(t *testing.T, later time.Duration) {
	t.Helper()
	s.clock.Move(later)
	stores := []*store.Store{s.store}
	if strings.HasPrefix(s.database, "postgres") {
		stores = append(stores, s.open())
	}
	for _, st := range stores {
		o := s.options(st)
		g, err := notify.NewGateway(notify.GatewayOptions{URL: s.hook.URL() + "?gateway", Secret: gatewaySecret})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(g.Close)
		o.Gateway = g
		_, stop := s.run(o)
		s.stop = append(s.stop, stop)
	}
}

// once waits until everybody was paged of a case, and checks that nobody was twice.
func (s *stage) once(t *testing.T, m *sayline.Moment) {
	t.Helper()
	s.delivered([]*sayline.Moment{m})
	times := s.arrived()
	for _, p := range s.pages(m.Case) {
		if times[p.ID] > 1 {
			t.Errorf("%s had a page by %s %d times", p.Person, p.Channel, times[p.ID])
		}
	}
}

// arrived is how often what has an id arrived with its receiver: a page, an event.
func (s *stage) arrived() map[string]int {
	times := map[string]int{}
	for _, c := range s.hook.All() {
		times[c.ID()]++
	}
	for _, m := range s.mail.All() {
		id, _, _ := strings.Cut(strings.Trim(m.Header.Get("Message-Id"), "<>"), "@")
		times[id]++
	}
	return times
}

// sayAgain says the same under the same key, as a client does that got no answer
// or lost it, and gives what the store has of it.
func (s *stage) sayAgain(t *testing.T, key string) (*intake.Accepted, *sayline.Moment) {
	t.Helper()
	a, err := intake.New(s.store, s.now, rand.Reader).Accept(t.Context(), s.brand, spoken(key))
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.store.Moment(t.Context(), "sparkle", a.Moment.ID)
	if err != nil {
		t.Fatal(err)
	}
	s.cases = append(s.cases, m.Case)
	return a, m
}

// moments is how many the database has.
func (s *stage) moments(t *testing.T) (n int) {
	t.Helper()
	if err := storetest.Plain(t, s.database).QueryRow("SELECT COUNT(*) FROM moment").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// onStage plays scenes with each engine, in one house.
func onStage(t *testing.T, scenes map[string]func(*testing.T, *stage)) {
	t.Parallel() // they wait for disks and for each other
	onEngines(t, func(t *testing.T, database string) {
		s := setStage(t, database)
		for name, play := range scenes {
			ok := t.Run(name, func(t *testing.T) {
				s.t = t
				play(t, s)
				s.clear(t)
			})
			if !ok {
				return // what was left would disturb the next
			}
		}
	})
}

// 1. Before the commit: nothing is there; who had no answer says it again.
func TestKilledBeforeTheCommit(t *testing.T) {
	onStage(t, map[string]func(*testing.T, *stage){
		"a moment": func(t *testing.T, s *stage) {
			before, key := s.moments(t), secret()
			if told := s.dies(t, child{At: store.BeforeCommit, With: sayline.EventMomentReceived, Say: key}); told != "" || s.moments(t) != before {
				t.Fatalf("told %q, %d moments after %d", told, s.moments(t), before)
			}
			s.goOn(t, 0)
			a, m := s.sayAgain(t, key)
			if a.Replay || a.Secret == "" {
				t.Errorf("%+v", a)
			}
			s.once(t, m)
		},
		"pages": func(t *testing.T, s *stage) {
			m := s.hears(missing)
			s.dies(t, child{At: store.BeforeCommit, With: sayline.EventPageMade})
			if pages, steps := s.pages(m.Case), s.steps(m.Case); len(pages) != 0 || len(steps) != 1 || steps[0].State != sayline.StepWaiting {
				t.Fatalf("%+v %+v", pages, steps)
			}
			s.goOn(t, 0)
			s.once(t, m)
		},
		"on it": func(t *testing.T, s *stage) {
			m := s.hears(missing)
			told := s.dies(t, child{At: store.BeforeCommit, With: sayline.EventCaseAcknowledged, Take: m.Case, Silent: true})
			if c := s.theCase(m.Case); told != "" || c.State != sayline.CaseOpen || c.Owner != "" {
				t.Fatalf("told %q, and the case is %s with %q", told, c.State, c.Owner)
			}
			s.goOn(t, 0)
			s.once(t, m) // it goes on asking, and she taps again
			s.acknowledge(m.Case, "lucia")
		},
		"coming back": func(t *testing.T, s *stage) {
			m := s.hears(missing)
			s.acknowledge(m.Case, "lucia")
			s.dies(t, child{At: store.BeforeCommit, With: sayline.EventCaseReopened, Ahead: sayline.AckTimeout + time.Minute})
			if c := s.theCase(m.Case); c.State != sayline.CaseAcknowledged || c.Episode != 1 {
				t.Fatalf("the case is %s, episode %d", c.State, c.Episode)
			}
			s.goOn(t, sayline.AckTimeout+time.Minute)
			s.eventually("it comes back", func() bool { return s.theCase(m.Case).Episode == 2 })
			s.once(t, m)
		},
	})
}

// 2. After the commit, before the answer: all is there; who says it again gets
// the receipt of the first, and what was done is done.
func TestKilledBeforeTheAnswer(t *testing.T) {
	onStage(t, map[string]func(*testing.T, *stage){
		"a moment": func(t *testing.T, s *stage) {
			before, key := s.moments(t), secret()
			if told := s.dies(t, child{At: store.BeforeAnswer, With: sayline.EventMomentReceived, Say: key}); told != "" || s.moments(t) != before+1 {
				t.Fatalf("told %q, %d moments after %d", told, s.moments(t), before)
			}
			a, m := s.sayAgain(t, key)
			if by, err := s.store.MomentByReceipt(t.Context(), "sparkle", sayline.ReceiptKey(a.Secret)); !a.Replay || err != nil || by.ID != m.ID || s.moments(t) != before+1 {
				t.Errorf("again: %v, receipt %+v, %v; %d moments", a.Replay, by, err, s.moments(t))
			}
			s.goOn(t, 0)
			s.once(t, m)
		},
		"pages": func(t *testing.T, s *stage) { s.unsent(t, store.BeforeAnswer) },
		"on it": func(t *testing.T, s *stage) {
			m := s.hears(missing)
			told := s.dies(t, child{At: store.BeforeAnswer, With: sayline.EventCaseAcknowledged, Take: m.Case, Silent: true})
			if c := s.theCase(m.Case); told != "" || c.State != sayline.CaseAcknowledged || c.Owner != "lucia" {
				t.Fatalf("told %q, and the case is %s with %q", told, c.State, c.Owner)
			}
			s.acknowledge(m.Case, "lucia") // she had no answer
			s.goOn(t, 2*sayline.UrgentStep)
			s.once(t, s.hears(missing))
			if pages, steps := s.pages(m.Case), s.steps(m.Case); len(pages) != 0 || len(steps) != 1 || steps[0].State != sayline.StepCancelled {
				t.Errorf("somebody is on it, and it asks: %+v %+v", pages, steps)
			}
		},
		"coming back": func(t *testing.T, s *stage) { s.backOnce(t, store.BeforeAnswer) },
	})
}

// 3. Before the wake: who waited has their answer; the sweep finds what is due.
func TestKilledBeforeTheWake(t *testing.T) {
	onStage(t, map[string]func(*testing.T, *stage){
		"a moment": func(t *testing.T, s *stage) {
			told := s.dies(t, child{At: store.BeforeWake, With: sayline.EventMomentReceived, Say: secret()})
			receipt, id, ok := strings.Cut(told, " ")
			m, err := s.store.MomentByReceipt(t.Context(), "sparkle", sayline.ReceiptKey(receipt))
			if !ok || err != nil || m.ID != id || len(s.pages(m.Case)) > 0 {
				t.Fatalf("told %q: %+v, %v", told, m, err)
			}
			s.cases = append(s.cases, m.Case)
			s.goOn(t, 0)
			s.once(t, m)
		},
		"pages": func(t *testing.T, s *stage) { s.unsent(t, store.BeforeWake) },
		"on it": func(t *testing.T, s *stage) {
			m := s.hears(missing)
			told := s.dies(t, child{At: store.BeforeWake, With: sayline.EventCaseAcknowledged, Take: m.Case, Silent: true})
			if c := s.theCase(m.Case); told != "taken" || c.State != sayline.CaseAcknowledged {
				t.Fatalf("told %q, and the case is %s", told, c.State)
			}
			s.goOn(t, sayline.AckTimeout+time.Minute) // and she has done nothing
			s.eventually("it comes back", func() bool { return s.theCase(m.Case).Episode == 2 })
			s.once(t, m)
		},
		"coming back": func(t *testing.T, s *stage) { s.backOnce(t, store.BeforeWake) },
	})
}

// unsent has a process die when pages are made and nobody knows.
func (s *stage) unsent(t *testing.T, at store.Point) {
	m := s.hears(missing)
	s.dies(t, child{At: at, With: sayline.EventPageMade})
	pages, times := s.pages(m.Case), s.arrived()
	if len(pages) != 7 || slices.ContainsFunc(pages, func(p sayline.Page) bool { return times[p.ID] > 0 }) {
		t.Fatalf("%d pages, arrived %v", len(pages), times)
	}
	s.goOn(t, 0)
	s.once(t, m)
}

// backOnce has a process die when a case is open again and nobody knows: it has
// come back once, not for each who looks.
func (s *stage) backOnce(t *testing.T, at store.Point) {
	m := s.hears(missing)
	s.acknowledge(m.Case, "lucia")
	s.dies(t, child{At: at, With: sayline.EventCaseReopened, Ahead: sayline.AckTimeout + time.Minute})
	s.goOn(t, sayline.AckTimeout+time.Minute)
	s.once(t, m)
	if c := s.theCase(m.Case); c.Episode != 2 {
		t.Errorf("episode %d", c.Episode)
	}
}
