package signpost

// linkset is RFC 9264's JSON: contexts, each with an anchor and its links by relation.
type linkset struct {
	Linkset []context `json:"linkset"`
}

// context is one anchor; every other member is a relation with its links, or a
// word about the anchor.
type context map[string]any

// link is one target.
type link struct {
	Href     string   `json:"href"`
	Title    string   `json:"title,omitempty"`
	Type     string   `json:"type,omitempty"`
	Hreflang []string `json:"hreflang,omitempty"`
}

func (l *linkset) add(c context) { l.Linkset = append(l.Linkset, c) }
