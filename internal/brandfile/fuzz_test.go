package brandfile_test

import (
	"testing"
)

// FuzzRead: no file makes Read panic; every problem has its place; what is read
// is written, and read again as the same.
func FuzzRead(f *testing.F) {
	f.Add([]byte(head + tail))
	f.Add([]byte(head + "places:\n  - {id: a, name: A, children: [{id: b, name: {en: B}}]}\n" + tail))
	f.Add([]byte("brand: !x b\nname: &a\n\t- *a\n"))
	f.Add([]byte("? [a]\n: {b: c}\n<<: 1\n---\n%YAML 1.1\n"))
	f.Add([]byte("look:\n  logo: |2-\n     <svg>\n  color: \"\\x00\\u0085\\U0001F600\"\n"))
	f.Add([]byte("products: [{gtin: 09506000134352, name: 2026-11-22}, {gtin: .inf}, ~, 1_0, 0o7]\n"))
	f.Fuzz(func(t *testing.T, src []byte) { holds(t, src) })
}
