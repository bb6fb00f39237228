package media

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sayline/sayline"
)

// TranscriptionOptions name a service that speaks OpenAI's protocol for
// transcriptions (POST …/v1/audio/transcriptions, a form with file and model).
type TranscriptionOptions struct {
	URL     string // of the service, with or without the path
	Model   string // as the service calls it; default whisper-1
	Key     string // sent as Bearer; "" sends none
	Timeout time.Duration
}

const (
	transcriptionPath = "/v1/audio/transcriptions"
	usualModel        = "whisper-1"
	usualTimeout      = 2 * time.Minute
	mostAnswer        = 1 << 20
	mostWords         = 8000 // characters kept of what was said
)

// Words are what was said in a voice.
type Words struct {
	Text string
	Lang string // BCP 47, as far as the service tells
}

// Busy is when a service may be asked again.
type Busy struct {
	After time.Duration
	Err   error
}

func (b *Busy) Error() string { return b.Err.Error() }
func (b *Busy) Unwrap() error { return b.Err }

// NoWords is an answer that is no transcription.
type NoWords struct{ Err error }

func (n *NoWords) Error() string { return n.Err.Error() }
func (n *NoWords) Unwrap() error { return n.Err }

// Transcription asks a service for the words of a voice.
type Transcription struct {
	url, model, key string
	client          *http.Client
}

// NewTranscription reads the options. Invalid when the URL is none.
func NewTranscription(o TranscriptionOptions) (*Transcription, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, sayline.Errorf(sayline.Invalid, "--transcribe-url must be like https://speech.example/v1/audio/transcriptions, got %q.", o.URL)
	}
	if p := strings.TrimRight(u.Path, "/"); p == "" || p == "/v1" {
		u.Path = transcriptionPath
	}
	if o.Model == "" {
		o.Model = usualModel
	}
	if o.Timeout == 0 {
		o.Timeout = usualTimeout
	}
	return &Transcription{u.String(), o.Model, o.Key, &http.Client{Timeout: o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil // what was said goes where the operator says, and nowhere else
}

// Transcribe sends a voice and gives its words, "" when there are none. Errors:
// Unavailable for what may pass (with a *[Busy] where the service says when, or
// a *[NoWords] where it answered with something else), Internal for what won't.
func (t *Transcription) Transcribe(ctx context.Context, voice io.Reader, mediaType string) (Words, error) {
	body, to := io.Pipe()
	form := multipart.NewWriter(to)
	go func() { to.CloseWithError(t.write(form, voice, mediaType)) }()
	defer body.Close() // ends the writer too, however this ends
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, body)
	if err != nil {
		return Words{}, sayline.Errorf(sayline.Internal, "Something went wrong on our side.").Because(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	if t.key != "" {
		req.Header.Set("Authorization", "Bearer "+t.key)
	}
	res, err := t.client.Do(req)
	if err != nil {
		return Words{}, passing.Because(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer))
	switch {
	case res.StatusCode == http.StatusTooManyRequests, res.StatusCode == http.StatusRequestTimeout, res.StatusCode >= 500:
		return Words{}, &Busy{retryAfter(res.Header), passing.Because(fmt.Errorf("the service answered %d", res.StatusCode))}
	case res.StatusCode != http.StatusOK:
		return Words{}, sayline.Errorf(sayline.Internal, "This voice can't be written down.").Because(fmt.Errorf("the service answered %d", res.StatusCode))
	case err != nil:
		return Words{}, passing.Because(err)
	}
	return readWords(answer)
}

var passing = sayline.Errorf(sayline.Unavailable, "This voice can't be written down just now.")

func (t *Transcription) write(form *multipart.Writer, voice io.Reader, mediaType string) error {
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", `form-data; name="file"; filename="voice`+Extension(mediaType)+`"`)
	head.Set("Content-Type", mediaType)
	err := errors.Join(form.WriteField("model", t.model), form.WriteField("response_format", "json"))
	if err != nil {
		return err
	}
	part, err := form.CreatePart(head)
	if err == nil {
		_, err = io.Copy(part, voice)
	}
	if err == nil {
		err = form.Close()
	}
	return err
}

// readWords reads the service's answer: its text, fit to be shown, and its
// language where it tells one.
func readWords(answer []byte) (Words, error) {
	var a struct {
		Text     *string `json:"text"`
		Language string  `json:"language"`
	}
	if err := json.Unmarshal(answer, &a); err != nil || a.Text == nil {
		return Words{}, &NoWords{passing.Because(errors.New("the service answered something else than a transcription"))}
	}
	text := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, strings.TrimSpace(*a.Text))
	if runes := []rune(text); len(runes) > mostWords {
		text = string(runes[:mostWords]) + "…"
	}
	return Words{text, tag(a.Language)}, nil
}

// tag is a language as a tag. Services say "en", or "english".
func tag(language string) string {
	l := strings.ToLower(strings.TrimSpace(language))
	if t, ok := languages[l]; ok {
		return t
	}
	if len(l) == 2 || len(l) == 3 {
		return l
	}
	return ""
}

var languages = map[string]string{"english": "en", "spanish": "es", "french": "fr", "german": "de", "portuguese": "pt", "italian": "it", "arabic": "ar", "chinese": "zh", "japanese": "ja"}

// retryAfter is when a service wants to be asked again, a day at most.
func retryAfter(h http.Header) time.Duration {
	s := h.Get("Retry-After")
	if n, err := strconv.Atoi(s); err == nil && n > 0 {
		return time.Duration(min(n, 86_400)) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil {
		return max(0, min(time.Until(at), 24*time.Hour))
	}
	return 0
}
