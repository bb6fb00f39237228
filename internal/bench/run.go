package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Options say what is measured and where.
type Options struct {
	Postgres string        // a server's DSN to a database that may be filled; "" leaves PostgreSQL out
	Lasting  time.Duration // of each measurement; default 5 s
	Only     string        // the one thing to measure ("accepts", "steps", …); "" measures everything
	Moments  int           // of the past that the pulse and the map are measured on; default a million
	Out      io.Writer     // progress
}

const (
	warmUp   = time.Second
	patience = 10 * time.Second
)

// Run measures everything and gives the report. It starts and ends its servers.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Lasting == 0 {
		o.Lasting = 5 * time.Second
	}
	if o.Moments == 0 {
		o.Moments = 1_000_000
	}
	r := newReport()
	var floor map[int]float64
	if o.Only == "" || o.Only == "accepts" {
		var err error
		if floor, err = measureFloor(ctx, o, r); err != nil {
			return nil, err
		}
	}
	engines := []struct{ name, database string }{{"SQLite", ""}}
	if o.Postgres != "" {
		engines = append(engines, struct{ name, database string }{"PostgreSQL", o.Postgres})
	}
	for _, e := range engines {
		if err := measureEngine(ctx, o, r, e.name, e.database, floor); err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
	}
	if o.Only != "" {
		return r, nil
	}
	return r, measureSizes(ctx, o, r)
}

// measureFloor gives the floor's rate by number of connections.
func measureFloor(ctx context.Context, o Options, r *Report) (rates map[int]float64, err error) {
	fmt.Fprintln(o.Out, "the floor…")
	s, err := start(ctx, "bench-floor")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	rates = map[int]float64{}
	for _, n := range []int{64, 256} {
		if _, _, err := rush(s.address, "/cx/moments", n, warmUp); err != nil {
			return nil, err
		}
		rate, took, err := rush(s.address, "/cx/moments", n, o.Lasting)
		if err != nil {
			return nil, err
		}
		rates[n] = rate
		r.add(row{What: fmt.Sprintf("floor: decode and answer, %d connections", n), Got: perSecond(rate), Detail: quantiles(took)})
	}
	return rates, nil
}

// measures are what goes through a database, by what [Options.Only] calls it.
var measures = []struct {
	name string
	run  func(ctx context.Context, o Options, r *Report, engine, database string, floor map[int]float64) error
}{
	{"accepts", measureAccepts}, {"webhooks", measureWebhooks}, {"live", unlike(measureLive)}, {"crowd", unlike(measureCrowd)}, {"pages", unlike(measurePages)},
	{"steps", unlike(measureSteps)}, {"index", unlike(measureIndexing)}, {"desk", unlike(measureDesk)}, {"search", unlike(measureFound)},
	{"pulse", unlike(measurePulse)}, {"map", unlike(measureMap)},
}

// asking are measured when they are asked for only: saying a million things takes
// long, and a thousand open pages take all of a small machine.
var asking = []string{"search", "crowd"}

// unlike is a measurement that is not compared with the floor.
func unlike(f func(ctx context.Context, o Options, r *Report, engine, database string) error) func(context.Context, Options, *Report, string, string, map[int]float64) error {
	return func(ctx context.Context, o Options, r *Report, engine, database string, _ map[int]float64) error {
		return f(ctx, o, r, engine, database)
	}
}

// measureEngine runs everything that goes through a database.
func measureEngine(ctx context.Context, o Options, r *Report, engine, database string, floor map[int]float64) error {
	for _, m := range measures {
		if o.Only != "" && o.Only != m.name || o.Only == "" && slices.Contains(asking, m.name) {
			continue
		}
		fmt.Fprintf(o.Out, "%s: %s…\n", engine, m.name)
		if err := m.run(ctx, o, r, engine, database, floor); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return nil
}

// serving prepares a database and starts a server on it. clean removes what it left.
func serving(ctx context.Context, database string, at hooks) (s *server, clean func() error, err error) {
	s, _, clean, err = servingOn(ctx, database, func(ctx context.Context, database string) error { return prepare(ctx, database, brand(at)) })
	return s, clean, err
}

// servingOn starts a server on a database that fill has filled, and gives where it is.
func servingOn(ctx context.Context, database string, fill func(ctx context.Context, database string) error) (s *server, at string, clean func() error, err error) {
	args := []string{"serve", "--listen", "127.0.0.1:0", "--rate-limit", "off", "--allow-private-targets", "--log", "error"}
	if database == "" {
		dir, err := os.MkdirTemp("", "sayline-bench")
		if err != nil {
			return nil, "", nil, err
		}
		clean = func() error { return os.RemoveAll(dir) }
		at = filepath.Join(dir, "sayline.db")
		args = append(args, "--data", dir)
	} else {
		if at, clean, err = freshDatabase(ctx, database); err != nil {
			return nil, "", nil, err
		}
		args = append(args, "--database", at)
	}
	if err := fill(ctx, at); err != nil {
		return nil, "", nil, errors.Join(err, clean())
	}
	if s, err = start(ctx, args...); err != nil {
		return nil, "", nil, errors.Join(err, clean())
	}
	return s, at, clean, nil
}

func measureAccepts(ctx context.Context, o Options, r *Report, name, database string, floor map[int]float64) (err error) {
	s, clean, err := serving(ctx, database, hooks{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop(), clean()) }()
	for _, n := range []int{64, 256} {
		if err := acceptsOn(s, o, r, name, n, floor[n]); err != nil {
			return err
		}
	}
	return nil
}

func acceptsOn(s *server, o Options, r *Report, name string, n int, floor float64) error {
	if _, _, err := rush(s.address, sayPath, n, warmUp); err != nil {
		return err
	}
	rate, took, err := rush(s.address, sayPath, n, o.Lasting)
	if err != nil {
		return err
	}
	w := row{What: fmt.Sprintf("durable accepts, whole transaction, %s, %d connections", name, n), Got: perSecond(rate),
		Detail: quantiles(took)}
	if floor > 0 {
		w.Ratio = rate / floor
	}
	if name == "SQLite" && n == 64 {
		w.Aim, w.Holds = "≥ 0.30 of the floor", w.Ratio >= 0.30
	}
	r.add(w)
	return nil
}

func measureWebhooks(ctx context.Context, o Options, r *Report, name, database string, _ map[int]float64) (err error) {
	h, err := listen(`"subject":"`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	for _, rate := range []int{100, 1000} {
		if err := measureWebhook(ctx, o, r, name, database, h, rate); err != nil {
			return err
		}
	}
	return nil
}

func measureWebhook(ctx context.Context, o Options, r *Report, name, database string, h *hook, rate int) (err error) {
	s, clean, err := serving(ctx, database, hooks{events: h.url()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop(), clean()) }()
	if _, err := pace(s.address, sayPath, 50, warmUp); err != nil {
		return err
	}
	w := row{What: fmt.Sprintf("tap → webhook received, %s, %d/s", name, rate)}
	list, err := pace(s.address, sayPath, rate, o.Lasting)
	if err != nil {
		return r.behind(w, "p99 ≤ 20 ms", err)
	}
	took, missing := h.wait(list, patience)
	w.Got, w.Detail = quantiles(took), "slowest "+millis(took.at(1))
	if missing > 0 {
		w.Detail += fmt.Sprintf("; %d of %d had not arrived", missing, len(list))
	}
	if rate == 1000 {
		w.Aim, w.Holds = "p99 ≤ 20 ms", took.at(0.99) <= 20*time.Millisecond && missing == 0
	}
	r.add(w)
	return nil
}

// measureSizes measures what needs no load: bytes, starting, idling.
func measureSizes(ctx context.Context, o Options, r *Report) (err error) {
	fmt.Fprintln(o.Out, "sizes…")
	const starts = 5
	var cold spans
	var idle int64
	dir, err := os.MkdirTemp("", "sayline-bench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := prepare(ctx, filepath.Join(dir, "sayline.db"), brand(hooks{})); err != nil {
		return err
	}
	for i := range starts {
		s, err := start(ctx, "serve", "--listen", "127.0.0.1:0", "--data", dir, "--log", "error")
		if err != nil {
			return err
		}
		cold = append(cold, s.started)
		if i == 0 {
			n, err := s.wire("/@" + brandID + "/cx/t/k7f3")
			if err != nil {
				return errors.Join(err, s.stop())
			}
			r.add(row{What: "first screen, head and gzip body, on the wire", Got: fmt.Sprintf("%d bytes", n), Aim: "≤ 13,000 bytes", Holds: n <= 13_000})
			time.Sleep(2 * time.Second) // let it come to rest
			if idle, err = s.memory(); err != nil {
				return errors.Join(err, s.stop())
			}
		}
		if err := s.stop(); err != nil {
			return err
		}
	}
	r.add(row{What: "cold start: exec to the first answer", Got: millis(cold.at(0.5)), Detail: "slowest of five " + millis(cold.at(1)), Aim: "≤ 150 ms", Holds: cold.at(0.5) <= 150*time.Millisecond})
	r.add(row{What: "idle memory (resident)", Got: megabytes(idle), Aim: "≤ 60 MB", Holds: idle <= 60<<20})
	self, err := os.Executable()
	if err != nil {
		return err
	}
	info, err := os.Stat(self)
	if err != nil {
		return err
	}
	r.add(row{What: "the program, one file", Got: megabytes(info.Size())})
	return nil
}
