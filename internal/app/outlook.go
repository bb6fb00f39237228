package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/duty"
	"github.com/sayline/sayline/internal/store"
)

// outlook tells what a change does to who is on duty in the next two weeks.
func outlook(ctx context.Context, s *store.Store, before, next *sayline.Config, out io.Writer) error {
	now, quiet := time.Now(), slog.New(slog.DiscardHandler)
	after, err := brands.Read(ctx, s, 0, next, quiet, now)
	if err != nil {
		return err
	}
	var was *brands.Snapshot
	if before != nil {
		if was, err = brands.Read(ctx, s, 0, before, quiet, now); err != nil {
			return err
		}
	}
	tellOutlook(after, brands.LookAhead(was, after, now), was != nil, out)
	return nil
}

// tellOutlook says it a line for each team at its place. Of a brand that is new
// everything has moved, which is no news.
func tellOutlook(b *brands.Snapshot, o brands.Outlook, news bool, out io.Writer) {
	t := teller{b, out}
	var holes, moves []span
	for _, h := range o.Holes {
		says := ""
		if news && h.New {
			says = ", which is new"
		}
		holes = append(holes, span{h.Post, h.From, h.Until, says})
	}
	for _, m := range o.Moves {
		if news {
			moves = append(moves, span{m.Post, m.From, m.Until, ", from " + t.person(m.Before) + " to " + t.person(m.After)})
		}
	}
	t.tell("nobody is on duty", holes)
	t.tell("duty moves", moves)
	if len(o.Unreached) > 0 {
		names := make([]string, len(o.Unreached))
		for i, p := range o.Unreached {
			names[i] = t.person(p)
		}
		fmt.Fprintf(out, "%s: on duty and reached at the desk only: %s\n", b.ID, strings.Join(names, ", "))
	}
}

// span is a stretch at a post, and what is said of it.
type span struct {
	duty.Post
	from, until time.Time
	says        string
}

// teller says stretches in the words of a brand.
type teller struct {
	brand *brands.Snapshot
	out   io.Writer
}

// tell says the first stretch of each post, and how many more there are.
func (t *teller) tell(what string, spans []span) {
	for len(spans) > 0 {
		first, n := spans[0], 1
		for n < len(spans) && spans[n].Post == first.Post {
			n++
		}
		more := ""
		if n > 1 {
			more = fmt.Sprintf("; and %d more", n-1)
		}
		fmt.Fprintf(t.out, "%s: %s: %s, %s%s%s\n", t.brand.ID, what, t.post(first.Post), t.time(first), first.says, more)
		spans = spans[n:]
	}
}

// time is a stretch by the clock on the wall there.
func (t *teller) time(s span) string {
	if s.until.Sub(s.from) >= brands.OutlookFor {
		return "in all of the next two weeks"
	}
	zone := t.brand.ZoneAt(t.brand.Index, s.Place)
	const form = "Mon 2 Jan 15:04"
	from, until := s.from.In(zone), s.until.In(zone)
	if from.YearDay() == until.YearDay() {
		return from.Format(form) + "–" + until.Format("15:04")
	}
	return from.Format(form) + " – " + until.Format(form)
}

func (t *teller) post(p duty.Post) string {
	name := t.brand.Index.Team(p.Team).Name.In(t.brand.Languages...)
	if at := t.brand.Index.Place(p.Place); at != nil {
		name += ", " + at.Name.In(t.brand.Languages...)
	}
	return name
}

func (t *teller) person(id string) string {
	if p := t.brand.Index.Person(id); p != nil {
		return p.Name
	}
	if id == "" {
		return "nobody"
	}
	return id
}
