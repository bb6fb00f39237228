package inbound

import (
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/words"
)

var mailSecret = notify.DeriveSecret([]byte("key"), "test", "mail", 0)

// post is a mailbox of a house with one case, answered and closed.
type post struct {
	t      *testing.T
	store  *store.Store
	mux    *http.ServeMux
	moment sayline.Moment
	to     string // the address of its thread
}

func posted(t *testing.T) *post {
	s, _, page := rung(t)
	stored, err := s.Config(t.Context(), "sparkle")
	if err != nil {
		t.Fatal(err)
	}
	registry := &brands.Registry{}
	registry.Set(brands.New(1, stored.Config, nil))
	catalogue, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	said, err := s.MomentsOf(t.Context(), "sparkle", page.Case, 1)
	if err != nil || len(said) != 1 {
		t.Fatalf("%v, %v", said, err)
	}
	act := store.Act{Brand: "sparkle", Case: page.Case, Person: "lucia", Way: "desk", Zone: time.UTC}
	if err := s.Resolve(t.Context(), act, "done"); err != nil {
		t.Fatal(err)
	}
	p := &post{t: t, store: s, mux: http.NewServeMux(), moment: *said[0]}
	p.to = notify.AnswerAddress(testTo, notify.Thread(s.ServerKey(), "sparkle", p.moment.ID))
	Routes(p.mux, Options{Store: s, Registry: registry, Door: intake.New(s, time.Now, rand.Reader), Words: catalogue, MailSecret: mailSecret, MailAddress: testTo, MailFrom: testFrom,
		Log: slog.New(slog.DiscardHandler), Now: time.Now, Count: func(sayline.Kind) {}})
	return p
}

// hand hands a letter on, as a mail server's small program does.
func (p *post) hand(kind, body, secret string) (code int, told Taken) {
	p.t.Helper()
	now := time.Now()
	signature, err := notify.Sign([]string{secret}, "msg1", now, []byte(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r := httptest.NewRequest("POST", MailPath, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Webhook-Id", "msg1")
	r.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	r.Header.Set("Webhook-Signature", signature)
	w := httptest.NewRecorder()
	p.mux.ServeHTTP(w, r)
	if w.Code == 200 {
		if err := json.Unmarshal(w.Body.Bytes(), &told); err != nil {
			p.t.Fatal(err)
		}
	}
	return w.Code, told
}

func (p *post) json(id, to, text string) (int, Taken) {
	body, _ := json.Marshal(map[string]any{"from": "Zoe <zoe@example.com>", "to": to, "subject": "Re: An answer from Sparkle", "text": text, "message_id": id})
	return p.hand("application/json", string(body), mailSecret)
}

// heard are the author's words on the case.
func (p *post) heard() (list []string) {
	p.t.Helper()
	all, err := p.store.Messages(p.t.Context(), "sparkle", p.moment.Case)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, m := range all {
		if m.Direction == sayline.FromAuthor {
			list = append(list, m.Text)
		}
	}
	return list
}

// TestALetterIsHeard: once, without what it quotes; it opens what was closed.
func TestALetterIsHeard(t *testing.T) {
	p := posted(t)
	for range 2 {
		if code, told := p.json("<1@example.com>", "Sparkle <"+strings.ToUpper(p.to[:3])+p.to[3:]+">", "Still none.\n\n> Restocked."); code != 200 || told.State != mailKept {
			t.Fatalf("%d %+v", code, told)
		}
	}
	if got := p.heard(); len(got) != 1 || got[0] != "Still none." {
		t.Errorf("heard %q", got)
	}
	if c, err := p.store.Case(t.Context(), "sparkle", p.moment.Case); err != nil || c.State != sayline.CaseOpen || c.Episode != 2 {
		t.Errorf("%+v, %v", c, err)
	}
	raw := strings.Replace(letters["attached"], "reply+x@cx.example", p.to, 1)
	if code, told := p.hand("message/rfc822", raw, mailSecret); code != 200 || told.Attachments != 1 {
		t.Errorf("%d %+v", code, told)
	}
	if got := p.heard(); len(got) != 2 || got[1] != "Look.\n\n[What was attached to this letter was not taken.]" {
		t.Errorf("heard %q", got)
	}
	if code, told := p.json("<3@example.com>", p.to, strings.Repeat("no ", sayline.MaxText)); code != 200 || !told.Cut {
		t.Errorf("%d %+v", code, told)
	}
	if got := p.heard(); len(got) != 3 || len([]rune(got[2])) != sayline.MaxText {
		t.Errorf("%d are heard", len(got))
	}
}

// TestALetterIsRefused: what is not ours, and says why.
func TestALetterIsRefused(t *testing.T) {
	p := posted(t)
	other := notify.AnswerAddress(testTo, notify.Thread([]byte("another key"), "sparkle", p.moment.ID))
	read := p.to[:len(p.to)-len("0@cx.example")] + "!@cx.example"
	auto := strings.Replace(letters["absent"], "reply+x@cx.example", p.to, 1)
	if code, told := p.hand("message/rfc822", auto, mailSecret); code != 200 || told.State != mailIgnored {
		t.Errorf("an absence note: %d %+v", code, told)
	}
	for name, tt := range map[string]struct {
		kind, body, secret string
		want               int
	}{
		"another secret":     {"application/json", `{"to":"` + p.to + `","text":"x"}`, gatewaySecret, 401},
		"another key":        {"application/json", `{"to":"` + other + `","text":"x"}`, mailSecret, 404},
		"a broken thread":    {"application/json", `{"to":"` + read + `","text":"x"}`, mailSecret, 404},
		"no thread":          {"application/json", `{"to":"reply@cx.example","text":"x"}`, mailSecret, 404},
		"no words":           {"application/json", `{"to":"` + p.to + `","text":"> quoted"}`, mailSecret, 422},
		"no letter":          {"message/rfc822", `x`, mailSecret, 400},
		"no JSON":            {"application/json", `x`, mailSecret, 400},
		"another type":       {"text/plain", `x`, mailSecret, 415},
		"more than is taken": {"message/rfc822", strings.Repeat("x", maxMail+1), mailSecret, 413},
	} {
		if code, _ := p.hand(tt.kind, tt.body, tt.secret); code != tt.want {
			t.Errorf("%s: %d, want %d", name, code, tt.want)
		}
	}
	if got := p.heard(); len(got) != 0 {
		t.Errorf("heard %q", got)
	}
	for i := range maxAnswers {
		if code, _ := p.json(strconv.Itoa(i), p.to, "x"); code != 200 {
			t.Fatalf("letter %d: %d", i, code)
		}
	}
	if code, _ := p.json("more", p.to, "x"); code != 429 {
		t.Errorf("more than a person writes: %d", code)
	}
	if err := p.store.Withdraw(t.Context(), "sparkle", p.moment.Receipt); err != nil {
		t.Fatal(err)
	}
	if code, _ := p.json("late", p.to, "x"); code != 410 {
		t.Errorf("of what was taken back: %d", code)
	}
}
