package gs1

import (
	"net/url"
	"strings"
	"testing"

	"github.com/sayline/sayline"
	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	tests := []struct {
		name, path, query string
		want              Link
	}{
		{"product", "/cx/01/09506000134352", "", Link{GTIN: "09506000134352"}},
		{"stem already cut", "/01/09506000134352", "", Link{GTIN: "09506000134352"}},
		{"slash at the end", "/cx/01/09506000134352/", "", Link{GTIN: "09506000134352"}},
		{"thirteen digits", "/cx/01/9506000134352", "", Link{GTIN: "09506000134352"}},
		{"twelve digits", "/cx/01/614141123452", "", Link{GTIN: "00614141123452"}},
		{"eight digits", "/cx/01/96385074", "", Link{GTIN: "00000096385074"}},
		{"all keys", "/cx/01/09506000134352/22/2A/10/AB-123/21/S%2F1", "17=271130", Link{GTIN: "09506000134352", Variant: "2A", Lot: "AB-123", Serial: "S/1", Expiry: "271130"}},
		{"lot only", "/cx/01/09506000134352/10/AB-123", "text=tastes+off&lang=en", Link{GTIN: "09506000134352", Lot: "AB-123"}},
		{"a plus is a plus", "/cx/01/09506000134352/10/A+B", "", Link{GTIN: "09506000134352", Lot: "A+B"}},
		{"every character of set 82", "/cx/01/09506000134352/10/%21%22%25%26%27%28%29%2A%2B%2C-.%2F%3A%3B%3C%3D%3E%3F_", "", Link{GTIN: "09506000134352", Lot: `!"%&'()*+,-./:;<=>?_`}},
		{"values that look like keys", "/cx/01/09506000134352/10/21/21/10", "", Link{GTIN: "09506000134352", Lot: "21", Serial: "10"}},
		{"month's end", "/cx/01/09506000134352", "17=280200", Link{GTIN: "09506000134352", Expiry: "280200"}},
		{"leap day", "/cx/01/09506000134352", "17=280229", Link{GTIN: "09506000134352", Expiry: "280229"}},
		{"date said twice alike", "/cx/01/09506000134352", "17=280229&17=280229", Link{GTIN: "09506000134352", Expiry: "280229"}},
		{"place", "/cx/414/9506000134352", "", Link{GLN: "9506000134352"}},
		{"place with extension", "/cx/414/9506000134352/254/shelf-14", "17=junk", Link{GLN: "9506000134352", Extension: "shelf-14"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q, err := url.ParseQuery(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Parse(tt.path, q)
			if err != nil || got != tt.want {
				t.Errorf("Parse(%q) = %+v, %v; want %+v", tt.path, got, err, tt.want)
			}
		})
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	tests := []struct{ name, path, query, says string }{
		{"nothing", "/cx", "", "names a product (/01/…) or a place (/414/…)"},
		{"key without value", "/cx/01", "", "names a product"},
		{"other key", "/cx/00/106141411234567897", "", "Key 00 is neither a product (01) nor a place (414)."},
		{"a word", "/cx/t/k7f3", "", `Key "…" is neither`},
		{"letters", "/cx/01/0950600013435X", "", "digits only"},
		{"eleven digits", "/cx/01/95060001343", "", "this one has 11"},
		{"zeros", "/cx/01/00000000000000", "", "names no product"},
		{"check digit", "/cx/01/09506000134353", "", "it would be 2"},
		{"check digit of a place", "/cx/414/9506000134351", "", "check digit of GLN 9506000134351 is wrong; after these digits it would be 2"},
		{"short place", "/cx/414/950600013435", "", "A GLN has 13 digits."},
		{"order", "/cx/01/09506000134352/21/S1/10/AB", "", "Key 10 stands before key 21"},
		{"twice", "/cx/01/09506000134352/10/AB/10/AC", "", "Key 10 stands twice."},
		{"no value", "/cx/01/09506000134352/10", "", "Key 10 has no value."},
		{"empty value", "/cx/01/09506000134352/10//21/S1", "", "Key 10 has no value."},
		{"key of a place", "/cx/01/09506000134352/254/x", "", "Key 254 can't stand here."},
		{"key of a product", "/cx/414/9506000134352/10/x", "", "Key 10 can't stand here."},
		{"too long", "/cx/01/09506000134352/10/" + strings.Repeat("A", 21), "", "at most 20 characters"},
		{"outside set 82", "/cx/01/09506000134352/10/AB%20C", "", "Character 3 of key 10"},
		{"not ASCII", "/cx/01/09506000134352/10/%C3%A9", "", "Character 1 of key 10"},
		{"percent", "/cx/01/09506000134352/10/AB%2", "", "percent sign that encodes nothing"},
		{"no date", "/cx/01/09506000134352", "17=2711", "six digits"},
		{"no month", "/cx/01/09506000134352", "17=271301", "not a date"},
		{"no leap day", "/cx/01/09506000134352", "17=270229", "not a date"},
		{"31 June", "/cx/01/09506000134352", "17=270631", "not a date"},
		{"two dates", "/cx/01/09506000134352", "17=270630&17=270629", "stands twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q, err := url.ParseQuery(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Parse(tt.path, q)
			if sayline.KindOf(err) != sayline.Invalid || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Parse(%q) = %v; want an invalid one that says %q", tt.path, err, tt.says)
			}
			if got != (Link{}) {
				t.Errorf("Parse(%q) gave %+v beside its error", tt.path, got)
			}
		})
	}
}

func TestErrorsDoNotRepeatASerial(t *testing.T) {
	for _, path := range []string{
		"/cx/01/09506000134352/21/SECRET 1", "/cx/01/09506000134352/21/SECRET-1/21/SECRET-2",
		"/cx/01/09506000134352/21/" + strings.Repeat("SECRET", 5), "/cx/01/09506000134352/21/SECRET%",
		"/cx/01/09506000134352/21/SECRET/10/A", "/cx/01/09506000134352/21/S1/SECRET/x",
	} {
		if _, err := Parse(path, nil); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("Parse(%q): %v", path, err)
		}
	}
}

func TestParseURL(t *testing.T) {
	want := Link{GTIN: "09506000134352", Lot: "AB-123", Expiry: "271130"}
	for _, raw := range []string{
		"https://sparkle.example/cx/01/09506000134352/10/AB-123?17=271130",
		"https://id.gs1.org/01/09506000134352/10/AB-123?17=271130",
		"http://shop.example:8080/some/stem/01/9506000134352/10/AB-123?17=271130&x=1#part",
		"https://house.example/@sparkle/cx/01/09506000134352/10/AB-123?17=271130",
		"https://odd.example/01/01/09506000134352/10/AB-123?17=271130",
	} {
		if got, err := ParseURL(raw); err != nil || got != want {
			t.Errorf("ParseURL(%q) = %+v, %v", raw, got, err)
		}
	}
	for raw, says := range map[string]string{
		"09506000134352":                                      "begins with https://",
		"mailto:01/09506000134352":                            "begins with https://",
		"https:///01/09506000134352":                          "and a host",
		"https://a.example/":                                  "names a product",
		"https://a.example/x/01/1/10/A":                       "this one has 1",
		"https://a.example/%zz":                               "not an address",
		"https://a.example/01/9?17=%zz":                       "after the question mark",
		"https://a.example/01/" + strings.Repeat("9", maxURL): "characters long",
	} {
		if _, err := ParseURL(raw); sayline.KindOf(err) != sayline.Invalid || !strings.Contains(err.Error(), says) {
			t.Errorf("ParseURL(%q): %v; want %q", raw, err, says)
		}
	}
}

func TestCanonical(t *testing.T) {
	l := Link{GTIN: "09506000134352", Variant: "2A", Lot: "A/B 1", Serial: "7", Expiry: "271130"}
	const want = "https://sparkle.example/cx/01/09506000134352/22/2A/10/A%2FB%201/21/7?17=271130"
	if got := l.Canonical("https://sparkle.example/cx"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := l.WithoutSerial().Canonical("https://sparkle.example/cx/"); strings.Contains(got, "/21/") {
		t.Errorf("the serial is still in %s", got)
	}
	if got := (Link{GLN: "9506000134352", Extension: "14"}).Canonical("/cx"); got != "/cx/414/9506000134352/254/14" {
		t.Errorf("got %s", got)
	}
}

// texts are values of 1 to 20 characters of set 82.
var texts = rapid.Custom(func(t *rapid.T) string {
	const all = `!"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz`
	return string(rapid.SliceOfN(rapid.SampledFrom([]byte(all)), 1, MaxText).Draw(t, "text"))
})

func maybe(t *rapid.T, label string, g *rapid.Generator[string]) string {
	if rapid.Bool().Draw(t, "has "+label) {
		return g.Draw(t, label)
	}
	return ""
}

func links(t *rapid.T) Link {
	if rapid.Bool().Draw(t, "a product") {
		return products(t)
	}
	body := rapid.StringMatching(`[0-9]{12}`).Draw(t, "digits")
	return Link{GLN: body + string(checkDigit(body)), Extension: maybe(t, "extension", texts)}
}

func products(t *rapid.T) Link {
	body := rapid.StringMatching(`[1-9][0-9]{12}`).Draw(t, "digits")
	return Link{
		GTIN: body + string(checkDigit(body)), Variant: maybe(t, "variant", texts), Lot: maybe(t, "lot", texts),
		Serial: maybe(t, "serial", texts), Expiry: maybe(t, "expiry", rapid.StringMatching(`[0-9]{2}(0[1-9]|1[0-2])([01][0-9]|2[0-8])`)),
	}
}

func TestParseOfCanonicalIsTheLink(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := links(t)
		raw := l.Canonical("https://sparkle.example/cx")
		got, err := ParseURL(raw)
		if err != nil || got != l {
			t.Fatalf("ParseURL(%s) = %+v, %v; want %+v", raw, got, err, l)
		}
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Parse(u.EscapedPath(), u.Query()); err != nil || got != l {
			t.Fatalf("Parse(%s) = %+v, %v; want %+v", raw, got, err, l)
		}
	})
}

// Any one wrong digit is found: what the check digit is for.
func TestCheckDigitFindsAWrongDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.StringMatching(`[1-9][0-9]{12}`).Draw(t, "digits")
		key := []byte(body + string(checkDigit(body)))
		i := rapid.IntRange(0, len(key)-1).Draw(t, "at")
		key[i] = '0' + (key[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if _, err := gtin(string(key)); err == nil {
			t.Fatalf("%s passed", key)
		}
	})
}

func FuzzParseURL(f *testing.F) {
	for _, s := range []string{
		"https://sparkle.example/cx/01/09506000134352/22/2A/10/AB-123/21/S%2F1?17=271130",
		"https://id.gs1.org/414/9506000134352/254/shelf-14", "https://a.example/01/01/96385074/10/21/21/10",
		"http://a.example/01/09506000134352/21/S1/10/AB", "https://a.example/01/09506000134352?17=270229&17=", "https://a.example//01//%",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		CutSerial(raw)
		l, err := ParseURL(raw)
		if err != nil {
			if sayline.KindOf(err) != sayline.Invalid || l != (Link{}) {
				t.Fatalf("ParseURL(%q) = %+v, %v", raw, l, err)
			}
			return
		}
		if (l.GTIN == "") == (l.GLN == "") {
			t.Fatalf("%q names both or neither: %+v", raw, l)
		}
		again, err := ParseURL(l.Canonical("https://sparkle.example/cx"))
		if err != nil || again != l {
			t.Fatalf("%q: %+v became %+v, %v", raw, l, again, err)
		}
		if cut, err := ParseURL(CutSerial(raw)); err != nil || cut != l.WithoutSerial() {
			t.Fatalf("CutSerial(%q) = %q: %+v, %v", raw, CutSerial(raw), cut, err)
		}
	})
}
