package brandfile

import (
	"strconv"
	"strings"

	"github.com/sayline/sayline"
	"go.yaml.in/yaml/v3"
)

// Read makes a brand of its file. name is the file's name, for the errors; src
// is YAML, UTF-8, at most [MaxSize] bytes. What is wrong comes back as
// [Problems], all of it at once, sorted by line.
func Read(name string, src []byte) (*sayline.Config, error) {
	root, problem := parse(src)
	if problem != nil {
		problem.File = name
		return nil, Problems{*problem}
	}
	r := &reading{file: name, root: root, at: map[string]bool{}, lost: map[string]bool{}}
	value := r.value(root, "", 0)
	if err := r.checkShape(value); err != nil {
		return nil, err
	}
	c, err := r.checkMeaning(value)
	if err != nil {
		return nil, err
	}
	if len(r.problems) > 0 {
		return nil, r.problems.inOrder()
	}
	return c, nil
}

// reading is one file on its way to a brand.
type reading struct {
	file     string
	root     *yaml.Node
	problems Problems
	at       map[string]bool // pointers that have a problem
	lost     map[string]bool // lists some id of which could not be read
}

// room says whether another problem is worth noting: a file of nothing but
// problems must not cost more than one of none.
func (r *reading) room() bool { return len(r.problems) < 2*maxProblems }

// add notes a problem with the value that a pointer leads to, or with the
// nearest there is above it.
func (r *reading) add(pointer, detail string) {
	_, value := find(r.root, pointer)
	r.addNode(value, pointer, detail)
}

// addKey is add for the name of a member rather than its value.
func (r *reading) addKey(pointer, detail string) {
	key, value := find(r.root, pointer)
	if key == nil {
		key = value
	}
	r.addNode(key, pointer, detail)
}

func (r *reading) addNode(n *yaml.Node, pointer, detail string) {
	if !r.room() {
		return
	}
	r.problems = append(r.problems, Problem{File: r.file, Line: max(n.Line, 1), Column: max(n.Column, 1), Pointer: pointer, Detail: detail})
	r.at[pointer] = true
}

// spoken says whether something was said already about this pointer, what it
// stands in, or what stands in it: then a later stage is silent about it.
func (r *reading) spoken(pointer string) bool {
	for p := pointer; ; p = p[:strings.LastIndexByte(p, '/')] {
		if r.at[p] {
			return true
		}
		if p == "" {
			break
		}
	}
	for p := range r.at {
		if strings.HasPrefix(p, pointer+"/") {
			return true
		}
	}
	return false
}

// find follows a JSON pointer as far as the nodes go: the value it ends at and,
// where that is a member, the node of its name.
func find(root *yaml.Node, pointer string) (key, value *yaml.Node) {
	value = root
	for _, token := range tokens(pointer) {
		k, v := step(value, token)
		if v == nil {
			return key, value
		}
		key, value = k, v
	}
	return key, value
}

func step(n *yaml.Node, token string) (key, value *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == token {
				return n.Content[i], n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(n.Content) {
			return nil, n.Content[i]
		}
	}
	return nil, nil
}

var (
	escape   = strings.NewReplacer("~", "~0", "/", "~1")
	unescape = strings.NewReplacer("~1", "/", "~0", "~")
)

// tokens are the parts of an RFC 6901 pointer, unescaped.
func tokens(pointer string) []string {
	if pointer == "" {
		return nil
	}
	parts := strings.Split(pointer[1:], "/")
	for i, p := range parts {
		parts[i] = unescape.Replace(p)
	}
	return parts
}

func member(pointer, name string) string   { return pointer + "/" + escape.Replace(name) }
func element(pointer string, i int) string { return pointer + "/" + strconv.Itoa(i) }
func pointerTo(tokens []string) (p string) {
	for _, t := range tokens {
		p = member(p, t)
	}
	return p
}
