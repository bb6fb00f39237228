package atlas

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
)

//go:embed trades/*.yaml
var tradeFiles embed.FS

// typical is a touchpoint that is typical for a trade.
type typical struct {
	ID                       string
	Audience, Stage, Channel string
	Name, Purpose            sayline.Text
	Promise, Feeling         sayline.Text
	phrases                  []phrase // by which people speak of it
}

// listedTypical is a line of the lists as it is written.
type listedTypical struct {
	ID   string   `yaml:"id"`
	At   string   `yaml:"at"`   // audience, stage, channel
	Also []string `yaml:"also"` // other names
	En   string   `yaml:"en"`   // name | purpose | promise | feeling
	Es   string   `yaml:"es"`
	Ar   string   `yaml:"ar"`
}

// listLanguages are the languages the lists are in.
var listLanguages = []string{"en", "es", "ar"}

// lists are the touchpoints typical for each trade: those of nearly every trade
// but the ones it has nothing of, and its own.
var lists = func() map[string][]*typical {
	every, _ := readList("common")
	m := map[string][]*typical{}
	for _, trade := range sayline.Trades {
		own, without := readList(trade)
		for _, t := range every {
			if !slices.Contains(without, t.ID) && !slices.ContainsFunc(own, func(o *typical) bool { return o.ID == t.ID }) {
				m[trade] = append(m[trade], t)
			}
		}
		m[trade] = append(m[trade], own...)
	}
	return m
}()

// readList reads an embedded list: it is right, or nothing starts.
func readList(name string) (list []*typical, without []string) {
	src, err := tradeFiles.ReadFile("trades/" + name + ".yaml")
	if err != nil {
		panic("atlas: " + err.Error())
	}
	var file struct {
		Without     []string        `yaml:"without"`
		Touchpoints []listedTypical `yaml:"touchpoints"`
	}
	if err := yaml.Unmarshal(src, &file); err != nil {
		panic("atlas: " + name + ": " + err.Error())
	}
	for _, l := range file.Touchpoints {
		t, err := newTypical(l)
		if err != nil {
			panic("atlas: " + name + ": " + err.Error())
		}
		list = append(list, t)
	}
	return list, file.Without
}

func newTypical(l listedTypical) (*typical, error) {
	at := strings.Fields(l.At)
	if len(at) != 3 {
		return nil, fmt.Errorf("%s stands at %q", l.ID, l.At)
	}
	t := &typical{ID: l.ID, Audience: at[0], Stage: at[1], Channel: at[2], Name: sayline.Text{}, Purpose: sayline.Text{}, Promise: sayline.Text{}, Feeling: sayline.Text{}}
	for lang, line := range map[string]string{"en": l.En, "es": l.Es, "ar": l.Ar} {
		parts := strings.Split(line, "|")
		if len(parts) != 4 {
			return nil, fmt.Errorf("%s says %q in %s", l.ID, line, lang)
		}
		for i, words := range []sayline.Text{t.Name, t.Purpose, t.Promise, t.Feeling} {
			words[lang] = strings.TrimSpace(parts[i])
		}
		t.phrases = append(t.phrases, newPhrase(t.Name[lang]))
	}
	for _, name := range l.Also {
		t.phrases = append(t.phrases, newPhrase(name))
	}
	return t, nil
}

// names are a brand's touchpoints with their names as they are compared, worked
// out once for a whole list.
type names struct {
	b     *brands.Snapshot
	stems [][]phrase // by touchpoint, one for each language
}

func newNames(b *brands.Snapshot) names {
	n := names{b: b, stems: make([][]phrase, len(b.Touchpoints))}
	for i := range b.Touchpoints {
		for _, name := range b.Touchpoints[i].Name {
			n.stems[i] = append(n.stems[i], newPhrase(name))
		}
	}
	return n
}

// of finds what a brand has of what is typical: the touchpoint of that id, of
// that name in any language, or one of that channel and audience whose name says
// one of its names; nil for what it lacks.
func (t *typical) of(n names) *sayline.Touchpoint {
	if have := n.b.Index.Touchpoint(t.ID); have != nil {
		return have
	}
	for i := range n.b.Touchpoints {
		have := &n.b.Touchpoints[i]
		for _, words := range n.stems[i] {
			for _, p := range t.phrases {
				if slices.Equal(words, p) || p.in(words) && have.Channel == t.Channel && meets(have, t.Audience) {
					return have
				}
			}
		}
	}
	return nil
}

// spoken says whether some words speak of it.
func (t *typical) spoken(words []string) bool {
	return slices.ContainsFunc(t.phrases, func(p phrase) bool { return p.in(words) })
}

// touchpoint is a new, silent touchpoint of a brand, as the list suggests it, in
// those of the brand's languages the list has; else in English.
func (t *typical) touchpoint(c *sayline.Config) sayline.Touchpoint {
	in := func(words sayline.Text) sayline.Text {
		kept := sayline.Text{}
		for _, l := range c.Languages {
			if base, _, _ := strings.Cut(l, "-"); slices.Contains(listLanguages, base) {
				kept[l] = words[base]
			}
		}
		if len(kept) == 0 {
			return sayline.Plain(words["en"])
		}
		return kept
	}
	return sayline.Touchpoint{ID: freeID(c, t.ID), Name: in(t.Name), Channel: t.Channel, Stage: t.Stage, Audiences: []string{t.Audience}, Silent: true, First: "faces",
		Purpose: in(t.Purpose), Promise: in(t.Promise), Feeling: in(t.Feeling)}
}
