package media

import (
	"crypto/sha256"
	"errors"
	"io"
	"os"

	"github.com/sayline/sayline"
)

// Spool is a folder for what is on its way in. Its files lose their name as
// soon as they have one, so that nothing is left of them however they end.
type Spool struct{ dir string }

// NewSpool makes the folder if it isn't there.
func NewSpool(dir string) (*Spool, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &Spool{dir}, nil
}

// Upload is one file that was sent, on this machine and nowhere else yet.
type Upload struct {
	Info
	Declared string   // the type it was sent as
	Digest   [32]byte // SHA-256 of the content
	Size     int64
	file     *os.File
}

// errNoRoom is said when the machine can't take any more.
var errNoRoom = sayline.Errorf(sayline.Unavailable, "We can't keep this just now. Please try again.")

// Take reads a file to its end and says what it is. kind and declared are what
// the sender says of it, each "" if nothing. Close the upload when it is done
// with. Errors: [Probe]'s; Invalid when it ends too early; Unavailable when
// there is no room; and what r itself returns as a *sayline.Error.
func (s *Spool) Take(r io.Reader, kind, declared string) (_ *Upload, err error) {
	u := &Upload{Declared: declared}
	if u.file, err = os.CreateTemp(s.dir, "upload-*"); err != nil {
		return nil, errNoRoom.Because(err)
	}
	_ = os.Remove(u.file.Name()) // where a system can't, Close does
	defer func() {
		if err != nil {
			u.Close()
		}
	}()
	most := max(Most(sayline.Photo), Most(sayline.Voice))
	if kind != "" {
		most = Most(kind)
	}
	sum := sha256.New()
	in := &reader{r: io.LimitReader(r, most+1)}
	u.Size, err = io.Copy(io.MultiWriter(u.file, sum), in)
	switch {
	case in.err != nil:
		if errors.As(in.err, new(*sayline.Error)) {
			return nil, in.err
		}
		return nil, sayline.Errorf(sayline.Invalid, "This ended before it was complete. Please send it again.").Because(in.err)
	case err != nil:
		return nil, errNoRoom.Because(err)
	case u.Size > most:
		return nil, TooLarge(KindOr(kind))
	}
	sum.Sum(u.Digest[:0])
	u.Info, err = Probe(u.file, u.Size, kind, declared)
	return u, err
}

// KindOr is a kind, or a photo where none is known.
func KindOr(kind string) string {
	if kind == "" {
		return sayline.Photo
	}
	return kind
}

// reader remembers what went wrong with reading, apart from writing.
type reader struct {
	r   io.Reader
	err error
}

func (r *reader) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
}

// ReadAt reads the content.
func (u *Upload) ReadAt(b []byte, at int64) (int, error) { return u.file.ReadAt(b, at) }

// Close gives up the file. What was kept elsewhere stays.
func (u *Upload) Close() error {
	err := u.file.Close()
	_ = os.Remove(u.file.Name())
	return err
}
