package intake_test

import (
	"bufio"
	"context"
	crand "crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
)

// childOf names the database of a process that is there to be killed: this test
// binary, executed again.
const childOf = "SAYLINE_TEST_KILL_CHILD"

func TestMain(m *testing.M) {
	if database := os.Getenv(childOf); database != "" {
		child(database)
		return
	}
	os.Exit(m.Run())
}

// spoken is a moment a process said it has: what its author was told.
type spoken struct{ key, secret, id string }

// submit is what was said under a key: the same each time it is said.
func submit(key string) intake.Submission {
	h := sha256.Sum256([]byte(key))
	s := intake.Submission{Key: key, Digest: h, More: h[0]%2 == 0, Moment: sayline.Moment{Context: sayline.Context{Source: "qr", Ref: fmt.Sprint("aisle ", h[3]%4)}}}
	m := &s.Moment
	m.Context.Touchpoint = []string{"k7f3", "s4", "", "unknown"}[h[1]%4]
	switch h[2] % 5 {
	case 0:
		m.Text = "words " + key
	case 1:
		m.Feeling = 1 + int(h[4]%5)
	case 2:
		m.Topic, m.Class, m.Contact = "cant-find-it", sayline.Identified, &sayline.MomentContact{Email: "ana@example.com"}
	case 3:
		m.Topic = "mean"
	default:
		m.Topic = "cant-find-it"
	}
	return s
}

// child lives under load until it is killed, or its standard input ends. After
// each commit it tells on its standard output what it promised:
//
//	said KEY SECRET ID · taking-back KEY · taken-back KEY · wrong …
func child(database string) {
	s, err := store.Open(context.Background(), store.Options{Database: database, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		fmt.Println("wrong: it did not open:", err)
		return
	}
	c := &crowd{Door: intake.New(s, time.Now, crand.Reader), store: s, brand: brands.New(1, private(), nil)}
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for range 24 {
		all.Go(func() { c.person(ctx) })
	}
	all.Go(func() {
		for ctx.Err() == nil {
			c.page()
		}
	})
	_, _ = io.Copy(io.Discard, os.Stdin)
	stop()
	all.Wait()
	if err := s.Close(); err != nil {
		fmt.Println("wrong: it did not close:", err)
	}
}

// crowd is what happens in a process: people who speak, a team that acts, a pager.
type crowd struct {
	*intake.Door
	store *store.Store
	brand *brands.Snapshot
	out   sync.Mutex
}

func (c *crowd) tell(format string, args ...any) {
	c.out.Lock()
	defer c.out.Unlock()
	fmt.Printf(format+"\n", args...)
}

// unexpected tells of an error that is none of the everyday ones.
func (c *crowd) unexpected(what string, err error) {
	switch sayline.KindOf(err) {
	case "", sayline.Conflict, sayline.NotFound, sayline.Unavailable:
	default:
		c.tell("wrong: %s: %v", what, err)
	}
}

func (c *crowd) person(ctx context.Context) {
	var mine []spoken
	for ctx.Err() == nil {
		if len(mine) == 0 || rand.IntN(10) < 6 {
			if said, ok := c.say(key()); ok {
				mine = append(mine, said)
			}
			continue
		}
		n := rand.IntN(len(mine))
		if c.change(mine[n]) {
			mine = slices.Delete(mine, n, n+1)
		}
	}
}

func (c *crowd) say(key string) (spoken, bool) {
	a, err := c.Accept(context.Background(), c.brand, submit(key))
	if err != nil {
		c.unexpected("said", err)
		return spoken{}, false
	}
	c.tell("said %s %s %s", key, a.Secret, a.Moment.ID)
	return spoken{key, a.Secret, a.Moment.ID}, true
}

// change does something to a moment; gone is true when it was taken back.
func (c *crowd) change(x spoken) (gone bool) {
	ctx := context.Background()
	m, err := c.store.MomentByReceipt(ctx, c.brand.ID, sayline.ReceiptKey(x.secret))
	if err != nil {
		c.unexpected("read", err)
		return false
	}
	act := store.Act{Brand: c.brand.ID, Case: m.Case, Person: "lucia", Zone: c.brand.Location()}
	switch rand.IntN(8) {
	case 0:
		again, err := c.Accept(ctx, c.brand, submit(x.key))
		if err == nil && (!again.Replay || again.Moment.ID != m.ID) {
			c.tell("wrong: a repeat of %s gave %s", x.key, again.Moment.ID)
		}
		c.unexpected("said again", err)
	case 1:
		c.tell("taking-back %s", x.key)
		if err := c.Withdraw(ctx, c.brand, x.secret); err != nil {
			c.unexpected("taken back", err)
			return false
		}
		c.tell("taken-back %s", x.key)
		return true
	case 2:
		_, err := c.Amend(ctx, c.brand, x.secret, intake.Amendment{Place: ptr([]string{"madrid", "sevilla"}[rand.IntN(2)]), Feeling: ptr(1 + rand.IntN(5)), Seal: rand.IntN(2) == 0})
		c.unexpected("amended", err)
	case 3:
		_, err := c.Say(ctx, c.brand, x.secret, sayline.Message{Text: "more of " + x.key, Solved: []string{"", "yes", "no"}[rand.IntN(3)]}, 0)
		c.unexpected("spoke", err)
	case 4, 5:
		c.unexpected("taken", c.store.Acknowledge(ctx, act, 0))
	case 6:
		c.unexpected("answered", c.store.AddMessage(ctx, act, &sayline.Message{ID: sayline.NewID(time.Now(), crand.Reader), Direction: sayline.Reply, Text: "soon"}))
	case 7:
		c.unexpected("resolved", c.store.Resolve(ctx, act, "done"))
	}
	return false
}

// page is one round of a pager: steps become pages, pages are sent.
func (c *crowd) page() (left bool) {
	ctx := context.Background()
	due, err := c.store.Due(ctx, time.Now(), 64)
	if err != nil {
		c.unexpected("due", err)
		return true
	}
	var list []store.Firing
	for _, d := range due {
		id := sayline.NewID(time.Now(), crand.Reader)
		list = append(list, store.Firing{Step: d.Step, Found: "{}", Pages: []sayline.Page{{ID: id, Person: "lucia", Channel: sayline.ByEmail, Address: "lucia@sparkle.example", Role: sayline.ForDuty}}})
	}
	if len(list) > 0 {
		c.unexpected("fired", c.store.FireSteps(ctx, c.brand.ID, list))
	}
	c.unexpected("expired", c.store.ExpireLeases(ctx))
	pages, err := c.store.LeasePages(ctx, sayline.ByEmail, 64)
	c.unexpected("leased", err)
	var sent []store.PageReport
	for _, p := range pages {
		sent = append(sent, store.PageReport{Page: p, State: sayline.PageAccepted, Outcome: "250", Zone: c.brand.Location()})
	}
	if len(sent) > 0 {
		c.unexpected("reported", c.store.ReportPages(ctx, c.brand.ID, sent))
	}
	return len(list)+len(sent) > 0
}

// promises are what processes told before they died.
type promises struct {
	mu                sync.Mutex
	said              map[string]spoken
	taking, takenBack map[string]bool
	wrong             []string
	told              chan struct{} // one for each moment said
}

// process is a child at work.
type process struct {
	cmd   *exec.Cmd
	stdin io.Closer
	read  chan struct{} // closed when all it told is read
}

// start executes this test binary again as a child on the database.
func (p *promises) start(t *testing.T, database string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childOf+"="+database)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	c := &process{cmd, in, make(chan struct{})}
	go func() {
		defer close(c.read)
		lines := bufio.NewReader(out)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return // half a line was never told
			}
			p.hear(strings.TrimSuffix(line, "\n"))
		}
	}()
	return c
}

func (p *promises) hear(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch f := strings.Fields(line); {
	case len(f) == 4 && f[0] == "said":
		p.said[f[1]] = spoken{f[1], f[2], f[3]}
		select {
		case p.told <- struct{}{}:
		default:
		}
	case len(f) == 2 && f[0] == "taking-back":
		p.taking[f[1]] = true
	case len(f) == 2 && f[0] == "taken-back":
		p.takenBack[f[1]] = true
	default:
		p.wrong = append(p.wrong, line)
	}
}

// hears waits until so many more moments were said.
func (p *promises) hears(t *testing.T, n int) {
	t.Helper()
	late := time.After(time.Minute)
	for range n {
		select {
		case <-p.told:
		case <-late:
			t.Fatalf("nothing was said for a minute: %q", p.wrong)
		}
	}
}

// kill is SIGKILL: no goodbye.
func (c *process) kill(t *testing.T) {
	t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-c.read
	_ = c.cmd.Wait() // it was killed, and says so
}

// end lets a process finish.
func (c *process) end(t *testing.T) {
	t.Helper()
	c.stdin.Close()
	<-c.read
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("it did not end well: %v", err)
	}
}

// kept opens the database that was left behind and asks for everything that was
// promised: each moment there once, with the same receipt; what was taken back
// gone for good; nothing half-written; then every alert delivered.
func (p *promises) kept(t *testing.T, database string) {
	t.Helper()
	for _, w := range p.wrong {
		t.Error(w)
	}
	s, err := store.Open(t.Context(), store.Options{Database: database, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatalf("it does not open again: %v", err)
	}
	defer s.Close()
	c := &crowd{Door: intake.New(s, time.Now, crand.Reader), store: s, brand: brands.New(1, private(), nil)}
	db := storetest.Plain(t, database)
	defer db.Close()
	for _, fault := range storetest.Audit(t.Context(), db, c.brand.ID) {
		t.Error(fault)
	}
	var all sync.WaitGroup
	keys := slices.Collect(maps.Keys(p.said))
	for lot := range slices.Chunk(keys, len(keys)/64+1) {
		all.Go(func() {
			for _, k := range lot {
				p.askAgain(t, c, p.said[k])
			}
		})
	}
	all.Wait()
	for c.page() {
	}
	for _, fault := range storetest.Audit(t.Context(), db, c.brand.ID) {
		t.Error(fault)
	}
	var waiting int
	if err := db.QueryRow("SELECT COUNT(*) FROM step WHERE state = 'waiting' AND due_at <= $1", time.Now().Add(-time.Minute).UnixMicro()).Scan(&waiting); err != nil || waiting != 0 {
		t.Errorf("%d alerts are left behind, %v", waiting, err)
	}
}

// askAgain says the same once more, as a client does that never got its answer.
func (p *promises) askAgain(t *testing.T, c *crowd, x spoken) {
	again, err := c.Accept(context.Background(), c.brand, submit(x.key))
	switch gone := sayline.KindOf(err) == sayline.Gone; {
	case p.takenBack[x.key]:
		if !gone {
			t.Errorf("%s was taken back, and a repeat is %+v, %v", x.key, again, err)
		}
	case p.taking[x.key] && gone:
	case err != nil:
		t.Errorf("%s is lost: %v", x.key, err)
	case !again.Replay || again.Moment.ID != x.id || again.Secret != x.secret:
		t.Errorf("%s was promised as %s %s, and is %s %s (again: %v)", x.key, x.id, x.secret, again.Moment.ID, again.Secret, again.Replay)
	default:
		if m, err := c.store.MomentByReceipt(context.Background(), c.brand.ID, sayline.ReceiptKey(x.secret)); err != nil || m.ID != x.id {
			t.Errorf("the receipt of %s opens %v, %v", x.key, m, err)
		}
	}
}

func newPromises() *promises {
	return &promises{said: map[string]spoken{}, taking: map[string]bool{}, takenBack: map[string]bool{}, told: make(chan struct{}, 1_000_000)}
}

// rounds of a kill test; -short makes them fewer.
func rounds(quick, full int) int {
	if testing.Short() {
		return 1
	}
	return testkit.Size(quick, full)
}

func killed(t *testing.T, database string, rounds int) {
	p := newPromises()
	for range rounds {
		c := p.start(t, database)
		p.hears(t, 1+rand.IntN(200))
		c.kill(t)
		p.kept(t, database)
		if t.Failed() {
			return
		}
	}
	if len(p.said) < rounds {
		t.Errorf("%d moments in %d rounds: this test sees nothing", len(p.said), rounds)
	}
	t.Logf("%d moments said, %d taken back, in %d rounds", len(p.said), len(p.takenBack), rounds)
}

func TestInvariant03KilledSQLite(t *testing.T) {
	killed(t, filepath.Join(t.TempDir(), "sayline.db"), rounds(3, 6))
}
func TestInvariant03KilledPostgres(t *testing.T) { killed(t, testkit.Postgres(t), rounds(3, 6)) }

// Two processes on one database: one is killed, the other goes on.
func TestInvariant04KilledBesideAnother(t *testing.T) {
	database, p := testkit.Postgres(t), newPromises()
	for range rounds(2, 4) {
		one, other := p.start(t, database), p.start(t, database)
		p.hears(t, 1+rand.IntN(200))
		one.kill(t)
		p.hears(t, 50)
		other.end(t)
		p.kept(t, database)
		if t.Failed() {
			return
		}
	}
}
