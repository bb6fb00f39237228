package sayline

import (
	"regexp"
	"slices"
	"strings"
)

// ReadyAnswer is an answer the brand has ready: for some topics and teams, in
// its languages, with facts to be filled in (see [AnswerFacts]).
type ReadyAnswer struct {
	ID     string   `json:"id"`
	Topics []string `json:"topics,omitempty"` // none are all
	Teams  []string `json:"teams,omitempty"`  // none are all
	Text   Text     `json:"text"`
}

// KeptAnswer is a ready answer somebody of the brand kept from their own writing.
type KeptAnswer struct {
	Brand, ID string
	Person    string
	Shared    bool // offered to everybody, not only to them
	Topic     string
	Lang      string
	Text      string
}

// AnswerFacts may stand in a ready answer, in braces. Who uses it sees what
// became of them before anything is sent.
var AnswerFacts = []string{"name", "place", "product", "lot", "time", "team", "reference"}

var answerFact = regexp.MustCompile(`\{([^{}]*)\}`)

// For says whether it is offered for a topic to a team.
func (a *ReadyAnswer) For(topic, team string) bool {
	return (len(a.Topics) == 0 || slices.Contains(a.Topics, topic)) && (len(a.Teams) == 0 || slices.Contains(a.Teams, team))
}

var (
	beforeMark = regexp.MustCompile(`[ \t]+([,.!?;:،؛؟])`)
	twoBlanks  = regexp.MustCompile(`[ \t]{2,}`)
	lostComma  = regexp.MustCompile(`(^|\n)[ \t]*[,،][ \t]*`)
)

// FillAnswer puts facts into a ready answer. One that is not known leaves no gap:
// "Hello {name}," becomes "Hello,".
func FillAnswer(text string, facts map[string]string) string {
	missing := false
	text = answerFact.ReplaceAllStringFunc(text, func(s string) string {
		fact := facts[s[1:len(s)-1]]
		missing = missing || fact == ""
		return fact
	})
	if !missing {
		return text
	}
	text = beforeMark.ReplaceAllString(text, "$1")
	text = lostComma.ReplaceAllString(text, "$1")
	return strings.TrimSpace(twoBlanks.ReplaceAllString(text, " "))
}

func (c *Config) validateAnswers(f *faults, ix *Index) {
	for i, a := range c.Answers {
		at := at("/answers", i)
		if !ValidHandle(a.ID) {
			f.add(at+"/id", handleShape)
		}
		for j, t := range a.Topics {
			if ix.Topic(t) == nil {
				f.add(sub(at, "topics", j), "expected the id of a topic, got %q", t)
			}
		}
		for j, t := range a.Teams {
			if ix.Team(t) == nil {
				f.add(sub(at, "teams", j), "expected the id of a team, got %q", t)
			}
		}
		a.Text.require(f, at+"/text", "the words of the answer")
		a.Text.validate(f, at+"/text", c.Languages, 1000)
		for lang, s := range a.Text {
			for _, m := range answerFact.FindAllStringSubmatch(s, -1) {
				if !slices.Contains(AnswerFacts, m[1]) {
					f.add(strings.TrimSuffix(at+"/text/"+lang, "/"), "expected one of {%s}, got %s", strings.Join(AnswerFacts, "}, {"), m[0])
				}
			}
		}
	}
}
