package media

import (
	"io"
	"mime"
	"strings"
	"time"

	"github.com/sayline/sayline"
)

// Info is what a file is, by its own bytes.
type Info struct {
	Kind     string // sayline.Photo or Voice
	Type     string // one of [sayline.MediaTypes]
	Codec    string // of a voice: opus or aac
	Width    int    // of a photo, as it lies in the file
	Height   int
	Duration time.Duration
}

// What is refused, in words for the person.
var (
	errNotPhoto  = sayline.Errorf(sayline.WrongType, "This is no photo we can take. JPEG, PNG and WebP are.")
	errNotVoice  = sayline.Errorf(sayline.WrongType, "This is no recording we can take. Opus in WebM or Ogg and AAC in MP4 are.")
	errOtherType = sayline.Errorf(sayline.WrongType, "This is something else than it says it is.")
	errPixels    = sayline.Errorf(sayline.TooLarge, "This photo has too many pixels; 50 million are taken.")
	errMoving    = sayline.Errorf(sayline.WrongType, "This picture moves. A still one can be taken.")
	errVideo     = sayline.Errorf(sayline.WrongType, "This has more in it than a voice, such as a picture.")
	errTooLong   = sayline.Errorf(sayline.TooLarge, "This is longer than %d seconds.", int(sayline.MaxVoice/time.Second))
	errEmpty     = sayline.Errorf(sayline.WrongType, "There is nothing in this file.")
)

// names are other names of the types that are taken; "" is a type that was not declared.
var names = map[string]string{
	"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png",
	"video/webm": "audio/webm", "audio/opus": "audio/ogg", "application/ogg": "audio/ogg", "video/ogg": "audio/ogg",
	"video/mp4": "audio/mp4", "audio/m4a": "audio/mp4", "audio/x-m4a": "audio/mp4", "audio/aac": "audio/mp4",
	"application/octet-stream": "",
}

// Declared reads a declared media type down to the one it stands for; "" when
// none was declared.
func Declared(header string) (string, error) {
	if strings.TrimSpace(header) == "" {
		return "", nil
	}
	t, _, err := mime.ParseMediaType(header)
	if err != nil && t == "" {
		return "", errOtherType.Because(err)
	}
	if known, ok := names[t]; ok {
		return known, nil
	}
	return t, nil
}

// Sniff says what a file is by how it begins; "" for anything that is not taken.
func Sniff(head []byte) string {
	s := string(head[:min(len(head), 16)])
	switch {
	case strings.HasPrefix(s, "\xff\xd8\xff"):
		return "image/jpeg"
	case strings.HasPrefix(s, "\x89PNG\r\n\x1a\n"):
		return "image/png"
	case len(s) >= 12 && s[:4] == "RIFF" && s[8:12] == "WEBP":
		return "image/webp"
	case strings.HasPrefix(s, "\x1a\x45\xdf\xa3"):
		return "audio/webm"
	case strings.HasPrefix(s, "OggS"):
		return "audio/ogg"
	case len(s) >= 8 && s[4:8] == "ftyp":
		return "audio/mp4"
	}
	return ""
}

// KindOf is the kind of a media type that is taken; "" for any other.
func KindOf(mediaType string) string {
	switch {
	case strings.HasPrefix(mediaType, "image/"):
		return sayline.Photo
	case strings.HasPrefix(mediaType, "audio/"):
		return sayline.Voice
	}
	return ""
}

// Probe says what a file is. kind and declared are what the sender says, each
// "" when they don't. Nothing is decoded: a photo's pixels are counted from its
// head. Errors: WrongType for what is not taken or is something else than it
// says, TooLarge for too many pixels, bytes or seconds.
func Probe(r io.ReaderAt, size int64, kind, declared string) (Info, error) {
	if size == 0 {
		return Info{}, errEmpty
	}
	said, err := Declared(declared)
	if err != nil {
		return Info{}, err
	}
	w := newWindow(r, size)
	info := Info{Type: Sniff(w.at(0, int(min(size, 16))))}
	info.Kind = KindOf(info.Type)
	switch {
	case info.Kind == "" && kind == sayline.Photo, info.Kind == sayline.Voice && kind == sayline.Photo:
		return Info{}, errNotPhoto
	case info.Kind == "", info.Kind == sayline.Photo && kind == sayline.Voice:
		return Info{}, errNotVoice
	case said != "" && said != info.Type:
		return Info{}, errOtherType
	case size > Most(info.Kind):
		return Info{}, TooLarge(info.Kind)
	}
	if info.Kind == sayline.Photo {
		return info, probePhoto(w, &info)
	}
	return info, probeVoice(w, &info)
}

// Most is how many bytes one of a kind may have.
func Most(kind string) int64 {
	if kind == sayline.Voice {
		return sayline.MaxVoiceBytes
	}
	return sayline.MaxPhotoBytes
}

// TooLarge is how a file of too many bytes is refused.
func TooLarge(kind string) error {
	return sayline.Errorf(sayline.TooLarge, "This is too large; a %s may have %d MiB.", kind, Most(kind)>>20)
}

func probeVoice(w *window, info *Info) error {
	v, err := readVoice(w, info.Type, nil)
	if err != nil {
		return err
	}
	info.Codec, info.Duration = v.codec, v.duration
	return nil
}

// voice is what a container says of the voice in it.
type voice struct {
	codec    string
	duration time.Duration
	skip     int    // of Opus: samples at 48 kHz to leave out at the beginning
	edits    []edit // what takes out of a copy what nobody meant to send
}

// readVoice walks over a container. each, which may be nil, gets every packet
// of Opus in WebM and Ogg, valid during the call.
func readVoice(w *window, mediaType string, each func(packet []byte)) (*voice, error) {
	v := &voice{}
	var err error
	switch mediaType {
	case "audio/webm":
		err = v.readWebM(w, each)
	case "audio/ogg":
		err = v.readOgg(w, each)
	default:
		err = v.readMP4(w)
	}
	switch {
	case err != nil:
		return nil, err
	case v.codec == "", v.duration <= 0:
		return nil, errNotVoice
	case v.duration > sayline.MaxVoice+time.Second: // recorders stop a little late
		return nil, errTooLong
	}
	return v, nil
}
