package gs1

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFromBarcode(t *testing.T) {
	for printed, want := range map[string]string{
		"5 449000 000996": "05449000000996", // EAN-13, as printed
		"0 42100-00526 4": "00042100005264", // UPC-A
		"04252614":        "00042100005264", // UPC-E of the same
		"01234532":        "",               // UPC-E, wrong check digit, and no GTIN-8
		"96385074":        "00000096385074", // EAN-8
		"15449000000993":  "15449000000993", // ITF-14, a tray of them
		"5449000000997":   "",
		"":                "",
		"not digits":      "",
	} {
		l, err := FromBarcode(printed)
		if (err == nil) != (want != "") || l != (Link{GTIN: want}) {
			t.Errorf("FromBarcode(%q) = %+v, %v; want %q", printed, l, err, want)
		}
	}
}

// Every shape of UPC-E, by the number its last digit chooses.
func TestUPCE(t *testing.T) {
	for body, want := range map[string]string{
		"123450": "012000003455", "123451": "012100003454", "123452": "012200003453",
		"123453": "012300000451", "123454": "012340000053", "123455": "012345000058", "123459": "012345000096",
	} {
		short := "0" + body + want[11:]
		if got := expandUPCE(short); got != want {
			t.Errorf("expandUPCE(%s) = %q, want %s", short, got, want)
		}
	}
}

func TestCutSerial(t *testing.T) {
	for raw, want := range map[string]string{
		"https://a.example/cx/01/09506000134352/10/AB/21/SECRET?17=271130#x": "https://a.example/cx/01/09506000134352/10/AB?17=271130#x",
		"/cx/01/09506000134352/10/21/21/SECRET":                              "/cx/01/09506000134352/10/21",
		"/cx/01/09506000134352/%32%31/SECRET":                                "/cx/01/09506000134352",
		"/cx/01/09506000134353/21/SECRET":                                    "/cx/01/09506000134353", // wrong check digit
		"/cx/01/095060/21/SECRET":                                            "/cx/01/095060",
		"/cx/01/09506000134352/zz/21/SECRET":                                 "/cx/01/09506000134352/zz",
		"/cx/01/09506000134352/zz/yy/21/SECRET":                              "/cx/01/09506000134352/zz/yy",
		"/cx/01/09506000134352?21=SECRET&17=271130&%321=SECRET":              "/cx/01/09506000134352?17=271130",
		"/cx/t/21":                               "/cx/t/21",
		"/cx/414/9506000134352/254/21":           "/cx/414/9506000134352/254/21",
		"https://a.example/cx/01/09506000134352": "https://a.example/cx/01/09506000134352",
		"":                                       "",
	} {
		if got := CutSerial(raw); got != want {
			t.Errorf("CutSerial(%q) = %q, want %q", raw, got, want)
		}
	}
}

func TestCutSerialLeavesNone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := products(t)
		l.Serial = "SECRET"
		raw := l.Canonical("https://sparkle.example/cx")
		// what breaks a link must not bring the serial back
		raw = strings.Replace(raw, l.GTIN, l.GTIN[:rapid.IntRange(0, 14).Draw(t, "digits kept")], 1)
		if got := CutSerial(raw); strings.Contains(got, "SECRET") {
			t.Fatalf("CutSerial(%s) = %s", raw, got)
		}
	})
}
