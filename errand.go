package sayline

import "time"

// Errand is long work that can be left: a file of past feedback, or of how many came,
// that is brought in, or a view of the pulse that is taken out. Whichever process has it goes on where
// the last one stood.
type Errand struct {
	Brand, ID string
	Kind      string // ErrandImport, ErrandExport or ErrandVisits
	Name      string // of the file
	Person    string // who asked for it
	MadeAt    time.Time
	State     string // see below
	Spec      string // what is asked for, as JSON of the room
	Report    string // what is worth reading afterwards, likewise
	Total     int    // things to do; 0 while nobody knows
	Done      int
	Fresh     int // of an import: new moments, or lines of visits; of an undo: those still to be taken back
	Wrong     int // of an import: lines that can't be read; of an export: moments left out that are gone since
	Turn      int // how often a process took it up
	EndedAt   time.Time

	From, Until time.Time // of an export that is asked for: when what it may hold came
}

// Kinds of errands.
const (
	ErrandImport = "import"
	ErrandExport = "export"
	ErrandVisits = "visits" // how many came, as the brand counted them
)

// States of an errand:
//
//	draft ─start→ waiting ─lease→ working ─→ ready | failed | cancelled
//	                                          └─undo→ undo ─lease→ undoing ─→ undone
const (
	ErrandDraft     = "draft"
	ErrandWaiting   = "waiting"
	ErrandWorking   = "working"
	ErrandReady     = "ready"
	ErrandFailed    = "failed"
	ErrandCancelled = "cancelled"
	ErrandUndo      = "undo"
	ErrandUndoing   = "undoing"
	ErrandUndone    = "undone"
)

// How long a file is kept: one that was made, to be fetched; one that was sent, to
// be looked at and started.
const ErrandKept = 24 * time.Hour

// Under says whether it is still being worked on, or waits to be.
func (e *Errand) Under() bool {
	switch e.State {
	case ErrandWaiting, ErrandWorking, ErrandUndo, ErrandUndoing:
		return true
	}
	return false
}
