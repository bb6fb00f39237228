package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Floor serves a handler that decodes a moment's JSON and answers as the door
// would, and does nothing else: the cost of net/http and the JSON library.
// It prints its address to out and serves until the context ends.
func Floor(ctx context.Context, out io.Writer) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	mux.HandleFunc("POST /cx/moments", echo)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	fmt.Fprintf(out, "the floor listens on http://%s\n", l.Addr())
	if err := s.Serve(l); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// sent is the shape of a moment on the wire; answered of what comes back.
type sent struct {
	CX       string `json:"cx"`
	Kind     string `json:"kind"`
	Feeling  int    `json:"feeling"`
	Topic    string `json:"topic"`
	Text     string `json:"text"`
	Lang     string `json:"lang"`
	Audience string `json:"audience"`
	Context  struct {
		Touchpoint string `json:"touchpoint"`
		GS1        string `json:"gs1"`
		Ref        string `json:"ref"`
		Source     string `json:"source"`
	} `json:"context"`
	OccurredAt string `json:"occurred_at"`
	Class      string `json:"class"`
	More       bool   `json:"more"`
	Receipt    bool   `json:"receipt"`
	Publish    bool   `json:"publish"`
}

type answered struct {
	ID          string `json:"id"`
	Reference   string `json:"reference"`
	ReceivedAt  string `json:"received_at"`
	Status      string `json:"status"`
	Receipt     string `json:"receipt"`
	SentTo      sentTo `json:"sent_to"`
	AnswerBy    string `json:"answer_by"`
	OpenUntil   string `json:"open_until"`
	RetainUntil string `json:"retain_until"`
}

type sentTo struct {
	Team   string `json:"team"`
	LookBy string `json:"look_by"`
}

func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var m sent
	if err := json.Unmarshal(body, &m); err != nil || len(r.Header.Get("Idempotency-Key")) < 22 {
		http.Error(w, "not a moment", http.StatusBadRequest)
		return
	}
	const at = "2026-11-22T10:00:00.000000Z"
	out, err := json.Marshal(answered{ID: "0199a000-0000-7000-8000-000000000000", Reference: "K7Q3-F9MX", ReceivedAt: at, Status: "received",
		Receipt: "http://127.0.0.1:8080/@sparkle/cx/r/0123456789abcdefghjkmnpqrstvwxyz", SentTo: sentTo{"Distribution, Madrid", at}, AnswerBy: at, OpenUntil: at, RetainUntil: at})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Location", "http://127.0.0.1:8080/@sparkle/cx/r/0123456789abcdefghjkmnpqrstvwxyz")
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write(out)
}
