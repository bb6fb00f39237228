package open311

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// TestWhateverIsSaidStaysWords: no text can break out of its element, and what
// both formats can carry comes back as it was.
func TestWhateverIsSaidStaysWords(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"</description><status>open</status>", "]]>", "<!--", "&lt;&amp;", "\x00\x0b￾", "<?xml?>", "\"'<>&\r\n\t", "\ud7ff🍋"}))
	rapid.Check(t, func(t *rapid.T) {
		lat := rapid.Float64Range(-90, 90).Draw(t, "lat")
		said := request{ID: "1", Status: "open", Words: text.Draw(t, "words"), Notes: text.Draw(t, "notes"), Name: text.Draw(t, "name"), Address: text.Draw(t, "address"), Lat: &lat, Long: &lat}
		list := requestList{List: []request{said, said}}
		_, body := asXML.write(list)
		if !strings.HasPrefix(string(body), `<?xml version="1.0" encoding="UTF-8"?>`) || !utf8.Valid(body) {
			t.Fatalf("%q", body)
		}
		elements := 0
		for d := xml.NewDecoder(strings.NewReader(string(body))); ; {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%v in %q", err, body)
			}
			if _, ok := token.(xml.StartElement); ok {
				elements++
			}
		}
		optional := 0
		for _, s := range []string{said.Notes, said.Address} {
			if s != "" {
				optional++
			}
		}
		if want := 1 + 2*(1+10+optional); elements != want {
			t.Fatalf("%d elements, want %d, in %q", elements, want, body)
		}
		var back requestList
		if err := xml.Unmarshal(body, &back); err != nil || len(back.List) != 2 {
			t.Fatalf("%v, %d in %q", err, len(back.List), body)
		}
		if got, want := back.List[0].Words, readableInXML(said.Words); got != want {
			t.Fatalf("%q came back as %q", want, got)
		}
		_, body = asJSON.write(list)
		var again []request
		if err := json.Unmarshal(body, &again); err != nil || len(again) != 2 || again[1].Words != strings.ToValidUTF8(said.Words, "�") {
			t.Fatalf("%v, %+v from %q", err, again, body)
		}
	})
}

// readableInXML is a text with what XML 1.0 can't hold replaced.
func readableInXML(s string) string {
	return strings.Map(func(r rune) rune {
		ok := r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 && r <= 0x10ffff
		if !ok {
			return '�'
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
}

func TestPathsHaveAFormat(t *testing.T) {
	for path, want := range map[string]string{"services.xml": "services", "requests/12.json": "requests/12", "a.b.xml": "a.b", "services": "", "services.yaml": "", "services.XML": "", ".json": ""} {
		got, _, ok := cutFormat(path)
		if ok != (want != "" || path == ".json") || ok && got != want {
			t.Errorf("%s: %q, %v", path, got, ok)
		}
	}
}
