package media

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/sayline/sayline"
)

// bucket is a real S3 server in this process, with a bucket.
func bucket(t *testing.T) Files {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("brand-media"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "someone")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "something secret")
	address := "s3://brand-media/kept?tls=off&region=eu-west-1&endpoint=" + strings.TrimPrefix(server.URL, "http://")
	files, err := Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), strings.Replace(address, "brand-media", "another", 1)); sayline.KindOf(err) != sayline.NotFound {
		t.Errorf("a bucket that isn't there: %v", err)
	}
	return files
}

// TestFiles: a folder and a bucket do the same.
func TestFiles(t *testing.T) {
	folder, err := Open(t.Context(), filepath.Join(t.TempDir(), "new", "media"))
	if err != nil {
		t.Fatal(err)
	}
	for name, files := range map[string]Files{"folder": folder, "S3": bucket(t)} {
		ctx := t.Context()
		key := KeysOf("sparkle", "0123abcd").Raw
		for _, content := range []string{"first", strings.Repeat("a longer one ", 100_000)} {
			if err := files.Put(ctx, key, strings.NewReader(content), int64(len(content)), "image/jpeg"); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			f, err := files.Get(ctx, key)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got, err := io.ReadAll(f)
			if err != nil || string(got) != content {
				t.Errorf("%s gives %d bytes of %d, %v", name, len(got), len(content), err)
			}
			part := make([]byte, 3)
			if _, err := f.ReadAt(part, 2); err != nil && err != io.EOF || string(part) != content[2:5] {
				t.Errorf("%s gives %q from the middle, %v", name, part, err)
			}
			if at, err := f.Seek(-2, io.SeekEnd); err != nil || at != int64(len(content)-2) {
				t.Errorf("%s seeks to %d, %v", name, at, err)
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
		}
		for range 2 {
			if err := files.Delete(ctx, key); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := files.Get(ctx, key); sayline.KindOf(err) != sayline.NotFound {
			t.Errorf("%s: what was deleted: %v", name, err)
		}
		for _, bad := range []string{"", "../x", "a/../b", "/etc/passwd", "a//b", "A/b", "a/.hidden", "a\x00b"} {
			if err := files.Put(ctx, bad, strings.NewReader("x"), 1, ""); err == nil {
				t.Errorf("%s keeps something under %q", name, bad)
			}
			if _, err := files.Get(ctx, bad); sayline.KindOf(err) != sayline.NotFound {
				t.Errorf("%s: %q: %v", name, bad, err)
			}
		}
	}
	for _, bad := range []string{"s3://", "s3://key:secret@bucket", "s3://bucket?endpoint=a b"} {
		if _, err := Open(t.Context(), bad); sayline.KindOf(err) != sayline.Invalid {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// left are the files in a folder, at any depth.
func left(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestNothingHalfKept: what fails on the way leaves nothing, in the spool or the folder.
func TestNothingHalfKept(t *testing.T) {
	dir := t.TempDir()
	folder, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := folder.Put(t.Context(), "a/b/c", bytes.NewReader([]byte("short")), 100, ""); sayline.KindOf(err) != sayline.Unavailable {
		t.Errorf("a source that ends early: %v", err)
	}
	spool, err := NewSpool(filepath.Join(dir, SpoolName))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		r    io.Reader
		kind sayline.Kind
	}{
		"a broken line": {io.MultiReader(strings.NewReader("\xff\xd8\xff"), iotest.ErrReader(errors.New("gone"))), sayline.Invalid},
		"too much":      {io.LimitReader(zeros{}, 11<<20), sayline.TooLarge},
		"HTML":          {strings.NewReader("<html>"), sayline.WrongType},
		"our own error": {iotest.ErrReader(sayline.Errorf(sayline.TooMany, "slow down")), sayline.TooMany},
	} {
		if _, err := spool.Take(c.r, "photo", ""); sayline.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	u, err := spool.Take(bytes.NewReader(asJPEG(t, corners(8, 8), 50)), "photo", "image/jpeg")
	if err != nil || u.Width != 8 || u.Size == 0 || u.Digest == [32]byte{} {
		t.Fatalf("%+v, %v", u, err)
	}
	if n := left(t, dir); n != 0 {
		t.Errorf("%d files are left", n)
	}
	if err := u.Close(); err != nil {
		t.Error(err)
	}
	if _, err := (&Spool{filepath.Join(dir, "nowhere")}).Take(strings.NewReader("x"), "", ""); sayline.KindOf(err) != sayline.Unavailable {
		t.Errorf("without a folder: %v", err)
	}
}

// TestSpoolIsSwept: what a process that died has left goes, what is under way stays.
func TestSpoolIsSwept(t *testing.T) {
	dir := t.TempDir()
	folder, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{"put-old": 2 * time.Hour, "put-new": 0} {
		path := filepath.Join(dir, SpoolName, name)
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Now().Add(-age), time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if err := folder.Sweep(time.Now(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, SpoolName, "put-new")); err != nil || left(t, dir) != 1 {
		t.Errorf("%d files are left, %v", left(t, dir), err)
	}
	if err := (Nowhere{}).Put(context.Background(), "a", nil, 0, ""); sayline.KindOf(err) != sayline.Unavailable {
		t.Errorf("nowhere: %v", err)
	}
}
