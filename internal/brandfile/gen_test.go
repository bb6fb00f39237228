package brandfile_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"pgregory.net/rapid"
)

// anyWords are texts that tempt YAML: quotes, colons, tabs, lines, other
// scripts, words that look like numbers and truths.
func anyWords(max int) *rapid.Generator[string] {
	tempting := []string{"no", "yes", "null", "~", "1:30", "0x1F", "1_000", "2026-11-22", "- x", "# x", "a: b", "a #b", "'", `"`, `\`, "{a}", "[b]", "*a", "&a", "!x", "%x", "@x", "`",
		"a\nb", "a\n\n b\n", " a", "a ", "\ta", "a\r\nb", "a\u0085b", "a\u2028b", "\ufeffa", "\u0001", "😀", "مرحبا", "é", "<<", "=", "---", "...", "a:", "? a", "true", "1e3", "09506000134352", ".5", "|", ">", "a,b", "\n", "a\n"}
	return rapid.Custom(func(t *rapid.T) string {
		s := rapid.OneOf(rapid.SampledFrom(tempting), rapid.String(), rapid.StringMatching(`[a-zA-Z ,.:'"#\n-]{1,30}`)).Draw(t, "words")
		s = strings.ReplaceAll(s, "\x00", "0")
		if r := []rune(s); len(r) > max {
			s = string(r[:max])
		}
		if s == "" {
			s = "x"
		}
		return s
	})
}

var languages = []string{"en", "es", "no"}

func anyText(max int) *rapid.Generator[sayline.Text] {
	return rapid.Custom(func(t *rapid.T) sayline.Text {
		if rapid.Bool().Draw(t, "plain") {
			return sayline.Plain(anyWords(max).Draw(t, "text"))
		}
		return rapid.MapOfN(rapid.SampledFrom(languages), anyWords(max), 1, 3).Draw(t, "texts")
	})
}

func maybe[T any](t *rapid.T, g *rapid.Generator[T], name string) (v T) {
	if rapid.Bool().Draw(t, name+"?") {
		v = g.Draw(t, name)
	}
	return v
}

// some draws up to max different ones of a list, nil for none.
func some[T comparable](t *rapid.T, of []T, max int, name string) []T {
	if len(of) == 0 {
		return nil
	}
	l := rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, min(max, len(of)), rapid.ID).Draw(t, name)
	if len(l) == 0 {
		return nil
	}
	return l
}

func oneOf(t *rapid.T, of []string, name string) string {
	if len(of) == 0 {
		return ""
	}
	return maybe(t, rapid.SampledFrom(of), name)
}

func anyDuration(t *rapid.T, name string) sayline.Duration {
	return maybe(t, rapid.Custom(func(t *rapid.T) sayline.Duration {
		return sayline.Duration(time.Duration(rapid.IntRange(1, 3*86400).Draw(t, "seconds")) * time.Second)
	}), name)
}

func anyLines(t *rapid.T) map[string]sayline.Text {
	lines := rapid.MapOfN(rapid.SampledFrom(sayline.LineKeys), anyText(160), 0, 4).Draw(t, "lines")
	if len(lines) == 0 {
		return nil
	}
	return lines
}

// anySteps are those of the work on a request.
func anySteps(t *rapid.T) (steps []sayline.WorkStep) {
	for _, id := range ids(t, "step", 3) {
		steps = append(steps, sayline.WorkStep{ID: id, Label: anyText(40).Draw(t, "label")})
	}
	return steps
}

// ids are n different handles.
func ids(t *rapid.T, prefix string, most int) []string {
	list := make([]string, rapid.IntRange(0, most).Draw(t, prefix+"s"))
	for i := range list {
		list[i] = fmt.Sprintf("%s%d", prefix, i)
	}
	return list
}

// checked puts its check digit behind a GS1 key.
func checked(key string) string {
	for d := range 10 {
		if s := fmt.Sprint(key, d); sayline.CheckDigit(s) {
			return s
		}
	}
	panic("no check digit fits " + key)
}

// anyBrand draws a brand that is valid, with its places in the order of a file.
func anyBrand() *rapid.Generator[*sayline.Config] {
	return rapid.Custom(func(t *rapid.T) *sayline.Config {
		people, lanes, topics, teams := ids(t, "person", 4), []string(nil), ids(t, "topic", 4), append(ids(t, "team", 3), "first")
		if len(people) > 0 {
			lanes = ids(t, "lane", 2)
		}
		c := &sayline.Config{Brand: anyHead(t, people)}
		for _, id := range ids(t, "audience", 2) {
			c.Audiences = append(c.Audiences, sayline.Audience{ID: id, Label: anyText(80).Draw(t, "label"), Guarded: rapid.Bool().Draw(t, "guarded")})
		}
		for _, id := range lanes {
			c.Lanes = append(c.Lanes, sayline.Lane{ID: id, Label: anyText(80).Draw(t, "label"), See: append([]string{people[0]}, some(t, people[1:], 3, "see")...)})
		}
		for _, id := range topics {
			c.Topics = append(c.Topics, sayline.Topic{ID: id, Kind: rapid.SampledFrom(sayline.Kinds).Draw(t, "kind"), Label: anyText(40).Draw(t, "label"),
				Lane: oneOf(t, lanes, "lane"), Feeling: rapid.IntRange(0, 5).Draw(t, "feeling"), Needs: some(t, []string{"place", "product"}, 2, "needs"),
				Group: oneOf(t, []string{"never"}, "group"), Done: maybe(t, anyText(40), "done"), TellMe: maybe(t, anyText(80), "tell me"), Steps: anySteps(t)})
		}
		c.Places = anyPlaces(t, "", 0)
		for i := range rapid.IntRange(0, 3).Draw(t, "products") {
			c.Products = append(c.Products, sayline.Product{GTIN: checked(fmt.Sprintf("%013d", 950600013435+i)), Name: anyText(80).Draw(t, "name")})
		}
		for _, id := range people {
			c.People = append(c.People, anyPerson(t, id))
		}
		for _, id := range teams {
			c.Teams = append(c.Teams, anyTeam(t, id, c, people))
		}
		c.Shifts, c.Holidays, c.Calendars = anyShifts(t, c), anyHolidays(t, c), anyCalendars(t, c)
		for _, id := range append(ids(t, "touchpoint", 4), "front-door") {
			c.Touchpoints = append(c.Touchpoints, anyTouchpoint(t, id, c, lanes, topics, teams))
		}
		for _, id := range ids(t, "policy", 2) {
			if !slices.Contains(sayline.UsualPolicies, id) {
				c.Policies = append(c.Policies, anyPolicy(t, id, people, teams))
			}
		}
		for range rapid.IntRange(0, 4).Draw(t, "routes") {
			c.Routes = append(c.Routes, anyRule(t, c, topics, teams))
		}
		for _, id := range ids(t, "answer", 2) {
			words := rapid.Map(anyText(1000), func(words sayline.Text) sayline.Text {
				for lang, s := range words {
					words[lang] = strings.NewReplacer("{", "(", "}", ")").Replace(s) + oneOf(t, []string{"{name}", " {time}"}, "fact")
				}
				return words
			})
			c.Answers = append(c.Answers, sayline.ReadyAnswer{ID: id, Topics: some(t, topics, 2, "topics"), Teams: some(t, teams, 2, "teams"), Text: words.Draw(t, "text")})
		}
		for _, id := range ids(t, "webhook", 2) {
			c.Webhooks = append(c.Webhooks, sayline.Webhook{ID: id, URL: "https://hooks.example/" + id, Types: some(t, sayline.PublicEvents, 3, "types"),
				FullText: rapid.Bool().Draw(t, "full"), Guarded: rapid.Bool().Draw(t, "guarded"), Secret: rapid.IntRange(0, 9).Draw(t, "secret")})
		}
		return c
	})
}

func anyHead(t *rapid.T, people []string) sayline.Brand {
	return sayline.Brand{
		ID: "brand", Name: anyWords(80).Draw(t, "name"), LegalName: maybe(t, anyWords(80), "legal"), Languages: languages,
		Zone: oneOf(t, []string{"Europe/Madrid", "UTC"}, "zone"), Domains: some(t, []string{"a.example", "b.example"}, 2, "domains"), Sites: some(t, []string{"https://a.example", "https://b.example:8443"}, 2, "sites"),
		Trade: oneOf(t, sayline.Trades, "trade"), Rivals: some(t, []string{"Fizz & Co", "no", "12"}, 2, "rivals"),
		Look:        sayline.Look{Color: "#0b6e4f", Logo: oneOf(t, []string{"<svg></svg>", "<svg>\n  <path d=\"M0 0\"/>\n</svg>\n"}, "logo")},
		CoreMessage: maybe(t, anyText(300), "core"), Promise: maybe(t, anyText(300), "promise"),
		Character: sayline.Character{Traits: some(t, []string{"bright", "no", "1"}, 3, "traits"), Uses: some(t, []string{"a, b", "[c]"}, 2, "uses"), Never: some(t, []string{"dear customer: "}, 1, "never")},
		Lines:     anyLines(t),
		Feelings:  maybe(t, rapid.SampledFrom([][]int{{1, 2, 3, 4, 5}, {1, 5}}), "feelings"),
		Hours:     anyHours(t), Response: anyResponse(t),
		Privacy:    sayline.Privacy{Policy: maybe(t, anyWords(80), "policy"), Unidentified: rapid.IntRange(0, 900).Draw(t, "days"), Identified: rapid.IntRange(0, 900).Draw(t, "days")},
		Operator:   sayline.Operator{Name: maybe(t, anyWords(80), "operator"), PrivacyContact: maybe(t, anyWords(80), "contact")},
		Steps:      anySteps(t),
		Fallback:   some(t, []string{"tel:+34900000000", "mailto:hello@sparkle.example"}, 2, "fallback"),
		PublicPage: rapid.Bool().Draw(t, "public page"), Summaries: rapid.Bool().Draw(t, "summaries"),
		LastResort: oneOf(t, people, "last resort"),
	}
}

func anyPlaces(t *rapid.T, parent string, depth int) []sayline.Place {
	var places []sayline.Place
	for i := range rapid.IntRange(0, 3-depth).Draw(t, "places") {
		p := sayline.Place{ID: fmt.Sprintf("%s-%d", strings.TrimPrefix(parent+"-p", "-"), i), Name: anyText(80).Draw(t, "name"), Parent: parent, Level: oneOf(t, []string{"region", "shop", "no"}, "level"),
			Zone: oneOf(t, []string{"Europe/Lisbon"}, "zone"), Hours: anyHours(t), Lat: float64(rapid.IntRange(-90_000_000, 90_000_000).Draw(t, "lat")) / 1e6,
			Long: maybe(t, rapid.Float64Range(-180, 180), "long"), Listed: rapid.Bool().Draw(t, "listed")}
		if rapid.Bool().Draw(t, "gln?") {
			p.GLN = checked(fmt.Sprintf("950600013%03d", rapid.IntRange(0, 999).Draw(t, "gln")))
		}
		places = append(places, p)
		places = append(places, anyPlaces(t, p.ID, depth+1)...)
	}
	return places
}

func anyResponse(t *rapid.T) sayline.Response {
	return sayline.Response{Acknowledge: anyDuration(t, "ack"), Answer: anyDuration(t, "answer"), InHours: rapid.Bool().Draw(t, "in hours")}
}

func anyHours(t *rapid.T) sayline.Hours {
	clock := func(name string) string {
		return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, name), rapid.SampledFrom([]int{0, 5, 30}).Draw(t, name))
	}
	var h sayline.Hours
	for range rapid.IntRange(0, 2).Draw(t, "open") {
		h.Open = append(h.Open, sayline.OpenTime{Days: some(t, sayline.Weekdays, 3, "days"), From: clock("from"), Until: clock("until")})
	}
	if h.Open == nil {
		h.Always = rapid.Bool().Draw(t, "always")
		return h
	}
	for range rapid.IntRange(0, 2).Draw(t, "except") {
		e := sayline.OpenDate{Date: fmt.Sprintf("2026-12-%02d", rapid.IntRange(1, 20).Draw(t, "date")), Last: oneOf(t, []string{"2026-12-24", "2027-01-06"}, "last")}
		if rapid.Bool().Draw(t, "opens") {
			e.From, e.Until = clock("from"), clock("until")
		}
		h.Except = append(h.Except, e)
	}
	return h
}

func placeIDs(c *sayline.Config) (ids, levels []string) {
	for _, p := range c.Places {
		ids = append(ids, p.ID)
		if p.Level != "" {
			levels = append(levels, p.Level)
		}
	}
	return ids, levels
}

func anyPerson(t *rapid.T, id string) sayline.Person {
	p := sayline.Person{ID: id, Name: anyWords(80).Draw(t, "name"), Email: id + "@sparkle.example", Role: oneOf(t, sayline.Roles, "role"), Language: oneOf(t, languages, "language")}
	for range rapid.IntRange(0, 2).Draw(t, "contacts") {
		k := sayline.Contact{Channel: sayline.ByEmail, Address: id + "@home.example"}
		switch oneOf(t, sayline.ContactChannels, "channel") {
		case sayline.ByChat:
			k = sayline.Contact{Channel: sayline.ByChat, Address: "ntfy://ntfy.example/" + id}
		case sayline.BySMS:
			k = sayline.Contact{Channel: sayline.BySMS, Address: "+34600000001"}
		case sayline.ByVoice:
			k = sayline.Contact{Channel: sayline.ByVoice, Address: "+34600000001"}
		case sayline.ByWebhook:
			k = sayline.Contact{Channel: sayline.ByWebhook, Address: "https://hooks.example/" + id}
		}
		p.Contacts = append(p.Contacts, k)
	}
	return p
}

func anyTeam(t *rapid.T, id string, c *sayline.Config, people []string) sayline.Team {
	places, levels := placeIDs(c)
	team := sayline.Team{ID: id, Name: anyText(80).Draw(t, "name"), Covers: oneOf(t, levels, "covers"), Outside: maybe(t, anyWords(80), "outside")}
	for _, p := range some(t, people, 3, "members") {
		team.Members = append(team.Members, sayline.Membership{Person: p, Place: oneOf(t, places, "place"), Duty: rapid.Bool().Draw(t, "duty")})
	}
	return team
}

func anyTouchpoint(t *rapid.T, id string, c *sayline.Config, lanes, topics, teams []string) sayline.Touchpoint {
	places, _ := placeIDs(c)
	var gtins []string
	for _, p := range c.Products {
		gtins = append(gtins, p.GTIN)
	}
	return sayline.Touchpoint{
		ID: id, Name: anyText(300).Draw(t, "name"), Channel: rapid.SampledFrom(sayline.Channels).Draw(t, "channel"), Stage: rapid.SampledFrom(sayline.Stages).Draw(t, "stage"),
		Audiences: some(t, sayline.StandardAudiences, 3, "audiences"), Place: oneOf(t, places, "place"), Product: oneOf(t, gtins, "product"), Owner: oneOf(t, teams, "owner"),
		Lane: oneOf(t, lanes, "lane"), First: oneOf(t, sayline.Firsts, "first"), Topics: some(t, topics, 6, "topics"), Listed: rapid.Bool().Draw(t, "listed"), Silent: rapid.Bool().Draw(t, "silent"),
		Hours: anyHours(t), Response: anyResponse(t),
		Purpose: maybe(t, anyText(300), "purpose"), Promise: maybe(t, anyText(300), "promise"), Tone: maybe(t, anyText(300), "tone"), OnlyHere: maybe(t, anyText(300), "only here"),
		Message: oneOf(t, sayline.MessageFits, "message"), Feeling: maybe(t, anyText(300), "feeling"), Lines: anyLines(t),
		Face: rapid.IntRange(0, 5).Draw(t, "face"), FeelingTopic: oneOf(t, topics, "feeling topic"), OppositeTopic: oneOf(t, topics, "opposite topic"), OnlyHereWords: some(t, []string{"neighbour", "no", "1:30"}, 2, "only here words"),
	}
}

func anyRule(t *rapid.T, c *sayline.Config, topics, teams []string) sayline.Rule {
	places, levels := placeIDs(c)
	r := sayline.Rule{
		When: sayline.Match{
			Topics: some(t, topics, 2, "topic"), Kinds: some(t, sayline.Kinds, 2, "kind"), Feelings: some(t, []int{1, 2, 3, 4, 5}, 3, "feeling"), Channels: some(t, sayline.Channels, 2, "channel"),
			Audiences: some(t, sayline.StandardAudiences, 2, "audience"), Places: some(t, places, 2, "place"), Sources: some(t, sayline.Sources, 2, "source"), Has: some(t, sayline.Haves, 2, "has"),
		},
		To: rapid.SampledFrom(teams).Draw(t, "to"), Urgency: oneOf(t, sayline.Urgencies, "urgency"), Within: anyDuration(t, "within"), Answer: anyDuration(t, "answer"),
		Also: some(t, teams, 2, "also"), GroupAt: oneOf(t, levels, "group at"), GroupBy: some(t, sayline.GroupFields, 2, "group by"),
	}
	if raised := slices.DeleteFunc([]string{sayline.Critical, sayline.Urgent, sayline.Normal}, func(u string) bool { return r.Urgency != "" && !sayline.MoreUrgent(u, r.Urgency) }); r.Urgency != sayline.None && len(raised) > 0 && rapid.Bool().Draw(t, "raises") {
		r.Raise = sayline.Raise{At: rapid.IntRange(2, 100).Draw(t, "at"), Words: some(t, []string{"glass", "allerg*", "no"}, 2, "raised by"), To: rapid.SampledFrom(raised).Draw(t, "raised to")}
	}
	for _, p := range c.Policies {
		if rapid.Bool().Draw(t, "climbs by "+p.ID) {
			r.Policy = p.ID
		}
	}
	return r
}

// anyShifts are shifts of the people who are in a team.
func anyShifts(t *rapid.T, c *sayline.Config) []sayline.Shift {
	var shifts []sayline.Shift
	for _, team := range c.Teams {
		for i, m := range team.Members {
			if !rapid.Bool().Draw(t, "a shift") {
				continue
			}
			s := sayline.Shift{ID: fmt.Sprintf("shift-%s-%d", team.ID, i), Team: team.ID, Place: m.Place, Zone: oneOf(t, []string{"Europe/Madrid"}, "zone"), Holidays: oneOf(t, sayline.HolidayRules, "holidays"),
				Since: oneOf(t, []string{"2026-11-30"}, "since"), Until: oneOf(t, []string{"2027-11-30"}, "until")}
			for range rapid.IntRange(0, 3).Draw(t, "blocks") {
				s.Blocks = append(s.Blocks, sayline.Block{Days: some(t, sayline.Weekdays, 7, "days"), From: anyClock(t), Until: anyClock(t)})
			}
			if s.Person = m.Person; rapid.Bool().Draw(t, "turns") {
				s.Person, s.Rotation = "", sayline.Rotation{People: []string{m.Person}, Days: rapid.IntRange(0, 14).Draw(t, "turn"), Starts: "2026-11-30", HandOver: maybe(t, rapid.Just("08:00"), "hand-over")}
			}
			shifts = append(shifts, s)
		}
	}
	return shifts
}

func anyClock(t *rapid.T) string {
	return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute"))
}

func anyHolidays(t *rapid.T, c *sayline.Config) []sayline.Holiday {
	places, _ := placeIDs(c)
	var days []sayline.Holiday
	for i := range rapid.IntRange(0, 2).Draw(t, "holidays") {
		days = append(days, sayline.Holiday{Date: fmt.Sprintf("2026-12-%d", 24+i), Name: anyText(80).Draw(t, "name"), Places: some(t, places, 2, "places")})
	}
	return days
}

func anyCalendars(t *rapid.T, c *sayline.Config) []sayline.Calendar {
	places, _ := placeIDs(c)
	var feeds []sayline.Calendar
	for _, id := range ids(t, "calendar", 2) {
		feeds = append(feeds, sayline.Calendar{ID: id, Team: rapid.SampledFrom(c.Teams).Draw(t, "team").ID, Place: oneOf(t, places, "place"), URL: "https://calendar.example/" + id + ".ics"})
	}
	return feeds
}

// anyPolicy asks people and teams there are.
func anyPolicy(t *rapid.T, id string, people, teams []string) sayline.Policy {
	asks := slices.Clone(sayline.Asks)
	for _, p := range people {
		asks = append(asks, sayline.AskPerson+p)
	}
	for _, team := range teams {
		asks = append(asks, sayline.AskOneTeam+team)
	}
	span := func(name string) sayline.Duration {
		return sayline.Duration(rapid.SampledFrom([]time.Duration{0, time.Minute, time.Hour, 24 * time.Hour}).Draw(t, name))
	}
	p := sayline.Policy{ID: id, Loops: rapid.IntRange(0, 3).Draw(t, "loops"), AckTimeout: span("time-out")}
	for range rapid.IntRange(1, 3).Draw(t, "steps") {
		p.Steps = append(p.Steps, sayline.PolicyStep{Ask: rapid.SliceOfNDistinct(rapid.SampledFrom(asks), 1, 3, rapid.ID).Draw(t, "ask"), By: some(t, sayline.StepWays, 2, "by"), Wait: span("wait")})
	}
	return p
}
