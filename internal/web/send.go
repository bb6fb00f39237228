package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// smallest body worth compressing, bytes.
const worthGzip = 200

// Send writes a whole answer, compressed where that is accepted: as small as gzip
// can, for the first screen must fit one flight; a large one in half the time, for
// the rest would cost a tenth of a page's time and save a twentieth of its bytes.
func Send(w http.ResponseWriter, r *http.Request, status int, mediaType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	addVary(h, "Accept-Encoding")
	if len(body) >= worthGzip && AcceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		packed := pack(body)
		defer packed.free()
		body = packed.buf.Bytes()
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(body) // a reader who left is no error
	}
}

// SendTagged is Send with status 200 and an ETag of the body: who has it
// already gets 304 and nothing else.
func SendTagged(w http.ResponseWriter, r *http.Request, mediaType string, body []byte) {
	tag := Tag(body)
	w.Header().Set("ETag", tag)
	if Matches(r.Header.Get("If-None-Match"), tag) {
		addVary(w.Header(), "Accept-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	Send(w, r, http.StatusOK, mediaType, body)
}

// SendJSON writes v as application/json.
func SendJSON(w http.ResponseWriter, r *http.Request, status int, v any) {
	sendJSON(w, r, status, "application/json", v)
}

func sendJSON(w http.ResponseWriter, r *http.Request, status int, mediaType string, v any) {
	Send(w, r, status, mediaType, JSON(v))
}

// JSON writes a value of ours as JSON, with < > & as they are. It panics where
// v can't be written, which is a mistake in the program.
func JSON(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("web: " + err.Error())
	}
	return b.Bytes()
}

// Tag is the entity tag of a body: weak, because the same body may be sent
// compressed.
func Tag(body []byte) string {
	sum := sha256.Sum256(body)
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// Matches says whether an If-None-Match header names the tag (weak comparison,
// RFC 9110, section 13.1.2).
func Matches(header, tag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// addVary names a request header that the answer depends on, once.
func addVary(h http.Header, name string) {
	for _, v := range h.Values("Vary") {
		if strings.Contains(strings.ToLower(v), strings.ToLower(name)) {
			return
		}
	}
	h.Add("Vary", name)
}

// packed is a compressed body in buffers that are used again.
type packed struct {
	buf bytes.Buffer
	zip *gzip.Writer
	of  *sync.Pool
}

// largeBody is what is compressed in haste, bytes.
const largeBody = 32 << 10

var smallest, hasty = packers(gzip.BestCompression), packers(5)

func packers(level int) *sync.Pool {
	pool := new(sync.Pool)
	pool.New = func() any {
		p := &packed{of: pool}
		p.zip, _ = gzip.NewWriterLevel(&p.buf, level) // the level is a known one
		return p
	}
	return pool
}

func pack(body []byte) *packed {
	pool := smallest
	if len(body) >= largeBody {
		pool = hasty
	}
	p := pool.Get().(*packed)
	p.buf.Reset()
	p.zip.Reset(&p.buf)
	p.zip.Write(body) // into memory: cannot fail
	p.zip.Close()
	return p
}

func (p *packed) free() { p.of.Put(p) }
