package api

import (
	"sync"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/web"
)

// shares are the streams that are open: no key takes those of others, and no brand.
type shares struct {
	mu   sync.Mutex
	open map[string]int // by brand, and by brand and system
	all  int
}

// streamWait is after how long who has too many may look again.
const streamWait = 30 * time.Second

// take takes a stream of a system's share; release gives it back.
func (s *shares) take(brand, system string) (release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := brand + "\x00" + system
	switch {
	case s.open[key] >= perKey:
		err = sayline.Errorf(sayline.TooMany, "This key has %d streams open already. Close one, or read one for all.", perKey)
	case s.open[brand] >= perBrand:
		err = sayline.Errorf(sayline.TooMany, "This brand has %d streams open already.", perBrand)
	case s.all >= mostStreams:
		err = sayline.Errorf(sayline.Unavailable, "Too many streams are open just now.")
	}
	if err != nil {
		return nil, web.RetryAfter(err, streamWait)
	}
	if s.open == nil {
		s.open = map[string]int{}
	}
	add := func(n int) {
		s.all += n
		for _, of := range []string{brand, key} {
			if s.open[of] += n; s.open[of] == 0 {
				delete(s.open, of)
			}
		}
	}
	add(1)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		add(-1)
	}, nil
}
