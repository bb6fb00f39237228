package demo

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/examples"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/brandfile"
	"github.com/sayline/sayline/internal/brands"
	"github.com/sayline/sayline/internal/intake"
	"github.com/sayline/sayline/internal/store"
)

// How much past there is. It is lived in small commits, a few for each moment;
// how many there are depends on how fast this machine makes them.
const (
	pastTime  = 2 * time.Second // that living the past may take
	commits   = 4               // of a moment, with what is done about it
	mostDays  = 15              // today, and two weeks to compare it with
	leastDays = 9               // today, and the same day a week ago, whole
	perDay    = 55              // moments of a brand, where there is time
	fewADay   = 12              // and where there is none
)

// plan says how many days there are, and about how many moments on each, where
// a commit takes so long.
func plan(each time.Duration) (days, aDay int) {
	moments := int(pastTime/(each*commits+1)) / len(examples.Brands())
	if aDay = moments / mostDays; aDay >= perDay/2 {
		return mostDays, min(perDay, aDay)
	}
	return leastDays, min(perDay, max(fewADay, moments/leastDays))
}

// prepare makes the database file of a demo: the brands, an account for each of
// their people, and their past. It is made aside and put there whole, so that a
// start that was cut short leaves nothing half lived.
func prepare(ctx context.Context, file string, days int, random io.Reader) (err error) {
	aside, err := asideFolder(filepath.Dir(file))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(aside)) }()
	made := filepath.Join(aside, "past.db")
	if err := makePast(ctx, made, days, random); err != nil {
		return err
	}
	return keep(made, file)
}

// makePast makes the database and closes it.
func makePast(ctx context.Context, file string, days int, random io.Reader) (err error) {
	c := &clock{}
	s, err := store.Open(ctx, store.Options{Database: file, Log: slog.New(slog.DiscardHandler), Now: c.now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	m := &making{store: s, clock: c, random: random, end: time.Now()}
	if err := m.brands(ctx); err != nil {
		return err
	}
	each, err := m.accounts(ctx)
	if err != nil {
		return err
	}
	lived, aDay := plan(each)
	if days > 0 {
		lived = days
	}
	return m.past(ctx, lived, aDay)
}

// keep copies a closed database to its place: whole, or not at all.
func keep(made, file string) (err error) {
	if _, err := os.Stat(made + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the past was not closed: %w", cmp.Or(err, fs.ErrExist))
	}
	from, err := os.Open(made)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	part := file + ".part"
	to, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Sync(), to.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, file)
}

// asideFolder is a folder where commits are quick, for nothing in it is kept:
// in memory where the system has such a place, else beside the file.
func asideFolder(beside string) (string, error) {
	if folder, err := os.MkdirTemp("/dev/shm", "sayline-demo-"); err == nil {
		return folder, nil
	}
	return os.MkdirTemp(beside, ".past-")
}

// making is a demo's database while it is made.
type making struct {
	store  *store.Store
	clock  *clock
	random io.Reader
	end    time.Time
	all    []*brands.Snapshot
}

// brands applies the examples, as of the day before the past begins.
func (m *making) brands(ctx context.Context) error {
	m.clock.goBack(m.end.AddDate(0, 0, -mostDays-1))
	for _, id := range examples.Brands() {
		src, err := examples.File(id)
		if err != nil {
			return err
		}
		c, err := brandfile.Read(id+".yaml", src)
		if err != nil {
			return err
		}
		for i := range c.People {
			c.People[i].Language = "" // the house speaks as the visitor's browser does
		}
		version, err := m.store.SaveConfig(ctx, c, 0, "demo")
		if err != nil {
			return err
		}
		m.all = append(m.all, brands.New(version, c, nil))
	}
	return nil
}

// accounts lets every person of the brands sign in, with one password. It gives
// the time one commit takes here.
func (m *making) accounts(ctx context.Context) (each time.Duration, err error) {
	house, err := auth.New(auth.Options{Store: m.store, Brands: &brands.Registry{}, Now: m.clock.now, Random: m.random})
	if err != nil {
		return 0, err
	}
	hash, err := house.Hash(ctx, passwordOf(m.store))
	if err != nil {
		return 0, err
	}
	start, n := time.Now(), 0
	for _, b := range m.all {
		for _, p := range b.People {
			n++
			err := m.store.CreateAccount(ctx, store.Account{Email: auth.Address(p.Email), Name: p.Name, Password: hash, Operator: n == 1})
			if err != nil && sayline.KindOf(err) != sayline.Conflict {
				return 0, err
			}
		}
	}
	return time.Since(start) / time.Duration(max(n, 1)), nil
}

// past lives the days, today included.
func (m *making) past(ctx context.Context, days, aDay int) error {
	door := intake.New(m.store, m.clock.now, m.random)
	p := newPast(m.store, door, m.clock, m.random, m.end)
	for i, b := range m.all {
		w, err := newPeople(b, uint64(i+1))
		if err != nil {
			return err
		}
		p.days(w, days, aDay)
		p.lately(w, aDay)
		p.wish(w)
		p.keepMap(w)
	}
	return p.live(ctx)
}

// passwordOf is the one password of all the demo's accounts: the same for as
// long as the database is kept, and nobody's guess.
func passwordOf(s *store.Store) string {
	h := hmac.New(sha256.New, s.ServerKey())
	h.Write([]byte("the demo's password"))
	sum := h.Sum(nil)
	var words []string
	for i := range 3 {
		words = append(words, passwordWords[int(sum[i])%len(passwordWords)])
	}
	return fmt.Sprintf("%s-%d", strings.Join(words, "-"), 10+binary.BigEndian.Uint16(sum[8:])%90)
}

var passwordWords = strings.Fields("apron amber basket bell bench bridge candle cherry cloud copper corner cotton daisy evening feather " +
	"garden ginger harbour honey island kettle ladder lantern lemon linen lobby market meadow melon mirror morning orange " +
	"orchard paper parcel pebble pepper pillow pocket ribbon river runway saddle shelf silver sparrow station summer sunday " +
	"table tangerine teapot terrace thimble ticket tulip umbrella velvet violet walnut whistle willow window winter")

// prepared says whether the file is there already.
func prepared(file string) (bool, error) {
	_, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// keepHook points each brand's webhook at this start's receiver.
func (d *Demo) keepHook(ctx context.Context, brand string) error {
	stored, err := d.App.Store.Config(ctx, brand)
	if err != nil {
		return err
	}
	const id = "outside"
	hook := sayline.Webhook{ID: id, URL: d.receivers.hookURL(brand), FullText: true}
	c := stored.Config
	for i := range c.Webhooks {
		if c.Webhooks[i].ID == id {
			hook.Secret = c.Webhooks[i].Secret
			if c.Webhooks[i].URL == hook.URL {
				return nil
			}
			c.Webhooks = append(c.Webhooks[:i], c.Webhooks[i+1:]...)
			break
		}
	}
	c.Webhooks = append(c.Webhooks, hook)
	if _, err := d.App.Store.SaveConfig(ctx, c, stored.Version, "demo"); err != nil {
		return err
	}
	return d.App.Keeper.Reload(ctx, brand)
}

// folderOf is where the demo's data is: the folder given, else one that is
// removed at the end.
func folderOf(given string) (folder string, passing bool, err error) {
	if given != "" {
		return given, false, os.MkdirAll(given, 0o750)
	}
	folder, err = os.MkdirTemp("", "sayline-demo-")
	return folder, true, err
}
