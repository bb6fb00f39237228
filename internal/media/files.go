package media

import (
	"context"
	"io"
	"strings"

	"github.com/sayline/sayline"
)

// Files is where photos and voices are kept.
type Files interface {
	// Put keeps a file under a key. When it returns without error the file is
	// whole, and would be after the power went. One that is there is replaced.
	Put(ctx context.Context, key string, r io.ReaderAt, size int64, mediaType string) error
	// Get opens a file. NotFound when there is none.
	Get(ctx context.Context, key string) (File, error)
	// Delete deletes a file; that there is none is no error.
	Delete(ctx context.Context, key string) error
}

// File is an open file.
type File interface {
	io.ReadSeekCloser
	io.ReaderAt
}

// Keys of the files of one photo or voice.
type Keys struct{ Raw, Clean, Thumb string }

// KeysOf names the files of a photo or voice by its brand and id.
func KeysOf(brand, id string) Keys {
	at := brand + "/" + id[:min(2, len(id))] + "/" + id
	return Keys{at + ".raw", at + ".clean", at + ".thumb"}
}

// All are all keys.
func (k Keys) All() []string { return []string{k.Raw, k.Clean, k.Thumb} }

// validKey says whether a key is one of ours: it becomes a path.
func validKey(key string) bool {
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part[0] == '.' || strings.ContainsFunc(part, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.'
		}) {
			return false
		}
	}
	return true
}

var (
	errNoFile  = sayline.Errorf(sayline.NotFound, "There is no such thing here.")
	errBadKey  = sayline.Errorf(sayline.Internal, "Something went wrong on our side.")
	errKeeping = sayline.Errorf(sayline.Unavailable, "We can't keep this just now. Please try again.")
)

// Nowhere keeps nothing: of a server without a place for files.
type Nowhere struct{}

func (Nowhere) Put(context.Context, string, io.ReaderAt, int64, string) error { return errKeeping }
func (Nowhere) Get(context.Context, string) (File, error)                     { return nil, errNoFile }
func (Nowhere) Delete(context.Context, string) error                          { return nil }
