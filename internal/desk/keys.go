package desk

import (
	"github.com/sayline/sayline"
)

// key is a key of the desk, and what it does.
type key struct {
	Names []string
	Does  string
}

// Keys are all of them, as the sheet tells them. Each is said beside its button
// too (aria-keyshortcuts), which is where the page's script finds it.
func (p *page) Keys() []key {
	return []key{
		{[]string{"J", "K"}, p.Say("key_move")},
		{[]string{"O", "↵"}, p.Say("key_open")},
		{[]string{"U"}, p.Say("key_back")},
		{[]string{"A"}, p.Say("on_it_button")},
		{[]string{"R"}, p.Say("key_answer")},
		{[]string{"N"}, p.Say("key_note")},
		{[]string{"S"}, p.Say("key_step")},
		{[]string{"E"}, p.Say("key_resolve")},
		{[]string{"H"}, p.Say("hand_over")},
		{[]string{"Z"}, p.Say("key_later")},
		{[]string{"X"}, p.Say("key_choose")},
		{[]string{"⇧ X"}, p.Say("key_choose_to")},
		{[]string{"F"}, p.Say("key_narrow")},
		{[]string{"/", "⌘ K"}, p.Say("key_search")},
		{[]string{"⌘ ↵"}, p.Say("key_send")},
		{[]string{"Esc"}, p.Say("key_leave")},
		{[]string{"?"}, p.Say("key_help")},
	}
}

// HandTo are the teams several cases may be handed to.
func (p *page) HandTo() (list []option) {
	b := p.Viewer.Brand
	for _, t := range b.Teams {
		if !p.Viewer.Outside || t.ID == b.CatchAll().To {
			list = append(list, option{ID: t.ID, Label: p.Names.Team(t.ID, "")})
		}
	}
	return list
}

// Laters are the times several cases may be put off to.
func (p *page) Laters() (list []option) {
	times := lookAgain(p.Now)
	for _, id := range []string{"hour", "tonight", "tomorrow"} {
		if at, ok := times[id]; ok {
			list = append(list, option{ID: id, Label: p.Say("later_"+id, "time", p.Clock(at))})
		}
	}
	return list
}

// Reasons are those for which several cases may be closed.
func (p *page) Reasons() (list []option) {
	for _, id := range sayline.Reasons {
		list = append(list, option{ID: id, Label: p.Say("resolve_" + id)})
	}
	return list
}
