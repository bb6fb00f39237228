package studio

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
)

// starter is what a new brand begins with: a front door, a few things people
// say, one team with its owner on duty, and a private lane for what is said
// about a person. Everything of it can be changed.
func starter(v *house.View, f form) *sayline.Config {
	words := func(key string) sayline.Text { return sayline.Plain(v.Say(key)) }
	const owner, team, lane = "owner", "everybody", "about-people"
	c := &sayline.Config{
		Brand: sayline.Brand{
			ID: handle(f.Brand), Name: f.Brand, Languages: []string{v.Tag}, Look: sayline.Look{Color: f.Colour},
			Response:   sayline.Response{Acknowledge: sayline.Duration(15 * time.Minute), Answer: sayline.Duration(24 * time.Hour)},
			LastResort: owner,
		},
		Lanes: []sayline.Lane{{ID: lane, Label: words("starter_lane"), See: []string{owner}}},
		Topics: []sayline.Topic{
			{ID: "not-right", Kind: "problem", Label: words("starter_not_right")},
			{ID: "waiting", Kind: "problem", Label: words("starter_waiting")},
			{ID: "cant-find-it", Kind: "problem", Label: words("starter_cant_find")},
			{ID: "someone-was-great", Kind: "praise", Label: words("starter_great")},
			{ID: "i-have-an-idea", Kind: "idea", Label: words("starter_idea")},
			{ID: "about-a-person", Kind: "problem", Label: words("starter_person"), Lane: lane, Group: "never"},
		},
		People: []sayline.Person{{ID: owner, Name: f.Name, Email: auth.Address(f.Email), Role: sayline.Owner, Language: v.Tag,
			Contacts: []sayline.Contact{{Channel: sayline.ByEmail, Address: auth.Address(f.Email)}}}},
		Teams: []sayline.Team{{ID: team, Name: words("starter_team"), Members: []sayline.Membership{{Person: owner, Duty: true}}}},
		Routes: []sayline.Rule{
			{When: sayline.Match{Kinds: []string{"request"}}, To: team, Urgency: sayline.Urgent},
		},
	}
	all := []string{"not-right", "waiting", "cant-find-it", "someone-was-great", "i-have-an-idea", "about-a-person"}
	c.Touchpoints = []sayline.Touchpoint{
		{ID: "front-door", Name: words("starter_front_door"), Channel: "site", Stage: "uses", First: "topics", Topics: all, Listed: true, Owner: team},
		{ID: "website", Name: words("starter_website"), Channel: "web", Stage: "decides", First: "say", Topics: all, Listed: true, Owner: team},
		{ID: "invoice", Name: words("starter_invoice"), Channel: "email", Stage: "leaves", First: "faces", Topics: all[:4], Owner: team},
	}
	if f.Domain != "" {
		c.Domains = []string{f.Domain}
	}
	return c
}

// handle makes a brand's handle of its name: Café Olé! → cafe-ole.
func handle(name string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(name)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	h := strings.Trim(b.String(), "-")
	if len(h) > 48 {
		h = strings.Trim(h[:48], "-")
	}
	if h == "" {
		return "brand" // a name without one Latin letter
	}
	return h
}
