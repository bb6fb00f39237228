// Package wordstest holds templates and code to the catalogues: every key they
// name must exist. Only tests import it.
//
//   - [Templates] reads the parse trees of templates.
//   - [Code] reads the Go files of a package.
package wordstest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"html/template"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"

	"github.com/sayline/sayline/internal/words"
)

// methods are the ways to say a key: its first argument is one.
var methods = []string{"Say", "Count", "Line"}

// Templates fails the test for every key in the templates, said as .Say "key"
// (or Count, Line) on whatever it stands, that the languages of its part lack.
func Templates(t *testing.T, c *words.Catalogue, set *template.Template) {
	t.Helper()
	n := 0
	for _, tmpl := range set.Templates() {
		if tmpl.Tree == nil {
			continue
		}
		walk(tmpl.Tree.Root, func(key string) {
			n++
			check(t, c, key, "template "+tmpl.Name())
		})
	}
	if n == 0 {
		t.Error("the templates say nothing; is the check looking at the right ones?")
	}
}

func check(t *testing.T, c *words.Catalogue, key, where string) {
	t.Helper()
	part := c.PartOf(key)
	if part == "" {
		t.Errorf("%s says %q, which no part has", where, key)
	}
	for _, l := range c.Languages(part) {
		if !c.In(l).Has(key) {
			t.Errorf("%s says %q, which %s does not have", where, key, l)
		}
	}
}

// walk calls see with every key said under a node.
func walk(node parse.Node, see func(string)) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, c := range n.Nodes {
				walk(c, see)
			}
		}
	case *parse.ActionNode:
		walk(n.Pipe, see)
	case *parse.TemplateNode:
		walk(n.Pipe, see)
	case *parse.IfNode:
		branch(&n.BranchNode, see)
	case *parse.RangeNode:
		branch(&n.BranchNode, see)
	case *parse.WithNode:
		branch(&n.BranchNode, see)
	case *parse.PipeNode:
		if n != nil {
			for _, c := range n.Cmds {
				command(c, see)
			}
		}
	}
}

func branch(n *parse.BranchNode, see func(string)) {
	walk(n.Pipe, see)
	walk(n.List, see)
	walk(n.ElseList, see)
}

func command(n *parse.CommandNode, see func(string)) {
	for _, a := range n.Args {
		walk(a, see)
	}
	if len(n.Args) < 2 {
		return
	}
	var path []string
	switch f := n.Args[0].(type) {
	case *parse.FieldNode:
		path = f.Ident
	case *parse.VariableNode:
		path = f.Ident
	}
	key, isText := n.Args[1].(*parse.StringNode)
	if isText && len(path) > 0 && slices.Contains(methods, path[len(path)-1]) {
		see(key.Text)
	}
}

// Code fails the test for every key that a Go file of the folder says as a
// literal and the languages of its part lack.
func Code(t *testing.T, c *words.Catalogue, folder string) {
	t.Helper()
	set := token.NewFileSet()
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range names {
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if key, where, ok := saidIn(set, node); ok {
				n++
				check(t, c, key, where)
			}
			return true
		})
	}
	if n == 0 {
		t.Errorf("the code in %s says nothing; is the check looking at the right one?", folder)
	}
}

// saidIn is the key of a call such as x.Say("key", …).
func saidIn(set *token.FileSet, node ast.Node) (key, where string, ok bool) {
	call, isCall := node.(*ast.CallExpr)
	if !isCall || len(call.Args) == 0 {
		return "", "", false
	}
	sel, isSel := call.Fun.(*ast.SelectorExpr)
	lit, isLit := call.Args[0].(*ast.BasicLit)
	if !isSel || !isLit || lit.Kind != token.STRING || !slices.Contains(methods, sel.Sel.Name) {
		return "", "", false
	}
	key, err := strconv.Unquote(lit.Value)
	return key, set.Position(call.Pos()).String(), err == nil && !strings.Contains(key, " ")
}
