package brands_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
)

// house is a registry kept true to a store.
type house struct {
	*testing.T
	*brands.Registry
	store    *store.Store
	keeper   *brands.Keeper
	database string
	heard    chan string // brands whose configuration or duty changed
}

func keep(t *testing.T, database string) *house {
	t.Helper()
	h := &house{t, &brands.Registry{}, storetest.OpenStore(t, database, time.Now), nil, database, make(chan string, 100_000)}
	var err error
	if h.keeper, err = brands.Keep(t.Context(), h.Registry, h.store, slog.New(slog.DiscardHandler), time.Now); err != nil {
		t.Fatal(err)
	}
	h.store.Watch(func(events []sayline.Event) {
		for _, e := range events {
			h.heard <- e.Brand
		}
	})
	return h
}

// run runs the keeper until the test ends.
func (h *house) run() {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.keeper.Run(ctx)
	}()
	h.Cleanup(func() { stop(); <-ended })
}

// save stores a brand's next version by another process.
func save(t *testing.T, s *store.Store, id string, base int) {
	t.Helper()
	if _, err := s.SaveConfig(t.Context(), soda(id, fmt.Sprintf("v%d.%s.example", base+1, id)), base, "lucia"); err != nil {
		t.Fatal(err)
	}
}

// becomes waits until a brand is at a version.
func (h *house) becomes(id string, version int) *brands.Snapshot {
	h.Helper()
	late := time.After(time.Minute)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		if s := h.ByID(id); s != nil && s.Version == version {
			return s
		}
		select {
		case <-look.C:
		case <-late:
			h.Fatalf("%s never became version %d", id, version)
		}
	}
}

func onBoth(t *testing.T, f func(*testing.T, string)) {
	t.Run("sqlite", func(t *testing.T) { f(t, storetest.SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, storetest.Postgres(t)) })
}

func TestKeeper(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		other := storetest.OpenStore(t, database, time.Now)
		save(t, other, "a", 0)
		h := keep(t, database)
		h.becomes("a", 1)
		if h.ByID("b") != nil {
			t.Error("a brand that is not there")
		}
		h.run()
		save(t, other, "a", 1)
		save(t, h.store, "b", 0)
		if s := h.becomes("a", 2); s.Domains[0] != "v2.a.example" || s.Index == nil || s.Router == nil {
			t.Errorf("version 2 is %+v", s)
		}
		h.becomes("b", 1)
		on := sayline.OnDuty{Brand: "a", ID: "d1", Team: "desk", Person: "lucia", Until: time.Now().Add(time.Hour)}
		if err := other.GoOn(t.Context(), on); err != nil {
			t.Fatal(err)
		}
		late := time.After(time.Minute)
		look := time.NewTicker(5 * time.Millisecond)
		defer look.Stop()
		for !h.ByID("a").Roster.Who("desk", "", time.Now()).Duty() {
			select {
			case <-look.C:
			case <-late:
				t.Fatal("who is on duty was never read")
			}
		}
	})
}

// What is agreed of the roster is in force wherever the brand is read: overrides,
// and what calendars kept elsewhere say, by their last good copy.
func TestKeeperFollowsTheRoster(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		other := storetest.OpenStore(t, database, time.Now)
		c := soda("a")
		k := sayline.Calendar{ID: "k", Team: "desk", URL: "https://calendar.example/k"}
		c.People = append(c.People, sayline.Person{ID: "marco", Name: "Marco Ruiz", Email: "marco@sparkle.example"})
		c.Teams[0].Members = append(c.Teams[0].Members, sayline.Membership{Person: "marco"})
		c.Calendars = []sayline.Calendar{k}
		if _, err := other.SaveConfig(t.Context(), c, 0, "lucia"); err != nil {
			t.Fatal(err)
		}
		h := keep(t, database)
		h.run()
		now := time.Now()
		who := func(what, want string, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			late := time.After(time.Minute)
			look := time.NewTicker(5 * time.Millisecond)
			defer look.Stop()
			for h.ByID("a").Roster.Who("desk", "", now).Person != want {
				select {
				case <-look.C:
				case <-late:
					t.Fatalf("%s: on duty is %+v, want %q", what, h.ByID("a").Roster.Who("desk", "", now), want)
				}
			}
		}
		who("nothing said", "", nil)
		if _, err := other.ClaimCalendar(t.Context(), "a", k, time.Minute); err != nil {
			t.Fatal(err)
		}
		daily := "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Lucía\r\nDTSTART:20200101T000000Z\r\nDURATION:P1D\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
		who("a calendar", "lucia", other.KeepCalendar(t.Context(), sayline.CalendarCopy{Brand: "a", ID: "k", URL: k.URL, Body: daily}, false))
		o := sayline.Override{Brand: "a", ID: "1", Kind: sayline.OverrideReplace, Team: "desk", From: now.Add(-time.Hour), Until: now.Add(time.Hour), Person: "marco", Instead: "lucia", By: "lucia"}
		who("an override", "marco", other.MakeOverride(t.Context(), o))
		who("taken back", "lucia", other.EndOverride(t.Context(), "a", "1", "lucia"))
		who("another copy", "marco", other.KeepCalendar(t.Context(), sayline.CalendarCopy{Brand: "a", ID: "k", URL: k.URL, Body: strings.Replace(daily, "Lucía", "Marco Ruiz", 1)}, false))
	})
}

// Whoever changed a brand need not wait for the keeper.
func TestReload(t *testing.T) {
	h := keep(t, filepath.Join(t.TempDir(), "s.db"))
	save(t, h.store, "a", 0)
	if err := h.keeper.Reload(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if s := h.ByID("a"); s == nil || s.Version != 1 {
		t.Errorf("it is %+v", s)
	}
	if err := h.keeper.Reload(t.Context(), "nobody"); sayline.KindOf(err) != sayline.NotFound {
		t.Errorf("of no brand: %v", err)
	}
}

// However much changes while the keeper is busy, nothing is forgotten.
func TestKeeperForgetsNothing(t *testing.T) {
	h := keep(t, filepath.Join(t.TempDir(), "s.db"))
	const many = 2000
	done := make(chan error, many)
	save(t, h.store, "a", 0)
	for i := range many {
		go func() {
			done <- h.store.GoOff(context.Background(), sayline.OnDuty{Brand: "a", Team: "desk", Person: fmt.Sprint("p", i)})
		}()
	}
	for range many {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	save(t, h.store, "z", 0)
	for n := 0; n < many+2; n++ {
		<-h.heard
	}
	h.run()
	h.becomes("a", 1)
	h.becomes("z", 1)
}

// A brand that can't be read stays as it was, and is read when it can be.
func TestKeeperTriesAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		h := keep(t, database)
		save(t, h.store, "a", 0)
		h.run()
		h.becomes("a", 1)
		db := storetest.Plain(t, database)
		rename := func(from, to string) {
			if _, err := db.Exec("ALTER TABLE " + from + " RENAME TO " + to); err != nil {
				t.Fatal(err)
			}
		}
		rename("duty", "duty_elsewhere")
		save(t, h.store, "a", 1)
		save(t, h.store, "b", 0)
		for n := 0; n < 3; n++ {
			<-h.heard
		}
		if s := h.ByID("a"); s.Version != 1 {
			t.Errorf("half a brand was taken: %+v", s)
		}
		rename("duty_elsewhere", "duty")
		h.becomes("a", 2)
		h.becomes("b", 1)
	})
}
