package studio

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/ways"
)

// press makes what takes a while: hundreds of sheets and codes. A job is in the
// memory of the process that took it; what is ready is kept for an hour.
type press struct {
	now   func() time.Time
	ctx   context.Context
	stop  context.CancelFunc
	slots chan struct{} // jobs at work at once
	work  sync.WaitGroup

	mu   sync.Mutex
	jobs []*job // oldest first
}

const (
	atWork      = 2         // jobs at once; the others wait
	mostKept    = 12        // jobs in memory, of all brands
	keptFor     = time.Hour // a finished one
	mostPrinted = 2000      // things in one job
)

// States of a job.
const (
	waiting   = "waiting"
	making    = "making"
	ready     = "ready"
	cancelled = "cancelled"
	failed    = "failed"
)

// job is one thing being made.
type job struct {
	ID, Brand, Name string
	Total           int
	At              time.Time
	cancel          context.CancelFunc

	mu      sync.Mutex
	state   string
	done    int
	file    []byte
	changed chan struct{} // closed when something changed, and made anew
}

// progress is how far a job is.
type progress struct {
	State string `json:"state"`
	Done  int    `json:"done"`
	Of    int    `json:"of"`
}

func newPress(now func() time.Time) *press {
	ctx, stop := context.WithCancel(context.Background())
	return &press{now: now, ctx: ctx, stop: stop, slots: make(chan struct{}, atWork)}
}

// close ends the work and waits for it.
func (p *press) close() {
	p.stop()
	p.work.Wait()
}

// begin takes a job. Errors: [sayline.TooMany] when too many are kept.
func (p *press) begin(j *job, make func(ctx context.Context, done func(int) error) ([]byte, error)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget()
	if len(p.jobs) >= mostKept {
		return sayline.Errorf(sayline.TooMany, "A lot is being printed just now. Please try again in a few minutes.")
	}
	var ctx context.Context
	ctx, j.cancel = context.WithCancel(p.ctx)
	j.state, j.changed = waiting, newSignal()
	p.jobs = append(p.jobs, j)
	p.work.Go(func() { p.run(ctx, j, make) })
	return nil
}

func newSignal() chan struct{} { return make(chan struct{}) }

// forget drops what was ready long ago, and the oldest of what is at its end
// when there is no room. The caller holds the lock.
func (p *press) forget() {
	kept := p.jobs[:0]
	drop := len(p.jobs) - mostKept + 1
	for _, j := range p.jobs {
		_, over := j.look()
		if over && (p.now().Sub(j.At) > keptFor || drop > 0) {
			drop--
			continue
		}
		kept = append(kept, j)
	}
	clear(p.jobs[len(kept):])
	p.jobs = kept
}

func (p *press) run(ctx context.Context, j *job, make func(context.Context, func(int) error) ([]byte, error)) {
	defer j.cancel()
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		j.set(func() { j.state = cancelled })
		return
	}
	j.set(func() { j.state = making })
	file, err := make(ctx, func(n int) error {
		j.set(func() { j.done = n })
		return ctx.Err()
	})
	j.set(func() {
		switch {
		case ctx.Err() != nil:
			j.state = cancelled
		case err != nil:
			j.state = failed
		default:
			j.state, j.done, j.file = ready, j.Total, file
		}
	})
}

// set changes a job and tells who watches.
func (j *job) set(change func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	change()
	close(j.changed)
	j.changed = newSignal()
}

// look is how far a job is, and whether it is at its end.
func (j *job) look() (progress, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return progress{j.state, j.done, j.Total}, j.state != waiting && j.state != making
}

// next is closed at the next change.
func (j *job) next() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.changed
}

// Size is the finished file's, in bytes.
func (j *job) Size() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.file)
}

// of are a brand's jobs, the newest first.
func (p *press) of(brand string) []*job {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []*job
	for i := len(p.jobs) - 1; i >= 0; i-- {
		if p.jobs[i].Brand == brand {
			list = append(list, p.jobs[i])
		}
	}
	return list
}

// find is a brand's job; nil when it is not there any more.
func (p *press) find(brand, id string) *job {
	for _, j := range p.of(brand) {
		if j.ID == id {
			return j
		}
	}
	return nil
}

// bundle makes the ZIP of an order: the sheets as one document, each code as SVG,
// PNG and PDF, and a list of the addresses.
func bundle(b *ways.Book, o ways.Order, made time.Time, done func(int) error) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	add := func(name string, body []byte) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: made})
		if err == nil {
			_, err = w.Write(body)
		}
		return err
	}
	var sheets, list bytes.Buffer
	if err := b.Document(&sheets, o, nil); err != nil {
		return nil, err
	}
	rows := csv.NewWriter(&list)
	if err := rows.Write([]string{"touchpoint", "name", "ref", "address", "file"}); err != nil {
		return nil, err
	}
	for i, item := range o.Items {
		if err := done(i); err != nil {
			return nil, err
		}
		address := b.Link(item.Touchpoint, ways.Fill{Ref: item.Ref})
		name := fmt.Sprintf("codes/%04d-%s", i+1, fileName(item.Touchpoint+"-"+item.Ref))
		if err := addCode(add, name, address, b.Look.Color, made); err != nil {
			return nil, err
		}
		t := b.Index.Touchpoint(item.Touchpoint)
		if err := rows.Write([]string{item.Touchpoint, cell(t.Name.In(o.Langs[0], b.Language())), cell(item.Ref), address, name}); err != nil {
			return nil, err
		}
	}
	rows.Flush()
	if err := add(string(o.Sheet)+".html", sheets.Bytes()); err != nil {
		return nil, err
	}
	if err := add("addresses.csv", list.Bytes()); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func addCode(add func(string, []byte) error, name, address, colour string, made time.Time) error {
	code, err := ways.Encode(address, ways.Q)
	if err != nil {
		return err
	}
	p := ways.Print{MM: qrMillimetres, Colour: colour, Letters: true}
	svg, err := code.SVG(p)
	if err != nil {
		return err
	}
	png, err := code.PNG(p)
	if err != nil {
		return err
	}
	pdf, err := code.PDF(p, made)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		ending string
		body   []byte
	}{{".svg", svg}, {".png", png}, {".pdf", pdf}} {
		if err := add(name+f.ending, f.body); err != nil {
			return err
		}
	}
	return nil
}

// fileName keeps of a name what every file system takes.
func fileName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, s)
	return strings.Trim(s[:min(len(s), 60)], "-")
}

// cell keeps a spreadsheet from reading words as a formula.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
