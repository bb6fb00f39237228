package bench

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// hook is a webhook receiver that notes when each thing it waits for arrived.
type hook struct {
	before  string // what stands before its name
	at      net.Listener
	server  *http.Server
	mu      sync.Mutex
	arrived map[string]time.Time
	more    chan struct{}
}

func listen(before string) (*hook, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h := &hook{before: before, at: l, arrived: map[string]time.Time{}, more: make(chan struct{}, 1)}
	h.server = &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = h.server.Serve(l) }() // ends with close
	return h, nil
}

func (h *hook) url() string  { return "http://" + h.at.Addr().String() + "/" }
func (h *hook) close() error { return h.server.Close() }

// ServeHTTP takes one event.
func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	_, rest, ok := bytes.Cut(body, []byte(h.before))
	if !ok {
		w.WriteHeader(http.StatusNoContent) // of something else
		return
	}
	id, _, _ := bytes.Cut(rest, []byte(`"`))
	h.mu.Lock()
	if _, twice := h.arrived[string(id)]; !twice {
		h.arrived[string(id)] = now
	}
	h.mu.Unlock()
	select {
	case h.more <- struct{}{}:
	default:
	}
	w.WriteHeader(http.StatusNoContent)
}

// wait gives the spans from tap to webhook once all have arrived, and how many
// had not when patience ran out.
func (h *hook) wait(list []said, patience time.Duration) (took spans, missing int) {
	limit := time.After(patience)
	for {
		took, missing = h.spans(list)
		if missing == 0 {
			return took, 0
		}
		select {
		case <-h.more:
		case <-limit:
			return took, missing
		}
	}
}

func (h *hook) spans(list []said) (took spans, missing int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range list {
		if at, ok := h.arrived[s.id]; ok {
			took = append(took, at.Sub(s.at))
		} else {
			missing++
		}
	}
	return took, missing
}
