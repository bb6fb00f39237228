package pager

import (
	"slices"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

// call is one that leaves the house in a scene in which its sender dies.
type call struct {
	*stage
	whom   string // a channel, toEndpoint or toAuthor
	moment *sayline.Moment
	author string // address
}

// outward are those who are called: a person by a way that may be used twice and
// by one that may not, a brand's own system, an author.
var outward = []string{sayline.ByEmail, sayline.BySMS, toEndpoint, toAuthor}

// inCalls plays the death of a sender in a call to each of them: at a point, or,
// where that is "", when its call has arrived and is not answered. then is what
// another makes of it, once the leases of the dead have ended.
func inCalls(t *testing.T, at store.Point, then func(*testing.T, *call)) {
	scenes := map[string]func(*testing.T, *stage){}
	for _, whom := range outward {
		scenes[whom] = func(t *testing.T, s *stage) {
			c := &call{stage: s, whom: whom}
			c.leave()
			if at == "" {
				c.held(t)
			} else {
				s.dies(t, child{At: at, With: whom})
			}
			want := 1
			if at == store.BeforeCall {
				want = 0
			}
			if n := c.times(); n != want {
				t.Fatalf("it arrived %d times", n)
			}
			s.goOn(t, sayline.Lease+sayline.Sweep)
			then(t, c)
		}
	}
	onStage(t, scenes)
}

// leave leaves the call to be made.
func (c *call) leave() {
	switch c.whom {
	case toEndpoint:
		c.moment = c.hears(sayline.Moment{Topic: "tastes-off"})
		c.acknowledge(c.moment.Case, "lucia")
	case toAuthor:
		c.author = secret() + "@example.com"
		c.moment = c.hears(sayline.Moment{Topic: "tastes-off", Contact: &sayline.MomentContact{Email: c.author}})
		c.answer(c.moment, c.moment.ID, "We are looking at it.")
	default:
		c.moment = c.hears(sayline.Moment{Topic: "by-" + c.whom})
	}
}

// mail says whether a letter is this call.
func (c *call) mail(m testkit.Mail) bool {
	if c.whom == toAuthor {
		return slices.Contains(m.To, c.author)
	}
	id := c.page().ID
	return c.whom == sayline.ByEmail && id != "" && strings.Contains(m.Header.Get("Message-Id"), id)
}

// post says whether a request is this call.
func (c *call) post(r testkit.Call) bool {
	if c.whom == toEndpoint {
		return r.Path == "/hook?crm" && strings.Contains(string(r.Body), c.moment.ID)
	}
	return c.whom == sayline.BySMS && r.ID() == c.page().ID
}

// page is the one Sofía gets of the case first.
func (c *call) page() (first sayline.Page) {
	for _, p := range c.pages(c.moment.Case) {
		if p.Person == "sofia" && p.Channel == c.whom && p.Loop == 0 {
			return p
		}
	}
	return first
}

// times is how often it arrived, all under one id.
func (c *call) times() (n int) {
	ids := map[string]bool{}
	for _, m := range c.stage.mail.All() {
		if c.mail(m) {
			ids[m.Header.Get("Message-Id")] = true
			n++
		}
	}
	for _, r := range c.hook.All() {
		if c.post(r) {
			ids[r.ID()] = true
			n++
		}
	}
	if len(ids) > 1 {
		c.t.Errorf("it arrived under several ids: %v", ids)
	}
	return n
}

// held kills a sender while its call waits for an answer.
func (c *call) held(t *testing.T) {
	t.Helper()
	answer := make(chan struct{})
	defer close(answer)
	stalls := testkit.Fault{Hold: answer, Keep: true}
	c.stage.mail.FailAlways(stalls)
	c.hook.FailAlways(stalls)
	cmd := c.begin(t, &child{}, nil)
	if c.whom == sayline.ByEmail || c.whom == toAuthor {
		c.stage.mail.Wait(t.Context(), c.mail)
	} else {
		c.hook.Wait(t.Context(), c.post)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	c.dead(t, cmd)
	c.stage.mail.FailAlways(testkit.Fault{})
	c.hook.FailAlways(testkit.Fault{})
}

// comes waits until it has arrived so often, and then until what is said after
// it has been told by the same way: by then it would have come once more.
func (c *call) comes(t *testing.T, times int) {
	t.Helper()
	c.eventually("it arrived", func() bool { return c.times() >= times })
	next := &call{stage: c.stage, whom: c.whom}
	next.leave()
	c.eventually("the next arrived", func() bool { return next.times() > 0 })
	if n := c.times(); n != times {
		t.Errorf("it arrived %d times, want %d", n, times)
	}
}

// nextContact waits until the last resort is asked, long before the first step's
// time is up, and checks what the page before is.
func (c *call) nextContact(t *testing.T, times int) {
	t.Helper()
	c.eventually("the next contact is tried at once", func() bool {
		return slices.ContainsFunc(c.pages(c.moment.Case), func(p sayline.Page) bool {
			return p.Person == "ana" && p.State == sayline.PageAccepted && p.Channel == sayline.ByEmail
		})
	})
	if p := c.page(); p.State != sayline.PageUnknown || p.Attempts != 1 || c.times() != times {
		t.Errorf("it is %s after %d attempts, and arrived %d times", p.State, p.Attempts, c.times())
	}
}

// 4. After the lease, before the call: it is sent when the lease has ended. The
// lease is the beginning of the call in the store, too, so of a way that is not
// used twice nobody knows, and the next contact is tried.
func TestKilledBeforeTheCall(t *testing.T) {
	inCalls(t, store.BeforeCall, func(t *testing.T, c *call) {
		if c.whom == sayline.BySMS {
			c.nextContact(t, 0)
			return
		}
		c.comes(t, 1)
		if c.whom == sayline.ByEmail && c.page().Attempts != 2 {
			t.Errorf("%+v", c.page())
		}
	})
}

// 5. In the call, or after it: it comes twice under one id, or, by a way that
// rings twice, never, and the next contact is tried.
func TestKilledInTheCall(t *testing.T)    { inCalls(t, "", twiceOrNext) }
func TestKilledAfterTheCall(t *testing.T) { inCalls(t, store.AfterCall, twiceOrNext) }

func twiceOrNext(t *testing.T, c *call) {
	if c.whom == sayline.BySMS {
		c.nextContact(t, 1)
		return
	}
	c.comes(t, 2)
}

// 6. After the result: nothing. It came once, and the climb goes on from there.
func TestKilledAfterTheResult(t *testing.T) {
	inCalls(t, store.AfterResult, func(t *testing.T, c *call) {
		c.comes(t, 1)
		if c.whom != sayline.ByEmail && c.whom != sayline.BySMS {
			return
		}
		waiting := slices.ContainsFunc(c.steps(c.moment.Case), func(s sayline.Step) bool { return s.State == sayline.StepWaiting && s.Loop == 1 })
		if p := c.page(); p.State != sayline.PageAccepted || p.Attempts != 1 || !waiting || c.theCase(c.moment.Case).ReachedAt.IsZero() {
			t.Errorf("%+v, and the next step waits: %v", p, waiting)
		}
	})
}
