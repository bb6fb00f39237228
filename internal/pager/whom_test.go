package pager

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/store"
)

// asked says whom a rung asks, as "lucia duty!" with ! for those who are written to.
func asked(list []callee) string {
	var parts []string
	for _, c := range list {
		s := c.person + " " + c.role
		if c.loud {
			s += "!"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, ", ")
}

func TestWhom(t *testing.T) {
	c := sparkle("https://hook.example/")
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	plain := brands.New(1, c, nil)
	nuriaOn := brands.New(1, c, []sayline.OnDuty{{Brand: "sparkle", ID: "1", Team: "distribution", Place: "sevilla", Person: "nuria", From: now.Add(-time.Hour), Until: now.Add(time.Hour)}})
	noLast := sparkle("https://hook.example/")
	noLast.LastResort = ""
	due := func(place, lane string, also ...string) *store.Due {
		return &store.Due{Case: &sayline.Case{Team: "distribution", Place: place, Lane: lane}, Place: place, Also: also}
	}
	for name, k := range map[string]struct {
		b    *brands.Snapshot
		d    *store.Due
		rung rung
		want string
	}{
		"urgent: everybody is written to":                {plain, due("madrid", "", "quality"), urgent.rungs[0], "lucia duty!, marco team!, nuria team!, quique also!"},
		"normal: only who is on duty is":                 {plain, due("madrid", "", "quality"), normal.rungs[0], "lucia duty!, marco team, nuria team, quique also"},
		"praise: the team, silently":                     {plain, due("madrid", ""), praise.rungs[0], "lucia duty!, marco team!, nuria team!"},
		"then duty again and the last resort":            {plain, due("madrid", ""), normal.last, "lucia duty!, ana duty!"},
		"nobody on duty: the team still sees it":         {plain, due("sevilla", ""), normal.rungs[0], "nuria team"},
		"nobody on duty: then the last resort":           {plain, due("sevilla", ""), normal.last, "ana duty!"},
		"who said I'm on":                                {nuriaOn, due("sevilla", ""), normal.rungs[0], "nuria duty!"},
		"nobody at all":                                  {brands.New(1, noLast, nil), due("sevilla", ""), normal.last, ""},
		"private: only those who may see it":             {plain, due("madrid", "people", "quality"), urgent.rungs[0], ""},
		"private: what nobody takes goes to all of them": {plain, due("madrid", "people"), urgent.last, "rosa duty!"},
		"a lane that is no more: nobody":                 {plain, due("madrid", "gone"), urgent.last, ""},
		"by name, and another team":                      {plain, due("madrid", ""), rung{people: []string{"ana", "nobody"}, teams: []string{"quality"}}, "ana duty!, quique team!"},
		"by name, of those who may see a private lane":   {plain, due("madrid", "people"), rung{people: []string{"ana", "rosa"}, teams: []string{"quality"}}, "rosa duty!"},
	} {
		_, list := whom(k.b, k.d, k.rung, now)
		if got := asked(list); got != k.want {
			t.Errorf("%s: %s, want %s", name, got, k.want)
		}
	}
}

// TestWhomProperties: nobody is asked twice, nobody who is not of the brand, in
// a lane nobody who may not see it, and only by contacts they have.
func TestWhomProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := []string{"lucia", "marco", "nuria", "quique", "ana", "rosa", "stranger"}
		some := func(label string) []string {
			return rapid.SliceOfDistinct(rapid.SampledFrom(people), rapid.ID[string]).Draw(t, label)
		}
		c := sparkle("https://hook.example/")
		c.LastResort = rapid.SampledFrom(append(people, "")).Draw(t, "last resort")
		c.Lanes[0].See = some("see")
		for i := range c.Teams {
			c.Teams[i].Members = nil
			for _, p := range some("team " + c.Teams[i].ID) {
				place := rapid.SampledFrom([]string{"", "madrid", "calle-mayor", "sevilla"}).Draw(t, "place of "+p)
				c.Teams[i].Members = append(c.Teams[i].Members, sayline.Membership{Person: p, Place: place, Duty: rapid.Bool().Draw(t, "duty of "+p)})
			}
		}
		b := brands.New(1, c, nil)
		lane := rapid.SampledFrom([]string{"", "people"}).Draw(t, "lane")
		d := &store.Due{Place: rapid.SampledFrom([]string{"", "madrid", "calle-mayor", "sevilla"}).Draw(t, "said at"), Also: []string{"quality", "distribution"},
			Case: &sayline.Case{Team: "distribution", Place: rapid.SampledFrom([]string{"", "madrid", "sevilla"}).Draw(t, "place"), Lane: lane}}
		r := rung{asks: who(rapid.IntRange(0, 15).Draw(t, "asks")), loud: who(rapid.IntRange(0, 15).Draw(t, "loud"))}
		found, list := whom(b, d, r, time.Unix(1e9, 0))
		seen := map[string]bool{}
		for _, k := range list {
			if seen[k.person] || k.person == "stranger" || lane != "" && !slices.Contains(c.Lanes[0].See, k.person) {
				t.Fatalf("%s asked: %s", k.person, asked(list))
			}
			seen[k.person] = true
			ways := k.contacts(b, sayline.Urgent)
			if ways[0].Channel != sayline.ByDesk || !k.loud && len(ways) != 1 || k.loud && len(ways) != 1+len(b.Index.Person(k.person).Contacts) {
				t.Fatalf("%s by %v", k.person, ways)
			}
		}
		if r.asks&onDuty != 0 && found.Duty() && found.Person != "stranger" && lane == "" && (len(list) == 0 || list[0].person != found.Person || list[0].role != sayline.ForDuty) {
			t.Fatalf("%s is on duty, asked: %s", found.Person, asked(list))
		}
		if r.asks == 0 && len(list) > 0 {
			t.Fatal("nobody should be asked")
		}
	})
}
