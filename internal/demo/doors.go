package demo

import (
	"fmt"
	"html/template"
	"net"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/look"
)

// entrance is one brand's doors, for the terminal and the page.
type entrance struct {
	ID, Name, What string
	Mark           template.HTML
	Colour         string
	Screens        []door // where something can be said
	People         []door // who signs in
}

// door is a way in: a path on the operator's host.
type door struct{ Name, What, Path, Email string }

// shown are the doors that are told of, of the many there are.
var shown = []struct {
	brand, what     string
	screens, people []string
}{
	{"sparkle", "a soda maker", []string{shelf, "lemon", "dock-3", "canteen"}, []string{"lucia", "elena", "ines", "irene"}},
	{"granvia", "a hotel group", []string{"room-madrid", "reception-madrid", "staff-stairs"}, []string{"beatriz", "ignacio", "rosa"}},
	{"northgate", "an airport", []string{"wc1a", "gate-b12", "lost-property"}, []string{"ruth", "kofi", "marsha"}},
}

// entrances finds the doors in the brands as they are now.
func entrances(r interface{ ByID(string) *brands.Snapshot }) []entrance {
	var list []entrance
	for _, s := range shown {
		b := r.ByID(s.brand)
		if b == nil {
			continue
		}
		e := entrance{ID: b.ID, Name: b.Name, What: s.what, Mark: look.Mark(&b.Brand), Colour: b.Look.Color}
		for _, id := range s.screens {
			if t := b.Index.Touchpoint(id); t != nil {
				e.Screens = append(e.Screens, door{Name: t.Name.In("en", b.Language()), What: placeOf(b, t), Path: "/@" + b.ID + "/cx/t/" + id})
			}
		}
		for _, id := range s.people {
			if p := b.Index.Person(id); p != nil {
				e.People = append(e.People, door{Name: p.Name, What: roleOf(b, p), Path: "/demo/as/" + b.ID + "/" + id, Email: p.Email})
			}
		}
		list = append(list, e)
	}
	return list
}

// placeOf is where a touchpoint is, unless its name says so.
func placeOf(b *brands.Snapshot, t *sayline.Touchpoint) string {
	p := b.Index.Place(t.Place)
	if p == nil {
		return ""
	}
	name := p.Name.In("en", b.Language())
	if strings.Contains(t.Name.In("en", b.Language()), name) {
		return ""
	}
	return name
}

// roleOf is what somebody is at a brand: "owner", or their first team and its place.
func roleOf(b *brands.Snapshot, p *sayline.Person) string {
	if p.Role != "" && p.Role != sayline.Member {
		return p.Role
	}
	for _, t := range b.Teams {
		for _, m := range t.Members {
			if m.Person != p.ID {
				continue
			}
			name := t.Name.In("en", b.Language())
			if place := b.Index.Place(m.Place); place != nil {
				name += ", " + place.Name.In("en", b.Language())
			}
			if t.Outside != "" {
				name += " (" + t.Outside + ")"
			}
			return name
		}
	}
	return sayline.Member
}

// announce tells the terminal where everything is.
func (d *Demo) announce() {
	if d.options.Out == nil {
		return
	}
	var b strings.Builder
	url := d.App.URL()
	fmt.Fprintf(&b, "\nThree phones, one line (ready after %.1f s). Open\n\n    %s/demo\n", d.Took.Seconds(), url)
	for _, e := range entrances(d.App.Registry) {
		fmt.Fprintf(&b, "\n%s, %s\n", e.Name, e.What)
		for _, s := range e.Screens {
			fmt.Fprintf(&b, "    say it     %s%s   %s\n", url, s.Path, strings.TrimSuffix(s.Name+", "+s.What, ", "))
		}
		for _, p := range e.People {
			fmt.Fprintf(&b, "    sign in    %-28s %s, %s\n", p.Email, p.Name, p.What)
		}
	}
	fmt.Fprintf(&b, "\nThe brands' people sign in at %s/sign-in, all with the password %s\n", url, d.Password)
	if _, port, err := net.SplitHostPort(d.App.Addr().String()); err == nil {
		fmt.Fprintf(&b, "On this machine a brand also has its own address: http://sparkle.localhost:%s/cx\n", port)
	}
	if d.passing {
		b.WriteString("Nothing is kept after the end; --data FOLDER keeps it.\n")
	}
	fmt.Fprintln(d.options.Out, b.String())
}
