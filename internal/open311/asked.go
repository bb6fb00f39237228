package open311

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// Bounds of a query.
const (
	span     = 90 * 24 * time.Hour
	mostRows = 1000
	mostPage = 1000
)

// asked is a query for requests.
type asked struct {
	ids         []string // these; everything else is left aside then
	codes       []string // of these services; all when there are none
	from, until time.Time
	status      string // "open", "closed" or "" for both
	page, size  int    // from 1; rows of a page
}

// readAsked reads the query of a list of requests. Errors: Invalid for what can't
// be read, AtFault for what can't be answered.
func readAsked(query string, now time.Time) (*asked, error) {
	q, err := url.ParseQuery(query)
	if err != nil {
		return nil, sayline.Errorf(sayline.Invalid, "This query can't be read.").Because(err)
	}
	a := &asked{ids: listed(q["service_request_id"])}
	var faults []sayline.Fault
	fault := func(name, detail string) {
		faults = append(faults, sayline.Fault{Pointer: "/" + name, Detail: detail})
	}
	a.page = number(q, "page", 1, mostPage, fault)
	a.size = number(q, "page_size", mostRows, mostRows, fault)
	switch {
	case len(a.ids) > mostRows:
		fault("service_request_id", "expected at most "+strconv.Itoa(mostRows)+" ids")
	case len(a.ids) == 0:
		a.codes = listed(q["service_code"])
		a.status = statusIn(listed(q["status"]), fault)
		a.range90(q, now, fault)
	}
	if len(faults) > 0 {
		return nil, &sayline.Error{Kind: sayline.AtFault, Message: "This can't be answered as it is asked.", Fields: faults}
	}
	return a, nil
}

// range90 reads the range of dates: both ends are in it, and what isn't given is
// 90 days from what is.
func (a *asked) range90(q url.Values, now time.Time, fault func(name, detail string)) {
	var given [2]time.Time
	for i, name := range []string{"start_date", "end_date"} {
		var ok bool
		if given[i], ok = date(q.Get(name)); !ok {
			fault(name, "expected a time with its zone, such as 2026-11-22T00:00:00Z")
			return
		}
	}
	from, last := given[0], given[1]
	switch {
	case from.IsZero() && last.IsZero():
		last = now.Truncate(time.Second)
		from = last.Add(-span)
	case from.IsZero():
		from = last.Add(-span)
	case last.IsZero():
		last = from.Add(span)
	}
	switch {
	case last.Before(from):
		fault("end_date", "expected a time after start_date")
	case last.Sub(from) > span:
		fault("end_date", "expected at most 90 days after start_date")
	}
	a.from, a.until = from, last.Add(time.Second) // requested_datetime is told to the second
}

// date reads a time to the second; zero for "". A plus sign that somebody forgot
// to escape comes as a space.
func date(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	t, err := time.Parse(time.RFC3339, strings.ReplaceAll(s, " ", "+"))
	return t.UTC().Truncate(time.Second), err == nil && !t.IsZero()
}

// statusIn reads the statuses asked for: both are as good as none.
func statusIn(list []string, fault func(name, detail string)) string {
	open, closed := false, false
	for _, s := range list {
		switch s {
		case "open":
			open = true
		case "closed":
			closed = true
		default:
			fault("status", "expected open or closed")
		}
	}
	switch {
	case open == closed:
		return ""
	case open:
		return "open"
	}
	return "closed"
}

// listed are the values of an argument that may be given several times, and hold
// several with commas.
func listed(values []string) (list []string) {
	for _, v := range values {
		for one := range strings.SplitSeq(v, ",") {
			if one = strings.TrimSpace(one); one != "" {
				list = append(list, one)
			}
		}
	}
	return list
}

func number(q url.Values, name string, otherwise, most int, fault func(name, detail string)) int {
	s := q.Get(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		fault(name, "expected 1 to "+strconv.Itoa(most))
		return otherwise
	}
	return n
}
