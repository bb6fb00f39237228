package brandfile

import "github.com/sayline/sayline"

// In the file the places are a tree, each with its children; the nouns hold
// them flat, each with its parent, a place before those within it.

// flatten makes the flat list of a file's tree. Where the tree's shape is wrong
// it takes what can be read. origins are the pointers of the places in the file.
func flatten(tree []any, at, parent string) (flat []any, origins []string) {
	for i, node := range tree {
		here := element(at, i)
		m, _ := node.(map[string]any)
		place := make(map[string]any, len(m)+1)
		for name, value := range m {
			if name != "children" {
				place[name] = value
			}
		}
		if parent != "" {
			place["parent"] = parent
		}
		flat, origins = append(flat, place), append(origins, here)
		id, _ := m["id"].(string)
		children, _ := m["children"].([]any)
		f, o := flatten(children, member(here, "children"), id)
		flat, origins = append(flat, f...), append(origins, o...)
	}
	return flat, origins
}

// branch is a place with those within it.
type branch struct {
	place  *sayline.Place
	within []*branch
}

// tree grows the places into branches; siblings stay in their order. A place
// whose parent is unknown, or which lies within itself, stands at the root.
func tree(places []sayline.Place) []*branch {
	known := make(map[string]bool, len(places))
	under := make(map[string][]*branch, len(places))
	for i := range places {
		known[places[i].ID] = true
	}
	for i := range places {
		p := &places[i]
		if parent := p.Parent; known[parent] {
			under[parent] = append(under[parent], &branch{place: p})
		} else {
			under[""] = append(under[""], &branch{place: p})
		}
	}
	roots := under[""]
	delete(under, "")
	grow(roots, under)
	for i := range places {
		if lost := under[places[i].ID]; lost != nil {
			delete(under, places[i].ID)
			grow(lost, under)
			roots = append(roots, lost...)
		}
	}
	return roots
}

func grow(branches []*branch, under map[string][]*branch) {
	for _, b := range branches {
		b.within = under[b.place.ID]
		delete(under, b.place.ID)
		grow(b.within, under)
	}
}
