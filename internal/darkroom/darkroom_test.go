package darkroom_test

import (
	"bufio"
	"bytes"
	"context"
	crand "crypto/rand"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/darkroom"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/media"
	"github.com/sayline/sayline/internal/store"
	"github.com/sayline/sayline/internal/testkit"
)

// place is a door, a darkroom and where their files are.
type place struct {
	*intake.Door
	store  *store.Store
	brand  *brands.Snapshot
	spool  *media.Spool
	folder string
	dark   *darkroom.Darkroom
	ahead  atomic.Int64 // of the real time
}

func (p *place) now() time.Time { return time.Now().Add(time.Duration(p.ahead.Load())) }

// open opens what is in a folder.
func open(dir string, t darkroom.Transcriber) (*place, error) {
	quiet := slog.New(slog.DiscardHandler)
	p := &place{folder: filepath.Join(dir, "media")}
	var err error
	if p.store, err = store.Open(context.Background(), store.Options{Database: filepath.Join(dir, "s.db"), Log: quiet, Now: p.now}); err != nil {
		return nil, err
	}
	files, err := media.OpenFolder(p.folder)
	if err != nil {
		return nil, err
	}
	if p.spool, err = media.NewSpool(filepath.Join(p.folder, media.SpoolName)); err != nil {
		return nil, err
	}
	src, err := examples.File("sparkle")
	if err != nil {
		return nil, err
	}
	c, err := brandfile.Read("sparkle.yaml", src)
	if err != nil {
		return nil, err
	}
	p.brand = brands.New(1, c, nil)
	p.Door = intake.New(p.store, p.now, crand.Reader)
	p.KeepMedia(files)
	p.dark = darkroom.New(darkroom.Options{Store: p.store, Files: files, Transcriber: t, Log: quiet, Now: p.now})
	return p, nil
}

// show accepts a moment of files.
func (p *place) show(files ...[]byte) (*intake.Accepted, error) {
	sub := intake.Submission{Key: crand.Text(), More: true}
	for _, f := range files {
		u, err := p.spool.Take(bytes.NewReader(f), "", "")
		if err != nil {
			return nil, err
		}
		defer u.Close()
		sub.Media = append(sub.Media, u)
	}
	return p.Accept(context.Background(), p.brand, sub)
}

// run works in the background until the test ends.
func (p *place) run(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { p.dark.Run(ctx) })
	t.Cleanup(func() {
		stop()
		ended.Wait()
		p.store.Close()
	})
}

// media waits until a moment's media is as wanted.
func (p *place) media(t *testing.T, moment string, want func([]*sayline.Media) bool) []*sayline.Media {
	t.Helper()
	ticks, stop := p.Watch(p.brand.ID, moment)
	defer stop()
	late := time.After(time.Minute)
	for {
		list, err := p.store.MediaOf(t.Context(), p.brand.ID, moment)
		if err != nil {
			t.Fatal(err)
		}
		if want(list) {
			return list
		}
		select {
		case <-ticks:
		case <-late:
			b, _ := json.Marshal(list)
			t.Fatalf("the media stays %s", b)
		}
	}
}

func picture(shade byte) []byte {
	img := image.NewGray(image.Rect(0, 0, 48, 48))
	for i := range img.Pix {
		img.Pix[i] = shade
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func spoken(t testing.TB) []byte {
	b, err := os.ReadFile(filepath.Join("..", "media", "testdata", "voice.webm"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestVoiceIsWrittenDown: the team has the voice at once; its words come when
// the service, busy at first, has them. A photo that can't be read is broken
// and left nowhere.
func TestVoiceIsWrittenDown(t *testing.T) {
	var asked atomic.Int32
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(10 << 20); err != nil || r.URL.Path != "/v1/audio/transcriptions" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		switch asked.Add(1) {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			io.WriteString(w, `{"text": "The lemon tastes of metal."}`)
		}
	}))
	defer service.Close()
	tr, err := media.NewTranscription(media.TranscriptionOptions{URL: service.URL})
	if err != nil {
		t.Fatal(err)
	}
	p, err := open(t.TempDir(), tr)
	if err != nil {
		t.Fatal(err)
	}
	p.run(t)
	whole := picture(7)
	a, err := p.show(spoken(t), whole[:len(whole)-8])
	if err != nil || a.Moment.Case == "" {
		t.Fatalf("%+v, %v", a, err)
	}
	list := p.media(t, a.Moment.ID, func(m []*sayline.Media) bool { return m[0].Transcript != "" && m[1].State != sayline.MediaRaw })
	if list[0].State != sayline.MediaClean || list[0].Transcript != "The lemon tastes of metal." || list[1].State != sayline.MediaBroken || asked.Load() != 2 {
		t.Errorf("the voice is %+v, the photo %+v, asked %d times", list[0], list[1], asked.Load())
	}
	if left := p.files(t); len(left) != 1 || !strings.HasSuffix(left[0], ".clean") {
		t.Errorf("kept are %v", left)
	}
}

// TestNoWordsCanBeMade: a service that answers with something else is asked a
// few times, one that will never say more once; then the voice is one without
// words, and is told so.
func TestNoWordsCanBeMade(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		asked  int32
	}{
		"something else": {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>Welcome!</html>") }, 3},
		"refused":        {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, 1},
		"nothing said":   {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"text": " "}`) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int32
			calls := make(chan struct{}, 16)
			service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				asked.Add(1)
				c.answer(w, r)
				calls <- struct{}{}
			}))
			defer service.Close()
			tr, err := media.NewTranscription(media.TranscriptionOptions{URL: service.URL})
			if err != nil {
				t.Fatal(err)
			}
			p, err := open(t.TempDir(), tr)
			if err != nil {
				t.Fatal(err)
			}
			p.run(t)
			a, err := p.show(spoken(t))
			if err != nil {
				t.Fatal(err)
			}
			for range c.asked - 1 {
				<-calls
				p.wait(t, func() bool { // until the next try stands, some time from now
					at, err := p.store.NextMedia(t.Context(), store.JobTranscribe)
					return err == nil && at.After(p.now()) && at.Before(p.now().Add(store.MediaLease/2))
				})
				p.ahead.Add(int64(time.Minute))
				if _, err := p.show(picture(byte(p.ahead.Load() / int64(time.Minute)))); err != nil { // wakes it
					t.Fatal(err)
				}
			}
			list := p.media(t, a.Moment.ID, func(m []*sayline.Media) bool { return m[0].Wordless })
			if list[0].State != sayline.MediaClean || list[0].Transcript != "" || asked.Load() != c.asked {
				t.Errorf("the voice is %+v, asked %d times", list[0], asked.Load())
			}
			if at, err := p.store.NextMedia(t.Context(), store.JobTranscribe); err != nil || !at.IsZero() {
				t.Errorf("it is to be asked again at %s, %v", at, err)
			}
		})
	}
}

// wait looks again and again for what nobody tells of.
func (p *place) wait(t *testing.T, holds func() bool) {
	t.Helper()
	testkit.Eventually(t, "the store has it so", holds)
}

// files are all that are kept.
func (p *place) files(t *testing.T) (list []string) {
	t.Helper()
	err := filepath.WalkDir(p.folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, strings.TrimPrefix(path, p.folder+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestMain is also the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("SAYLINE_KILLED"); dir != "" {
		child(dir)
		return
	}
	os.Exit(m.Run())
}

// child shows and takes back under load until it is killed, and tells what it
// promised: "shown SECRET N" and "taking SECRET".
func child(dir string) {
	p, err := open(dir, nil)
	if err != nil {
		fmt.Println("wrong", err)
		return
	}
	go p.dark.Run(context.Background())
	var out sync.Mutex
	tell := func(words ...any) {
		out.Lock()
		defer out.Unlock()
		fmt.Println(words...)
	}
	for range 6 {
		go func() {
			for {
				files := [][]byte{picture(byte(rand.IntN(256)))}
				if rand.IntN(2) == 0 {
					files = append(files, picture(byte(rand.IntN(256))))
				}
				a, err := p.show(files...)
				if err != nil {
					tell("wrong", err)
					return
				}
				tell("shown", a.Secret, len(files))
				switch rand.IntN(4) {
				case 0:
					tell("taking", a.Secret)
					if err := p.Withdraw(context.Background(), p.brand, a.Secret); err != nil {
						tell("wrong", err)
					}
				}
			}
		}()
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// killed runs a child until it has promised something, kills it, and gives what
// it promised.
func killed(t *testing.T, dir string, after int) (shown map[string]int, taking map[string]bool) {
	t.Helper()
	shown, taking = map[string]int{}, map[string]bool{}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SAYLINE_KILLED="+dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var what, secret string
		var n int
		fmt.Sscan(lines.Text(), &what, &secret, &n)
		switch what {
		case "shown":
			shown[secret] = n
		case "taking":
			taking[secret] = true
		default:
			t.Error(lines.Text())
		}
		if len(shown) == after {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // it was killed, and says so
	return shown, taking
}

// TestKilled: what was shown and accepted is there with its files however the
// process ended, and nothing is left that belongs to no moment.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	shown, taking := map[string]int{}, map[string]bool{}
	for range 3 {
		s, k := killed(t, dir, 5+rand.IntN(60))
		for secret, n := range s {
			shown[secret] = n
		}
		for secret := range k {
			taking[secret] = true
		}
	}
	p, err := open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.ahead.Store(int64(2 * time.Hour)) // when all leases and plans are over
	p.run(t)
	var want []string
	for secret, n := range shown {
		m, err := p.store.MomentByReceipt(t.Context(), p.brand.ID, sayline.ReceiptKey(secret))
		if taking[secret] && sayline.KindOf(err) == sayline.NotFound {
			continue
		}
		if err != nil {
			t.Fatalf("what was shown is lost: %v", err)
		}
		list := p.media(t, m.ID, func(list []*sayline.Media) bool {
			return !slices.ContainsFunc(list, func(m *sayline.Media) bool { return m.State != sayline.MediaClean })
		})
		if len(list) != n {
			t.Errorf("of %d photos there are %d", n, len(list))
		}
		for _, x := range list {
			keys := media.KeysOf(x.Brand, x.ID)
			want = append(want, keys.Clean, keys.Thumb)
		}
	}
	if len(want) == 0 {
		t.Fatal("nothing was shown: this test sees nothing")
	}
	p.ahead.Store(int64(4 * time.Hour)) // when what was erased is deleted for the second time
	testkit.Eventually(t, "nothing is left to be deleted", func() bool {
		due, err := p.store.NextErasure(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		p.ahead.Add(int64(time.Minute))
		return due.IsZero()
	})
	p.unanswered(t, &want)
	left := p.files(t)
	left = slices.DeleteFunc(left, func(name string) bool { return strings.HasPrefix(name, media.SpoolName+"/") })
	slices.Sort(left)
	slices.Sort(want)
	if !slices.Equal(left, want) {
		t.Errorf("%d files are kept, %d belong to a moment", len(left), len(want))
	}
	t.Logf("%d moments, %d of them taken back, %d files", len(shown), len(taking), len(want))
}

// unanswered adds the files of moments whose 201 the kill was faster than.
func (p *place) unanswered(t *testing.T, want *[]string) {
	t.Helper()
	known := map[string]bool{}
	for _, key := range *want {
		known[key] = true
	}
	for _, name := range p.files(t) {
		id := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
		if _, _, err := p.store.Media(t.Context(), p.brand.ID, id); err == nil && !known[name] && !strings.HasSuffix(name, ".raw") {
			*want = append(*want, name)
		}
	}
}
