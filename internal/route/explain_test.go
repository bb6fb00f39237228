package route

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/sayline/sayline"
)

// TestExplainAgrees: what explains a decision gives the same one, and for every
// rule before it a member that really does not hold.
func TestExplainAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pick := func(name string, values ...string) []string {
			return rapid.SliceOfNDistinct(rapid.SampledFrom(values), 0, 2, rapid.ID).Draw(t, name)
		}
		c := &sayline.Config{Teams: []sayline.Team{{ID: "crew"}}, Topics: []sayline.Topic{{ID: "a", Kind: "problem"}, {ID: "b", Kind: "idea"}}}
		for range rapid.IntRange(0, 6).Draw(t, "rules") {
			c.Routes = append(c.Routes, sayline.Rule{To: "crew", When: sayline.Match{Topics: pick("topic", "a", "b"), Kinds: pick("kind", "problem", "idea"), Sources: pick("source", "qr", "kiosk"), Has: pick("has", "words", "lot")}})
		}
		r := New(1, c, sayline.NewIndex(c))
		m := &sayline.Moment{Topic: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "said"), Feeling: 2, Text: rapid.SampledFrom([]string{"", "words"}).Draw(t, "text"), Context: sayline.Context{Source: "qr"}}
		r.Place(m)
		d, missed := r.Explain(m)
		if again := r.Decide(m); again.Rule != d.Rule || again.GroupKey != d.GroupKey {
			t.Fatalf("explained rule %d, decided %d", d.Rule, again.Rule)
		}
		want := d.Rule - 1
		if d.Rule == 0 {
			want = len(c.Routes)
		}
		if len(missed) != want {
			t.Fatalf("%d rules are explained, %d came before", len(missed), want)
		}
		for i, miss := range missed {
			if miss.Rule != i+1 || miss.Field == "" || len(miss.Want) == 0 {
				t.Fatalf("rule %d: %+v", i+1, miss)
			}
		}
	})
}
