package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sayline/sayline"
)

// Limits of a group and of the line before it.
const (
	groupJobs  = 512
	groupBytes = 1 << 20
	lineLength = 4096
	machines   = 32 // of a machine's jobs come into every group, however many people wait
	deadlocks  = 3  // times a group is tried again whole before one by one
)

// writer commits in groups: it takes one job, drains what waits, commits, and
// answers all. There is no timer: under little load a group is one job, under
// much it is as large as what came while the last one was being synced.
type writer struct {
	store   *Store
	people  chan *job // somebody waits for the answer
	machine chan *job // pager, relays, clean-up
	closing chan struct{}
	ended   chan struct{} // every job that will ever be answered has been
	once    sync.Once
	conn    *conn
}

// job is one write. Either accept is set, or run.
type job struct {
	accept *Accept
	run    func(*Tx) error
	size   int
	err    error
	done   chan error
	state  atomic.Int32
}

// A job waits until the writer takes it, or its caller gives it up.
const (
	jobWaiting = iota
	jobTaken
	jobGivenUp
)

func newWriter(s *Store) *writer {
	return &writer{store: s, people: make(chan *job, lineLength), machine: make(chan *job, lineLength), closing: make(chan struct{}), ended: make(chan struct{})}
}

func (w *writer) close() { w.once.Do(func() { close(w.closing) }) }

var brandSeed = maphash.MakeSeed()

// writerOf gives the committer of a brand: always the same one in a process.
func (s *Store) writerOf(brand string) *writer {
	if len(s.writers) == 1 {
		return s.writers[0]
	}
	return s.writers[maphash.String(brandSeed, brand)%uint64(len(s.writers))]
}

// People's writes go first; of a machine's only some come with them.
const (
	byPerson  = true
	byMachine = false
)

var (
	errFull    = sayline.Errorf(sayline.Unavailable, "Too many people are speaking at once. Please try again in a moment.").Keyed("detail_not_now")
	errClosing = sayline.Errorf(sayline.Unavailable, "We are closing; please try again in a moment.").Keyed("detail_not_now")
)

// write puts a job in line and waits until its group is committed.
func (s *Store) write(ctx context.Context, brand string, person bool, j *job) error {
	w := s.writerOf(brand)
	line := w.machine
	if person {
		line = w.people
	}
	j.done = make(chan error, 1)
	select {
	case <-w.closing:
		return errClosing
	case <-ctx.Done():
		return s.failed(ctx.Err())
	default:
	}
	select {
	case line <- j:
	default:
		return errFull
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		// Who gives up before the writer took the job takes it out of line; after
		// that its outcome is awaited, so that nothing of it runs on behind their back.
		if j.state.CompareAndSwap(jobWaiting, jobGivenUp) {
			return s.failed(ctx.Err())
		}
		return <-j.done
	case <-w.ended:
	}
	select {
	case err := <-j.done:
		return err
	default:
		return errClosing // it came into line when nobody served it any more
	}
}

// update runs f inside the next group, under its own savepoint.
func (s *Store) update(ctx context.Context, brand string, person bool, f func(*Tx) error) error {
	return s.write(ctx, brand, person, &job{run: f, size: 512})
}

func (w *writer) run() {
	for {
		group := w.take()
		if group == nil {
			break
		}
		if len(group) == 0 {
			continue // all were given up
		}
		for _, part := range w.parts(group) {
			w.commit(part)
		}
	}
	close(w.ended)
	if w.conn != nil {
		w.drop()
	}
}

// parts are what is committed together. Where other processes commit to the
// same database, transactions that take many locks must take them in one order,
// or two wait for each other in a ring: moments do so, table by table; whatever
// else is done to a case comes alone.
func (w *writer) parts(group []*job) [][]*job {
	if !w.store.engine.shared() || len(group) == 1 {
		return [][]*job{group}
	}
	var accepts []*job
	var parts [][]*job
	for _, j := range group {
		if j.accept != nil {
			accepts = append(accepts, j)
		} else {
			parts = append(parts, []*job{j})
		}
	}
	if len(accepts) > 0 {
		parts = append([][]*job{accepts}, parts...)
	}
	return parts
}

// take waits for one job and drains what else waits; nil when the store closes
// and the line is empty.
func (w *writer) take() []*job {
	var first *job
	select {
	case first = <-w.people:
	default:
		select {
		case first = <-w.people:
		case first = <-w.machine:
		case <-w.closing:
			select {
			case first = <-w.people:
			case first = <-w.machine:
			default:
				return nil
			}
		}
	}
	group, size := []*job{first}, first.size
	drain := func(line chan *job, least int) {
		for n := 0; n < least || len(group) < groupJobs && size < groupBytes; n++ {
			select {
			case j := <-line:
				group = append(group, j)
				size += j.size
			default:
				return
			}
		}
	}
	drain(w.people, 0)
	drain(w.machine, machines)
	return slices.DeleteFunc(group, func(j *job) bool { return !j.state.CompareAndSwap(jobWaiting, jobTaken) })
}

// commit writes a group and answers everybody in it. A group that fails for a
// reason of the database is tried one by one, so that one bad row hurts only itself.
func (w *writer) commit(group []*job) {
	var events []sayline.Event
	var err error
	for range deadlocks {
		events, err = w.try(group)
		if err == nil || w.store.engine.classify(err) != retry {
			break
		}
	}
	switch {
	case err == nil:
		w.pass(BeforeAnswer, events)
		for _, j := range group {
			j.done <- j.err
		}
		w.pass(BeforeWake, events)
		w.store.relay.offer(events)
	case len(group) > 1 && w.worthSplitting(err):
		for _, j := range group {
			w.commit([]*job{j})
		}
	default:
		for _, j := range group {
			j.done <- w.store.failed(err)
		}
		w.store.log.Error("a group could not be committed", "jobs", len(group), "err", err)
	}
}

// worthSplitting says whether jobs may do better alone: not when the database is
// away or full, nor when it is unknown whether the commit was done.
func (w *writer) worthSplitting(err error) bool {
	trouble := w.store.engine.classify(err)
	return trouble == retry || trouble == unknownTrouble && !errors.As(err, new(*commitError))
}

// commitError is what came of a COMMIT: everything may be on disk, or nothing.
type commitError struct{ error }

func (e *commitError) Unwrap() error { return e.error }

// try runs a group in one transaction. An error is the database's; what is
// wrong with one job alone is left in its err.
func (w *writer) try(group []*job) (events []sayline.Event, err error) {
	ctx := context.Background()
	if err := w.begin(ctx); err != nil {
		return nil, err
	}
	tx := &Tx{ctx: ctx, conn: w.conn, engine: w.store.engine, now: w.store.now(), promise: w.store.promise, runs: w.store.runs}
	if err := tx.all(group); err != nil || len(group) == 1 && group[0].err != nil {
		w.rollback(ctx)
		return nil, err
	}
	w.pass(BeforeCommit, tx.events)
	if _, err := w.conn.ExecContext(ctx, "COMMIT"); err != nil {
		w.rollback(ctx)
		return nil, &commitError{err}
	}
	return tx.events, nil
}

// rollback undoes what was begun. A connection that can't even do that is given up.
func (w *writer) rollback(ctx context.Context) {
	if _, err := w.conn.ExecContext(ctx, "ROLLBACK"); err != nil {
		w.drop()
	}
}

// all runs every job of a group. One that has the transaction for itself needs no
// savepoint, which costs two round trips on PostgreSQL, and on SQLite a copy of
// each page it changes: with it, all of it is undone.
func (tx *Tx) all(group []*job) (err error) {
	var accepts []*Accept
	for _, j := range group {
		if j.accept != nil {
			accepts = append(accepts, j.accept)
		}
	}
	if err := tx.acceptAll(accepts); err != nil {
		return err
	}
	for _, j := range group {
		switch {
		case j.accept != nil:
			j.err = j.accept.err
		case len(group) == 1:
			if j.err = j.run(tx); j.err != nil {
				j.err, err = tx.blame(j.err)
				return err
			}
		default:
			if j.err, err = tx.guarded(j.run); err != nil {
				return err
			}
		}
	}
	return tx.flush()
}

// begin starts the transaction. A connection that has died since the last group
// shows only now: a new one gets a second try.
func (w *writer) begin(ctx context.Context) error {
	old := w.conn != nil
	if err := w.connect(ctx); err != nil {
		return err
	}
	_, err := w.conn.ExecContext(ctx, w.store.engine.begin())
	if err == nil {
		return nil
	}
	w.drop()
	if old && w.store.engine.classify(err) == away {
		return w.begin(ctx)
	}
	return err
}

func (w *writer) connect(ctx context.Context) error {
	if w.conn != nil {
		return nil
	}
	dial, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c, err := w.store.writing.Conn(dial)
	if err != nil {
		return err
	}
	w.conn = &conn{Conn: c, engine: w.store.engine, stmts: map[string]*sql.Stmt{}}
	return nil
}

// drop gives up a connection that failed; the next group takes a new one.
func (w *writer) drop() {
	for _, s := range w.conn.stmts {
		_ = s.Close()
	}
	_ = w.conn.Raw(func(any) error { return errBroken })
	_ = w.conn.Close()
	w.conn = nil
}

var errBroken = driver.ErrBadConn
