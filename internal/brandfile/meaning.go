package brandfile

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sayline/sayline"
)

// checkMeaning makes the brand of what the shape allows and notes what makes no
// sense. Of a file with wrong parts it checks the rest, and says nothing that
// might be wrong only because of them.
func (r *reading) checkMeaning(value any) (*sayline.Config, error) {
	r.noteLost()
	for _, p := range r.problems {
		value = without(value, tokens(p.Pointer))
	}
	m, ok := value.(map[string]any)
	if !ok {
		return nil, r.problems.inOrder()
	}
	tree, _ := m["places"].([]any)
	flat, origins := flatten(tree, "/places", "")
	if len(flat) > 0 {
		m["places"] = flat
	}
	b, err := json.Marshal(trim(m))
	if err != nil {
		return nil, sayline.Errorf(sayline.Internal, "The brand file can't be taken over.").Because(err)
	}
	var c sayline.Config
	if err := json.Unmarshal(b, &c); err != nil {
		return nil, sayline.Errorf(sayline.Internal, "The brand file can't be taken over.").Because(err)
	}
	var e *sayline.Error
	if err := c.Validate(); err != nil && !errors.As(err, &e) {
		return nil, err
	} else if err != nil {
		r.addFaults(e.Fields, origins)
	}
	return &c, nil
}

// addFaults takes over what Validate found, except about what is known to be wrong.
func (r *reading) addFaults(faults []sayline.Fault, origins []string) {
	faults = slices.DeleteFunc(slices.Clone(faults), func(f sayline.Fault) bool {
		p := inFile(f.Pointer, origins)
		return r.spoken(p) || r.unsure(p)
	})
	for _, f := range faults {
		r.add(inFile(f.Pointer, origins), f.Detail)
	}
}

// without takes a value with a problem out of the whole: an element becomes
// nothing, so that those behind it keep their numbers; a member goes.
func without(value any, path []string) any {
	if len(path) == 0 {
		return value
	}
	switch v := value.(type) {
	case map[string]any:
		if _, ok := v[path[0]]; !ok {
			break
		}
		if len(path) == 1 {
			delete(v, path[0])
		} else {
			v[path[0]] = without(v[path[0]], path[1:])
		}
	case []any:
		i, err := strconv.Atoi(path[0])
		if err != nil || i < 0 || i >= len(v) {
			break
		}
		if len(path) == 1 {
			v[i] = nil
		} else {
			v[i] = without(v[i], path[1:])
		}
	}
	return value
}

// trim leaves out empty lists and members of nothing, which mean the same as
// none, so that one brand has one form.
func trim(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, child := range v {
			switch child := trim(child).(type) {
			case []any:
				if len(child) == 0 {
					delete(v, name)
				}
			case map[string]any:
				if len(child) == 0 {
					delete(v, name)
				}
			}
		}
	case []any:
		for _, child := range v {
			trim(child)
		}
	}
	return value
}

// inFile translates a pointer into the flat places to one into the file's tree.
func inFile(pointer string, origins []string) string {
	path := tokens(pointer)
	if len(path) < 2 || path[0] != "places" {
		return pointer
	}
	i, err := strconv.Atoi(path[1])
	if err != nil || i < 0 || i >= len(origins) {
		return pointer
	}
	if len(path) > 2 && path[2] == "parent" {
		return origins[i]
	}
	return origins[i] + pointerTo(path[2:])
}

// noteLost notes the lists of which an id, or a level, could not be read: what
// refers to them may be right.
func (r *reading) noteLost() {
	for _, p := range r.problems {
		path := tokens(p.Pointer)
		if len(path) == 0 {
			continue
		}
		last := path[len(path)-1]
		_, err := strconv.Atoi(last)
		if len(path) == 1 || path[0] == "languages" || err == nil || slices.Contains([]string{"id", "gtin", "level", "children"}, last) {
			r.lost[path[0]] = true
		}
	}
}

// refers says to which list the members of a list refer.
var refers = map[string]map[string]string{
	"lanes":  {"see": "people"},
	"topics": {"lane": "lanes"},
	"touchpoints": {"audiences": "audiences", "place": "places", "product": "products", "owner": "teams",
		"lane": "lanes", "topics": "topics"},
	"teams":     {"person": "people", "place": "places", "covers": "places"},
	"shifts":    {"team": "teams", "place": "places", "person": "teams", "people": "teams"},
	"holidays":  {"places": "places"},
	"calendars": {"team": "teams", "place": "places"},
	"routes": {"to": "teams", "also": "teams", "group_at": "places", "topic": "topics", "touchpoint": "touchpoints",
		"audience": "audiences", "place": "places", "product": "products", "policy": "policies"},
	"last_resort": {"last_resort": "people"},
}

var aLanguage = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

// unsure says whether a fault may stand only because part of the file could not
// be read: it refers to a list with lost ids, or to the brand's languages.
func (r *reading) unsure(pointer string) bool {
	path := tokens(pointer)
	if len(path) == 0 {
		return false
	}
	name := ""
	for _, token := range slices.Backward(path) {
		if _, err := strconv.Atoi(token); err != nil {
			name = token
			break
		}
	}
	if list := refers[path[0]][name]; list != "" && r.lost[list] {
		return true
	}
	own := strings.HasSuffix(pointer, "/id") || strings.HasSuffix(pointer, "/gln") || strings.HasSuffix(pointer, "/url") || strings.HasSuffix(pointer, "/lat")
	return r.lost["languages"] && !own && len(path) > 1 && aLanguage.MatchString(name)
}
