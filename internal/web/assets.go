package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/sayline/sayline"
)

// Assets are embedded files under names that carry their content's hash, so
// that they may be kept for ever by whoever has them.
type Assets struct {
	prefix string // of their paths, with a slash at its end
	named  map[string]string
	files  map[string]asset
}

type asset struct {
	mediaType   string
	plain, gzip []byte
}

// NewAssets makes assets of contents by name; prefix is where they are served,
// such as "/cx/a/".
func NewAssets(prefix string, contents map[string][]byte) *Assets {
	a := &Assets{prefix, map[string]string{}, map[string]asset{}}
	for name, content := range contents {
		sum := sha256.Sum256(content)
		ext := path.Ext(name)
		hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		p := pack(content)
		a.named[name] = hashed
		a.files[hashed] = asset{mediaTypeOf(ext), content, bytes.Clone(p.buf.Bytes())}
		p.free()
	}
	return a
}

func mediaTypeOf(ext string) string {
	switch ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
}

// Path is where an asset is served. An unknown name is a mistake in the program.
func (a *Assets) Path(name string) string {
	hashed, ok := a.named[name]
	if !ok {
		panic("web: no asset " + name)
	}
	return a.prefix + hashed
}

// Serve answers GET and HEAD of prefix{name}.
func (a *Assets) Serve(w http.ResponseWriter, r *http.Request) error {
	f, ok := a.files[r.PathValue("name")]
	if !ok {
		return sayline.Errorf(sayline.NotFound, "There is no such file.")
	}
	h := w.Header()
	h.Set("Content-Type", f.mediaType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	addVary(h, "Accept-Encoding")
	body := f.plain
	if AcceptsGzip(r) && len(f.gzip) < len(f.plain) {
		h.Set("Content-Encoding", "gzip")
		body = f.gzip
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		w.Write(body)
	}
	return nil
}
