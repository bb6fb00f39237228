package sayline

import (
	"slices"
	"strings"
	"time"
)

// Policy is how a case climbs until somebody takes it: its steps, so many loops
// over, then the last resort; after that the case is stalled, and the last
// resort is asked again and again. A rule names the policy of its cases; without
// one they climb the usual way of their urgency (see [UsualPolicies]).
type Policy struct {
	ID         string       `json:"id"`
	Steps      []PolicyStep `json:"steps"`
	Loops      int          `json:"loops,omitempty"`               // times the steps are gone through; default 1
	AckTimeout Duration     `json:"acknowledge_timeout,omitempty"` // "I'm on it" holds so long with nothing done; default the usual time
}

// PolicyStep asks some people, and waits for one of them.
type PolicyStep struct {
	Ask  []string `json:"ask"`            // see [Asks], person:ID, team:ID
	By   []string `json:"by,omitempty"`   // ways out, see [StepWays]; default every one they have. The desk always
	Wait Duration `json:"wait,omitempty"` // before the next step; default a minute
}

// Whom a step may ask, beside a person and a team by id.
const (
	AskDuty       = "duty"        // who is responsible now
	AskTeam       = "team"        // everybody of the team, for the place
	AskAlso       = "also"        // the teams the rule informs
	AskLastResort = "last_resort" // who gets what nobody else took

	AskPerson  = "person:"
	AskOneTeam = "team:"
)

var (
	Asks = []string{AskDuty, AskTeam, AskAlso, AskLastResort}

	// StepWays are the ways out a step may choose among.
	StepWays = []string{ByPush, ByEmail, ByChat, BySMS, ByVoice, ByWebhook}

	// UsualPolicies are the names of those built in, which are no brand's to give.
	UsualPolicies = []string{Urgent, Normal, "praise"}
)

const (
	mostPolicySteps, mostLoops = 10, 10
	shortestWait               = Duration(10 * time.Second)
	shortestTimeout            = Duration(time.Minute)
	longestSpan                = Duration(7 * 24 * time.Hour)
)

// Policy finds a policy by its id; nil when there is none.
func (c *Config) Policy(id string) *Policy {
	i := slices.IndexFunc(c.Policies, func(p Policy) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return &c.Policies[i]
}

func (c *Config) validatePolicies(f *faults, ix *Index) {
	for i, p := range c.Policies {
		at := at("/policies", i)
		switch {
		case !ValidHandle(p.ID):
			f.add(at+"/id", handleShape)
		case slices.Contains(UsualPolicies, p.ID):
			f.add(at+"/id", "expected another name: %s is how a case climbs when its rule names no policy", p.ID)
		}
		if n := len(p.Steps); n == 0 || n > mostPolicySteps {
			f.add(at+"/steps", "expected 1 to %d steps, got %d", mostPolicySteps, n)
		}
		if p.Loops < 0 || p.Loops > mostLoops {
			f.add(at+"/loops", "expected 1 to %d, got %d", mostLoops, p.Loops)
		}
		p.AckTimeout.within(f, at+"/acknowledge_timeout", shortestTimeout)
		for j := range p.Steps {
			p.Steps[j].validate(f, sub(at, "steps", j), ix)
		}
	}
}

func (s *PolicyStep) validate(f *faults, at string, ix *Index) {
	if len(s.Ask) == 0 {
		f.add(at+"/ask", "expected somebody to ask: duty, team, also, last_resort, person:ID or team:ID")
	}
	for i, who := range s.Ask {
		person, isPerson := strings.CutPrefix(who, AskPerson)
		team, isTeam := strings.CutPrefix(who, AskOneTeam)
		switch {
		case isPerson && ix.Person(person) == nil:
			f.add(sub(at, "ask", i), "expected the id of a person after person:, got %q", person)
		case isTeam && ix.Team(team) == nil:
			f.add(sub(at, "ask", i), "expected the id of a team after team:, got %q", team)
		case !isPerson && !isTeam && !slices.Contains(Asks, who):
			f.add(sub(at, "ask", i), "expected duty, team, also, last_resort, person:ID or team:ID, got %q", who)
		}
	}
	for i, way := range s.By {
		oneOf(f, sub(at, "by", i), way, StepWays)
	}
	s.Wait.within(f, at+"/wait", shortestWait)
}

// within checks a span that may be left out.
func (d Duration) within(f *faults, at string, least Duration) {
	if d != 0 && (d < least || d > longestSpan) {
		f.add(at, "expected from %s to %s, got %s", least, longestSpan, d)
	}
}
