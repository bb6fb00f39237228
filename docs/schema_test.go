package docs_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/sayline/sayline/cx"
)

// published compiles one of the protocol's schemas in docs/schema.
func published(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	src, err := os.Open(filepath.Join("schema", name+".schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	doc, err := jsonschema.UnmarshalJSON(src)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fits says whether a document is what a schema says.
func fits(t *testing.T, schema, what, text string) {
	t.Helper()
	if err := valid(t, schema, text); err != nil {
		t.Errorf("%s does not fit %s.schema.json: %v", what, schema, err)
	}
}

func valid(t *testing.T, schema, text string) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return published(t, schema).Validate(doc)
}

// Every example of the text fits its schema, and so does what a real server
// sends; the static file of level 0 too.
func TestSchemas(t *testing.T) {
	text := documents(t)["../docs/protocol.md"]
	before, after, _ := strings.Cut(text, "<!-- submit -->\n")
	first, list := blocks(before), blocks(after)
	for schema, example := range map[string]string{"problem": first[0].text, "discovery": first[1].text, "moment": list[0].text, "accepted": list[2].text, "receipt": list[3].text} {
		fits(t, schema, "the example of "+schema, example)
	}
	hooks := documents(t)["../docs/webhooks.md"]
	i := slices.IndexFunc(blocks(hooks), func(b block) bool { return b.lang == "json" })
	fits(t, "event", "the example in webhooks.md", blocks(hooks)[i].text)
	level0, err := os.ReadFile("../cx/minimal/level0/.well-known/cx")
	if err != nil {
		t.Fatal(err)
	}
	fits(t, "discovery", "the static file", string(level0))

	base := serve(t)
	_, body := get(t, base+cx.WellKnown)
	fits(t, "discovery", "the real document", body)
	post := func(key, said string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/cx/moments", strings.NewReader(said))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", key)
		return do(t, req)
	}
	_, body = post("0123456789abcdef0123456789abcdef", list[0].text)
	fits(t, "accepted", "the real answer", body)
	var a cx.Accepted
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatal(err)
	}
	_, body = get(t, a.Receipt)
	fits(t, "receipt", "the real receipt", body)
	_, body = post("0123456789abcdef0123456789abcdeg", `{"feeling": 9}`)
	fits(t, "problem", "the real problem", body)
}

// A schema that takes everything says nothing.
func TestSchemasRefuse(t *testing.T) {
	for schema, bad := range map[string][]string{
		"discovery": {`{}`, `{"cx":"2026-11","brand":{"name":"S"},"domains":["s.example"],"languages":["en"],"expires":"2027-01-01T00:00:00Z"}`, `{"cx":"2026-11","brand":{"name":"S"},"domains":[],"languages":["en"],"expires":"2027-01-01T00:00:00Z","fallback":["tel:+34"]}`},
		"moment":    {`{}`, `{"feeling":6}`, `{"text":7}`, `{"feeling":3,"class":"known"}`},
		"accepted":  {`{}`, `{"id":"1","reference":"A","received_at":"soon","status":"received","retain_until":"2027-01-01T00:00:00Z"}`},
		"receipt":   {`{}`, `{"id":"1","reference":"A","received_at":"2027-01-01T00:00:00Z","status":"fine","retain_until":"2027-01-01T00:00:00Z","history":[],"messages":[],"moment":{"cx":"2026-11"}}`},
		"problem":   {`{}`, `{"title":"x","status":"422"}`},
		"event":     {`{}`, `{"specversion":"1.0","id":"1","source":"https://s.example/cx","type":"cx.nothing","time":"2027-01-01T00:00:00Z","subject":"1","data":{"brand":"s","seq":1}}`, `{"specversion":"1.0","id":"1","source":"https://s.example/cx","type":"cx.case.opened","time":"2027-01-01T00:00:00Z","subject":"1","data":{"brand":"s","seq":1,"contact":{}}}`},
	} {
		for _, text := range bad {
			if valid(t, schema, text) == nil {
				t.Errorf("%s.schema.json takes %s", schema, text)
			}
		}
	}
}

// The AsyncAPI document names the events of the schema, each with its message,
// and every reference in it leads somewhere.
func TestAsyncAPI(t *testing.T) {
	src, err := os.ReadFile("schema/asyncapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(src, &doc); err != nil || doc["asyncapi"] != "3.0.0" {
		t.Fatal(doc["asyncapi"], err)
	}
	at := func(path string) any {
		var v any = doc
		for part := range strings.SplitSeq(path, "/") {
			m, _ := v.(map[string]any)
			v = m[part]
		}
		return v
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok && ref != "./event.schema.json" && at(strings.TrimPrefix(ref, "#/")) == nil {
				t.Errorf("%s leads nowhere", ref)
			}
			for _, w := range v {
				walk(w)
			}
		case []any:
			for _, w := range v {
				walk(w)
			}
		}
	}
	walk(doc)
	event, err := os.ReadFile("schema/event.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties struct {
			Type struct{ Enum []string }
		}
	}
	if err := json.Unmarshal(event, &schema); err != nil {
		t.Fatal(err)
	}
	messages, _ := at("components/messages").(map[string]any)
	if len(messages) != len(schema.Properties.Type.Enum) || len(messages) < 9 {
		t.Errorf("%d messages, %d types", len(messages), len(schema.Properties.Type.Enum))
	}
	for _, name := range schema.Properties.Type.Enum {
		if messages[name] == nil {
			t.Errorf("%s has no message", name)
		}
	}
}

// What a server serves of it stands alone: each reference leads somewhere in it,
// and what is sent fits it.
func TestAsyncAPIStandsAlone(t *testing.T) {
	status, body := get(t, serve(t)+"/cx/asyncapi.json")
	if status != http.StatusOK {
		t.Fatalf("it was answered %d", status)
	}
	doc := document(t, body)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("http://asyncapi.example/doc.json", doc); err != nil {
		t.Fatal(err)
	}
	hooks := blocks(documents(t)["../docs/webhooks.md"])
	i := slices.IndexFunc(hooks, func(b block) bool { return b.lang == "json" })
	event := document(t, hooks[i].text)
	for name, fits := range map[string]bool{"cx.moment.received": true, "cx.case.opened": false} {
		s, err := c.Compile("http://asyncapi.example/doc.json#/components/messages/" + name + "/payload")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(event); (err == nil) != fits {
			t.Errorf("the event of webhooks.md as %s: %v", name, err)
		}
	}
}

// What a linter of OpenAPI asks and a reader needs: every operation has a name
// of its own and says what it does and answers, and that nothing asks for
// credentials is said.
func TestOpenAPIIsClean(t *testing.T) {
	src, err := os.ReadFile("../internal/screen/assets/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Security []any
		Paths    map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(src, &doc); err != nil || doc.Security == nil || len(doc.Security) > 0 {
		t.Fatalf("security is %v, %v", doc.Security, err)
	}
	names := map[string]bool{}
	for path, item := range doc.Paths {
		for method, raw := range item {
			if method == "parameters" {
				continue
			}
			var op struct {
				OperationID, Summary string
				Responses            map[string]any
			}
			if err := json.Unmarshal(raw, &op); err != nil || op.OperationID == "" || names[op.OperationID] || op.Summary == "" || len(op.Responses) == 0 {
				t.Errorf("%s %s: %+v, %v", method, path, op, err)
			}
			names[op.OperationID] = true
		}
	}
	if len(names) < 15 {
		t.Errorf("%d operations", len(names))
	}
}
