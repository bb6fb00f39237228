package sayline

import "time"

// MapSnapshot is a brand's map as it was at a time, under a name: "before the
// refresh". It holds what was counted then, so that it says the same for ever.
type MapSnapshot struct {
	Brand   string
	ID      string
	Name    string
	By      string // person
	At      time.Time
	Version int // of the brand
	Days    int // that were counted
	MapThen
}

// MapThen is what a snapshot holds.
type MapThen struct {
	Score       [6]int64                  `json:"feelings"` // of the whole brand, by face; [0] is unused
	Coverage    float64                   `json:"coverage"` // 0 to 1
	Touchpoints map[string]TouchpointThen `json:"touchpoints"`
}

// TouchpointThen is a touchpoint as it was, as far as it might be shown.
type TouchpointThen struct {
	Name     Text     `json:"name"`
	N        int64    `json:"n"`
	Feelings [6]int64 `json:"feelings"`
	Gaps     []string `json:"gaps,omitempty"`
}

// MaxSnapshotName is the length of a snapshot's name, in characters.
const MaxSnapshotName = 60
