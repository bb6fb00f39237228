package brandfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"github.com/sayline/sayline"
	"github.com/sayline/sayline/docs/schema"
	"go.yaml.in/yaml/v3"
)

// Schema is the published JSON Schema of the brand file, the one [Read] checks by.
func Schema() string { return schema.Brand }

// shape is the schema, compiled, and as it is written: the latter for the words
// and the known members that explanations need.
type shape struct {
	compiled *jsonschema.Schema
	text     map[string]any
}

// theShape is made once: it is the same for every file, only ever read, and
// takes longer to make than a file to check.
var theShape = sync.OnceValues(newShape)

func newShape() (*shape, error) {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(schema.Brand))
	if err != nil {
		return nil, err
	}
	text := doc.(map[string]any)
	id := text["$id"].(string)
	c := jsonschema.NewCompiler()
	if err := c.AddResource(id, doc); err != nil {
		return nil, err
	}
	compiled, err := c.Compile(id)
	if err != nil {
		return nil, err
	}
	return &shape{compiled, text}, nil
}

// at is the part of the schema that a URL of the validator names.
func (s *shape) at(url string) map[string]any {
	_, pointer, _ := strings.Cut(url, "#")
	part := any(s.text)
	for _, token := range tokens(pointer) {
		m, ok := part.(map[string]any)
		if !ok {
			return nil
		}
		part = m[token]
	}
	m, _ := part.(map[string]any)
	return m
}

// checkShape notes what stands where it may not. The error is ours, not the file's.
func (r *reading) checkShape(value any) error {
	s, err := theShape()
	if err != nil {
		return sayline.Errorf(sayline.Internal, "The schema of the brand file can't be used.").Because(err)
	}
	var wrong *jsonschema.ValidationError
	if err := s.compiled.Validate(value); errors.As(err, &wrong) {
		r.verdict(s, wrong)
	} else if err != nil {
		return sayline.Errorf(sayline.Internal, "The brand file can't be checked.").Because(err)
	}
	return nil
}

// verdict walks the validator's findings. Each pointer is told once: what an
// earlier stage said of it, or the schema said first, is enough.
func (r *reading) verdict(s *shape, e *jsonschema.ValidationError) {
	at := pointerTo(e.InstanceLocation)
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		slices.Sort(k.Properties)
		for _, name := range k.Properties {
			if p := member(at, name); r.room() && !r.at[p] {
				r.addKey(p, s.unknown(e, name, r.given(p) == `""`))
			}
		}
	case *kind.Required:
		for _, name := range k.Missing {
			if p := member(at, name); !r.at[p] {
				r.add(p, s.missing(e, name))
			}
		}
	default:
		if detail := s.explain(e, r.given(at)); detail != "" && r.room() && !r.at[at] {
			r.add(at, detail)
		}
		for _, cause := range e.Causes {
			r.verdict(s, cause)
		}
	}
}

// given is how the file gives a value, for a person: a text or number as it
// stands there, a list, members.
func (r *reading) given(pointer string) string {
	_, n := find(r.root, pointer)
	switch {
	case n.Kind == yaml.MappingNode:
		return "members (name: value)"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	}
	return fmt.Sprintf("%q", shorten(n.Value))
}
