package atlas

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/sayline/sayline/internal/brands"
)

// What the columns are.
const (
	byStage   = "stage"
	byChannel = "channel"
)

// shows are what the map can be narrowed to: the gaps, and what contradicts the
// core message.
var shows = []string{gapFelt, gapVoice, gapOwner, gapPromise, contradicts}

// periods are how many days back the map looks; the first is usual.
var periods = []int{30, 7, 90}

// query is what a page is asked for.
type query struct {
	By         string // what the columns are
	Audience   string // "" for all
	Show       string // one of [shows]; "" for all
	Search     string
	Days       int
	Touchpoint string // whose panel is open; "" for none
	Lang       string // in which its words are edited
	Against    string // a snapshot, by id
}

// parseQuery reads a page's address. What it does not know it takes for what is
// usual, so that an old link still shows something.
func parseQuery(q url.Values, b *brands.Snapshot) query {
	out := query{By: byStage, Days: periods[0], Search: strings.TrimSpace(q.Get("q")), Against: q.Get("against")}
	if q.Get("by") == byChannel {
		out.By = byChannel
	}
	if b.Index.Audience(q.Get("audience")) != nil {
		out.Audience = q.Get("audience")
	}
	if slices.Contains(shows, q.Get("show")) {
		out.Show = q.Get("show")
	}
	if n, err := strconv.Atoi(q.Get("days")); err == nil && slices.Contains(periods, n) {
		out.Days = n
	}
	if t := b.Index.Touchpoint(q.Get("t")); t != nil {
		out.Touchpoint = t.ID
	}
	if slices.Contains(b.Languages, q.Get("lang")) {
		out.Lang = q.Get("lang")
	}
	return out
}

// String is the query as an address has it, with a ? before it, if anything.
func (q query) String() string {
	v := url.Values{}
	set := func(name, value, usual string) {
		if value != usual {
			v.Set(name, value)
		}
	}
	set("by", q.By, byStage)
	set("audience", q.Audience, "")
	set("show", q.Show, "")
	set("q", q.Search, "")
	set("days", strconv.Itoa(q.Days), strconv.Itoa(periods[0]))
	set("t", q.Touchpoint, "")
	set("lang", q.Lang, "")
	set("against", q.Against, "")
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

// With is the query with one thing else.
func (q query) With(what, value string) query {
	switch what {
	case "by":
		q.By = value
	case "audience":
		q.Audience = value
	case "show":
		q.Show = value
	case "t":
		q.Touchpoint, q.Lang = value, ""
	case "lang":
		q.Lang = value
	case "against":
		q.Against = value
	}
	return q
}
