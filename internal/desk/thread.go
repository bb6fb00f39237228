package desk

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/house"
)

// Kinds of entries in a thread.
const (
	entryWords  = "words"  // a moment with words, or one by itself
	entryTaps   = "taps"   // moments without words, one after another
	entryAuthor = "author" // an author's further words
	entryReply  = "reply"
	entryNote   = "note"
)

// entry is one thing said in a case.
type entry struct {
	Kind    string
	ID      string // of the moment or message
	At      time.Time
	Time    string
	Feeling int
	Title   string // the topic or kind, where words alone don't say it
	Words   string
	Dir     string // of the words
	Lang    string
	About   string // where, by which way, who speaks
	Who     string // who may be answered, or who wrote
	Answer  bool   // its author can be answered
	Solved  string // the author's word
	After   int    // and the face with it
	Taps    []entry
	Places  string // of taps: where, with counts
	Mine    bool
	Asks    bool   // a reply that asks for more
	Named   string // whom a note names
	Media   []shown
	moment  *sayline.Moment
}

// thread reads what was said, oldest first, with long rows of wordless taps
// folded into one entry each.
func (d *Desk) thread(ctx context.Context, v *house.View, q url.Values, w *work) error {
	before := q.Get("before")
	list, err := d.Store.MomentsBefore(ctx, w.Brand, w.ID, before, momentsShown+1)
	if err != nil {
		return err
	}
	if len(list) > momentsShown {
		list = list[:momentsShown]
		w.Earlier = v.Path("/desk/") + w.ID + "?" + url.Values{"before": {list[momentsShown-1].ID}}.Encode()
	}
	messages, err := d.Store.Messages(ctx, w.Brand, w.ID)
	if err != nil {
		return err
	}
	var all []entry
	w.authors = list
	for _, m := range list {
		all = append(all, w.said(v, m))
	}
	if err := d.shown(ctx, v, w, all); err != nil {
		return err
	}
	to := q.Get("to")
	for i := range all {
		if all[i].ID == to && all[i].Answer {
			w.To = &all[i]
		}
	}
	if before == "" {
		said := all
		for i := range messages {
			all = append(all, w.message(v, &messages[i], said))
		}
		if err := d.withMessages(ctx, v, w, all[len(said):]); err != nil {
			return err
		}
	}
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	w.Entries = fold(v, all)
	return nil
}

// said is one moment as an entry.
func (w *work) said(v *house.View, m *sayline.Moment) entry {
	e := entry{Kind: entryWords, ID: m.ID, At: m.ReceivedAt, Feeling: m.Feeling, Words: strings.TrimSpace(m.Text), Lang: m.Lang, moment: m,
		Answer: m.Followed(v.Now), Solved: m.Solved, After: m.After}
	e.Time = w.time(v, m.ReceivedAt)
	switch {
	case e.Words == "":
		e.Title = v.Names.Said(m)
	case m.Topic != "" && m.Topic != w.Topic:
		e.Title = v.Names.Topic(m.Topic)
	case sayline.KnownKind(m.Kind) != sayline.KnownKind(w.Case.Kind):
		e.Title = v.Names.Kind(m.Kind)
	}
	source := ""
	if key := "source_" + m.Context.Source; v.Has(key) {
		source = v.Say(key)
	}
	e.About = house.Join(" · ", v.Names.Where(&m.Context), m.Context.Ref, v.Names.Audience(m.Audience), cmp.Or(passedBy(v, m.Context.PassedBy, m.Context.Source), source))
	if !w.Private && m.OccurredAt.Before(m.ReceivedAt.Add(-time.Minute)) {
		e.About = house.Join(" · ", e.About, v.Say("said_late", "time", v.At(m.OccurredAt)))
	}
	e.Who = who(v, m)
	return e
}

// who says who spoke and whether they can be answered.
func who(v *house.View, m *sayline.Moment) string {
	switch {
	case m.Class == sayline.Identified && m.Contact != nil:
		c := m.Contact
		said := house.Join(" · ", c.Name, c.Email, c.Phone, c.Member)
		if c.Proved == nil {
			return said
		}
		by := c.Proved.By
		if k := v.Viewer.Brand.Voucher(by); k != nil {
			by = v.Names.Text(k.Name)
		}
		return house.Join(" · ", said, c.Proved.Tier, v.Say("who_proved", "by", by))
	case m.Followed(v.Now):
		return v.Say("who_answerable")
	}
	return v.Say("who_gone")
}

// message is a reply, a note or an author's word as an entry.
func (w *work) message(v *house.View, m *sayline.Message, moments []entry) entry {
	e := entry{ID: m.ID, At: m.At, Time: w.time(v, m.At), Words: strings.TrimSpace(m.Text), Lang: m.Lang, Solved: m.Solved, Mine: m.By == v.Viewer.Person.ID, Asks: m.Asks}
	about := ""
	for i := range moments {
		if moments[i].ID == m.Moment {
			about = house.Join(v.Say("list_comma"), moments[i].Title, moments[i].About)
			e.Feeling = moments[i].Feeling
		}
	}
	switch m.Direction {
	case sayline.FromAuthor:
		e.Kind, e.About, e.Answer = entryAuthor, about, true
		e.ID = m.Moment
	case sayline.Note:
		e.Kind, e.Who = entryNote, v.Names.Person(m.By)
	default:
		e.Kind, e.Who, e.About = entryReply, v.Names.Person(m.By), v.Say("to_all")
		if m.Moment != "" {
			e.About = v.Say("to_one", "who", cmp.Or(about, v.Say("to_author")))
		}
	}
	return e
}

// time is when something was said; in a private lane the day and no more.
func (w *work) time(v *house.View, at time.Time) string {
	if w.Private {
		return v.Day(at)
	}
	return v.At(at)
}

// fold puts taps without words that follow one another into one entry.
func fold(v *house.View, all []entry) []entry {
	var folded []entry
	for i := 0; i < len(all); {
		end := i
		for end < len(all) && all[end].Kind == entryWords && all[end].Words == "" && len(all[end].Media) == 0 && all[end].Title == all[i].Title {
			end++
		}
		if end-i < 3 {
			end = max(end, i+1)
			folded = append(folded, all[i:end]...)
			i = end
			continue
		}
		taps := all[i:end]
		folded = append(folded, entry{Kind: entryTaps, ID: taps[0].ID, At: taps[0].At, Time: span(taps), Feeling: feelingOf(taps), Title: taps[0].Title, Taps: taps, Places: places(v, taps)})
		i = end
	}
	return folded
}

// span is the time of the first and the last of some taps.
func span(taps []entry) string {
	first, last := taps[0].Time, taps[len(taps)-1].Time
	if first == last {
		return first
	}
	return first + " – " + last
}

func feelingOf(taps []entry) int {
	var n [6]int
	for _, t := range taps {
		if t.Feeling > 0 {
			n[t.Feeling]++
		}
	}
	return house.MainFeeling(n)
}

// mostPlaces is how many places a folded entry names.
const mostPlaces = 4

// places counts where some taps were made: "Shelf 14, Calle Mayor ×12 · …".
func places(v *house.View, taps []entry) string {
	counts := map[string]int{}
	for _, t := range taps {
		counts[v.Names.Where(&t.moment.Context)]++
	}
	var names []string
	for name := range counts {
		if name != "" {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	rest := len(names) - mostPlaces
	names = names[:min(len(names), mostPlaces)]
	for i, name := range names {
		if counts[name] > 1 {
			names[i] = name + " ×" + strconv.Itoa(counts[name])
		}
	}
	if rest > 0 {
		names = append(names, v.Count("more_places", rest))
	}
	return strings.Join(names, " · ")
}
