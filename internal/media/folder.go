package media

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Folder keeps files in a folder of this machine, or of one that several share.
type Folder struct {
	dir   string
	spool string
}

// OpenFolder makes the folder if it isn't there.
func OpenFolder(dir string) (*Folder, error) {
	f := &Folder{dir, filepath.Join(dir, SpoolName)}
	if err := os.MkdirAll(f.spool, 0o700); err != nil {
		return nil, err
	}
	return f, nil
}

// SpoolName is the folder, inside the one of the files, for what isn't whole yet.
const SpoolName = "spool"

// Put writes the file beside, makes it durable, and only then gives it its
// name; then the folder is made durable, for the name is in there.
func (f *Folder) Put(_ context.Context, key string, r io.ReaderAt, size int64, _ string) error {
	if !validKey(key) {
		return errBadKey
	}
	path := filepath.Join(f.dir, filepath.FromSlash(key))
	if err := f.makeDir(filepath.Dir(path)); err != nil {
		return errKeeping.Because(err)
	}
	if err := f.write(path, io.NewSectionReader(r, 0, size), size); err != nil {
		return errKeeping.Because(err)
	}
	return nil
}

func (f *Folder) write(path string, r io.Reader, size int64) (err error) {
	file, err := os.CreateTemp(f.spool, "put-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, file.Close(), os.Remove(file.Name()))
		}
	}()
	n, err := io.Copy(file, r)
	if err == nil && n != size {
		err = io.ErrUnexpectedEOF
	}
	if err == nil {
		err = file.Sync()
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), syncDir(filepath.Dir(path)))
}

// makeDir makes a folder, and those it is in, each durable in the one above.
func (f *Folder) makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil || dir == f.dir {
		return nil
	}
	if err := f.makeDir(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(dir))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Get opens a file.
func (f *Folder) Get(_ context.Context, key string) (File, error) {
	if !validKey(key) {
		return nil, errNoFile
	}
	file, err := os.Open(filepath.Join(f.dir, filepath.FromSlash(key)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoFile
	}
	if err != nil {
		return nil, errKeeping.Because(err)
	}
	return file, nil
}

// Delete deletes a file, durably.
func (f *Folder) Delete(_ context.Context, key string) error {
	if !validKey(key) {
		return errBadKey
	}
	path := filepath.Join(f.dir, filepath.FromSlash(key))
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return errKeeping.Because(err)
	}
	return syncDir(filepath.Dir(path))
}

// Sweep deletes what was left in the spool by a process that died, older than
// an age.
func (f *Folder) Sweep(now time.Time, age time.Duration) error {
	list, err := os.ReadDir(f.spool)
	for _, e := range list {
		info, gone := e.Info()
		if gone == nil && now.Sub(info.ModTime()) > age {
			err = errors.Join(err, os.Remove(filepath.Join(f.spool, e.Name())))
		}
	}
	return err
}
