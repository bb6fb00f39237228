package screen_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/screen"
)

// BenchmarkTouch is the touch screen, rendered and compressed, without a network.
func BenchmarkTouch(b *testing.B) {
	var mux *http.ServeMux
	h := newHouse(b, func(o *screen.Options) {
		s, err := screen.New(*o)
		if err != nil {
			b.Fatal(err)
		}
		mux = http.NewServeMux()
		s.Routes(mux)
	})
	r := httptest.NewRequest("GET", "/cx/t/k7f3", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	r = r.WithContext(brands.WithSite(r.Context(), &brands.Site{Snapshot: h.reg.ByID("sparkle"), Base: h.url}))
	b.ReportAllocs()
	for b.Loop() {
		mux.ServeHTTP(httptest.NewRecorder(), r)
	}
}
