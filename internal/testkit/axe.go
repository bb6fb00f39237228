package testkit

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
)

// axe is axe-core, which finds what keeps people out of a page. It is Deque's,
// under the MPL 2.0 (see the folder), unchanged, and only in the tests.
//
//go:embed axe/axe-4.14.1.min.js
var axe string

// axe brings axe into the page and asks it. A page that was about to go elsewhere
// takes axe with it: then the next one is asked.
func (p *Page) axe() string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for try := 1; ; try++ {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[any](`typeof window.axe === "object" || (() => {`+axe+"\n})();0"))
		if err == nil {
			var told string
			if told, err = chromedp.Run(ctx, chromedp.Evaluate[string](askAxe, chromedp.EvalAwaitPromise)); err == nil {
				return told
			}
		}
		if try == 3 || ctx.Err() != nil {
			p.t.Fatalf("axe can't look at the page: %v", err)
		}
	}
}

const askAxe = `axe.run(document, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
	.then(r => JSON.stringify({violations: r.violations, passes: r.passes.length}))`

// violation is what axe says of a page: a rule, and the elements that break it.
type violation struct {
	ID     string
	Impact string
	Help   string
	Nodes  []struct {
		Target  []any
		Summary string `json:"failureSummary"`
	}
}

// MustLetEverybodyIn asks axe about the page as it stands, by all rules of WCAG
// 2.2 A and AA and its own best practice; each violation is an error of the
// test. state names what is being looked at.
func (p *Page) MustLetEverybodyIn(state string) {
	p.t.Helper()
	p.DrawAll()
	told := p.axe()
	var result struct {
		Violations []violation
		Passes     int
	}
	if err := json.Unmarshal([]byte(told), &result); err != nil {
		p.t.Fatal(err)
	}
	if result.Passes == 0 {
		p.t.Errorf("%s: axe looked at nothing", state)
	}
	for _, v := range result.Violations {
		var where strings.Builder
		for _, n := range v.Nodes {
			fmt.Fprintf(&where, "\n  %v: %s", n.Target, strings.ReplaceAll(n.Summary, "\n", " "))
		}
		p.t.Errorf("%s: %s (%s): %s%s", state, v.ID, v.Impact, v.Help, where.String())
	}
}
