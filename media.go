package sayline

import "time"

// Media is a photo or a voice that belongs to a moment. Its files are kept
// beside the database, under its ID; what is known of them is here.
type Media struct {
	Brand, ID  string // ID is random and tells nothing, not even a time
	Moment     string
	Message    string // the message it came with; "" when it is part of what was said first
	N          int    // its place among the moment's, from 1
	Kind       string // Photo or Voice
	State      string // MediaRaw, MediaClean or MediaBroken
	Type       string // media type of what is kept: as sent while raw, then as cleaned
	Bytes      int64
	Width      int // of a photo, pixels
	Height     int
	Duration   time.Duration // of a voice
	Transcript string        // of a voice, once there is one
	Lang       string        // of the transcript, as far as known
	Wordless   bool          // of a voice: no words could be made of it, and none will be
	Digest     string        // SHA-256 of what was sent, so that the same again adds nothing
	Lane       string        // its moment's, where it was read with it
}

// Kinds of media.
const (
	Photo = "photo"
	Voice = "voice"
)

// States of media. What is raw may still hold where and by what it was taken,
// and is shown to nobody; what is broken could not be read and never is.
const (
	MediaRaw    = "raw"
	MediaClean  = "clean"
	MediaBroken = "broken"
)

// Limits every server accepts (protocol, section 7).
const (
	MaxPhotos     = 4        // of one moment
	MaxPhotoBytes = 10 << 20 // each
	MaxVoices     = 4        // of one moment
	MaxVoiceBytes = 5 << 20  // each
	MaxVoice      = 180 * time.Second
)

// MediaTypes are what is taken of each kind.
var MediaTypes = map[string][]string{
	Photo: {"image/jpeg", "image/png", "image/webp"},
	Voice: {"audio/webm", "audio/ogg", "audio/mp4"},
}
