package desk

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/house"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

// colleague is somebody who may be named in a case's notes.
type colleague struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Team string `json:"team"`
}

// colleagues are the people who may see a case, without the viewer: the case's
// own team first.
func colleagues(v *auth.Viewer, names house.Names, c *sayline.Case) []colleague {
	type ranked struct {
		colleague
		mine bool
	}
	var list []ranked
	for i := range v.Brand.People {
		p := &v.Brand.People[i]
		other := auth.NewViewer(&store.Account{Email: p.Email}, v.Brand)
		if p.ID == v.Person.ID || !other.MayAct(c) || v.Outside && !other.Mine(c) {
			continue
		}
		k := colleague{ID: p.ID, Name: p.Name}
		if len(other.Teams) > 0 {
			k.Team = names.Team(other.Teams[0], "")
		}
		list = append(list, ranked{k, other.Mine(c)})
	}
	slices.SortStableFunc(list, func(a, b ranked) int {
		if a.mine != b.mine {
			if a.mine {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Name, b.Name)
	})
	people := make([]colleague, len(list))
	for i := range list {
		people[i] = list[i].colleague
	}
	return people
}

// named finds whom a note names: an @ and their name, their first name where
// only one of them has it, or their id.
func named(text string, people []colleague) []string {
	firsts := map[string]int{}
	for _, p := range people {
		firsts[firstName(p.Name)]++
	}
	var ids []string
	for i, r := range text {
		if r != '@' || i > 0 && !boundaryBefore(text[:i]) {
			continue
		}
		rest := foldWords(text[i+1:])
		best, length := "", 0
		for _, p := range people {
			names := []string{foldWords(p.Name), foldWords(p.ID)}
			if first := firstName(p.Name); firsts[first] == 1 {
				names = append(names, first)
			}
			for _, n := range names {
				if len(n) > length && strings.HasPrefix(rest, n) {
					best, length = p.ID, len(n)
				}
			}
		}
		if best != "" && !slices.Contains(ids, best) {
			ids = append(ids, best)
		}
	}
	return ids
}

func firstName(name string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	return foldWords(first)
}

// boundaryBefore keeps an @ within an address from naming anybody.
func boundaryBefore(s string) bool {
	r := []rune(s)
	last := r[len(r)-1]
	return !unicode.IsLetter(last) && !unicode.IsDigit(last)
}

// people answers who may be named in a case's notes.
func (d *Desk) people(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	c, err := d.Auth.Case(r.Context(), v, r.PathValue("case"))
	if err != nil {
		return err
	}
	web.SendJSON(w, r, http.StatusOK, colleagues(v, d.NewView(r, v).Names, c))
	return nil
}

// tell are the pages that tell people of a note: on the desk and by every way
// that reaches them.
func (d *Desk) tell(b *auth.Viewer, c *sayline.Case, ids []string) (pages []sayline.Page) {
	now := d.Now()
	for _, id := range ids {
		for _, k := range append([]sayline.Contact{{Channel: sayline.ByDesk}}, b.Brand.Contacts(id, c.Urgency)...) {
			pages = append(pages, sayline.Page{ID: sayline.NewID(now, d.Random), Person: id, Channel: k.Channel, Address: k.Address})
		}
	}
	return pages
}
