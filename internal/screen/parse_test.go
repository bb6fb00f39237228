package screen

import (
	"maps"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/web"
)

// FuzzForm: whatever is sent as a form is read whole or refused.
func FuzzForm(f *testing.F) {
	f.Add(false, "key=0123456789abcdef0123456789abcdef&feeling=1&text=a%0D%0Ab")
	f.Add(false, "a=%zz&b=%00&=&=x&a;b")
	f.Add(true, "--b\r\nContent-Disposition: form-data; name=\"moment\"\r\n\r\n{}\r\n--b--\r\n")
	f.Add(true, "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"x\"\r\n\r\n\xff\r\n--b--\r\n")
	f.Add(true, "--b\r\n\r\n")
	f.Add(true, "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"x\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\r\n--b\r\nContent-Disposition: form-data; name=\"voice\"\r\n\r\n\r\n--b--\r\n")
	spool, err := media.NewSpool(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	s := &Screen{Options: Options{Spool: spool}, uploads: web.NewSlots(maxUploads)}
	f.Fuzz(func(t *testing.T, parts bool, body string) {
		r := httptest.NewRequest("POST", "/cx", strings.NewReader(body))
		r.Header.Set("Content-Type", formType)
		if parts {
			r.Header.Set("Content-Type", multipartType+"; boundary=b")
		}
		in, err := s.receive(httptest.NewRecorder(), r)
		if err != nil {
			if k := sayline.KindOf(err); k != sayline.Invalid && k != sayline.WrongType && k != sayline.TooLarge {
				t.Fatalf("refused as %s: %v", k, err)
			}
			return
		}
		defer in.Close()
		fields := in.whole()
		for name, values := range in.fields {
			for _, v := range append(values, name) {
				if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
					t.Fatalf("%q was let through", v)
				}
			}
		}
		one, digest := formKey("k", fields)
		back := url.Values{}
		for name, values := range maps.Clone(fields) {
			back[name] = slices.Clone(values)
			slices.Reverse(back[name])
		}
		if two, same := formKey("k", back); one != two || digest != same {
			t.Fatal("the key depends on the order")
		}
		if two, _ := formKey("l", fields); one == two {
			t.Fatal("the key does not depend on the page's")
		}
		sub, err := formSubmission(fields, sayline.Context{}, "en")
		if k := sayline.KindOf(err); err != nil && k != sayline.Invalid && k != sayline.AtFault {
			t.Fatalf("refused as %s: %v", k, err)
		}
		if err == nil && len(sub.Key) != 64 {
			t.Fatalf("the effective key is %q", sub.Key)
		}
	})
}

// FuzzMoment: whatever is sent as a moment or as an addition is read or refused.
func FuzzMoment(f *testing.F) {
	f.Add([]byte(`{"cx":"2026-11","feeling":1,"context":{"place":{"lat":1,"long":2}},"occurred_at":"2026-11-22T10:00:00+01:00","class":"identified","contact":{"email":"a@b.example"},"more":true}`))
	f.Add([]byte(`{"feeling":"x","context":7,"more":0,"receipt":null}`))
	f.Add([]byte(`{"more":false,"receipt":false,"context":{"place":{"id":"x"}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		_, err := jsonSubmission("0123456789abcdef0123456789abcdef", body)
		if k := sayline.KindOf(err); err != nil && k != sayline.Invalid && k != sayline.AtFault {
			t.Fatalf("refused as %s: %v", k, err)
		}
		o, err := web.ParseObject(body)
		if err != nil {
			return
		}
		a, err := readAmendment(o)
		if k := sayline.KindOf(err); err != nil && k != sayline.AtFault {
			t.Fatalf("an addition refused as %s: %v", k, err)
		}
		if err == nil && a.DropReceipt && !a.Seal {
			t.Fatal("a receipt would be destroyed while its moment is open")
		}
	})
}

// FuzzSpot: whatever is in an address, there is a screen.
func FuzzSpot(f *testing.F) {
	f.Add("09506000134352/10/AB-123", "lat=1&text=%00&ref=%ff")
	f.Add("%2F%2f/../..", ";;")
	f.Fuzz(func(t *testing.T, path, query string) {
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		for _, s := range []string{clean(path, 10), clean(q.Get("text"), 10)} {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || utf8.RuneCountInString(s) > 10 {
				t.Fatalf("%q is not fit to fill in", s)
			}
		}
		if p, ok := position(q); ok && (p.lat < -90 || p.lat > 90 || p.long < -180 || p.long > 180) {
			t.Fatalf("%v is no position", p)
		}
		fold(path)
	})
}
