package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// sender sends events to one endpoint, signed by the standard's own library.
type sender struct {
	flaw    string
	mu      sync.Mutex
	to      string
	secrets []string // the newest first
}

// hook gives the endpoint an address and secrets, for whoever runs the server.
func (g *grown) hook(w http.ResponseWriter, r *http.Request) {
	g.hooks.mu.Lock()
	defer g.hooks.mu.Unlock()
	q := r.URL.Query()
	g.hooks.to, g.hooks.secrets = q.Get("to"), q["secret"]
	w.WriteHeader(http.StatusNoContent)
}

// event is a CloudEvent; said goes along where everything is told.
func event(kind, subject, said, flaw string) map[string]any {
	e := map[string]any{"specversion": "1.0", "id": rand.Text(), "source": "https://minimal.example/cx", "type": kind, "subject": subject, "time": time.Now().UTC(), "data": map[string]any{"moment": subject}}
	if flaw == "E03" {
		e["data"] = map[string]any{"said": said}
	}
	if flaw == "E01" {
		delete(e, "specversion")
	}
	return e
}

// send calls the endpoint until it takes the event, at most five times.
func (s *sender) send(e map[string]any) {
	s.mu.Lock()
	to, secrets := s.to, s.secrets
	s.mu.Unlock()
	if to == "" {
		return
	}
	go func() {
		body, _ := json.Marshal(e)
		id, client := rand.Text(), &http.Client{}
		if s.flaw != "E05" {
			client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		}
		for try := range 5 {
			if s.flaw == "E04" {
				id = rand.Text()
			}
			if s.call(client, to, id, body, secrets, try) {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
}

func (s *sender) call(client *http.Client, to, id string, body []byte, secrets []string, try int) (taken bool) {
	now := time.Now()
	var signed []string
	for i, secret := range secrets {
		key, err := standardwebhooks.NewWebhook(secret)
		if err != nil || s.flaw == "E06" && i > 0 {
			continue
		}
		of := body
		if s.flaw == "E02" && try == 0 && len(secrets) == 1 {
			of = []byte("another")
		}
		signature, _ := key.Sign(id, now, of)
		signed = append(signed, signature)
	}
	req, err := http.NewRequest(http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/cloudevents+json")
	req.Header.Set(standardwebhooks.HeaderWebhookID, id)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signed, " "))
	res, err := client.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode < 300
}

const (
	product = "09506000134352"
	support = "https://gs1.org/voc/support"
)

func (g *grown) describe(w http.ResponseWriter, _ *http.Request) {
	root := g.base + "/gs1"
	if g.flaw == "G03" {
		root = "https://elsewhere.example"
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"resolverRoot": root, "supportedPrimaryKeys": []string{"01"}})
}

func rightDigit(gtin string) bool {
	sum := 0
	for i, c := range gtin {
		sum += int(c-'0') * (3 - i%2*2)
	}
	return len(gtin) == 14 && sum%10 == 0
}

// linkset is what there is for the product, in two languages.
func (g *grown) linkset(w http.ResponseWriter, status int) {
	type link struct {
		Href  string `json:"href"`
		Title string `json:"title"`
	}
	to := g.base + "/cx/01/" + product
	w.Header().Set("Content-Type", "application/linkset+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"linkset": []any{map[string]any{
		"anchor": g.base + "/gs1/01/" + product, "https://gs1.org/voc/defaultLink": []link{{to, "Say it"}},
		support: []link{{to + "?lang=en", "Say it"}, {to + "?lang=es", "Dilo"}},
	}}})
}

func (g *grown) resolve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	gtin, query := r.PathValue("gtin"), r.URL.Query()
	kind := query.Get("linkType")
	query.Del("linkType")
	if g.flaw == "G05" {
		query = url.Values{}
	}
	to := fmt.Sprintf("%s/cx/01/%s?%s", g.base, gtin, query.Encode())
	if kind == support && g.flaw != "G06" {
		kind = "gs1:support"
	}
	several := r.Header.Get("Accept-Language") == "tlh" && g.flaw != "G07"
	switch {
	case !rightDigit(gtin) && g.flaw != "G01":
		g.refuse(w, 400)
	case gtin != product:
		g.refuse(w, 404)
	case kind == "linkset", kind == "" && r.Header.Get("Accept") == "application/linkset+json" && g.flaw != "G04":
		g.linkset(w, 200)
	case kind == "gs1:support" && several:
		g.linkset(w, 300)
	case kind == "", kind == "gs1:support", kind != support && g.flaw == "G08":
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
	default:
		g.refuse(w, 404)
	}
}

// scanned is the touch screen at a barcode's own address.
func (g *grown) scanned(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query().Has("linkType") || r.Header.Get("Accept") == "application/linkset+json"
	if asked && g.flaw != "G09" {
		http.Redirect(w, r, g.base+"/gs1/01/"+r.PathValue("gtin")+"?"+r.URL.RawQuery, http.StatusTemporaryRedirect)
		return
	}
	rec := g.inner("GET", "/cx", "", r.Header)
	if !rightDigit(r.PathValue("gtin")) {
		rec.Code = 400
	}
	reply(w, r, rec, rec.Body.Bytes())
}

// misread keeps another barcode than the one that was sent.
func misread(h http.Handler) http.Handler {
	return inReceipts("09506000134351", product)(h)
}
