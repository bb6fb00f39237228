package brandfile

import (
	"bytes"
	"cmp"
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/sayline/sayline"
)

// Write makes the canonical file of a brand: members in the order of the nouns,
// words of no language as plain text, nothing that is as it would be anyway,
// places as a tree. Lists of ids stand on one line where they fit, all else in
// blocks. The error is of kind Invalid: a text is no UTF-8 or holds U+0000.
func Write(c *sayline.Config) ([]byte, error) {
	top := outline{languages: c.Languages}.members(reflect.ValueOf(*c))
	if err := check(top, ""); err != nil {
		return nil, err
	}
	var out printer
	out.mapping(top, 0)
	return out.Bytes(), nil
}

// entry is a member of an outline: its name and a value, which is a leaf, a
// list or a mapping.
type entry struct {
	name  string
	value any
}

type (
	leaf struct {
		text string
		bare bool // a number, true, a duration: never in quotes
	}
	list    []any
	mapping []entry
	words   mapping // by language; only the language "" for plain words
)

// outline turns nouns into entries in the order of their members.
type outline struct{ languages []string }

// members are those of a struct that say something. Members of an embedded
// struct stand as its own; without names fields left out.
func (o outline) members(v reflect.Value, without ...string) mapping {
	var m mapping
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if slices.Contains(without, field.Name) {
			continue
		}
		if field.Anonymous {
			m = append(m, o.members(v.Field(i))...)
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if value := o.value(v.Field(i)); value != nil {
			m = append(m, entry{name, value})
		}
	}
	return m
}

// value gives nil for what says nothing.
func (o outline) value(v reflect.Value) any {
	if v.IsZero() {
		return nil
	}
	switch x := v.Interface().(type) {
	case sayline.Text:
		return o.text(x)
	case map[string]sayline.Text:
		return o.lines(x)
	case []sayline.Place:
		return o.places(tree(x))
	case encoding.TextMarshaler:
		b, err := x.MarshalText()
		if err != nil {
			return nil
		}
		return leaf{string(b), true}
	}
	switch v.Kind() {
	case reflect.String:
		return leaf{v.String(), false}
	case reflect.Int:
		return leaf{strconv.FormatInt(v.Int(), 10), true}
	case reflect.Float64:
		return leaf{strconv.FormatFloat(v.Float(), 'f', -1, 64), true}
	case reflect.Bool:
		return leaf{"true", true}
	case reflect.Slice:
		return o.list(v)
	case reflect.Struct:
		if m := o.members(v); len(m) > 0 {
			return m
		}
		return nil
	}
	panic(fmt.Sprintf("brandfile: a noun has a member of type %s, which the file has no form for", v.Type()))
}

func (o outline) list(v reflect.Value) any {
	if v.Len() == 0 {
		return nil
	}
	l := make(list, v.Len())
	for i := range l {
		switch e := v.Index(i); e.Kind() {
		case reflect.Struct:
			l[i] = o.members(e)
		case reflect.Int:
			l[i] = leaf{strconv.FormatInt(e.Int(), 10), true}
		default:
			l[i] = leaf{e.String(), false}
		}
	}
	return l
}

// text gives the words by language, the brand's own order first. Words of no
// language beside others go to the brand's first language, if it has none.
func (o outline) text(t sayline.Text) any {
	if t.Empty() {
		return nil
	}
	if s := t[""]; s != "" && len(t) == 1 {
		return words{{"", leaf{s, false}}}
	}
	if len(o.languages) > 0 && t[""] != "" {
		first := o.languages[0]
		t = maps.Clone(t)
		t[first] = cmp.Or(t[first], t[""])
	}
	var w words
	for _, lang := range inOrderOf(t, o.languages) {
		if lang != "" && t[lang] != "" {
			w = append(w, entry{lang, leaf{t[lang], false}})
		}
	}
	return w
}

func (o outline) lines(lines map[string]sayline.Text) any {
	var m mapping
	for _, key := range inOrderOf(lines, sayline.LineKeys) {
		if value := o.text(lines[key]); value != nil {
			m = append(m, entry{key, value})
		}
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

// inOrderOf are a map's keys: those of order as they stand there, then the rest.
func inOrderOf[V any](m map[string]V, order []string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	rank := func(k string) int {
		if i := slices.Index(order, k); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return keys
}

func (o outline) places(branches []*branch) any {
	if len(branches) == 0 {
		return nil
	}
	l := make(list, len(branches))
	for i, b := range branches {
		m := o.members(reflect.ValueOf(*b.place), "Parent")
		if len(b.within) > 0 {
			m = append(m, entry{"children", o.places(b.within)})
		}
		l[i] = m
	}
	return l
}

// printer writes an outline as YAML, two spaces a level.
type printer struct{ bytes.Buffer }

func (p *printer) mapping(m mapping, indent int) {
	for i, e := range m {
		if i > 0 {
			p.indent(indent)
		}
		p.WriteString(keyText(e.name))
		p.WriteByte(':')
		p.value(e.value, indent)
	}
}

func (p *printer) value(value any, indent int) {
	switch v := value.(type) {
	case leaf:
		p.WriteByte(' ')
		p.leaf(v, indent+2)
	case words:
		if len(v) == 1 && v[0].name == "" {
			p.value(v[0].value, indent)
		} else {
			p.value(mapping(v), indent)
		}
	case mapping:
		p.WriteByte('\n')
		p.indent(indent + 2)
		p.mapping(v, indent+2)
	case list:
		if line, ok := oneLine(v, p.column()+1); ok {
			p.WriteString(" " + line + "\n")
			return
		}
		p.WriteByte('\n')
		for _, e := range v {
			p.indent(indent + 2)
			p.WriteString("- ")
			p.element(e, indent+4)
		}
	}
}

func (p *printer) element(value any, indent int) {
	switch v := value.(type) {
	case mapping:
		if len(v) == 0 {
			p.WriteString("{}\n")
		}
		p.mapping(v, indent)
	case leaf:
		p.leaf(v, indent)
	}
}

func (p *printer) indent(n int) { p.WriteString(strings.Repeat(" ", n)) }

// column is how many bytes the current line has.
func (p *printer) column() int {
	b := p.Bytes()
	return len(b) - 1 - bytes.LastIndexByte(b, '\n')
}
