package docs_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// shape is a schema with its references opened and without its words.
type shape map[string]any

// said are the members of a schema that say what a document must be.
var said = []string{"type", "format", "enum", "const", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"}

// opened reads a schema of a document: root is where its references lead.
func opened(t *testing.T, root, v any) shape {
	t.Helper()
	m, ok := v.(map[string]any)
	if !ok {
		return shape{}
	}
	if ref, ok := m["$ref"].(string); ok {
		at := root
		for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
			next, _ := at.(map[string]any)
			at = next[part]
		}
		if at == nil {
			t.Fatalf("%s leads nowhere", ref)
		}
		return opened(t, root, at)
	}
	s := shape{}
	for _, name := range said {
		if w, ok := m[name]; ok {
			s[name] = fmt.Sprint(w)
		}
	}
	if list, ok := m["required"].([]any); ok {
		var names []string
		for _, n := range list {
			names = append(names, fmt.Sprint(n))
		}
		slices.Sort(names)
		s["required"] = strings.Join(names, " ")
	}
	if properties, ok := m["properties"].(map[string]any); ok {
		for name, p := range properties {
			s["."+name] = opened(t, root, p)
		}
	}
	for _, name := range []string{"items", "additionalProperties"} {
		if w, ok := m[name]; ok {
			s[name] = opened(t, root, w)
		}
	}
	return s
}

// differ tells where two shapes say something else.
func differ(at string, a, b shape) (list []string) {
	names := map[string]bool{}
	for n := range a {
		names[n] = true
	}
	for n := range b {
		names[n] = true
	}
	for n := range names {
		one, two := a[n], b[n]
		x, isX := one.(shape)
		y, isY := two.(shape)
		switch {
		case isX && isY:
			list = append(list, differ(at+"/"+strings.TrimPrefix(n, "."), x, y)...)
		case fmt.Sprint(one) != fmt.Sprint(two):
			list = append(list, fmt.Sprintf("%s: %s is %.80v and %.80v", at, n, one, two))
		}
	}
	slices.Sort(list)
	return list
}

func document(t *testing.T, src string) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// narrower is what a server may say of itself beyond the protocol, with how.
var narrower = map[string]string{
	"discovery/cx: const is <nil> and 2026-11":                                               "it speaks this version",
	"accepted/reference: pattern is <nil> and ^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$": "so are its references",
}

// The published schemas and the components of the OpenAPI document that a real
// server gives say the same of the same documents.
func TestSchemasAgree(t *testing.T) {
	_, body := get(t, serve(t)+"/cx/openapi.json")
	openapi := document(t, body)
	var names struct {
		Components struct {
			Schemas map[string]json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(body), &names); err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, name := range []string{"discovery", "moment", "accepted", "receipt", "problem"} {
		src, err := os.ReadFile(filepath.Join("schema", name+".schema.json"))
		if err != nil {
			t.Fatal(err)
		}
		published := document(t, string(src))
		component := strings.ToUpper(name[:1]) + name[1:]
		a := opened(t, published, published)
		b := opened(t, openapi, map[string]any{"$ref": "#/components/schemas/" + component})
		if len(a) < 3 || len(b) < 3 {
			t.Errorf("%s has nothing in it: %v, %v", name, a, b)
		}
		for _, d := range differ(name, a, b) {
			if narrower[d] == "" {
				t.Error(d)
			} else {
				told++
			}
		}
	}
	if told != len(narrower) {
		t.Errorf("%d of the differences that may be are there, not all %d", told, len(narrower))
	}
}
