package bench

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// client speaks HTTP/1.1 on one kept connection with as little work as
// possible: it writes prepared bytes and reads no more than it must.
type client struct {
	conn net.Conn
	in   *bufio.Reader
	host string
	path string
}

func dial(address, path string) (*client, error) {
	c, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		return nil, err
	}
	return &client{conn: c, in: bufio.NewReaderSize(c, 16<<10), host: address, path: path}, nil
}

// tap is the body every measured moment has: one tap on a chip at a shelf.
var tap = []byte(`{"cx":"2026-11","topic":"cant-find-it","lang":"en","context":{"touchpoint":"k7f3","source":"qr"},"class":"unidentified","more":true,"receipt":true}`)

// say posts one moment and gives its id.
func (c *client) say(tap []byte) (id string, err error) {
	var key [16]byte
	rand.Read(key[:])
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nIdempotency-Key: %s\r\nContent-Length: %d\r\n\r\n", c.path, c.host, hex.EncodeToString(key[:]), len(tap))
	b.Write(tap)
	if _, err := c.conn.Write(b.Bytes()); err != nil {
		return "", err
	}
	status, body, err := c.answer()
	if err != nil {
		return "", err
	}
	if status != 201 {
		return "", fmt.Errorf("status %d: %.200s", status, body)
	}
	return idOf(body), nil
}

// answer reads one response with a Content-Length.
func (c *client) answer() (status int, body []byte, err error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, nil, err
	}
	if len(line) < 12 {
		return 0, nil, errors.New("a short status line")
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, nil, err
	}
	length := -1
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, nil, err
		}
		if len(line) <= 2 {
			break
		}
		if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(v))); err != nil {
				return 0, nil, err
			}
		}
	}
	if length < 0 {
		return 0, nil, errors.New("an answer without Content-Length")
	}
	body = make([]byte, length)
	_, err = io.ReadFull(c.in, body)
	return status, body, err
}

// idOf cuts the id out of the answer without reading all of it as JSON.
func idOf(body []byte) string {
	_, rest, ok := bytes.Cut(body, []byte(`"id":"`))
	if !ok {
		return ""
	}
	id, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(id)
}

// spans are measured times.
type spans []time.Duration

// at is the p-th part of the sorted spans: 0.5 the median, 1 the slowest.
func (s spans) at(p float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	slices.Sort(s)
	return s[min(int(p*float64(len(s))), len(s)-1)]
}

// rush says moments on n connections as fast as they are answered.
func rush(address, path string, n int, lasting time.Duration) (perSecond float64, took spans, err error) {
	var stop atomic.Bool
	results := make([]spans, n)
	errs := make([]error, n)
	var all sync.WaitGroup
	clients := make([]*client, n)
	for i := range clients {
		if clients[i], err = dial(address, path); err != nil {
			return 0, nil, err
		}
		defer clients[i].conn.Close()
	}
	began := time.Now()
	for i, c := range clients {
		all.Go(func() {
			for !stop.Load() {
				t := time.Now()
				if _, errs[i] = c.say(tap); errs[i] != nil {
					return
				}
				results[i] = append(results[i], time.Since(t))
			}
		})
	}
	time.Sleep(lasting)
	stop.Store(true)
	all.Wait()
	lasted := time.Since(began)
	took = slices.Concat(results...)
	return float64(len(took)) / lasted.Seconds(), took, errors.Join(errs...)
}

// said is one moment, the how manieth it was and when its tap was made.
type said struct {
	id  string
	nth int
	at  time.Time
}

// pace says moments at an even rate, open loop: a late answer delays no other tap.
func pace(address, path string, perSecond int, lasting time.Duration) ([]said, error) {
	return paceOf(address, path, perSecond, lasting, func(int) []byte { return tap })
}

// errBehind is that a second's taps waited for a connection: the server, or this
// machine, is too busy for the rate.
var errBehind = errors.New("the server is too slow for this rate")

// paceOf is pace with a body for each.
func paceOf(address, path string, perSecond int, lasting time.Duration, body func(nth int) []byte) ([]said, error) {
	const lanes = 64
	ticks := make(chan said, perSecond)
	var mu sync.Mutex
	var list []said
	var failed error
	var all sync.WaitGroup
	for range lanes {
		c, err := dial(address, path)
		if err != nil {
			return nil, err
		}
		defer c.conn.Close()
		all.Go(func() {
			for m := range ticks {
				var err error
				m.id, err = c.say(body(m.nth))
				mu.Lock()
				list = append(list, m)
				failed = errors.Join(failed, err)
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	gap, behind := time.Second/time.Duration(perSecond), false
	began := time.Now()
	for i := 0; time.Since(began) < lasting; i++ {
		due := began.Add(time.Duration(i) * gap)
		time.Sleep(time.Until(due))
		select {
		case ticks <- said{nth: i, at: due}: // the tap was due then, however late we are
		default:
			behind = true
		}
	}
	close(ticks)
	all.Wait()
	if behind {
		failed = errors.Join(failed, errBehind)
	}
	return list, failed
}
