package check

import (
	"fmt"
	"strings"
	"time"
)

// Outcomes of a check.
const (
	Pass   = "pass"
	Fail   = "fail"
	Hand   = "hand"   // it cannot be seen from outside: somebody must look, or help
	Absent = "absent" // there is nothing to look at
)

// Report is what a run found.
type Report struct {
	CX       string    `json:"cx"`                // the protocol's version
	Tool     string    `json:"tool"`              // the version of the checks
	Program  string    `json:"program,omitempty"` // and of what ran them
	Target   string    `json:"target"`            // as it was asked for
	Domain   string    `json:"domain"`
	Document string    `json:"document"` // where the discovery document stood
	Brand    string    `json:"brand"`
	Date     time.Time `json:"date"`
	Claims   []string  `json:"claims"`
	Classes  []string  `json:"classes"` // letters that were run
	Results  []Result  `json:"results"`
	NotRun   []NotRun  `json:"not_run,omitempty"`
	Said     int       `json:"said"`   // moments that were said and taken back
	Left     int       `json:"left"`   // moments that could not be taken back
	Passed   bool      `json:"passed"` // no check failed
}

// Result is one check's.
type Result struct {
	ID           string `json:"id"`
	Class        string `json:"class"`
	Name         string `json:"name"`
	Outcome      string `json:"outcome"`
	Why          string `json:"why,omitempty"`
	Milliseconds int64  `json:"ms"`
}

// NotRun is a class that was not run, and why.
type NotRun struct {
	Letter string `json:"letter"`
	Class  string `json:"class"`
	Why    string `json:"why"`
}

func (r *Report) add(res Result, tell func(Result)) {
	r.Results = append(r.Results, res)
	r.Passed = r.Passed && res.Outcome != Fail
	if tell != nil {
		tell(res)
	}
}

// Failed are the ids of the checks that failed.
func (r *Report) Failed() (ids []string) {
	for _, res := range r.Results {
		if res.Outcome == Fail {
			ids = append(ids, res.ID)
		}
	}
	return ids
}

var marks = map[string]string{Pass: "✓", Fail: "✗", Hand: "?", Absent: "–"}

// Line is a result in one line.
func (r Result) Line() string {
	line := fmt.Sprintf("%s %s  %s", marks[r.Outcome], r.ID, r.Name)
	switch {
	case r.Outcome == Hand:
		line += "\n         needs a hand: " + r.Why
	case r.Why != "":
		line += "\n         " + r.Why
	}
	return line
}

// Text is the report for people, without the lines of the checks themselves.
func (r *Report) Text() string {
	var b strings.Builder
	counts := map[string]int{}
	perClass := map[string][2]int{}
	for _, res := range r.Results {
		counts[res.Outcome]++
		n := perClass[res.Class]
		if n[1]++; res.Outcome != Fail {
			n[0]++
		}
		perClass[res.Class] = n
	}
	fmt.Fprintf(&b, "%s, CX %s, %s\n", r.Brand, r.CX, r.Document)
	for _, n := range r.NotRun {
		fmt.Fprintf(&b, "  %s %s was not run: %s\n", n.Letter, n.Class, n.Why)
	}
	fmt.Fprintf(&b, "%d passed, %d failed, %d need a hand, %d have nothing to look at. ", counts[Pass], counts[Fail], counts[Hand], counts[Absent])
	fmt.Fprintf(&b, "%d moments were said and taken back", r.Said)
	if r.Left > 0 {
		fmt.Fprintf(&b, ", %d could NOT be taken back", r.Left)
	}
	fmt.Fprintf(&b, ".\nChecks %s, %s", r.Tool, r.Date.Format(time.RFC3339))
	if r.Program != "" {
		fmt.Fprintf(&b, ", sayline %s", r.Program)
	}
	return b.String() + "\n"
}
