package testkit

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// note writes down what happens in the tab. It must not wait for the tab.
func (p *Page) note(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.pending[e.RequestID] = len(p.requests)
		p.requests = append(p.requests, Request{Method: e.Request.Method, URL: e.Request.URL})
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			p.problem("%s answered %d", p.request(e.RequestID), e.Response.Status)
		}
	case *network.EventLoadingFailed:
		if !e.Canceled {
			p.problem("%s failed: %s %s", p.request(e.RequestID), e.ErrorText, e.BlockedReason)
		}
	case *runtime.EventExceptionThrown:
		p.problem("exception: %s", exceptionText(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			p.problem("console: %s", consoleText(e.Args))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork { // those came above
			p.problem("%s: %s (%s)", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *fetch.EventRequestPaused:
		go p.decide(p.lose, e)
	}
}

func (p *Page) problem(format string, args ...any) {
	p.problems = append(p.problems, fmt.Sprintf(format, args...))
}

func (p *Page) request(id network.RequestID) string {
	if i, ok := p.pending[id]; ok {
		return p.requests[i].Method + " " + p.requests[i].URL
	}
	return "a request"
}

func exceptionText(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}

func consoleText(args []*runtime.RemoteObject) string {
	var parts []string
	for _, a := range args {
		text := a.Description // what an object or a number has
		if text == "" && json.Unmarshal(a.Value, &text) != nil {
			text = string(a.Value)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

// Requests returns every request that the page has sent so far.
func (p *Page) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Request(nil), p.requests...)
}

// Problems returns what went wrong in the tab since it was asked last: errors
// in the console, exceptions that nothing caught, requests without an answer
// and answers of 400 and above. It is for tests that cause some of that; the
// others end with [Page.MustBeClean].
func (p *Page) Problems() []string {
	// A question to the tab comes back after everything that happened before.
	Eval[bool](p, "true")
	p.mu.Lock()
	defer p.mu.Unlock()
	problems := p.problems
	p.problems = nil
	return problems
}

// MustBeClean fails the test for each problem since Problems was asked last.
func (p *Page) MustBeClean() {
	p.t.Helper()
	for _, problem := range p.Problems() {
		p.t.Errorf("on the page: %s", problem)
	}
}
