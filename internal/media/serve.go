package media

import (
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/sayline/sayline"
)

// Disposition says what a browser does with a file somebody opens by itself.
type Disposition string

const (
	Attached Disposition = "attachment" // keeps it
	InPlace  Disposition = "inline"     // shows it
)

// Serve writes a file so that no browser ever takes it for anything else or
// runs it, wherever it is opened (an image or audio element shows it all the
// same); parts of it where parts are asked for. name
// is what it is called when somebody keeps it. Cache-Control is the caller's.
func Serve(w http.ResponseWriter, r *http.Request, content io.ReadSeeker, mediaType, name string, as Disposition) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Disposition", mime.FormatMediaType(string(as), map[string]string{"filename": name}))
	http.ServeContent(w, r, "", time.Time{}, content)
}

// Extension is how the name of a file of a type ends, with its dot.
func Extension(mediaType string) string {
	switch mediaType {
	case "image/jpeg":
		return ".jpg"
	case "image/png":
		return ".png"
	case "image/webp":
		return ".webp"
	case "audio/webm":
		return ".webm"
	case "audio/ogg":
		return ".ogg"
	case "audio/mp4":
		return ".m4a"
	case "audio/wav":
		return ".wav"
	}
	return ""
}

// Show serves a photo or voice as it is kept, or as "thumb" or "wav". Errors:
// NotFound for what was broken and for what there is no such thing of,
// Unavailable while it isn't clean.
func Show(w http.ResponseWriter, r *http.Request, files Files, m *sayline.Media, as string, d Disposition) error {
	switch {
	case m.State == sayline.MediaRaw:
		return errNotYet
	case m.State != sayline.MediaClean, as == "thumb" && m.Kind != sayline.Photo, as == "wav" && !AsWAV(m.Type), as != "" && as != "thumb" && as != "wav":
		return errNoFile
	}
	keys := KeysOf(m.Brand, m.ID)
	key, mediaType := keys.Clean, m.Type
	if as == "thumb" {
		key = keys.Thumb
	}
	file, err := files.Get(r.Context(), key)
	if err != nil {
		return err
	}
	defer file.Close()
	var content io.ReadSeeker = file
	if as == "wav" {
		mediaType = "audio/wav"
		if content, err = NewWAV(file, m.Bytes, m.Type); err != nil {
			return errNoFile.Because(err)
		}
	}
	Serve(w, r, content, mediaType, m.Kind+Extension(mediaType), d)
	return nil
}

var errNotYet = sayline.Errorf(sayline.Unavailable, "This is just being prepared. Please try again in a moment.")
