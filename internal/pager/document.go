package pager

import (
	"encoding/json"
	"time"

	"github.com/sayline/sayline/internal/notify"
)

// PageType is the type of the CloudEvent a person's own webhook gets.
const PageType = "cx.page"

// document is what a person's webhook is told: as much as an e-mail, for a
// machine to show. Of a private case it has no words, no topic and no place; of a
// case that asks for nobody nothing but the note, and of several a line for each.
type document struct {
	Page     string    `json:"page"`
	Brand    string    `json:"brand"`
	Case     string    `json:"case"`
	Episode  int       `json:"episode"`
	Step     int       `json:"step"` // 1 is the first; from 2 on nobody had taken it
	Role     string    `json:"role"` // duty, team or also
	Urgency  string    `json:"urgency,omitempty"`
	Silent   bool      `json:"silent,omitempty"` // nothing about it should ring
	Private  bool      `json:"private,omitempty"`
	Title    string    `json:"title"` // in the person's language
	Where    string    `json:"where,omitempty"`
	Product  string    `json:"product,omitempty"`
	Lot      string    `json:"lot,omitempty"`
	Since    time.Time `json:"since,omitzero"`
	Moments  int       `json:"moments,omitempty"`
	Said     []string  `json:"said,omitempty"`
	Language string    `json:"language"`
	URL      string    `json:"url"`               // the case on the desk
	ActURL   string    `json:"act_url,omitempty"` // where its person takes it without signing in
}

func (l *letter) document() []byte {
	p, c := &l.page, l.c
	d := document{Page: p.ID, Brand: p.Brand, Case: p.Case, Episode: p.Episode, Step: p.N + p.Loop, Role: p.Role, Silent: l.silent, Private: l.private(),
		Title: l.what(), Language: l.tongue.Tag, URL: l.link, ActURL: l.act}
	switch {
	case l.special():
		d.Said = l.lines()
	case !d.Private:
		d.Urgency, d.Where, d.Product, d.Lot, d.Since, d.Moments, d.Said = c.Urgency, l.where(), c.Product, c.Lot, c.Since.UTC(), c.Moments, l.said()
	}
	data, _ := json.Marshal(d) // strings, numbers and times of this era: cannot fail
	e := notify.CloudEvent{ID: p.ID, Source: l.source, Type: PageType, Time: p.CreatedAt, Subject: p.Case, Data: data}
	return e.AppendJSON(nil)
}
