package js_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/dop251/goja"

	"github.com/sayline/sayline/cx"
	"github.com/sayline/sayline/cx/js"
)

// module runs cx.js without its exports; what a page gives it is not there.
func module(t *testing.T) *goja.Runtime {
	t.Helper()
	vm := goja.New()
	if _, err := vm.RunString(regexp.MustCompile(`(?m)^export `).ReplaceAllString(js.Source, "")); err != nil {
		t.Fatal(err)
	}
	return vm
}

func eval(t *testing.T, vm *goja.Runtime, script string) string {
	t.Helper()
	v, err := vm.RunString(script)
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return v.String()
}

// Templates are filled in as the Go client does it.
func TestExpand(t *testing.T) {
	src, err := os.ReadFile("../testdata/rfc6570.json")
	if err != nil {
		t.Fatal(err)
	}
	vm := module(t)
	wrong := eval(t, vm, `const doc = `+string(src)+`
		if (doc.cases.length < 50) throw new Error('no cases')
		doc.cases.filter(([template, want]) => expand(template, doc.values) !== want).map(([template, want]) => template + ' is ' + expand(template, doc.values) + ', not ' + want).join('\n')`)
	if wrong != "" {
		t.Error(wrong)
	}
	if got := eval(t, vm, `expand('{?a,b}', {a: undefined, b: 'x'})`); got != "?b=x" {
		t.Error(got)
	}
}

// A document counts where it does for the Go client, and names the same members.
func TestValidate(t *testing.T) {
	vm := module(t)
	good := `{cx: '2026-11', brand: {name: 'S'}, domains: ['s.example'], languages: ['en'], expires: '2099-01-01T00:00:00Z', fallback: ['tel:+34']}`
	for change, want := range map[string]string{
		"":                                   "",
		`d.cx = ''`:                          "cx",
		`d.brand.name = ' '`:                 "brand.name",
		`d.domains = []`:                     "domains",
		`delete d.languages`:                 "languages",
		`d.expires = '2020-01-01T00:00:00Z'`: "expires",
		`d.expires = 'soon'`:                 "expires",
		`d.fallback = []`:                    "screen",
		`d.screen = 'javascript:alert(1)'`:   "screen",
		`d.screen = 'https://s.example/cx'; d.fallback = []`: "",
		`d.fallback = ['javascript:x']`:                      "fallback",
		`d.api = {submit: '/cx/moments'}`:                    "api.submit",
	} {
		if got := eval(t, vm, `(() => { const d = `+good+`; `+change+`; return validate(d).join() })()`); got != want {
			t.Errorf("after %q the faults are %q, want %q", change, got, want)
		}
	}
	if got := eval(t, vm, `VERSION + ' ' + REL`); got != cx.Version+" "+cx.Rel {
		t.Error(got)
	}
}

// Everything a page may import says what it takes and gives.
func TestEveryExportIsTyped(t *testing.T) {
	exported := regexp.MustCompile(`(?m)^export (?:async )?(?:function|class) (\w+)`).FindAllStringIndex(js.Source, -1)
	if len(exported) < 8 {
		t.Fatalf("%d exports", len(exported))
	}
	for _, at := range exported {
		if before := strings.TrimRight(js.Source[:at[0]], "\n"); !strings.HasSuffix(before, "*/") {
			t.Errorf("%s has no comment before it", js.Source[at[0]:at[1]])
		}
	}
}
