package summary_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/summary"
)

// service is a server that speaks the protocol and answers with a content.
func service(t *testing.T, status int, content string) (url string, asked func() map[string]any) {
	var body []byte
	var auth, path string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		auth, path = r.Header.Get("Authorization"), r.URL.Path
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"role": "assistant", "content": content}}}})
	}))
	t.Cleanup(s.Close)
	return s.URL, func() map[string]any {
		got := map[string]any{}
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		got["authorization"], got["path"] = auth, path
		return got
	}
}

// TestSum: what is asked for is asked as the protocol has it, and what comes back is
// words, without what can't be shown and without topics there are.
func TestSum(t *testing.T) {
	url, asked := service(t, 200, "```json\n{\"summary\": \"Twelve say\\u202e the\\u0007 lemon  tastes of metal.\", \"topics\": [\"Metal taste\", \"tastes off\", \"metal taste\", \"\"]}\n```")
	s, err := summary.New(summary.Options{URL: url, Model: "small", Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Sum(t.Context(), summary.Brief{Language: "en", Said: []string{"tastes of metal"}, Topics: []string{"Tastes off"}})
	if err != nil || got.Text != "Twelve say the lemon tastes of metal." || strings.Join(got.Topics, ",") != "Metal taste" {
		t.Errorf("got %+v (%v)", got, err)
	}
	sent := asked()
	user := sent["messages"].([]any)[1].(map[string]any)["content"].(string)
	if sent["model"] != "small" || sent["authorization"] != "Bearer k" || sent["path"] != "/v1/chat/completions" || !strings.Contains(user, `"said":["tastes of metal"]`) {
		t.Errorf("asked %v", sent)
	}
}

// TestSumFails: whatever a service does instead is one error, that it does not
// answer just now; nothing of what it said is in the sentence for the reader.
func TestSumFails(t *testing.T) {
	for name, c := range map[string]struct {
		status  int
		content string
	}{"busy": {429, ""}, "broken": {500, "x"}, "chat": {200, "Sure! Here is your summary."}, "empty": {200, `{"summary": " "}`}, "elsewhere": {307, ""}} {
		url, _ := service(t, c.status, c.content)
		s, err := summary.New(summary.Options{URL: url, Model: "m", Timeout: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Sum(t.Context(), summary.Brief{}); sayline.KindOf(err) != sayline.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, o := range []summary.Options{{}, {URL: "words.example", Model: "m"}, {URL: "https://words.example"}} {
		if _, err := summary.New(o); sayline.KindOf(err) != sayline.Invalid {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// TestPlain: what may lead to a person stays here.
func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"The soap is gone, room 412":              "The soap is gone, room 412",
		"Call me: +34 600 11 22 33, please":       "Call me: …, please",
		"ana.belen@example.com wants an answer":   "… wants an answer",
		"see https://me.example/x?y and www.me.x": "see … and …",
		"I am @ana_b":              "I am …",
		"order 77-00123, ٠٦٠٠١١٢٢": "order …",
		"two\n\nlines\u202e":       "two lines",
	} {
		if got := summary.Plain(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := summary.Plain(strings.Repeat("a ", 400)); len([]rune(got)) != 300 {
		t.Errorf("%d characters are left", len([]rune(got)))
	}
}

// FuzzPlain: whatever is said, no address and no long number goes out.
func FuzzPlain(f *testing.F) {
	f.Add("a@b 12345 1-2-3-4-5 www.x")
	f.Add("1 2\u202e3 4 5")
	f.Fuzz(func(t *testing.T, text string) {
		got := summary.Plain(text)
		digits := 0
		for _, r := range got {
			switch {
			case r >= '0' && r <= '9':
				digits++
			case !strings.ContainsRune(" ./()-", r):
				digits = 0
			}
			if digits >= 5 {
				t.Fatalf("%q leaves %q", text, got)
			}
		}
		if strings.Contains(got, "http://") || strings.Contains(got, "https://") {
			t.Fatalf("%q leaves %q", text, got)
		}
	})
}
