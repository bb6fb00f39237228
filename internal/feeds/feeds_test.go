package feeds

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/calendar"
	"github.com/sayline/sayline/internal/duty"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/words"
	"github.com/sayline/sayline/internal/words/wordstest"
)

var monday = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

// hotel is a brand whose desk is kept by shifts by day, and elsewhere by night.
func hotel(url string) *sayline.Config {
	return &sayline.Config{
		Brand:       sayline.Brand{ID: "granvia", Name: "Gran Vía", Languages: []string{"en", "es"}, Zone: "Europe/Madrid", Look: sayline.Look{Color: "#0b6e4f"}},
		Touchpoints: []sayline.Touchpoint{{ID: "front-door", Name: sayline.Plain("Front door"), Channel: "web", Stage: "hears"}},
		Places:      []sayline.Place{{ID: "madrid", Name: sayline.Plain("Madrid"), Level: "hotel"}},
		People: []sayline.Person{{ID: "ines", Name: "Inês Duarte", Email: "ines@granvia.example", Language: "es"}, {ID: "rosa", Name: "Rosa Pineda", Email: "rosa@granvia.example"},
			{ID: "bea", Name: "Bea Campos", Email: "bea@granvia.example"}},
		Teams:     []sayline.Team{{ID: "desk", Name: sayline.Text{"en": "Front desk", "es": "Recepción"}, Covers: "hotel", Members: []sayline.Membership{{Person: "ines"}, {Person: "rosa"}, {Person: "bea"}}}},
		Shifts:    []sayline.Shift{{ID: "day", Team: "desk", Place: "madrid", Person: "ines", Blocks: []sayline.Block{{From: "07:00", Until: "15:00"}}}},
		Calendars: []sayline.Calendar{{ID: "nights", Team: "desk", Place: "madrid", URL: url}},
	}
}

// house is feeds over a real store, and a brand.
type house struct {
	*testing.T
	*Feeds
	clock *storetest.Clock
	mux   *http.ServeMux
}

func open(t *testing.T, url string, private bool) *house {
	t.Helper()
	clock := storetest.NewClock(monday)
	s := storetest.OpenStore(t, filepath.Join(t.TempDir(), "feeds.db"), clock.Now)
	registry := &brands.Registry{}
	log := slog.New(slog.DiscardHandler)
	keeper, err := brands.Keep(t.Context(), registry, s, log, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t, New(Options{Store: s, Brands: registry, Reload: keeper.Reload, Words: catalogue, Log: log, Now: clock.Now, AllowPrivate: private}), clock, http.NewServeMux()}
	t.Cleanup(h.Close)
	h.Routes(h.mux)
	if _, err := s.SaveConfig(t.Context(), hotel(url), 0, "ines"); err != nil {
		t.Fatal(err)
	}
	h.reload()
	return h
}

func (h *house) reload() {
	h.Helper()
	if err := h.Reload(h.Context(), "granvia"); err != nil {
		h.Fatal(err)
	}
}

// later is another round, so much later, with what it found in force.
func (h *house) later(d time.Duration) {
	h.Helper()
	h.clock.Move(d)
	h.round(h.Context())
	h.reload()
}

func (h *house) copy() sayline.CalendarCopy {
	h.Helper()
	list, err := h.Store.Calendars(h.Context(), "granvia")
	if err != nil || len(list) != 1 {
		h.Fatal(list, err)
	}
	return list[0]
}

// elsewhere is a calendar's server.
type elsewhere struct {
	*httptest.Server
	mu     sync.Mutex
	answer func(w http.ResponseWriter, r *http.Request)
	asked  int
	last   http.Header
}

// answers sets what is answered from now on.
func (e *elsewhere) answers(with func(w http.ResponseWriter, r *http.Request)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.answer = with
}

func (e *elsewhere) times() int { n, _ := e.heard(); return n }

// heard is how often it was asked, and with what the last time.
func (e *elsewhere) heard() (asked int, last http.Header) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.asked, e.last
}

func serve(t *testing.T) *elsewhere {
	e := &elsewhere{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.mu.Lock()
		e.asked++
		e.last = r.Header
		answer := e.answer
		e.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(e.Close)
	return e
}

const nights = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Rosa Pineda\r\nDTSTART;TZID=Europe/Madrid:20261102T230000\r\nDTEND;TZID=Europe/Madrid:20261103T070000\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:2\r\nSUMMARY:Stocktaking\r\nDTSTART:20261201T080000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

func gives(body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = io.WriteString(w, body)
	}
}

func TestCalendarFromElsewhere(t *testing.T) {
	e := serve(t)
	e.answers(gives(nights))
	h := open(t, e.URL, true)
	night := time.Date(2026, 12, 2, 1, 0, 0, 0, time.UTC)
	h.later(0)
	who := func() duty.Found { return h.Brands.ByID("granvia").Roster.Who("desk", "madrid", night) }
	if f := who(); f.Person != "rosa" || f.Source != duty.SourceCalendar || f.By != "nights" {
		t.Fatalf("at night %+v", f)
	}
	if x := h.Brands.ByID("granvia").Unfed["nights"]; len(x) != 1 || x[0].Summary != "Stocktaking" || x[0].Key != calendar.TroubleWho {
		t.Errorf("what is not understood is told as %+v", x)
	}
	h.later(14 * time.Minute)
	if asked, _ := e.heard(); asked != 1 {
		t.Errorf("asked %d times within a quarter of an hour", asked)
	}
	h.later(time.Minute)
	if asked, last := e.heard(); asked != 2 || last.Get("If-None-Match") != `"1"` || !h.copy().GoodAt.Equal(h.clock.Now()) {
		t.Errorf("asked %d times, the last with %v, good at %v", asked, last, h.copy().GoodAt)
	}
	good := h.copy()
	for n, down := range map[string]func(http.ResponseWriter, *http.Request){
		Broken:     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		Refused:    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		NoCalendar: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>Sign in</html>") },
		TooLarge:   func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, calendar.MaxSize+1)) },
		Unreached:  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		since := h.copy().FailingAt
		e.answers(down)
		h.later(Every)
		c := h.copy()
		if c.Trouble != n || c.Body != good.Body || !c.GoodAt.Equal(good.GoodAt) || c.FailingAt.IsZero() || !since.IsZero() && !c.FailingAt.Equal(since) {
			t.Errorf("%s: %q since %v (before %v), good at %v", n, c.Trouble, c.FailingAt, since, c.GoodAt)
		}
		if f := who(); f.Person != "rosa" {
			t.Errorf("%s: the last good copy is not in force: %+v", n, f)
		}
	}
	e.answers(gives(strings.ReplaceAll(nights, "Rosa Pineda", "bea@granvia.example")))
	h.later(Every) // the same mark: it is the same
	if f := who(); f.Person != "rosa" || h.copy().Trouble != "" {
		t.Errorf("after 304 %+v, %q", f, h.copy().Trouble)
	}
	e.answers(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.ReplaceAll(nights, "Rosa Pineda", "bea@granvia.example"))
	})
	h.later(Every)
	if f := who(); f.Person != "bea" {
		t.Errorf("after a change %+v", f)
	}
}

// A calendar's address is somebody else's word: it leads nowhere inside.
func TestCalendarsAreGuarded(t *testing.T) {
	e := serve(t)
	e.answers(gives(nights))
	h := open(t, e.URL, false)
	h.later(0)
	if c, asked := h.copy(), e.times(); asked != 0 || c.Trouble != Unreached || !c.GoodAt.IsZero() {
		t.Errorf("asked %d times: %+v", asked, c)
	}
	e.answers(func(w http.ResponseWriter, r *http.Request) {
		if from := r.Referer(); from != "" {
			t.Errorf("who is asked next is told %q", from)
		}
		http.Redirect(w, r, "/again"+r.URL.Path, http.StatusFound)
	})
	h = open(t, e.URL, true)
	h.later(0)
	if c, asked := h.copy(), e.times(); asked != mostRedirect+1 || c.Trouble != Refused {
		t.Errorf("asked %d times: %+v", asked, c)
	}
}

func TestCalendarsHaveATimeOut(t *testing.T) {
	e := serve(t)
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	e.answers(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "BEGIN:VCALENDAR\r\n")
		w.(http.Flusher).Flush()
		<-end
	})
	h := open(t, e.URL, true)
	h.client.Timeout = 50 * time.Millisecond
	h.later(0)
	if c := h.copy(); c.Trouble != Unreached {
		t.Errorf("got %+v", c)
	}
}

// Run asks at once and then every quarter of an hour; it ends with its context.
func TestRun(t *testing.T) {
	e := serve(t)
	h := open(t, e.URL, true)
	ctx, stop := context.WithCancel(t.Context())
	e.answers(func(w http.ResponseWriter, r *http.Request) { gives(nights)(w, r); stop() })
	h.Feeds.Run(ctx)
	if asked := e.times(); asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func (h *house) get(path string, head ...string) *httptest.ResponseRecorder {
	r, w := httptest.NewRequest("GET", path, nil), httptest.NewRecorder()
	for i := 0; i < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	h.mux.ServeHTTP(w, r)
	return w
}

func TestFeedsOut(t *testing.T) {
	h := open(t, "https://calendar.example/nights.ics", false)
	key := h.Store.ServerKey()
	mine, team := Address(key, "granvia", OfPerson, "ines", 0), Address(key, "granvia", OfTeam, "desk", 0)
	w := h.get(mine)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != calendar.Type || !strings.Contains(w.Body.String(), `SUMMARY:Recepción\, Madrid`) || strings.Contains(w.Body.String(), "TENTATIVE") {
		t.Fatalf("%d %v\n%.900s", w.Code, w.Header(), w.Body)
	}
	if again := h.get(mine, "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("again: %d", again.Code)
	}
	h.clock.Move(time.Hour)
	if later := h.get(mine); later.Body.String() != w.Body.String() {
		t.Error("an hour later the feed says something else")
	}
	if body := h.get(team).Body.String(); !strings.Contains(body, "SUMMARY:Nobody: Front desk\\, Madrid") || !strings.Contains(body, "STATUS:TENTATIVE") || !strings.Contains(body, "SUMMARY:Inês Duarte: Front desk\\, Madrid") {
		t.Errorf("the team's feed: %.900s", body)
	}
	for _, path := range []string{
		"/b/granvia/feeds/person/rosa/" + mine[strings.LastIndexByte(mine, '/')+1:], // ines's secret
		"/b/granvia/feeds/team/ines/" + mine[strings.LastIndexByte(mine, '/')+1:],
		strings.TrimSuffix(mine, ".ics"), strings.Replace(mine, "granvia", "sparkle", 1), strings.Replace(mine, "person", "place", 1), Address(key, "granvia", OfPerson, "ines", 1), Address(key, "granvia", OfPerson, "nobody", 0),
	} {
		if w := h.get(path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if err := h.Store.RevokeFeed(t.Context(), "granvia", OfPerson, "ines"); err != nil {
		t.Fatal(err)
	}
	if h.get(mine).Code != http.StatusNotFound || h.get(Address(key, "granvia", OfPerson, "ines", 1)).Code != http.StatusOK || h.get(team).Code != http.StatusOK {
		t.Error("a revoked address opens, or another does not")
	}
}

// "I'm on" is in the feeds of who said it and of the team, also where no plan
// stands; fixed duty is there as time that is free, under an id that stays.
func TestFeedsHaveWhoSaidImOn(t *testing.T) {
	h := open(t, "https://calendar.example/nights.ics", false)
	c := hotel("https://calendar.example/nights.ics")
	c.Teams[0].Members[1].Duty, c.Teams[0].Members[1].Place = true, "madrid" // rosa, whenever nobody else is
	c.Teams = append(c.Teams, sayline.Team{ID: "bar", Name: sayline.Plain("Bar"), Members: []sayline.Membership{{Person: "bea"}}})
	if _, err := h.Store.SaveConfig(t.Context(), c, 1, "ines"); err != nil {
		t.Fatal(err)
	}
	on := sayline.OnDuty{Brand: "granvia", ID: "1", Team: "bar", Person: "bea", From: monday, Until: monday.Add(5 * time.Hour)}
	if err := h.Store.GoOn(t.Context(), on); err != nil {
		t.Fatal(err)
	}
	h.reload()
	key := h.Store.ServerKey()
	stretch := "DTSTART:20261130T090000Z\r\nDTEND:20261130T140000Z\r\n"
	for _, at := range []string{Address(key, "granvia", OfPerson, "bea", 0), Address(key, "granvia", OfTeam, "bar", 0)} {
		if body := h.get(at).Body.String(); !strings.Contains(body, stretch) || strings.Contains(body, "TENTATIVE") {
			t.Errorf("%s: %.900s", at, body)
		}
	}
	uid := func() string {
		body := h.get(Address(key, "granvia", OfPerson, "rosa", 0)).Body.String()
		if !strings.Contains(body, "DESCRIPTION:whenever nobody else is") || !strings.Contains(body, "TRANSP:TRANSPARENT") {
			t.Fatalf("fixed duty: %.900s", body)
		}
		return body[strings.Index(body, "UID:"):][:40]
	}
	before := uid()
	h.clock.Move(24 * time.Hour)
	if after := uid(); after != before {
		t.Errorf("a day later %s is %s", before, after)
	}
}

// A feed says what the roster says: as a calendar reads it, stretch by stretch;
// with overrides of long ago.
func TestFeedIsTheRoster(t *testing.T) {
	h := open(t, "https://calendar.example/nights.ics", false)
	long := sayline.Override{Brand: "granvia", ID: "1", Kind: sayline.OverrideReplace, Team: "desk", Place: "madrid", From: monday.AddDate(0, 0, -300), Until: monday.AddDate(0, 0, -290), Person: "rosa", Instead: "ines", By: "bea"}
	if err := h.Store.MakeOverride(t.Context(), long); err != nil {
		t.Fatal(err)
	}
	h.reload()
	b := h.Brands.ByID("granvia")
	list, err := h.Store.Overrides(t.Context(), "granvia", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	today := monday.Truncate(24 * time.Hour)
	from, until := today.Add(-back), today.Add(forward)
	for _, p := range []string{"ines", "rosa", "bea"} {
		c, err := calendar.Read(h.get(Address(h.Store.ServerKey(), "granvia", OfPerson, p, 0)).Body.String(), time.UTC)
		if err != nil || len(c.Troubles) > 0 {
			t.Fatal(err, c)
		}
		var got, want, uids []string
		times, _ := c.Between(from, until)
		for _, o := range times {
			got = append(got, fmt.Sprint(o.From.Unix(), o.Until.Unix()))
			uids = append(uids, o.UID)
		}
		for _, turn := range duty.NewRoster(b.Config, b.Index, nil).With(list, nil).TurnsOf(p, from, until) {
			want = append(want, fmt.Sprint(turn.From.Unix(), turn.Until.Unix()))
		}
		if !slices.Equal(got, want) || len(got) == 0 && p != "bea" {
			t.Errorf("%s: got %d stretches, want %d", p, len(got), len(want))
		}
		slices.Sort(uids)
		if n := len(slices.Compact(uids)); n != len(got) {
			t.Errorf("%s: %d ids for %d stretches", p, n, len(got))
		}
	}
}

func TestWordsAreThere(t *testing.T) {
	c, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	wordstest.Code(t, c, ".")
	for _, key := range append(slices.Clone(calendar.TroubleKeys), Unreached, Refused, Broken, TooLarge, NoCalendar) {
		if c.PartOf(key) != "roster" {
			t.Errorf("nobody says %q", key)
		}
	}
}
