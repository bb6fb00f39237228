package screen

import (
	"crypto/sha256"
	"net/http"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/web"
)

const (
	cantKeep = "This can't be kept as it is."
	tooMuch  = "That is a lot from one place in one minute. Please try again shortly."
)

// submit is api.submit: a moment as JSON, alone or as the part of a form; or a
// plain form, which is led to its receipt.
func (s *Screen) submit(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	mediaType, _, err := web.MediaType(r)
	if err != nil {
		return err
	}
	in := &sent{}
	switch mediaType {
	case "application/json":
		in.moment, err = web.ReadBody(w, r, maxBody)
	case formType, multipartType:
		if in, err = s.receive(w, r); err == nil && in.moment == nil {
			defer in.Close()
			fields := in.fields
			return s.sayForm(w, r, site, in, sayline.Context{
				Touchpoint: fields.Get("touchpoint"), Place: fields.Get("place"), Product: fields.Get("product"), Lot: fields.Get("lot"),
				GS1: fields.Get("gs1"), Ref: fields.Get("ref"), Source: fields.Get("source"),
			})
		}
	default:
		err = sayline.Errorf(sayline.WrongType, "A moment is sent as application/json or as a form, not as %s.", mediaType)
	}
	if err != nil {
		return err
	}
	defer in.Close()
	sub, err := jsonSubmission(r.Header.Get("Idempotency-Key"), in.moment)
	if err != nil {
		return err
	}
	sub.Media, sub.Digest = in.media, in.digest()
	if sub.Device, err = s.signer(w, r, site); err != nil {
		return err
	}
	done, err := s.accept(r, site, sub)
	if err != nil {
		return err
	}
	v := s.voiceFor(r, site, &done.Moment)
	doc := acceptedDoc(v, done)
	h := w.Header()
	if doc.Receipt != "" {
		h.Set("Location", doc.Receipt)
	}
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Language", v.Lang)
	web.SendJSON(w, r, http.StatusCreated, doc)
	return nil
}

// jsonSubmission reads a moment as a client sends it.
func jsonSubmission(header string, body []byte) (intake.Submission, error) {
	key, err := intake.CheckKey(header)
	if err != nil {
		return intake.Submission{}, err
	}
	o, err := web.ParseObject(body)
	if err != nil {
		return intake.Submission{}, err
	}
	m := sayline.Moment{
		Kind: o.Text("kind"), Topic: o.Text("topic"), Text: o.Text("text"), Lang: o.Text("lang"), Audience: o.Text("audience"),
		Class: o.Text("class"), OccurredAt: o.Time("occurred_at"), Context: readContext(o.Object("context")), Contact: readContact(o.Object("contact")),
	}
	m.Feeling = readFeeling(o)
	m.Publish, _ = o.Bool("publish")
	more, _ := o.Bool("more")
	receipt, said := o.Bool("receipt")
	if err := o.Err("detail_keep", cantKeep); err != nil {
		return intake.Submission{}, err
	}
	return intake.Submission{Moment: m, Key: key, Digest: sha256.Sum256(body), More: more, NoReceipt: said && !receipt}, nil
}

// readFeeling is 0 where none was said; whoever says one says 1 to 5.
func readFeeling(o *web.Object) int {
	n, said := o.Int("feeling")
	if said && (n < 1 || n > 5) {
		o.Fault("feeling", "expected 1 (awful) to 5 (wonderful)")
	}
	return n
}

func readContext(o *web.Object) sayline.Context {
	c := sayline.Context{Touchpoint: o.Text("touchpoint"), GS1: o.Text("gs1"), Product: o.Text("product"), Lot: o.Text("lot"), Ref: o.Text("ref"), Source: o.Text("source"), Pass: o.Text("staff")}
	place := o.Object("place")
	c.Place = place.Text("id")
	lat, hasLat := place.Number("lat")
	long, hasLong := place.Number("long")
	if hasLat != hasLong {
		place.Fault("lat", "expected lat and long together")
	}
	if hasLat && hasLong {
		c.Lat, c.Long, c.Located = lat, long, true
	}
	return c
}

func readContact(o *web.Object) *sayline.MomentContact {
	if o == nil {
		return nil
	}
	return &sayline.MomentContact{Name: o.Text("name"), Email: o.Text("email"), Phone: o.Text("phone"), Member: o.Text("member"), Proof: o.Text("proof")}
}

// accept brings a moment to the door, with the relay's key the request carries.
func (s *Screen) accept(r *http.Request, site *brands.Site, sub intake.Submission) (*intake.Accepted, error) {
	relay, err := s.relayOf(r, site)
	if err != nil {
		return nil, err
	}
	return s.within(r, site, sub, relay)
}

// Accept is how other formats bring a moment to the door: within the budget of
// the address it came from, or of the relay whose key is given ("" for none).
// Errors: Unsigned for a key that is none, TooMany, and the door's.
func (s *Screen) Accept(r *http.Request, site *brands.Site, sub intake.Submission, key string) (*intake.Accepted, error) {
	if key == "" {
		return s.within(r, site, sub, nil)
	}
	relay, err := s.Door.Relay(r.Context(), site.Snapshot, key)
	if err != nil {
		return nil, err
	}
	return s.within(r, site, sub, relay)
}

// within brings a moment to the door within its budget. A key that is known
// already never counts against the limit: who repeats has said nothing new.
func (s *Screen) within(r *http.Request, site *brands.Site, sub intake.Submission, relay *store.RelayKey) (*intake.Accepted, error) {
	limit, client := s.budget(r, site, &sub, relay)
	counted := false
	if limit != nil {
		wait, ok := limit.Take(client)
		if !ok && !s.Door.KnownKey(r.Context(), site.Snapshot, sub.Key) {
			return nil, web.RetryAfter(sayline.Errorf(sayline.TooMany, tooMuch).Keyed("detail_too_many"), wait)
		}
		counted = ok
	}
	done, err := s.Door.Accept(r.Context(), site.Snapshot, sub)
	if counted && (err == nil && done.Replay || sayline.KindOf(err) == sayline.Gone) {
		limit.GiveBack(client)
	}
	return done, err
}

// voiceFor speaks to whoever asks about a moment, as its touchpoint does.
func (s *Screen) voiceFor(r *http.Request, site *brands.Site, m *sayline.Moment) *voice {
	t := site.Index.Touchpoint(m.Context.Touchpoint)
	if t == nil {
		t = site.Index.FrontDoor()
	}
	lang := language(r, site, "")
	return &voice{s.Words.In(lang), lang, site, t, s.Now().In(site.Location())}
}
