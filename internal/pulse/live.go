package pulse

import (
	"context"
	"html/template"
	"net/http"
	"slices"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/live"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// Messages of the streams. Each carries a JSON object.
const (
	msgSaid  = "said"  // {"entries": [{"id", "touchpoint", "html"}, …] oldest first, "gone": [id, …]}
	msgBoard = "board" // {"parts": {id: html}}: those that changed
	msgWhole = "whole" // {"parts": {id: html}}: all, the stream too: the page missed something
)

const (
	framesApart = 250 * time.Millisecond // at most four a second
	slowApart   = 900 * time.Millisecond // of what is read moment by moment
	streamFor   = 15 * time.Minute       // then who may watch is asked anew
	mostEntries = 40                     // of one frame: more than a page shows
)

// feed is one view that many watch: the same bytes for all who look at it in
// its language.
type feed struct {
	*Pulse
	name    string // of the page
	brand   string
	tongue  *words.Tongue
	query   query
	set     *template.Template
	parts   []string // the templates, each of which is the element of that id
	list    string   // the template of the stream
	entry   string   // of one entry in it
	entries int      // how many the page begins with
	dear    []string // the templates of what is read seldomer
	sent    map[string]template.HTML
	rhythm  rhythm
}

func (p *Pulse) pageFeed(b *brands.Snapshot, t *words.Tongue, q query) *feed {
	return &feed{Pulse: p, name: "pulse", brand: b.ID, tongue: t, query: q, set: p.pages, parts: []string{"p-red", "p-alarms", "p-moments", "p-feel", "p-clocks", "p-touch", "p-rising", "p-cuts", "p-teams"}, dear: dearParts, rhythm: rhythm{apart: p.dearApart}, list: "p-said", entry: "p-entry", entries: saidShown}
}

// follow is the stream of a page. What it sends depends on nobody: who may see
// the pulse sees all of it.
func (p *Pulse) follow(of func(*brands.Snapshot, *words.Tongue, query) *feed) func(http.ResponseWriter, *http.Request, *auth.Viewer) error {
	return func(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
		f := of(v.Brand, p.NewView(r, v).Tongue, parseQuery(r.URL.Query(), v.Brand))
		st, err := p.Streams.Open(w, r)
		if err != nil {
			return err
		}
		defer st.Close()
		return st.Follow(live.Feed{Key: f.name + " " + f.tongue.Tag + " " + f.query.String(), Brand: f.brand, Render: f.render, For: streamFor, Apart: f.apart()})
	}
}

// apart is the least time between two frames: what no roll-up answers is counted
// anew for each.
func (f *feed) apart() time.Duration {
	if f.query.Product+f.query.Lot+f.query.Words != "" {
		return slowApart
	}
	return framesApart
}

// stage is a stage of the feed's page, as the brand is now.
func (f *feed) stage() (*stage, error) {
	b := f.Brands.ByID(f.brand)
	if b == nil {
		return nil, sayline.Errorf(sayline.NotFound, "There is no such brand here.")
	}
	return f.Pulse.stage(f.tongue, b, f.query), nil
}

// render makes a frame. What happened in a private lane makes none.
func (f *feed) render(ctx context.Context, d live.Delta) (live.Frame, error) {
	s, err := f.stage()
	if err != nil {
		return live.Frame{}, err
	}
	frame, err := f.frame(ctx, s, d)
	if err == nil {
		err = f.addDear(ctx, s, &frame)
	}
	return frame, err
}

// frame makes a frame of what is read each time.
func (f *feed) frame(ctx context.Context, s *stage, d live.Delta) (live.Frame, error) {
	if d.Whole {
		f.rhythm.opened(f.Now())
		return f.whole(ctx, s)
	}
	var frame live.Frame
	news := f.sort(d.Events)
	if !news.any {
		return frame, nil
	}
	said, err := f.said(ctx, s, news)
	if err != nil {
		return frame, err
	}
	if said != nil {
		frame.Messages = append(frame.Messages, live.Message{Event: msgSaid, Data: web.JSON(said)})
	} else if !news.other {
		return frame, nil // said elsewhere: no figure of this view moves
	}
	f.rhythm.stale = true
	if said.worded() {
		f.rhythm.since = f.Now()
	}
	if err := s.numbers(ctx); err != nil {
		return frame, err
	}
	parts, err := f.tiles(s, f.parts)
	if err != nil {
		return frame, err
	}
	changed := differing(parts, f.sent)
	f.sent = parts
	if len(changed) > 0 {
		frame.Messages = append(frame.Messages, live.Message{Event: msgBoard, Data: web.JSON(map[string]any{"parts": changed})})
	}
	return frame, nil
}

// news is what a frame has to tell.
type news struct {
	moments []string // came, or changed
	gone    []string
	cases   []string // something came of them
	other   bool     // more than that somebody said something
	any     bool
}

// sort puts what happened in the open into news, each thing once.
func (f *feed) sort(events []sayline.Event) news {
	var n news
	add := func(list *[]string, id string) {
		if id != "" && !slices.Contains(*list, id) {
			*list = append(*list, id)
		}
	}
	for _, e := range events {
		if e.Lane != "" {
			continue
		}
		switch e.Type {
		case sayline.EventMomentReceived, sayline.EventMomentUpdated:
			add(&n.moments, e.Moment)
		case sayline.EventMomentWithdrawn:
			add(&n.gone, e.Moment)
		case sayline.EventCaseAcknowledged, sayline.EventCaseAnswered, sayline.EventCaseResolved, sayline.EventCaseSeen, sayline.EventCaseReopened:
			add(&n.cases, e.Case)
		case sayline.EventCaseReached, sayline.EventCaseMoved, sayline.EventCaseEscalated, sayline.EventMuteChanged, sayline.EventTouchpointAlarm, sayline.EventAlarmChanged:
		default:
			continue
		}
		n.any = true
		n.other = n.other || e.Type != sayline.EventMomentReceived
	}
	if len(n.moments) > mostEntries {
		n.moments = n.moments[len(n.moments)-mostEntries:]
	}
	return n
}

// saidNews is the data of a message said.
type saidNews struct {
	Entries []saidEntry `json:"entries"`
	Gone    []string    `json:"gone,omitempty"`
}

type saidEntry struct {
	ID         string        `json:"id"`
	Touchpoint string        `json:"touchpoint"`
	New        bool          `json:"new"` // false: only where it is on the page already
	HTML       template.HTML `json:"html"`
	words      bool          // it has some
}

// worded says whether the words of the page's moments changed.
func (n *saidNews) worded() bool {
	return n != nil && (len(n.Gone) > 0 || slices.ContainsFunc(n.Entries, func(e saidEntry) bool { return e.New && e.words }))
}

// said renders the entries that came or changed; nil when none did.
func (f *feed) said(ctx context.Context, s *stage, n news) (*saidNews, error) {
	if len(n.moments)+len(n.gone)+len(n.cases) == 0 {
		return nil, nil
	}
	theirs, err := f.Store.GuardedGone(ctx, f.brand, n.gone) // that one took something back is told nobody
	if err != nil {
		return nil, err
	}
	n.gone = slices.DeleteFunc(n.gone, func(id string) bool { return theirs[id] })
	var list []*sayline.Moment
	fresh := map[string]bool{}
	for _, id := range n.moments {
		m, err := f.Store.Moment(ctx, f.brand, id)
		if sayline.KindOf(err) == sayline.NotFound || err == nil && (m.Lane != "" || slices.Contains(s.board.Brand.Guarded(), m.Audience)) {
			continue // taken back meanwhile, or private: another event says so; or of a guarded audience
		}
		if err != nil {
			return nil, err
		}
		if s.of.Has(m) && !s.period.past() {
			fresh[id], list = true, append(list, m)
		} else if f.query.Narrows() && n.other {
			n.gone = append(n.gone, id) // changed, it may have been of this view before
		}
	}
	if len(n.cases) > 0 {
		shown, err := s.newest(ctx, f.entries)
		if err != nil {
			return nil, err
		}
		for _, m := range shown {
			if slices.Contains(n.cases, m.Case) && !fresh[m.ID] {
				list = append(list, m)
			}
		}
	}
	if len(list)+len(n.gone) == 0 {
		return nil, nil
	}
	slices.SortFunc(list, func(a, b *sayline.Moment) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	entries, err := s.entries(ctx, list)
	if err != nil {
		return nil, err
	}
	out := &saidNews{Entries: []saidEntry{}, Gone: n.gone}
	for i := range entries {
		html, err := f.Fragment(f.set, f.entry, entryView{s.board, &entries[i]})
		if err != nil {
			return nil, err
		}
		out.Entries = append(out.Entries, saidEntry{entries[i].ID, entries[i].Touchpoint, fresh[entries[i].ID], html, list[i].Text != ""})
	}
	return out, nil
}

// tiles renders parts with the numbers.
func (f *feed) tiles(s *stage, names []string) (map[string]template.HTML, error) {
	parts := map[string]template.HTML{}
	for _, name := range names {
		html, err := f.Fragment(f.set, name, s.board)
		if err != nil {
			return nil, err
		}
		parts[name] = html
	}
	return parts, nil
}

// whole is all of the page.
func (f *feed) whole(ctx context.Context, s *stage) (live.Frame, error) {
	last, err := f.Store.LastEvent(ctx, f.brand)
	if err != nil {
		return live.Frame{}, err
	}
	frame := live.Frame{ID: last}
	if err := s.numbers(ctx); err != nil {
		return frame, err
	}
	if err := s.said(ctx, f.entries); err != nil {
		return frame, err
	}
	parts, err := f.tiles(s, f.parts)
	if err != nil {
		return frame, err
	}
	if parts[f.list], err = f.Fragment(f.set, f.list, s.board); err != nil {
		return frame, err
	}
	frame.Messages = []live.Message{{Event: msgWhole, Data: web.JSON(map[string]any{"parts": parts})}}
	return frame, nil
}
