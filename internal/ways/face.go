package ways

import (
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/look"
	"github.com/sayline/sayline/internal/words"
)

// Item is one thing to print: a touchpoint, or one room, seat or order of it.
type Item struct {
	Touchpoint string
	Ref        string
}

// Order is what to print.
type Order struct {
	Sheet  Way      // one of [Sheets]
	Langs  []string // one or two of the brand's; the second stands below the first
	Items  []Item
	Copies int  // of each sticker; of a sheet there is always one
	Plain  bool // the paper alone, to look at: no button, no desk around it
}

// face is what stands on one sheet, or on one sticker.
type face struct {
	Brand    string
	Mark     template.HTML
	Faces    []template.HTML
	Tongues  []tongue // one or two
	Path     template.HTML
	Width    int
	Address  []string
	Letters  Words
	Name     Words // where it hangs, for who hangs it
	Ref      Words
	BrandFit Words
}

// tongue is the words of a sheet in one language.
type tongue struct {
	Lang, Dir  string
	Invitation Words
	Tap        Words
	Type       string
	Promise    Words
	Room       []Words  // the staff room's sentences
	Icons      []string // of each
}

// layout is where the words of a sheet go.
type layout struct {
	invitation, second, tap, tap2, promise, room, room2, name, ref, brand box

	letters box // of the address, whose characters are all as wide
	perLine int // of the address
}

// layouts are the sheets' boxes, in millimetres: those of sheets/sheets.css. A
// test measures in a browser that no words leave them.
var layouts = map[Way]layout{
	Poster: {invitation: box{152, 72, 20, 92, 1.05}, second: box{152, 27, 12, 30, 1.15}, tap: box{88, 20, 10, 26, 1.18}, tap2: box{88, 12, 8, 16, 1.2}, promise: box{88, 10, 7, 11, 1.3},
		name: box{150, 4, 7, 8, 1.25}, brand: box{130, 12, 10, 24, 1.2}, ref: box{88, 8, 9, 18, 1.2}, letters: box{182, 17, 9, 34, 1.2}, perLine: 36},
	Tent: {invitation: box{84, 44, 14, 46, 1.06}, second: box{84, 44, 14, 46, 1.06}, tap: box{84, 13, 8, 15, 1.2}, tap2: box{84, 13, 8, 15, 1.2}, promise: box{84, 8, 6, 9, 1.3},
		name: box{84, 3.500, 5, 7, 1.2}, brand: box{68, 9, 8, 17, 1.2}, ref: box{84, 5, 7, 11, 1.2}, letters: box{84, 10, 7, 12, 1.2}, perLine: 28},
	Sticker: {invitation: box{35, 19, 7, 22, 1.06}, second: box{35, 8, 5, 10, 1.15}, tap: box{44, 4, 5, 8, 1.2}, tap2: box{44, 4, 5, 8, 1.2},
		name: box{89, 2.600, 4, 5, 1.2}, brand: box{27, 6, 6, 11, 1.1}, ref: box{35, 4.500, 6, 11, 1.1}, letters: box{89, 5, 5, 11, 1.15}, perLine: 40},
	Receipt: {invitation: box{66, 24, 10, 30, 1.06}, second: box{66, 12, 8, 14, 1.15}, tap: box{66, 9, 8, 12, 1.2}, tap2: box{66, 7, 7, 10, 1.2}, promise: box{66, 7, 6, 8, 1.3},
		name: box{66, 3.500, 5, 7, 1.2}, brand: box{54, 8, 9, 17, 1.2}, ref: box{66, 5, 8, 13, 1.2}, letters: box{66, 11, 7, 12, 1.2}, perLine: 26},
	Staff: {invitation: box{174, 37, 18, 58, 1.06}, second: box{174, 13, 10, 24, 1.15}, tap: box{94, 18, 9, 22, 1.2}, tap2: box{94, 11, 8, 14, 1.2}, promise: box{94, 10, 7, 10, 1.3},
		room: box{158, 11, 8, 16, 1.25}, room2: box{158, 9, 7, 11, 1.3}, name: box{150, 4, 7, 8, 1.25}, brand: box{150, 8, 9, 17, 1.2}, ref: box{94, 7, 9, 16, 1.2}, letters: box{174, 14, 9, 22, 1.2}, perLine: 36},
}

// sentence is one of the staff room's, in each language.
type sentence struct {
	Icon  string
	Words []spokenWords
}

type spokenWords struct {
	Words
	Lang, Dir string
}

// Sentences are what a staff room's sheet promises, each in all its languages.
func (f face) Sentences() []sentence {
	var list []sentence
	for i := range f.Tongues[0].Room {
		s := sentence{Icon: f.Tongues[0].Icons[i]}
		for _, t := range f.Tongues {
			s.Words = append(s.Words, spokenWords{t.Room[i], t.Lang, t.Dir})
		}
		list = append(list, s)
	}
	return list
}

// side is one side of a table tent, in one language.
type side struct {
	face
	Now tongue
}

// On is the side in a language.
func (f face) On(t tongue) side { return side{f, t} }

// face sets one item.
func (b *Book) face(o Order, item Item) (face, error) {
	t := b.Index.Touchpoint(item.Touchpoint)
	if t == nil {
		return face{}, sayline.Errorf(sayline.NotFound, "There is no touchpoint %q.", item.Touchpoint)
	}
	at := layouts[o.Sheet]
	code, err := Encode(b.Link(t.ID, Fill{Ref: item.Ref}), Q)
	if err != nil {
		return face{}, err
	}
	f := face{Brand: b.Name, Mark: look.Mark(&b.Brand), Path: template.HTML(code.Path()), Width: code.Width(), BrandFit: at.brand.fit(b.Name)}
	for _, v := range b.Shown() {
		f.Faces = append(f.Faces, look.Face(v))
	}
	short := Letters(b.Link(t.ID, Fill{})) // what is typed has no query: the ref is in the code, and said on the sheet
	f.Address, f.Letters = at.address(short)
	names := []string{}
	for i, lang := range o.Langs {
		f.Tongues = append(f.Tongues, b.tongue(at, t, lang, i > 0))
		if name := b.whereIs(t, lang); i == 0 || name != names[0] {
			names = append(names, name)
		}
	}
	for i := range names {
		names[i] = "\u2068" + names[i] + "\u2069" // a Latin name doesn't turn an Arabic one around
	}
	f.Name = at.name.fit(strings.Join(names, " / "))
	if item.Ref != "" {
		f.Ref = at.ref.fit(item.Ref)
	}
	return f, nil
}

// whereIs is a touchpoint's name and place: for who hangs the sheet, and so that
// nobody wonders whether they stand at the right one.
func (b *Book) whereIs(t *sayline.Touchpoint, lang string) string {
	name := t.Name.In(lang, b.Language())
	if p := b.Index.Place(t.Place); p != nil {
		if at := p.Name.In(lang, b.Language()); at != "" && at != name {
			name += "\u2069 · \u2068" + at
		}
	}
	return name
}

// tongue is a sheet's words in a language.
func (b *Book) tongue(at layout, t *sayline.Touchpoint, lang string, second bool) tongue {
	w := b.Words.In(lang)
	invitation, tap, room := at.invitation, at.tap, at.room
	if second {
		invitation, tap, room = at.second, at.tap2, at.room2
	}
	at.promise = at.promise.in(lang)
	invitation, tap, room = invitation.in(lang), tap.in(lang), room.in(lang)
	l := tongue{Lang: lang, Dir: words.Direction(lang), Invitation: invitation.fit(b.Line(t, "invitation", lang)), Tap: tap.fit(w.Say("way_tap")), Type: w.Say("way_type")}
	if p := b.Promised(t); at.promise.width > 0 && !p.InHours { // what depends on the hour can't be printed
		look, answer := time.Duration(p.Acknowledge), time.Duration(p.Answer)
		l.Promise = at.promise.fit(w.Say("promise", "look", w.Within(look), "answer", w.Within(answer)))
	}
	if room.width > 0 {
		for _, s := range b.room(t, lang) {
			l.Room, l.Icons = append(l.Room, room.fit(s[1])), append(l.Icons, s[0])
		}
		for i := range l.Room { // all as large as the one that fits least
			l.Room[i].Pt = slices.MinFunc(l.Room, func(a, b Words) int { return a.Pt - b.Pt }).Pt
		}
	}
	return l
}

// room are the sentences of a staff room's sheet, each with its icon: who reads
// it, what is kept, how one gets an answer.
func (b *Book) room(t *sayline.Touchpoint, lang string) [][2]string {
	w := b.Words.In(lang)
	var list [][2]string
	if lane := b.Index.Lane(t.Lane); lane != nil {
		var people []string
		for _, id := range lane.See {
			if p := b.Index.Person(id); p != nil {
				people = append(people, p.Name)
			}
		}
		list = append(list, [2]string{"who", w.Say("staff_only", "people", strings.Join(people, w.Say("list_comma")))})
	} else if team := b.Index.Team(t.Owner); team != nil {
		list = append(list, [2]string{"who", w.Say("staff_team", "team", team.Name.In(lang, b.Language()))})
	}
	return append(list, [2]string{"nothing", w.Say("staff_nothing")}, [2]string{"answer", w.Say("staff_answer")})
}

// address sets what is typed: in lines of characters that are all as wide.
func (l layout) address(short string) ([]string, Words) {
	lines := wrap(Break(short), l.perLine)
	longest := 12
	for _, line := range lines {
		longest = max(longest, len(line))
	}
	pt := int(l.letters.width * pointsPerMM / (float64(longest) * 0.62))
	if high := int(l.letters.height * pointsPerMM / (float64(len(lines)) * l.letters.leading)); high < pt {
		pt = high
	}
	return lines, Words{short, min(max(pt, 4), l.letters.most)}
}
