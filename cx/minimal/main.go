package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"html"
	"io"
	"log"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/sayline/sayline/cx" // the documents, nothing else of it
)

// kept is what is remembered of an Idempotency-Key. The receipt is nil once it was taken back.
type kept struct {
	digest  [32]byte
	secret  string
	receipt *cx.Receipt
}

type server struct {
	base     string // as people see it, without a slash at its end
	key      []byte // makes receipts
	mu       sync.Mutex
	byKey    map[[32]byte]*kept
	bySecret map[[32]byte]*kept
}

const maxBody, maxText = 128 << 10, 4000

func newServer(base string) *server {
	return &server{base: base, key: []byte(rand.Text() + rand.Text()), byKey: map[[32]byte]*kept{}, bySecret: map[[32]byte]*kept{}}
}

func main() {
	listen, base := flag.String("listen", "127.0.0.1:8090", "address"), flag.String("url", "http://localhost:8090", "the address as people see it")
	flag.Parse()
	log.Printf("say something at %s/cx", *base)
	log.Fatal(http.ListenAndServe(*listen, newServer(strings.TrimSuffix(*base, "/")).routes()))
}

// routes answers every path. A handler gives a status and what is sent with it:
// a document, a page (string), or for an error the pointer to the member at fault.
func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range map[string]func(http.ResponseWriter, *http.Request) (int, any){
		"GET /.well-known/cx": s.discovery, "GET /cx": s.screen, "POST /cx": s.submit, "POST /cx/moments": s.submit, "POST /answer": s.answer,
		"GET /cx/r/{secret}": s.with(s.receipt), "GET /cx/r/{secret}/export": s.with(s.receipt), "PATCH /cx/r/{secret}": s.with(s.patch),
		"POST /cx/r/{secret}/messages": s.with(s.message), "DELETE /cx/r/{secret}": s.with(s.withdraw), "POST /cx/r/{secret}": s.with(s.withdraw),
		"/": func(http.ResponseWriter, *http.Request) (int, any) { return 404, "" },
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
			if err != nil {
				return // whoever was cut off tries again
			}
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			s.mu.Lock()
			defer s.mu.Unlock()
			status, v := h(w, r)
			send(w, r, status, v)
		})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, h := range []string{"Allow-Origin: *", "Expose-Headers: Location, Retry-After, ETag, Content-Language", "Allow-Methods: GET, HEAD, POST, PATCH, DELETE",
			"Allow-Headers: Idempotency-Key, Content-Type, Accept-Language, If-None-Match, Last-Event-ID", "Max-Age: 86400"} {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set("Access-Control-"+name, value)
		}
		if r.Method == http.MethodOptions {
			w.WriteHeader(204)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func send(w http.ResponseWriter, r *http.Request, status int, v any) {
	h, page, kind := w.Header(), []byte(nil), "application/json"
	switch text, _ := v.(string); {
	case status >= 400:
		p := cx.Problem{Title: http.StatusText(status), Status: status}
		if text != "" {
			p.Errors = []cx.Fault{{Pointer: text, Detail: "this is at fault"}}
		}
		v, kind = p, "application/problem+json"
	case text != "":
		page, kind = fmt.Appendf(nil, `<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width"><title>Minimal</title>
			<style>button{font-size:2rem;min-width:44px}</style><link rel="%s" href="/.well-known/cx"><main><h1>Minimal</h1>%s</main></html>`, cx.Rel, text), "text/html; charset=utf-8"
	case v == nil:
		w.WriteHeader(status)
		return
	}
	if page == nil {
		page, _ = json.Marshal(v)
	}
	for _, name := range []string{"Content-Type: " + kind, "Vary: Accept, Accept-Language", "Referrer-Policy: no-referrer", "X-Content-Type-Options: nosniff",
		"Content-Security-Policy: default-src 'none'; form-action 'self'; style-src 'unsafe-inline'"} {
		name, value, _ := strings.Cut(name, ": ")
		h.Set(name, value)
	}
	if tag := fmt.Sprintf(`"%x"`, sha256.Sum256(page)); status == 200 {
		if h.Set("ETag", tag); r.Header.Get("If-None-Match") == tag {
			status, page = 304, nil
		}
	}
	w.WriteHeader(status)
	_, _ = w.Write(page)
}

func (s *server) discovery(http.ResponseWriter, *http.Request) (int, any) {
	at, _ := url.Parse(s.base)
	return 200, cx.Discovery{
		CX: "2026-11", Brand: cx.Brand{Name: "Minimal"}, Domains: []string{at.Hostname()}, Canonical: s.base + "/.well-known/cx", Languages: []string{"en"},
		Expires: time.Now().UTC().Truncate(24*time.Hour).AddDate(1, 0, 0), Screen: s.base + "/cx", ScreenTemplate: s.base + "/cx{?topic,lang,text,ref}",
		API: &cx.API{Submit: s.base + "/cx/moments"}, Feelings: &cx.Feelings{Min: 1, Max: 5, Shown: []int{1, 2, 4, 5}}, Accepts: []cx.Accepts{{Media: "text", MaxLength: maxText}},
		Privacy: &cx.Privacy{Classes: []string{"unidentified", "identified"}, RetentionDays: map[string]int{"unidentified": 1, "identified": 1}}, ReplyChannels: []string{"receipt"},
		Conformance: []string{"discovery", "core", "reply", "privacy", "screen"},
	}
}

// submit takes a moment as JSON or as a plain form, once for each key.
func (s *server) submit(w http.ResponseWriter, r *http.Request) (int, any) {
	var said cx.Moment
	body, status := read(r, &said)
	key, form := strings.Trim(r.Header.Get("Idempotency-Key"), `"`), strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	if fields, _ := url.ParseQuery(string(body)); form && status == 0 {
		if key = ""; len(fields.Get("key")) >= 22 { // the same button twice is one moment, another button another
			key = fmt.Sprintf("%x", sha256.Sum256([]byte(fields.Encode())))
		}
		said = cx.Moment{Text: fields.Get("text"), Topic: fields.Get("topic"), More: true}
		_, _ = fmt.Sscan(fields.Get("feeling"), &said.Feeling) // 0 where none was said
	}
	if status == 0 && (len(key) < 22 || len(key) > 128 || strings.ContainsFunc(key, func(c rune) bool { return c <= ' ' || c > '~' })) {
		status = 400
	}
	pointer := fault(&said)
	if status == 0 && (pointer != "" || said.Feeling == 0 && said.Text == "" && said.Topic == "") {
		status = 422
	}
	hash, digest := sha256.Sum256([]byte(key)), sha256.Sum256(body)
	k := s.byKey[hash]
	switch {
	case status != 0:
	case k != nil && k.receipt == nil:
		status = 410
	case k != nil && k.digest != digest:
		status = 422
	}
	if status != 0 {
		return status, pointer
	} else if k == nil {
		k = s.keep(said, key, digest)
		s.byKey[hash], s.bySecret[sha256.Sum256([]byte(k.secret))] = k, k
	}
	link, m := s.base+"/cx/r/"+k.secret, k.receipt
	w.Header().Set("Location", link)
	if form {
		return 303, nil
	}
	return 201, cx.Accepted{ID: m.ID, Reference: m.Reference, ReceivedAt: m.ReceivedAt, Status: m.Status, Receipt: link, SentTo: m.SentTo, OpenUntil: m.OpenUntil, RetainUntil: m.RetainUntil}
}

// keep makes a receipt. Its secret can be made again, from the key.
func (s *server) keep(said cx.Moment, key string, digest [32]byte) *kept {
	mac := hmac.New(sha256.New, s.key)
	fmt.Fprintf(mac, "receipt\x00minimal\x00%s\x00%s", key, digest)
	id, at := rand.Text(), time.Now().UTC().Truncate(time.Second)
	m := &cx.Receipt{ID: id, Reference: id[:4] + "-" + id[4:8], ReceivedAt: at, RetainUntil: at.AddDate(0, 0, 1), Messages: []cx.Message{}, Moment: tidy(said),
		SentTo: &cx.SentTo{Team: "Whoever runs this", OnDuty: true}, Status: cx.Received, History: []cx.Entry{{Status: cx.Received, At: at}}}
	if until := at.Add(15 * time.Minute); said.More {
		m.OpenUntil = &until
	}
	log.Printf("%s has come", m.Reference) // never the words
	return &kept{digest, fmt.Sprintf("%x", mac.Sum(nil)[:20]), m}
}

// tidy leaves out what is not kept: a serial number and an exact position of
// somebody who did not say who they are.
func tidy(m cx.Moment) cx.Moment {
	m.CX, m.More, m.Receipt = "2026-11", false, nil
	if m.Class != "identified" {
		m.Class = "unidentified"
		if m.Context != nil {
			m.Context.GS1 = regexp.MustCompile(`/21/[^/?]*`).ReplaceAllString(m.Context.GS1, "")
			if p := m.Context.Place; p != nil && p.Lat != nil && p.Long != nil {
				*p.Lat, *p.Long = math.Round(*p.Lat*1000)/1000, math.Round(*p.Long*1000)/1000
			}
		}
	}
	return m
}

// read reads a request's body into v; JSON must be UTF-8 through and through.
func read(r *http.Request, v any) (body []byte, status int) {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	body, _ = io.ReadAll(r.Body)
	escapes := regexp.MustCompile(`\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}`).ReplaceAll(body, nil)
	switch {
	case len(body) > maxBody:
		return nil, 413
	case kind == "application/x-www-form-urlencoded" && r.Method == "POST":
		return body, 0
	case kind != "application/json":
		return nil, 415
	case !utf8.Valid(body), regexp.MustCompile(`\\u([dD][89a-fA-F]|0000)`).Match(escapes), json.Unmarshal(body, v) != nil:
		return nil, 400
	}
	return body, 0
}

// fault names the member of a moment that is at fault.
func fault(m *cx.Moment) (pointer string) {
	if m.Feeling < 0 || m.Feeling > 5 {
		pointer = "/feeling"
	} else if utf8.RuneCountInString(m.Text) > maxText {
		pointer = "/text"
	} else if m.Contact != nil && m.Class != "identified" {
		pointer = "/contact"
	}
	return pointer
}

// with finds what a receipt's secret opens. A wrong one is 404, like any other.
func (s *server) with(f func(*http.Request, *kept) (int, any)) func(http.ResponseWriter, *http.Request) (int, any) {
	return func(w http.ResponseWriter, r *http.Request) (int, any) {
		w.Header().Set("Cache-Control", "no-store")
		if k := s.bySecret[sha256.Sum256([]byte(r.PathValue("secret")))]; k != nil {
			return f(r, k)
		}
		return 404, ""
	}
}

func (s *server) receipt(r *http.Request, k *kept) (int, any) {
	if until := k.receipt.OpenUntil; until != nil && time.Now().After(*until) {
		k.receipt.OpenUntil = nil
	}
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		words := "" // watchers get JSON, and ask again: a stream is not required
		for _, m := range k.receipt.Messages {
			words += "<p>" + html.EscapeString(m.From+": "+m.Text)
		}
		return 200, k.receipt.Reference + ": " + k.receipt.Status + words + "<form method=post><button name=do value=withdraw>Take it back</button></form>"
	}
	return 200, k.receipt
}

func (s *server) patch(r *http.Request, k *kept) (int, any) {
	change := cx.Moment{More: true, Receipt: new(bool), Class: "identified"} // a contact makes it so
	*change.Receipt = true
	body, status := read(r, &change)
	if _, _ = s.receipt(r, k); status == 0 && k.receipt.OpenUntil == nil {
		status = 409
	}
	if pointer := fault(&change); status == 0 && pointer != "" {
		return 422, pointer
	} else if status != 0 {
		return status, ""
	}
	if _ = json.Unmarshal(body, &k.receipt.Moment); change.Contact != nil { // it was read once, so it can be read again
		k.receipt.Moment.Class = "identified"
	}
	k.receipt.Moment = tidy(k.receipt.Moment)
	if !change.More {
		k.receipt.OpenUntil = nil
	}
	if !change.More && !*change.Receipt {
		delete(s.bySecret, sha256.Sum256([]byte(k.secret)))
		return 204, nil
	}
	return 200, k.receipt
}

func (s *server) message(r *http.Request, k *kept) (int, any) {
	var words cx.Words
	_, status := read(r, &words)
	if status == 0 && (words.Text == "" && words.Solved == nil || fault(&cx.Moment{Text: words.Text, Feeling: words.Feeling}) != "") {
		return 422, "/text"
	} else if status != 0 {
		return status, ""
	} else if words.Solved != nil {
		k.receipt.Solved = map[bool]string{true: "yes", false: "no"}[*words.Solved]
	}
	k.receipt.Messages = append(k.receipt.Messages, cx.Message{From: "author", Text: words.Text, Lang: words.Lang, At: time.Now().UTC()})
	return 200, k.receipt
}

// withdraw erases everything; only the key stays, so that a repeat is 410.
func (s *server) withdraw(r *http.Request, k *kept) (int, any) {
	if r.Method == "POST" && r.FormValue("do") != "withdraw" {
		return 400, ""
	}
	delete(s.bySecret, sha256.Sum256([]byte(k.secret)))
	k.receipt, k.secret = nil, ""
	if r.Method == "POST" {
		return 200, "It is gone."
	}
	return 204, nil
}

// answer is the back office, for whoever sits at this machine.
func (s *server) answer(_ http.ResponseWriter, r *http.Request) (int, any) {
	for _, k := range s.bySecret {
		if m := k.receipt; m.Reference == r.FormValue("reference") && strings.HasPrefix(r.RemoteAddr, "127.0.0.1:") {
			m.Messages = append(m.Messages, cx.Message{From: "brand", By: "Whoever runs this", Text: r.FormValue("text"), At: time.Now().UTC()})
			m.Status, m.History = cx.Answered, append(m.History, cx.Entry{Status: cx.Answered, At: time.Now().UTC(), By: "Whoever runs this"})
			return 204, nil
		}
	}
	return 404, ""
}

func (s *server) screen(w http.ResponseWriter, r *http.Request) (int, any) {
	w.Header().Set("Cache-Control", "private, no-cache")
	faces := ""
	for i, face := range []string{"😞", "🙁", "🙂", "😀"} {
		faces += fmt.Sprintf(`<button name=feeling value=%d aria-label="%[1]d / 5">%s</button> `, []int{1, 2, 4, 5}[i], face)
	}
	return 200, fmt.Sprintf(`<form method=post action=/cx><input type=hidden name=key value=%s><p>%s<p><label>Say it <textarea name=text>%s</textarea></label> <button>Send</button></form>`,
		rand.Text(), faces, html.EscapeString(r.FormValue("text")))
}
