package calendar

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Type is the media type of a feed.
const Type = "text/calendar; charset=utf-8"

// Feed is a calendar that goes out.
type Feed struct {
	Name    string
	Entries []Entry
}

// Entry is one stretch of it.
type Entry struct {
	UID         string // the same for as long as it is the same stretch
	Stamp       time.Time
	From, Until time.Time
	Summary     string
	About       string // a sentence more; "" for none
	Tentative   bool   // nobody is there yet
	Free        bool   // it takes none of its person's time
}

// Write makes the text of a feed (RFC 5545): lines of at most 75 bytes that end
// in CRLF, times in UTC.
func Write(f Feed) []byte {
	var w writer
	w.line("BEGIN:VCALENDAR")
	w.line("VERSION:2.0")
	w.line("PRODID:-//Sayline//Roster//EN")
	w.line("CALSCALE:GREGORIAN")
	w.line("METHOD:PUBLISH")
	w.text("NAME", f.Name)
	w.text("X-WR-CALNAME", f.Name)
	w.line("REFRESH-INTERVAL;VALUE=DURATION:PT15M")
	w.line("X-PUBLISHED-TTL:PT15M")
	for _, e := range f.Entries {
		w.entry(e)
	}
	w.line("END:VCALENDAR")
	return []byte(w.String())
}

type writer struct{ strings.Builder }

func (w *writer) entry(e Entry) {
	w.line("BEGIN:VEVENT")
	w.text("UID", e.UID)
	w.at("DTSTAMP", e.Stamp)
	w.at("DTSTART", e.From)
	w.at("DTEND", e.Until)
	w.text("SUMMARY", e.Summary)
	if e.About != "" {
		w.text("DESCRIPTION", e.About)
	}
	if e.Tentative {
		w.line("STATUS:TENTATIVE")
		w.line("TRANSP:TRANSPARENT")
	} else {
		w.line("STATUS:CONFIRMED")
		if e.Free {
			w.line("TRANSP:TRANSPARENT")
		}
	}
	w.line("END:VEVENT")
}

func (w *writer) at(name string, t time.Time) {
	w.line(name + ":" + t.UTC().Format("20060102T150405Z"))
}

var escape = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

func (w *writer) text(name, value string) { w.line(name + ":" + escape.Replace(value)) }

// line writes a line, folded between characters. What can't stand in one is left
// out, and what some readers take for the end of one though it is none (U+0085,
// U+2028, U+2029).
func (w *writer) line(s string) {
	const most = 75
	column := 0
	for _, c := range s {
		if c < ' ' && c != '\t' || c >= 0x7f && c < 0xa0 || c == 0x2028 || c == 0x2029 {
			continue
		}
		n := utf8.RuneLen(c)
		if n < 0 {
			continue
		}
		if column+n > most {
			w.WriteString("\r\n ")
			column = 1
		}
		w.WriteRune(c)
		column += n
	}
	w.WriteString("\r\n")
}
