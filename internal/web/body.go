package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/sayline/sayline"
)

// ReadBody reads a request's body of at most limit bytes. A body that is larger,
// that ends before its Content-Length, or that is compressed, is refused.
func ReadBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return nil, sayline.Errorf(sayline.WrongType, "Please send this without compression.")
	}
	tooLarge := sayline.Errorf(sayline.TooLarge, "This is too large; at most %d bytes are read.", limit).Keyed("detail_too_large")
	if r.ContentLength > limit {
		return nil, tooLarge
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, tooLarge
	case err != nil:
		return nil, sayline.Errorf(sayline.Invalid, "This ended before it was complete. Please send it again.").Because(err)
	}
	return b, nil
}

// MediaType is the declared type of a request's body, in lower case, without
// parameters; a charset other than UTF-8 is refused.
func MediaType(r *http.Request) (mediaType string, params map[string]string, err error) {
	mediaType, params, err = mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return "", nil, sayline.Errorf(sayline.WrongType, "Please say with Content-Type what this is.").Because(err)
	}
	if c := params["charset"]; c != "" && !strings.EqualFold(c, "utf-8") {
		return "", nil, sayline.Errorf(sayline.WrongType, "Please send this as UTF-8.")
	}
	return mediaType, params, nil
}
