package reach

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/house"
)

// mePageData is the data of "How we reach you".
type mePageData struct {
	*house.View
	Contacts []contactView
	Channels []string // that can be added by their address
	Phone    bool     // browsers can be told
	VAPID    string
	Quiet    quietView
	Badly    []badly // people who are reached badly, for who looks after them
	More     bool    // may be added
}

// contactView is one contact as its person sees it.
type contactView struct {
	sayline.KnownContact
	Name    string
	Shown   string // of its address, beside a name; "" for nothing
	State   string // ok, suspect, broken, waits or new
	Says    string
	Usable  bool // this way out is set up here
	First   bool
	Waiting bool // for its code
}

// quietView are the quiet hours as a form has them.
type quietView struct {
	On                bool
	From, Until, Zone string
}

// badly is a person who is reached badly, and by what. No address of theirs is
// shown: only they themselves see those.
type badly struct {
	Name string
	Says []string
}

func (s *Reach) mePage(w http.ResponseWriter, r *http.Request, v *auth.Viewer) error {
	p := &mePageData{View: s.NewView(r, v)}
	p.Room, p.Title, p.Scripts = "me", p.Say("reach_title"), []string{"reach.js"}
	p.VAPID, _ = s.Store.VAPID()
	channels := s.caller.Channels()
	p.Phone = slices.Contains(channels, sayline.ByPush)
	for _, c := range channels {
		if slices.Contains(addable, c) {
			p.Channels = append(p.Channels, c)
		}
	}
	b, err := s.now(r.Context(), v.Brand)
	if err != nil {
		return err
	}
	own := 0
	for i, k := range b.Known(v.Person.ID) {
		if k.Own() {
			own++
		}
		p.Contacts = append(p.Contacts, s.view(p.View, k, i == 0, slices.Contains(channels, k.Channel)))
	}
	p.More = own < sayline.MaxContacts
	p.Quiet = quietOf(b.Quiet(v.Person.ID))
	if v.Role != sayline.Member {
		p.Badly = s.badly(p.View, b)
	}
	return s.Render(w, r, http.StatusOK, s.me, p)
}

// now is the brand with its contacts as they are stored: who is told that they
// changed may look before the brand was read again.
func (s *Reach) now(ctx context.Context, b *brands.Snapshot) (*brands.Snapshot, error) {
	contacts, err := s.Store.Contacts(ctx, b.ID)
	if err != nil {
		return nil, err
	}
	quiet, err := s.Store.Quiets(ctx, b.ID)
	if err != nil {
		return nil, err
	}
	now := *b
	return now.Reach(contacts, quiet), nil
}

// addable are the channels that are added by their address, in the order they
// are offered.
var addable = []string{sayline.ByEmail, sayline.ByChat, sayline.BySMS, sayline.ByVoice, sayline.ByWebhook}

// view is a contact as its person sees it.
func (s *Reach) view(v *house.View, k sayline.KnownContact, first, usable bool) contactView {
	c := contactView{KnownContact: k, Name: k.Name(), State: k.State, Usable: usable, First: first, Waiting: k.Own() && k.VerifiedAt.IsZero()}
	if c.Name == "" {
		c.Name = wayName(v, k.Channel)
	}
	unnamed := k
	unnamed.Label = ""
	c.Shown = unnamed.Name()
	switch {
	case !usable:
		c.State, c.Says = "suspect", v.Say("reach_not_set_up")
	case c.Waiting && k.Failures > 0:
		c.State, c.Says = "suspect", v.Say("reach_waits_failed")
	case c.Waiting:
		c.State, c.Says = "waits", v.Say("reach_waits")
	case k.State == sayline.ContactBroken:
		c.Says = v.Say("reach_is_broken", "time", v.At(k.FailedAt))
	case k.State == sayline.ContactSuspect:
		c.Says = v.Say("reach_is_suspect", "time", v.At(k.FailedAt))
	case k.OKAt.IsZero():
		c.State, c.Says = "new", v.Say("reach_is_new")
	default:
		c.Says = v.Say("reach_is_ok", "time", v.At(k.OKAt))
	}
	return c
}

func quietOf(q sayline.QuietHours) quietView {
	v := quietView{On: !q.None(), From: "22:00", Until: "07:00", Zone: q.Zone}
	if v.On {
		v.From, v.Until = clock(q.From), clock(q.Until)
	}
	return v
}

// badly are the people of whom something is wrong, or who have nothing but the
// desk though a team relies on them.
func (s *Reach) badly(v *house.View, b *brands.Snapshot) []badly {
	var list []badly
	for i := range b.People {
		p := &b.People[i]
		one := badly{Name: p.Name}
		for _, k := range b.Known(p.ID) {
			way := wayName(v, k.Channel)
			switch k.State {
			case sayline.ContactBroken:
				one.Says = append(one.Says, v.Say("reach_badly_broken", "way", way, "time", v.At(k.FailedAt)))
			case sayline.ContactSuspect:
				one.Says = append(one.Says, v.Say("reach_badly_suspect", "way", way, "time", v.At(k.FailedAt)))
			}
		}
		if len(b.Contacts(p.ID, sayline.Critical)) == 0 && reliedOn(b.Config, p.ID) {
			one.Says = append(one.Says, v.Say("reach_badly_none"))
		}
		if len(one.Says) > 0 {
			list = append(list, one)
		}
	}
	return list
}

// reliedOn says whether a person may be the one who is asked.
func reliedOn(c *sayline.Config, person string) bool {
	return c.LastResort == person || slices.ContainsFunc(c.Teams, func(t sayline.Team) bool {
		return slices.ContainsFunc(t.Members, func(m sayline.Membership) bool { return m.Person == person })
	})
}

// Join is the sentences of one who is reached badly.
func (b badly) Join() string { return strings.Join(b.Says, " ") }

// Way is a channel's name.
func (p *mePageData) Way(channel string) string { return wayName(p.View, channel) }

func wayName(v *house.View, channel string) string {
	switch channel {
	case sayline.ByPush:
		return v.Say("reach_by_push")
	case sayline.ByEmail:
		return v.Say("reach_by_email")
	case sayline.ByChat:
		return v.Say("reach_by_chat")
	case sayline.BySMS:
		return v.Say("reach_by_sms")
	case sayline.ByVoice:
		return v.Say("reach_by_voice")
	}
	return v.Say("reach_by_webhook")
}
