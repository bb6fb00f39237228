package brandfile

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxDepth of a brand file: places may lie within places.
const maxDepth = 100

// value turns a node into what JSON would hold: map[string]any, []any, string,
// bool, json.Number, nil. What YAML would read in a way its writer cannot have
// meant is a problem, and becomes nil.
func (r *reading) value(n *yaml.Node, at string, depth int) any {
	switch {
	case depth > maxDepth:
		r.addNode(n, at, "expected less nesting")
		return nil
	case n.Kind == yaml.AliasNode:
		r.addNode(n, at, fmt.Sprintf("expected the value itself, got *%s; words that begin with * must stand in quotes", n.Value))
		return nil
	case n.Style&yaml.TaggedStyle != 0:
		r.addNode(n, at, fmt.Sprintf("expected a value without a tag, got %s; words that begin with ! must stand in quotes", n.Tag))
		return nil
	}
	if n.Anchor != "" {
		r.addNode(n, at, fmt.Sprintf("expected a value without an anchor, got &%s; words that begin with & must stand in quotes", n.Anchor))
	}
	switch n.Kind {
	case yaml.MappingNode:
		return r.mapping(n, at, depth)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, child := range n.Content {
			list[i] = r.value(child, element(at, i), depth+1)
		}
		return list
	default:
		return r.scalar(n, at)
	}
}

func (r *reading) mapping(n *yaml.Node, at string, depth int) any {
	m := make(map[string]any, len(n.Content)/2)
	first := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.ShortTag() != "!!str" || key.Anchor != "" || key.Style&yaml.TaggedStyle != 0 {
			r.addNode(key, member(at, key.Value), "expected the name of a member, in letters; "+keyAdvice(key))
			continue
		}
		here := member(at, key.Value)
		if line, twice := first[key.Value]; twice {
			r.addNode(key, here, fmt.Sprintf("expected %q once; it stands in line %d already", key.Value, line))
			continue
		}
		first[key.Value] = key.Line
		m[key.Value] = r.value(n.Content[i+1], here, depth+1)
	}
	return m
}

func keyAdvice(key *yaml.Node) string {
	switch {
	case key.ShortTag() == "!!merge":
		return "<< is not used here: write the members out"
	case key.Kind == yaml.ScalarNode && key.Value != "":
		return fmt.Sprintf("got %s: if it is meant, put it in quotes: %q", key.Value, key.Value)
	}
	return "got a value that cannot be one"
}

// plainNumber is a number as JSON writes it, without an exponent.
var plainNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)

// maxDigits keeps absurd numbers from costing anything.
const maxDigits = 400

func (r *reading) scalar(n *yaml.Node, at string) any {
	quote := fmt.Sprintf("put it in quotes: %q", shorten(n.Value))
	switch n.ShortTag() {
	case "!!str":
		if strings.ContainsRune(n.Value, 0) {
			r.addNode(n, at, "expected text without U+0000")
			return nil
		}
		return n.Value
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!int", "!!float":
		switch digits := strings.TrimLeft(n.Value, "0"); {
		case len(n.Value) > maxDigits:
			r.addNode(n, at, "expected a shorter number")
		case plainNumber.MatchString(n.Value):
			return number(n.Value)
		case digits != "" && len(digits) < len(n.Value) && strings.Trim(digits, "0123456789") == "":
			r.addNode(n, at, "expected text; this reads as a number and loses its leading zero: "+quote)
		default:
			r.addNode(n, at, "expected a plain number such as 12 or 40.4; if it is text, "+quote)
		}
		return nil
	case "!!timestamp":
		r.addNode(n, at, "expected text; this reads as a date: "+quote)
		return nil
	}
	r.addNode(n, at, "expected text; "+quote)
	return nil
}

// number drops a fraction of zeros: 4.0 is the whole number 4.
func number(s string) json.Number {
	if whole, fraction, ok := strings.Cut(s, "."); ok && strings.Trim(fraction, "0") == "" {
		s = whole
	}
	return json.Number(s)
}
