package web

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sayline/sayline"
	"pgregory.net/rapid"
)

func TestParseRefuses(t *testing.T) {
	deep := strings.Repeat(`{"a":`, MaxDepth+1) + "1" + strings.Repeat("}", MaxDepth+1)
	for src, pointer := range map[string]string{
		"":                                "",
		"{":                               "",
		`{"text":"a","text":"b"}`:         "/text",
		`{"text":"\u0000"}`:               "/text",
		"{\"text\":\"a\x00\"}":            "/text",
		`{"text":"\ud83d"}`:               "/text",
		`{"text":"\ude00\ud83d"}`:         "/text",
		`{"a":[1,{"b~/":tru}]}`:           "/a/1/b~0~1",
		`{"a":01}`:                        "",
		`{"a":1.}`:                        "/a",
		`{"a":1} x`:                       "",
		`{"a":"` + "\n" + `"}`:            "/a",
		`{"a":"\x"}`:                      "/a",
		"\ufeff{}":                        "",
		"{\"text\":\"\xc3\x28\"}":         "",
		"{\"text\":\"\xed\xa0\x80\"}":     "",
		deep:                              strings.Repeat("/a", MaxDepth),
		`{"a":"b"`:                        "",
		`{"a":1,}`:                        "",
		`[1,2`:                            "",
		`{"t":"` + strings.Repeat("é", 9): "/t",
	} {
		_, err := ParseObject([]byte(src))
		var e *sayline.Error
		if !errors.As(err, &e) || e.Kind != sayline.Invalid {
			t.Errorf("%.60q: got %v, want it refused as invalid", src, err)
			continue
		}
		if len(e.Fields) > 0 && e.Fields[0].Pointer != pointer {
			t.Errorf("%.60q: pointer %q, want %q", src, e.Fields[0].Pointer, pointer)
		}
	}
	if _, err := ParseObject([]byte(`[1]`)); sayline.KindOf(err) != sayline.Invalid {
		t.Errorf("a document that is no object: %v", err)
	}
	level := strings.Repeat(`{"a":`, MaxDepth-1) + "{}" + strings.Repeat("}", MaxDepth-1)
	if _, err := ParseObject([]byte(level)); err != nil {
		t.Errorf("%d levels are allowed: %v", MaxDepth, err)
	}
}

func TestObjectReadsExactly(t *testing.T) {
	o, err := ParseObject([]byte(`{"text":"Déjà \ud83d\ude00","Text":"not this","feeling":1.0,"more":true,"gone":null,
		"context":{"place":{"lat":40.4,"long":"x"},"ref":7},"occurred_at":"yesterday"}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := o.Text("text"); got != "Déjà 😀" {
		t.Errorf("text %q", got)
	}
	if n, ok := o.Int("feeling"); n != 1 || !ok {
		t.Errorf("feeling %d %v", n, ok)
	}
	if yes, ok := o.Bool("more"); !yes || !ok {
		t.Error("more is true")
	}
	if o.Has("gone") || o.Has("never") || !o.Has("more") {
		t.Error("null counts as absent")
	}
	c := o.Object("context")
	place := c.Object("place")
	if lat, ok := place.Number("lat"); lat != 40.4 || !ok {
		t.Errorf("lat %v", lat)
	}
	place.Number("long")
	c.Text("ref")
	o.Time("occurred_at")
	o.Object("text")
	if o.Object("nothing").Object("below").Text("x") != "" {
		t.Error("what is absent is empty all the way down")
	}
	var e *sayline.Error
	if !errors.As(o.Err("", "no"), &e) || e.Kind != sayline.AtFault {
		t.Fatalf("want it at fault, got %v", e)
	}
	var at []string
	for _, f := range e.Fields {
		at = append(at, f.Pointer)
	}
	if want := []string{"/context/place/long", "/context/ref", "/occurred_at", "/text"}; !reflect.DeepEqual(at, want) {
		t.Errorf("pointers %v, want %v", at, want)
	}
}

// plain is what encoding/json would have made of a value.
func plain(v *value) any {
	switch v.kind {
	case '"':
		return v.text
	case '0':
		return json.Number(v.text)
	case 'b':
		return v.yes
	case '[':
		list := make([]any, len(v.items))
		for i := range v.items {
			list[i] = plain(&v.items[i])
		}
		return list
	case '{':
		m := make(map[string]any, len(v.items))
		for i, n := range v.names {
			m[n] = plain(&v.items[i])
		}
		return m
	}
	return nil
}

// FuzzJSON holds our reader against the standard library's: we accept nothing
// it refuses, and read the same values from what we accept.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"cx":"2026-11","feeling":1,"text":"\ud83d\ude00 \u00e9","context":{"place":{"lat":-40.5e-1}}}`,
		`[]`, `"\\\""`, `{"a":{"a":[1,2,[true,false,null]]}}`, `{"a":1,"a":2}`, `-0`, `"\u0000"`, `1e999`, "\"\x7f\"", `{"":""}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		v, err := parseJSON(src)
		if err != nil {
			if sayline.KindOf(err) != sayline.Invalid {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		dec := json.NewDecoder(strings.NewReader(string(src)))
		dec.UseNumber()
		var want any
		if err := dec.Decode(&want); err != nil {
			t.Fatalf("we read what the library refuses: %v", err)
		}
		if got := plain(v); !reflect.DeepEqual(got, want) {
			t.Fatalf("read %#v, the library %#v", got, want)
		}
		if !utf8.Valid(src) {
			t.Fatal("invalid UTF-8 was accepted")
		}
	})
}

// TestTextsSurvive is the promise that words are kept byte for byte.
func TestTextsSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.ReplaceAll(rapid.String().Draw(t, "words"), "\x00", "")
		src, _ := json.Marshal(map[string]string{"text": s})
		if rapid.Bool().Draw(t, "escaped") {
			var b strings.Builder
			for _, u := range utf16s(s) {
				b.WriteString(`\u` + hex4(u))
			}
			src = []byte(`{"text":"` + b.String() + `"}`)
		}
		o, err := ParseObject(src)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.Text("text"); got != s {
			t.Fatalf("got %q, want %q", got, s)
		}
	})
}
