package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/cx"
)

// Handler is an http.HandlerFunc that may fail. What it returns before it has
// written anything is rendered by [Errors]; afterwards it is only logged.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Errors renders, logs and counts what handlers return.
type Errors struct {
	Log   *slog.Logger
	Count func(kind sayline.Kind) // may be nil

	// Fill says the problem in the caller's language and adds what belongs to
	// it, such as other ways to reach the brand. May be nil.
	Fill func(r *http.Request, e *sayline.Error, p *cx.Problem)
	// Page writes the problem as a page for a person, the status included.
	// Without it everybody gets problem+json.
	Page func(w http.ResponseWriter, r *http.Request, p *cx.Problem) error
	// Shape writes the problem in a neighbour's format, the status included, in
	// place of problem+json. May be nil.
	Shape func(w http.ResponseWriter, r *http.Request, p *cx.Problem)
}

// Handle makes an http.Handler of a Handler. A panic is an internal error; it
// never takes the process with it.
func (e *Errors) Handle(h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := &tracked{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				e.answer(t, r, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
			}
		}()
		if err := h(t, r); err != nil {
			e.answer(t, r, err)
		}
	})
}

func (e *Errors) answer(t *tracked, r *http.Request, err error) {
	if t.begun {
		e.note(r, sayline.KindOf(err), err)
		return
	}
	e.Render(t, r, err)
}

// Render writes the one answer to an error, logs it and counts it.
func (e *Errors) Render(w http.ResponseWriter, r *http.Request, err error) {
	said := new(sayline.Error)
	if !errors.As(err, &said) {
		said = sayline.Errorf(sayline.Internal, "Something went wrong on our side.").Because(err)
	}
	e.note(r, said.Kind, err)
	p := &cx.Problem{Title: http.StatusText(Status(said.Kind)), Status: Status(said.Kind), Detail: said.Message}
	for _, f := range said.Fields {
		p.Errors = append(p.Errors, cx.Fault{Pointer: f.Pointer, Detail: f.Detail})
	}
	if e.Fill != nil {
		e.Fill(r, said, p)
	}
	h := w.Header()
	if after, ok := retryAfter(err, said.Kind); ok {
		h.Set("Retry-After", strconv.Itoa(int(max(1, (after+time.Second-1)/time.Second))))
	}
	h.Set("Cache-Control", "no-store")
	if e.Page != nil && WantsPage(r) {
		if pageErr := e.Page(w, r, p); pageErr != nil {
			e.Log.Error("the page of an error failed", "err", pageErr)
		}
		return
	}
	if e.Shape != nil {
		e.Shape(w, r, p)
		return
	}
	sendJSON(w, r, p.Status, "application/problem+json", p)
}

// note logs and counts. What callers do wrong is no alarm of ours, and who
// left is no error at all.
func (e *Errors) note(r *http.Request, k sayline.Kind, err error) {
	if e.Count != nil {
		e.Count(k)
	}
	level := slog.LevelDebug
	if Status(k) >= 500 && !errors.Is(err, context.Canceled) {
		level = slog.LevelError
	}
	if !e.Log.Enabled(r.Context(), level) {
		return
	}
	e.Log.Log(r.Context(), level, "request failed", "method", r.Method, "path", LogPath(r.URL.Path), "kind", string(k), "err", err)
}

// receipts is where a receipt's secret stands in a path.
const receipts = "/cx/r/"

// acts is where a page's token stands in a path.
const acts = "/act/"

// digests is where a digest's token stands in a path.
const digests = "/digest/"

// feeds is where a calendar's secret stands in a path, behind a noun and its id.
const feeds = "/feeds/"

// LogPath is a path as logs may show it: without the secret of a receipt or a
// calendar, without the token by which somebody acts or ends a digest, and without the serial
// number of a scanned product (a GS1 Digital Link's /21/ or /235/).
// Queries are never logged.
func LogPath(path string) string {
	for _, token := range []string{acts, digests} {
		if strings.HasPrefix(path, token) {
			return token + "…"
		}
	}
	if link := strings.Index(path, "/01/"); link >= 0 {
		for _, serial := range []string{"/21/", "/235/"} {
			if at := strings.Index(path[link:], serial); at >= 0 {
				return path[:link+at] + serial + "…"
			}
		}
	}
	if at := strings.LastIndexByte(path, '/'); strings.Contains(path, feeds) {
		return path[:at] + "/…"
	}
	before, rest, ok := strings.Cut(path, receipts)
	if !ok {
		return path
	}
	if _, after, ok := strings.Cut(rest, "/"); ok {
		return before + receipts + "…/" + after
	}
	return before + receipts + "…"
}

// RetryAfter wraps an error with the time after which the caller may try again.
func RetryAfter(err error, after time.Duration) error { return &later{err, after} }

// Wait is the time after which the caller may try again, where an error says so.
func Wait(err error) (time.Duration, bool) {
	var l *later
	if errors.As(err, &l) {
		return l.after, true
	}
	return 0, false
}

type later struct {
	error
	after time.Duration
}

func (l *later) Unwrap() error { return l.error }

// defaultRetry is said where nobody knows better.
const defaultRetry = 5 * time.Second

func retryAfter(err error, k sayline.Kind) (time.Duration, bool) {
	if wait, said := Wait(err); said {
		return wait, true
	}
	return defaultRetry, k == sayline.TooMany || k == sayline.Unavailable
}

// tracked knows whether an answer has begun.
type tracked struct {
	http.ResponseWriter
	begun bool
}

func (t *tracked) WriteHeader(status int) {
	t.begun = true
	t.ResponseWriter.WriteHeader(status)
}

func (t *tracked) Write(b []byte) (int, error) {
	t.begun = true
	return t.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach what is below.
func (t *tracked) Unwrap() http.ResponseWriter { return t.ResponseWriter }
