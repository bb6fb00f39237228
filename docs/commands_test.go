package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// commandLine reads the commands of cmd/sayline and the flags of each from its
// sources: what a command's function declares, and what the functions that it
// calls declare.
func commandLine(t *testing.T) map[string]map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "cmd", "sayline", "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources of the command line: %v", err)
	}
	flags, calls, commands := map[string][]string{}, map[string][]string{}, map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || strings.HasSuffix(name, "_test.go") {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					fn, flag := called(n)
					calls[f.Name.Name] = append(calls[f.Name.Name], fn)
					if flag != "" {
						flags[f.Name.Name] = append(flags[f.Name.Name], flag)
					}
				case *ast.CompositeLit:
					if len(n.Elts) == 4 && f.Name.Name == "commands" {
						if run, ok := n.Elts[3].(*ast.Ident); ok {
							commands[literal(n.Elts[0])] = run.Name
						}
					}
				}
				return true
			})
		}
	}
	line := map[string]map[string]bool{}
	for command, run := range commands {
		line[command] = map[string]bool{}
		for todo, seen := []string{run}, []string{}; len(todo) > 0; todo = todo[1:] {
			if fn := todo[0]; !slices.Contains(seen, fn) {
				seen = append(seen, fn)
				todo = append(todo, calls[fn]...)
				maps.Insert(line[command], maps.All(set(flags[fn])))
			}
		}
	}
	if len(line) < 8 || !line["serve"]["listen"] || !line["apply"]["dry-run"] || line["export"]["listen"] {
		t.Fatalf("the command line was misread: %v", line)
	}
	return line
}

// called is the function or method that is called, and the flag it declares, if any.
func called(c *ast.CallExpr) (name, flag string) {
	switch fn := c.Fun.(type) {
	case *ast.Ident:
		return fn.Name, ""
	case *ast.SelectorExpr:
		name = fn.Sel.Name
		on, ok := fn.X.(*ast.Ident)
		at := 0
		if strings.HasSuffix(name, "Var") {
			at = 1
		}
		if ok && on.Name == "f" && len(c.Args) > at+1 {
			flag = literal(c.Args[at])
		}
	}
	return name, flag
}

// literal is a string that stands in the source; "" for anything else.
func literal(e ast.Expr) string {
	if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
		s, _ := strconv.Unquote(l.Value)
		return s
	}
	return ""
}

func set(list []string) map[string]bool {
	m := map[string]bool{}
	for _, s := range list {
		m[s] = true
	}
	return m
}
