package sayline

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Opportunity is what could be added or said better at a touchpoint, from the
// first thought of it until it is done, or declined.
//
//	proposed ──→ accepted ──→ planned ──→ done
//	   ↑ └──────────┴────────────┤          │
//	   │                         ↓          │
//	   └──────────────────── declined       │
//	                          planned ←─────┘ (it was not, after all)
type Opportunity struct {
	Brand      string
	ID         string
	Touchpoint string
	Source     string    // what proposes it, see [OpportunitySources]
	Ref        string    // what that is: a line of the trade's list, a moment, a touchpoint; "" where somebody of the brand wrote it
	Text       string    // in words of one's own; "" where the source has them
	State      string    // see [OpportunityStates]
	Owner      string    // team; "" for nobody
	Due        string    // the day by which it is to be done, 2026-12-24; "" for none
	Note       string    // among colleagues
	By         string    // person who wrote it down, or was the first to decide on it
	At         time.Time // when
	ChangedBy  string    // person
	ChangedAt  time.Time
	DoneAt     time.Time // zero unless it is done
	Version    int       // 1 at first, one more with each change
}

// What proposes an opportunity: what is typical for the trade; what somebody had
// an idea of; what the touchpoint of its kind that feels best does; somebody of the brand.
const (
	FromTrade = "trade"
	FromIdea  = "idea"
	FromBest  = "best"
	FromUs    = "own"
)

// OpportunitySources are all of them.
var OpportunitySources = []string{FromTrade, FromIdea, FromBest, FromUs}

// States of an opportunity.
const (
	Proposed = "proposed"
	Accepted = "accepted"
	Planned  = "planned"
	Done     = "done"
	Declined = "declined"
)

// OpportunityStates are all of them, in the order of its life.
var OpportunityStates = []string{Proposed, Accepted, Planned, Done, Declined}

// becomes says which states follow which.
var becomes = map[string][]string{
	Proposed: {Accepted, Declined},
	Accepted: {Planned, Declined},
	Planned:  {Done, Declined},
	Done:     {Planned},
	Declined: {Proposed},
}

const (
	maxOpportunity     = 300 // characters of its words
	maxOpportunityNote = 1000
)

// Next are the states an opportunity may come to from the one it is in.
func (o *Opportunity) Next() []string { return slices.Clone(becomes[o.State]) }

// Become brings it to another state. AtFault where that does not follow, or
// where a plan has no team or no day: a plan is who and by when.
func (o *Opportunity) Become(state string, at time.Time) error {
	switch {
	case !slices.Contains(becomes[o.State], state):
		return Errorf(AtFault, "What is %s can't become %s.", o.State, state).Keyed("map_opp_not_next")
	case state == Planned && (o.Owner == "" || o.Due == ""):
		return Errorf(AtFault, "A plan needs a team and a day.").Keyed("map_opp_needs")
	}
	o.State, o.DoneAt = state, time.Time{}
	if state == Done {
		o.DoneAt = at
	}
	return nil
}

// Validate checks what it holds, apart from what only a brand knows: its
// touchpoint and its team.
func (o *Opportunity) Validate() error {
	var f faults
	oneOf(&f, "/source", o.Source, OpportunitySources)
	oneOf(&f, "/state", o.State, OpportunityStates)
	if (o.Source == FromUs) != (o.Ref == "") {
		f.add("/ref", "expected what proposes it, for whatever is not one's own")
	}
	if o.Source == FromUs && strings.TrimSpace(o.Text) == "" {
		f.add("/text", "expected some words")
	}
	for pointer, said := range map[string]struct {
		text string
		most int
	}{"/text": {o.Text, maxOpportunity}, "/note": {o.Note, maxOpportunityNote}} {
		if !utf8.ValidString(said.text) || strings.ContainsRune(said.text, 0) || utf8.RuneCountInString(said.text) > said.most {
			f.add(pointer, "expected at most %d characters", said.most)
		}
	}
	if o.Due != "" {
		if _, err := time.Parse(time.DateOnly, o.Due); err != nil {
			f.add("/due", "expected a day such as 2026-12-24, got %q", o.Due)
		}
	}
	if o.State == Planned || o.State == Done {
		if o.Owner == "" || o.Due == "" {
			f.add("/state", "expected a team and a day in a plan")
		}
	}
	return f.err("map_opp_wrong", "This can't be kept as it is.")
}
