package storetest

import (
	"slices"
	"time"

	"github.com/sayline/sayline"
)

var rosterBehaviours = []behaviour{
	{"an override is in force until it ends or is taken back", overrides},
	{"a cover asked of all is taken once, and becomes an override", covers},
	{"a swap becomes two overrides, or none", swaps},
	{"a swap is settled once, by those it concerns, and in time", swapsOnce},
	{"a calendar is read by one process at a time", calendarClaims},
	{"the last good copy of a calendar stays while it can't be read", calendarCopies},
	{"a calendar at another address has no copy yet", calendarMoves},
	{"the address of a feed changes when it is revoked", feeds},
}

// override is an override of the brand that begins in an hour and lasts one.
func (w *world) override(kind, person, instead string) sayline.Override {
	w.Helper()
	from := w.clock.Now().Add(time.Hour)
	o := sayline.Override{Brand: w.brand, ID: w.id(), Kind: kind, Team: "crew", Place: "madrid", From: from, Until: from.Add(time.Hour), Person: person, Instead: instead, By: "marco", At: w.clock.Now()}
	w.must(w.MakeOverride(w.ctx(), o))
	return o
}

func (w *world) overrides(after time.Time) []sayline.Override {
	w.Helper()
	list, err := w.Overrides(w.ctx(), w.brand, after)
	w.must(err)
	return list
}

func overrides(w *world) {
	add := w.override(sayline.OverrideAdd, "lucia", "")
	w.clock.Move(time.Minute)
	gone := w.override(sayline.OverrideRemove, "", "ana")
	same(w, "both", w.overrides(w.clock.Now()), []sayline.Override{add, gone})
	same(w, "after the first", w.overrides(add.Until), []sayline.Override{gone})
	w.must(w.EndOverride(w.ctx(), w.brand, add.ID, "marco"))
	same(w, "taken back", w.overrides(w.clock.Now()), []sayline.Override{gone})
	w.refused(w.EndOverride(w.ctx(), w.brand, add.ID, "marco"), sayline.NotFound)
	w.refused(w.EndOverride(w.ctx(), w.brand, w.id(), "marco"), sayline.NotFound)
	same(w, "events", w.types(0), sayline.EventDutyChanged+" "+sayline.EventDutyChanged+" "+sayline.EventDutyChanged)
	w.clock.Move(500 * 24 * time.Hour)
	w.must(w.Tidy(w.ctx(), w.brand))
	same(w, "rows in the end", len(w.everything("duty_override")), 0)
}

// ask is what ana asks of a colleague: a stretch that begins in an hour and lasts
// one; in a swap, one that begins a day later in return.
func (w *world) ask(colleague string, swap bool) sayline.Swap {
	w.Helper()
	from := w.clock.Now().Add(time.Hour)
	s := sayline.Swap{Brand: w.brand, ID: w.id(), Team: "crew", Place: "madrid", From: from, Until: from.Add(time.Hour), Person: "ana", Colleague: colleague, State: sayline.SwapAsked, At: w.clock.Now()}
	if swap {
		s.Back = sayline.Back{Place: "sevilla", From: from.Add(24 * time.Hour), Until: from.Add(25 * time.Hour)}
	}
	w.must(w.AskSwap(w.ctx(), s))
	return s
}

func (w *world) swaps() []sayline.Swap {
	w.Helper()
	list, err := w.Swaps(w.ctx(), w.brand, w.clock.Now())
	w.must(err)
	return list
}

func covers(w *world) {
	s := w.ask("", false)
	same(w, "asked", w.swaps(), []sayline.Swap{s})
	w.clock.Move(time.Minute)
	w.refused(w.DeclineSwap(w.ctx(), w.brand, s.ID, "lucia"), sayline.Forbidden)
	w.refused(w.AcceptSwap(w.ctx(), w.brand, s.ID, "ana", [2]string{w.id(), w.id()}), sayline.Forbidden)
	same(w, "still asked", w.swaps(), []sayline.Swap{s})
	id := w.id()
	w.must(w.AcceptSwap(w.ctx(), w.brand, s.ID, "lucia", [2]string{id, w.id()}))
	w.refused(w.AcceptSwap(w.ctx(), w.brand, s.ID, "marco", [2]string{w.id(), w.id()}), sayline.Conflict)
	same(w, "overrides", w.overrides(w.clock.Now()), []sayline.Override{{Brand: w.brand, ID: id, Kind: sayline.OverrideReplace, Team: "crew", Place: "madrid", From: s.From, Until: s.Until,
		Person: "lucia", Instead: "ana", By: "lucia", At: w.clock.Now(), Swap: s.ID}})
	s.State, s.EndedBy, s.EndedAt = sayline.SwapAccepted, "lucia", w.clock.Now()
	same(w, "settled", w.swaps(), []sayline.Swap{s})
}

func swaps(w *world) {
	s := w.ask("lucia", true)
	w.refused(w.AcceptSwap(w.ctx(), w.brand, s.ID, "marco", [2]string{w.id(), w.id()}), sayline.Forbidden)
	taken := w.id()
	w.must(w.EndOverride(w.ctx(), w.brand, w.override(sayline.OverrideAdd, "lucia", "").ID, "marco"))
	if err := w.AcceptSwap(w.ctx(), w.brand, s.ID, "lucia", [2]string{taken, taken}); err == nil {
		w.Fatal("two overrides with one id")
	}
	same(w, "none of two", len(w.overrides(w.clock.Now())), 0)
	same(w, "still asked", w.swaps(), []sayline.Swap{s})
	ids := [2]string{w.id(), w.id()}
	slices.Sort(ids[:]) // both are made at once, and read in the order of their ids
	w.must(w.AcceptSwap(w.ctx(), w.brand, s.ID, "lucia", ids))
	same(w, "both", w.overrides(w.clock.Now()), s.Overrides("lucia", w.clock.Now(), ids))
}

func swapsOnce(w *world) {
	no, mine, late := w.ask("lucia", false), w.ask("", false), w.ask("", false)
	w.must(w.DeclineSwap(w.ctx(), w.brand, no.ID, "lucia"))
	w.refused(w.WithdrawSwap(w.ctx(), w.brand, mine.ID, "lucia"), sayline.Forbidden)
	w.must(w.WithdrawSwap(w.ctx(), w.brand, mine.ID, "ana"))
	for _, s := range []sayline.Swap{no, mine} {
		w.refused(w.AcceptSwap(w.ctx(), w.brand, s.ID, "lucia", [2]string{w.id(), w.id()}), sayline.Conflict)
	}
	w.refused(w.AcceptSwap(w.ctx(), w.brand, w.id(), "lucia", [2]string{w.id(), w.id()}), sayline.NotFound)
	w.clock.Move(2 * time.Hour)
	w.refused(w.AcceptSwap(w.ctx(), w.brand, late.ID, "lucia", [2]string{w.id(), w.id()}), sayline.Conflict)
	same(w, "overrides", len(w.overrides(no.From)), 0)
	same(w, "over", len(w.swaps()), 0)
	w.clock.Move(500 * 24 * time.Hour)
	w.must(w.Tidy(w.ctx(), w.brand))
	same(w, "rows in the end", len(w.everything("duty_swap")), 0)
}

var aCalendar = sayline.Calendar{ID: "front-desk", Team: "crew", Place: "madrid", URL: "https://calendar.example/front-desk.ics"}

func (w *world) claim(k sayline.Calendar) bool {
	w.Helper()
	ok, err := w.ClaimCalendar(w.ctx(), w.brand, k, 15*time.Minute)
	w.must(err)
	return ok
}

func (w *world) copies() []sayline.CalendarCopy {
	w.Helper()
	list, err := w.Calendars(w.ctx(), w.brand)
	w.must(err)
	return list
}

func calendarClaims(w *world) {
	same(w, "the first", w.claim(aCalendar), true)
	same(w, "at once again", w.claim(aCalendar), false)
	w.clock.Move(14 * time.Minute)
	same(w, "too soon", w.claim(aCalendar), false)
	w.clock.Move(time.Minute)
	same(w, "in time", w.claim(aCalendar), true)
	same(w, "and once", w.claim(aCalendar), false)
}

func calendarCopies(w *world) {
	w.claim(aCalendar)
	want := sayline.CalendarCopy{Brand: w.brand, ID: aCalendar.ID, URL: aCalendar.URL, TriedAt: w.clock.Now()}
	same(w, "before the first", w.copies(), []sayline.CalendarCopy{want})
	want.ETag, want.Modified, want.Body, want.GoodAt = `"1"`, "Sun, 22 Nov 2026 09:00:00 GMT", "BEGIN:VCALENDAR", w.clock.Now()
	w.must(w.KeepCalendar(w.ctx(), want, false))
	same(w, "a copy", w.copies(), []sayline.CalendarCopy{want})
	w.clock.Move(time.Minute)
	want.FailingAt, want.Trouble = w.clock.Now(), "It answers 503."
	w.must(w.FailCalendar(w.ctx(), w.brand, aCalendar, "It answers 503."))
	w.clock.Move(time.Minute)
	w.must(w.FailCalendar(w.ctx(), w.brand, aCalendar, "It answers 503."))
	same(w, "failing since the first time", w.copies(), []sayline.CalendarCopy{want})
	w.must(w.KeepCalendar(w.ctx(), want, true))
	want.GoodAt, want.FailingAt, want.Trouble = w.clock.Now(), time.Time{}, ""
	same(w, "well again", w.copies(), []sayline.CalendarCopy{want})
	same(w, "events", w.types(0), sayline.EventDutyChanged)
}

func calendarMoves(w *world) {
	w.claim(aCalendar)
	w.must(w.KeepCalendar(w.ctx(), sayline.CalendarCopy{Brand: w.brand, ID: aCalendar.ID, URL: aCalendar.URL, ETag: `"1"`, Body: "old"}, false))
	moved := aCalendar
	moved.URL += "?v=2"
	same(w, "the new address at once", w.claim(moved), true)
	same(w, "the old one never", w.claim(moved), false)
	w.must(w.KeepCalendar(w.ctx(), sayline.CalendarCopy{Brand: w.brand, ID: aCalendar.ID, URL: aCalendar.URL, Body: "late"}, false))
	w.must(w.FailCalendar(w.ctx(), w.brand, aCalendar, "late"))
	same(w, "no copy", w.copies(), []sayline.CalendarCopy{{Brand: w.brand, ID: aCalendar.ID, URL: moved.URL, TriedAt: w.clock.Now()}})
}

func feeds(w *world) {
	number := func(noun, id string) int {
		n, err := w.FeedNumber(w.ctx(), w.brand, noun, id)
		w.must(err)
		return n
	}
	same(w, "at first", number("person", "ana"), 0)
	w.must(w.RevokeFeed(w.ctx(), w.brand, "person", "ana"))
	w.must(w.RevokeFeed(w.ctx(), w.brand, "person", "ana"))
	same(w, "revoked twice", number("person", "ana"), 2)
	same(w, "another's", number("team", "ana"), 0)
}
