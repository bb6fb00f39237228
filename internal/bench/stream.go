package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// pages are open pulses that note when each moment came up on each of them.
type pages struct {
	mu      sync.Mutex
	arrived map[string][]time.Time // by moment, one for each page
	conns   []net.Conn
	reading sync.WaitGroup
}

// watch opens n pulses of the brand, signed in by the session.
func watch(s *server, n int) (*pages, error) {
	p := &pages{arrived: map[string][]time.Time{}}
	for range n {
		c, err := net.DialTimeout("tcp", s.address, patience)
		if err != nil {
			return nil, errors.Join(err, p.close())
		}
		p.conns = append(p.conns, c)
		fmt.Fprintf(c, "GET /b/%s/pulse/live HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\nCookie: sayline=%s\r\n\r\n", brandID, s.address, session)
		in := bufio.NewReaderSize(c, 256<<10)
		line, err := in.ReadString('\n')
		if err != nil || !bytes.Contains([]byte(line), []byte(" 200 ")) {
			return nil, errors.Join(fmt.Errorf("a pulse can't be watched: %q", line), err, p.close())
		}
		p.reading.Go(func() { p.read(in) })
	}
	return p, nil
}

// read notes the ids in every line of data until the page is closed. A moment
// comes again when its case changes: the first time counts.
func (p *pages) read(in *bufio.Reader) {
	seen := map[string]bool{}
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		now := time.Now()
		if !bytes.HasPrefix(line, []byte(`data: {"entries"`)) {
			continue
		}
		for rest := line; ; {
			var ok bool
			if _, rest, ok = bytes.Cut(rest, []byte(`"id":"`)); !ok {
				break
			}
			b, _, _ := bytes.Cut(rest, []byte(`"`))
			id := string(b)
			if seen[id] {
				continue
			}
			seen[id] = true
			p.mu.Lock()
			p.arrived[id] = append(p.arrived[id], now)
			p.mu.Unlock()
		}
	}
}

func (p *pages) close() error {
	var errs []error
	for _, c := range p.conns {
		errs = append(errs, c.Close())
	}
	p.reading.Wait()
	return errors.Join(errs...)
}

// spans are the times from tap to page, one for each page and moment, and how
// many are missing.
func (p *pages) spans(list []said) (took spans, missing int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range list {
		for _, at := range p.arrived[s.id] {
			took = append(took, at.Sub(s.at))
		}
		missing += len(p.conns) - len(p.arrived[s.id])
	}
	return took, missing
}

// measureLive is a hundred open pages that watch ten taps a second.
func measureLive(ctx context.Context, o Options, r *Report, name, database string) error {
	return measureWatched(ctx, o, r, name, database, 100, 10)
}

// measureCrowd is a thousand that watch two hundred.
func measureCrowd(ctx context.Context, o Options, r *Report, name, database string) error {
	return measureWatched(ctx, o, r, name, database, 1000, 200)
}

func measureWatched(ctx context.Context, o Options, r *Report, name, database string, watchers, rate int) (err error) {
	s, clean, err := serving(ctx, database, hooks{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop(), clean()) }()
	p, err := watch(s, watchers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if _, err := pace(s.address, sayPath, min(rate, 50), warmUp); err != nil {
		return err
	}
	before, err := s.processor()
	if err != nil {
		return err
	}
	w := row{What: fmt.Sprintf("tap → live page, %s, %d pages open, %d/s", name, watchers, rate)}
	list, err := pace(s.address, sayPath, rate, o.Lasting)
	late := ""
	if errors.Is(err, errBehind) {
		late = "; the rate was not kept, a second's taps waited"
	} else if err != nil {
		return err
	}
	after, err := s.processor()
	if err != nil {
		return err
	}
	var took spans
	missing := 1
	for end := time.Now().Add(patience); missing > 0 && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		took, missing = p.spans(list)
	}
	w.Got, w.Detail = quantiles(took), fmt.Sprintf("slowest %s; frames at most four a second; %.2f of a processor", millis(took.at(1)), (after-before).Seconds()/o.Lasting.Seconds())+late
	if missing > 0 {
		w.Detail += fmt.Sprintf("; %d of %d had not come up: a frame carries the newest forty", missing, len(list)*watchers)
	}
	r.add(w)
	return nil
}
