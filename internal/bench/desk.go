package bench

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/store"
)

const (
	deskCases  = 100_000
	deskTeams  = 30
	deskPlaces = 300
	deskTopics = 20
	deskAsked  = 20 // times each list
	deskAim    = 30 * time.Millisecond
)

// deskBrand is the brand of a desk that has been worked at for long. Lucía sees
// all of it, Omar only the cases of one team.
func deskBrand() *sayline.Config {
	c := brand(hooks{})
	c.People = append(c.People, sayline.Person{ID: "omar", Name: "Omar", Email: "omar@sparkle.example"})
	for i := range deskTeams {
		id := fmt.Sprintf("team-%d", i)
		t := sayline.Team{ID: id, Name: sayline.Plain(id)}
		if i == 3 {
			t.Members = []sayline.Membership{{Person: "omar"}}
		}
		c.Teams = append(c.Teams, t)
	}
	for i := range deskPlaces {
		id := fmt.Sprintf("place-%d", i)
		c.Places = append(c.Places, sayline.Place{ID: id, Name: sayline.Plain(id)})
	}
	return c
}

var deskWords = []string{"lost", "broken", "shelf", "empty", "metal", "taste", "queue", "door", "lamp", "cold", "sticky", "floor", "the", "is", "and", "again", "passport", "umbrella", "receipt", "late"}

// oldCase is a case of the last ninety days.
func oldCase(dice *mathrand.Rand, now time.Time) *store.Accept {
	at := now.Add(-time.Duration(dice.IntN(90*24)) * time.Hour)
	text := ""
	for range 8 {
		text += deskWords[dice.IntN(len(deskWords))] + " "
	}
	m := &sayline.Moment{
		Brand: brandID, ID: sayline.NewID(at, rand.Reader), ReceivedAt: at, OccurredAt: at, OpenUntil: at, SealedAt: at, RetainUntil: now.AddDate(2, 0, 0),
		Kind: "problem", Feeling: 1 + dice.IntN(5), Topic: fmt.Sprintf("topic-%d", dice.IntN(deskTopics)), Text: fmt.Sprintf("%s n%d", text, dice.IntN(5000)), Audience: "customer",
		Class: sayline.Unidentified, Once: sayline.HashSecret(rand.Text()), Reference: rand.Text()[:8],
		Context:  sayline.Context{Touchpoint: "k7f3", Place: "calle-mayor", Product: "09506000134352", Lot: fmt.Sprintf("L%d", dice.IntN(2000))},
		Decision: sayline.Decision{Version: 1, Rule: 1, Team: fmt.Sprintf("team-%d", dice.IntN(deskTeams)), Place: fmt.Sprintf("place-%d", dice.IntN(deskPlaces)), Urgency: []string{sayline.Critical, sayline.Urgent, sayline.Normal, sayline.Quiet}[dice.IntN(4)], Within: time.Minute, Answer: time.Hour, OpensCase: true},
	}
	return &store.Accept{Moment: m, Digest: "d", CaseID: sayline.NewID(at, rand.Reader)}
}

// acceptMany stores n accepts, sixty-four at once.
func acceptMany(ctx context.Context, s *store.Store, n int, next func(dice *mathrand.Rand) *store.Accept) error {
	const lanes = 64
	errs := make([]error, lanes)
	var all sync.WaitGroup
	for lane := range lanes {
		all.Go(func() {
			dice := mathrand.New(mathrand.NewPCG(uint64(lane), 1))
			for i := lane; i < n && errs[lane] == nil; i += lanes {
				errs[lane] = s.Accept(ctx, next(dice))
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// fillDesk makes a desk on which most cases are resolved and a fifth is open in
// every way, with everything that is searched.
func fillDesk(ctx context.Context, database string) (err error) {
	if err := prepare(ctx, database, deskBrand()); err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Options{Database: database, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.CreateAccount(ctx, store.Account{Email: "omar@sparkle.example", Name: "Omar"}); err != nil {
		return err
	}
	if err := s.CreateSession(ctx, sayline.HashSecret(session+"-omar"), "omar@sparkle.example", time.Now().Add(time.Hour)); err != nil {
		return err
	}
	now := time.Now()
	return settle(ctx, s, database, deskCases, func(dice *mathrand.Rand) *store.Accept { return oldCase(dice, now) })
}

// settle stores n accepts, lets time go over them, and has all of their words searched.
func settle(ctx context.Context, s *store.Store, database string, n int, next func(dice *mathrand.Rand) *store.Accept) (err error) {
	if err := acceptMany(ctx, s, n, next); err != nil {
		return err
	}
	if err := age(ctx, database); err != nil {
		return err
	}
	for done := 1; done > 0; {
		if done, err = s.IndexWords(ctx, brandID); err != nil {
			return err
		}
	}
	return nil
}

// age writes at once what a team does in months.
func age(ctx context.Context, database string) (err error) {
	db, err := raw(database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, text := range []string{
		"UPDATE cases SET state = 'resolved', resolved_at = last_at + 1, owner = 'lucia' WHERE f1 = 0 AND moments > 0",
		"UPDATE cases SET state = 'acknowledged', acknowledged_at = last_at + 1, owner = 'omar' WHERE urgency = 'normal' AND state = 'open'",
		"UPDATE step SET state = 'cancelled'", // what is measured is the desk, not the alerts
		"ANALYZE",                             // PostgreSQL does it by itself, later
	} {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// raw opens a database beside the server that has it.
func raw(database string) (*sql.DB, error) {
	if isPostgres(database) {
		return sql.Open("pgx", database)
	}
	return sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: database}).EscapedPath(), RawQuery: "_pragma=busy_timeout(10000)"}).String())
}

// asked is a page of the desk that is measured, and as whom it is opened.
type asked struct{ name, path, session string }

func deskLists() []asked {
	list := func(name, query string) asked {
		return asked{name, "/b/" + brandID + "/desk?show=all" + query, session}
	}
	team := func(name, query string) asked {
		return asked{name, "/b/" + brandID + "/desk?show=team" + query, session + "-omar"}
	}
	return []asked{
		list("what waits", ""), list("what is done", "&done=1"), list("a team's", "&done=1&team=team-3"), list("a topic's", "&done=1&topic=topic-3"),
		list("a place's", "&done=1&place=place-3"), list("a product's", "&done=1&product=09506000134352"), list("a lot's", "&done=1&lot=L77"),
		list("a touchpoint's", "&done=1&touchpoint=k7f3"), list("rare words", "&done=1&q=metal+n77+"), list("common words", "&done=1&q=the+metal"),
		team("what waits, of a member", ""), team("what is done, of a member", "&done=1"),
	}
}

func deskSearches() []asked {
	all := func(name, words string) asked {
		return asked{name, "/b/" + brandID + "/search?q=" + words, session}
	}
	return []asked{
		all("rare words", "metal+n77+"), all("common words", "metal+door"), all("one word of everybody's", "the"), all("the beginning of a word", "n7"),
		all("a reference", "ABCDEFGH"), {"common words, of a member", "/b/" + brandID + "/search?q=metal+door", session + "-omar"},
	}
}

func measureDesk(ctx context.Context, o Options, r *Report, name, database string) (err error) {
	s, _, clean, err := servingOn(ctx, database, fillDesk)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop(), clean()) }()
	for _, of := range []struct {
		what  string
		pages []asked
	}{{"desk list", deskLists()}, {"search", deskSearches()}} {
		slowest, which, all := time.Duration(0), "", spans(nil)
		for _, a := range of.pages {
			took, err := s.ask(a)
			if err != nil {
				return err
			}
			all = append(all, took...)
			if p50 := took.at(0.5); p50 > slowest {
				slowest, which = p50, a.name
			}
		}
		r.add(row{What: fmt.Sprintf("%s, whole page, %s, %dk cases: the slowest of %d", of.what, name, deskCases/1000, len(of.pages)), Got: "p50 " + millis(slowest),
			Detail: fmt.Sprintf("%s; of all p50 %s, p99 %s", which, millis(all.at(0.5)), millis(all.at(0.99))), Aim: "p50 ≤ 30 ms", Holds: slowest <= deskAim})
	}
	return nil
}

// ask opens a page of the house some times over, once before to warm up.
func (s *server) ask(a asked) (took spans, err error) {
	for i := range deskAsked + 1 {
		t, err := s.open(a)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			took = append(took, t)
		}
	}
	return took, nil
}

// open opens a page of the house, whole.
func (s *server) open(a asked) (time.Duration, error) {
	r, err := http.NewRequest(http.MethodGet, "http://"+s.address+a.path, nil)
	if err != nil {
		return 0, err
	}
	r.AddCookie(&http.Cookie{Name: "sayline", Value: a.session})
	began := time.Now()
	w, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	page, err := io.ReadAll(w.Body)
	if err = errors.Join(err, w.Body.Close()); err != nil {
		return 0, err
	}
	if w.StatusCode != http.StatusOK || !bytes.Contains(page, []byte("</html>")) {
		return 0, fmt.Errorf("%s answered %s", a.path, w.Status)
	}
	took := time.Since(began)
	if w.Header.Get("Refresh") != "" { // it says that it is catching up: not the page yet
		time.Sleep(time.Second)
		return s.open(a)
	}
	return took, nil
}
