package alarm_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/alarm"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/store/storetest"
)

// airport is a terminal with three restrooms in it, and a gate elsewhere.
func airport() *sayline.Config {
	c := &sayline.Config{Brand: sayline.Brand{ID: "sparkle", Name: "Sparkle", Languages: []string{"en"}, Look: sayline.Look{Color: "#0b6e4f"}},
		Places:    []sayline.Place{{ID: "airport", Name: sayline.Plain("Airport")}, {ID: "terminal", Name: sayline.Plain("Terminal"), Parent: "airport"}, {ID: "field", Name: sayline.Plain("Field"), Parent: "airport"}},
		Products:  []sayline.Product{{GTIN: lemon, Name: sayline.Plain("Lemon")}},
		People:    []sayline.Person{{ID: "lucia", Name: "Lucía", Email: "lucia@sparkle.example"}},
		Teams:     []sayline.Team{{ID: "crew", Name: sayline.Plain("Crew")}, {ID: "quality", Name: sayline.Plain("Quality")}},
		Routes:    []sayline.Rule{{To: "crew", Urgency: sayline.None}},
		Audiences: []sayline.Audience{{ID: "vendor", Label: sayline.Plain("Vendors"), Guarded: true}},
	}
	for _, t := range []struct{ id, place string }{{"wc1", "terminal"}, {"wc2", "terminal"}, {"wc3", "terminal"}, {"gate", "field"}} {
		c.Touchpoints = append(c.Touchpoints, sayline.Touchpoint{ID: t.id, Name: sayline.Plain(t.id), Channel: "kiosk", Stage: "uses", Place: t.place})
	}
	return c
}

const lemon = "09506000134352"

// post is a watch at an airport whose touchpoints have been listened to for weeks.
type post struct {
	*testing.T
	*store.Store
	watch *alarm.Watch
	url   string
	now   time.Time
}

func open(t *testing.T, url string) *post {
	p := &post{T: t, url: url, now: time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)}
	clock := func() time.Time { return p.now }
	p.Store = storetest.OpenStore(t, url, clock)
	c := airport()
	version, err := p.SaveConfig(t.Context(), c, 0, "test")
	if err != nil {
		t.Fatal(err)
	}
	registry := new(brands.Registry)
	registry.Set(brands.New(version, c, nil))
	p.watch = alarm.New(alarm.Options{Store: p.Store, Brands: registry, Log: slog.New(slog.DiscardHandler), Now: clock, Random: rand.Reader})
	p.now = p.now.AddDate(0, 0, -7*alarm.Weeks)
	for _, at := range []string{"wc1", "wc2", "wc3", "gate"} { // somebody was there, and content
		p.say(func(m *sayline.Moment) { m.Feeling, m.Context.Touchpoint = 5, at })
	}
	p.now = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	return p
}

// say says something that is nobody's work by itself.
func (p *post) say(edit func(*sayline.Moment)) {
	p.Helper()
	a := storetest.Tap("sparkle", "", p.now)
	a.Moment.Topic, a.Moment.Kind, a.Moment.Decision = "", "idea", sayline.Decision{Version: 1, Team: "crew", Urgency: sayline.None}
	a.Moment.Context = sayline.Context{Touchpoint: "wc1"}
	edit(a.Moment)
	if err := p.Accept(p.Context(), a); err != nil {
		p.Fatal(err)
	}
}

// unhappy says so at touchpoints in turn, with so long between.
func (p *post) unhappy(n int, between time.Duration, at ...string) {
	p.Helper()
	for i := range n {
		p.say(func(m *sayline.Moment) { m.Feeling, m.Context.Touchpoint = 1, at[i%len(at)] })
		p.now = p.now.Add(between)
	}
}

// on are what is alarming after a look, as "about subject".
func (p *post) on() (list []string) {
	p.Helper()
	if err := p.watch.Look(p.Context()); err != nil {
		p.Fatal(err)
	}
	all, err := p.AlarmsOn(p.Context(), "sparkle")
	if err != nil {
		p.Fatal(err)
	}
	for _, a := range all {
		list = append(list, a.About+" "+a.Subject)
	}
	return list
}

func (p *post) want(what string, want ...string) {
	p.Helper()
	if got := p.on(); fmt.Sprint(got) != fmt.Sprint(want) {
		p.Errorf("%s: alarming is %v, want %v", what, got, want)
	}
}

// both runs a test on both databases.
func both(t *testing.T, test func(*post)) {
	for name, database := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) { test(open(t, database(t))) })
	}
}

// TestPlaceIsUnhappyTogether: three restrooms of which none stands out are one
// place that does, told once, not again by the airport above it; it is over when it
// is, and its case is one with all of them.
func TestPlaceIsUnhappyTogether(t *testing.T) {
	both(t, func(p *post) {
		p.unhappy(5, 30*time.Second, "wc1", "wc2", "wc3")
		p.want("five")
		p.unhappy(4, 30*time.Second, "wc2", "wc3", "wc1")
		p.want("nine in three restrooms", "place terminal")
		all, err := p.AlarmsOn(p.Context(), "sparkle")
		if err != nil {
			p.Fatal(err)
		}
		c, err := p.Case(p.Context(), "sparkle", all[0].Case)
		if err != nil {
			p.Fatal(err)
		}
		if c.Moments != 9 || c.Urgency != sayline.Urgent || c.Team != "crew" || all[0].Moments != 9 || all[0].UsualWhole() != 0 {
			p.Errorf("the alarm is %+v, its case %+v", all[0], c)
		}
		p.unhappy(1, 30*time.Second, "wc1")
		p.want("and it goes on", "place terminal")
		if c, err = p.Case(p.Context(), "sparkle", c.ID); err != nil || c.Moments != 10 || c.Episode != 1 {
			p.Errorf("what goes on is in %+v (%v)", c, err)
		}
		p.now = p.now.Add(11 * time.Minute)
		p.want("when it is quiet again")
	})
}

// TestWhatATouchpointExplainsIsToldOnce: a restroom that stands out by itself is
// that restroom's alarm, and no place's.
func TestWhatATouchpointExplainsIsToldOnce(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	p.unhappy(9, 40*time.Second, "wc1")
	p.unhappy(1, time.Second, "wc2")
	p.want("nine and one", "touchpoint wc1")
}

// TestOneHandIsNobody: a hand that presses twenty times, at one restroom or going
// from one to the next, alarms nobody.
func TestOneHandIsNobody(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	p.unhappy(20, 4*time.Second, "wc1")
	p.want("twenty at one")
	p.now = p.now.Add(20 * time.Minute)
	p.unhappy(20, 4*time.Second, "wc1", "wc2", "wc3")
	p.want("twenty at three")
}

// TestSmallAudiencesAlarmNobody: an alarm is told to everybody and by the minute, so
// what employees and guarded audiences say raises none and stands in no number or
// picture of another's.
func TestSmallAudiencesAlarmNobody(t *testing.T) {
	both(t, func(p *post) {
		mixed := func(n int, audience ...string) {
			for i := range n {
				p.say(func(m *sayline.Moment) {
					m.Feeling, m.Audience = 1, audience[i%len(audience)]
					m.Context.Touchpoint = []string{"wc1", "wc2"}[i/2%2]
				})
				p.now = p.now.Add(25 * time.Second)
			}
		}
		mixed(12, "employee", "vendor")
		p.want("twelve of employees and vendors")
		mixed(18, "employee", "customer")
		p.want("and nine of customers", "place terminal")
		all, err := p.AlarmsOn(p.Context(), "sparkle")
		if err != nil || all[0].Moments != 9 {
			p.Fatalf("the alarm is %+v (%v)", all, err)
		}
		by, err := p.HeardBy(p.Context(), "sparkle", store.Among{Touchpoints: []string{"wc1", "wc2"}, Guarded: []string{"vendor"}}, p.now.Add(-time.Hour), 2*time.Hour)
		if n := by[p.now.Add(-time.Hour)]; err != nil || n != 9 {
			p.Errorf("its picture shows %d (%v)", n, err)
		}
	})
}

// TestLotStandsOut: what is wrong with a lot is theirs who have most of it, whether
// it made work or not; another lot of the product is no part of it.
func TestLotStandsOut(t *testing.T) {
	both(t, func(p *post) {
		of := func(lot string) func(*sayline.Moment) {
			return func(m *sayline.Moment) {
				m.Kind, m.Feeling, m.Context.Product, m.Context.Lot, m.Decision.Team = "problem", 0, lemon, lot, "quality"
			}
		}
		now := p.now
		for day := 13; day > 1; day-- {
			p.now = now.AddDate(0, 0, -day)
			p.say(func(m *sayline.Moment) { of(fmt.Sprintf("A%d", day%5))(m); m.Kind, m.Feeling = "idea", 4 })
		}
		p.now = now
		p.say(of("B2"))
		for range 7 {
			p.now = p.now.Add(90 * time.Minute)
			p.say(of("B1"))
		}
		p.now = p.now.Add(time.Minute)
		p.want("seven", "lot "+lemon+"/B1")
		all, err := p.AlarmsOn(p.Context(), "sparkle")
		if err != nil {
			p.Fatal(err)
		}
		c, err := p.Case(p.Context(), "sparkle", all[0].Case)
		if err != nil || c.Team != "quality" || c.Lot != "B1" || c.Moments != 7 {
			p.Errorf("its case is %+v (%v)", c, err)
		}
		p.now = p.now.AddDate(0, 0, 2)
		p.want("two days later")
	})
}

// TestPromiseFalls: a team that is on what it is asked in three of ten cases where it
// usually is in nearly all is told of, once, and not when it is as usual again.
func TestPromiseFalls(t *testing.T) {
	both(t, func(p *post) {
		p.clocks(-30*24*time.Hour, 190, 200)
		p.want("as usual")
		p.clocks(0, 3, 10)
		p.now = p.now.Add(2 * time.Minute)
		p.want("three of ten", "promise crew")
		all, err := p.AlarmsOn(p.Context(), "sparkle")
		if err != nil || all[0].Moments != 3 || all[0].Of != 10 || all[0].Usual != 950 || all[0].Case != "" {
			p.Errorf("told is %+v (%v)", all, err)
		}
		p.now = p.now.Add(4 * time.Hour)
		p.want("when the hours are over")
	})
}

// TestPromiseOfATeamThatIsGone is over.
func TestPromiseOfATeamThatIsGone(t *testing.T) {
	p := open(t, storetest.SQLite(t))
	p.clocks(-30*24*time.Hour, 190, 200)
	p.clocks(0, 3, 10)
	p.want("three of ten", "promise crew")
	c := airport()
	c.Teams, c.Routes = c.Teams[1:], []sayline.Rule{{To: "quality", Urgency: sayline.None}}
	p.watch.Brands.Set(brands.New(2, c, nil))
	p.now = p.now.Add(2 * time.Minute)
	p.want("without the team")
}

// clocks lets a team have been on so many of so many cases in time, some time ago.
func (p *post) clocks(ago time.Duration, kept, n int) {
	p.Helper()
	driver := "sqlite"
	if p.url[0] != '/' {
		driver = "pgx"
	}
	db, err := sql.Open(driver, p.url)
	if err != nil {
		p.Fatal(err)
	}
	defer db.Close()
	hour := store.HourStart(p.now.Add(ago), time.UTC)
	ctx := context.WithoutCancel(p.Context())
	if _, err := db.ExecContext(ctx, "INSERT INTO count_clock (brand_id, lane, bucket, team, clock, bin, n, kept) VALUES ($1, '', $2, 'crew', $3, 40, $4, $5)", "sparkle", hour, store.ClockAcknowledge, n, kept); err != nil {
		p.Fatal(err)
	}
	day := hour - hour%(24*time.Hour).Microseconds()
	if _, err := db.ExecContext(ctx, "INSERT INTO count_mark (brand_id, width, bucket, n) VALUES ($1, 3, $2, 1) ON CONFLICT (brand_id, width, bucket) DO UPDATE SET n = count_mark.n + 1", "sparkle", day); err != nil {
		p.Fatal(err) // as the writer does, so that what is in memory is read anew
	}
}
