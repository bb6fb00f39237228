package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
)

// limit gives the file at most so many pages more, on the writer's connection
// and on those it takes later; none takes the limit away. It runs on the
// writer's goroutine.
func limit(t *testing.T, s *Store, more int) {
	t.Helper()
	err := s.update(t.Context(), "", byPerson, func(tx *Tx) error {
		var pages, most int
		if err := tx.conn.QueryRowContext(tx.ctx, "PRAGMA page_count").Scan(&pages); err != nil {
			return err
		}
		if more == none {
			pages, more = 1<<30, 0
		}
		limited, err := sql.Open("sqlite", fmt.Sprintf("file:%s?_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)&_pragma=max_page_count(%d)", s.database, pages+more))
		if err != nil {
			return err
		}
		before := s.writing
		t.Cleanup(func() { before.Close() })
		s.writing = limited
		return tx.conn.QueryRowContext(tx.ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages+more)).Scan(&most)
	})
	if err != nil {
		t.Fatal(err)
	}
}

const none = -1

func tap(i int) *Accept {
	m := &sayline.Moment{Brand: "sparkle", ID: fmt.Sprintf("moment-%06d", i), Once: fmt.Sprintf("once-%06d", i), ReceivedAt: time.Now(), OccurredAt: time.Now(), Feeling: 1, Class: sayline.Unidentified,
		Text: strings.Repeat("words ", 500), Decision: sayline.Decision{Team: "crew", Urgency: sayline.Normal, GroupKey: "k", OpensCase: true, Pages: true}}
	return &Accept{Moment: m, CaseID: fmt.Sprintf("case-%06d", i)}
}

// A full disk refuses what it can't hold, whole, and takes again when there is room.
func TestDiskFull(t *testing.T) {
	s, err := Open(t.Context(), Options{Database: filepath.Join(t.TempDir(), "s.db"), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	counts := func() (n [5]int) {
		for i, text := range []string{"SELECT COUNT(*) FROM moment", "SELECT COUNT(*) FROM idempotency", "SELECT COALESCE(SUM(moments), 0) FROM cases",
			"SELECT COALESCE(SUM(n), 0) FROM count_hour", "SELECT COUNT(*) FROM event WHERE type = 'cx.moment.received'"} {
			if err := s.readers.QueryRow(text).Scan(&n[i]); err != nil {
				t.Fatal(err)
			}
		}
		return n
	}
	kept, refused := 0, 0
	for round := range 3 {
		limit(t, s, 6+round)
		for i := range 500 {
			err := s.Accept(context.Background(), tap(round*1000+i))
			if err == nil {
				kept++
				continue
			}
			if sayline.KindOf(err) != sayline.Unavailable {
				t.Fatalf("a full disk is %q: %v", sayline.KindOf(err), err)
			}
			refused++
			if refused%5 == 0 {
				break
			}
		}
		if want := [5]int{kept, kept, kept, kept, kept}; counts() != want {
			t.Fatalf("with the disk full there are %v moments, keys, in cases, counted, told; want %v", counts(), want)
		}
		limit(t, s, none)
		if err := s.Accept(t.Context(), tap(round*1000+999)); err != nil {
			t.Fatalf("with room again: %v", err)
		}
		kept++
	}
	if kept < 9 || refused != 15 {
		t.Errorf("%d were kept, %d refused: this test sees nothing", kept, refused)
	}
	if last, err := s.LastEvent(t.Context(), "sparkle"); err != nil || int(last) != kept+1 {
		t.Errorf("%d events for %d moments in one case, %v", last, kept, err)
	}
	var sound string
	if err := s.readers.QueryRow("PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
		t.Errorf("the file is %s, %v", sound, err)
	}
}

// Another program that keeps the file locked costs each group one wait, not
// each job several.
func TestLockedByAnother(t *testing.T) {
	file := filepath.Join(t.TempDir(), "s.db")
	s, err := Open(t.Context(), Options{Database: file, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.writing.Close() // the writer has taken no connection yet
	if s.writing, err = sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(200)"); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	c, err := other.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	const jobs = 200
	answers := make(chan error, jobs)
	for i := range jobs {
		go func() { answers <- s.Accept(context.Background(), tap(i)) }()
	}
	late := time.After(30 * time.Second) // each alone, three times, would be two minutes
	for range jobs {
		select {
		case err := <-answers:
			if sayline.KindOf(err) != sayline.Unavailable {
				t.Fatal(err)
			}
		case <-late:
			t.Fatal("people wait for a lock that is not given")
		}
	}
	if _, err := c.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := s.Accept(t.Context(), tap(jobs)); err != nil {
		t.Errorf("with the lock gone: %v", err)
	}
}
