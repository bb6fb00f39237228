package open311

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/web"
)

// maxBody is the largest form read, bytes: the longest text with every character
// escaped, and room for the rest.
const maxBody = 128 << 10

// accepted answers a report.
type accepted struct {
	XMLName xml.Name      `xml:"service_requests"`
	List    []acceptedOne `xml:"request"`
}

type acceptedOne struct {
	ID      string `xml:"service_request_id" json:"service_request_id"`
	Notice  string `xml:"service_notice,omitempty" json:"service_notice,omitempty"`
	Receipt string `xml:"receipt,omitempty" json:"receipt,omitempty"` // an addition of ours: the author's own page
}

func (d accepted) inJSON() any { return d.List }

// post takes a report by the ordinary door.
func (b *Bridge) post(a *asking) error {
	mediaType, _, err := web.MediaType(a.r)
	if err != nil {
		return err
	}
	if mediaType != "application/x-www-form-urlencoded" {
		return sayline.Errorf(sayline.WrongType, "A request is sent as application/x-www-form-urlencoded, not as %s.", mediaType)
	}
	body, err := web.ReadBody(a.w, a.r, maxBody)
	if err != nil {
		return err
	}
	form, err := readForm(string(body), a.r.URL.RawQuery)
	if err != nil {
		return err
	}
	m, err := readReport(a.site, form)
	if err != nil {
		return err
	}
	key, err := b.key(a.r.Header.Get("Idempotency-Key"))
	if err != nil {
		return err
	}
	done, err := b.Accept(a.r, a.site, intake.Submission{Moment: *m, Key: key, Digest: sha256.Sum256(body), More: true}, form.Get("api_key"))
	if err != nil {
		return err
	}
	one := acceptedOne{ID: b.requestID(a.site.ID, done.Moment.ID)}
	if done.Secret != "" { // who repeats what its author destroyed the receipt of gets none
		one.Receipt = a.site.URL("/cx/r/" + done.Secret)
		one.Notice = a.words.Say("open311_notice", "url", one.Receipt)
	}
	doc := accepted{List: []acceptedOne{one}}
	a.w.Header().Set("Cache-Control", "no-store")
	mediaType, out := a.format.write(doc)
	web.Send(a.w, a.r, http.StatusOK, mediaType, out)
	return nil
}

// key is what makes a repeat one moment: the client's, else one of its own for
// each request.
func (b *Bridge) key(header string) (string, error) {
	if header != "" {
		return intake.CheckKey(header)
	}
	var fresh [20]byte
	if _, err := io.ReadFull(b.Random, fresh[:]); err != nil {
		return "", err
	}
	return hex.EncodeToString(fresh[:]), nil
}

// readForm reads a body, and from the query the api_key, which some clients send
// there. Errors are Invalid.
func readForm(body, query string) (url.Values, error) {
	form, err := url.ParseQuery(body)
	if err != nil {
		return nil, sayline.Errorf(sayline.Invalid, "This form can't be read.").Because(err)
	}
	beside, err := url.ParseQuery(query)
	if err != nil {
		return nil, sayline.Errorf(sayline.Invalid, "This address can't be read.").Because(err)
	}
	if form.Get("api_key") == "" {
		form.Set("api_key", beside.Get("api_key"))
	}
	return form, nil
}

// readReport makes a moment of a form. What names a device or an account, and
// where a picture lies elsewhere, is not kept. Errors: Invalid without a
// service_code, NotFound for one that is none, AtFault.
func readReport(site *brands.Site, form url.Values) (*sayline.Moment, error) {
	code := form.Get("service_code")
	if code == "" {
		return nil, sayline.Errorf(sayline.Invalid, "A service_code is needed: see services.")
	}
	if _, err := serviceOf(site, code); err != nil {
		return nil, err
	}
	m := &sayline.Moment{Topic: code, Text: strings.ReplaceAll(form.Get("description"), "\r\n", "\n"), Class: sayline.Unidentified, Contact: contactIn(form)}
	if m.Contact != nil {
		m.Class = sayline.Identified // by their own word
	}
	var faults []sayline.Fault
	fault := func(name, detail string) {
		faults = append(faults, sayline.Fault{Pointer: "/" + name, Detail: detail})
	}
	placeIn(site, form, &m.Context, fault)
	switch publish := chosen(form, publishCode); publish {
	case "", no:
	case yes:
		m.Publish = true
	default:
		fault("attribute[publish]", "expected yes or no")
	}
	if f := chosen(form, feelingCode); f != "" {
		n, err := strconv.Atoi(f)
		if err != nil || n < 1 || n > 5 {
			fault("attribute[feeling]", "expected 1 (awful) to 5 (wonderful)")
		}
		m.Feeling = n
	}
	if len(faults) > 0 {
		return nil, &sayline.Error{Kind: sayline.AtFault, Message: "This can't be kept as it is.", Fields: faults}
	}
	return m, nil
}

// chosen is what was chosen of an attribute's list, however clients write it.
func chosen(form url.Values, code string) string {
	for _, name := range []string{"attribute[" + code + "]", "attribute[" + code + "][]"} {
		if v := form.Get(name); v != "" {
			return v
		}
	}
	return ""
}

// contactIn is who the author says they are; nil where they don't.
func contactIn(form url.Values) *sayline.MomentContact {
	c := sayline.MomentContact{
		Name:  strings.TrimSpace(form.Get("first_name") + " " + form.Get("last_name")),
		Email: strings.TrimSpace(form.Get("email")), Phone: strings.TrimSpace(form.Get("phone")),
	}
	if c == (sayline.MomentContact{}) {
		return nil
	}
	return &c
}

// placeIn reads where it was: a position, words for it (which become its ref), or
// the id of a public touchpoint or of a listed place. Nothing of it is needed:
// without, it is said at the front door.
func placeIn(site *brands.Site, form url.Values, c *sayline.Context, fault func(name, detail string)) {
	c.Source, c.Touchpoint, c.Ref = "api", site.Index.FrontDoor().ID, strings.TrimSpace(form.Get("address_string"))
	if id := form.Get("address_id"); id != "" {
		t, p := site.Index.Touchpoint(id), site.Index.Place(id)
		switch {
		case t != nil && site.Public(t):
			c.Touchpoint = id
		case p != nil && p.Listed:
			c.Place = id
		default:
			fault("address_id", "expected the id of a public touchpoint or a listed place")
		}
	}
	lat, long := form.Get("lat"), form.Get("long")
	if lat == "" && long == "" {
		return
	}
	var okLat, okLong bool
	c.Lat, okLat = degrees(lat, 90)
	c.Long, okLong = degrees(long, 180)
	if !okLat || !okLong {
		fault("lat", "expected lat and long together, in degrees (WGS 84)")
		return
	}
	c.Located = true
}

// degrees reads a number between -most and most.
func degrees(s string, most float64) (float64, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return f, err == nil && f >= -most && f <= most
}
