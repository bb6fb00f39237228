package demo

import (
	"context"
	"crypto/rand"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
)

var past2026 = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// The past is a real one: whatever the store promises of a day that was lived
// holds for those that were lived in fast forward, and every count is what a
// slow recount finds.
func TestThePastIsLived(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sayline.db")
	days := testkit.Size(2, 8)
	began := time.Now()
	if err := prepare(t.Context(), file, days, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if lived := time.Duration(days) * 24 * time.Hour; lived < 100*time.Since(began) {
		t.Errorf("%v of past took %v: nobody waits that long", lived, time.Since(began))
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	for _, brand := range examples.Brands() {
		for _, fault := range storetest.Audit(t.Context(), db, brand) {
			t.Error(brand, fault)
		}
		checkLived(t, db, brand, days)
	}
}

func checkLived(t *testing.T, db *sql.DB, brand string, days int) {
	t.Helper()
	one := func(query string, args ...any) (n int64) {
		if err := db.QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return n
	}
	now := time.Now().UnixMicro()
	said := one("SELECT COUNT(*) FROM moment WHERE brand_id = $1", brand)
	if least := int64(days * fewADay * 2 / 3); said < least {
		t.Errorf("%s: %d moments in %d days", brand, said, days)
	}
	if n := one("SELECT COUNT(*) FROM moment WHERE brand_id = $1 AND received_at > $2", brand, now); n > 0 {
		t.Errorf("%s: %d moments of the future", brand, n)
	}
	spread := one("SELECT COUNT(DISTINCT received_at / 3600000000) FROM moment WHERE brand_id = $1 AND lane = ''", brand)
	if spread < int64(days*4) {
		t.Errorf("%s: all is said in %d hours of %d days", brand, spread, days)
	}
	for what, query := range map[string]string{
		"reached": "SELECT COUNT(*) FROM cases WHERE brand_id = $1 AND reached_at > 0 AND reached_at < seen_at",
		"taken":   "SELECT COUNT(*) FROM cases WHERE brand_id = $1 AND acknowledged_at > seen_at",
		"opened":  "SELECT COUNT(*) FROM count_open WHERE brand_id = $1 AND width = 2",
		"answers": "SELECT COUNT(*) FROM message WHERE brand_id = $1 AND direction = 'reply'",
		"solved":  "SELECT COUNT(*) FROM moment WHERE brand_id = $1 AND solved = 'yes'",
		"kept":    "SELECT COUNT(*) FROM map_snapshot WHERE brand_id = $1 AND name LIKE 'before %'",
		"closed":  "SELECT COUNT(*) FROM cases WHERE brand_id = $1 AND state = 'resolved' AND resolved_at > answered_at AND answered_at > 0",
	} {
		if one(query, brand) == 0 {
			t.Errorf("%s: no case of the past is %s", brand, what)
		}
	}
	if n := one("SELECT COUNT(*) FROM moment WHERE brand_id = $1 AND lane <> ''", brand); n == 0 && said > 400 { // a slow machine lives less, and private words are rare
		t.Errorf("%s: nothing was said in private", brand)
	}
	if brand == shelfBrand {
		calmed := "SELECT COUNT(*) FROM cases WHERE brand_id = $1 AND team = $2 AND place = $3 AND opened_at > $4"
		if n := one(calmed, brand, managerTeam, managerPlace, now-calm.Microseconds()); n > 0 {
			t.Errorf("%d cases came to %s's desk just before the visitor", n, manager)
		}
	}
}

// A slow machine lives less, and never so little that today has no usual day
// beside it.
func TestThePlanFitsTheMachine(t *testing.T) {
	before := mostDays*perDay + 1
	for _, each := range []time.Duration{0, 50 * time.Microsecond, 200 * time.Microsecond, 500 * time.Microsecond, time.Millisecond, 5 * time.Millisecond, time.Second} {
		days, aDay := plan(each)
		if days < leastDays || days > mostDays || aDay < fewADay || aDay > perDay {
			t.Errorf("%v a commit: %d days of %d", each, days, aDay)
		}
		if days*aDay > before {
			t.Errorf("%v a commit: %d moments, more than where it is quicker", each, days*aDay)
		}
		if took := time.Duration(days*aDay*len(examples.Brands())*commits) * each; took > pastTime && aDay > fewADay {
			t.Errorf("%v a commit: the past takes %v", each, took)
		}
		before = days * aDay
	}
}

// Deeds are done in the order of their times, those they cause included, each
// at its own time; what would be after the end is left to the present.
func TestDeedsInTheirOrder(t *testing.T) {
	c := &clock{}
	end := time.Now()
	p := newPast(nil, nil, c, rand.Reader, end)
	var done []time.Duration
	var note func(back time.Duration) func(context.Context) error
	note = func(back time.Duration) func(context.Context) error {
		return func(context.Context) error {
			if late := c.now().Sub(end.Add(-back)); late < 0 || late > time.Minute {
				t.Errorf("done %v from its time", late)
			}
			done = append(done, back)
			if back > 2*time.Hour {
				next := back / 2
				p.at(end.Add(-next), note(next))
			}
			return nil
		}
	}
	for _, back := range []time.Duration{3 * time.Hour, 16 * time.Hour, 90 * time.Hour, -time.Hour} {
		p.at(end.Add(-back), note(back))
	}
	if err := p.live(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []time.Duration{90 * time.Hour, 45 * time.Hour, 45 * time.Hour / 2, 16 * time.Hour, 45 * time.Hour / 4, 8 * time.Hour, 45 * time.Hour / 8, 4 * time.Hour, 3 * time.Hour, 45 * time.Hour / 16, 2 * time.Hour, 90 * time.Minute, 45 * time.Hour / 32}
	if len(done) != len(want) {
		t.Fatalf("did %v, expected %v", done, want)
	}
	for i := range want {
		if done[i] != want[i] {
			t.Fatalf("did %v, expected %v", done, want)
		}
	}
	if late := time.Since(c.now()); late < 0 || late > time.Minute {
		t.Errorf("the clock has not arrived: it is %v behind", late)
	}
}

// A start that finds no room leaves nothing that looks like a past.
func TestAHalfLivedPastIsNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sayline.db")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := prepare(ctx, file, 2, rand.Reader); err == nil {
		t.Fatal("prepared without time to")
	}
	if there, err := prepared(file); there || err != nil {
		t.Errorf("there is a file (%v, %v)", there, err)
	}
}

// Nobody answers a case twice, or one that somebody closed meanwhile.
func TestPeopleLetStandWhatOthersDid(t *testing.T) {
	for kind, stays := range map[sayline.Kind]bool{sayline.Conflict: false, sayline.NotFound: false, sayline.Unavailable: true, sayline.Internal: true} {
		if err := stands(sayline.Errorf(kind, "x")); (err != nil) != stays {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
