package calendar

import (
	"strings"
	"testing"
)

// TestNamesStayNames: whatever a name holds, it begins no line of its own, for no
// reader's idea of where a line ends.
func TestNamesStayNames(t *testing.T) {
	const name = "Ana\r\nEND:VEVENT\nBEGIN:VALARM\u2028SUMMARY:x\u2029a\u0085b\rc\vd\fe;f,g\\"
	got := string(Write(Feed{Name: name, Entries: []Entry{{UID: "1", Summary: name, About: name}}}))
	lines := strings.FieldsFunc(got, func(r rune) bool { return strings.ContainsRune("\r\n\v\f\u0085\u2028\u2029", r) })
	for _, line := range lines {
		if strings.HasPrefix(line, "BEGIN:VALARM") || strings.HasPrefix(line, "SUMMARY:x") || strings.HasPrefix(line, "a") {
			t.Errorf("a name begins the line %q", line)
		}
	}
	if n := strings.Count(got, "\nEND:VEVENT\r\n"); n != 1 {
		t.Errorf("%d events end in %q", n, got)
	}
}
