package web

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
)

// Secure sets the headers every answer carries. Nothing here is ever to be
// guessed at, embedded by strangers or told to the next site.
func Secure(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}

// Policy is a content security policy: nothing is allowed but what it names.
type Policy struct {
	Scripts   []string // sources; [Hash] for what stands in the page
	Styles    []string
	Images    []string
	Media     []string
	Manifests []string
	Workers   []string
	Connect   []string // where scripts may send to
	Forms     []string // where forms may send to
	Frames    []string // who may frame the page; none means nobody
	Shows     []string // what the page itself may show in frames
}

// String writes the header's value.
func (p Policy) String() string {
	var b strings.Builder
	b.WriteString("default-src 'none'; base-uri 'none'")
	for _, d := range []struct {
		name    string
		sources []string
		always  bool
	}{
		{"script-src", p.Scripts, false}, {"style-src", p.Styles, false}, {"img-src", p.Images, false}, {"media-src", p.Media, false}, {"manifest-src", p.Manifests, false}, {"worker-src", p.Workers, false},
		{"connect-src", p.Connect, false}, {"form-action", p.Forms, true}, {"frame-ancestors", p.Frames, true}, {"frame-src", p.Shows, false},
	} {
		switch {
		case len(d.sources) > 0:
			b.WriteString("; " + d.name + " " + strings.Join(d.sources, " "))
		case d.always: // these do not fall back to default-src
			b.WriteString("; " + d.name + " 'none'")
		}
	}
	return b.String()
}

// Hash is the source that allows exactly this text of a script or style element.
func Hash(inline string) string {
	sum := sha256.Sum256([]byte(inline))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
