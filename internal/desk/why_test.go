package desk_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house/housetest"
	"github.com/sayline/sayline/internal/words"
)

// TestWhyAndWhere: the decision is a sentence with its version, what became of
// the rule since, and what was decided before; the owner can try it again.
func TestWhyAndWhere(t *testing.T) {
	h := openDesk(t, housetest.Options{})
	said := h.Say(sparkle, sayline.Moment{Topic: "cant-find-it", Feeling: 2, Context: housetest.At("k7f3")})
	path := "/b/sparkle/desk/" + said.Moment.Case
	v := visit(t, h, lucia)
	_, page := v.get(path)
	mustHold(t, page, "Rule 2: topic is <b>Can&#39;t find it</b> → <b>Distribution, Madrid</b>", "Decided by version 1 of the rules", "Step by step", "Step 1", "whenever nobody else is")
	if strings.Contains(page, "have changed since") || strings.Contains(page, "/routes?") {
		t.Error("it tells of a change that was not made, or leads who may not to the routes")
	}
	change := func(by string, edit func(*sayline.Config)) {
		stored, err := h.Store.Config(t.Context(), sparkle)
		if err != nil {
			t.Fatal(err)
		}
		next := *stored.Config
		edit(&next)
		if _, err := h.Store.SaveConfig(t.Context(), &next, stored.Version, by); err != nil {
			t.Fatal(err)
		}
		if err := h.Keeper.Reload(t.Context(), sparkle); err != nil {
			t.Fatal(err)
		}
	}
	change("elena", func(c *sayline.Config) {
		c.Routes = append([]sayline.Rule{{When: sayline.Match{Touchpoints: []string{"front-door"}}, To: "service"}}, c.Routes...)
	})
	_, page = v.get(path)
	mustHold(t, page, "this one is the same today, now as: Rule 3")
	change("elena", func(c *sayline.Config) {
		c.Routes = append([]sayline.Rule{{When: sayline.Match{Topics: []string{"cant-find-it"}}, To: "service", Urgency: sayline.Urgent}}, c.Routes...)
	})
	_, page = visit(t, h, elena).get(path)
	mustHold(t, page, "Today it would go by Rule 1 to Service, urgent", "/routes?ref="+url.QueryEscape(said.Moment.Reference))
	if status, _ := visit(t, h, lucia).post(path+"/hand-over", url.Values{"team": {"service"}}); status >= 400 {
		t.Fatalf("handing over answers %d", status)
	}
	_, page = visit(t, h, elena).get(path)
	mustHold(t, page, "Lucía", "gave it on → <b>Service", "Rule 2, to Distribution. Then Lucía")
}

// TestEverySourceHasItsWord: whatever duty finds somebody by can be said; read
// from its code, so that a new source is not forgotten.
func TestEverySourceHasItsWord(t *testing.T) {
	c, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "../duty/duty.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Source") {
			return true
		}
		source, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		n++
		for _, l := range []string{"en", "es", "ar"} {
			if !c.In(l).Has("hop_" + source) {
				t.Errorf("%s has no word for %s", l, source)
			}
		}
		return true
	})
	if n < 7 {
		t.Errorf("only %d sources were found; is this the right file?", n)
	}
}
