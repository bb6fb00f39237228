package pager

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestActToken(t *testing.T) {
	key := []byte("the server's key, 32 bytes long.")
	rapid.Check(t, func(t *rapid.T) {
		brand := rapid.StringMatching(`[a-z0-9][a-z0-9-]{0,20}`).Draw(t, "brand")
		page := rapid.StringMatching(`[0-9a-f-]{36}`).Draw(t, "page")
		episode := rapid.IntRange(1, 1000).Draw(t, "episode")
		token := ActToken(key, brand, page, episode)
		if ref, ok := ReadActToken(key, token); !ok || ref != (ActRef{brand, page, episode}) {
			t.Fatalf("%s reads as %+v, %t", token, ref, ok)
		}
		if _, ok := ReadActToken([]byte("another key"), token); ok {
			t.Fatal("another server's token is taken")
		}
		at := rapid.IntRange(0, len(token)-1).Draw(t, "at")
		changed := token[:at] + string(rapid.SampledFrom([]byte("abc0.-_Z")).Draw(t, "byte")) + token[at+1:]
		if _, ok := ReadActToken(key, changed); ok && changed != token {
			t.Fatalf("%s is taken for %s", changed, token)
		}
		if len(token) > maxActToken || strings.ContainsAny(token, "/?#%& ") {
			t.Fatalf("%s is no part of a path", token)
		}
	})
}

func FuzzReadActToken(f *testing.F) {
	key := []byte("key")
	f.Add(ActToken(key, "sparkle", "0199a2b4-7c1e-7def-8a3b-5e6f7a8b9c0d", 1))
	f.Add("sparkle.page.1.")
	f.Add("...")
	f.Add(".AAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, token string) {
		if ref, ok := ReadActToken(key, token); ok && ActToken(key, ref.Brand, ref.Page, ref.Episode) != token {
			t.Errorf("%q is taken, and is not what we make of %+v", token, ref)
		}
	})
}
