package sayline

import (
	"net/mail"
	"net/url"
	"slices"
	"time"
)

// Person is somebody of the brand who may sign in to the house.
type Person struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Email    string    `json:"email"`          // signs in with it
	Role     string    `json:"role,omitempty"` // see [Roles]; default member
	Language string    `json:"language,omitempty"`
	Contacts []Contact `json:"contacts,omitempty"` // how to reach them; the desk page is always one
}

// Roles: an owner sets the brand up and sees all but private lanes; a manager
// sees every case and the pulse; a member sees the pulse and their teams' cases.
const (
	Owner   = "owner"
	Manager = "manager"
	Member  = "member"
)

var Roles = []string{Owner, Manager, Member}

// Contact is one channel address of a person. "desk" is the open page of the
// desk and needs no address.
type Contact struct {
	Channel string `json:"channel"` // see [ContactChannels]
	Address string `json:"address"`
}

// Ways out to a person.
const (
	ByDesk    = "desk"
	ByPush    = "push" // Web Push to a phone or browser they registered themselves; never in the brand file
	ByEmail   = "email"
	ByChat    = "chat"    // a channel's URL as shoutrrr reads it: slack://…, telegram://…
	BySMS     = "sms"     // a number, through the operator's gateway
	ByVoice   = "voice"   // a number that is rung, through the same gateway
	ByWebhook = "webhook" // an address that takes signed JSON
)

// ContactChannels are those that a brand file may name.
var ContactChannels = []string{ByEmail, ByChat, BySMS, ByVoice, ByWebhook}

// Team is the people who act. A team covers one level of the places: the
// distribution team of each region, the restroom crew of each restroom.
type Team struct {
	ID      string       `json:"id"`
	Name    Text         `json:"name"`
	Covers  string       `json:"covers,omitempty"`  // a level of places; "" is the whole brand
	Outside string       `json:"outside,omitempty"` // another company's name: sees only its own cases
	Members []Membership `json:"members,omitempty"`
}

// Outsider says whether somebody is there for another company only: they see their
// own cases and nothing else.
func (c *Config) Outsider(person string) bool {
	outside := false
	for i := range c.People {
		if p := &c.People[i]; p.ID == person && p.Role != "" && p.Role != Member {
			return false
		}
	}
	for _, t := range c.Teams {
		if !slices.ContainsFunc(t.Members, func(m Membership) bool { return m.Person == person }) {
			continue
		}
		if t.Outside == "" {
			return false
		}
		outside = true
	}
	return outside
}

// Membership is a person in a team, for a part of the places ("" for all).
type Membership struct {
	Person string `json:"person"`
	Place  string `json:"place,omitempty"`
	Duty   bool   `json:"duty,omitempty"` // on duty here whenever nobody else said "I'm on"
}

// OnDuty is one stretch in which a person is responsible for a team at a place,
// because they said "I'm on".
type OnDuty struct {
	Brand, ID, Team, Place, Person string
	From, Until                    time.Time
}

// DutyLength is how long "I'm on" lasts when no shift ends it.
const DutyLength = 12 * time.Hour

// Webhook is an endpoint that receives the brand's events (Standard Webhooks
// headers, CloudEvents body). Its secret is derived by the server and shown to owners.
type Webhook struct {
	ID       string   `json:"id"`
	URL      string   `json:"url"`
	Types    []string `json:"types,omitempty"`     // event types; default all public ones
	FullText bool     `json:"full_text,omitempty"` // with people's words; else ids and facts only
	Guarded  bool     `json:"guarded,omitempty"`   // with what employees and guarded audiences say, one by one; else nothing of them
	Secret   int      `json:"secret,omitempty"`    // raise by one to rotate; the one before stays valid beside it
}

func (c *Config) validatePeople(f *faults, ix *Index) {
	mails := map[string]bool{}
	for i, p := range c.People {
		at := at("/people", i)
		if !ValidHandle(p.ID) {
			f.add(at+"/id", handleShape)
		}
		if p.Name == "" {
			f.add(at+"/name", "expected the person's name")
		}
		if a, err := mail.ParseAddress(p.Email); err != nil || a.Address != p.Email {
			f.add(at+"/email", "expected an e-mail address, got %q", p.Email)
		}
		if mails[p.Email] {
			f.add(at+"/email", "expected one person per e-mail address; %q stands twice", p.Email)
		}
		mails[p.Email] = true
		if p.Role != "" {
			oneOf(f, at+"/role", p.Role, Roles)
		}
		for j, k := range p.Contacts {
			k.validate(f, sub(at, "contacts", j))
		}
	}
	if c.LastResort != "" && ix.Person(c.LastResort) == nil {
		f.add("/last_resort", "expected the id of a person, got %q", c.LastResort)
	}
}

func (k *Contact) validate(f *faults, at string) {
	oneOf(f, at+"/channel", k.Channel, ContactChannels)
	switch k.Channel {
	case ByEmail:
		if _, err := mail.ParseAddress(k.Address); err != nil {
			f.add(at+"/address", "expected an e-mail address, got %q", k.Address)
		}
	case ByChat:
		if !ValidChat(k.Address) {
			f.add(at+"/address", "expected the address of one chat, such as slack://…, telegram://… or ntfy://…")
		}
	case BySMS, ByVoice:
		if !ValidNumber(k.Address) {
			f.add(at+"/address", "expected a number with its country, such as +34600000000, got %q", k.Address)
		}
	case ByWebhook:
		validateURL(f, at+"/address", k.Address)
	}
}

func validateURL(f *faults, pointer, s string) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		f.add(pointer, "expected an http(s) address without a password, got %q", s)
	}
}

func (c *Config) validateTeams(f *faults, ix *Index) {
	for i, t := range c.Teams {
		at := at("/teams", i)
		if !ValidHandle(t.ID) {
			f.add(at+"/id", handleShape)
		}
		t.Name.require(f, at+"/name", "the team's name")
		t.Name.validate(f, at+"/name", c.Languages, 80)
		if t.Covers != "" && !slices.ContainsFunc(c.Places, func(p Place) bool { return p.Level == t.Covers }) {
			f.add(at+"/covers", "expected a level that some place has, got %q", t.Covers)
		}
		for j, m := range t.Members {
			if ix.Person(m.Person) == nil {
				f.add(sub(at, "members", j)+"/person", "expected the id of a person, got %q", m.Person)
			}
			if m.Place != "" && ix.Place(m.Place) == nil {
				f.add(sub(at, "members", j)+"/place", "expected the id of a place, got %q", m.Place)
			}
		}
	}
	for i, w := range c.Webhooks {
		at := at("/webhooks", i)
		if !ValidHandle(w.ID) {
			f.add(at+"/id", handleShape)
		}
		validateURL(f, at+"/url", w.URL)
		for j, t := range w.Types {
			oneOf(f, sub(at, "types", j), t, PublicEvents)
		}
		if w.Secret < 0 {
			f.add(at+"/secret", "expected a number that only rises")
		}
	}
}
