package api

import (
	"slices"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/web"
)

// touchpointDoc is a touchpoint as the brand means it. Texts are by language.
type touchpointDoc struct {
	ID       string       `json:"id"`
	Name     sayline.Text `json:"name"`
	Channel  string       `json:"channel"`
	Stage    string       `json:"stage"`
	Audience string       `json:"audience"`
	Place    string       `json:"place,omitempty"`
	Product  string       `json:"product,omitempty"`
	Lane     string       `json:"lane,omitempty"`
	Owner    string       `json:"owner,omitempty"` // team
	Silent   bool         `json:"silent,omitempty"`
	Purpose  sayline.Text `json:"purpose,omitempty"`
	Promise  sayline.Text `json:"promise,omitempty"`
	Feeling  sayline.Text `json:"intended_feeling,omitempty"`
}

// touchpoints gives all of them that a system may know of.
func (a *API) touchpoints(c *call) error {
	list := []touchpointDoc{}
	for i := range c.brand.Touchpoints {
		t := &c.brand.Touchpoints[i]
		if t.Lane != "" && !slices.Contains(c.system.Lanes, t.Lane) {
			continue
		}
		list = append(list, touchpointDoc{ID: t.ID, Name: c.text(t.Name), Channel: t.Channel, Stage: t.Stage, Audience: t.Audience(), Place: t.Place, Product: t.Product, Lane: t.Lane,
			Owner: t.Owner, Silent: t.Silent, Purpose: c.text(t.Purpose), Promise: c.text(t.Promise), Feeling: c.text(t.Feeling)})
	}
	web.SendTagged(c.w, c.r, "application/json", web.JSON(map[string]any{"touchpoints": list}))
	return nil
}

// text is the brand's words by their language, those without one under the brand's first.
func (c *call) text(t sayline.Text) sayline.Text {
	words, plain := t[""]
	if !plain {
		return t
	}
	out := sayline.Text{c.brand.Language(): words}
	for lang, words := range t {
		if lang != "" {
			out[lang] = words
		}
	}
	return out
}
