package demo

import (
	"encoding/json"
	"io"
	"net/http"
	"net/smtp"
	"strings"
	"testing"
	"time"
)

func receive(t *testing.T) (*receivers, <-chan told) {
	t.Helper()
	f := newFeed()
	r, err := startReceivers(&outbox{feed: f})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.stop)
	ch, stop := f.listen()
	t.Cleanup(stop)
	return r, ch
}

// next is what the feed tells next.
func next[T any](t *testing.T, ch <-chan told, name string) (v T) {
	t.Helper()
	select {
	case got, open := <-ch:
		if !open || got.name != name {
			t.Fatalf("told %q (%v), expected %q", got.name, open, name)
		}
		if err := json.Unmarshal(got.data, &v); err != nil {
			t.Fatal(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("nothing was told")
	}
	return v
}

func TestWebhooksArrive(t *testing.T) {
	r, ch := receive(t)
	for body, status := range map[string]int{
		`{"type":"cx.case.opened","data":{}}`:         http.StatusNoContent,
		`not an event`:                                http.StatusBadRequest,
		`{"x":"` + strings.Repeat("x", 70<<10) + `"}`: http.StatusRequestEntityTooLarge,
	} {
		res, err := http.Post(r.hookURL("sparkle"), "application/cloudevents+json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if res.StatusCode != status {
			t.Errorf("%.30s answered %d, expected %d", body, res.StatusCode, status)
		}
	}
	got := next[Outgoing](t, ch, "left")
	if got.Way != "webhook" || got.To != "sparkle" || got.What != "cx.case.opened" || got.Body != `{"type":"cx.case.opened","data":{}}` {
		t.Errorf("got %+v", got)
	}
	if n := len(r.box.newest()); n != 1 {
		t.Errorf("%d things are kept, expected one", n)
	}
}

func TestLettersArriveAsTheyAreRead(t *testing.T) {
	r, ch := receive(t)
	for _, c := range []struct{ what, head, body, says string }{
		{"plain", "", "Shelf 14 is empty\r\n", "Shelf 14 is empty\r\n"},
		{"quoted", "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n", "Estante vac=C3=ADo, calle =\r\nMayor", "Estante vacío, calle Mayor"},
		{"parts", "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n",
			"--b\r\nContent-Type: text/html\r\n\r\n<p>no</p>\r\n--b\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\nRW1wdHkgwrc=\r\n--b--\r\n", "Empty ·"},
		{"picture only", "Content-Type: image/png\r\n", "PNG", ""},
	} {
		letter := "From: house@sayline.example\r\nTo: lucia@sparkle.example\r\nSubject: =?utf-8?q?Estante_vac=C3=ADo?=\r\n" + c.head + "\r\n" + c.body
		if err := smtp.SendMail(r.mailAt.Addr().String(), nil, "house@sayline.example", []string{"lucia@sparkle.example"}, []byte(letter)); err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		got := next[Outgoing](t, ch, "left")
		if got.Way != "e-mail" || got.To != "lucia@sparkle.example" || got.What != "Estante vacío" || strings.TrimSpace(got.Body) != strings.TrimSpace(c.says) {
			t.Errorf("%s: got %+v", c.what, got)
		}
	}
}

func TestTheOutboxKeepsTheNewest(t *testing.T) {
	box := &outbox{feed: newFeed()}
	for i := range outboxSize + 5 {
		box.add(Outgoing{What: string(rune('a' + i))})
	}
	list := box.newest()
	if len(list) != outboxSize || list[0].What != "f" || list[len(list)-1].What != string(rune('a'+outboxSize+4)) {
		t.Errorf("kept %d, from %q to %q", len(list), list[0].What, list[len(list)-1].What)
	}
}

// A listener that does not take what it is told is cut off; the others are not,
// and the end is told to all.
func TestSlowListenersAreCutOff(t *testing.T) {
	f := newFeed()
	slow, stopSlow := f.listen()
	quick, stopQuick := f.listen()
	defer stopSlow()
	defer stopQuick()
	for i := range listenerMost + 1 {
		f.tell("step", i)
		if got := next[int](t, quick, "step"); got != i {
			t.Fatalf("told %d, expected %d", got, i)
		}
	}
	n := 0
	for range slow { // ends, for it was closed
		n++
	}
	if n != listenerMost {
		t.Errorf("the slow one was told %d things, expected %d", n, listenerMost)
	}
	f.end()
	if _, open := <-quick; open {
		t.Error("the end was not told")
	}
	late, stop := f.listen()
	defer stop()
	if _, open := <-late; open {
		t.Error("who comes after the end is not sent away")
	}
}
