package feeds

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/calendar"
	"github.com/sayline/sayline/internal/duty"
	"github.com/sayline/sayline/internal/web"
	"github.com/sayline/sayline/internal/words"
)

// Nouns that have a feed.
const (
	OfPerson = "person"
	OfTeam   = "team"
)

// How far a feed goes back and ahead, from the midnight before.
const (
	back    = 400 * 24 * time.Hour
	forward = 60 * 24 * time.Hour
)

// Address is the path of a feed: of a person or a team, by id. number is how
// often it was revoked; see [store.Store.FeedNumber]. Whoever has it can read it.
func Address(serverKey []byte, brand, noun, id string, number int) string {
	return "/b/" + brand + "/feeds/" + noun + "/" + id + "/" + token(serverKey, brand, noun, id, number) + suffix
}

const suffix = ".ics"

// token is 144 bits that nobody guesses.
func token(serverKey []byte, brand, noun, id string, number int) string {
	h := hmac.New(sha256.New, serverKey)
	h.Write([]byte("calendar feed\x00" + brand + "\x00" + noun + "\x00" + id + "\x00" + strconv.Itoa(number)))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:18])
}

// Routes puts the feeds on the operator's mux.
func (f *Feeds) Routes(mux *http.ServeMux) {
	mux.Handle("GET /b/{brand}/feeds/{noun}/{id}/{file}", f.errors.Handle(f.serve))
}

var errNoFeed = sayline.Errorf(sayline.NotFound, "There is no calendar at this address, or it was revoked.")

// serve answers with a feed, if the address is its.
func (f *Feeds) serve(w http.ResponseWriter, r *http.Request) error {
	b, noun, id := f.Brands.ByID(r.PathValue("brand")), r.PathValue("noun"), r.PathValue("id")
	if b == nil || noun == OfPerson && b.Index.Person(id) == nil || noun == OfTeam && b.Index.Team(id) == nil || noun != OfPerson && noun != OfTeam {
		return errNoFeed
	}
	number, err := f.Store.FeedNumber(r.Context(), b.ID, noun, id)
	if err != nil {
		return err
	}
	given, ok := strings.CutSuffix(r.PathValue("file"), suffix)
	if !ok || !hmac.Equal([]byte(given), []byte(token(f.Store.ServerKey(), b.ID, noun, id, number))) {
		return errNoFeed
	}
	feed, err := f.feed(r.Context(), b, noun, id)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "private, max-age=300")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex")
	web.SendTagged(w, r, calendar.Type, calendar.Write(feed))
	return nil
}

// feed is what a person or a team sees: who has the duty by plan, who said "I'm
// on", and whose it is whenever nobody else has it, which takes nobody's time.
func (f *Feeds) feed(ctx context.Context, b *brands.Snapshot, noun, id string) (calendar.Feed, error) {
	now := f.Now()
	overrides, err := f.Store.Overrides(ctx, b.ID, now.Add(-back))
	if err != nil {
		return calendar.Feed{}, err
	}
	out := outgoing{b, b.Roster.With(overrides, b.Fed), f.Words.In(b.Languages[0]), now.UTC().Truncate(24 * time.Hour)}
	if noun == OfTeam {
		return out.team(id), nil
	}
	person := b.Index.Person(id)
	out.words = f.Words.In(cmp.Or(person.Language, b.Languages[0]))
	return out.person(person), nil
}

// outgoing is one feed on its way out.
type outgoing struct {
	brand  *brands.Snapshot
	roster *duty.Roster
	words  *words.Tongue
	today  time.Time // its midnight in UTC: a feed says the same all day
}

func (o *outgoing) person(p *sayline.Person) calendar.Feed {
	feed := calendar.Feed{Name: o.words.Say("feed_person", "person", p.Name, "brand", o.brand.Name)}
	for _, turn := range o.roster.TurnsOf(p.ID, o.today.Add(-back), o.today.Add(forward)) {
		feed.Entries = append(feed.Entries, o.entry(turn.Team, turn.Interval, o.post(turn.Team, turn.Place)))
	}
	return feed
}

// team shows everybody's duties, and from today on the holes.
func (o *outgoing) team(id string) calendar.Feed {
	feed := calendar.Feed{Name: o.words.Say("feed_team", "team", o.text(o.brand.Index.Team(id).Name), "brand", o.brand.Name)}
	planned := o.roster.Posts()
	for _, p := range o.roster.Stands() {
		if p.Team != id {
			continue
		}
		for _, iv := range o.roster.Timeline(p.Team, p.Place, o.today.Add(-back), o.today.Add(forward)) {
			switch {
			case iv.Duty() && iv.Place == p.Place:
				feed.Entries = append(feed.Entries, o.entry(id, iv, o.words.Say("feed_entry", "person", o.name(iv.Person), "post", o.post(id, p.Place))))
			case !iv.Duty() && iv.Until.After(o.today) && slices.Contains(planned, p):
				iv.Place = p.Place
				if iv.From.Before(o.today) {
					iv.From = o.today
				}
				hole := o.entry(id, iv, o.words.Say("feed_nobody", "post", o.post(id, p.Place)))
				hole.Tentative = true
				feed.Entries = append(feed.Entries, hole)
			}
		}
	}
	slices.SortStableFunc(feed.Entries, func(a, b calendar.Entry) int { return a.From.Compare(b.From) })
	return feed
}

// entry is a stretch with its id, which stays the same for as long as its
// beginning, its place and whose it is do. One that began before the feed does
// has no beginning: tomorrow the feed begins later.
func (o *outgoing) entry(team string, iv duty.Interval, summary string) calendar.Entry {
	began := iv.From.UTC().Format(time.RFC3339)
	if iv.From.Equal(o.today.Add(-back)) {
		began = ""
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{o.brand.ID, team, iv.Place, iv.Person, began}, "\x00")))
	e := calendar.Entry{UID: base64.RawURLEncoding.EncodeToString(sum[:15]) + "@" + o.brand.ID + ".sayline", Stamp: o.stamp(iv), From: iv.From, Until: iv.Until, Summary: summary}
	if iv.Source == duty.SourceFixed {
		e.Free, e.About = true, o.words.Say("hop_fixed")
	}
	if iv.Instead != "" {
		e.About = o.words.Say("feed_instead", "person", o.name(iv.Instead))
	}
	return e
}

// stamp is when the brand was last changed: a feed that says the same is the same.
func (o *outgoing) stamp(iv duty.Interval) time.Time {
	if o.brand.At.IsZero() {
		return iv.From
	}
	return o.brand.At
}

func (o *outgoing) text(t sayline.Text) string {
	return t.In(append([]string{o.words.Tag}, o.brand.Languages...)...)
}

func (o *outgoing) post(team, place string) string {
	name := o.text(o.brand.Index.Team(team).Name)
	if p := o.brand.Index.Place(place); p != nil {
		name += ", " + o.text(p.Name)
	}
	return name
}

func (o *outgoing) name(person string) string {
	if p := o.brand.Index.Person(person); p != nil {
		return p.Name
	}
	return person
}
