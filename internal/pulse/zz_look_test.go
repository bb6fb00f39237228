package pulse_test

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"testing"
	"time"

	crand "crypto/rand"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

type utter struct {
	Touchpoint, Topic, Kind, Text, Lang, Ref, Product, Lot, Place, Reply string
	Feeling, Weight                                                      int
	Contact                                                              *sayline.MomentContact
}

func live(t testing.TB, h *housetest.House, end time.Time, nDays, perDay int) {
	b, err := os.ReadFile("../demo/said/sparkle.json")
	if err != nil {
		t.Fatal(err)
	}
	var said []utter
	if err := json.Unmarshal(b, &said); err != nil {
		t.Fatal(err)
	}
	snap := h.Brands.ByID(sparkle)
	dice := rand.New(rand.NewPCG(3, 4))
	var times []time.Time
	for d := range nDays {
		day := end.AddDate(0, 0, -d)
		start := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, day.Location())
		for range perDay + dice.IntN(perDay/3) {
			m := 12.5 + 2.6*dice.NormFloat64()
			if dice.Float64() < .45 {
				m = 19 + 1.9*dice.NormFloat64()
			}
			at := start.Add(time.Duration(math.Mod(m+24, 24) * float64(time.Hour)))
			if at.Before(end) {
				times = append(times, at)
			}
		}
	}
	for i := range 14 {
		times = append(times, end.Add(-time.Duration(i*i)*14*time.Second-4*time.Second))
	}
	sort.Slice(times, func(i, j int) bool { return times[i].Before(times[j]) })
	total := 0
	for _, u := range said {
		total += cmp.Or(u.Weight, 1)
	}
	dealt := map[string]bool{}
	for _, at := range times {
		h.Clock(at)
		r := dice.IntN(total)
		var u utter
		for _, x := range said {
			if r -= cmp.Or(x.Weight, 1); r < 0 {
				u = x
				break
			}
		}
		if end.Sub(at) < 3*time.Hour && dice.Float64() < .22 {
			u = said[1+dice.IntN(2)]
		}
		tp := snap.Index.Touchpoint(u.Touchpoint)
		m := sayline.Moment{Kind: u.Kind, Topic: u.Topic, Feeling: u.Feeling, Text: u.Text, Lang: u.Lang, Context: sayline.Context{Touchpoint: u.Touchpoint, Source: "qr", Lot: u.Lot, Product: u.Product, Place: u.Place, Ref: u.Ref}, Contact: u.Contact}
		if m.Contact != nil {
			m.Class = sayline.Identified
		}
		_ = tp
		acc, err := h.Door.Accept(context.Background(), snap, intake.Submission{Moment: m, Key: crand.Text(), Digest: [32]byte{1}})
		if err != nil {
			t.Fatal(err)
		}
		c := acc.Moment.Case
		if c == "" || dealt[c] {
			continue
		}
		dealt[c] = true
		act := store.Act{Brand: sparkle, Case: c, Person: "lucia", Way: "desk", Zone: snap.Location()}
		exp := func(median time.Duration) time.Duration {
			return time.Duration(float64(median) * math.Exp(.8*dice.NormFloat64()))
		}
		step := at.Add(exp(50 * time.Second))
		if step.After(end) {
			continue
		}
		h.Clock(step)
		h.Store.Seen(context.Background(), act)
		if step = step.Add(exp(40 * time.Second)); step.After(end) {
			continue
		}
		h.Clock(step)
		h.Store.Acknowledge(context.Background(), act, 0)
		if u.Reply == "" {
			continue
		}
		if step = step.Add(exp(20 * time.Minute)); step.After(end) {
			continue
		}
		h.Clock(step)
		h.Store.AddMessage(context.Background(), act, &sayline.Message{ID: sayline.NewID(step, crand.Reader), Direction: sayline.Reply, Text: u.Reply, Lang: u.Lang})
		if dice.Float64() < .7 {
			h.Store.Resolve(context.Background(), act, "done")
		}
	}
	h.Clock(end)
}

func TestLook(t *testing.T) {
	dir := cmp.Or(housetest.Pictures(), "/tmp/look/pulse")
	zone, _ := time.LoadLocation("Europe/Madrid")
	end := time.Date(2026, 11, 22, 15, 24, 31, 0, zone)
	h := openPulse(t, housetest.Options{Now: end.AddDate(0, 0, -40)})
	if !testing.Short() {
		live(t, h, end, 36, 60)
	}
	h.Clock(end)
	b := testkit.Browser(t)
	desk := testkit.Look{Width: 1440, Height: 900, Scale: 1}
	tab := testkit.Look{Width: 820, Height: 1180, Scale: 1}
	phone := testkit.Look{Width: 360, Height: 740, Scale: 2, Touch: true}
	wall := testkit.Look{Width: 1920, Height: 1080, Scale: 1}
	shots := []struct {
		name, path string
		look       testkit.Look
		full       bool
	}{
		{"desk-en", "/pulse", desk, true}, {"desk-en-night", "/pulse", desk.AtNight(), false}, {"desk-es-7", "/pulse?period=7", desk.In("es"), true}, {"desk-ar", "/pulse", desk.In("ar"), true},
		{"tab-en", "/pulse?period=30&show=shines", tab, true}, {"phone-en", "/pulse", phone, true}, {"phone-ar-night", "/pulse?period=now", phone.In("ar").AtNight(), true},
		{"wall-en-night", "/wall", wall.AtNight(), false}, {"wall-en", "/wall", desk, false}, {"wall-ar", "/wall", wall.In("ar"), false}, {"wall-phone", "/wall", phone.In("es"), true},
		{"filter", "/pulse?touchpoint=k7f3", desk, false},
	}
	if testing.Short() {
		shots = shots[:0]
		for _, s := range []struct {
			name, path string
			look       testkit.Look
		}{{"empty", "/pulse", desk}, {"empty-wall", "/wall", wall.AtNight()}, {"empty-phone", "/pulse", phone.In("es")}} {
			shots = append(shots, struct {
				name, path string
				look       testkit.Look
				full       bool
			}{s.name, s.path, s.look, false})
		}
	}
	only := os.Getenv("SHOTS")
	for _, s := range shots {
		if only != "" {
			if ok, _ := filepath.Match(only, s.name); !ok {
				continue
			}
		}
		p := h.Page(b, s.look, elena)
		p.Open(h.URL + "/b/sparkle" + s.path)
		p.Until(`document.querySelector("#live").dataset.state === "on"`)
		if s.full {
			p.FullScreenshot(filepath.Join(dir, s.name+".png"))
		} else {
			p.Screenshot(filepath.Join(dir, s.name+".png"))
		}
		for _, x := range p.Problems() {
			t.Log(s.name, x)
		}
	}
}
