package pulse

import (
	"net/http"
	"strings"

	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/words"
)

// What fits on a wall.
const (
	wallEntries = 6
	wallNeeds   = 3
)

func (p *Pulse) wallFeed(b *brands.Snapshot, t *words.Tongue, q query) *feed {
	return &feed{Pulse: p, name: "wall", brand: b.ID, tongue: t, query: q, set: p.wall, parts: []string{"w-red", "w-moments", "w-feel", "w-needs", "w-clocks"}, list: "w-said", entry: "w-entry", entries: wallEntries}
}

// wallPage is the data of the wall.
type wallPage struct {
	*house.View
	Board *board
	Empty bool
	Begin begin
}

func (p *Pulse) wallPage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	page := &wallPage{View: p.NewView(r, v)}
	page.Room, page.Title, page.Wide, page.Scripts = "wall", page.Say("nav_wall"), true, []string{"pulse.js"}
	s, err := p.read(r.Context(), page.View, parseQuery(r.URL.Query(), v.Brand))
	if err != nil {
		return err
	}
	b := s.board
	b.Said = b.Said[:min(len(b.Said), wallEntries)]
	page.Board, page.Empty = b, b.First.IsZero()
	page.Stream = b.Query.live(page.Path("/wall/live"), b.Seq)
	if page.Empty {
		if page.Begin, err = p.begin(r, page.View); err != nil {
			return err
		}
	}
	return p.Render(w, r, http.StatusOK, p.wall, page)
}

// Of is the part of the brand the wall is about, for its head: "Terminal 2".
func (w *wallPage) Of() string {
	if w.Board == nil {
		return ""
	}
	var list []string
	for _, name := range members {
		for _, v := range w.Board.Query.Chosen(name) {
			label := w.Board.filterLabel(name, v)
			if name == ByImported {
				label = w.Say("filter_imported_" + v)
			}
			list = append(list, label)
		}
	}
	return strings.Join(list, " · ")
}

// Needs are the touchpoints that need somebody most.
func (b *board) Needs() []touchRow { return b.Table.Rows[:min(len(b.Table.Rows), wallNeeds)] }

// Offset is how many seconds the brand's clocks are ahead of UTC now.
func (w *wallPage) Offset() int { _, s := w.Now.Zone(); return s }
