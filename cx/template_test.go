package cx_test

import (
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/sayline/sayline/cx"
)

// rfc6570 are the examples of RFC 6570, section 3.2, for strings and lists;
// package js reads the same.
func rfc6570(t testing.TB) (values url.Values, cases [][2]string) {
	t.Helper()
	src, err := os.ReadFile("testdata/rfc6570.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Values url.Values
		Cases  [][2]string
	}
	if err := json.Unmarshal(src, &doc); err != nil || len(doc.Cases) < 50 {
		t.Fatalf("%d cases, %v", len(doc.Cases), err)
	}
	return doc.Values, doc.Cases
}

func TestExpand(t *testing.T) {
	values, cases := rfc6570(t)
	for _, c := range cases {
		if got, err := cx.Expand(c[0], values); err != nil || got != c[1] {
			t.Errorf("%s is %q (%v), want %q", c[0], got, err, c[1])
		}
	}
	for _, bad := range []string{"{", "}", "{}", "{a", "a}b", "{a:0}", "{a:x}", "{a:3*}", "{a b}", "{!a}", "{a,}"} {
		if got, err := cx.Expand(bad, values); err == nil {
			t.Errorf("%s is %q, and is no template", bad, got)
		}
	}
}

func FuzzExpand(f *testing.F) {
	_, cases := rfc6570(f)
	for _, c := range cases {
		f.Add(c[0], "va l/ue")
	}
	f.Fuzz(func(t *testing.T, template, value string) {
		got, err := cx.Expand(template, url.Values{"a": {value}, "list": {value, value}})
		if err == nil && strings.ContainsAny(got, " \"<>{}") {
			t.Errorf("%q gives %q, which is no address", template, got)
		}
	})
}
