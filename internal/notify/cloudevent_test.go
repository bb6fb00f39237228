package notify

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/v2/event"
	"pgregory.net/rapid"
)

// The CloudEvents project's own library reads back what we write.
func TestCloudEventStandsBeforeTheStandardsLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]{1,20}`), rapid.SampledFrom([]string{"\x00\x1f\"\\/\u2028<é🙂", "\n\t"}))
		text := words.Draw(t, "text")
		data, err := json.Marshal(map[string]string{"text": text})
		if err != nil {
			t.Fatal(err)
		}
		want := CloudEvent{
			ID: "e" + words.Draw(t, "id") + "e", Source: "https://sparkle.example/cx", Type: "cx.case.opened",
			Time:    time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")),
			Subject: "s" + words.Draw(t, "subject") + "s", Data: data,
		}
		var got event.Event
		if err := json.Unmarshal(want.AppendJSON(nil), &got); err != nil {
			t.Fatalf("%v: %s", err, want.AppendJSON(nil))
		}
		if err := got.Validate(); err != nil {
			t.Fatal(err)
		}
		if got.ID() != want.ID || got.Source() != want.Source || got.Type() != want.Type || got.Subject() != want.Subject ||
			!got.Time().Equal(want.Time) || got.DataContentType() != "application/json" {
			t.Fatalf("got %v\nwant %+v", got, want)
		}
		var inside map[string]string
		if err := got.DataAs(&inside); err != nil || inside["text"] != text {
			t.Fatalf("data %v, %v; want %q", inside, err, text)
		}
	})
}

func TestCloudEventLeavesOutWhatThereIsNot(t *testing.T) {
	e := CloudEvent{ID: "7", Source: "/cx", Type: "cx.moment.withdrawn"}
	const want = `{"specversion":"1.0","id":"7","source":"/cx","type":"cx.moment.withdrawn"}`
	if got, err := json.Marshal(&e); err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestCloudEventAllocatesNothing(t *testing.T) {
	e := CloudEvent{ID: "7", Source: "https://sparkle.example/cx", Type: "cx.case.opened", Time: time.Unix(1, 0), Subject: "s", Data: json.RawMessage(`{}`)}
	b := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() { b = e.AppendJSON(b[:0]) }); n != 0 {
		t.Errorf("%v allocations an event", n)
	}
}

// Any bytes make one JSON string, the one encoding/json reads back.
func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "plain", "\x00\"\\\n", "é🙂\u2028", "\xff\xc3", "\xed\xa0\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, want := "", ""
		if err := json.Unmarshal(appendString(nil, s), &got); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		reference, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(reference, &want); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Fatalf("%q became %q, want %q", s, got, want)
		}
	})
}
