package screen

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/web"
)

const cantChange = "This can't be added as it is."

// patch adds to an open moment, changes it, or seals it.
func (s *Screen) patch(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	private(w)
	o, err := s.readJSON(w, r, site)
	if err != nil {
		return err
	}
	a, err := readAmendment(o)
	if err != nil {
		return err
	}
	if a.Device, err = s.signer(w, r, site); err != nil {
		return err
	}
	rec, err := s.Door.Amend(r.Context(), site.Snapshot, r.PathValue("secret"), a)
	if err != nil {
		return err
	}
	if rec == nil { // sealed, and the receipt is no more
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return s.sendReceipt(w, r, site, rec)
}

// readJSON reads what a client adds, if they may.
func (s *Screen) readJSON(w http.ResponseWriter, r *http.Request, site *brands.Site) (*web.Object, error) {
	if err := s.mayAdd(r, site); err != nil {
		return nil, err
	}
	mediaType, _, err := web.MediaType(r)
	if err != nil {
		return nil, err
	}
	if mediaType != "application/json" {
		return nil, sayline.Errorf(sayline.WrongType, "This is sent as application/json, not as %s.", mediaType)
	}
	body, err := web.ReadBody(w, r, maxBody)
	if err != nil {
		return nil, err
	}
	return web.ParseObject(body)
}

// readAmendment reads a PATCH; what is absent stays as it is.
func readAmendment(o *web.Object) (intake.Amendment, error) {
	c := o.Object("context")
	place := c.Object("place")
	a := intake.Amendment{
		Kind: maybe(o, "kind"), Topic: maybe(o, "topic"), Text: maybe(o, "text"), Lang: maybe(o, "lang"),
		Touchpoint: maybe(c, "touchpoint"), Place: maybe(place, "id"), Product: maybe(c, "product"), Lot: maybe(c, "lot"), GS1: maybe(c, "gs1"), Ref: maybe(c, "ref"),
		Contact: readContact(o.Object("contact")),
	}
	if o.Has("feeling") {
		n := readFeeling(o)
		a.Feeling = &n
	}
	if at := readContext(c); at.Located {
		a.Lat, a.Long = &at.Lat, &at.Long
	}
	if at := o.Time("occurred_at"); !at.IsZero() {
		a.OccurredAt = &at
	}
	if publish, said := o.Bool("publish"); said {
		a.Publish = &publish
	}
	more, said := o.Bool("more")
	a.Seal = said && !more
	receipt, said := o.Bool("receipt")
	if a.DropReceipt = said && !receipt; a.DropReceipt && !a.Seal {
		o.Fault("receipt", "expected \"more\": false with it: a receipt is destroyed when its moment is sealed")
	}
	return a, o.Err("detail_keep", cantChange)
}

func maybe(o *web.Object, name string) *string {
	if s, ok := o.Maybe(name); ok {
		return &s
	}
	return nil
}

// message takes an author's further words, or their solved or not.
func (s *Screen) message(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	private(w)
	o, err := s.readJSON(w, r, site)
	if err != nil {
		return err
	}
	msg := sayline.Message{Text: o.Text("text"), Lang: o.Text("lang")}
	if solved, said := o.Bool("solved"); said {
		msg.Solved = yesNo(solved)
	}
	feeling := readFeeling(o)
	if err := o.Err("detail_keep", cantChange); err != nil {
		return err
	}
	if header := r.Header.Get("Idempotency-Key"); header != "" {
		key, err := intake.CheckKey(header)
		if err != nil {
			return err
		}
		msg.ID = s.Door.MessageID(r.PathValue("secret"), key)
	}
	rec, err := s.say(r, site, msg, feeling)
	if err != nil {
		return err
	}
	return s.sendReceipt(w, r, site, rec)
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// addSent adds what a plain form brought: photos and voices, then words.
func (s *Screen) addSent(r *http.Request, site *brands.Site, secret string, in *sent) error {
	if len(in.media) > 0 {
		rec, _, err := s.Door.AddMedia(r.Context(), site.Snapshot, secret, in.media)
		if err != nil {
			return err
		}
		defer s.settle(r, site, rec.Moment.ID)
	}
	if !adds(in.fields) {
		return nil
	}
	return s.addForm(r, site, secret, in.fields)
}

// say brings an author's words to the door.
func (s *Screen) say(r *http.Request, site *brands.Site, msg sayline.Message, feeling int) (*intake.Receipt, error) {
	return s.Door.Say(r.Context(), site.Snapshot, r.PathValue("secret"), msg, feeling)
}

// withdraw erases a moment and everything about it.
func (s *Screen) withdraw(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	private(w)
	if err := s.Door.Withdraw(r.Context(), site.Snapshot, r.PathValue("secret")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// change is for forms, which cannot PATCH or DELETE: do is add, seal, message
// or withdraw.
func (s *Screen) change(w http.ResponseWriter, r *http.Request, site *brands.Site) error {
	private(w)
	if err := s.mayAdd(r, site); err != nil {
		return err
	}
	in, err := s.receive(w, r)
	if err != nil {
		return err
	}
	defer in.Close()
	fields, secret := in.fields, r.PathValue("secret")
	switch do := lastOf(fields, "do"); do {
	case "add":
		err = s.addSent(r, site, secret, in)
	case "seal":
		_, err = s.Door.Amend(r.Context(), site.Snapshot, secret, intake.Amendment{Seal: true})
		if sayline.KindOf(err) == sayline.Conflict {
			err = nil // closed already
		}
	case "message":
		err = s.messageForm(r, site, fields)
	case "withdraw":
		if err = s.Door.Withdraw(r.Context(), site.Snapshot, secret); err == nil {
			return redirect(w, r, site.URL("/cx/gone")+langQuery(r))
		}
	default:
		err = sayline.Errorf(sayline.Invalid, "This form says %q; expected add, seal, message or withdraw.", do)
	}
	if err != nil {
		return err
	}
	return redirect(w, r, site.URL(receiptPath(secret))+langQuery(r))
}

// langQuery keeps the language a person chose.
func langQuery(r *http.Request) string {
	if l := r.URL.Query().Get("lang"); l != "" {
		return "?lang=" + url.QueryEscape(l)
	}
	return ""
}

// adds says whether a form adds more than photos and voices.
func adds(fields url.Values) bool {
	for name := range fields {
		if name != "do" && lastOf(fields, name) != "" {
			return true
		}
	}
	return false
}

// addForm adds what a form holds. Words join what was said before; after the
// seal they are a message, so that nothing a person writes is lost.
func (s *Screen) addForm(r *http.Request, site *brands.Site, secret string, fields url.Values) error {
	rec, err := s.Door.Receipt(r.Context(), site.Snapshot, secret)
	if err != nil {
		return err
	}
	text := lines(fields.Get("text"))
	var a intake.Amendment
	for _, f := range []struct {
		name string
		to   **string
	}{{"topic", &a.Topic}, {"place", &a.Place}, {"product", &a.Product}} {
		if v := lastOf(fields, f.name); v != "" {
			*f.to = &v
		}
	}
	if n, err := strconv.Atoi(lastOf(fields, "feeling")); err == nil {
		a.Feeling = &n
	}
	a.Contact = formContact(fields)
	a.OccurredAt = happened(lastOf(fields, "when"), lastOf(fields, "at"), s.Now().In(site.Location()))
	if strings.TrimSpace(text) != "" {
		whole := text
		if rec.Moment.Text != "" {
			whole = rec.Moment.Text + "\n" + text
		}
		a.Text = &whole
	}
	if rec.Moment.Open(s.Now()) {
		_, err = s.Door.Amend(r.Context(), site.Snapshot, secret, a)
		if kind := sayline.KindOf(err); kind != sayline.Conflict && kind != sayline.AtFault {
			return err
		}
	}
	if a.Text == nil {
		return err
	}
	_, err = s.say(r, site, sayline.Message{Text: text, Lang: language(r, site, rec.Moment.Lang)}, 0)
	return err
}

// formContact is who the author says they are; nil where they say nothing.
func formContact(fields url.Values) *sayline.MomentContact {
	c := sayline.MomentContact{Name: strings.TrimSpace(fields.Get("name")), Email: strings.TrimSpace(fields.Get("email")), Phone: strings.TrimSpace(fields.Get("phone"))}
	if c == (sayline.MomentContact{}) {
		return nil
	}
	return &c
}

// happened is when it was, as a form says it on the brand's clock: earlier (half
// of today so far), yesterday (the same hour), or at a time; nil where nothing
// was said that can be. gifts.js does the same on the device's clock.
func happened(when, at string, now time.Time) *time.Time {
	year, month, day := now.Date()
	var t time.Time
	switch when {
	case "earlier":
		t = now.Add(-now.Sub(time.Date(year, month, day, 0, 0, 0, 0, now.Location())) / 2)
	case "yesterday":
		t = now.AddDate(0, 0, -1)
	case "at":
		told, err := time.ParseInLocation(localTime, at, now.Location())
		if err != nil || told.After(now) {
			return nil
		}
		t = told
	default:
		return nil
	}
	return &t
}

func (s *Screen) messageForm(r *http.Request, site *brands.Site, fields url.Values) error {
	feeling, _ := strconv.Atoi(lastOf(fields, "feeling")) // 0 where none was said
	if feeling < 0 || feeling > 5 {
		feeling = 0
	}
	msg := sayline.Message{Text: lines(fields.Get("text")), Lang: language(r, site, "")}
	if solved := lastOf(fields, "solved"); solved == "yes" || solved == "no" {
		msg.Solved = solved
	}
	_, err := s.say(r, site, msg, feeling)
	return err
}
